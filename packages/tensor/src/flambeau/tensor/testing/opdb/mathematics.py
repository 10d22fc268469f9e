"""Mathematical functions of each element."""

import numpy as np

from ._helpers import TO_FLOAT, binary, binary_samples, unary
from ._make import ALL


def rounding(name, function):
    return unary(name, function, kinks=(-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3))


ENTRIES = (
    unary("exp", np.exp, **TO_FLOAT),
    unary("expm1", np.expm1, **TO_FLOAT),
    unary("log", np.log, domain=(0.5, 3), **TO_FLOAT),
    unary("log1p", np.log1p, domain=(-0.5, 3), **TO_FLOAT),
    unary("exp2", np.exp2, **TO_FLOAT),
    unary("log2", np.log2, domain=(0.5, 3), **TO_FLOAT),
    unary("log10", np.log10, domain=(0.5, 3), **TO_FLOAT),
    unary("sqrt", np.sqrt, domain=(0.5, 3), **TO_FLOAT),
    unary("rsqrt", lambda x: 1 / np.sqrt(x), domain=(0.5, 3), **TO_FLOAT),
    unary("sin", np.sin, **TO_FLOAT),
    unary("cos", np.cos, **TO_FLOAT),
    unary("tan", np.tan, domain=(-1.2, 1.2), **TO_FLOAT),
    unary("tanh", np.tanh, **TO_FLOAT),
    binary("atan2", np.arctan2, samples=binary_samples(0.5, 3), **TO_FLOAT),
    rounding("floor", np.floor),
    rounding("ceil", np.ceil),
    rounding("round", np.round),
    rounding("trunc", np.trunc),
    unary("isnan", np.isnan, dtypes=ALL),
    unary("isinf", np.isinf, dtypes=ALL),
    unary("isfinite", np.isfinite, dtypes=ALL),
)
