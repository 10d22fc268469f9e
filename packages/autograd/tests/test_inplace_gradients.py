"""In-place changes and gradients: writes into results, views, parts; what is noticed, what is refused.

Numbers are checked against finite differences of the same code run on plain Tensors.
"""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad, gradcheck, gradgradcheck, no_grad


def message_of(exception, call):
    with pytest.raises(exception) as raised:
        call()
    return str(raised.value)


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


# Programs: each takes x of shape (3, 4), plain or Variable, and gives a result. -----------------------------------


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


PROGRAMS = [
    value
    for value in list(globals().values())
    if callable(value) and getattr(value, "__module__", "") == __name__ and value not in (message_of, slopes)
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_gradients_of_programs_that_write(program):
    """A program with in-place changes has the gradient of what it computes."""
    analytic, numeric = slopes(program, (3, 4))
    np.testing.assert_allclose(analytic, numeric, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "program", [write_row, view_of_view, parts_of_split, column_major_base, needs_old_value, needs_result]
)
def test_second_derivatives_of_programs_that_write(program):
    """In-place changes and writes into views can be differentiated twice."""
    x = Variable(ft.from_numpy(np.random.default_rng(1).uniform(0.5, 1.5, (3, 4))), requires_grad=True)
    assert gradcheck(program, (x,))
    assert gradgradcheck(program, (x,))


# What a write does to the names around it -------------------------------------------------------------------------


def test_writing_makes_a_buffer_a_result(leaf):
    """A Variable without history that gets one written to it has one."""
    w = leaf(2.0)
    buffer = Variable(ft.zeros(3))
    assert not buffer.requires_grad
    buffer[0] = w[0] * 3
    assert buffer.requires_grad and not buffer.is_leaf
    buffer.sum().backward()
    assert w.grad.item() == 3.0


def test_write_through_a_view_reaches_base_and_other_views(leaf):
    """Base and views see the write: in value, in version and in history."""
    w = leaf(2.0)
    base = Variable(ft.zeros(3))
    first, second = base[0:2], base[1:3]
    first.mul_(0)
    first[1] = w[0]
    assert base.requires_grad and second.requires_grad and first.requires_grad
    assert base.version == first.version == second.version
    second.sum().backward()
    assert w.grad.item() == 1.0


def test_in_place_gives_the_variable_itself(leaf):
    """The result of an in-place operation is its first argument, whose history went on."""
    y = leaf(1.0) * 2
    assert y.add_(1) is y
    assert y.grad_fn.name == "add"
    y[0] = 0
    assert y.grad_fn.name == "index_put"


def test_history_ends_where_all_is_overwritten(leaf):
    """What is overwritten without a gradient has none; it stays a Variable."""
    w = leaf(1.0, -2.0)
    y = w * 2
    y.bernoulli_(0.5)
    assert (y + w * 0).sum().backward() is None
    assert w.grad.tolist() == [0.0, 0.0]
    z = w * 2
    ft.gt(z, 0, out=z)
    assert not z.requires_grad


def test_hooks_belong_to_the_value_they_were_put_on(leaf):
    """A hook sees the gradient of the value there was, not of what was written later."""
    x = leaf(1.0)
    y = x * 1
    seen = []
    y.register_hook(lambda g: seen.append(("before", g.item())))
    y.mul_(3)
    y.register_hook(lambda g: seen.append(("after", g.item())))
    y.backward()
    assert seen == [("after", 1.0), ("before", 3.0)]


# Refusals ---------------------------------------------------------------------------------------------------------

LEAF = "expected no leaf that requires grad, got {} that does; work on a clone(), or change it under no_grad"


@pytest.mark.parametrize(
    "call, name, what",
    [
        (lambda x: x.add_(1), "add_", "a leaf Variable"),
        (lambda x: x.__iadd__(1), "add_", "a leaf Variable"),
        (lambda x: x.__setitem__(0, 1), "index_put_", "a leaf Variable"),
        (lambda x: x.zero_(), "zero_", "a leaf Variable"),
        (lambda x: x.bernoulli_(0.5), "bernoulli_", "a leaf Variable"),
        (lambda x: ft.gt(x, 0, out=x), "gt_", "a leaf Variable"),
        (lambda x: x[0:1].add_(1), "add_", "a view of a leaf Variable"),
        (lambda x: x.T.reshape(-1)[0].fill_(1), "fill_", "a view of a leaf Variable"),
        (lambda x: x.unbind(0)[1].mul_(2), "mul_", "a view of a leaf Variable"),
        (lambda x: Variable(ft.zeros(3))[0:2].requires_grad_().add_(1), "add_", "a leaf Variable"),
    ],
)
def test_leaves_are_not_written(leaf, call, name, what):
    """A leaf whose gradient is wanted, or a view of one, is changed under no_grad only."""
    x = leaf(1.0, 2.0)
    assert message_of(RuntimeError, lambda: call(x)) == f"{name}(): argument 'input': {LEAF.format(what)}"
    assert x.tolist() == [1.0, 2.0]
    with no_grad():
        x.add_(1)
        x[0] = 5
    assert x.tolist() == [5.0, 3.0] and x.is_leaf and x.requires_grad


def test_leaf_changed_under_no_grad_has_the_right_gradient(leaf):
    """An update under no_grad, as optimizers make it, leaves the leaf a leaf."""
    x = leaf(1.0, 2.0)
    with no_grad():
        x.mul_(3)
    (x * x).sum().backward()
    assert x.grad.tolist() == [6.0, 12.0]


@pytest.mark.parametrize(
    "call, name",
    [
        (lambda t, v: t.add_(v), "add_"),
        (lambda t, v: t.__setitem__(0, v[0]), "index_put_"),
        (lambda t, v: t.__iadd__(v), "add_"),
        (lambda t, v: t.copy_(v), "copy_"),
        (lambda t, v: v.data.mul_(v), "mul_"),
    ],
)
def test_plain_tensors_take_no_history(leaf, call, name):
    """Writing what requires grad into a plain Tensor would lose the gradient: it says what to do."""
    t = ft.zeros(2)
    expected = (
        f"{name}(): argument 'input': expected a Variable, because a value that requires grad is written to it, "
        f"got a plain Tensor; make it Variable(x)"
    )
    assert message_of(RuntimeError, lambda: call(t, leaf(1.0, 2.0))) == expected
    assert t.tolist() == [0.0, 0.0]
    with no_grad():
        call(t, leaf(1.0, 2.0))


@pytest.mark.parametrize("out", [lambda x: ft.zeros(2), lambda x: Variable(ft.zeros(2)), lambda x: x * 2, lambda x: x])
def test_out_is_not_recorded(leaf, out):
    """``out=`` with something that requires grad is refused, and works under no_grad."""
    x = leaf(1.0, 2.0)
    target = out(x)
    expected = (
        "exp(): argument 'out': expected no argument that requires grad (writing to out= is not recorded), got one; "
        "assign the result instead, or use no_grad"
    )
    if target is not x:
        assert message_of(RuntimeError, lambda: ft.exp(x, out=target)) == expected
    if isinstance(target, Variable) and target.requires_grad:
        with pytest.raises(RuntimeError):
            ft.exp(ft.ones(2), out=target)
    with no_grad():
        ft.exp(ft.zeros(2), out=target)
    assert target.tolist() == [1.0, 1.0]


def test_views_made_under_no_grad_take_no_history(leaf):
    """A view without history of a result that has one is not written with history."""
    y = leaf(1.0, 2.0) * 1
    with no_grad():
        v = y[0:1]
    assert not v.requires_grad
    assert message_of(RuntimeError, lambda: v.add_(y[1:])).startswith(
        "add_(): argument 'input': expected a view with history, got one"
    )
    with no_grad():
        v.add_(1)
    assert y.tolist() == [2.0, 2.0]


# Changes that backward would not survive --------------------------------------------------------------------------


def test_changed_argument_names_line_and_both_operations(leaf):
    """The message says which operation kept what, where it was recorded, and what changed it."""
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    h = w * 1
    y = x * h
    h.exp_()
    message = message_of(RuntimeError, lambda: y.sum().backward())
    assert message == (
        f"mul(): argument 'other', kept for backward: expected version 0, as recorded at {y.grad_fn.line}, "
        f"got version 1 after exp_ changed it in place; change a clone() instead"
    )
    assert y.grad_fn.line.endswith(": y = x * h")


def test_changed_result_names_line_and_both_operations(leaf):
    """A result that was kept and then changed is noticed too, with the node that kept it."""
    x = leaf(1.0, 2.0)
    y = x.exp()
    node = y.grad_fn
    y.add_(1)
    y[0] = 2
    message = message_of(RuntimeError, lambda: y.sum().backward())
    assert message == (
        f"exp(): result 'result', kept for backward: expected version 0, as recorded at {node.line}, "
        f"got version 2 after index_put_ changed it in place; change a clone() instead"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h.add_(1),
        lambda h: h[0:1].zero_(),
        lambda h: h.reshape(1, 2)[0].zero_(),
        lambda h: h.detach().add_(1),
        lambda h: h.data.add_(1),
        lambda h: h.__setitem__(1, 0),
        lambda h: ft.add(ft.ones(2), 1, out=h.data),
    ],
)
def test_every_way_to_change_a_kept_value_is_noticed(leaf, change):
    """Views, detached Variables, ``.data`` and ``out=`` all count on the same memory."""
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    h = w * 1
    y = x * h
    change(h)
    with pytest.raises(RuntimeError, match=r"^mul\(\): argument 'other', kept for backward: expected version 0"):
        y.sum().backward()


