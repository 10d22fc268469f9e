"""Counting elements."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._info import OpInfo
from ._make import FLOATS, INTEGERS, error, sample


def count_samples(make):
    yield sample(make(6, 0, 5))
    yield sample(make(6, 0, 5, "strided"))
    yield sample(make(0))
    yield sample(make(0), minlength=3)
    yield sample(make.values([1, 1, 4]), minlength=2)
    yield sample(make.values([1, 1, 4]), minlength=9)
    yield sample(make.values([1, 1, 4]), make.array([0.5, 2.0, -1.0], np.float32))
    yield sample(make.values([1, 1, 4]), make.array([1, 2, 3], np.int32), 7)


def bincount(x, weights=None, minlength=0):
    counts = np.bincount(x.astype(np.int64), weights, minlength)
    return counts if weights is None or weights.dtype.kind != "f" else counts.astype(np.float32)


def count_errors(make):
    message = "bincount(): argument 'input': expected"
    yield error(DTypeError, f"{message} integers, got float64; convert it with .long()", make.array([1.0], np.float64))
    yield error(ShapeError, f"{message} 1 dimension, got shape (2, 3); flatten() it", make((2, 3)))
    yield error(ValueError, f"{message} no negative numbers, got -2", make.array([1, -2], np.int64))
    yield error(ValueError, "bincount(): argument 'minlength': expected 0 or more, got -1", make(2), minlength=-1)
    message = "bincount(): argument 'weights': expected input's shape (2,), got (3,)"
    yield error(ShapeError, message, make(2), make(3))


def histogram_samples(make):
    edges = make.array([-2.0, -1.0, 0.5, 2.0], np.float64)
    for layout in ("contiguous", "transposed", "strided", "reversed"):
        yield sample(make((3, 4), layout=layout), edges)
    yield sample(make(()), edges)
    yield sample(make((0, 3)), edges)
    yield sample(make.values([-2.0, 2.0, 0.5, -2.5, 2.5, np.nan, np.inf, -np.inf]), edges)
    yield sample(make((2, 3)), edges, make.array([[1.0, 2.0, 3.0], [0.5, 0.25, -1.0]], np.float64))


def histogram_counts(x, edges, weight=None):
    there = x == x
    return np.histogram(x[there], edges, weights=None if weight is None else weight[there])[0].astype(np.float64)


def histogram_errors(make):
    edges = make.array([0.0, 1.0], np.float32)
    message = "histogram_counts(): argument 'bins': expected"
    yield error(ShapeError, f"{message} 1 dimension and 2 or more edges, got shape (1,)", make(3), make(1))
    yield error(ValueError, f"{message} edges in order, got some that are not", make(3), make.values([1, 0]))
    message = "histogram_counts(): argument 'weight': expected input's shape (3,), got (2,)"
    yield error(ShapeError, message, make(3), edges, make(2))


ENTRIES = (
    OpInfo("bincount", count_samples, bincount, INTEGERS, exact_dtype=True, errors=count_errors),
    OpInfo("histogram_counts", histogram_samples, histogram_counts, FLOATS, errors=histogram_errors),
)
