"""Views of other shapes and gradients: through functions made of operators, written views, and views in place."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad, gradcheck, gradgradcheck, no_grad


def start(*shape, seed=0):
    return Variable(ft.from_numpy(np.random.default_rng(seed).uniform(0.5, 1.5, shape)), requires_grad=True)


FUNCTIONS = {
    "unflatten": lambda x: x.unflatten(1, (2, 2)),
    "ravel": lambda x: x.ravel(),
    "movedim": lambda x: x.movedim(0, 1),
    "repeat": lambda x: x.repeat(2, 1, 2),
    "repeat_interleave": lambda x: x.repeat_interleave(2, 1),
    "repeat_interleave_each": lambda x: x.repeat_interleave(ft.tensor([2, 0, 1]), 0),
    "rot90": lambda x: x.rot90(),
    "narrow_copy": lambda x: x.narrow_copy(1, 1, 2),
    "select": lambda x: x.select(1, 2),
    "diag": lambda x: x.diag(1),
    "diagflat": lambda x: x.diagflat(),
    "sum_to_size": lambda x: x.sum_to_size(1, 4),
    "tensor_split": lambda x: x.tensor_split(3, 1)[0],
    "hsplit": lambda x: x.hsplit(2)[1],
    "as_strided": lambda x: x.as_strided((2, 3), (1, 2), 1),
    "as_strided_transposed": lambda x: x.T.clone().T.as_strided((2, 3), (1, 4)),
    "mT": lambda x: x.mT,
    "adjoint": lambda x: x.adjoint(),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_shape_have_derivatives(name):
    """Of first and second order."""
    assert gradcheck(lambda x: FUNCTIONS[name](x) ** 2, (start(3, 4),))
    assert gradgradcheck(lambda x: FUNCTIONS[name](x) ** 3, (start(3, 4),))


# Programs of x of shape (3, 4), plain or Variable: what they write and turn is what they differentiate. -------------


def written_unfold(x):
    y = x * 1
    y.unfold(1, 2, 2)[:, 1].mul_(x[:, :2])
    return y * x


def written_select(x):
    y = x * 1
    y.select(0, 1).copy_(x[2] * x[0])
    return y * x


def written_as_strided(x):
    y = x * 1
    y.as_strided((3,), (5,)).mul_(x[0, :3])
    return y * y


def written_view_of_diagonal(x):
    y = x[:, :3] * 1
    y.diagonal().reshape(1, 3).mul_(x[:1, :3])
    return y * y


def written_rotated(x):
    y = x * 1
    y.rot90()[0].mul_(x[:, 0])
    return y * y


def filled_diagonal(x):
    y = x * 1
    y.fill_diagonal_(2)
    return y * x


def filled_diagonal_of_a_value(x):
    y = x * 1
    y.fill_diagonal_(x[0, 1] * x[1, 1])
    return y * x


def turned(x):
    y = x * 1
    y.t_()
    return y * x.T * y


def turned_between_writes(x):
    y = x * 1
    row = y[0]
    y.t_()
    y[0] = x[:, 1] * x[:, 2]
    row.mul_(2)
    y.mul_(x.T)
    return y.T * row


def turned_view(x):
    y = x * 1
    part = y[1:]
    part.transpose_(0, 1)
    part[1].mul_(x[0, :2])
    return y * y + part.sum()


def turned_twice(x):
    y = x * 1
    y.unsqueeze_(0).transpose_(1, 2)
    y[0, 1] = x[:, 0]
    y.squeeze_()
    return y * x.T


def turned_by_strides(x):
    y = x * 1
    y.as_strided_((2, 5), (7, 1))
    y.mul_(x.reshape(-1)[:10].reshape(2, 5))
    return y * y


def turned_buffer(x):
    buffer = ft.zeros(3, 4, dtype="float64")
    buffer = Variable(buffer) if isinstance(x, Variable) else buffer
    column = buffer[:, 0]
    buffer.t_()
    buffer[1] = x[:, 1]
    buffer[0].add_(x[:, 0])
    return buffer * buffer + column * column


def kept_then_turned(x):
    y = x * 1
    z = y.T * 2
    y.t_()
    return z * y


PROGRAMS = [
    v for v in list(globals().values()) if getattr(v, "__code__", None) and v.__code__.co_varnames[:1] == ("x",)
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_programs_that_write_and_turn_views(program):
    """Gradients of first and second order are those of what is computed, and values those of plain Tensors."""
    x = start(3, 4, seed=1)
    np.testing.assert_allclose(program(x).detach().numpy(), program(ft.from_numpy(x.detach().numpy().copy())).numpy())
    assert gradcheck(program, (x,))
    assert gradgradcheck(program, (x,))


def test_turning_keeps_history_and_views():
    """The Variable is one still, with history; views made before keep theirs."""
    x = start(2, 3)
    y = x * 2
    row = y[0]
    assert y.t_() is y and y.shape == (3, 2) and y.requires_grad and not y.is_leaf
    (from_row,) = grad(row.sum(), x, retain_graph=True)
    assert from_row.tolist() == [[2.0] * 3, [0.0] * 3]
    (from_turned,) = grad(y[0].sum(), x)
    assert from_turned.tolist() == [[2.0, 0.0, 0.0]] * 2


def test_turning_invalidates_what_was_kept():
    """A value kept for backward that is turned counts as changed."""
    x = start(2, 3)
    y = x * 1
    z = y * y
    y.t_()
    with pytest.raises(RuntimeError, match=r"expected version 0, as recorded .* got version 1 after transpose_"):
        z.sum().backward()


def test_leaves_are_not_turned():
    """Gradients accumulate in the shape that a leaf has."""
    x = start(2, 3)
    for turn in (lambda: x.t_(), lambda: x.squeeze_(), lambda: x.as_strided_((2,), (1,))):
        with pytest.raises(RuntimeError, match="got a leaf that requires grad; assign"):
            turn()
        with no_grad(), pytest.raises(RuntimeError, match="got a leaf that requires grad; assign"):
            turn()
    assert x.shape == (2, 3) and x.version == 0
    y = x * 1
    with no_grad(), pytest.raises(RuntimeError, match="got one with history under no_grad; assign"):
        y.t_()
    assert Variable(ft.zeros(2, 3)).t_().shape == (3, 2)


def test_turning_leaves_no_cycle():
    """What a Variable was goes when the Variable does, without the garbage collector."""
    import gc
    import weakref

    x = start(2, 3)
    y = x * 1
    y.t_()
    y[0] = x[:, 0]
    gone = weakref.ref(y)
    gc.disable()
    try:
        del y
        assert gone() is None
    finally:
        gc.enable()


def test_strided_views_without_derivative_say_so():
    """Of memory with gaps, or of what is not the input's, backward raises instead of giving zeros."""
    x = start(3, 4)
    with pytest.raises(ValueError, match="expected memory without gaps, for a derivative"):
        (x * 1)[:, ::2].as_strided((2,), (1,)).sum().backward()
    with pytest.raises(ValueError, match="expected elements of input, for a derivative, got a view of others"):
        (x * 1)[1:].as_strided((2,), (1,), 0).sum().backward()