def test_kept_views_are_checked(leaf):
    """A kept view notices a change of any part of its memory."""
    x, w = leaf(1.0), leaf(3.0, 4.0)
    h = w * 1
    y = x * h[0:1]
    h[1] = 0
    with pytest.raises(RuntimeError, match="kept for backward: expected version 0"):
        y.sum().backward()


def test_changes_of_what_was_not_kept_do_no_harm(leaf):
    """Only what a rule needs is kept: addition survives any change."""
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    h = w * 1
    y = x + h
    h.exp_()
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
    z = x * 2
    x_times_number = z * 3
    z.zero_()
    x_times_number.sum().backward()
    assert x.grad.tolist() == [7.0, 7.0]


def test_kept_only_for_those_who_need_it(leaf):
    """What is kept for a gradient that nobody wants is not checked."""
    w = leaf(3.0, 4.0)
    data = ft.ones(2)
    y = w * data
    w.data.mul_(1)
    y.sum().backward()
    assert w.grad.tolist() == [1.0, 1.0]


def test_index_tensors_may_be_changed_afterwards_or_are_noticed(leaf):
    """An index changed after its use gives the right gradient or an error, never a wrong gradient."""
    for wrap in (
        lambda i: i,
        lambda i: (i, 0),
        lambda i: (slice(None), i),
        lambda i: i.numpy(),
        lambda i: (i.numpy(), 1),
    ):
        x = Variable(ft.ones(2, 2), requires_grad=True)
        index = ft.tensor([1, 1])
        expected = grad(x[wrap(index.clone())].sum(), x)[0].tolist()
        y = x[wrap(index)]
        index.zero_()
        try:
            found = grad(y.sum(), x)[0].tolist()
        except RuntimeError as error:
            assert "kept for backward" in str(error)
        else:
            assert found == expected


