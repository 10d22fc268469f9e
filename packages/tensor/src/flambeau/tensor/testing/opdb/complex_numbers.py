"""Complex numbers from real ones."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._info import OpInfo
from ._make import FLOATS, error, sample


def complex_samples(make):
    for shape, other in (((2, 3), (2, 3)), ((2, 1), (3,)), ((), ()), ((0, 2), (2,))):
        yield sample(make(shape), make(other))
    for layout in ("transposed", "strided", "reversed"):
        yield sample(make((3, 4), layout=layout), make((3, 4)))
    ends = make.values([np.nan, np.inf, -np.inf, 0.0, -0.0, 100.0])
    yield sample(ends[:, None], ends, smooth=False)


def complex_errors(make):
    message = "complex(): argument 'imag': expected a shape that broadcasts with real's (2,), got (3,)"
    yield error(ShapeError, message, make((2,)), make((3,)))
    message = "complex(): expected a floating dtype, got int64; convert it with .float()"
    yield error(DTypeError, message, make.array([1]), make.array([1]))


def complex_of(real, imag):
    wide = np.complex128 if real.dtype == np.float64 else np.complex64
    result = np.empty(np.broadcast_shapes(real.shape, imag.shape), wide)
    result.real, result.imag = real, imag
    return result


ENTRIES = (
    OpInfo("complex", complex_samples, complex_of, FLOATS, errors=complex_errors, exact_dtype=True, widen=False),
)
