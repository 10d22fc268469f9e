"""The gamma function and its kin, by long sums and by quadrature."""

import math

import numpy as np

from ._helpers import TO_FLOAT, binary, unary, unary_samples
from ._info import OpInfo
from ._make import ALL, FLOATS, sample
from .special import each

# Quadrature and float16 have their errors.
LOOSE = {FLOATS[0]: (2e-3, 1e-3), FLOATS[1]: (1.6e-2, 1e-2), FLOATS[2]: (1e-6, 1e-6), FLOATS[3]: (1e-12, 1e-12)}


def inner(samples):
    """The samples without those at the ends of the dtype, which tests/test_special.py has."""

    def without(make):
        yield from (each for each in samples(make) if each.smooth)

    return without


def digamma(x):
    """By its recurrence from far up, where Stirling's first terms do."""
    x = np.asarray(x, np.float64)
    y = x + 3000
    return np.log(y) - 0.5 / y - 1 / (12 * y * y) - (1 / (x[..., None] + np.arange(3000))).sum(-1)


def zeta(s, q):
    """The first terms, and what Euler and Maclaurin say of the rest."""
    s, q = np.broadcast_arrays(np.asarray(s, np.float64), np.asarray(q, np.float64))
    y = q + 3000
    terms = (q[..., None] + np.arange(3000)) ** -s[..., None]
    value = terms.sum(-1) + y ** (1 - s) / (s - 1) + y**-s / 2 + s * y ** (-s - 1) / 12
    return np.where(s > 1, value, np.where(s == 1, np.inf, np.nan))


def polygamma(x, n):
    return digamma(x) if n == 0 else (-1) ** (n + 1) * math.factorial(n) * zeta(n + 1.0, x)


def positive(make):
    yield from inner(unary_samples)(make)
    yield sample(make(5, 3.5, 20))
    yield sample(make.values([0.25, 9.0, 30.0]))


def polygamma_samples(make):
    for n in (0, 1, 2, 3):
        yield sample(make((2, 3)), n)
        if make.is_float:
            yield sample(make.values([-0.5, -1.25, -2.75]), n)
    for one in positive(make):
        yield sample(*one.args, 1)


def any_sign(make):
    yield from positive(make)
    if make.is_float:
        yield sample(make.values([-0.5, -1.25, -2.75]))


NODES, WEIGHTS = np.polynomial.legendre.leggauss(300)


def igamma(a, x):
    """The integral of exp(a u - exp(u)) over u from far below to log(x)."""
    a, x = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    top = np.log(x)[..., None]
    low = top - 40 / a[..., None]
    u = (top + low) / 2 + (top - low) / 2 * NODES
    total = (np.exp(a[..., None] * u - np.exp(u)) * WEIGHTS).sum(-1) * (top - low)[..., 0] / 2
    value = total / each(lambda v: math.gamma(v) if v else math.nan)(a)
    return np.where((a == 0) & (x == 0), np.nan, np.where(x == 0, 0.0, np.where(a == 0, 1.0, value)))


def pairs(make):
    for shape, other in [((2, 3), (2, 3)), ((), ()), ((2, 1), (3,)), ((0, 3), (1, 3))]:
        yield sample(make(shape, 1.5, 4), make(other, 0.5, 4))
    for layout in ("transposed", "strided", "reversed"):
        yield sample(make((3, 4), 1.5, 4, layout), make((3, 4), 0.5, 4, layout))
    yield sample(make((2, 3), 1.5, 4), 2)
    yield sample(2, make((2, 3), 0.5, 4))


POSITIVE = {"samples": positive, "domain": (0.5, 3), "tolerance": LOOSE, **TO_FLOAT}
PAIRS = {"samples": pairs, "tolerance": LOOSE, **TO_FLOAT}

ENTRIES = (
    unary("lgamma", each(lambda v: math.lgamma(v) if v else math.inf), **{**POSITIVE, "samples": any_sign}),
    unary("digamma", digamma, **POSITIVE),
    OpInfo("polygamma_of", polygamma_samples, polygamma, ALL, (0.5, 3), to_float=True, tolerance=LOOSE),
    binary("zeta", zeta, constants=("input",), **PAIRS),
    binary("igamma", igamma, constants=("input",), **PAIRS),
    binary("igammac", lambda a, x: 1 - igamma(a, x), constants=("input",), **PAIRS),
)
