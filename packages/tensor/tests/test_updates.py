"""Updates that are written down once and run over many sets of Tensors."""

import flambeau.tensor as ft
import pytest
from flambeau.tensor._tracing import Changed, NotPointwise, Update


def written(function, count=2):
    update = Update()
    stands = [update.stand_in(ft.float32) for _ in range(count)]
    function(*stands)
    return update, stands


def test_repeated_with_other_numbers():
    """The program of the first time runs with the numbers of the last."""
    update, (p, g) = written(lambda p, g: p.mul_(0.5).add_(2 * g).clamp_(-10.0, 10.0))
    w = ft.ones(2)
    assert update.run([[w, ft.ones(2)]]) == []
    assert w.tolist() == [2.5, 2.5]
    update.repeat(lambda: p.mul_(2.0).add_(3 * g).clamp_(-10.0, 7.0))
    update.run([[w, ft.ones(2)]])
    assert w.tolist() == [7.0, 7.0]


@pytest.mark.parametrize(
    "other",
    [
        lambda p, g: p.add_(2.0).add_(g),  # another operator
        lambda p, g: p.mul_(2.0),  # less
        lambda p, g: p.mul_(2.0).add_(g).add_(g),  # more
        lambda p, g: p.mul_(2.0).add_(p),  # another operand
        lambda p, g: g.mul_(2.0).add_(g),  # written to another
        lambda p, g: p.mul_(2).add_(g),  # a number of another type
        lambda p, g: p.mul(2.0).add_(g),  # not in place
    ],
)
def test_something_else_is_noticed(other):
    """A repetition that does something else changes nothing."""
    update, (p, g) = written(lambda p, g: p.mul_(3.0).add_(g))
    with pytest.raises(Changed):
        update.repeat(lambda: other(p, g))
    w = ft.ones(2)
    update.run([[w, ft.ones(2)]])
    assert w.tolist() == [4.0, 4.0]


def test_numbers_that_decide_what_is_computed():
    """A square is no power with another exponent in its place."""
    update, (p, g) = written(lambda p, g: p.add_(g**2))
    with pytest.raises(Changed):
        update.repeat(lambda: p.add_(g**3))
    update.repeat(lambda: p.add_(g**2))


@pytest.mark.parametrize("name", ["shape", "data", "item"])
def test_elements_and_sizes_are_hidden(name):
    """Looking at them says that there is no program."""
    _, (p, _) = written(lambda p, g: p.add_(g))
    with pytest.raises(NotPointwise, match=f"'{name}' of a Tensor whose elements are not known yet"):
        getattr(p, name)


def test_what_is_no_tensor_is_left():
    """A set with something else in it is given back, not run over."""
    update, _ = written(lambda p, g: p.add_(g))
    sets = [[ft.ones(2), None], [ft.ones(2), 3.0], [ft.ones(2), ft.ones(2)]]
    assert update.run(sets) == sets[:2]
    assert sets[2][0].tolist() == [2.0, 2.0]