def test_lists_of_arguments_may_be_changed_afterwards(leaf):
    """The list given to ``cat`` is the caller's: emptying it changes nothing."""
    x, w = leaf(1.0), leaf(2.0)
    parts = [x, w]
    y = ft.cat(parts)
    z = ft.stack(parts)
    parts.clear()
    (y * ft.tensor([1.0, 2.0])).sum().backward()
    z.sum().backward()
    assert (x.grad.item(), w.grad.item()) == (2.0, 3.0)


def test_changes_under_no_grad_are_constants(leaf):
    """What no_grad writes keeps the history there was; views follow the memory."""
    x = leaf(1.0, 2.0)
    y = x * 3
    v = y[0:1]
    with no_grad():
        y.mul_(2)
    assert v.tolist() == [6.0]
    (y.sum() + v.sum()).backward()
    assert x.grad.tolist() == [6.0, 3.0]


def test_versions_count_within_one_graph(leaf):
    """A value kept twice, before and after a change, fails for the first only."""
    x = leaf(2.0)
    h = x * 1
    before = h.sin()
    h.mul_(3)
    after = h.sin()
    after.backward(retain_graph=True)
    assert x.grad.item() == pytest.approx(3 * np.cos(6.0), rel=1e-5)
    with pytest.raises(RuntimeError, match=r"^sin\(\): argument 'input'"):
        before.backward()
