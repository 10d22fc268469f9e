"""Writing at places that indices name: one element for a place, or several reduced."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import error, sample
from .indexing import index_error_of, mask_error

REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")


def take_samples(make):
    yield sample(make((3, 4)), make.array([0, 11, -1, 5]))
    yield sample(make((3, 4)), make.array([[1, 1], [-12, 1]]))
    yield sample(make((3, 4), layout="transposed"), make.integers((5,), -12, 12, "strided"))
    yield sample(make((3, 4), layout="reversed"), make.array(7))
    yield sample(make(()), make.array([0, -1, 0]))
    yield sample(make((2, 2)), make.array([], np.int64))
    yield sample(make((0, 2)), make.array([], np.int64))


def take_errors(make):
    message = "take(): argument 'index': expected indices in [-3, 2], got 3"
    yield error(IndexError, message, make((3,)), make.array([0, 3]))
    message = "take(): argument 'index': expected indices in [-3, 2], got -4"
    yield error(IndexError, message, make((3,)), make.array([0, -4]))
    message = "take(): argument 'index': expected no indices, the dimension is empty, got 0"
    yield error(IndexError, message, make((0, 2)), make.array([0]))
    message = "take(): argument 'index': expected integers, got float32; convert it with .long()"
    yield error(DTypeError, message, make((3,)), make.array([0.0], np.float32))


def put_samples(make):
    yield sample(make((3, 4)), make.array([0, 11, -2]), make((3,)))
    yield sample(make((3, 4)), make.array([[0, 3], [-2, 5]]), make((2, 2), layout="transposed"))
    yield sample(make((3, 4), layout="transposed"), make.array([1, 4]), make((2,)))
    yield sample(make((3, 4), layout="reversed"), make.array([0, 3, 0, -12]), make((4,)), True)
    yield sample(make(()), make.array([0]), make((1,)))
    yield sample(make((2, 2)), make.array([], np.int64), make((0,)))
    yield sample(make((0,)), make.array([], np.int64), make((0,)), accumulate=True)


def put(x, index, source, accumulate=False):
    result = np.array(x).reshape(-1)
    for i, value in zip(index.reshape(-1), source.reshape(-1), strict=True):
        result[i] = result[i] + value if accumulate else value
    return result.reshape(x.shape)


def put_errors(make):
    message = "put(): argument 'index': expected indices in [-3, 2], got 3"
    yield error(IndexError, message, make((3,)), make.array([3]), make((1,)))
    message = "put(): argument 'source': expected 2 elements as index, got shape (3,)"
    yield error(ShapeError, message, make((3,)), make.array([0, 1]), make((3,)))
    message = "put(): argument 'source': expected input's dtype float32, got int64"
    yield error(DTypeError, message, make((3,)), make.array([0]), make.array([1]))


def index_copy_samples(make):
    yield sample(make((3, 4)), 0, make.array([2, 0]), make((2, 4)))
    yield sample(make((3, 4)), -1, make.array([1]), make((3, 1)))
    yield sample(make((2, 3, 4)), 1, make.array([2, 1, 0]), make((2, 3, 4)))
    yield sample(make((3, 4), layout="transposed"), 1, make.array([], np.int64), make((3, 0)))
    yield sample(make((3, 4), layout="reversed"), 0, make.array([1]), make((1, 4), layout="strided"))


def index_copy(x, dim, index, source):
    result = np.moveaxis(np.array(x), dim, 0)
    for i, row in zip(index, np.moveaxis(source, dim, 0), strict=True):
        result[i] = row
    return np.moveaxis(result, 0, dim)


def source_errors(name, *rest):
    base = index_error_of(name, lambda make: make((2,)), *(lambda make, r=r: r for r in rest))

    def errors(make):
        yield from base(make)
        message = f"{name}(): argument 'source': expected shape (2, 3), got (1, 3)"
        yield error(ShapeError, message, make((3, 3)), 0, make.array([0, 1]), make((1, 3)), *rest)
        message = f"{name}(): argument 'source': expected input's dtype float32, got int64"
        yield error(DTypeError, message, make((3,)), 0, make.array([0]), make.array([1]), *rest)
        message = f"{name}(): argument 'input': expected at least 1 dimension, got shape ()"
        yield error(ShapeError, message, make(()), 0, make.array([0]), make((1,)), *rest)

    return errors


def index_fill_samples(make):
    yield sample(make((3, 4)), 0, make.array([2, 0]), 2)
    yield sample(make((3, 4)), 1, make.array([-1, 0, -1]), make(()))
    yield sample(make((3, 4), layout="transposed"), -1, make.array([1]), 1)
    yield sample(make((3, 4), layout="reversed"), 0, make.array([], np.int64), 1)


def index_fill(x, dim, index, value):
    result = np.moveaxis(np.array(x), dim, 0)
    for i in index:
        result[i] = value
    return np.moveaxis(result, 0, dim)


def index_fill_errors(make):
    message = "index_fill(): argument 'index': expected indices in [-3, 2], got -4"
    yield error(IndexError, message, make((3,)), 0, make.array([-4]), 1)
    message = "index_fill(): argument 'value': expected a number or a Tensor without dimensions, got shape (1,)"
    yield error(ShapeError, message, make((3,)), 0, make.array([0]), make((1,)))


def reduced(result, places, values, reduce, include_self):
    """``places`` and ``values`` in pairs; elements no place names stay."""
    groups = {}
    for place, value in zip(places, values, strict=True):
        groups.setdefault(place, []).append(value)
    for place, group in groups.items():
        group = np.asarray([result[place], *group] if include_self else group).astype(result.dtype)
        if reduce == "mean":
            total = group.sum(dtype=result.dtype)
            mean = total // np.asarray(len(group), result.dtype) if result.dtype.kind in "iu" else group.mean()
            result[place] = mean
        else:
            function = {"sum": np.sum, "prod": np.prod, "amax": np.max, "amin": np.min}[reduce]
            value = function(group)
            if result.dtype.kind in "iub":
                # NumPy counts in int64: narrow integers wrap around, bools become true.
                value = np.asarray(value).astype(result.dtype)
            result[place] = value
    return result


def scatter_reduce(x, dim, index, src, reduce, *, include_self=True):
    dim = dim % x.ndim
    places = list(np.ndindex(index.shape))
    targets = [(*p[:dim], int(index[p]), *p[dim + 1 :]) for p in places]
    return reduced(np.array(x), targets, [src[p] for p in places], reduce, include_self)


def index_reduce(x, dim, index, source, reduce, *, include_self=True):
    index = np.broadcast_to(index.reshape([-1 if d == dim % x.ndim else 1 for d in range(x.ndim)]), source.shape)
    return scatter_reduce(x, dim, index, source, reduce, include_self=include_self)


def reductions_of(make):
    for reduce in REDUCTIONS:
        if not (reduce == "mean" and make.dtype == bool):
            yield reduce


def scatter_reduce_samples(make):
    for reduce in reductions_of(make):
        for own in (True, False):
            smooth = reduce not in ("amax", "amin")
            yield sample(
                make.distinct((2, 3)),
                1,
                make.array([[0, 2, 0, 0], [1, 1, 2, 1]]),
                make((2, 4), 0.3, 0.9) if make.is_float else make.distinct((2, 4)),
                reduce,
                include_self=own,
                smooth=make.is_float or smooth,
            )
        yield sample(make((3, 2), layout="transposed"), 0, make.integers((4, 1), 0, 3), make((4, 3)), reduce)
        yield sample(make((4,)), 0, make.array([], np.int64), make((0,)), reduce)
        # Factors of zero, one and two in a group.
        yield sample(
            make.values([0, 2, 0, 3]),
            0,
            make.array([0, 0, 1, 1, 2]),
            make.values([2, 3, 0, 1, 0]),
            reduce,
            smooth=reduce == "prod",
        )
    if make.is_float:
        yield sample(make.values([1.0, 2.0]), 0, make.array([0]), make.values([np.nan]), "amax", smooth=False)


def scatter_reduce_errors(make):
    base = index_error_of("scatter_reduce", lambda make: make((2,)), lambda make: "sum")
    yield from base(make)
    message = (
        "scatter_reduce(): argument 'reduce': expected one of 'sum', 'prod', 'mean', 'amax', 'amin', got 'multiply'"
    )
    yield error(ValueError, message, make((3,)), 0, make.array([0]), make((1,)), "multiply")
    message = "scatter_reduce(): argument 'src': expected at least index's sizes (2,), got shape (1,)"
    yield error(ShapeError, message, make((3,)), 0, make.array([0, 1]), make((1,)), "sum")
    message = "scatter_reduce(): argument 'src': expected input's dtype float32, got int64"
    yield error(DTypeError, message, make((3,)), 0, make.array([0]), make.array([1]), "sum")
    message = (
        "scatter_reduce(): argument 'input': expected a numeric dtype for the mean, got bool; convert it with .long()"
    )
    yield error(DTypeError, message, make.bools((3,)), 0, make.array([0]), make.bools((1,)), "mean")


def index_reduce_samples(make):
    for reduce in reductions_of(make):
        for own in (True, False):
            yield sample(
                make.distinct((2, 3)),
                1,
                make.array([0, 2, 0, 0]),
                make((2, 4), 0.3, 0.9) if make.is_float else make.distinct((2, 4)),
                reduce,
                include_self=own,
            )
        yield sample(make((3, 2), layout="transposed"), 0, make.array([2, 2]), make((2, 2)), reduce)
        yield sample(make((3, 2), layout="reversed"), -2, make.array([], np.int64), make((0, 2)), reduce)


def masked_scatter_samples(make):
    yield sample(make((2, 3)), make.array([[True, False, True], [False, True, True]]), make((2, 2)))
    yield sample(make((2, 3)), make.array([True, False, True]), make((5,)))
    yield sample(make((3,)), make.array([[True, False, True], [False, True, True]]), make((4,)))
    yield sample(make((3, 4), layout="transposed"), make.bools((3, 4), "strided"), make((3, 4), layout="reversed"))
    yield sample(make((2, 3)), make.array([False] * 3), make((0,)))
    yield sample(make((0, 3)), make.bools((1, 3)), make((2,)))
    yield sample(make(()), make.array(True), make((1,)))


def masked_scatter(x, mask, source):
    x, mask = np.broadcast_arrays(x, mask)
    result = np.array(x)
    result[mask] = source.reshape(-1)[: mask.sum()]
    return result


def masked_scatter_errors(make):
    yield from mask_error("masked_scatter", make((2,)))(make)
    message = "masked_scatter(): argument 'source': expected at least 4 elements, one for each true one, got 3"
    yield error(ShapeError, message, make((2, 3)), make.array([True, False, True]), make((3,)))
    message = "masked_scatter(): argument 'source': expected input's dtype float32, got int64"
    yield error(DTypeError, message, make((1,)), make.array([True]), make.array([1]))


ENTRIES = (
    OpInfo("take", take_samples, lambda x, index: x.reshape(-1)[index], errors=take_errors),
    OpInfo("put", put_samples, put, errors=put_errors, tolerance=SEVERAL_STEPS),
    OpInfo("index_copy", index_copy_samples, index_copy, errors=source_errors("index_copy")),
    OpInfo("index_fill", index_fill_samples, index_fill, errors=index_fill_errors),
    OpInfo(
        "scatter_reduce", scatter_reduce_samples, scatter_reduce, errors=scatter_reduce_errors, tolerance=SEVERAL_STEPS
    ),
    OpInfo(
        "index_reduce",
        index_reduce_samples,
        index_reduce,
        errors=source_errors("index_reduce", "sum"),
        tolerance=SEVERAL_STEPS,
    ),
    OpInfo("masked_scatter", masked_scatter_samples, masked_scatter, errors=masked_scatter_errors),
)
