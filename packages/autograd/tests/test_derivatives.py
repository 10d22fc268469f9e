"""Derivatives at places that the database cannot try: ties, infinities, nothing at all."""

import math

import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable, grad
from flambeau.tensor import ops


def leaf(values):
    return Variable(ft.tensor(values), requires_grad=True)


def gradient(function, x, seed=None):
    """The gradient of ``function`` as a list."""
    y = function(x)
    seed = ft.ones(y.shape, dtype=y.dtype) if seed is None else ft.tensor(seed)
    return grad(y, x, seed)[0].tolist()


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "empty_like", "rand_like", "randn_like"])
def test_like_a_variable_is_a_variable(name):
    """Arguments decide the type of a result; it has no history."""
    x = leaf([1.0, 2.0])
    for source in (x, x * 2, x.detach()):
        result = getattr(ft, name)(source)
        assert type(result) is Variable and not result.requires_grad and result.is_leaf
    assert type(ft.full_like(x, 1)) is Variable
    assert type(getattr(ft, name)(x.data)) is ft.Tensor


def test_drawing_in_place_forgets_what_was_there():
    """``bernoulli_`` (as ``uniform_`` and ``normal_``) leaves nothing of the old values: their gradient is 0."""
    for draw in (lambda y: y.bernoulli_(0.5), lambda y: y.bernoulli_(), lambda y: y.uniform_(), lambda y: y.normal_()):
        x = leaf([0.25, 0.5])
        assert gradient(lambda x: draw(x * 1), x) == [0.0, 0.0]  # noqa: B023


INF = math.inf


@pytest.mark.parametrize(
    "function, expected",
    [
        (lambda x, y: ft.maximum(x, y), ([0.0, 0.5, 1.0, 0.5, 0.5, 1.0], [1.0, 0.5, 0.0, 0.5, 0.5, 0.0])),
        (lambda x, y: ft.minimum(x, y), ([1.0, 0.5, 0.0, 0.5, 0.5, 0.0], [0.0, 0.5, 1.0, 0.5, 0.5, 1.0])),
    ],
    ids=["maximum", "minimum"],
)
def test_equal_operands_share(function, expected):
    """Each gets half where they are equal, infinities too."""
    x, y = leaf([1.0, 2.0, 3.0, INF, -INF, 0.0]), leaf([2.0, 2.0, 2.0, INF, -INF, -INF])
    found = grad(function(x, y), (x, y), ft.ones(6))
    assert tuple(g.tolist() for g in found) == expected


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize(
    "values, expected",
    [
        ([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]], [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]),
        ([[INF, INF, 0.0], [-INF, -INF, -INF]], [[0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]]),
    ],
    ids=["finite", "infinite"],
)
def test_greatest_elements_share(values, expected, keepdim):
    """Those that are equally great get equal parts."""
    found = gradient(lambda x: ft.amax(x, 1, keepdim), leaf(values))
    assert ft.tensor(found).sub(ft.tensor(expected)).abs().amax().item() < 1e-7
    found = gradient(lambda x: ft.amin(-x, 1, keepdim), leaf(values))
    assert ft.tensor(found).add(ft.tensor(expected)).abs().amax().item() < 1e-7


@pytest.mark.parametrize(
    "function",
    [ft.relu, lambda x: ft.maximum(x, 0), lambda x: ft.clamp(x, min=0), lambda x: ft.where(x > 0, x, 0)],
    ids=["relu", "maximum", "clamp", "where"],
)
def test_what_was_not_taken_gets_nothing_of_an_infinite_gradient(function):
    """Chosen, not multiplied by 0: no nan comes of it."""
    assert gradient(function, leaf([-1.0, 2.0]), [INF, INF]) == [0.0, INF]


def test_loss_of_nothing_has_no_gradient():
    """Where all targets are ignored the mean is nan, and its gradient 0, as in PyTorch; differentiated again, too."""
    target = ft.tensor([-100, -100])
    for loss in (ft.cross_entropy, lambda x, target: ft.nll_loss(ft.log_softmax(x, 1), target)):
        x = leaf([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
        value = loss(x, target)
        assert math.isnan(value.item())
        (first,) = grad(value, x, create_graph=True)
        assert first.tolist() == [[0.0] * 3] * 2
        (second,) = grad(first.sum(), x)
        assert second.tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("shape", [(3, 2), (100, 70)], ids=["small", "large"])
@pytest.mark.parametrize("dim, keepdim", [(None, False), (0, False), (1, True), ((0, 1), True)])
def test_gradient_of_a_sum_is_a_leafs_own(shape, dim, keepdim):
    """A sum's gradient, spread over the input: written out or a view, the leaf may change it."""
    x = Variable(ft.ones(shape), requires_grad=True)
    y = x.sum(dim, keepdim)
    y.backward(ft.ones(y.shape))
    x.grad.add_(1)
    assert x.grad.amin().item() == x.grad.amax().item() == 2.0
    spread = ops.spread(ft.ones(y.shape), shape, None if dim is None else (0, 1) if dim == (0, 1) else (dim,), keepdim)
    assert (spread.base is None) == (x.numel() <= 4096)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 0.5, -1, 2.5])
def test_powers_of_numbers(exponent):
    """``exponent * x ** (exponent - 1)``, by whatever way it is computed."""
    x = leaf([0.5, 2.0])
    expected = [exponent * v ** (exponent - 1) for v in (0.5, 2.0)]
    assert gradient(lambda x: x**exponent, x) == pytest.approx(expected)


def test_powers_of_a_complex_number():
    """The slope of ``1j ** x`` is ``1j ** x * log(1j)``, of which a real ``x`` gets the real part."""
    found = gradient(lambda x: 1j**x, leaf([1.0, 2.0]), seed=[1 + 0j, 1 + 0j])
    assert found == pytest.approx([-math.pi / 2, 0.0], abs=1e-6)
