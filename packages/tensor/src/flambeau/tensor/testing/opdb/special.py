"""Functions beyond the elementary ones, and logarithms of sums."""

import math

import numpy as np

from ._helpers import TO_FLOAT, binary, binary_samples, unary


def each(function):
    """A function of Python's math module, of every element."""
    return np.vectorize(function, otypes=[float])


def erfinv(x):
    """By bisection of erf, and of erfc for what is near 1."""

    def inverse(x):
        a = abs(x)
        if not a < 1:
            return math.copysign(math.inf, x) if a == 1 else math.nan
        low, high = 0.0, 6.0
        for _ in range(80):
            middle = (low + high) / 2
            below = math.erf(middle) < a if a < 0.5 else math.erfc(middle) > 1 - a
            low, high = (middle, high) if below else (low, middle)
        return math.copysign(low, x)

    return each(inverse)(x)


def xlogy(x, y):
    with np.errstate(all="ignore"):
        return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log(y))


ENTRIES = (
    unary("erf", each(math.erf), **TO_FLOAT),
    unary("erfc", each(math.erfc), **TO_FLOAT),
    unary("erfinv", erfinv, domain=(-0.9, 0.9), **TO_FLOAT),
    unary("log_odds", lambda x: np.log(x / (1 - x)), domain=(0.1, 0.9), **TO_FLOAT),
    binary("xlogy", xlogy, samples=binary_samples(0.5, 3), domain=(0.5, 3), **TO_FLOAT),
    binary("logaddexp", np.logaddexp, **TO_FLOAT),
    binary("logaddexp2", np.logaddexp2, **TO_FLOAT),
)
