"""New Tensors in the dtype and place of another."""

import numpy as np

from ._info import OpInfo
from ._make import error, sample


def empty_samples(make):
    for shape in ((2, 3), (), (0, 2)):
        yield sample(make((2,)), shape)
    yield sample(make((0,)), 2, 3)
    yield sample(make(()), [4], dtype=np.dtype(np.int32))


def empty_errors(make):
    message = "new_empty(): argument 'shape': expected sizes of 0 or more, got (2, -1)"
    yield error(ValueError, message, make((2,)), 2, -1)


def full_samples(make):
    for shape in ((2, 3), (), (0, 2)):
        yield sample(make((2,), layout="reversed"), shape, 1)
    yield sample(make(()), [4], np.int64(3), dtype=np.dtype(np.float64))


def full_errors(make):
    message = "new_full(): argument 'shape': expected sizes of 0 or more, got (-1,)"
    yield error(ValueError, message, make((2,)), (-1,), 0)
    message = "new_full(): argument 'fill_value': expected a number in the range of uint8, got 300"
    yield error(ValueError, message, make.array([1], np.uint8), (2,), 300)


ENTRIES = (
    OpInfo("new_empty", empty_samples, None, errors=empty_errors),
    OpInfo(
        "new_full", full_samples, lambda x, shape, value, dtype=None: np.full(shape, value, dtype or x.dtype),
        errors=full_errors, exact_dtype=True, widen=False,
    ),
)  # fmt: skip
