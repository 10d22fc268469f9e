"""Convolution as matrix products, where there is no cuDNN: windows gathered as columns, a few images at a time."""

from __future__ import annotations

import math
import struct

from ._copy import dense
from ._source import FLOATS, Source, wide
from .products import accumulate, matmul

SOURCE = Source("convolution")
INSTANCES = {"windows_to_columns": FLOATS, "columns_to_images": FLOATS, "add_channel_bias": FLOATS}

# How many elements the columns of the images taken together may have.
MOST = 1 << 26
BLOCK, MOST_BLOCKS, MOST_ROWS = 256, 1024, 65535


class Windows:
    """Windows over images: what both passes over them know.

    Args:
        shape: of the images, (N, C, sizes).
        filters: the shape of the filters, (O, C / groups, kernel).
        out: how many windows there are along each dimension.
        stride: their distance.
        padding: before the images' first elements.
        dilation: the distance of a window's elements.
        groups: into how many groups the channels are cut.
    """

    def __init__(self, shape, filters, out, stride, padding, dilation, groups) -> None:
        self.shape, self.filters, self.out, self.groups = shape, filters, out, groups
        self.outputs = filters[0]
        self.rows = shape[1] * math.prod(filters[2:])  # of the columns of an image
        self.count = math.prod(out)
        three = ((1,) * (3 - len(out)) + tuple(v) for v in (filters[2:], out, shape[2:], stride, dilation))
        kernel, out3, sizes, stride, dilation = three
        padding = (0,) * (3 - len(padding)) + tuple(padding)
        self._numbers = (*kernel, *out3, *sizes, *stride, *padding, *dilation)
        self._plain = kernel == stride == (1, 1, 1) and out3 == sizes and not any(padding)  # each pixel is a window

    @property
    def together(self) -> int:
        """How many images are taken at a time."""
        return max(1, min(self.shape[0], MOST // max(1, self.rows * self.count)))

    def parameter(self, images, column_image: int, column_row: int) -> bytes:
        """The struct Windows of the kernels."""
        steps = [step // images.dtype.itemsize for step in images.strides]
        inner = [0] * (5 - len(steps)) + steps[2:]
        return struct.pack("8q18i", self.shape[1], column_image, column_row, steps[0], steps[1], *inner, *self._numbers)

    def columns(self, xp, images, by_row: bool):
        """The columns of images, (N, rows, windows); with ``by_row`` (rows, N, windows)."""
        n = images.shape[0]
        if self._plain and not by_row and images.flags.c_contiguous:
            return images
        shape = (self.rows, n, self.count) if by_row else (n, self.rows, self.count)
        columns = xp.empty(shape, images.dtype)
        steps = (self.count, n * self.count) if by_row else (self.rows * self.count, self.count)
        kernel = SOURCE.kernel("windows_to_columns", images.dtype)
        rows = n * self.rows
        kernel(self._grid(self.count, rows), BLOCK, 0, images, columns, rows, self.parameter(images, *steps))
        return columns

    def add_columns(self, columns, images) -> None:
        """``images`` = what columns (N, rows, windows) add up to."""
        kernel = SOURCE.kernel("columns_to_images", images.dtype)
        rows, size = images.shape[0] * images.shape[1], math.prod(images.shape[2:])
        parameter = self.parameter(images, self.rows * self.count, self.count)
        kernel(self._grid(size, rows), BLOCK, 0, columns, images, rows, parameter)

    def _grid(self, elements: int, rows: int) -> tuple[int, int]:
        return min(-(-elements // BLOCK), MOST_BLOCKS), min(rows, MOST_ROWS)

    def chunks(self):
        """Slices of the batch."""
        return (slice(i, i + self.together) for i in range(0, self.shape[0], self.together))


def _by_group(x, groups):
    """(N, channels, ...) as (N, groups, channels of a group, ...), the rest as one dimension."""
    return x.reshape(x.shape[0], groups, x.shape[1] // groups, math.prod(x.shape[2:]))


def forward(xp, images, weight, windows: Windows):
    """The result of a convolution, dense with channels first."""
    w = windows
    result = xp.empty((w.shape[0], w.outputs, *w.out), images.dtype)
    filters = weight.reshape(w.groups, w.outputs // w.groups, w.rows // w.groups)
    for part in w.chunks():
        columns = _by_group(w.columns(xp, images[part], by_row=False), w.groups)
        accumulate(xp, filters, columns, _by_group(result[part], w.groups), 1.0, 0.0)
    return result


def to_input(xp, grad_output, weight, windows: Windows):
    """The gradient of the images, dense with channels first. Half types are added up in float32."""
    w, dtype = windows, grad_output.dtype
    total = wide(dtype)
    grad_output = dense(grad_output).astype(total, copy=False)
    filters = weight.astype(total, copy=False).reshape(w.groups, w.outputs // w.groups, w.rows // w.groups)
    result = xp.empty(w.shape, total)
    for part in w.chunks():
        columns = matmul(xp, filters.transpose(0, 2, 1), _by_group(grad_output[part], w.groups))
        w.add_columns(columns, result[part])
    return result.astype(dtype, copy=False)


def to_weight(xp, images, grad_output, windows: Windows):
    """The gradient of the filters."""
    w, total = windows, None
    each = w.outputs // w.groups
    for part in w.chunks():
        columns = w.columns(xp, images[part], by_row=True).reshape(w.groups, w.rows // w.groups, -1)
        grad = dense(grad_output[part].swapaxes(0, 1)).reshape(w.groups, each, -1)
        share = matmul(xp, grad, columns.transpose(0, 2, 1))
        if w.together < w.shape[0] and share.dtype.itemsize == 2:
            share = share.astype("float32")
        total = share if total is None else total + share
    return total.astype(images.dtype).reshape(w.filters)


def add_bias(images, bias, channels_last: bool) -> None:
    """``images += bias`` of each channel, for dense images."""
    inner = 1 if channels_last else math.prod(images.shape[2:])
    kernel = SOURCE.kernel("add_channel_bias", images.dtype)
    blocks = min(-(-images.size * images.dtype.itemsize // (16 * BLOCK)), 16 * MOST_BLOCKS)
    kernel(max(blocks, 1), BLOCK, 0, images, bias, images.size, images.shape[1], inner)
