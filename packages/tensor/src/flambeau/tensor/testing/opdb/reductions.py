"""Reductions over dimensions."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._helpers import LAYOUTS, TO_FLOAT, dim_error, reduction, reduction_samples
from ._info import SEVERAL_STEPS, OpInfo
from ._make import ALL, FLOATS, error, sample


def empty_error(name):
    """A bad dimension; no elements, and no neutral element to answer with."""

    def errors(make):
        yield from dim_error(name)(make)
        message = f"{name}(): argument 'input': expected at least one element along dimension 1, got (2, 0)"
        yield error(ShapeError, message, make((2, 0)), dim=1)

    return errors


def total(function):
    """``sum`` or ``prod``: integers of every width are added up in int64, and ``dtype`` says otherwise."""

    def reference(x, dim=None, keepdim=False, dtype=None):
        x = x.astype(np.int64) if x.dtype.kind in "biu" else x
        result = function(x, axis=dim, keepdims=keepdim)
        return result if dtype is None else result.astype(dtype)

    return reference


def place(function):
    """``argmax`` with torch's meaning of ``dim=None``: the place in the flattened array."""

    def reference(x, dim=None, keepdim=False):
        return function(x, axis=dim, keepdims=keepdim)

    return reference


def with_indices(value, index):
    def reference(x, dim, keepdim=False):
        return value(x, axis=dim, keepdims=keepdim), index(x, axis=dim, keepdims=keepdim)

    return reference


def moment_samples(make):
    for each in reduction_samples(empty=False)(make):  # a single element has no variance
        yield each if each.args[0].ndim else sample(*each.args, smooth=False, **each.kwargs)
    yield sample(make((2, 3)), 1, correction=0)
    yield sample(make((2, 3)), correction=0)


def moment(function):
    def reference(x, dim=None, keepdim=False, correction=1):
        return function(x, axis=dim if x.ndim else None, keepdims=keepdim, ddof=correction)

    return reference


def norm_samples(make):
    for p in (0, -np.inf):
        yield sample(make((2, 3)), p, dim=1, smooth=False)
    for p in (2, 1, 3):
        yield sample(make((2, 3)), p)
        yield sample(make((2, 3, 2)), p, dim=(0, 2))
        yield sample(make((2, 3)), p, dim=1, keepdim=True)
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout))
    yield sample(make.values([[1.0, -2.0, 1.5], [0.5, -0.25, -3.0]]), np.inf, dim=1)
    yield sample(make(()))
    yield sample(make((2, 0)), dim=1)


def norm(x, p=2, dim=None, keepdim=False):
    size = np.abs(x)
    if np.isinf(p):
        return (size.max if p > 0 else size.min)(axis=dim, keepdims=keepdim)
    if p == 0:
        return (size != 0).sum(axis=dim, keepdims=keepdim).astype(float)
    return (size**p).sum(axis=dim, keepdims=keepdim) ** (1 / p)


def logsumexp(x, axis=None, keepdims=False):
    top = x.max(axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    result = np.log(np.exp(x - top).sum(axis=axis, keepdims=True)) + top
    return result if keepdims else result.squeeze(axis)


def total_samples(make):
    yield from reduction_samples()(make)
    yield sample(make((2, 3)), dtype=np.dtype(np.float64))
    yield from many_samples(make)


def many_samples(make):
    """More elements than float16 can count, were they added up in float16."""
    yield sample(make.values(np.ones(3000)), 0, smooth=False)


def mean_samples(make):
    yield from reduction_samples()(make)
    yield from many_samples(make)


def mean_errors(make):
    yield from dim_error("mean")(make)
    message = "mean(): argument 'dtype': expected a floating dtype, got int64"
    yield error(DTypeError, message, make((2,)), dtype=np.dtype(np.int64))


def cumsum(x, dim, dtype=None):
    x = x.astype(np.int64) if x.dtype.kind in "biu" else x
    result = np.cumsum(x, dim) if x.ndim else x
    return result if dtype is None else result.astype(dtype)


def cumsum_samples(make):
    for dim in (0, 1, -1):
        yield sample(make((2, 3, 2)), dim)
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), dim=1)
    yield sample(make((2, 0)), 1)
    yield sample(make((0, 2)), 1)
    yield sample(make(()), 0)
    yield sample(make((2, 3)), 1, dtype=np.dtype(np.float64))
    yield from many_samples(make)


EXTREMUM = reduction_samples(empty=False, distinct=True)
PLACE = reduction_samples(several=False, empty=False, distinct=True)
WITH_INDICES = reduction_samples(several=False, empty=False, distinct=True, whole=False)
ROUNDED = {"tolerance": SEVERAL_STEPS}

ENTRIES = (
    OpInfo("sum", total_samples, total(np.sum), errors=dim_error("sum"), **ROUNDED),
    OpInfo("prod", total_samples, total(np.prod), domain=(1, 2), errors=dim_error("prod"), **ROUNDED),
    OpInfo("cumsum", cumsum_samples, cumsum, errors=dim_error("cumsum"), **ROUNDED),
    reduction("mean", np.mean, samples=mean_samples, errors=mean_errors, **TO_FLOAT, **ROUNDED),
    reduction("amax", np.amax, samples=EXTREMUM, errors=empty_error("amax"), dtypes=ALL),
    reduction("amin", np.amin, samples=EXTREMUM, errors=empty_error("amin"), dtypes=ALL),
    OpInfo("argmax", PLACE, place(np.argmax), errors=empty_error("argmax")),
    OpInfo("argmin", PLACE, place(np.argmin), errors=empty_error("argmin")),
    OpInfo("max_with_indices", WITH_INDICES, with_indices(np.amax, np.argmax), errors=empty_error("max_with_indices")),
    OpInfo("min_with_indices", WITH_INDICES, with_indices(np.amin, np.argmin), errors=empty_error("min_with_indices")),
    reduction("any", np.any, dtypes=ALL),
    reduction("all", np.all, dtypes=ALL),
    reduction("count_nonzero", np.count_nonzero, samples=reduction_samples(keepdim=False), dtypes=ALL),
    OpInfo("var", moment_samples, moment(np.var), FLOATS, errors=dim_error("var"), **ROUNDED),
    OpInfo("std", moment_samples, moment(np.std), FLOATS, errors=dim_error("std"), **ROUNDED),
    OpInfo("norm", norm_samples, norm, FLOATS, errors=dim_error("norm"), **ROUNDED),
    reduction("logsumexp", logsumexp, samples=reduction_samples(whole=False), dtypes=FLOATS, **ROUNDED),
)
