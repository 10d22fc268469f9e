"""The hook that decides which arguments operations on Variables get, on one thread."""

import threading

import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable, grad
from flambeau.autograd._core.engine import set_argument_hook
from flambeau.tensor import ops


@pytest.fixture
def halving():
    """Exponentials of half of what they get; tells what it was called for."""
    seen = []

    def hook(op, args):
        seen.append(op.name)
        return (args[0] * 0.5,) if op is ops.exp else args

    outside = set_argument_hook(hook)
    yield seen
    assert set_argument_hook(outside) is hook


def test_arguments_are_replaced_and_recorded(halving):
    """What the hook computes has its place in the history; operations of its own do not come back to it."""
    x = Variable(ft.tensor([2.0]), requires_grad=True)
    y = x.exp()
    assert y.item() == pytest.approx(ft.tensor(1.0).exp().item())
    y.backward()
    assert x.grad.item() == pytest.approx(0.5 * ft.tensor(1.0).exp().item())
    assert halving == ["exp"]


def test_every_kind_of_call_is_asked_for(halving):
    """One argument, two, and several; but neither plain Tensors nor what is written to a given Tensor."""
    x = Variable(ft.ones(2, 2))
    _ = x + x, x.exp(), x.sum(), ft.cat([x, x]), 2.0 * x
    assert halving == ["add", "exp", "sum", "cat", "mul"]
    ft.ones(2).exp()
    x.exp_()
    ft.add(x, x, out=ft.zeros(2, 2))
    assert len(halving) == 5


def test_backward_is_left_alone(halving):
    """Its own operations get what the rules give them, also where they are recorded."""
    x = Variable(ft.tensor([2.0]), requires_grad=True)
    (first,) = grad(x.exp(), x, create_graph=True)
    (second,) = grad(first, x)
    assert halving == ["exp"]
    assert second.item() == pytest.approx(0.25 * ft.tensor(1.0).exp().item())


def test_other_threads_are_left_alone(halving):
    """The hook is of the thread that set it."""
    found = []
    thread = threading.Thread(target=lambda: found.append(Variable(ft.tensor([2.0])).exp().item()))
    thread.start()
    thread.join()
    assert found == [pytest.approx(ft.tensor(2.0).exp().item())]


def test_an_error_in_the_hook_leaves_it_in_place():
    """It is raised to the caller, and asked again the next time."""
    calls = []

    def hook(op, args):
        calls.append(op)
        raise ZeroDivisionError

    x = Variable(ft.ones(1))
    set_argument_hook(hook)
    try:
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                x.exp()
    finally:
        assert set_argument_hook(None) is hook
    assert len(calls) == 2
