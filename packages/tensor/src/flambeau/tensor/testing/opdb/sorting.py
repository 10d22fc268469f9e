"""Sorting and selecting by rank."""

import numpy as np

from ._helpers import LAYOUTS, dim_error
from ._info import OpInfo
from ._make import error, sample


def sort_samples(make):
    yield sample(make.distinct((2, 3)))
    yield sample(make.distinct(()))
    for dim in (0, 1, -1):
        yield sample(make.distinct((2, 3, 2)), dim)
    yield sample(make.distinct((3, 4)), 0, True)
    yield sample(make.distinct((3, 4)), dim=1, descending=True)
    for layout in LAYOUTS:
        yield sample(make.distinct((3, 4), layout))
    yield sample(make.distinct((3, 4)), 0, False, stable=True)
    yield sample(make.distinct((0, 3)))
    yield sample(make.distinct((3, 0)))
    yield sample(make.values([1, 0, 1, 0, 1, 1, 0]), descending=False, smooth=False)
    yield sample(make.values([1, 0, 1, 0, 1, 1, 0]), descending=True, smooth=False)
    if make.is_float:
        yield sample(make.values([1.0, np.nan, -np.inf, np.inf, 0.0]), smooth=False)


def argsort(x, dim=-1, descending=False, stable=False):
    """Stable in both directions; NaN counts as the greatest."""
    if x.ndim == 0:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(x, axis=dim, kind="stable")
    reverse = np.flip(np.argsort(np.flip(x, dim), axis=dim, kind="stable"), dim)
    return x.shape[dim] - 1 - reverse


def sort(x, dim=-1, descending=False, stable=False):
    order = argsort(x, dim, descending)
    return (x if x.ndim == 0 else np.take_along_axis(x, order, dim)), order


def ordered_samples(make):
    return (s for s in sort_samples(make) if "stable" not in s.kwargs)


def ordered(x, dim=-1, descending=False):
    return sort(x, dim, descending)[0]


def topk_samples(make):
    yield sample(make.distinct((5,)), 2)
    yield sample(make.distinct((3, 4)), 3, 0)
    yield sample(make.distinct((3, 4)), 2, dim=1, largest=False)
    yield sample(make.distinct((2, 3, 4)), 1, -2)
    yield sample(make.distinct((3, 4)), 0)
    yield sample(make.distinct((3, 4)), 2, 1, True, sorted=False)
    yield sample(make.distinct(()), 1)
    yield sample(make.values([1, 0, 1, 0, 1, 1, 0]), 4, smooth=False)
    if make.is_float:
        nans = make.values([1.0, np.nan, -np.inf, np.inf, np.nan])
        yield sample(nans, 3, smooth=False)
        yield sample(nans, 4, largest=False, smooth=False)
    for layout in LAYOUTS:
        yield sample(make.distinct((3, 4), layout), 4)


def topk(x, k, dim=-1, largest=True, sorted=True):
    if x.ndim == 0:
        return x, np.zeros((), np.int64)
    order = np.take(argsort(x, dim, largest), np.arange(k), axis=dim)
    return np.take_along_axis(x, order, dim), order


def topk_errors(make):
    message = "topk(): argument 'k': expected 0 to 3, the size of dimension 1, got 4"
    yield error(ValueError, message, make((2, 3)), 4)


ENTRIES = (
    OpInfo("sort", sort_samples, sort, errors=dim_error("sort")),
    OpInfo("argsort", sort_samples, argsort, errors=dim_error("argsort")),
    OpInfo("ordered", ordered_samples, ordered, errors=dim_error("ordered")),
    OpInfo("topk", topk_samples, topk, errors=topk_errors),
)
