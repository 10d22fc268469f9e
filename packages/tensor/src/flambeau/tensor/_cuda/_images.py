"""How images lie in memory: what several families ask about their arguments."""

from __future__ import annotations

import functools
from typing import Any

from ._copy import dense


@functools.cache
def _places(ndim: int) -> tuple[int, ...]:
    """Where in memory the dimensions (N, C, sizes) are when channels are innermost."""
    return (0, ndim - 1, *range(1, ndim - 1))


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


class Images:
    """New arrays (N, C, ...) of a shape, with their channels innermost or in C's order."""

    def __init__(self, shape: tuple, channels_last: bool) -> None:
        self._axes = _places(len(shape)) if channels_last else None
        self._memory = (shape[0], *shape[2:], shape[1]) if channels_last else shape

    def new(self, xp: Any, dtype: Any) -> Any:
        """One of them."""
        array = xp.empty(self._memory, dtype)
        return array if self._axes is None else array.transpose(self._axes)


def empty(xp: Any, shape: tuple, dtype: Any, channels_last: bool) -> Any:
    """A new array (N, C, ...), with its channels innermost or in C's order."""
    return Images(shape, channels_last).new(xp, dtype)


def empty_like(xp: Any, array: Any, channels_last: bool) -> Any:
    """An array of the same shape and dtype, in that order."""
    return empty(xp, array.shape, array.dtype, channels_last)


def channels_last(array: Any) -> Any:
    """The array, or a copy, with its channels innermost."""
    if is_channels_last(array):
        return array
    ndim = array.ndim
    return dense(array.transpose(0, *range(2, ndim), 1)).transpose(_places(ndim))
