"""Values kept for backward and changed afterwards: noticed by version, told with the line and both operations."""

import flambeau.tensor as ft
import numpy as np
import pytest
from autograd_helpers import here
from flambeau.autograd import Variable, grad, no_grad


def message_of(exception, call):
    with pytest.raises(exception) as raised:
        call()
    return str(raised.value)


def test_changed_argument_names_line_and_both_operations(leaf):
    """The message says which operation kept what, where it was recorded, and what changed it."""
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    h = w * 1
    y = x * h
    change = here()
    h.exp_()
    message = message_of(RuntimeError, lambda: y.sum().backward())
    assert message == (
        f"mul(): argument 'other', kept for backward: expected version 0, as recorded at {y.grad_fn.line}, "
        f"got version 1 after exp_ changed it in place at {change}; change a clone() instead"
    )
    assert y.grad_fn.line.endswith(": y = x * h")


def test_changed_result_names_line_and_both_operations(leaf):
    """A result that was kept and then changed is noticed too, with the node that kept it."""
    x = leaf(1.0, 2.0)
    y = x.exp()
    node = y.grad_fn
    y.add_(1)
    change = here()
    y[0] = 2
    message = message_of(RuntimeError, lambda: y.sum().backward())
    assert message == (
        f"exp(): result 'result', kept for backward: expected version 0, as recorded at {node.line}, "
        f"got version 2 after index_put_ changed it in place at {change}; change a clone() instead"
    )


def test_the_last_change_is_named_wherever_it_was(leaf):
    """The line is the user's, of the last change, also when it was made through `.data`, a view or new memory."""
    x = leaf(1.0, 2.0)
    w = leaf(3.0, 4.0)

    def change_of(change):
        h = w * 1
        y = x * h
        change(h)
        return message_of(RuntimeError, lambda: y.sum().backward()).partition("after ")[2].partition(";")[0]

    def through_data(h):
        h.data[0] = 1

    def twice(h):
        h.add_(1)
        h[1:].mul_(2)

    def replaced(h):
        h.data = ft.ones(2)

    for change, by, text in [
        (through_data, "index_put_", "h.data[0] = 1"),
        (twice, "mul_", "h[1:].mul_(2)"),
        (replaced, "copy_", "h.data = ft.ones(2)"),
    ]:
        found = change_of(change)
        assert found.startswith(f'{by} changed it in place at File "{__file__}", line ')
        assert found.endswith(f": {text}")


def test_changes_in_a_list_are_named(leaf):
    """Of several Tensors kept together, those that were changed."""
    x = leaf(1.0, 2.0)
    parts = [x * 1, x * 2]
    function = ft.pointwise("a * b * b")
    y = function(*parts)
    change = here()
    parts[1].zero_()
    assert message_of(RuntimeError, lambda: y.sum().backward()) == (
        f"pointwise(): argument 'inputs', kept for backward: expected its Tensors unchanged, as recorded at "
        f"{y.grad_fn.line}, got a change in place since; change a clone() instead (zero_ changed it in place at "
        f"{change})"
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
