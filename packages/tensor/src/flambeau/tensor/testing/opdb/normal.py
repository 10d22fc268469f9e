"""The normal distribution and what goes with entropies."""

import math

import numpy as np

from ._helpers import TO_FLOAT, binary, binary_samples, unary, unary_samples
from .gamma import LOOSE, inner
from .special import each, erfinv

NODES, WEIGHTS = np.polynomial.legendre.leggauss(300)


def erfcx(x):
    """The integral of exp(-t^2 - 2 x t), by 2 / sqrt(pi); below 0 by the symmetry of erfc."""
    x = np.asarray(x, np.float64)
    a = np.abs(x)[..., None]
    t = (NODES + 1) * 4
    right = 2 / math.sqrt(math.pi) * (np.exp(-t * t - 2 * a * t) * WEIGHTS * 4).sum(-1)
    return np.where(x < 0, 2 * np.exp(x * x) - right, right)


def ndtr(x):
    return 0.5 * each(math.erfc)(-np.asarray(x) * math.sqrt(0.5))


def entr(x):
    return np.where(x == 0, 0.0, np.where(x < 0, -np.inf, -x * np.log(x)))


def xlog1py(x, y):
    with np.errstate(all="ignore"):
        return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log1p(y))


NEAR = {"samples": inner(unary_samples), "tolerance": LOOSE, **TO_FLOAT}
PRODUCT = binary_samples(0.5, 3)

ENTRIES = (
    unary("erfcx", erfcx, **NEAR),
    unary("ndtr", ndtr, **NEAR),
    unary("log_ndtr", lambda x: np.log(ndtr(x)), **NEAR),
    unary("ndtri", lambda x: math.sqrt(2) * erfinv(2 * np.asarray(x) - 1), domain=(0.05, 0.95), **NEAR),
    unary("entr", entr, domain=(0.1, 3), **TO_FLOAT),
    binary("xlog1py", xlog1py, samples=PRODUCT, domain=(0.5, 3), **TO_FLOAT),
)
