"""In-place changes and history: which names learn of a write, and which writes are refused."""

import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable, no_grad


def message_of(exception, call):
    with pytest.raises(exception) as raised:
        call()
    return str(raised.value)


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


# Refusals -----------------------------------------------------------------------------------------------------------

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


@pytest.mark.parametrize("write", [lambda v: v.mul_(3), lambda v: v.zero_(), lambda v: v.__setitem__(0, 5)])
def test_views_made_under_no_grad_are_not_written_behind_the_history(leaf, write):
    """Not with numbers either: the gradient of the base would be that of the old value."""
    y = leaf(1.0, 2.0) * 1
    with no_grad():
        v = y[0:1]
    message = message_of(RuntimeError, lambda: write(v))
    assert message.endswith(
        "argument 'input': expected a view with history, got one that was made under no_grad or by a Function; "
        "make the view where gradients are recorded"
    )
    assert y.tolist() == [1.0, 2.0]
