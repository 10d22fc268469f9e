"""Sliding windows over the last two dimensions of images: sizes, checks, and gathering and scattering of windows.

Work arrays have the batch as their last dimension: (C, H, W, N). Rows of them are then long runs in memory even for
small images, which is what makes copying windows fast in array code.
"""

from .. import errors


def output_size(size, kernel, stride, padding, dilation) -> int:
    """How many windows fit along a dimension (0 or less when none does)."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def output_sizes(sizes, kernel, stride, padding, dilation) -> tuple:
    return tuple(
        output_size(*each) for each in zip(sizes, kernel, stride, padding, dilation, strict=True)
    )  # fmt: skip


def check_windows(operation, sizes, kernel, stride, padding, dilation) -> None:
    """Window parameters must be sensible and at least one window must fit."""
    for name, pair, least in (("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)):
        if min(pair) < least:
            errors.value_error(operation, name, f"{least} or more", str(tuple(pair)))
    if min(output_sizes(sizes, kernel, stride, padding, dilation)) < 1:
        span = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
        padded = tuple(n + 2 * p for n, p in zip(sizes, padding, strict=True))
        errors.shape_error(operation, "input", f"at least the window's size {span}, padding included", f"size {padded}")


def taps(kernel, stride, dilation, out):
    """For each place (i, j) of the window: the slices of the padded image it sees from all windows."""
    for i in range(kernel[0]):
        top = i * dilation[0]
        rows = slice(top, top + stride[0] * (out[0] - 1) + 1, stride[0])
        for j in range(kernel[1]):
            left = j * dilation[1]
            yield i, j, rows, slice(left, left + stride[1] * (out[1] - 1) + 1, stride[1])


def batch_last(xp, images):
    """(N, C, H, W) to (C, H, W, N), contiguous."""
    return xp.ascontiguousarray(images.transpose(1, 2, 3, 0))


def batch_first(xp, images):
    """(C, H, W, N) to (N, C, H, W), contiguous."""
    return xp.ascontiguousarray(images.transpose(3, 0, 1, 2))


def padded(xp, images, padding, value=0):
    """(N, C, H, W) to (C, H + 2 ph, W + 2 pw, N), with ``value`` around."""
    ph, pw = padding
    if ph == pw == 0:
        return batch_last(xp, images)
    n, c, h, w = images.shape
    result = xp.full((c, h + 2 * ph, w + 2 * pw, n), value, dtype=images.dtype)
    result[:, ph : ph + h, pw : pw + w] = images.transpose(1, 2, 3, 0)
    return result


def unpadded(xp, work, padding, sizes):
    """The inverse of :func:`padded`: (C, H + 2 ph, W + 2 pw, N) to (N, C, H, W)."""
    ph, pw = padding
    return batch_first(xp, work[:, ph : ph + sizes[0], pw : pw + sizes[1]])
