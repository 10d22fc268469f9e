"""User functions at their limits: second derivatives that are not there, and what is refused."""

import math

import flambeau.tensor as ft
import numpy as np
import pytest
from autograd_helpers import NumpyExp, Square, double, made, message_of
from flambeau.autograd import Function, grad, is_grad_enabled, once_differentiable

# Second derivatives -------------------------------------------------------------------------------------------------


def test_twice_when_backward_is_differentiable(leaf):
    """A backward written with Variables is differentiated itself."""
    x = leaf(3.0)
    (g,) = grad(Square.apply(x), x, create_graph=True)
    assert grad(g, x)[0].item() == 2.0


REFUSAL = (
    "{}.backward(): expected to be differentiable, because it is being differentiated a second time, got a result "
    "without history; compute it with Variables all through (no .data, no NumPy)"
)


@pytest.mark.parametrize(
    "function, name",
    [
        (NumpyExp, "NumpyExp"),
        (
            made(
                lambda ctx, x: (ctx.save_for_backward(x), x * x)[1],
                lambda ctx, g: g.data * ctx.saved_tensors[0].data * 2,
            ),
            "Made",
        ),
    ],
)
def test_a_second_derivative_that_is_not_there_is_refused(function, name):
    """A backward that left the graph gives the first derivative, and an error, never a wrong number, for the second."""
    x = double(0.5)
    y = function.apply(x)
    (g,) = grad(y, x, create_graph=True)
    assert message_of(RuntimeError, lambda: grad(g, x)) == REFUSAL.format(name)
    assert message_of(RuntimeError, lambda: (g * 2 + x).backward()) == REFUSAL.format(name)


@pytest.mark.parametrize("kept", ["input", "result"])
def test_tensors_kept_as_attributes_give_no_wrong_second_derivative(kept):
    """An input or result kept as an attribute: first derivatives are right, second ones right or refused."""

    def forward(ctx, x):
        ctx.kept = x if kept == "input" else x.exp()
        return x * x if kept == "input" else ctx.kept

    def backward(ctx, g):
        return g * 2 * ctx.kept if kept == "input" else g * ctx.kept

    x = double(0.5)
    y = made(forward, backward).apply(x) ** 2
    try:
        (g,) = grad(y, x, create_graph=True)
        (h,) = grad(g, x)
    except RuntimeError as error:
        assert "Made" in str(error)
        (g,) = grad(made(forward, backward).apply(x) ** 2, x)
    else:
        assert h.item() == pytest.approx(12 * 0.25 if kept == "input" else 4 * math.e)
    assert g.item() == pytest.approx(4 * 0.125 if kept == "input" else 2 * math.e)


def test_once_differentiable_keeps_its_name_and_runs_unrecorded():
    """The decorator changes nothing but the mode."""
    modes = []

    class Half(Function):
        @staticmethod
        def forward(ctx, x):
            return x / 2

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            "Documented."
            modes.append(is_grad_enabled())
            return g / 2

    assert Half.backward.__doc__ == "Documented."
    x = double(1.0)
    (g,) = grad(Half.apply(x), x, create_graph=True)
    assert g.item() == 0.5 and modes == [False]


def test_gradient_that_does_not_depend_on_the_input_is_no_error(leaf):
    """A linear function has a constant gradient: what else depends on the input can be differentiated."""
    x = leaf(3.0)
    f = made(lambda ctx, x: x * 2, lambda ctx, g: g * 2)
    (g,) = grad(f.apply(x) * x, x, create_graph=True)
    assert grad(g, x)[0].item() == 4.0


# Refusals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "returned, message",
    [
        (lambda g: (g, g), "Made.backward(): expected 1 gradients, one for each argument of forward, got 2"),
        (lambda g: (), "Made.backward(): expected 1 gradients, one for each argument of forward, got 0"),
        (lambda g: [g], "backward of Made: expected Tensors or None as gradients, got list"),
        (lambda g: 1.0, "backward of Made: expected Tensors or None as gradients, got float"),
        (lambda g: np.ones(2), "backward of Made: expected Tensors or None as gradients, got ndarray"),
        (lambda g: ft.ones(3), "backward of Made: expected a gradient that sums to shape (2,), got shape (3,)"),
    ],
)
@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("target", [lambda x: x, lambda x: x * 1], ids=["leaf", "result"])
def test_wrong_gradients(leaf, returned, message, create_graph, target):
    """Gradients of a wrong number, type or shape are refused by name, whatever they lead to."""
    y = made(lambda ctx, x: x * 2, lambda ctx, g: returned(g)).apply(target(leaf(1.0, 2.0))).sum()
    assert message_of((RuntimeError, TypeError, ValueError), lambda: y.backward(create_graph=create_graph)) == message


@pytest.mark.parametrize(
    "returned, got", [(1.0, "float"), (None, "NoneType"), ([ft.ones(1)], "list"), (np.ones(1), "ndarray")]
)
def test_forward_must_give_tensors(leaf, returned, got):
    """What forward returns must be a Tensor or a tuple of them."""
    f = made(lambda ctx, x: returned, None)
    assert (
        message_of(TypeError, lambda: f.apply(leaf(1.0))) == f"Made.forward(): expected Tensors as results, got {got}"
    )


def test_methods_must_be_written():
    """A Function without forward or backward says so."""
    empty = type("Empty", (Function,), {})
    expected = "forward(): expected a static method forward(ctx, ...) in the subclass, got none"
    assert message_of(NotImplementedError, lambda: empty.apply(ft.ones(1))) == expected
    no_backward = type("NoBackward", (Function,), {"forward": staticmethod(lambda ctx, x: x * 2)})
    expected = "backward(): expected a static method backward(ctx, ...) in the subclass, got none"
    assert message_of(NotImplementedError, lambda: no_backward.apply(double(1.0)).backward()) == expected


def test_second_backward_through_a_function(leaf):
    """A Function's node is released like any other."""
    y = Square.apply(leaf(1.0))
    y.backward()
    expected = f"got Square, recorded at {y.grad_fn.line}, whose kept values were released by an earlier backward"
    assert expected in message_of(RuntimeError, lambda: y.backward())
    y = Square.apply(leaf(1.0))
    y.backward(retain_graph=True)
    y.backward()
