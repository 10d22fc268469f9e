"""Pooling: windows of images become single elements."""

from .. import errors
from .._schema import Anything, Array, Bool, Pair, operator
from ._helpers import add_at, check_integers, narrowed, widened
from ._windows import batch_first, batch_last, check_windows, output_sizes, padded, taps, unpadded


def _pair(operation, argument, value):
    """Two ints from an int or two; None is left for the kernel size."""
    if type(value) is int:
        return (value, value)
    if isinstance(value, (tuple, list)) and len(value) == 2 and all(type(v) is int for v in value):
        return tuple(value)
    errors.type_error(operation, argument, "an int or two ints", repr(value))


def _check(operation, input, kernel_size, stride, padding, dilation=(1, 1)):
    """Checks of all pooling operators; gives the stride."""
    if input.ndim != 4:
        errors.shape_error(operation, "input", "4 dimensions (N, C, H, W)", f"shape {tuple(input.shape)}")
    stride = kernel_size if stride is None else _pair(operation, "stride", stride)
    if min(kernel_size) < 1:
        errors.value_error(operation, "kernel_size", "1 or more", str(kernel_size))
    if any(2 * p > k for p, k in zip(padding, kernel_size, strict=True)):
        errors.value_error(operation, "padding", f"at most half the window's size {kernel_size}", str(padding))
    check_windows(operation, input.shape[2:], kernel_size, stride, padding, dilation)
    out = output_sizes(input.shape[2:], kernel_size, stride, padding, dilation)
    for size, step, pad, gap, count in zip(input.shape[2:], stride, padding, dilation, out, strict=True):
        # A window that begins before the image must not step over all of it. (The others cannot.)
        if any((start - pad) % gap >= size for start in range(0, min(pad, step * count), step)):
            span = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel_size, strict=True))
            got = f"size {tuple(input.shape[2:])}"
            errors.shape_error(operation, "input", f"an element in every window of size {span}", got)
    return stride


def _least(xp, dtype):
    """What is put around images when the greatest element is sought."""
    if dtype.kind == "b":
        return False
    return xp.iinfo(dtype).min if dtype.kind in "iu" else float("-inf")


@operator(auxiliary=("indices",), method=False)
def max_pool2d_with_indices(
    xp, input: Array, kernel_size: Pair, stride: Anything = None, padding: Pair = 0, dilation: Pair = 1
):
    """The greatest element of each window of images, and where it is.

    Args:
        input: images, of shape (N, C, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge, on each side; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.

    Returns:
        ``result`` of shape (N, C, OH, OW), where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1; and
        ``indices``, int64 Tensor of that shape: the elements' places in their flattened images, the first of equal
        ones, or the last nan.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded images.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> values, indices = ft.max_pool2d_with_indices(ft.arange(16.0).reshape(1, 1, 4, 4), 2)
        >>> values.tolist(), indices.tolist()
        ([[[[5.0, 7.0], [13.0, 15.0]]]], [[[[5, 7], [13, 15]]]])
    """
    h, w = input.shape[2:]
    out = output_sizes((h, w), kernel_size, stride, padding, dilation)
    image = padded(xp, input, padding, _least(xp, input.dtype))
    # The place of each window's top left element in the image without the padding.
    tops = xp.arange(out[0])[:, None, None] * stride[0] - padding[0]
    lefts = xp.arange(out[1])[:, None] * stride[1] - padding[1]
    best = xp.full((image.shape[0], *out, image.shape[-1]), _least(xp, input.dtype), dtype=input.dtype)
    places = xp.full(best.shape, -1, dtype="int64")
    for (i, j), (rows, cols) in taps(kernel_size, stride, dilation, out):
        candidate = image[:, rows, cols]
        row, col = tops + i * dilation[0], lefts + j * dilation[1]
        better = (candidate > best) | (candidate != candidate) | (places < 0)
        if padding != (0, 0):
            better &= (row >= 0) & (row < h) & (col >= 0) & (col < w)
        best = xp.where(better, candidate, best)
        places = xp.where(better, row * w + col, places)
    return batch_first(xp, best), batch_first(xp, places)


@max_pool2d_with_indices.check
def _(input, kernel_size, stride, padding, dilation):
    stride = _check("max_pool2d_with_indices", input, kernel_size, stride, padding, dilation)
    return input, kernel_size, stride, padding, dilation


