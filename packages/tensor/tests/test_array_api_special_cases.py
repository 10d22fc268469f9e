"""The special cases of elementwise functions, one row for each sentence of the array API standard 2025.12.

Read from ``elementwise_functions.py`` of https://github.com/data-apis/array-api. What is said of "a finite number" is
tried on several; where the standard leaves a sign open, either will do.
"""

import itertools
import math
import warnings

import flambeau.tensor as ft
import numpy as np
import pytest

xp = ft.array_api
inf, nan, pi = math.inf, math.nan, math.pi

POSITIVE = [0.25, 1.0, 1.5, 1e10]
NEGATIVE = [-x for x in POSITIVE]
NONZERO = POSITIVE + NEGATIVE
ZEROS = [0.0, -0.0]
FINITE = NONZERO + ZEROS
INFINITIES = [inf, -inf]
ABOVE, BELOW = [*POSITIVE, inf], [*NEGATIVE, -inf]
NUMBERS = FINITE + INFINITIES
ANY = [*NUMBERS, nan]


class Either:
    """A number whose sign is not specified."""

    def __init__(self, number):
        self.number = number


def itself(*values):
    return values[0]


def second(_, other):
    return other


def assert_is(found, expected, what):
    """Equal to a few places; zeros with their signs."""
    if isinstance(expected, Either):
        found, expected = abs(found), abs(expected.number)
    assert np.isclose(found, expected, rtol=1e-6, atol=0, equal_nan=True), what
    if expected == 0:
        assert math.copysign(1, found) == math.copysign(1, expected), what


UNCHANGED = [([inf], inf), ([-inf], -inf), ([0.0], 0.0), ([-0.0], -0.0), ([nan], nan), ([2.0, -3.0, 1e10], itself)]
ODD = [([nan], nan), ([0.0], 0.0), ([-0.0], -0.0)]
LOGARITHM = [([nan, *BELOW], nan), (ZEROS, -inf), ([1.0], 0.0), ([inf], inf)]
COSINE = [([nan, inf, -inf], nan), (ZEROS, 1.0)]

REAL = {
    "abs": [([nan], nan), ([-0.0], 0.0), ([-inf], inf)],
    "acos": [([nan, 1.5, inf, -1.5, -inf], nan), ([1.0], 0.0)],
    "acosh": [([nan, 0.5, -2.0, -inf], nan), ([1.0], 0.0), ([inf], inf)],
    "asin": [*ODD, ([1.5, inf, -1.5, -inf], nan)],
    "asinh": [*ODD, ([inf], inf), ([-inf], -inf)],
    "atan": [*ODD, ([inf], pi / 2), ([-inf], -pi / 2)],
    "atanh": [*ODD, ([-1.5, 1.5, inf, -inf], nan), ([-1.0], -inf), ([1.0], inf)],
    "ceil": UNCHANGED,
    "floor": UNCHANGED,
    "trunc": UNCHANGED,
    "round": [*UNCHANGED, ([0.5], 0.0), ([1.5, 2.5], 2.0), ([-0.5], -0.0), ([-1.5, -2.5], -2.0)],
    "cos": COSINE,
    "cosh": [([nan], nan), (ZEROS, 1.0), (INFINITIES, inf)],
    "exp": [([nan], nan), (ZEROS, 1.0), ([inf], inf), ([-inf], 0.0)],
    "expm1": [*ODD, ([inf], inf), ([-inf], -1.0)],
    "log": LOGARITHM,
    "log2": LOGARITHM,
    "log10": LOGARITHM,
    "log1p": [*ODD, ([-1.5, -inf], nan), ([-1.0], -inf), ([inf], inf)],
    "reciprocal": [([nan], nan), ([0.0], inf), ([-0.0], -inf), ([inf], 0.0), ([-inf], -0.0)],
    "sign": [(BELOW, -1.0), (ZEROS, Either(0.0)), (ABOVE, 1.0), ([nan], nan)],
    "sin": [*ODD, (INFINITIES, nan)],
    "sinh": [*ODD, ([inf], inf), ([-inf], -inf)],
    "sqrt": [*ODD, (BELOW, nan), ([inf], inf)],
    "square": [([nan], nan), (ZEROS, 0.0), (INFINITIES, inf)],
    "tan": [*ODD, (INFINITIES, nan)],
    "tanh": [*ODD, ([inf], 1.0), ([-inf], -1.0)],
    "isfinite": [([nan, inf, -inf], False), (FINITE, True)],
    "isinf": [(INFINITIES, True), ([nan, *FINITE], False)],
    "isnan": [([nan], True), (NUMBERS, False)],
    "signbit": [([0.0, *ABOVE, nan], False), ([-0.0, *BELOW, -nan], True)],
}


