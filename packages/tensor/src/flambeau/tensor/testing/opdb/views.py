"""Operators that look at the memory behind a Tensor in other ways."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._helpers import view
from ._make import error, sample
from .shape import call, calls, reshape


def view_samples(make):
    """Only shapes that need no copy."""
    yield sample(make((2, 6)), (3, 4))
    yield sample(make((2, 6)), -1, 3)
    yield sample(make(()), (1, 1))
    yield sample(make((0, 3)), (3, 0))
    yield sample(make((3, 4), layout="strided"), (3, 2, 2))
    yield sample(make((3, 4), layout="reversed"), (3, 1, 4))
    yield sample(make((2, 3, 4), layout="strided"), (6, 4))
    yield sample(make((2, 3, 4), layout="strided"), (1, 6, 2, 2))
    yield sample(make((1, 4), layout="transposed"), (2, 2))
    yield sample(make((3, 1, 4), layout="reversed"), (3, 4))


def view_errors(make):
    x = make((3, 4), layout="transposed")
    layout = f"shape (3, 4), strides ({x.dtype.itemsize}, {3 * x.dtype.itemsize}) bytes"
    yield error(
        ShapeError,
        f"view(): argument 'shape': expected one that input's layout ({layout}) can be seen in without a copy, "
        "got (12,); use reshape()",
        x,
        (12,),
    )
    message = "view(): argument 'shape': expected sizes for input's 6 elements (shape (2, 3)), got (4,)"
    yield error(ShapeError, message, make((2, 3)), (4,))
    message = (
        "view(): argument 'shape': expected a dtype other than bool, which not all bytes are, got bool; use .bool()"
    )
    yield error(DTypeError, message, make((2,)), np.dtype(bool))
    message = "view(): argument 'input': expected at least 1 dimension to see float32 as float64, got shape ()"
    yield error(ShapeError, message, make(()), np.dtype(np.float64))
    message = (
        "view(): argument 'input': expected elements of the last dimension next to each other, got a step of 8 bytes"
    )
    yield error(ShapeError, message, make((3, 4), layout="strided"), np.dtype(np.int16))
    message = "view(): argument 'input': expected a last dimension of whole float64 elements, got 3 of float32"
    yield error(ShapeError, message, make((2, 3)), np.dtype(np.float64))
    message = (
        "view(): argument 'input': expected strides of whole float64 elements but for the last dimension's, "
        "got strides of (12, 4) bytes; use .contiguous()"
    )
    yield error(ShapeError, message, make((2, 3))[:, :2], np.dtype(np.float64))


def as_strided_samples(make):
    """The record's own arguments: `start` and the strides of the input."""
    yield sample(make((2, 6)), (2, 3), (3, 1), 0, (6, 1))
    yield sample(make((2, 6)), (3, 2), (-2, 5), 4, (6, 1))
    yield sample(make((6,)), (2, 2), (1, 1), 1, (1,))
    yield sample(make((6,)), (), (), 2, (1,))
    yield sample(make((6,)), (0, 3), (7, 7), 2, (1,))
    yield sample(make(()), (1, 2), (1, 0), 0, ())


def as_strided(x, size, stride, start, layout):
    """Element by element, from the memory: that of the samples is in order."""
    result = np.empty(size, x.dtype)
    for index in np.ndindex(*size):
        result[index] = x.reshape(-1)[start + sum(i * s for i, s in zip(index, stride, strict=True))]
    return result


def as_strided_errors(make):
    message = (
        "as_strided(): argument 'size': expected elements 0 to 5 from input's first, which the memory behind it has,"
    )
    message += " got"
    yield error(ValueError, f"{message} 0 to 6", make((6,)), (2,), (6,), 0, (1,))
    yield error(ValueError, f"{message} -1 to 1", make((6,)), (2,), (-2,), 1, (1,))
    message = "as_strided(): argument 'input': expected memory in which neighbours are (2,) elements apart, got (1,); "
    yield error(ValueError, f"{message}take x.contiguous()", make((6,)), (2,), (2,), 0, (2,))


def unfold(x, dimension, size, step):
    starts = range(0, x.shape[dimension] - size + 1, step)
    windows = [np.moveaxis(np.take(x, range(s, s + size), axis=dimension), dimension, -1) for s in starts]
    return np.stack(windows, axis=dimension % x.ndim)


def unfold_errors(make):
    message = "unfold(): argument 'size': expected a size in [0, 3], got"
    yield error(ValueError, f"{message} 4", make((2, 3)), 1, 4, 1)
    yield error(ValueError, f"{message} -1", make((2, 3)), 1, -1, 1)
    yield error(ValueError, "unfold(): argument 'step': expected 1 or more, got 0", make((2, 3)), 1, 2, 0)
    yield error(
        ShapeError, "unfold(): argument 'input': expected at least 1 dimension, got shape ()", make(()), 0, 1, 1
    )


ENTRIES = (
    view("view", reshape, view_samples, errors=view_errors),
    view("as_strided", as_strided, as_strided_samples, errors=as_strided_errors),
    view(
        "unfold",
        unfold,
        calls(call((2, 5), 1, 2, 1), call((5, 2), 0, 2, 2), call((2, 5), -1, 3, 3), call((0, 3), 1, 2, 1),
              call((2, 3), 0, 0, 1), call((4,), 0, 4, 1), call((4, 2, 3), 0, 2, 1)),
        errors=unfold_errors,
    ),
)  # fmt: skip
