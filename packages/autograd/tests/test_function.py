"""User functions: saving, flags, several results, in-place inputs, second derivatives, and what is refused."""

import math

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import (
    Function,
    Variable,
    enable_grad,
    grad,
    gradcheck,
    gradgradcheck,
    is_grad_enabled,
    no_grad,
    once_differentiable,
)


def message_of(exception, call):
    with pytest.raises(exception) as raised:
        call()
    return str(raised.value)


class Square(Function):
    """Differentiable twice."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 2 * x


class NumpyExp(Function):
    """Computes with NumPy, keeps its result, and says that it can be differentiated once."""

    @staticmethod
    def forward(ctx, x):
        result = ft.from_numpy(np.exp(x.numpy()))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        (result,) = ctx.saved_tensors
        return ft.from_numpy(g.numpy() * result.numpy())


class Exp(Function):
    """Keeps its result."""

    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, g):
        (result,) = ctx.saved_tensors
        return g * result


class PolarToCartesian(Function):
    """Two arguments, two results."""

    @staticmethod
    def forward(ctx, r, angle):
        ctx.save_for_backward(r, angle)
        return r * angle.cos(), r * angle.sin()

    @staticmethod
    def backward(ctx, g_x, g_y):
        r, angle = ctx.saved_tensors
        c, s = angle.cos(), angle.sin()
        return g_x * c + g_y * s, (g_y * c - g_x * s) * r


def made(forward, backward):
    """A Function of two lambdas."""
    return type("Made", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})


def double(*numbers):
    return Variable(ft.tensor(list(numbers), dtype="float64"), requires_grad=True)


@pytest.mark.parametrize("function", [Square, Exp, PolarToCartesian])
def test_first_and_second_derivatives(function):
    """Gradients of user functions agree with differences, twice."""
    arguments = (double(0.5, 1.5), double(0.3, -0.7))[: 2 if function is PolarToCartesian else 1]
    assert gradcheck(function.apply, arguments)
    assert gradgradcheck(function.apply, arguments)


def test_numpy_inside():
    """Forward and backward may compute with NumPy."""
    x = double(0.5, 1.5)
    NumpyExp.apply(x).sum().backward()
    assert x.grad.tolist() == pytest.approx([math.exp(0.5), math.exp(1.5)])


def test_forward_runs_unrecorded(leaf):
    """Inside forward nothing is recorded; arguments are Variables without history; the mode comes back."""
    seen = []

    def forward(ctx, x, t, n):
        seen.append((type(x), x.requires_grad, type(t), n, is_grad_enabled(), (x * 2).requires_grad))
        return x * n

    f = made(forward, lambda ctx, g: (g * 3, None, None))
    y = f.apply(leaf(1.0), ft.ones(1), 3)
    assert seen == [(Variable, False, ft.Tensor, 3, False, False)]
    assert type(y) is Variable and y.requires_grad and y.grad_fn.name == "Made"
    assert is_grad_enabled()


def test_forward_may_use_autograd_itself(leaf):
    """A forward may run a backward of its own."""

    def forward(ctx, x):
        with enable_grad():
            inner = x.detach().requires_grad_()
            (inner**3).sum().backward()
        ctx.save_for_backward(inner.grad)
        return (x**3).sum()

    f = made(forward, lambda ctx, g: g * ctx.saved_tensors[0])
    x = leaf(1.0, 2.0)
    f.apply(x).backward()
    assert x.grad.tolist() == [3.0, 12.0]


def test_mode_comes_back_after_an_error_in_forward(leaf):
    """An exception in forward leaves recording on."""
    with pytest.raises(ZeroDivisionError):
        made(lambda ctx, x: 1 / 0, None).apply(leaf(1.0))
    assert is_grad_enabled()


# Flags ------------------------------------------------------------------------------------------------------------


def test_needs_input_grad(leaf):
    """Which arguments need a gradient, in forward and in backward."""
    seen = []

    def forward(ctx, *args):
        seen.append(ctx.needs_input_grad)
        return args[0] * args[1]

    def backward(ctx, g):
        seen.append(ctx.needs_input_grad)
        return g, None, None

    made(forward, backward).apply(leaf(1.0), Variable([2.0]), 3).backward()
    assert seen == [(True, False, False)] * 2


def test_nothing_to_record(leaf):
    """Without an argument that requires grad there is no node; plain Tensors in, plain Tensors out."""
    assert type(Square.apply(ft.ones(2))) is ft.Tensor
    y = Square.apply(Variable([2.0]))
    assert type(y) is Variable and not y.requires_grad
    with no_grad():
        assert not Square.apply(leaf(1.0)).requires_grad


def test_attributes_of_the_context(leaf):
    """What forward puts on ``ctx`` is there in backward."""

    def forward(ctx, x, factor):
        ctx.factor = factor
        return x * factor

    x = leaf(1.0)
    made(forward, lambda ctx, g: (g * ctx.factor, None)).apply(x, 4).backward()
    assert x.grad.item() == 4.0


def test_saved_tensors_come_back_in_place_and_none_stays_none(leaf):
    """Inputs come back with their values, None as None, others as they were."""
    seen = []

    def forward(ctx, x):
        ctx.save_for_backward(x, None, ft.arange(2))
        return x * 2

    def backward(ctx, g):
        seen.extend(ctx.saved_tensors)
        assert ctx.saved_tensors[2] is ctx.saved_tensors[2]
        return g * 2

    x = leaf(1.0)
    made(forward, backward).apply(x).backward()
    assert seen[0].tolist() == [1.0] and seen[1] is None and seen[2].tolist() == [0, 1]


def test_non_differentiable_outputs(leaf):
    """Marked outputs, and outputs of integers, carry no gradient; backward still gets one slot for each output."""
    seen = []

    def forward(ctx, x):
        marked, integer = x * 1, x.long()
        ctx.mark_non_differentiable(marked)
        return x * 2, marked, integer

    def backward(ctx, g, g_marked, g_integer):
        seen.append((g.tolist(), g_marked.tolist(), g_integer.tolist()))
        return g * 2

    x = leaf(1.0)
    y, marked, integer = made(forward, backward).apply(x)
    assert y.requires_grad and not marked.requires_grad and not integer.requires_grad
    y.backward()
    assert seen == [([1.0], [0.0], [0])]
    assert x.grad.item() == 2.0


@pytest.mark.parametrize("materialize, expected", [(True, [0.0, 0.0]), (False, None)])
def test_materialized_gradients(leaf, materialize, expected):
    """Outputs that nothing depends on give zeros, or None when asked for."""
    seen = []

    def forward(ctx, x):
        ctx.set_materialize_grads(materialize)
        return x * 2, x * 3

    def backward(ctx, g, h):
        seen.append(h if h is None else h.tolist())
        return g * 2

    x = leaf(1.0, 2.0)
    made(forward, backward).apply(x)[0].sum().backward()
    assert seen == [expected]


def test_gradients_arrive_as_variables(leaf):
    """Backward computes with Variables, whatever was given."""
    seen = []
    f = made(lambda ctx, x: x * 2, lambda ctx, g: seen.append((type(g), g.requires_grad)) or g * 2)
    f.apply(leaf(1.0)).backward(ft.ones(1))
    assert seen == [(Variable, False)]


@pytest.mark.parametrize("returned", [lambda g: (g * 2,), lambda g: (g * 2, None, None), lambda g: g * 2])
def test_forms_of_the_gradients(leaf, returned):
    """One gradient alone or in a tuple; surplus Nones are forgiven."""
    x = leaf(1.0)
    made(lambda ctx, x: x * 2, lambda ctx, g: returned(g)).apply(x).backward()
    assert x.grad.item() == 2.0


def test_broadcasting_inside(leaf):
    """A gradient is summed to the argument's shape and cast to its dtype."""
    x, w = leaf(1.0), leaf(1.0, 2.0, 3.0, dtype="float64")
    f = made(lambda ctx, x, w: x * w, lambda ctx, g: (g * 2, g))
    f.apply(x, w).sum().backward()
    assert (x.grad.tolist(), x.grad.dtype) == ([6.0], ft.float32)