def sign_of(a, b):
    return math.copysign(1, a) * math.copysign(1, b)


QUOTIENT = [
    ([nan], ANY, nan), (ANY, [nan], nan), (INFINITIES, INFINITIES, nan), (ZEROS, ZEROS, nan),
    ([0.0], ABOVE, 0.0), ([-0.0], ABOVE, -0.0), ([0.0], BELOW, -0.0), ([-0.0], BELOW, 0.0),
    (ABOVE, [0.0], inf), (ABOVE, [-0.0], -inf), (BELOW, [0.0], -inf), (BELOW, [-0.0], inf),
    (POSITIVE, [inf], 0.0), (NEGATIVE, [-inf], 0.0),
]  # fmt: skip
INFINITE_QUOTIENT = [
    ([inf], POSITIVE, inf), ([inf], NEGATIVE, -inf), ([-inf], POSITIVE, -inf), ([-inf], NEGATIVE, inf),
    (POSITIVE, [-inf], -0.0), (NEGATIVE, [inf], -0.0),
]  # fmt: skip

TWO = {
    "add": [
        ([nan], ANY, nan), (ANY, [nan], nan), ([inf], [-inf], nan), ([-inf], [inf], nan), ([inf], [inf], inf),
        ([-inf], [-inf], -inf), ([inf], FINITE, inf), ([-inf], FINITE, -inf), (FINITE, [inf], inf),
        (FINITE, [-inf], -inf), ([-0.0], [-0.0], -0.0), ([-0.0], [0.0], 0.0), ([0.0], ZEROS, 0.0),
        (ZEROS, NONZERO, second), (NONZERO, ZEROS, itself), ([1.5], [-1.5], 0.0), ([-1.5], [1.5], 0.0),
    ],
    "subtract": [([inf], [inf], nan), ([-0.0], [0.0], -0.0), ([0.0], [0.0], 0.0), ([1.5], [1.5], 0.0)],
    "atan2": [
        ([nan], ANY, nan), (ANY, [nan], nan), (POSITIVE, ZEROS, pi / 2), ([0.0], [*ABOVE, 0.0], 0.0),
        ([0.0], [*BELOW, -0.0], pi), ([-0.0], [*ABOVE, 0.0], -0.0), ([-0.0], [*BELOW, -0.0], -pi),
        (NEGATIVE, ZEROS, -pi / 2), (POSITIVE, [inf], 0.0), (POSITIVE, [-inf], pi), (NEGATIVE, [inf], -0.0),
        (NEGATIVE, [-inf], -pi), ([inf], FINITE, pi / 2), ([-inf], FINITE, -pi / 2), ([inf], [inf], pi / 4),
        ([inf], [-inf], 3 * pi / 4), ([-inf], [inf], -pi / 4), ([-inf], [-inf], -3 * pi / 4),
    ],
    "copysign": [
        (NUMBERS, [*BELOW, -0.0, -nan], lambda a, b: -abs(a)), (NUMBERS, [*ABOVE, 0.0, nan], lambda a, b: abs(a)),
    ],
    "divide": [*QUOTIENT, *INFINITE_QUOTIENT],
    "floor_divide": QUOTIENT,
    "hypot": [
        (INFINITIES, ANY, inf), (ANY, INFINITIES, inf), (ZEROS, NUMBERS, lambda a, b: abs(b)),
        (NUMBERS, ZEROS, lambda a, b: abs(a)), ([*FINITE, nan], [nan], nan), ([nan], [*FINITE, nan], nan),
    ],
    "logaddexp": [([nan], ANY, nan), (ANY, [nan], nan), ([inf], NUMBERS, inf), (NUMBERS, [inf], inf)],
    "maximum": [([nan], ANY, nan), (ANY, [nan], nan)],
    "minimum": [([nan], ANY, nan), (ANY, [nan], nan)],
    "multiply": [
        ([nan], ANY, nan), (ANY, [nan], nan), (INFINITIES, ZEROS, nan), (ZEROS, INFINITIES, nan),
        (INFINITIES, INFINITIES, lambda a, b: sign_of(a, b) * inf),
        (INFINITIES, NONZERO, lambda a, b: sign_of(a, b) * inf),
        (NONZERO, INFINITIES, lambda a, b: sign_of(a, b) * inf), (FINITE, ZEROS, lambda a, b: sign_of(a, b) * 0.0),
    ],
    "nextafter": [([nan], ANY, nan), (ANY, [nan], nan), ([-0.0], [0.0], 0.0), ([0.0], [-0.0], -0.0)],
    "pow": [
        ([x for x in ANY if x != 1], [nan], nan), (ANY, ZEROS, 1.0), ([nan], [*NONZERO, *INFINITIES, nan], nan),
        ([1.5, -1.5, 1e10], [inf], inf), ([1.5, -1.5, 1e10], [-inf], 0.0), ([1.0, -1.0], INFINITIES, 1.0),
        ([1.0], NUMBERS, 1.0), ([0.25, -0.25, 0.0], [inf], 0.0), ([0.25, -0.25, 0.0], [-inf], inf),
        ([inf], ABOVE, inf), ([inf], BELOW, 0.0), ([-inf], [1.0, 3.0], -inf), ([-inf], [0.5, 2.0, inf], inf),
        ([-inf], [-1.0, -3.0], -0.0), ([-inf], [-0.5, -2.0, -inf], 0.0), ([0.0], ABOVE, 0.0), ([0.0], BELOW, inf),
        ([-0.0], [1.0, 3.0], -0.0), ([-0.0], [0.5, 2.0, inf], 0.0), ([-0.0], [-1.0, -3.0], -inf),
        ([-0.0], [-0.5, -2.0, -inf], inf), (NEGATIVE, [0.5, -1.5], nan),
    ],
    "remainder": [
        ([nan], ANY, nan), (ANY, [nan], nan), (INFINITIES, [*INFINITIES, *NONZERO], nan), (ANY, ZEROS, nan),
        (ZEROS, ABOVE, 0.0), (ZEROS, BELOW, -0.0), (POSITIVE, [inf], itself), (POSITIVE, [-inf], second),
        (NEGATIVE, [inf], second), (NEGATIVE, [-inf], itself), ([1.5, -1.5], [1.0, -1.0], lambda a, b: a % b),
    ],
    "equal": [
        ([nan], ANY, False), (ANY, [nan], False), ([inf], [inf], True), ([-inf], [-inf], True), (ZEROS, ZEROS, True),
        (FINITE, FINITE, lambda a, b: a == b), (INFINITIES, FINITE, False), ([inf], [-inf], False),
    ],
    "not_equal": [
        ([nan], ANY, True), (ANY, [nan], True), ([inf], [-inf], True), ([-inf], [inf], True),
        (FINITE, FINITE, lambda a, b: a != b), ([inf], [inf], False), (ZEROS, ZEROS, False),
    ],
}  # fmt: skip


