"""Convolution over two dimensions, and its two gradients: all three are matrix products with gathered windows."""

from .. import errors
from .._schema import Anything, Array, Int, OptionalArray, Pair, operator
from ._helpers import narrowed, widened
from ._windows import batch_first, batch_last, check_windows, output_sizes, padded, taps, unpadded


def _columns(xp, input, kernel, stride, padding, dilation, groups):
    """All windows as columns: (groups, channels of a group * KH * KW, OH * OW * N)."""
    n, c = input.shape[:2]
    out = output_sizes(input.shape[2:], kernel, stride, padding, dilation)
    image = padded(xp, input, padding)
    columns = xp.empty((c, *kernel, *out, n), dtype=input.dtype)
    for i, j, rows, cols in taps(kernel, stride, dilation, out):
        columns[:, i, j] = image[:, rows, cols]
    return columns.reshape(groups, c // groups * kernel[0] * kernel[1], out[0] * out[1] * n)


def _rows(xp, grad_output, groups):
    """The gradient of the result with a row per output channel: (groups, channels of a group, OH * OW * N)."""
    n, o, h, w = grad_output.shape
    return batch_last(xp, grad_output).reshape(groups, o // groups, h * w * n)


@operator(promote="common", dtypes="numeric", method=False)
def conv2d(
    xp,
    input: Array,
    weight: Array,
    bias: OptionalArray = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: Int = 1,
):
    """Cross-correlation of images with a set of filters, as in neural networks called convolution.

    ``result[n, o, y, x] = bias[o] + sum(input[n, :, y*s : y*s + KH, x*s : x*s + KW] * weight[o])``

    Args:
        input: images, of shape (N, C, H, W).
        weight: filters, of shape (O, C / groups, KH, KW).
        bias: Tensor of shape (O,), or None.
        stride: the distance between windows.
        padding: zeros put around the images, on each side.
        dilation: the distance between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.

    Returns:
        Tensor of shape (N, O, OH, OW), where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shapes do not fit together, or the window is larger than the padded images.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> image = ft.arange(9.0).reshape(1, 1, 3, 3)
        >>> ft.conv2d(image, ft.ones(1, 1, 2, 2)).tolist()
        [[[[8.0, 12.0], [20.0, 24.0]]]]
    """
    n, o = input.shape[0], weight.shape[0]
    kernel = weight.shape[2:]
    out = output_sizes(input.shape[2:], kernel, stride, padding, dilation)
    columns = _columns(xp, widened(input), kernel, stride, padding, dilation, groups)
    filters = widened(weight).reshape(groups, o // groups, -1)
    result = xp.matmul(filters, columns).reshape(o, *out, n)
    if bias is not None:
        result = result + bias[:, None, None, None]
    return narrowed(batch_first(xp, result), input.dtype)


@conv2d.check
def _(input, weight, bias, stride, padding, dilation, groups):
    _check_images("conv2d", "input", input, "(N, C, H, W)")
    _check_filters("conv2d", input.shape[1], weight, groups)
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        errors.shape_error(
            "conv2d", "bias", f"shape ({weight.shape[0]},) as weight has filters", str(tuple(bias.shape))
        )
    check_windows("conv2d", input.shape[2:], weight.shape[2:], stride, padding, dilation)


def _check_images(operation, argument, array, layout):
    if array.ndim != 4:
        errors.shape_error(operation, argument, f"4 dimensions {layout}", f"shape {tuple(array.shape)}")


def _check_filters(operation, channels, weight, groups):
    _check_images(operation, "weight", weight, "(O, C / groups, KH, KW)")
    if groups < 1 or channels % groups or weight.shape[0] % groups:
        errors.value_error(
            operation,
            "groups",
            f"a divisor of the {channels} input and {weight.shape[0]} output channels",
            str(groups),
        )
    if weight.shape[1] != channels // groups:
        shown = f"{channels} channels" if groups == 1 else f"{channels} channels in {groups} groups"
        errors.shape_error(
            operation,
            "weight",
            f"shape (O, {channels // groups}, KH, KW) for input's {shown}",
            str(tuple(weight.shape)),
        )


def _check_gradient(operation, grad_output, input_shape, weight_shape, stride, padding, dilation):
    out = output_sizes(input_shape[2:], weight_shape[2:], stride, padding, dilation)
    wanted = (input_shape[0], weight_shape[0], *out)
    if tuple(grad_output.shape) != wanted:
        errors.shape_error(
            operation, "grad_output", f"shape {wanted}, the convolution's", str(tuple(grad_output.shape))
        )


@operator(promote="common", dtypes="numeric", function=False, method=False)
def conv2d_input_gradient(
    xp,
    grad_output: Array,
    weight: Array,
    input_shape: Anything,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: Int = 1,
):
    """The gradient of :func:`conv2d` with respect to its input.

    Args:
        grad_output: gradient of the result, of its shape (N, O, OH, OW).
        weight: the filters, of shape (O, C / groups, KH, KW).
        input_shape: the images' shape (N, C, H, W).
        stride: as in the convolution.
        padding: as in the convolution.
        dilation: as in the convolution.
        groups: as in the convolution.

    Returns:
        Tensor of shape ``input_shape``.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    n, c, h, w = input_shape
    o, _, *kernel = weight.shape
    out = grad_output.shape[2:]
    filters = widened(weight).reshape(groups, o // groups, -1).transpose(0, 2, 1)
    columns = xp.matmul(filters, _rows(xp, widened(grad_output), groups)).reshape(c, *kernel, *out, n)
    image = xp.zeros((c, h + 2 * padding[0], w + 2 * padding[1], n), dtype=columns.dtype)
    for i, j, rows, cols in taps(kernel, stride, dilation, out):
        image[:, rows, cols] += columns[:, i, j]
    return narrowed(unpadded(xp, image, padding, (h, w)), grad_output.dtype)


@conv2d_input_gradient.check
def _(grad_output, weight, input_shape, stride, padding, dilation, groups):
    _check_filters("conv2d_input_gradient", input_shape[1], weight, groups)
    check_windows("conv2d_input_gradient", input_shape[2:], weight.shape[2:], stride, padding, dilation)
    _check_gradient("conv2d_input_gradient", grad_output, input_shape, weight.shape, stride, padding, dilation)


@operator(promote="common", dtypes="numeric", function=False, method=False)
def conv2d_weight_gradient(
    xp,
    grad_output: Array,
    input: Array,
    weight_shape: Anything,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: Int = 1,
):
    """The gradient of :func:`conv2d` with respect to its filters.

    Args:
        grad_output: gradient of the result, of its shape (N, O, OH, OW).
        input: the images, of shape (N, C, H, W).
        weight_shape: the filters' shape (O, C / groups, KH, KW).
        stride: as in the convolution.
        padding: as in the convolution.
        dilation: as in the convolution.
        groups: as in the convolution.

    Returns:
        Tensor of shape ``weight_shape``.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    columns = _columns(xp, widened(input), weight_shape[2:], stride, padding, dilation, groups)
    result = xp.matmul(_rows(xp, widened(grad_output), groups), columns.transpose(0, 2, 1))
    return narrowed(result.reshape(weight_shape), grad_output.dtype)


@conv2d_weight_gradient.check
def _(grad_output, input, weight_shape, stride, padding, dilation, groups):
    _check_images("conv2d_weight_gradient", "input", input, "(N, C, H, W)")
    check_windows("conv2d_weight_gradient", input.shape[2:], weight_shape[2:], stride, padding, dilation)
    _check_gradient("conv2d_weight_gradient", grad_output, input.shape, weight_shape, stride, padding, dilation)
