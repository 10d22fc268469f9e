"""Reading and writing by index, position or mask."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import INTEGERS, error, sample


def index_samples(make):
    x = (3, 4)
    for index in (
        0,
        -1,
        slice(1, 3),
        slice(None, None, -1),
        None,
        ...,
        (1, 2),
        (slice(None), 1),
        (..., slice(0, 3, 2)),
    ):
        yield sample(make(x), index)
    yield sample(make((2, 3, 4)), (..., None, -1))
    yield sample(make((2, 3, 4)), (0, slice(None), slice(None, None, -2)))
    yield sample(make(x, layout="transposed"), (slice(1, None), slice(None, 2)))
    yield sample(make(()), ())
    yield sample(make((0, 2)), slice(None))
    yield sample(make(x), make.array([0, 2, 2, -1]))
    yield sample(make(x), (slice(None), make.array([[0, 1], [3, 3]])))
    yield sample(make(x), (make.array([0, 2]), make.array([1, 3])))
    yield sample(make((2, 3, 4)), (make.array([0, 1]), slice(None), make.array([1, 3])))
    yield sample(make(x, layout="strided"), make.array([[True, False, True, True]] * 3))
    yield sample(make(x), make.array([True, False, True]))
    yield sample(make(x), (slice(None), make.array([], np.int64)))


def index_errors(make):
    message = "index(): argument 'index': expected a Tensor of ints or bools, got float32"
    yield error(DTypeError, message, make((3,)), make.array([0.5], np.float32))
    message = "index(): argument 'index': expected an index in [-3, 2] for dimension 0, got 3"
    yield error(IndexError, message, make((3, 4)), 3)
    message = "index(): argument 'index': expected an index in [-4, 3] for dimension 1, got -5"
    yield error(IndexError, message, make((3, 4)), (..., -5))
    message = "index(): argument 'index': expected indices in [-3, 2], got 3"
    yield error(IndexError, message, make((3, 4)), make.array([0, 3]))
    message = "index(): argument 'index': expected at most 2 indices for 2 dimensions, got 3"
    yield error(IndexError, message, make((3, 4)), (0, 0, 0))
    message = "index(): argument 'index': expected a bool Tensor of shape (3,), got (2,)"
    yield error(IndexError, message, make((3, 4)), make.array([True, False]))
    message = "index(): argument 'index': expected at most one ..., got several"
    yield error(IndexError, message, make((3, 4)), (..., ...))
    message = "index(): argument 'index': expected a step other than 0, got 0"
    yield error(ValueError, message, make((3, 4)), slice(None, None, 0))
    message = (
        "index(): argument 'index': expected int, slice, None, ..., a Tensor of ints or bools, or a tuple of these, "
        "got str"
    )
    yield error(TypeError, message, make((3, 4)), "first")


def index_put_errors(make):
    message = "index_put(): argument 'value': expected a shape that broadcasts to (4,), got (3,)"
    yield error(ShapeError, message, make((3, 4)), 0, make((3,)))


def index_put_samples(make):
    x = (3, 4)
    yield sample(make(x), 0, make((4,)))
    yield sample(make(x), slice(1, 3), make((2, 4)))
    yield sample(make(x), (slice(None), slice(None, None, 2)), make(()))
    yield sample(make(x), 0, make((1, 1, 4)))
    yield sample(make(x), ..., 1)
    yield sample(make(x, layout="transposed"), (1, 2), 2)
    yield sample(make(x), make.array([0, 2]), make((2, 4)))
    yield sample(make(x), (make.array([0, 2]), make.array([1, 3])), make((2,)))
    yield sample(make(x), make.array([[True, False, True, False]] * 3), 3)
    yield sample(make(x), make.array([0, 2, 0]), make((3, 4)), True)
    yield sample(make(x, layout="reversed"), (slice(None), make.array([1, 3])), make((3, 2), layout="transposed"))


def index_put(x, index, values, accumulate=False):
    result = np.array(x)
    if accumulate:
        np.add.at(result, index, values)
    else:
        result[index] = values
    return result


def gather_samples(make):
    yield sample(make((3, 4)), 0, make.integers((2, 4), 0, 3))
    yield sample(make((3, 4)), 1, make.integers((3, 5), 0, 4))
    yield sample(make((3, 4)), -1, make.integers((2, 2), 0, 4))
    yield sample(make((2, 3, 4)), 1, make.integers((2, 2, 4), 0, 3))
    yield sample(make((3, 4), layout="transposed"), 0, make.integers((2, 4), 0, 3, "strided"))
    yield sample(make((3, 4), layout="reversed"), 1, make.integers((3, 0), 0, 4))
    yield sample(make((4,)), 0, make.integers((6,), 0, 4))


def _places(index, dim):
    """For each element of ``index``: its own place, and the place in the other tensor it points to."""
    for place in np.ndindex(index.shape):
        target = list(place)
        target[dim] = int(index[place])
        yield place, tuple(target)


def gather(x, dim, index):
    result = np.empty(index.shape, x.dtype)
    for place, target in _places(index, dim):
        result[place] = x[target]
    return result


def index_error_of(name, *rest):
    """An index that is too large, and one that is no integer."""

    def errors(make):
        message = f"{name}(): argument 'index': expected indices in [0, 2], got 3"
        yield error(IndexError, message, make((3,)), 0, make.array([0, 3]), *(r(make) for r in rest))
        message = f"{name}(): argument 'index': expected integers, got float32; convert it with .long()"
        yield error(DTypeError, message, make((3,)), 0, make.array([0.0, 1.0], np.float32), *(r(make) for r in rest))

    return errors


def scatter_samples(make):
    """Without duplicates, for which the last one written is not defined."""
    yield sample(make((3, 4)), 0, make.array([[0, 1, 2, 0], [2, 0, 1, 1]]), make((2, 4)))
    yield sample(make((3, 4)), 1, make.array([[3, 0], [1, 2], [0, 1]]), make((3, 2)))
    yield sample(make((3, 4)), -1, make.array([[3, 0], [1, 2]]), make((3, 4)))
    yield sample(make((3, 4), layout="transposed"), 0, make.array([[2, 1, 0, 0]]), make((1, 4), layout="strided"))
    yield sample(make((4,)), 0, make.integers((0,), 0, 4), make((0,)))
    yield sample(make((3, 4)), 1, make.array([[1], [0], [3]]), 2)


def scatter_add_samples(make):
    yield sample(make((3, 4)), 0, make.integers((2, 4), 0, 3), make((2, 4)))
    yield sample(make((3, 4)), 1, make.integers((3, 6), 0, 4), make((3, 6)))
    yield sample(make((3, 4)), -1, make.integers((2, 2), 0, 4), make((3, 4)))
    yield sample(make((3, 4), layout="transposed"), 0, make.integers((5, 4), 0, 3), make((5, 4), layout="strided"))
    yield sample(make((4,)), 0, make.integers((0,), 0, 4), make((0,)))


def scatter(x, dim, index, src):
    result, src = np.array(x), np.broadcast_to(src, index.shape) if np.ndim(src) == 0 else src
    for place, target in _places(index, dim):
        result[target] = src[place]
    return result


def scatter_add(x, dim, index, src):
    result = np.array(x)
    for place, target in _places(index, dim):
        result[target] += src[place]
    return result


def index_select_samples(make):
    yield sample(make((3, 4)), 0, make.integers((5,), 0, 3))
    yield sample(make((3, 4)), 1, make.integers((2,), 0, 4))
    yield sample(make((2, 3, 4)), -2, make.integers((2,), 0, 3))
    yield sample(make((3, 4), layout="transposed"), 1, make.integers((0,), 0, 4))
    yield sample(make((3, 4), layout="reversed"), 0, make.integers((4,), 0, 3, "strided"))


def index_add_samples(make):
    yield sample(make((3, 4)), 0, make.integers((5,), 0, 3), make((5, 4)))
    yield sample(make((3, 4)), 1, make.integers((2,), 0, 4), make((3, 2)))
    yield sample(make((2, 3, 4)), -2, make.integers((2,), 0, 3), make((2, 2, 4)))
    yield sample(make((3, 4), layout="transposed"), 1, make.integers((0,), 0, 4), make((3, 0)))
    yield sample(make((3, 4)), 0, make.integers((2,), 0, 3), make((2, 4)), alpha=2)
    yield sample(make((3, 4), layout="reversed"), 0, make.integers((4,), 0, 3), make((4, 4), layout="strided"))


def index_add(x, dim, index, source, alpha=1):
    result = np.moveaxis(np.array(x), dim, 0)
    for i, row in zip(index, np.moveaxis(source, dim, 0), strict=True):
        result[i] = result[i] + (row if alpha == 1 else row * alpha)
    return np.moveaxis(result, 0, dim)


def masked_fill_samples(make):
    yield sample(make((2, 3)), make.bools((2, 3)), 2)
    yield sample(make((2, 3)), make.bools((3,)), make(()))
    yield sample(make(()), make.bools(()), 1)
    yield sample(make((0, 3)), make.bools((1, 3)), 1)
    yield sample(make((3, 4), layout="transposed"), make.bools((3, 4), "strided"), 0)
    yield sample(make((3, 4), layout="reversed"), make.bools((3, 4), "reversed"), 1)


def masked_select_samples(make):
    yield sample(make((2, 3)), make.bools((2, 3)))
    yield sample(make((2, 3)), make.bools((3,)))
    yield sample(make((0, 3)), make.bools((1, 3)))
    yield sample(make((3, 4), layout="transposed"), make.bools((3, 4), "strided"))
    yield sample(make((3, 4), layout="reversed"), make.bools((3, 4), "reversed"))


def masked_select(x, mask):
    x, mask = np.broadcast_arrays(x, mask)
    return x[mask]


def mask_error(name, *rest):
    """A mask that is not bool, and one that does not fit."""

    def errors(make):
        message = f"{name}(): argument 'mask': expected a bool Tensor, got int64; convert it with .bool()"
        yield error(DTypeError, message, make((2,)), make.array([1, 0]), *rest)
        message = f"{name}(): argument 'mask': expected a shape that broadcasts with input's (2,), got (3,)"
        yield error(ShapeError, message, make((2,)), make.bools((3,)), *rest)

    return errors


def nonzero_samples(make):
    yield sample(make.values([[0, 1, 2], [3, 0, 0]]))
    yield sample(make((2, 3, 2)))
    yield sample(make((0, 3)))
    yield sample(make.values([1, 0, 0, 1])[::-1])


def one_hot_samples(make):
    yield sample(make.values([0, 1, 1]), 2)
    yield sample(make.values([[0, 1], [1, 0]]), num_classes=3)
    yield sample(make.values([0, 3, 1]))
    yield sample(make.values([0]))
    yield sample(make.values([0]), 1)
    yield sample(make.values(1), 2)
    yield sample(make.values([]), 2)


def one_hot(x, num_classes=-1):
    return np.eye(x.max() + 1 if num_classes == -1 else num_classes, dtype=np.int64)[x]


def one_hot_errors(make):
    message = "one_hot(): argument 'input': expected indices in [0, 1], got 2"
    yield error(IndexError, message, make.array([0, 2]), 2)
    message = "one_hot(): argument 'num_classes': expected a number of classes for a Tensor without elements, got -1"
    yield error(ValueError, message, make.array([], np.int64))
    message = "one_hot(): argument 'num_classes': expected 1 or more classes, or -1, got 0"
    yield error(ValueError, message, make.array([0]), 0)


def index_select(x, dim, index):
    return np.take(x, index, dim)


def masked_fill(x, mask, value):
    return np.where(mask, np.asarray(value).astype(x.dtype), x)


def source(make):
    return make((2,))


ENTRIES = (
    OpInfo("index", index_samples, lambda x, index: x[index], errors=index_errors),
    OpInfo("index_put", index_put_samples, index_put, errors=index_put_errors),
    OpInfo("gather", gather_samples, gather, errors=index_error_of("gather")),
    OpInfo("scatter", scatter_samples, scatter, errors=index_error_of("scatter", source)),
    OpInfo(
        "scatter_add",
        scatter_add_samples,
        scatter_add,
        errors=index_error_of("scatter_add", source),
        tolerance=SEVERAL_STEPS,
    ),
    OpInfo("index_select", index_select_samples, index_select, errors=index_error_of("index_select")),
    OpInfo(
        "index_add",
        index_add_samples,
        index_add,
        errors=index_error_of("index_add", source),
        tolerance=SEVERAL_STEPS,
    ),
    OpInfo("masked_fill", masked_fill_samples, masked_fill, errors=mask_error("masked_fill", 0)),
    OpInfo("masked_select", masked_select_samples, masked_select, errors=mask_error("masked_select")),
    OpInfo("nonzero", nonzero_samples, np.argwhere),
    OpInfo("one_hot", one_hot_samples, one_hot, INTEGERS, errors=one_hot_errors),
)