def calls(table):
    return [pytest.param(name, dtype, id=f"{name}-{dtype}") for name in table for dtype in ("float32", "float64")]


@pytest.mark.parametrize("name, dtype", calls(REAL))
def test_one_real_operand(name, dtype):
    """As many elements as one vector takes, and one."""
    for values, expected in REAL[name]:
        found = getattr(xp, name)(xp.asarray(np.array(values * 20, dtype)))
        alone = getattr(xp, name)(xp.asarray(np.array(values[0], dtype)))
        for value, result in zip([*values * 20, values[0]], [*found.tolist(), alone.item()], strict=True):
            value = float(np.array(value, dtype))
            assert_is(result, expected(value) if callable(expected) else expected, (name, value, result))


@pytest.mark.parametrize("name, dtype", calls(TWO))
def test_two_real_operands(name, dtype):
    """Every pair that a sentence is about."""
    for first, other, expected in TWO[name]:
        pairs = list(itertools.product(first, other))
        a, b = (np.array(side, dtype) for side in zip(*pairs, strict=True))
        found = getattr(xp, name)(xp.asarray(a), xp.asarray(b)).tolist()
        for x, y, result in zip(a.tolist(), b.tolist(), found, strict=True):
            assert_is(result, expected(x, y) if callable(expected) else expected, (name, x, y, result))


