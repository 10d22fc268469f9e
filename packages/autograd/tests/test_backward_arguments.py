"""What ``backward`` and ``grad`` take: roots, gradients, inputs; and what they refuse."""

import flambeau.tensor as ft
import pytest
from autograd_helpers import message_of
from flambeau.autograd import Variable, backward, grad

# Roots ------------------------------------------------------------------------------------------------------------


def test_several_roots(leaf):
    """Several outputs run in one pass; common parts run once."""
    x = leaf(1.0, 2.0)
    common = x * 2
    runs = []
    common.register_hook(lambda g: runs.append(g.tolist()))
    backward([common.sum(), (common * 3)], [None, ft.tensor([1.0, 10.0])])
    assert runs == [[4.0, 31.0]]
    assert x.grad.tolist() == [8.0, 62.0]


def test_same_root_twice(leaf):
    """The same output given twice counts twice."""
    x = leaf(1.0)
    y = x * 2
    backward([y, y])
    assert x.grad.item() == 4.0


def test_a_leaf_as_root(leaf):
    """Backward from a leaf gives it the gradient itself."""
    x = leaf(1.0, 2.0)
    x.backward(ft.tensor([3.0, 4.0]))
    assert x.grad.tolist() == [3.0, 4.0]


def test_gradient_of_another_dtype_is_cast(leaf):
    """A given gradient may have another floating dtype."""
    x = leaf(1.0, 2.0)
    (x * 2).backward(ft.ones(2, dtype="float64"))
    assert x.grad.dtype == ft.float32


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (
            lambda x: (x * 2).backward(),
            RuntimeError,
            "backward(): argument 'gradient': expected a gradient for an output of shape (2,), got none; "
            "give one, or reduce the output to one element",
        ),
        (
            lambda x: (x * 2).backward(ft.ones(3)),
            ft.ShapeError,
            "backward(): argument 'gradient': expected shape (2,), the output's, got (3,)",
        ),
        (lambda x: (x * 2).backward(1.0), TypeError, "backward(): argument 'gradient': expected Tensor, got float"),
        (
            lambda x: (x.detach() * 2).sum().backward(),
            RuntimeError,
            "backward(): output 0: expected a Variable that requires grad, got one of shape () without history; "
            "it was computed under no_grad, detached, or from Tensors only",
        ),
        (
            lambda x: backward([x.sum(), x.detach().sum()]),
            RuntimeError,
            "backward(): output 1: expected a Variable that requires grad, got one of shape () without history; "
            "it was computed under no_grad, detached, or from Tensors only",
        ),
        (lambda x: backward(ft.ones(1)), TypeError, "backward(): argument 'outputs': expected Variables, got Tensor"),
        (lambda x: backward([x.sum(), 1]), TypeError, "backward(): argument 'outputs': expected Variables, got int"),
        (
            lambda x: backward([x.sum()], [None, None]),
            ValueError,
            "backward(): argument 'gradients': expected 1 gradients, one for each output, got 2",
        ),
        (lambda x: grad(x.sum(), 3), TypeError, "grad(): argument 'inputs': expected Variables, got int"),
        (
            lambda x: grad(x.sum(), x.detach()),
            RuntimeError,
            "grad(): argument 'inputs': expected Variables that require grad, got one of shape (2,) at position 0 that "
            "does not",
        ),
        (
            lambda x: grad(x.sum(), [x, Variable([1.0], requires_grad=True)]),
            RuntimeError,
            "grad(): argument 'inputs': expected inputs that the outputs depend on, got one of shape (1,) at position "
            "1 that they do not; use allow_unused=True for None",
        ),
    ],
)
def test_refusals(leaf, call, exception, message):
    """What cannot be differentiated is refused by name."""
    assert message_of(exception, lambda: call(leaf(1.0, 2.0))) == message


# Inputs -----------------------------------------------------------------------------------------------------------


def test_backward_into_chosen_inputs(leaf):
    """``inputs=`` names who accumulates; a result among them gets a ``grad`` too; other leaves get none."""
    x, w = leaf(2.0), leaf(3.0)
    h = x * w
    (h * h).backward(inputs=[h, x])
    assert h.grad.item() == 12.0
    assert x.grad.item() == 36.0
    assert w.grad is None


def test_grad_of_results_and_leaves(leaf):
    """``grad`` stops at nothing: an input that leads to another input gives both."""
    x = leaf(2.0)
    h = x * 3
    y = h * h
    g_y, g_h, g_x = grad(y, [y, h, x])
    assert (g_y.item(), g_h.item(), g_x.item()) == (1.0, 12.0, 36.0)
    assert x.grad is None


def test_the_same_input_twice(leaf):
    """An input may be asked for twice."""
    x = leaf(2.0)
    h = x * 3
    first, second, third, fourth = grad(h * h, [x, x, h, h])
    assert first.item() == second.item() == 36.0
    assert third.item() == fourth.item() == 12.0


def test_unused_inputs(leaf):
    """With ``allow_unused`` an input that does not matter has gradient None."""
    x, w = leaf(2.0), leaf(3.0)
    assert grad(x * 2, [w, x], allow_unused=True)[0] is None
    unused, used = grad(x * 2, [w * 2, x], allow_unused=True)
    assert unused is None and used.item() == 2.0


def test_grad_leaves_grad_alone(leaf):
    """``grad`` touches no ``grad``."""
    x, w = leaf(2.0), leaf(3.0)
    grad(x * w, x)
    assert x.grad is None and w.grad is None


def test_materialized_gradients(leaf):
    """Zeros of the input's shape and dtype where the outputs do not depend on it."""
    x, w = leaf(1.0, 2.0), leaf(3.0, dtype="float64")
    g_x, g_w = grad((x * x).sum(), [x, w], materialize_grads=True)
    assert g_x.tolist() == [2.0, 4.0]
    assert (type(g_w), g_w.tolist(), g_w.dtype) == (Variable, [0.0], ft.float64)
    with pytest.raises(ValueError) as raised:
        grad(x.sum(), w, materialize_grads=True, allow_unused=False)
    expected = "True, or nothing, with materialize_grads=True"
    assert str(raised.value) == f"grad(): argument 'allow_unused': expected {expected}, got False"


@pytest.mark.parametrize("call", [lambda y: grad(y, []), lambda y: y.backward(inputs=[])])
def test_no_inputs_are_a_mistake(leaf, call):
    """Everything would be computed, and dropped."""
    with pytest.raises(ValueError, match=r"argument 'inputs': expected at least one Variable, got none"):
        call(leaf(1.0).sum())