# In place ---------------------------------------------------------------------------------------------------------


def scale_in_place(ctx, x):
    x.mul_(2)
    ctx.mark_dirty(x)
    return x


DOUBLE_ = made(scale_in_place, lambda ctx, g: g * 2)


def test_mark_dirty_gives_the_input_itself(leaf):
    """An input changed in place and returned is the result, with the function in its history."""
    x = leaf(1.0, 2.0)
    h = x * 3
    y = DOUBLE_.apply(h)
    assert y is h and h.version == 1
    assert h.grad_fn.name == "Made"
    h.sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


def test_mark_dirty_and_keep_the_result(leaf):
    """The changed input may be kept as the result it is."""

    def forward(ctx, x):
        x.exp_()
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    x = leaf(0.0, 1.0)
    h = x * 1
    made(forward, lambda ctx, g: g * ctx.saved_tensors[0]).apply(h).sum().backward()
    assert x.grad.tolist() == pytest.approx([1.0, math.e])


def test_mark_dirty_of_a_buffer(leaf):
    """A plain Tensor may be a buffer that forward updates; it stays a plain Tensor."""

    def forward(ctx, buffer, x):
        buffer.add_(x.data)
        ctx.mark_dirty(buffer)
        return buffer, x * 2

    buffer, x = ft.zeros(1), leaf(1.0)
    same, y = made(forward, lambda ctx, g_buffer, g: (None, g * 2)).apply(buffer, x)
    assert same is buffer and type(same) is ft.Tensor and buffer.item() == 1.0
    y.backward()
    assert x.grad.item() == 2.0


