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


@pytest.mark.parametrize("name", ["igamma", "igammac"])
def test_no_derivative_by_the_exponent(name):
    """Of the incomplete gamma functions by their first argument, nor has PyTorch one: the error names it."""
    with pytest.raises(NotImplementedError) as raised:
        getattr(ft, name)(leaf([1.0]), leaf([2.0]))
    assert str(raised.value) == (
        f"{name}(): argument 'input': expected a Tensor that does not require grad, got one that does, and no "
        "derivative with respect to it is known; use .detach()"
    )


def test_roots_of_nothing_have_no_slope():
    """0 where the length of a vector is 0; and no nan from a branch that was not taken."""
    assert gradient(lambda x: (x * x).sum().sqrt(), leaf([0.0, 0.0])) == [0.0, 0.0]
    assert gradient(ft.sqrt, leaf([0.0, 4.0])) == [0.0, 0.25]
    for function in (ft.log, ft.sqrt, ft.rsqrt, ft.reciprocal, lambda x: 1 / x, lambda x: x**-1.5, ft.lgamma, ft.acosh):
        x = leaf([0.0, 2.0])
        first, second = gradient(lambda x: ft.where(x > 0, function(x), 0), x)  # noqa: B023  (called at once)
        assert first == 0.0 and math.isfinite(second)


def test_products_with_logarithms_of_something():
    """``xlog1py`` by a first argument of 0 has the logarithm as its slope."""
    assert gradient(lambda x: ft.special.xlog1py(x, 0.5), leaf([0.0])) == pytest.approx([math.log(1.5)])
    assert gradient(lambda x: ft.xlogy(x, 0.5), leaf([0.0])) == pytest.approx([math.log(0.5)])


def test_greatest_differences_share():
    """Of cdist with an infinite exponent."""
    found = gradient(lambda x: ft.cdist(x, ft.zeros(1, 3), INF), leaf([[2.0, -2.0, 1.0]]), [[3.0]])
    assert found == [[1.5, -1.5, 0.0]]


def test_powers_of_zero():
    """0 by exponents of 0 or more; by negative ones the slope is infinite. A negative base has none."""
    assert gradient(lambda x: 0.0**x, leaf([2.0, 0.0, -1.0])) == [0.0, 0.0, -INF]
    assert gradient(lambda x: 0.0**x, leaf([2.0, 0.0, -1.0]), [0.0, 0.0, 0.0]) == [0.0, 0.0, 0.0]
    assert all(math.isnan(g) for g in gradient(lambda x: (-2.0) ** x, leaf([2.0, 1.0])))


@pytest.mark.parametrize("function", [lambda x: ft.logsumexp(x, 1), lambda x: ft.logcumsumexp(x, 1)])
def test_logarithms_of_sums_of_nothing(function):
    """Rows of -inf have a gradient of 0, not nan."""
    found = gradient(function, leaf([[-INF, -INF], [0.0, -INF]]))
    assert found[0] == [0.0, 0.0] and found[1][1] == 0.0


NAN = math.nan


@pytest.mark.parametrize(
    "function, expected",
    [
        (lambda x, y: ft.fmax(x, y), ([0.0, 0.5, 1.0, 0.0, 1.0], [1.0, 0.5, 0.0, 1.0, 0.0])),
        (lambda x, y: ft.fmin(x, y), ([1.0, 0.5, 0.0, 0.0, 1.0], [0.0, 0.5, 1.0, 1.0, 0.0])),
    ],
    ids=["fmax", "fmin"],
)
def test_what_is_a_number_gets_the_gradient(function, expected):
    """Of nan and a number the number was taken; equal operands share."""
    x, y = leaf([1.0, 2.0, 3.0, NAN, 5.0]), leaf([2.0, 2.0, 2.0, 4.0, NAN])
    found = grad(function(x, y), (x, y), ft.ones(5))
    assert tuple(g.tolist() for g in found) == expected


