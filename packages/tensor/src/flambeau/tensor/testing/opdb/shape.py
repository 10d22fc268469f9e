"""Operators that look at elements in another shape, or move them."""

import numpy as np

from ..._memory_format import channels_last, contiguous_format
from ...errors import ShapeError
from ._helpers import LAYOUTS, dim_error, view
from ._info import OpInfo
from ._make import error, sample


def calls(*each):
    """Samples from ``(shape, args, kwargs)``, each tried in every layout that the shape allows."""

    def samples(make):
        for shape, args, kwargs in each:
            yield sample(make(shape), *args, **kwargs)
            if len(shape) == 2:
                for layout in LAYOUTS:
                    yield sample(make(shape, layout=layout), *args, **kwargs)

    return samples


def call(shape, *args, **kwargs):
    return shape, args, kwargs


def reshape_samples(make):
    yield from calls(
        call((2, 6), (3, 4)),
        call((2, 6), 12),
        call((2, 6), -1, 3),
        call((), (1, 1)),
        call((1,), ()),
        call((0, 3), (3, 0)),
        call((2, 3, 2), (-1,)),
    )(make)


def reshape(x, *shape):
    shape = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
    return np.reshape(x, shape)


def reshape_errors(make):
    message = "reshape(): argument 'shape': expected sizes for input's 6 elements (shape (2, 3)), got (4, 2)"
    yield error(ShapeError, message, make((2, 3)), (4, 2))
    message = "reshape(): argument 'shape': expected at most one -1, got (-1, -1)"
    yield error(ShapeError, message, make((2, 3)), -1, -1)
    message = "reshape(): argument 'shape': expected ints, got float"
    yield error(TypeError, message, make((2, 3)), 6.0)


def transpose(x, dim0, dim1):
    return np.swapaxes(x, dim0, dim1) if x.ndim else x


def transpose_errors(make):
    message = "transpose(): argument 'dim1': expected a dimension in [-2, 1], got 2"
    yield error(IndexError, message, make((2, 3)), 0, 2)


def permute_errors(make):
    message = "permute(): argument 'dims': expected each of the 2 dimensions once, got (0, 0)"
    yield error(ValueError, message, make((2, 3)), (0, 0))


def contiguous_errors(make):
    message = "contiguous(): argument 'input': expected 4 dimensions, for channels_last, got (2, 3)"
    yield error(ShapeError, message, make((2, 3)), channels_last)
    message = "contiguous(): argument 'memory_format': expected a MemoryFormat such as ft.channels_last, got str"
    yield error(TypeError, message, make((2, 3)), "C")


def expand_errors(make):
    message = "expand(): argument 'shape': expected one that input's (2, 3) broadcasts to, got (2, 4)"
    yield error(ShapeError, message, make((2, 3)), (2, 4))


def narrow_errors(make):
    message = "narrow(): argument 'length': expected 0 to 1 elements from 2 on, got 2"
    yield error(IndexError, message, make((3,)), 0, 2, 2)
    for start in (4, -4):
        message = f"narrow(): argument 'start': expected an index in [-3, 3], got {start}"
        yield error(IndexError, message, make((3,)), 0, start, 0)


def split_errors(make):
    message = "split(): argument 'split_size': expected sizes that add up to 3, got [1, 1]"
    yield error(ValueError, message, make((3,)), [1, 1])
    message = "split(): argument 'split_size': expected an int or a list of ints, got float"
    yield error(TypeError, message, make((3,)), 1.5)
    message = "split(): argument 'split_size': expected a size of 1 or more, got 0"
    yield error(ValueError, message, make((3,)), 0)


def unbind_errors(make):
    yield error(ShapeError, "unbind(): argument 'input': expected at least 1 dimension, got shape ()", make(()))


def roll_errors(make):
    message = "roll(): argument 'dims': expected one dimension for each of the 2 shifts, got (0,)"
    yield error(ValueError, message, make((2, 3)), (1, 2), 0)
    for dim in (2, -3):
        message = f"roll(): argument 'dims': expected dimensions in [-2, 1], got {dim}"
        yield error(IndexError, message, make((2, 3)), 1, dim)
    message = "roll(): argument 'shifts': expected one shift when there are no dims, got (1, 2)"
    yield error(ValueError, message, make((2, 3)), (1, 2))


def tile_errors(make):
    message = "tile(): argument 'dims': expected 0 or more times, got (-1,)"
    yield error(ValueError, message, make((2, 3)), -1)


def permute(x, *dims):
    return np.transpose(x, dims[0] if len(dims) == 1 and isinstance(dims[0], tuple) else dims)


def squeeze(x, dim=None):
    if dim is None:
        return np.squeeze(x)
    return np.squeeze(x, dim) if x.ndim and x.shape[dim] == 1 else x