@pytest.mark.parametrize("name, dtype", calls(["clip"]))
def test_clip(name, dtype):
    """A nan in any place is the result."""
    for x, low, high in [(nan, 0.0, 1.0), (0.5, nan, 1.0), (0.5, 0.0, nan)]:
        arrays = [xp.asarray(np.array([v], dtype)) for v in (x, low, high)]
        assert math.isnan(getattr(xp, name)(*arrays).item())


def cis(scale):
    return lambda a, b: (scale * math.cos(b), scale * math.sin(b))


E, L, Z, N = Either, Either(inf), Either(0.0), nan
UP = [0.5, 1.0, 2.0]
# (real parts, imaginary parts, real part and imaginary part of the result)
COMPLEX = {
    "abs": [
        (INFINITIES, ANY, (inf, 0)), (ANY, INFINITIES, (inf, 0)), (ZEROS, FINITE, lambda a, b: (abs(b), 0)),
        (FINITE, ZEROS, lambda a, b: (abs(a), 0)), ([N], FINITE, (N, 0)), (FINITE, [N], (N, 0)), ([N], [N], (N, 0)),
    ],
    "acos": [
        (ZEROS, [0.0], (pi / 2, -0.0)), (ZEROS, [N], (pi / 2, N)), (FINITE, [inf], (pi / 2, -inf)),
        (NONZERO, [N], (N, N)),
        ([-inf], POSITIVE, (pi, -inf)), ([inf], POSITIVE, (0.0, -inf)), ([-inf], [inf], (3 * pi / 4, -inf)),
        ([inf], [inf], (pi / 4, -inf)), (INFINITIES, [N], (N, L)), ([N], FINITE, (N, N)), ([N], [inf], (N, -inf)),
        ([N], [N], (N, N)),
    ],
    "acosh": [
        (ZEROS, [0.0], (0.0, pi / 2)), (FINITE, [inf], (inf, pi / 2)), (NONZERO, [N], (N, N)),
        ([0.0], [N], (N, E(pi / 2))),
        ([-inf], POSITIVE, (inf, pi)), ([inf], POSITIVE, (inf, 0.0)), ([-inf], [inf], (inf, 3 * pi / 4)),
        ([inf], [inf], (inf, pi / 4)), (INFINITIES, [N], (inf, N)), ([N], FINITE, (N, N)), ([N], [inf], (inf, N)),
        ([N], [N], (N, N)),
    ],
    "asinh": [
        ([0.0], [0.0], (0.0, 0.0)), (POSITIVE, [inf], (inf, pi / 2)), (FINITE, [N], (N, N)),
        ([inf], POSITIVE, (inf, 0.0)),
        ([inf], [inf], (inf, pi / 4)), ([N], [0.0], (N, 0.0)), ([N], NONZERO, (N, N)), ([N], [inf], (L, N)),
        ([N], [N], (N, N)),
    ],
    "atanh": [
        ([0.0], [0.0], (0.0, 0.0)), ([0.0], [N], (0.0, N)), ([1.0], [0.0], (inf, 0.0)),
        (POSITIVE, [inf], (0.0, pi / 2)),
        (NONZERO, [N], (N, N)), ([inf], POSITIVE, (0.0, pi / 2)), ([inf], [inf], (0.0, pi / 2)), ([inf], [N], (0.0, N)),
        ([N], FINITE, (N, N)), ([N], [inf], (Z, pi / 2)), ([N], [N], (N, N)),
    ],
    "cosh": [
        ([0.0], [0.0], (1.0, 0.0)), ([0.0], [inf], (N, Z)), ([0.0], [N], (N, Z)), (UP, [inf], (N, N)),
        (UP, [N], (N, N)),
        ([inf], [0.0], (inf, 0.0)), ([inf], UP, cis(inf)), ([inf], [inf], (L, N)), ([inf], [N], (inf, N)),
        ([N], ZEROS, (N, Z)), ([N], NONZERO, (N, N)), ([N], [N], (N, N)),
    ],
    "exp": [
        (ZEROS, [0.0], (1.0, 0.0)), (FINITE, [inf], (N, N)), (FINITE, [N], (N, N)), ([inf], [0.0], (inf, 0.0)),
        ([-inf], UP, cis(0.0)), ([inf], UP, cis(inf)), ([-inf], [inf], (Z, Z)), ([inf], [inf], (L, N)),
        ([-inf], [N], (Z, Z)), ([inf], [N], (L, N)), ([N], [0.0], (N, 0.0)), ([N], NONZERO, (N, N)), ([N], [N], (N, N)),
    ],
    "expm1": [
        (ZEROS, [0.0], (Z, 0.0)), (FINITE, [inf], (N, N)), (FINITE, [N], (N, N)), ([inf], [0.0], (inf, 0.0)),
        ([-inf], UP, lambda a, b: (-1.0, 0.0 * math.sin(b))), ([inf], UP, cis(inf)), ([-inf], [inf], (-1.0, Z)),
        ([inf], [inf], (L, N)), ([-inf], [N], (-1.0, Z)), ([inf], [N], (L, N)), ([N], [0.0], (N, 0.0)),
        ([N], NONZERO, (N, N)), ([N], [N], (N, N)),
    ],
    "log": [
        ([-0.0], [0.0], (-inf, pi)), ([0.0], [0.0], (-inf, 0.0)), (FINITE, [inf], (inf, pi / 2)), (FINITE, [N], (N, N)),
        ([-inf], POSITIVE, (inf, pi)), ([inf], POSITIVE, (inf, 0.0)), ([-inf], [inf], (inf, 3 * pi / 4)),
        ([inf], [inf], (inf, pi / 4)), (INFINITIES, [N], (inf, N)), ([N], FINITE, (N, N)), ([N], [inf], (inf, N)),
        ([N], [N], (N, N)),
    ],
    "log1p": [
        ([-1.0], [0.0], (-inf, 0.0)), (FINITE, [inf], (inf, pi / 2)), (FINITE, [N], (N, N)),
        ([-inf], POSITIVE, (inf, pi)),
        ([inf], POSITIVE, (inf, 0.0)), ([-inf], [inf], (inf, 3 * pi / 4)), ([inf], [inf], (inf, pi / 4)),
        (INFINITIES, [N], (inf, N)), ([N], FINITE, (N, N)), ([N], [inf], (inf, N)), ([N], [N], (N, N)),
    ],
    "sign": [(ZEROS, ZEROS, (Z, Z)), ([N], NUMBERS, (N, N)), (NUMBERS, [N], (N, N))],
    "sinh": [
        ([0.0], [0.0], (0.0, 0.0)), ([0.0], [inf], (Z, N)), ([0.0], [N], (Z, N)), (UP, [inf], (N, N)),
        (UP, [N], (N, N)),
        ([inf], [0.0], (inf, 0.0)), ([inf], UP, cis(inf)), ([inf], [inf], (L, N)), ([inf], [N], (L, N)),
        ([N], [0.0], (N, 0.0)), ([N], NONZERO, (N, N)), ([N], [N], (N, N)),
    ],
    "sqrt": [
        (ZEROS, [0.0], (0.0, 0.0)), (ANY, [inf], (inf, inf)), (FINITE, [N], (N, N)), ([-inf], POSITIVE, (0.0, inf)),
        ([inf], POSITIVE, (inf, 0.0)), ([-inf], [N], (N, L)), ([inf], [N], (inf, N)), ([N], [*FINITE, N], (N, N)),
    ],
    "tanh": [
        ([0.0], [0.0], (0.0, 0.0)), (UP, [inf], (N, N)), (UP, [N], (N, N)), ([inf], [0.5, 1.0], (1.0, 0.0)),
        ([inf], [inf], (1.0, Z)), ([inf], [N], (1.0, Z)), ([N], [0.0], (N, 0.0)), ([N], NONZERO, (N, N)),
        ([N], [N], (N, N)),
    ],
    "isfinite": [([N, *INFINITIES], ANY, (False, 0)), (ANY, [N, *INFINITIES], (False, 0)), (FINITE, FINITE, (True, 0))],
    "isinf": [(INFINITIES, ANY, (True, 0)), (ANY, INFINITIES, (True, 0)), ([*FINITE, N], [*FINITE, N], (False, 0))],
    "isnan": [([N], ANY, (True, 0)), (ANY, [N], (True, 0)), (NUMBERS, NUMBERS, (False, 0))],
}  # fmt: skip