@operator(function=False, method=False)
def max_pool2d_scatter(xp, input: Array, indices: Array, image_shape: Anything):
    """Elements put back where max pooling took them from, added up: its gradient.

    Args:
        input: Tensor of shape (N, C, OH, OW).
        indices: what :func:`max_pool2d_with_indices` gave, of that shape.
        image_shape: the images' shape (N, C, H, W).

    Returns:
        Tensor of shape ``image_shape``.

    Raises:
        ShapeError: ``indices`` has another shape than ``input``.
    """
    n, c, h, w = image_shape
    images = xp.arange(n * c).reshape(n, c, 1, 1) * (h * w)
    result = xp.zeros(n * c * h * w, dtype=input.dtype)
    add_at(xp, result, (images + indices).reshape(-1), input.reshape(-1))
    return result.reshape(image_shape)


@max_pool2d_scatter.check
def _(input, indices, image_shape):
    check_integers("max_pool2d_scatter", "indices", indices)
    if indices.shape != input.shape or tuple(input.shape[:2]) != tuple(image_shape[:2]):
        errors.shape_error(
            "max_pool2d_scatter", "indices", f"shape {tuple(input.shape)} as input", str(tuple(indices.shape))
        )


@operator(dtypes="float", method=False)
def avg_pool2d(
    xp,
    input: Array,
    kernel_size: Pair,
    stride: Anything = None,
    padding: Pair = 0,
    count_include_pad: Bool = True,
):
    """The mean of each window of images.

    Args:
        input: images of floats, of shape (N, C, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: zeros put around the images, on each side.
        count_include_pad: whether the zeros around the images count as elements of the windows.

    Returns:
        Tensor of shape (N, C, OH, OW), where OH = (H + 2 padding - KH) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded images.
        ValueError: a size, stride or padding out of range.

    Example:
        >>> ft.avg_pool2d(ft.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
        [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    sizes = input.shape[2:]
    out = output_sizes(sizes, kernel_size, stride, padding, (1, 1))
    image = padded(xp, widened(input), padding)
    total = xp.zeros((image.shape[0], *out, image.shape[-1]), dtype=image.dtype)
    for _, (rows, cols) in taps(kernel_size, stride, (1, 1), out):
        total += image[:, rows, cols]
    total /= _counts(xp, sizes, kernel_size, stride, padding, count_include_pad, total.dtype)
    return narrowed(batch_first(xp, total), input.dtype)


@avg_pool2d.check
def _(input, kernel_size, stride, padding, count_include_pad):
    stride = _check("avg_pool2d", input, kernel_size, stride, padding)
    return input, kernel_size, stride, padding, count_include_pad


def _counts(xp, sizes, kernel_size, stride, padding, count_include_pad, dtype):
    """How many elements each window has, of a shape that broadcasts with (C, OH, OW, N)."""
    if count_include_pad or padding == (0, 0):
        return kernel_size[0] * kernel_size[1]
    along = []
    for size, kernel, step, pad in zip(sizes, kernel_size, stride, padding, strict=True):
        start = xp.arange((size + 2 * pad - kernel) // step + 1) * step - pad
        along.append(xp.minimum(start + kernel, size) - xp.maximum(start, 0))
    return (along[0][:, None] * along[1])[:, :, None].astype(dtype)


@operator(dtypes="float", function=False, method=False)
def avg_pool2d_input_gradient(
    xp,
    grad_output: Array,
    input_shape: Anything,
    kernel_size: Pair,
    stride: Anything = None,
    padding: Pair = 0,
    count_include_pad: Bool = True,
):
    """The gradient of :func:`avg_pool2d` with respect to its input.

    Args:
        grad_output: gradient of the result, of its shape (N, C, OH, OW).
        input_shape: the images' shape (N, C, H, W).
        kernel_size: as in the pooling.
        stride: as in the pooling.
        padding: as in the pooling.
        count_include_pad: as in the pooling.

    Returns:
        Tensor of shape ``input_shape``.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    n, c, h, w = input_shape
    out = grad_output.shape[2:]
    share = batch_last(xp, widened(grad_output))
    share = share / _counts(xp, (h, w), kernel_size, stride, padding, count_include_pad, share.dtype)
    image = xp.zeros((c, h + 2 * padding[0], w + 2 * padding[1], n), dtype=share.dtype)
    for _, (rows, cols) in taps(kernel_size, stride, (1, 1), out):
        image[:, rows, cols] += share
    return narrowed(unpadded(xp, image, padding, (h, w)), grad_output.dtype)


@avg_pool2d_input_gradient.check
def _(grad_output, input_shape, kernel_size, stride, padding, count_include_pad):
    stride = kernel_size if stride is None else _pair("avg_pool2d_input_gradient", "stride", stride)
    wanted = (*input_shape[:2], *output_sizes(input_shape[2:], kernel_size, stride, padding, (1, 1)))
    if tuple(grad_output.shape) != wanted:
        errors.shape_error(
            "avg_pool2d_input_gradient", "grad_output", f"shape {wanted}, the pooling's", str(tuple(grad_output.shape))
        )
    return grad_output, input_shape, kernel_size, stride, padding, count_include_pad
