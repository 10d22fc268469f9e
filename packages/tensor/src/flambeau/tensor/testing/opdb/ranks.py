"""Elements chosen by their rank, or by how often they come."""

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS, dim_error, reduction_samples
from ._info import OpInfo
from ._make import error, sample


def along(choose):
    """``choose(row)`` gives the place of the element in each row along a dimension."""

    def reference(x, *args, dim=-1, keepdim=False):
        if x.ndim == 0:
            return np.array(x), np.zeros((), np.int64)
        rows = np.moveaxis(x, dim, -1)
        places = np.empty(rows.shape[:-1], np.int64)
        for row in np.ndindex(places.shape):
            places[row] = choose(rows[row], *args)
        places = np.expand_dims(places, dim)
        values = np.take_along_axis(x, places, dim)
        return (values, places) if keepdim else (values.squeeze(dim), places.squeeze(dim))

    return reference


def kth(row, k):
    chosen = np.sort(row)[k - 1]
    return np.flatnonzero((row == chosen) | (row != row) & (chosen != chosen))[0]


def median(row):
    missing = np.flatnonzero(row != row)
    return missing[0] if missing.size else kth(row, (row.size + 1) // 2)


def nanmedian(row):
    there = np.flatnonzero(row == row)
    return there[kth(row[there], (there.size + 1) // 2)] if there.size else 0


def mode(row):
    values, counts = np.unique(row, return_counts=True, equal_nan=False)
    return np.flatnonzero(row == values[np.argmax(counts)])[-1]


def dim_first(reference):
    return lambda x, dim=-1, keepdim=False: reference(x, dim=dim, keepdim=keepdim)


def median_samples(make):
    yield from reduction_samples(several=False, empty=False, distinct=True, whole=False)(make)
    yield sample(make.values([[3, 1, 1, 0], [1, 1, 0, 0]]), 1, smooth=False)
    if make.is_float:
        yield sample(make.values([[np.nan, np.nan], [np.nan, 1.0]]), 1, smooth=False)


def mode_samples(make):
    yield from reduction_samples(several=False, empty=False, distinct=True, whole=False)(make)
    yield sample(make.distinct((2, 3)))
    yield sample(make.values([[3, 1, 1, 0, 3, 2], [0, 0, 1, 1, 1, 0]]), smooth=False)
    yield sample(make.values([[1, 0, 1], [1, 0, 0], [0, 0, 1]]), 0, smooth=False)


def kth_samples(make):
    yield sample(make.distinct((2, 3)), 1)
    yield sample(make.distinct(()), 1)
    yield sample(make.distinct((2, 3, 2)), 2, 1)
    yield sample(make.distinct((2, 3, 2)), 2, dim=0, keepdim=True)
    for layout in LAYOUTS:
        yield sample(make.distinct((3, 4), layout), 2)
    yield sample(make.distinct((0, 3)), 2)
    yield sample(make.values([1, 0, 1, 0, 1]), 4, smooth=False)
    if make.is_float:
        yield sample(make.values([1.0, np.nan, -np.inf, np.inf]), 4, smooth=False)


def kth_errors(make):
    yield from dim_error("kthvalue", 1)(make)
    message = "kthvalue(): argument 'k': expected 1 to 3, the size of dimension 1, got"
    yield error(ValueError, f"{message} 4", make((2, 3)), 4)
    yield error(ValueError, f"{message} 0", make((2, 3)), 0)


def empty_errors(name):
    def errors(make):
        yield from dim_error(name)(make)
        message = f"{name}(): argument 'input': expected at least one element along dimension 1, got (2, 0)"
        yield error(ShapeError, message, make((2, 0)), dim=1)

    return errors


def kth_reference(x, k, dim=-1, keepdim=False):
    return along(kth)(x, k, dim=dim, keepdim=keepdim)


ENTRIES = (
    OpInfo("kthvalue", kth_samples, kth_reference, errors=kth_errors),
    OpInfo("median_with_indices", median_samples, dim_first(along(median)), errors=empty_errors("median_with_indices")),
    OpInfo(
        "nanmedian_with_indices",
        median_samples,
        dim_first(along(nanmedian)),
        errors=empty_errors("nanmedian_with_indices"),
    ),
    OpInfo("mode", mode_samples, dim_first(along(mode)), errors=empty_errors("mode")),
)
