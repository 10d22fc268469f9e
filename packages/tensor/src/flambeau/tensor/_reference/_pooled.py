"""Windows of pooling: which elements of an image each of them has, along each dimension.

Pooling of every kind takes them from here: windows at equal distances, padded, spread or cut off at the edge, those of
adaptive pooling, which share a dimension out, and those whose places are drawn.
"""

import dataclasses
import functools
import itertools

from .. import errors
from ._windows import check_windows, several

SIZES = ("L", "H, W", "D, H, W")
OUT = ("OL", "OH, OW", "OD, OH, OW")


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Axis:  # each is made once (see below) and known by what it is, not by all its windows
    """Along one dimension of ``size`` elements: of each window the first element, how many there are of it, and by how
    many a mean is divided."""

    size: int
    begins: tuple
    counts: tuple
    dilation: int
    divisors: tuple
    even: tuple | None  # (kernel, stride, where the first window starts), if windows are at equal distances


def pooled_size(size, kernel, stride, padding, dilation, ceil_mode) -> int:
    """How many windows there are; with ``ceil_mode`` also one that is cut off, if it begins within the image."""
    over = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (over + (stride - 1 if ceil_mode else 0)) // stride + 1
    return count - 1 if ceil_mode and (count - 1) * stride >= size + padding else count


WHOLE = Axis(1, (0,), (1,), 1, (1,), (1, 1, 0))  # a dimension that is not there


@functools.lru_cache(maxsize=256)
def even_axis(size, kernel, stride, padding, dilation, ceil_mode, include_pad=True) -> Axis:
    starts = [
        i * stride - padding for i in range(pooled_size(size, kernel, stride, padding, dilation, ceil_mode))
    ]  # fmt: skip
    begins = [start + (-start + dilation - 1) // dilation * dilation if start < 0 else start for start in starts]
    counts = [
        min((size - 1 - begin) // dilation + 1, kernel - (begin - start) // dilation)
        for begin, start in zip(begins, starts, strict=True)
    ]
    divisors = [min(start + kernel, size + padding) - start for start in starts] if include_pad else counts
    return Axis(size, tuple(begins), tuple(counts), dilation, tuple(divisors), (kernel, stride, -padding))


@functools.lru_cache(maxsize=256)
def shared_axis(size, count) -> Axis:
    """Windows that share a dimension out: they overlap where it cannot be divided."""
    if count and size % count == 0:
        return even_axis(size, size // count, size // count, 0, 1, False)
    begins = tuple(i * size // count for i in range(count))
    counts = tuple(-(-(i + 1) * size // count) - begin for i, begin in enumerate(begins))
    return Axis(size, begins, counts, 1, counts, None)


def taps(xp, axes):
    """For each place of the largest window: of all windows the places in the image along each dimension, and which of
    them there are. Where a window has no such place, its last one stands in."""
    for place in itertools.product(*(range(max(axis.counts, default=0)) for axis in axes)):
        indices, there = [], None
        for i, (axis, tap) in enumerate(zip(axes, place, strict=True)):
            begins, counts = xp.asarray(axis.begins, dtype="int64"), xp.asarray(axis.counts, dtype="int64")
            indices.append(begins + xp.minimum(tap, counts - 1) * axis.dilation)
            shown = (tap < counts).reshape(-1, *[1] * (len(axes) - i - 1))
            there = shown if there is None else there & shown
        yield indices, there


def taken(xp, image, indices):
    """The elements of images (C, sizes, N) at places along each dimension."""
    for dim, places in enumerate(indices, 1):
        image = xp.take(image, places, axis=dim)
    return image


# Checks ---------------------------------------------------------------------------------------------------------


def check_images(operation, argument, array, dims) -> None:
    if array.ndim != dims + 2:
        layout = f"(N, C, {SIZES[dims - 1]})"
        errors.shape_error(operation, argument, f"{dims + 2} dimensions {layout}", f"shape {tuple(array.shape)}")


def even_axes(operation, sizes, kernel_size, stride, padding, dilation=1, ceil_mode=False, include_pad=True) -> tuple:
    """The axes of windows at equal distances, once they are known to be sensible."""
    dims = len(sizes)
    kernel = several(operation, "kernel_size", kernel_size, dims)
    stride = kernel if stride is None else several(operation, "stride", stride, dims)
    padding = several(operation, "padding", padding, dims)
    dilation = several(operation, "dilation", dilation, dims)
    return _even_axes(operation, tuple(sizes), kernel, stride, padding, dilation, ceil_mode, include_pad)


@functools.lru_cache(maxsize=512)
def _even_axes(operation, sizes, kernel, stride, padding, dilation, ceil_mode, include_pad) -> tuple:
    if min(kernel) < 1:
        errors.value_error(operation, "kernel_size", "1 or more", str(kernel))
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        errors.value_error(operation, "padding", f"at most half the window's size {kernel}", str(padding))
    check_windows(operation, sizes, kernel, stride, padding, dilation, fit=not ceil_mode)
    each = zip(sizes, kernel, stride, padding, dilation, strict=True)
    axes = tuple(even_axis(*options, ceil_mode, include_pad) for options in each)
    if any(not axis.begins or min(axis.counts) < 1 for axis in axes):
        span = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
        errors.shape_error(operation, "input", f"an element in every window of size {span}", f"size {sizes}")
    return axes


def shared_axes(operation, sizes, output_size) -> tuple:
    """The axes of adaptive pooling; None keeps the size of a dimension."""
    dims = len(sizes)
    given = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * dims
    if len(given) == dims:
        given = tuple(size if out is None else out for out, size in zip(given, sizes, strict=True))
    return _shared_axes(operation, tuple(sizes), several(operation, "output_size", given, dims))


@functools.lru_cache(maxsize=512)
def _shared_axes(operation, sizes, out) -> tuple:
    if min(out) < 0:
        errors.value_error(operation, "output_size", "0 or more", str(out))
    if any(size == 0 and count for size, count in zip(sizes, out, strict=True)):
        errors.shape_error(operation, "input", "an element in every window", f"size {tuple(sizes)}")
    return tuple(shared_axis(size, count) for size, count in zip(sizes, out, strict=True))


def out_sizes(axes) -> tuple:
    return tuple(len(axis.begins) for axis in axes)


def check_gradient(operation, grad_output, input_shape, axes) -> None:
    wanted = (*input_shape[:2], *out_sizes(axes))
    if tuple(grad_output.shape) != wanted:
        errors.shape_error(operation, "grad_output", f"shape {wanted}, the pooling's", str(tuple(grad_output.shape)))
