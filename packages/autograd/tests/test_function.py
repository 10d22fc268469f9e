"""User functions: saving, flags, several results, in-place inputs."""

import math

import flambeau.tensor as ft
import pytest
from autograd_helpers import NumpyExp, Square, double, here, made, message_of
from flambeau.autograd import (
    Function,
    Variable,
    enable_grad,
    gradcheck,
    gradgradcheck,
    is_grad_enabled,
    no_grad,
)


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


# Flags --------------------------------------------------------------------------------------------------------------


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


def test_materialized_gradients_are_where_the_others_are(strict_device):
    """Zeros for an output that nothing depends on are on the device of the gradient that arrived."""
    seen = []

    def backward(ctx, g, h):
        seen.append(h.device)
        return g * 2 + h

    x = Variable(ft.ones(2, device="strict:1"), requires_grad=True)
    made(lambda ctx, x: (x * 2, x * 3), backward).apply(x)[0].sum().backward()
    assert seen == [x.grad.device] == ["strict:1"]


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


# In place -----------------------------------------------------------------------------------------------------------


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


def test_results_that_show_an_input_which_is_written_later(leaf):
    """Their history would be that of other values: it is refused. Values, and what was made before, are fine."""
    h = leaf(1.0, 2.0) * 1
    y = made(lambda ctx, x: x.reshape(2, 1), lambda ctx, g: g.reshape(2) * 10).apply(h)
    line = y.grad_fn.line
    part, before = y[0], y.sum()
    change = here()
    h.mul_(3)
    assert (y.tolist(), y.requires_grad) == ([[3.0], [6.0]], True)
    assert repr(y).endswith("outdated grad_fn=Made]")
    expected = (
        f"Made(): result, a view that a Function made of its input: expected version 0, as recorded at {line}, got "
        f"version 1 after mul_ changed it in place at {change}, which cannot be differentiated through the Function; "
        f"return a clone() from its forward"
    )
    for use in (lambda: y.grad_fn, lambda: y * 2, lambda: ft.cat([y, y]), lambda: y.backward(ft.ones(2, 1))):
        assert message_of(RuntimeError, use) == expected
    assert message_of(RuntimeError, lambda: part * 2).startswith("index(): result, a view that a Function made")
    with no_grad():
        assert (y * 2).tolist() == [[6.0], [12.0]]
    assert y.detach().tolist() == [[3.0], [6.0]]
    before.backward()


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
    change = here()
    (h if kept == "input" else y).mul_(3)
    name = "Square" if kept == "input" else "Exp"
    assert message_of(RuntimeError, lambda: y.sum().backward()) == (
        f"{name}(): a Tensor kept by save_for_backward: expected version 0, as recorded at {node.line}, got version 1 "
        f"after mul_ changed it in place at {change}; change a clone() instead"
    )