def test_views_as_another_dtype_have_no_derivative():
    """Integers have none at all; other floats raise in backward."""
    x = start(2)
    assert not x.view(ft.int64).requires_grad
    with pytest.raises(
        ValueError, match=r"^view\(\): argument 'shape': expected sizes, for a view that has a derivative"
    ):
        (x * 1).view(ft.float32).sum().backward()


def test_variables_keep_their_memory():
    """What requires grad, or is a view, does not change its size; others may."""
    leaf = Variable(ft.zeros(2), requires_grad=True)
    for x in (leaf, leaf * 1):
        for change in (
            lambda x=x: x.resize_(1),
            lambda x=x: x.set_(ft.zeros(3)),
            lambda x=x: x.resize_as_(ft.zeros(1)),
        ):
            with pytest.raises(RuntimeError, match="expected a Variable without gradient, got one that requires grad"):
                change()
    with pytest.raises(RuntimeError, match=r"^set_\(\): .* requires grad"):
        ft.Tensor.set_(Variable(ft.zeros(2)), leaf)
    plain = Variable(ft.zeros(4))
    with pytest.raises(ValueError, match="expected a Variable that is not a view, got a view"):
        plain[1:].resize_(1)
    assert plain.resize_(2).shape == (2,)
    assert Variable(ft.zeros(2)).set_(ft.ones(3)).tolist() == [1.0, 1.0, 1.0]