@pytest.mark.parametrize("name", COMPLEX)
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_operands(name, dtype):
    """Both parts, each with its sign where one is specified."""
    for reals, imaginaries, expected in COMPLEX[name]:
        for a, b in itertools.product(reals, imaginaries):
            z = np.empty(1, dtype)
            z.real, z.imag = a, b
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = getattr(xp, name)(xp.asarray(z)).item()
            wanted = expected(a, b) if callable(expected) else expected
            for part, right in zip((found.real, found.imag), wanted, strict=True):
                assert_is(part, right, (name, a, b, found, wanted))


@pytest.mark.parametrize(
    "name", "acos acosh asin asinh atan atanh cos cosh exp expm1 log log1p log2 log10 sin sinh sqrt tan tanh".split()
)
def test_conjugates(name):
    """The function of the conjugate is the conjugate of the function, for finite numbers off the cuts."""
    function = getattr(xp, name)
    z = np.array([complex(a, b) for a in (-1.5, -0.25, 0.25, 1.5) for b in (0.5, 2.0, -1.0)])
    conjugated, turned = function(xp.asarray(z.conj())).numpy(), function(xp.asarray(z)).numpy().conj()
    assert np.allclose(conjugated, turned, rtol=1e-14)


AS_IF = {"asin": "asinh", "atan": "atanh", "sin": "sinh", "tan": "tanh", "cos": "cosh"}


@pytest.mark.parametrize("name", AS_IF)
def test_special_cases_as_if_of_the_hyperbolic_ones(name):
    """``f(z)`` is ``-1j * fh(z * 1j)``, and ``cos(z)`` is ``cosh(z * 1j)``, in their infinities and nans."""
    parts = [0.0, 1.5, -1.5, inf, -inf, nan]
    z = np.empty(len(parts) ** 2, complex)
    z.real, z.imag = np.transpose(list(itertools.product(parts, parts)))
    turned = np.empty_like(z)
    turned.real, turned.imag = -z.imag, z.real
    back = getattr(xp, AS_IF[name])(xp.asarray(turned)).numpy()
    expected = back if name == "cos" else np.empty_like(back)
    if name != "cos":
        expected.real, expected.imag = back.imag, -back.real
    found = getattr(xp, name)(xp.asarray(z)).numpy()
    for part, right in ((found.real, expected.real), (found.imag, expected.imag)):
        assert np.array_equal(np.isnan(part), np.isnan(right)) and np.array_equal(np.isinf(part), np.isinf(right))
