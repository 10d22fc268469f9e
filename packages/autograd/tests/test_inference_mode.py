"""``inference_mode``: nothing is recorded inside, and what was made inside takes no part in gradients outside."""

import copy
import threading

import flambeau.tensor as ft
import pytest
from autograd_helpers import Square, message_of
from flambeau.autograd import (
    Variable,
    enable_grad,
    functional,
    grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
)

MADE = "a Variable that was made outside inference_mode, got one that was made inside"
FIX = "use a clone(), or no_grad instead of inference_mode"


def made_inside(*numbers):
    with inference_mode():
        return Variable(ft.tensor(list(numbers))) * 1


def test_nothing_is_recorded_whatever_is_enabled(leaf):
    """``enable_grad`` inside is believed by is_grad_enabled, and records nothing, as in PyTorch."""
    x = leaf(1.0, 2.0)
    with inference_mode():
        assert (is_inference_mode_enabled(), is_grad_enabled()) == (True, False)
        assert not (x * 2).requires_grad
        with enable_grad():
            assert is_grad_enabled()
            y = Square.apply(x) + x[0] + ft.stack([x, x])
            assert (y.requires_grad, y.is_inference(), y.grad_fn) == (False, True, None)
    assert (is_inference_mode_enabled(), is_grad_enabled()) == (False, True)
    assert (x * 2).requires_grad


def test_false_records_again(leaf):
    """``inference_mode(False)`` inside another is training."""
    x = leaf(1.0)
    with inference_mode():
        with inference_mode(False):
            y = x * 2
            assert (is_inference_mode_enabled(), is_grad_enabled()) == (False, True)
        assert is_inference_mode_enabled()
    assert (y.requires_grad, y.is_inference()) == (True, False)


def test_what_is_made_inside_says_so(leaf):
    """Results and new leaves are marked; views take after what they show, and copies are free."""
    x = leaf(1.0, 2.0)
    with inference_mode():
        made, shown, new = x * 2, x[0], leaf(3.0)
    assert made.is_inference() and not shown.is_inference()
    assert new.is_inference() and new.requires_grad
    assert made[0].is_inference() and made.detach().is_inference() and not made.clone().is_inference()
    assert not (made + 1).is_inference()
    assert not copy.deepcopy(made).is_inference()
    assert not x.is_inference()


def test_refusals_outside(leaf):
    """Kept for backward, changed in place, made to require grad: each says what to do instead."""
    x, y = leaf(1.0, 2.0), made_inside(3.0, 4.0)
    cases = {
        f"mul(): argument 'other': expected {MADE}; {FIX}": lambda: x * y,
        f"add_(): argument 'input': expected {MADE}; {FIX}": lambda: y.add_(1),
        f"index_put_(): argument 'input': expected {MADE}; {FIX}": lambda: y.__setitem__(0, 1),
        f"exp(): argument 'out': expected {MADE}; {FIX}": lambda: ft.exp(ft.ones(2), out=y),
        f"requires_grad(): expected {MADE}; {FIX}": lambda: y.requires_grad_(),
    }
    for message, call in cases.items():
        assert message_of(RuntimeError, call) == message
    with no_grad():
        assert message_of(RuntimeError, lambda: y.add_(1)).startswith("add_(): argument 'input': expected")
    assert y.tolist() == [3.0, 4.0]


def test_a_refused_change_in_place_has_not_happened(leaf):
    """What cannot be kept is noticed before anything is written."""
    y, made = leaf(1.0) * 2, made_inside(5.0)
    with pytest.raises(RuntimeError, match="made outside inference_mode"):
        y.mul_(made)
    assert y.tolist() == [2.0]


def test_what_needs_not_be_kept_is_welcome(leaf):
    """A summand is a constant like any other; a clone can be kept; inside, all may be changed."""
    x, y = leaf(1.0, 2.0), made_inside(3.0, 4.0)
    ((x + y) * y.clone()).sum().backward()
    assert x.grad.tolist() == [3.0, 4.0]
    with inference_mode():
        y.add_(1)
        x.add_(1)
    assert (x.tolist(), y.tolist()) == ([2.0, 3.0], [4.0, 5.0])


def test_a_view_made_inside_is_not_written_outside(leaf):
    """As under no_grad, such a view has no history."""
    y = leaf(1.0, 2.0) * 1
    with inference_mode():
        v = y[:1]
    with pytest.raises(RuntimeError, match="got one that was made under no_grad"):
        v.add_(1)


@pytest.mark.parametrize("decorator", [inference_mode, inference_mode(), inference_mode(True)])
def test_as_a_decorator(decorator):
    """With and without parentheses, on functions and on generators, which leave the mode when they yield."""

    @decorator
    def function():
        return is_inference_mode_enabled()

    @decorator
    def generator():
        yield is_inference_mode_enabled()
        with inference_mode(False):
            yield is_inference_mode_enabled()
            yield is_inference_mode_enabled()
        yield is_inference_mode_enabled()

    assert function() and not is_inference_mode_enabled()
    found = []
    for inside in generator():
        found.append((inside, is_inference_mode_enabled(), is_grad_enabled()))
    assert found == [(i, False, True) for i in (True, False, False, True)]


def test_belongs_to_its_thread():
    """Another thread goes on recording."""
    found = []
    with inference_mode():
        thread = threading.Thread(target=lambda: found.append((is_inference_mode_enabled(), is_grad_enabled())))
        thread.start()
        thread.join()
    assert found == [(False, True)]


def test_backward_inside_gives_plain_gradients(leaf):
    """A graph made outside is run inside; create_graph records nothing there."""
    x = leaf(3.0)
    y = x**3
    with inference_mode():
        (g,) = grad(y, x, create_graph=True)
    assert (g.item(), g.requires_grad) == (27.0, False)


def test_derivatives_of_functions_are_computed_inside(leaf):
    """functional records on its own, also of what was made inside."""
    with inference_mode():
        x = leaf(2.0) * 1
        assert functional.jacobian(lambda x: x * x, x).tolist() == [[4.0]]
        assert is_inference_mode_enabled()
    assert functional.vjp(lambda x: x * x, x)[1].tolist() == [4.0]
