"""Where gradients end up: added in place, in memory that nobody else has."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad


def test_gradients_accumulate_in_place(leaf):
    """A second backward adds to the same ``grad`` object."""
    x = leaf(1.0, 2.0)
    (x * 2).sum().backward()
    first = x.grad
    (x * 3).sum().backward()
    assert x.grad is first
    assert first.tolist() == [5.0, 5.0]
    assert type(first) is Variable and not first.requires_grad


def test_gradients_are_copied_on_their_own_device(strict_device):
    """One gradient of two leaves is copied for the second where they are, not on the current device."""
    a, b = (Variable(ft.ones(3, device="strict:1"), requires_grad=True) for _ in range(2))
    (a + b).sum().backward()
    assert a.grad.device == b.grad.device == "strict:1"
    assert a.grad.tolist() == b.grad.tolist() == [1.0, 1.0, 1.0]


def arrays_of(*values):
    return [v.data.numpy() if isinstance(v, ft.Tensor) else v for v in values]


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    "combine",
    [
        lambda a, b: a + b,
        lambda a, b: ft.cat([a, b])[:2] + b,
        lambda a, b: (a + b).clone(),
        lambda a, b: b + a.reshape(2),
    ],
)
def test_leaves_never_share_gradients(leaf, combine, create_graph):
    """Two leaves, and the gradient that was given, have memory of their own."""
    a, b, given = leaf(1.0, 2.0), leaf(3.0, 4.0), ft.ones(2)
    combine(a, b).backward(given, create_graph=create_graph)
    ours, theirs, users = arrays_of(a.grad, b.grad, given)
    assert not np.shares_memory(ours, theirs)
    assert not np.shares_memory(ours, users) and not np.shares_memory(theirs, users)
    a.grad.data.zero_()
    assert b.grad.tolist() in ([1.0, 1.0], [2.0, 2.0]) and given.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("create_graph", [False, True])
def test_grad_gives_memory_of_its_own(leaf, create_graph):
    """What ``grad`` returns can be written without a trace elsewhere."""
    a, b, given = leaf(1.0, 2.0), leaf(3.0, 4.0), ft.ones(2)
    found = grad(a + b, [a, b], given, create_graph=create_graph)
    arrays = arrays_of(*found, given)
    assert not any(np.shares_memory(arrays[i], arrays[j]) for i in range(3) for j in range(i))
    assert all(array.flags.writeable for array in arrays)
    (g,) = grad((a * 1).sum(), a)
    g.data.add_(1)
    assert g.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("kind", ["tensor", "variable", "numpy"])
def test_the_given_gradient_is_not_taken_over(leaf, kind):
    """A leaf that is itself the output copies the gradient it is given."""
    array = np.ones(2, "f4")
    given = {"tensor": ft.ones(2), "variable": Variable(ft.ones(2)), "numpy": ft.from_numpy(array)}[kind]
    for make in (lambda x: x, lambda x: x.clone(), lambda x: x.reshape(2)):
        x = leaf(1.0, 2.0)
        make(x).backward(given)
        x.grad.data.mul_(5)
        assert given.tolist() == [1.0, 1.0]


def test_gradients_kept_by_hooks_are_not_changed_later(leaf):
    """A gradient that a hook kept stays as it was when more arrives."""
    x = leaf(1.0)
    kept = []
    y = x * 2
    y.register_hook(kept.append)
    z = y.clone()
    z.register_hook(kept.append)
    z.backward(retain_graph=True)
    z.backward()
    assert [g.item() for g in kept] == [1.0] * 4
    assert x.grad.item() == 4.0


def test_a_gradient_that_was_reshaped_is_not_copied():
    """The leaf takes over the memory that the view is of, where nobody else sees it."""
    x, seen = Variable(ft.ones(2, 3), requires_grad=True), []
    flat = x.reshape(6)
    flat.register_hook(lambda grad: seen.append(grad.data_ptr()))
    (flat * flat).sum().backward()
    assert x.grad.data_ptr() == seen[0]
    assert x.grad.tolist() == [[2.0] * 3] * 2


@pytest.mark.parametrize("keep", [lambda grad: grad, lambda grad: grad.numpy(), lambda grad: grad[1:]])
def test_a_gradient_that_somebody_sees_is_copied(keep):
    """A Tensor, an array or a view that a hook keeps does not change with the leaf's gradient."""
    x, kept = Variable(ft.ones(2, 3), requires_grad=True), []
    flat = x.reshape(6)
    flat.register_hook(lambda grad: kept.append(keep(grad.data if isinstance(grad, Variable) else grad)))
    (flat * flat).sum().backward()
    x.grad.zero_()
    assert set(kept[0].tolist()) == {2.0}
