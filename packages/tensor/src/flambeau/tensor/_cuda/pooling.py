"""Pooling: the greatest element of each window."""

from __future__ import annotations

import struct
from functools import lru_cache

from .._reference._pooled import WHOLE, even_axes, out_sizes, shared_axes
from . import kernel
from ._copy import dense
from ._images import channels_last, empty, is_channels_last
from ._source import ALL, Source, is_known

SOURCE = Source("pooling")
INSTANCES = {"greatest": ALL, "gather": ALL}


def _packed(axes):
    """The windows as kernels take them, or None where numbers would be too large for them."""
    if any(axis.even is None and axis.size * len(axis.begins) >= 2**31 for axis in axes):
        return None
    axes = (WHOLE,) * (3 - len(axes)) + axes
    each = [(a.size, len(a.begins), *(a.even or (0, 1, 0)), a.dilation) for a in axes]
    return struct.pack("18i", *(number for axis in each for number in axis))


@lru_cache(maxsize=512)
def _even(name, sizes, kernel_size, stride, padding, dilation, ceil_mode):
    axes = even_axes(name, sizes, kernel_size, stride, padding, dilation, ceil_mode)
    return out_sizes(axes), _packed(axes)


def even(name, sizes, *options):
    """Windows at equal distances: how many there are along each dimension, and what kernels take."""
    return _even(name, sizes, *[tuple(v) if type(v) is list else v for v in options])


@lru_cache(maxsize=512)
def _shared(name, sizes, output_size):
    axes = shared_axes(name, sizes, output_size)
    return out_sizes(axes), _packed(axes)


def shared(name, sizes, output_size):
    """The same of windows that share images out."""
    return _shared(name, sizes, tuple(output_size) if type(output_size) is list else output_size)


def images(array, last):
    """An array in one of the two orders, how many images it has in that, and of how many channels each."""
    if last:
        return channels_last(array), array.shape[0], array.shape[1]
    return dense(array), array.shape[0] * array.shape[1], 1


def blocks(size, channels, several):
    """How many blocks do so many elements, `several` neighbouring channels by each thread where they can."""
    threads = size // several if several > 1 and channels % several == 0 else size
    return min(-(-threads // 256), 1 << 20)


def _greatest(xp, input, windows):
    counts, pooling = windows
    dtype = input.dtype
    if pooling is None or not is_known(dtype) or input.size >= 2**31:
        return NotImplemented
    last = is_channels_last(input)
    x, samples, channels = images(input, last)
    shape = (*input.shape[:2], *counts)
    result, places = empty(xp, shape, dtype, last), empty(xp, shape, "int64", last)
    if result.size >= 2**31:
        return NotImplemented
    grid = blocks(result.size, channels, 8 // dtype.itemsize)
    SOURCE.kernel("greatest", dtype)(grid, 256, 0, x, pooling, samples, channels, result, places)
    return result, places


def _max_pool(name):
    def max_pool(xp, input, kernel_size, stride, padding, dilation, ceil_mode):
        return _greatest(xp, input, even(name, input.shape[2:], kernel_size, stride, padding, dilation, ceil_mode))

    return max_pool


def _adaptive_max_pool(name):
    def adaptive_max_pool(xp, input, output_size):
        return _greatest(xp, input, shared(name, input.shape[2:], output_size))

    return adaptive_max_pool


@lru_cache(maxsize=512)
def _known_windows(sizes, counts, windows):
    """What kernels take, of windows that are known by how many there are and by their options."""
    if windows == ():
        return shared("", sizes, counts)[1]
    options = [o if type(o) is tuple else (o,) * len(sizes) for o in windows]
    kernel_size, stride, padding, dilation = (options[0] if o == (None,) * len(sizes) else o for o in options)
    each = list(zip(sizes, counts, kernel_size, stride, [-p for p in padding], dilation, strict=True))
    each = [(1, 1, 1, 1, 0, 1)] * (3 - len(each)) + each
    return struct.pack("18i", *(number for axis in each for number in axis))


def _scatter(xp, input, indices, image_shape, windows):
    dtype = input.dtype
    if windows is None or not is_known(dtype) or indices.dtype != "int64":
        return NotImplemented
    windows = tuple([tuple(v) if type(v) is list else v for v in windows])
    pooling = _known_windows(tuple(image_shape[2:]), indices.shape[2:], windows)
    last = is_channels_last(indices)
    grad, samples, channels = images(input, last)
    result = empty(xp, tuple(image_shape), dtype, last)
    if pooling is None or result.size >= 2**31 or input.size >= 2**31:
        return NotImplemented
    grid = blocks(result.size, channels, 8 // dtype.itemsize)
    places, *_ = images(indices, last)
    SOURCE.kernel("gather", dtype)(grid, 256, 0, grad, places, pooling, samples, channels, result)
    return result


for _n in (1, 2, 3):
    _name = f"max_pool{_n}d_with_indices"
    kernel(_name)(_max_pool(_name))
    _name = f"adaptive_max_pool{_n}d_with_indices"
    kernel(_name)(_adaptive_max_pool(_name))
    kernel(f"max_pool{_n}d_scatter")(_scatter)
