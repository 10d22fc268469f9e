"""Pooling: the mean of each window."""

from __future__ import annotations

import math

from . import kernel
from ._images import empty, is_channels_last
from ._reduce import powers_up
from ._source import FLOATS, Source, is_float
from .pooling import blocks, even, images, shared

SOURCE = Source("average_pooling")
INSTANCES = dict.fromkeys(("means", "means_whole", "shares"), FLOATS)


def _several(dtype):
    return 16 // dtype.itemsize if dtype.itemsize < 8 else 1


def _means(xp, input, windows, padding_counts, divisor):
    counts, pooling = windows
    dtype = input.dtype
    if pooling is None or not is_float(dtype) or input.size >= 2**31:
        return NotImplemented
    last = is_channels_last(input)
    x, samples, channels = images(input, last)
    result = empty(xp, (*input.shape[:2], *counts), dtype, last)
    if result.size >= 2**31:
        return NotImplemented
    grid = blocks(result.size, channels, _several(dtype))
    run = SOURCE.kernel("means", dtype)
    run(grid, 256, 0, x, pooling, padding_counts, divisor or 0.0, samples, channels, result)
    return result


def _shares(xp, grad_output, input_shape, windows, padding_counts, divisor):
    _, pooling = windows
    dtype, shape = grad_output.dtype, tuple(input_shape)
    if pooling is None or not is_float(dtype) or max(math.prod(shape), grad_output.size) >= 2**31:
        return NotImplemented
    last = is_channels_last(grad_output)
    grad, samples, channels = images(grad_output, last)
    result = empty(xp, shape, dtype, last)
    run = SOURCE.kernel("shares", dtype)
    grid = blocks(result.size, channels, _several(dtype))
    run(grid, 256, 0, grad, pooling, padding_counts, divisor or 0.0, samples, channels, result)
    return result


def _avg_pool(name):
    def avg_pool(xp, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        windows = even(name, input.shape[2:], kernel_size, stride, padding, 1, ceil_mode)
        return _means(xp, input, windows, count_include_pad, divisor_override)

    return avg_pool


def _avg_pool_gradient(name):
    def avg_pool_gradient(
        xp, grad_output, input_shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    ):
        windows = even(name, tuple(input_shape)[2:], kernel_size, stride, padding, 1, ceil_mode)
        return _shares(xp, grad_output, input_shape, windows, count_include_pad, divisor_override)

    return avg_pool_gradient


def _adaptive_avg_pool(name):
    def adaptive_avg_pool(xp, input, output_size):
        counts, pooling = shared(name, input.shape[2:], output_size)
        dtype, size = input.dtype, math.prod(input.shape[2:])
        if math.prod(counts) != 1 or size < 2 or not is_float(dtype) or is_channels_last(input):
            return _means(xp, input, (counts, pooling), False, None)
        x, count, _ = images(input, False)
        result = xp.empty((*input.shape[:2], *counts), dtype)
        lanes = min(powers_up(-(-size * dtype.itemsize // 16)), 32)
        grid = min(-(-count // (256 // lanes)), 1 << 20)
        SOURCE.kernel("means_whole", dtype)(grid, 256, 0, x, float(size), count, size, lanes, result)
        return result

    return adaptive_avg_pool


def _adaptive_avg_pool_gradient(name):
    def adaptive_avg_pool_gradient(xp, grad_output, input_shape):
        windows = shared(name, tuple(input_shape)[2:], grad_output.shape[2:])
        return _shares(xp, grad_output, input_shape, windows, False, None)

    return adaptive_avg_pool_gradient


for _n in (1, 2, 3):
    for _name, _made in (
        (f"avg_pool{_n}d", _avg_pool),
        (f"avg_pool{_n}d_input_gradient", _avg_pool_gradient),
        (f"adaptive_avg_pool{_n}d", _adaptive_avg_pool),
        (f"adaptive_avg_pool{_n}d_input_gradient", _adaptive_avg_pool_gradient),
    ):
        kernel(_name)(_made(_name))
