"""Resampling and padding."""

import numpy as np

from ..._resampling import Resampling
from ...errors import ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import ALL, FLOATS, error, sample

TABLES = (
    Resampling(4, [0, 1, 1, 3], [2, 2, 3, 1], [[0.5, 0.5, 0], [0.25, 0.75, 0], [1, -2, 3], [1, 0, 0]]),
    Resampling(4, [0, 0, 0, 1, 2, 3], [1, 1, 2, 1, 2, 1], [[1, 0], [1, 0], [0.5, 2], [1, 0], [1, 1], [1, 0]]),
    Resampling(4, [0, 2, 2], [2, 0, 1], [[1, 1], [0, 0], [2, 0]]),
    Resampling(4, [], [], np.zeros((0, 1))),
)  # fmt: skip


def resample_samples(make):
    for table in TABLES:
        yield sample(make((2, 4)), (1,), (table,))
        yield sample(make((4, 20, 2), layout="transposed"), (0,), (table,))
        yield sample(make((2, 4, 19), layout="reversed"), (1,), (table,))
        yield sample(make((20, 4), layout="strided"), (1,), (table,))
    for table in TABLES[:2]:
        yield sample(make((0, 4)), (1,), (table,))
        yield sample(make((3, len(table))), (1,), (table.transposed,))
    yield sample(make((2, 3, 4, 4)), (3, 2), TABLES[:2])
    yield sample(make((2, 4, 4, 4)), (1, 3, 2), (*TABLES[:2], TABLES[0]))
    yield sample(make((2, 3)), (), ())
    yield sample(make.values([np.nan, np.inf, 1, 2]), (0,), TABLES[:1], smooth=False)
    yield sample(make((2, 0)), (1,), (Resampling(0, [0, 0], [0, 0], [[0], [0]]),))


def resample(x, dims, tables):
    for dim, table in zip(dims, tables, strict=True):
        rows = []
        x = np.moveaxis(x, dim, 0)
        for start, count, weights in zip(table.starts, table.counts, table.weights, strict=True):
            row = np.zeros(x.shape[1:])
            for k in range(count):
                row = row + weights[k] * x[start + k]
            rows.append(row)
        x = np.moveaxis(np.array(rows).reshape(len(table), *x.shape[1:]), 0, dim)
    return x


def resample_errors(make):
    message = "resample(): argument 'input': expected size 4 of dimension 1, got shape (4, 3)"
    yield error(ShapeError, message, make((4, 3)), (1,), TABLES[:1])
    message = "resample(): argument 'dims': expected different dimensions, one for each table, got (0, 0)"
    yield error(ValueError, message, make((4, 3)), (0, 0), TABLES[:2])


def pad_samples(make):
    yield sample(make(()), ())
    yield sample(make((2, 3)), (1, 2))
    yield sample(make((2, 3)), (1, 0, 0, 2), 1)
    yield sample(make((2, 3, 4), layout="transposed"), [-1, 2, 0, -1, 1, 1])
    yield sample(make((3, 4), layout="strided"), (-2, -2))
    yield sample(make((0, 2)), (1, 1, 0, 2))
    yield sample(make((4,), layout="reversed"), (1, -1))


def constant_pad_nd(x, pad, value=0):
    pairs = [(0, 0)] * (x.ndim - len(pad) // 2) + list(zip(pad[::2], pad[1::2], strict=True))[::-1]
    for dim, (before, after) in enumerate(pairs):
        x = np.moveaxis(x, dim, 0)
        x = x[max(-before, 0) : len(x) - max(-after, 0)]
        ends = [np.full((max(n, 0), *x.shape[1:]), value, x.dtype) for n in (before, after)]
        x = np.moveaxis(np.concatenate([ends[0], x, ends[1]]), 0, dim)
    return x


def pad_errors(make):
    message = "constant_pad_nd(): argument 'pad': expected an even number of ints, got (1,)"
    yield error(TypeError, message, make((2,)), (1,))
    message = "constant_pad_nd(): argument 'pad': expected at most 1 pairs, one a dimension, got (1, 1, 1, 1)"
    yield error(ShapeError, message, make((2,)), (1, 1, 1, 1))
    message = (
        "constant_pad_nd(): argument 'input': expected no less than nothing left of any dimension, "
        "got shape (2,) padded by (-2, -1)"
    )
    yield error(ShapeError, message, make((2,)), (-2, -1))


ENTRIES = (
    OpInfo("resample", resample_samples, resample, FLOATS, errors=resample_errors, tolerance=SEVERAL_STEPS),
    OpInfo("constant_pad_nd", pad_samples, constant_pad_nd, ALL, errors=pad_errors),
)
