"""In-place changes and gradients: the gradient of programs that write into results, views and parts.

Numbers are checked against finite differences of the same code run on plain Tensors.
"""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad, gradcheck, gradgradcheck


def slopes(program, shape, seed=0):
    """The gradient of ``(program(x) * weights).sum()`` by autograd and by differences."""
    generator = np.random.default_rng(seed)
    start = generator.uniform(0.5, 1.5, shape)
    weights = None

    def value(array):
        nonlocal weights
        result = program(ft.from_numpy(array.copy()))
        if weights is None:
            weights = ft.from_numpy(generator.uniform(0.5, 1.5, result.shape))
        return (result * weights).sum().item()

    value(start)
    numeric = np.zeros(shape)
    for index in np.ndindex(*shape):
        step = np.zeros(shape)
        step[index] = 1e-6
        numeric[index] = (value(start + step) - value(start - step)) / 2e-6
    x = Variable(ft.from_numpy(start), requires_grad=True)
    result = program(x)
    (result * weights).sum().backward()
    return x.grad.numpy(), numeric


# Programs: each takes x of shape (3, 4), plain or Variable, and gives a result. -------------------------------------


def write_row(x):
    y = x * 1
    y[0] = (x[1] * x[2]).sin()
    return y


def write_elements(x):
    y = x * 1
    y[1, 2] = x[0, 0] * x[2, 3]
    y[0, :] *= x[:, 0].sum()
    return y


def write_by_index_tensor(x):
    y = x.sin()
    y[ft.tensor([2, 0])] = x[:2] * 3
    return y * y


def write_by_mask(x):
    y = x * 2
    y[x.data > 1] = 0
    return y * x


def write_strided(x):
    y = x * 1
    y[::2, 1:3] = x[1:, :2] ** 2
    return y


def write_broadcast(x):
    y = x * 1
    y[:] = x[0]
    return y * x


def write_number(x):
    y = x * 1
    y[1] = 7
    return y * x


def view_of_view(x):
    y = x * 1
    v = y[1:]
    w = v.T[0]
    w.mul_(x[0, :2])
    return y * v.sum() + w.sum()


def writes_in_turn(x):
    y = x * 1
    a, b = y[0], y[:, 0]
    a.mul_(2)
    b.add_(x[:, 1])
    a.sin_()
    y.mul_(x)
    b.mul_(3)
    return y + a + b.sum()


def stale_on_the_right(x):
    y = x * 2
    flat = y.reshape(-1)
    flat.tanh_()
    return (x.sin() + 0).reshape(-1) + flat


def stale_in_a_list(x):
    y = x * 2
    v = y[0]
    y.tanh_()
    return ft.cat([x[1], v, y[2]])


def stale_in_a_stack_of_views(x):
    y = x * 1
    v = y[0:2].T
    y[1] = x[2] * x[0]
    return x[:2].T * v


def parts_of_unbind(x):
    y = x * 1
    a, b, c = y.unbind(0)
    b.mul_(a.clone())
    c.add_(x[0])
    return y * c + a


def parts_of_split(x):
    y = x * x
    a, b = y.split(2, 1)
    a.mul_(b.clone())
    b.add_(x[:, 2:])
    return y + a.sum()


def whole_as_one_part(x):
    y = x * 1
    (part,) = y.split(3)
    part.mul_(x)
    return y


def column_major_base(x):
    y = x.T + x.T
    y.T.reshape(12)[:6].mul_(x.reshape(12)[6:])
    return y * y


def reversed_base(x):
    y = (x * 1).flip((0, 1)) + 0
    y[::-1, 0] *= x[:, 1]
    return y * x


def diagonal_written(x):
    y = x[:, :3] * 1
    y.diagonal().mul_(x[0, :3])
    return y


def narrowed_and_squeezed(x):
    y = x.unsqueeze(1) * 1
    y.squeeze(1).narrow(1, 1, 2).mul_(x[:, :2])
    return y.squeeze(1) * x


