"""Hyperbolic functions, inverse functions and angles."""

import numpy as np

from ._helpers import TO_FLOAT, binary, binary_samples, unary, unary_samples
from ._make import sample


def sinc(x):
    """NumPy's own rounds pi times a large number; whole ones must give 0."""
    with np.errstate(all="ignore"):
        return np.where(x == 0, 1.0, np.sin(np.pi * np.fmod(x, 2)) / (np.pi * x))


def sinc_samples(make):
    """Also near 0, where the quotient would cancel."""
    yield from unary_samples(make)
    yield sample(make((6,), -0.15, 0.15))


ENTRIES = (
    unary("sinh", np.sinh, **TO_FLOAT),
    unary("cosh", np.cosh, **TO_FLOAT),
    unary("asin", np.arcsin, domain=(-0.9, 0.9), **TO_FLOAT),
    unary("acos", np.arccos, domain=(-0.9, 0.9), **TO_FLOAT),
    unary("atan", np.arctan, **TO_FLOAT),
    unary("asinh", np.arcsinh, **TO_FLOAT),
    unary("acosh", np.arccosh, domain=(1.1, 4), **TO_FLOAT),
    unary("atanh", np.arctanh, domain=(-0.9, 0.9), **TO_FLOAT),
    unary("sinc", sinc, samples=sinc_samples, **TO_FLOAT),
    binary("hypot", np.hypot, samples=binary_samples(0.5, 3), **TO_FLOAT),
    unary("deg2rad", np.deg2rad, **TO_FLOAT),
    unary("rad2deg", np.rad2deg, **TO_FLOAT),
)