def test_mark_dirty_of_a_leaf_is_refused(leaf):
    """A leaf whose gradient is wanted must not be changed in place by a Function either."""
    assert message_of(RuntimeError, lambda: DOUBLE_.apply(leaf(1.0))) == (
        "Made(): argument 'input': expected no leaf that requires grad, got a leaf Variable that does; "
        "work on a clone(), or change it under no_grad"
    )


def test_mark_dirty_of_a_view_is_refused(leaf):
    """A view's base would not learn of the change."""
    v = (leaf(1.0, 2.0) * 1)[0:1]
    assert message_of(RuntimeError, lambda: DOUBLE_.apply(v)) == (
        "Made(): mark_dirty: expected an input that is no view of a Variable, got a view; work on a clone()"
    )


@pytest.mark.parametrize("forward", [lambda ctx, x: x[0:1], lambda ctx, x: x, lambda ctx, x: x.reshape(-1)])
def test_results_that_show_an_input_are_not_written(leaf, forward):
    """A result in the input's memory can be read, and refuses to be written with history."""
    h = leaf(1.0, 2.0) * 1
    y = made(forward, lambda ctx, g: None).apply(h)
    assert y is not h and y.requires_grad
    with pytest.raises(RuntimeError, match=r"^mul_\(\): argument 'input': expected a view with history, got one"):
        y.mul_(10)
    assert h.tolist() == [1.0, 2.0]


def test_handing_an_input_through(leaf):
    """Returning an input unchanged is an identity with the function's gradient."""
    x = leaf(1.0)
    f = made(lambda ctx, x: x, lambda ctx, g: -g)  # a gradient reversal
    f.apply(x * 1).backward()
    assert x.grad.item() == -1.0
    f.apply(x).backward()
    assert x.grad.item() == -2.0


@pytest.mark.parametrize("kept", ["input", "result"])
def test_changes_of_saved_tensors_are_noticed(leaf, kept):
    """A saved input or result that was changed in place raises in backward, with the line and both names."""
    x = leaf(1.0, 2.0)
    h = x * 1
    y = (Square if kept == "input" else Exp).apply(h)
    node = y.grad_fn
    (h if kept == "input" else y).mul_(3)
    name = "Square" if kept == "input" else "Exp"
    assert message_of(RuntimeError, lambda: y.sum().backward()) == (
        f"{name}(): a Tensor kept by save_for_backward: expected version 0, as recorded at {node.line}, got version 1 "
        f"after mul_ changed it in place; change a clone() instead"
    )


# Second derivatives -----------------------------------------------------------------------------------------------


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
    """An input or result kept as an attribute of ctx gives right first derivatives; second ones are right or refused."""

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


# Refusals ---------------------------------------------------------------------------------------------------------


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