@pytest.mark.parametrize("function, expected", [(ft.fmax, [0.0, 1.0]), (ft.fmin, [1.0, 0.0])], ids=["fmax", "fmin"])
def test_extremes_with_numbers(function, expected):
    """A number on either side, nan among them, which takes nothing."""
    for call in (lambda x: function(x, 2.0), lambda x: function(2.0, x)):
        assert gradient(call, leaf([1.0, 3.0])) == expected
    for call in (lambda x: function(x, NAN), lambda x: function(NAN, x)):
        assert gradient(call, leaf([1.0, 3.0])) == [1.0, 1.0]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: ft.hypot(x, x),
        lambda x: ft.copysign(x, 1.0),
        lambda x: ft.sinc(x),
        lambda x: ft.xlogy(x, x),
        lambda x: ft.xlogy(x, 0),
        lambda x: ft.xlogy(0, x),
        lambda x: ft.special.xlog1py(x, x - 1),
        lambda x: ft.special.xlog1py(0, x - 1),
    ],
    ids=["hypot", "copysign", "sinc", "xlogy", "xlogy of 0", "0 times log", "xlog1py", "0 times log1p"],
)
def test_no_nan_at_zero(function):
    """Where the formula says 0 / 0 the subgradient is 0."""
    assert gradient(function, leaf([0.0])) == [0.0]


def test_equal_infinities_in_logarithms_of_sums():
    """Each gets half, as equal numbers do."""
    for function in (ft.logaddexp, ft.logaddexp2):
        x, y = leaf([-INF, INF, 1.0]), leaf([-INF, INF, 1.0])
        assert [g.tolist() for g in grad(function(x, y), (x, y), ft.ones(3))] == [[0.5] * 3] * 2


def test_replaced_numbers_get_no_gradient():
    """nan_to_num is constant where it replaces."""
    assert gradient(lambda x: ft.nan_to_num(x, 1.0, 2.0, 3.0), leaf([NAN, INF, -INF, 5.0])) == [0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("name", ["silu", "mish", "gelu", "gelu_tanh", "logsigmoid"])
def test_slopes_of_smooth_activations_far_from_zero(name):
    """0 and 1, without the nan of inf * 0, at infinities too; of logsigmoid 1 and 0."""
    function = (lambda x: ft.gelu(x, "tanh")) if name == "gelu_tanh" else getattr(ft, name)
    found = gradient(function, leaf([-INF, -1e4, 1e4, INF]))
    assert found == ([1.0, 1.0, 0.0, 0.0] if name == "logsigmoid" else [0.0, 0.0, 1.0, 1.0])


def test_slope_of_sinc_near_zero():
    """``-pi**2 * x / 3`` to all digits, where the formula would cancel."""
    found = gradient(ft.sinc, leaf([1e-6, 1e-3]))
    assert found == pytest.approx([-(math.pi**2) * 1e-6 / 3, -(math.pi**2) * 1e-3 / 3], rel=1e-5)


@pytest.mark.parametrize(
    "function, expected",
    [
        (ft.relu6, [0.0, 1.0, 0.0]),
        (lambda x: ft.hardtanh(x, 0, 6), [0.0, 1.0, 0.0]),
        (lambda x: ft.hardshrink(x, 6), [0.0, 0.0, 0.0]),
        (lambda x: ft.softshrink(x, 6), [0.0, 0.0, 0.0]),
        (lambda x: ft.threshold(x, 0, 1), [0.0, 1.0, 1.0]),
    ],
    ids=["relu6", "hardtanh", "hardshrink", "softshrink", "threshold"],
)
def test_kinks_belong_to_the_flat_side(function, expected):
    """As in PyTorch."""
    assert gradient(function, leaf([0.0, 1.0, 6.0])) == expected


def test_elu_of_negative_alpha_has_no_rule():
    """Its result does not tell where it came from."""
    with pytest.raises(ValueError) as raised:
        gradient(lambda x: ft.elu(x, -1.0), leaf([-1.0]))
    assert str(raised.value) == (
        "elu(): argument 'alpha': expected 0 or more to differentiate, got -1.0; write it with where()"
    )
