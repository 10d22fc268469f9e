"""Sliding windows over the last dimensions of images (one, two or three): sizes, checks, gathering and scattering.

Work arrays have the batch as their last dimension: (C, sizes, N). Rows of them are then long runs in memory even for
small images, which is what makes copying windows fast in array code.

Sizes, strides and dilations are tuples with one int for each dimension. So is the padding, unless it differs at the
two ends of a dimension: then it has a pair for each.
"""

import itertools

from .. import errors

COUNTS = (None, "an int", "an int or two ints", "an int or three ints")


def several(operation, argument, value, count) -> tuple:
    """``count`` ints from an int or a tuple of them."""
    if type(value) is int:
        return (value,) * count
    if type(value) is tuple and len(value) == count:
        for v in value:
            if type(v) is not int:
                break
        else:
            return value
    both = value if isinstance(value, (tuple, list)) else (value,)
    for v in both:
        if isinstance(v, bool) or not hasattr(v, "__index__"):
            errors.type_error(operation, argument, COUNTS[count], type(v).__name__)
    if both is not value:
        return (value.__index__(),) * count
    if len(both) != count:
        errors.value_error(operation, argument, COUNTS[count], str(tuple(value)))
    return tuple(v.__index__() for v in both)


def sides(padding) -> tuple:
    """The padding at both ends of each dimension."""
    return tuple(p if isinstance(p, tuple) else (p, p) for p in padding)


def output_size(size, kernel, stride, padding, dilation) -> int:
    """How many windows fit along a dimension (0 or less when none does)."""
    around = sum(padding) if isinstance(padding, tuple) else 2 * padding
    return (size + around - dilation * (kernel - 1) - 1) // stride + 1


def output_sizes(sizes, kernel, stride, padding, dilation) -> tuple:
    return tuple(
        output_size(*each) for each in zip(sizes, kernel, stride, padding, dilation, strict=True)
    )  # fmt: skip


def check_windows(operation, sizes, kernel, stride, padding, dilation, fit=True) -> None:
    """Window parameters must be sensible, and at least one window must fit."""
    for name, values, least in (("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)):
        if any(v < least for each in values for v in (each if isinstance(each, tuple) else (each,))):
            errors.value_error(operation, name, f"{least} or more", str(tuple(values)))
    if fit and min(output_sizes(sizes, kernel, stride, padding, dilation)) < 1:
        span = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
        padded = tuple(n + sum(p) for n, p in zip(sizes, sides(padding), strict=True))
        errors.shape_error(operation, "input", f"at least the window's size {span}, padding included", f"size {padded}")


def taps(kernel, stride, dilation, out):
    """For each place of the window: its index, and the slices of the padded image that all windows see there."""
    for place in itertools.product(*map(range, kernel)):
        firsts = [i * d for i, d in zip(place, dilation, strict=True)]
        yield place, tuple(slice(i, i + s * (n - 1) + 1, s) for i, s, n in zip(firsts, stride, out, strict=True))


def batch_last(xp, images):
    """(N, C, sizes) to (C, sizes, N), contiguous."""
    return xp.ascontiguousarray(images.transpose(*range(1, images.ndim), 0))


def batch_first(xp, images):
    """(C, sizes, N) to (N, C, sizes), contiguous."""
    return xp.ascontiguousarray(images.transpose(images.ndim - 1, *range(images.ndim - 1)))


def padded_sizes(sizes, padding) -> tuple:
    return tuple(n + low + high for n, (low, high) in zip(sizes, sides(padding), strict=True))


def _inside(sizes, padding) -> tuple:
    """Where an image lies in its padded one."""
    return (slice(None), *(slice(low, low + n) for n, (low, _) in zip(sizes, sides(padding), strict=True)))


def padded(xp, images, padding, value=0):
    """(N, C, sizes) to (C, padded sizes, N), with ``value`` around."""
    if not any(any(p) for p in sides(padding)):
        return batch_last(xp, images)
    n, c, *sizes = images.shape
    result = xp.full((c, *padded_sizes(sizes, padding), n), value, dtype=images.dtype)
    result[_inside(sizes, padding)] = images.transpose(*range(1, images.ndim), 0)
    return result


def unpadded(xp, work, padding, sizes):
    """The inverse of :func:`padded`."""
    return batch_first(xp, work[_inside(sizes, padding)])
