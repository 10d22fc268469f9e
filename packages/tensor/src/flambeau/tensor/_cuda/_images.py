"""How images lie in memory: what several families ask about their arguments."""

from __future__ import annotations

from typing import Any

from ._copy import dense


def is_channels_last(array: Any) -> bool:
    """Whether an array (N, C, ...) is dense with its channels innermost, which takes some to be another order."""
    shape, strides = array.shape, array.strides
    if len(shape) < 3 or shape[1] == 1 or strides[1] != array.dtype.itemsize:
        return False
    expected = shape[1] * strides[1]
    for d in (*range(len(shape) - 1, 1, -1), 0):
        if shape[d] != 1:
            if strides[d] != expected:
                return False
            expected *= shape[d]
    return not array.flags.c_contiguous


def empty(xp: Any, shape: tuple, dtype: Any, channels_last: bool) -> Any:
    """A new array (N, C, ...), with its channels innermost or in C's order."""
    if not channels_last:
        return xp.empty(shape, dtype)
    ndim = len(shape)
    result = xp.empty((shape[0], *shape[2:], shape[1]), dtype=dtype)
    return result.transpose(0, ndim - 1, *range(1, ndim - 1))


def empty_like(xp: Any, array: Any, channels_last: bool) -> Any:
    """An array of the same shape and dtype, in that order."""
    return empty(xp, array.shape, array.dtype, channels_last)


def channels_last(array: Any) -> Any:
    """The array, or a copy, with its channels innermost."""
    if is_channels_last(array):
        return array
    ndim = array.ndim
    return dense(array.transpose(0, *range(2, ndim), 1)).transpose(0, ndim - 1, *range(1, ndim - 1))
