"""Discrete Fourier transforms; tests of their own see to values of complex ones."""

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS
from ._info import OpInfo
from ._make import ALL, error, sample

# Results are complex: of the precision of the operand, which the tests compare in float32 where it is narrow.


def whole_samples(make):
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), (0, 1), True, 1.0)
    yield sample(make((5,)), (0,), False, 0.5)
    yield sample(make((0, 3)), (1,), True, 1.0)


def half_samples(make):
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), 1, 1.0)
    yield sample(make((5,)), 0, 0.5)
    yield sample(make((0, 3)), 1, 1.0)


def back_samples(make):
    yield sample(make((3, 3), layout="strided"), 1, 4, 0.25)
    yield sample(make((3, 2)), 0, 5, 1.0)
    yield sample(make((1,)), 0, 1, 1.0)
    yield sample(make((0, 2)), 1, 3, 1.0)


def back(x, dim, n, scale):
    """Sums of cosines: the operand is real. In double precision if that is, else in single."""
    result = np.dtype(np.float64 if x.dtype == np.float64 else np.float32)
    x = x.astype(np.float64)
    k = np.arange(x.shape[dim])
    weights = np.where((k == 0) | (2 * k == n), 1.0, 2.0)
    waves = np.cos(2 * np.pi * np.outer(k, np.arange(n)) / n) * weights[:, None]
    return (np.moveaxis(np.moveaxis(x, dim, -1) @ waves, -1, dim) * scale).astype(result)


def empty_error(name, *rest):
    def errors(make):
        message = f"{name}(): argument 'input': expected elements along dimension 1, got shape (2, 0)"
        yield error(ShapeError, message, make((2, 0)), *rest)

    return errors


def back_error(make):
    message = "fft_c2r(): argument 'input': expected size 3 in dimension 0, got shape (2,)"
    yield error(ShapeError, message, make((2,)), 0, 4, 1.0)


ENTRIES = (
    OpInfo("fft_c2c", whole_samples, None, ALL, errors=empty_error("fft_c2c", (1,), True, 1.0)),
    OpInfo("fft_r2c", half_samples, None, ALL, errors=empty_error("fft_r2c", 1, 1.0)),
    OpInfo("fft_c2r", back_samples, back, ALL, to_float=True, exact_dtype=True, widen=False, errors=back_error,
           tolerance={np.dtype(np.float32): (1e-4, 1e-4)}),
)  # fmt: skip