def expand(x, *shape):
    shape = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
    padded = (0,) * (len(shape) - x.ndim) + x.shape
    return np.broadcast_to(x, tuple(m if n == -1 else n for m, n in zip(padded, shape, strict=True)))


def narrow(x, dim, start, length):
    return np.take(x, np.arange(length) + (start % x.shape[dim] if x.shape[dim] else 0), axis=dim)


def flip(x, *dims):
    return np.flip(x, dims[0] if len(dims) == 1 else dims)


def split(x, size, dim=0):
    even = isinstance(size, int)
    bounds = np.arange(size, x.shape[dim], max(size, 1)) if even else np.cumsum(size)[:-1]
    return np.split(x, bounds, axis=dim)


def unbind(x, dim=0):
    return [np.take(x, i, axis=dim) for i in range(x.shape[dim])]


def cast_samples(make):
    for dtype in (np.float16, np.float64, np.int32, np.int64, bool):
        yield sample(make((2, 3)), np.dtype(dtype), smooth=dtype is np.float64)
    yield sample(make((3, 4), layout="transposed"), np.dtype(np.float32), smooth=False)
    yield sample(make(()), np.dtype(np.float64))


def tile(x, *dims):
    return np.tile(x, dims[0] if len(dims) == 1 else dims)


SQUEEZED = (
    call((1, 3, 1)), call((1, 3, 1), 0), call((1, 3, 1), dim=1), call((1, 3, 1), -1), call(()), call((2, 3)),
    call((2, 1), 1), call((0, 1)), call((0, 1), 0),
)  # fmt: skip
SPLIT = (
    call((4, 3), 2), call((5, 3), 2), call((0, 3), 2), call((0, 3), 0), call((4, 3), [1, 3]), call((4, 3), 2, 1),
    call((2, 4), [1, 0, 3], dim=-1),
)  # fmt: skip
COPIED = (call((2, 3)), call(()), call((0, 2)), call((2, 3, 2)))

ENTRIES = (
    view("reshape", reshape, reshape_samples, errors=reshape_errors),
    view(
        "transpose",
        transpose,
        calls(call((2, 3), 0, 1), call((3, 3), 0, 1), call((2, 3, 4), -1, 0), call((0, 3), 0, 1), call((), 0, -1)),
        errors=transpose_errors,
    ),
    view(
        "permute",
        permute,
        calls(
            call((2, 3), 1, 0), call((2, 3, 4), (2, 0, 1)), call((2, 3, 4), -1, 0, 1), call((), ()), call((0, 2), 1, 0)
        ),
        errors=permute_errors,
    ),
    view("squeeze", squeeze, calls(*SQUEEZED), errors=dim_error("squeeze")),
    view(
        "unsqueeze",
        np.expand_dims,
        calls(call((2, 3), 0), call((2, 3), -1), call((2, 3), 1), call((), 0), call((0,), -1)),
    ),
    view(
        "expand",
        expand,
        calls(call((3, 1), (3, 4)), call((3,), 2, 3), call((3, 1), -1, 2), call((), (2, 2)), call((0, 1), (0, 3))),
        errors=expand_errors,
    ),
    view(
        "narrow",
        narrow,
        calls(
            call((4, 3), 0, 1, 2),
            call((4, 3), -1, 0, 3),
            call((4, 3), 1, 1, 0),
            call((2, 3, 4), 2, -2, 2),
            call((3,), 0, -3, 2),
            call((3,), 0, 3, 0),
        ),
        errors=narrow_errors,
    ),
    view("flip", flip, calls(call((2, 3), 0), call((2, 3), (0, 1)), call((2, 3, 2), (-1, 0)), call((0, 3), 1))),
    view("split", split, calls(*SPLIT), errors=split_errors),
    view("unbind", unbind, calls(call((2, 3)), call((2, 3), 1), call((2, 3, 2), dim=-1)), errors=unbind_errors),
    view(
        "contiguous",
        lambda x, memory_format=None: np.array(x),
        calls(
            *COPIED,
            call((2, 3, 2, 2), channels_last),
            call((2, 3, 2, 2), contiguous_format),
            call((0, 3, 1, 2), channels_last),
        ),
        errors=contiguous_errors,
    ),
    view("clone", np.array, calls(*COPIED)),
    OpInfo("cast", cast_samples, lambda x, dtype: x.astype(dtype), domain=(0, 3), exact_dtype=True),
    view(
        "roll",
        np.roll,
        calls(call((2, 3), 1), call((2, 3), -2, 1), call((2, 3), (1, 2), (0, 1)), call((0, 3), 1, -1), call((5,), 7)),
        errors=roll_errors,
    ),
    view(
        "tile",
        tile,
        calls(
            call((2, 3), (2, 1)),
            call((2, 3), 2, 2, 1),
            call((), (2,)),
            call((2, 3), (2,)),
            call((0, 3), (1, 2)),
            call((2, 3), (0, 1)),
        ),
        errors=tile_errors,
    ),
)