def plus_itself(x):
    y = x * 1
    y.add_(y)
    y[0].sub_(y[1])
    y[2].add_(y[2])
    return y


def plus_own_transpose(x):
    y = x[:, :3] * 1
    y.add_(y.T)
    return y * x[:, 1:]


def overlap(x):
    y = x.reshape(-1) * 1
    y[1:] += y[:-1]
    return y * x.reshape(-1)


def needs_old_value(x):
    y = x * 1
    y.mul_(x.sin())
    y.pow_(3)
    y /= x
    return y


def needs_result(x):
    y = x * 1
    y.exp_()
    z = y * 2
    z[0].sigmoid_()
    return z


def zeroed_and_refilled(x):
    y = x * 5
    y.zero_()
    y.add_(x)
    y[0].fill_(2)
    y[1].copy_(x[2])
    return y * x


def into_a_fresh_buffer(x):
    buffer = Variable(ft.zeros(3, 4, dtype="float64")) if isinstance(x, Variable) else ft.zeros(3, 4, dtype="float64")
    for i in range(3):
        buffer[i] = x[i] * x[2 - i]
    return buffer


def masked_and_scattered(x):
    y = x * 1
    y.masked_fill_(ft.tensor([True, False, False, True]), 0.5)
    y.index_add_(0, ft.tensor([0, 0]), x[1:] * x[:2])
    y.scatter_(1, ft.tensor([[1], [2], [0]]), x[:, 3:] ** 2)
    return y


def swapped_rows(x):
    y = x * 1
    keep = y[0].clone()
    y[0] = y[1]
    y[1] = keep * 2
    return y * x


def turned_gradient_of_a_base(x):
    y = x * 1
    y.view(-1)[2:5].mul_(3)
    return y.T * x.T


PROGRAMS = [
    value
    for value in list(globals().values())
    if callable(value) and getattr(value, "__module__", "") == __name__ and value is not slopes
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_gradients_of_programs_that_write(program):
    """A program with in-place changes has the gradient of what it computes."""
    analytic, numeric = slopes(program, (3, 4))
    np.testing.assert_allclose(analytic, numeric, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "program",
    [
        write_row,
        view_of_view,
        parts_of_split,
        column_major_base,
        turned_gradient_of_a_base,
        needs_old_value,
        needs_result,
    ],
)
def test_second_derivatives_of_programs_that_write(program):
    """In-place changes and writes into views can be differentiated twice."""
    x = Variable(ft.from_numpy(np.random.default_rng(1).uniform(0.5, 1.5, (3, 4))), requires_grad=True)
    assert gradcheck(program, (x,))
    assert gradgradcheck(program, (x,))


@pytest.mark.parametrize("retain", [True, False])
def test_second_derivative_of_a_kept_result_written_into_a_view(leaf, retain):
    """The last run releases what the written view's node and its inner node share, in any order."""
    x = leaf(0.5, 0.2, 0.3, dtype="float64")
    y = x * 1
    y[0:2].tanh_()
    (first,) = grad((y * y).sum(), x, create_graph=True)
    (second,) = grad(first.sum(), x, retain_graph=retain)
    t = np.tanh([0.5, 0.2])
    expected = 2 * (1 - t**2) * (1 - 3 * t**2)
    np.testing.assert_allclose(second.numpy(), [*expected, 2.0])


def test_copy_from_another_device(strict_device):
    """The gradient goes back to the device it was copied from."""
    source = Variable(ft.tensor([1.0, 2.0]), requires_grad=True)
    target = Variable(ft.zeros(2, 2, device=strict_device)).copy_(source)
    (target * ft.tensor([[1.0, 2.0], [3.0, 4.0]], device=strict_device)).sum().backward()
    assert source.grad.device == "cpu" and source.grad.tolist() == [4.0, 6.0]
