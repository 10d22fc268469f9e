"""Rows looked up and added up."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample


def embedding_samples(make):
    # A gradient that is left out or scaled is no derivative: these samples are not smooth.
    yield sample(make((5, 3)), make.integers((4,), 0, 5))
    yield sample(make((5, 3)), make.integers((2, 3), 0, 5), 2, smooth=False)
    yield sample(make((5, 3)), make.array(4))
    yield sample(make((5, 3)), make.array([1, 1, 4, 1]), 4, True, smooth=False)
    yield sample(make((5, 2, 2)), make.integers((3,), 0, 5), scale_grad_by_freq=True, smooth=False)
    yield sample(make((5,)), make.integers((3,), 0, 5))
    yield sample(make((5, 3), layout="transposed"), make.integers((4,), 0, 5, "strided"))
    yield sample(make((5, 3)), make.integers((0,), 0, 5))
    yield sample(make((5, 3)), make.integers((0, 2), 0, 5), 1, True)


def embedding_errors(make):
    message = "embedding(): argument 'input': expected indices in [0, 4], got 5"
    yield error(IndexError, message, make((5, 3)), make.array([0, 5]))
    message = "embedding(): argument 'input': expected integers, got float32; convert it with .long()"
    yield error(DTypeError, message, make((5, 3)), make.array([0, 1], np.float32))
    message = "embedding(): argument 'weight': expected at least 1 dimension, got shape ()"
    yield error(ShapeError, message, make(()), make.array([0]))
    message = "embedding(): argument 'padding_idx': expected a row below 5, got 5"
    yield error(IndexError, message, make((5, 3)), make.array([0]), 5)


def rows_samples(make):
    yield sample(make((4, 3)), make.integers((6,), 0, 4), make.integers((6,), 0, 5), 5)
    yield sample(make((4, 3)), make.integers((6,), 0, 4), make.integers((6,), 0, 5), 5, make((6,)))
    yield sample(make((4, 3)), None, make.integers((4,), 0, 2), 2)
    yield sample(make((4, 3)), make.integers((6,), 0, 4), None, 6)
    yield sample(make((4, 3)), None, None, 4, make((4,)))
    yield sample(make((4, 3)), None, None, 4)
    yield sample(make((4, 2, 2)), make.integers((3,), 0, 4), make.integers((3,), 0, 2), size=2, scale=make((3,)))
    yield sample(make((4,), layout="strided"), make.integers((3,), 0, 4), make.integers((3,), 0, 2), 2)
    yield sample(make((4, 3), layout="transposed"), None, make.integers((4,), 0, 2, "strided"), 2)
    yield sample(make((4, 3)), make.integers((0,), 0, 4), make.integers((0,), 0, 5), 5)
    yield sample(make((0, 3)), None, make.integers((0,), 0, 5), 0)


def add_rows(x, source, target, size, scale=None):
    n = len(x) if source is None else len(source)
    result = np.zeros((size, *x.shape[1:]))
    for i in range(n):
        row = x[i if source is None else source[i]]
        result[i if target is None else target[i]] += row * (1 if scale is None else scale[i])
    return result


def rows_errors(make):
    message = "add_rows(): argument 'source': expected indices in [0, 3], got 4"
    yield error(IndexError, message, make((4, 3)), make.array([4]), make.array([0]), 2)
    message = "add_rows(): argument 'target': expected indices in [0, 1], got -1"
    yield error(IndexError, message, make((4, 3)), make.array([0]), make.array([-1]), 2)
    message = "add_rows(): argument 'target': expected shape (2,), one number a row, got (1,)"
    yield error(ShapeError, message, make((4, 3)), make.array([0, 1]), make.array([0]), 2)
    message = "add_rows(): argument 'scale': expected shape (1,), one factor a row, got (2,)"
    yield error(ShapeError, message, make((4, 3)), make.array([0]), make.array([0]), 2, make((2,)))
    message = "add_rows(): argument 'size': expected 4, the number of rows, got 2"
    yield error(ValueError, message, make((4, 3)), None, None, 2)
    message = "add_rows(): argument 'size': expected 0 or more, got -1"
    yield error(ValueError, message, make((4, 3)), None, None, -1)
    message = "add_rows(): argument 'input': expected at least 1 dimension, got shape ()"
    yield error(ShapeError, message, make(()), None, None, 1)


ENTRIES = (
    OpInfo("embedding", embedding_samples, lambda w, x, *options, **named: w[x], FLOATS, errors=embedding_errors),
    OpInfo("add_rows", rows_samples, add_rows, FLOATS, errors=rows_errors, tolerance=SEVERAL_STEPS),
)
