"""Convolution over one, two and three dimensions, and its two gradients: matrix products with gathered windows."""

import math

from .. import errors
from .._schema import Anything, Array, Int, OptionalArray, Pair, operator
from ._helpers import narrowed, widened
from ._windows import (
    batch_first,
    batch_last,
    check_windows,
    output_sizes,
    padded,
    padded_sizes,
    several,
    taps,
    unpadded,
)

SIZES = ("L", "H, W", "D, H, W")
WINDOWS = ("K", "KH, KW", "KD, KH, KW")


def _columns(xp, input, kernel, stride, padding, dilation, groups):
    """All windows as columns: (groups, channels of a group * kernel sizes, output sizes * N)."""
    n, c = input.shape[:2]
    out = output_sizes(input.shape[2:], kernel, stride, padding, dilation)
    image = padded(xp, input, padding)
    columns = xp.empty((c, *kernel, *out, n), dtype=input.dtype)
    for place, seen in taps(kernel, stride, dilation, out):
        columns[(slice(None), *place)] = image[(slice(None), *seen)]
    return columns.reshape(groups, c // groups * math.prod(kernel), math.prod(out) * n)


def _rows(xp, grad_output, groups):
    """The gradient of the result with a row per output channel: (groups, channels of a group, output sizes * N)."""
    n, o, *sizes = grad_output.shape
    return batch_last(xp, grad_output).reshape(groups, o // groups, math.prod(sizes) * n)


def _forward(xp, input, weight, bias, stride, padding, dilation, groups):
    n, o = input.shape[0], weight.shape[0]
    kernel = weight.shape[2:]
    out = output_sizes(input.shape[2:], kernel, stride, padding, dilation)
    columns = _columns(xp, widened(input), kernel, stride, padding, dilation, groups)
    filters = widened(weight).reshape(groups, o // groups, math.prod(weight.shape[1:]))
    result = xp.matmul(filters, columns).reshape(o, *out, n)
    if bias is not None:
        result = result + bias.reshape(o, *[1] * (len(out) + 1))
    return narrowed(batch_first(xp, result), input.dtype)


def _backward(xp, grad_output, weight, bias, input_shape, stride, padding, dilation, groups):
    """The pass against the arrows: the gradient of the images, which transposed convolution gives a bias."""
    n, c, *sizes = input_shape
    o, each, *kernel = weight.shape
    out = grad_output.shape[2:]
    filters = widened(weight).reshape(groups, o // groups, each * math.prod(kernel)).transpose(0, 2, 1)
    columns = xp.matmul(filters, _rows(xp, widened(grad_output), groups)).reshape(c, *kernel, *out, n)
    image = xp.zeros((c, *padded_sizes(sizes, padding), n), dtype=columns.dtype)
    for place, seen in taps(kernel, stride, dilation, out):
        image[(slice(None), *seen)] += columns[(slice(None), *place)]
    result = unpadded(xp, image, padding, sizes)
    if bias is not None:
        result = result + bias.reshape(c, *[1] * len(sizes))
    return narrowed(result, grad_output.dtype)


# Checks ---------------------------------------------------------------------------------------------------------


def _check_images(operation, argument, array, dims, layout):
    if array.ndim != dims + 2:
        errors.shape_error(operation, argument, f"{dims + 2} dimensions {layout}", f"shape {tuple(array.shape)}")


def _check_filters(operation, dims, channels, weight, groups):
    _check_images(operation, "weight", weight, dims, f"(O, C / groups, {WINDOWS[dims - 1]})")
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
            f"shape (O, {channels // groups}, {WINDOWS[dims - 1]}) for input's {shown}",
            str(tuple(weight.shape)),
        )


def _normal_padding(operation, padding, kernel, stride, dilation):
    """The padding as ints, or as pairs where it differs at the two ends: 'same' adds the odd one after."""
    dims = len(kernel)
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            errors.value_error(operation, "padding", "ints, 'same' or 'valid'", repr(padding))
        if padding == "valid":
            return (0,) * dims
        if any(s != 1 for s in stride):
            errors.value_error(operation, "padding", "ints or 'valid' with a stride other than 1", "'same'")
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        if any(total % 2 for total in totals):
            return tuple((total // 2, total - total // 2) for total in totals)
        return tuple(total // 2 for total in totals)
    if isinstance(padding, (tuple, list)) and any(isinstance(p, (tuple, list)) for p in padding):
        return tuple(several(operation, "padding", p, 2) for p in padding)
    return several(operation, "padding", padding, dims)


def _normal_windows(operation, sizes, kernel, stride, padding, dilation):
    """Stride, padding and dilation as tuples, once they are known to be sensible."""
    stride = several(operation, "stride", stride, len(kernel))
    dilation = several(operation, "dilation", dilation, len(kernel))
    padding = _normal_padding(operation, padding, kernel, stride, dilation)
    if sizes is not None:
        check_windows(operation, sizes, kernel, stride, padding, dilation)
    return stride, padding, dilation


def _checked(operation, dims):
    """The check of a forward pass over so many dimensions."""

    def check(input, weight, bias, stride, padding, dilation, groups):
        _check_images(operation, "input", input, dims, f"(N, C, {SIZES[dims - 1]})")
        _check_filters(operation, dims, input.shape[1], weight, groups)
        _check_bias(operation, bias, weight.shape[0])
        kernel = weight.shape[2:]
        windows = _normal_windows(operation, input.shape[2:], kernel, stride, padding, dilation)
        return input, weight, bias, *windows, groups

    return check


def _check_bias(operation, bias, channels):
    if bias is not None and tuple(bias.shape) != (channels,):
        errors.shape_error(operation, "bias", f"shape ({channels},) as weight has filters", str(tuple(bias.shape)))


def _check_gradient(operation, grad_output, input_shape, weight_shape, stride, padding, dilation):
    out = output_sizes(input_shape[2:], weight_shape[2:], stride, padding, dilation)
    wanted = (input_shape[0], weight_shape[0], *out)
    if tuple(grad_output.shape) != wanted:
        errors.shape_error(
            operation, "grad_output", f"shape {wanted}, the convolution's", str(tuple(grad_output.shape))
        )


# Forward --------------------------------------------------------------------------------------------------------


@operator(promote="common", dtypes="numeric", method=False)
def conv1d(
    xp,
    input: Array,
    weight: Array,
    bias: OptionalArray = None,
    stride: Anything = 1,
    padding: Anything = 0,
    dilation: Anything = 1,
    groups: Int = 1,
):
    """Cross-correlation of sequences with a set of filters, as in neural networks called convolution.

    ``result[n, o, x] = bias[o] + sum(input[n, :, x*s : x*s + K] * weight[o])``

    Args:
        input: sequences, of shape (N, C, L).
        weight: filters, of shape (O, C / groups, K).
        bias: Tensor of shape (O,), or None.
        stride: the distance between windows.
        padding: zeros put at each end; ``'same'`` puts as many as keep the length, ``'valid'`` none; a pair in a tuple,
            ``((1, 2),)``, differs at the two ends.
        dilation: the distance between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.

    Returns:
        Tensor of shape (N, O, OL), where OL = (L + 2 padding - dilation (K - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shapes do not fit together, or the window is larger than the padded sequences.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> ft.conv1d(ft.arange(5.0).reshape(1, 1, 5), ft.ones(1, 1, 3), padding="same").tolist()
        [[[1.0, 3.0, 6.0, 9.0, 7.0]]]
    """
    return _forward(xp, input, weight, bias, stride, padding, dilation, groups)


@operator(promote="common", dtypes="numeric", method=False)
def conv2d(
    xp,
    input: Array,
    weight: Array,
    bias: OptionalArray = None,
    stride: Pair = 1,
    padding: Anything = 0,
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
        padding: zeros put around the images, on each side; ``'same'`` puts as many as keep the size, ``'valid'`` none;
            a pair for each dimension, ``((0, 1), (0, 1))``, differs at the two ends.
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
    return _forward(xp, input, weight, bias, stride, padding, dilation, groups)


@operator(promote="common", dtypes="numeric", method=False)
def conv3d(
    xp,
    input: Array,
    weight: Array,
    bias: OptionalArray = None,
    stride: Anything = 1,
    padding: Anything = 0,
    dilation: Anything = 1,
    groups: Int = 1,
):
    """Cross-correlation of volumes with a set of filters, as in neural networks called convolution.

    ``result[n, o, z, y, x] = bias[o] + sum(input[n, :, z*s : z*s + KD, y*s : y*s + KH, x*s : x*s + KW] * weight[o])``

    Args:
        input: volumes, of shape (N, C, D, H, W).
        weight: filters, of shape (O, C / groups, KD, KH, KW).
        bias: Tensor of shape (O,), or None.
        stride: the distance between windows.
        padding: zeros put around the volumes, on each side; ``'same'`` puts as many as keep the size, ``'valid'`` none;
            a pair for each dimension differs at the two ends.
        dilation: the distance between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.

    Returns:
        Tensor of shape (N, O, OD, OH, OW), where OD = (D + 2 padding - dilation (KD - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shapes do not fit together, or the window is larger than the padded volumes.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> ft.conv3d(ft.ones(1, 2, 3, 3, 3), ft.ones(1, 2, 2, 3, 3)).tolist()
        [[[[[36.0]], [[36.0]]]]]
    """
    return _forward(xp, input, weight, bias, stride, padding, dilation, groups)


for _dims, _definition in enumerate((conv1d, conv2d, conv3d), 1):
    _definition.check_shapes(_checked(_definition.name, _dims))


# Gradients ------------------------------------------------------------------------------------------------------


def _input_gradient(dims):
    forward = f"conv{dims}d"

    def kernel(
        xp,
        grad_output: Array,
        weight: Array,
        input_shape: Anything,
        stride: Anything = 1,
        padding: Anything = 0,
        dilation: Anything = 1,
        groups: Int = 1,
    ):
        return _backward(xp, grad_output, weight, None, input_shape, stride, padding, dilation, groups)

    kernel.__name__ = name = f"{forward}_input_gradient"
    kernel.__doc__ = f"""The gradient of :func:`{forward}` with respect to its input.

    Args:
        grad_output: gradient of the result, of its shape.
        weight: the filters, of shape (O, C / groups, {WINDOWS[dims - 1]}).
        input_shape: the input's shape (N, C, {SIZES[dims - 1]}).
        stride: as in the convolution.
        padding: as in the convolution.
        dilation: as in the convolution.
        groups: as in the convolution.

    Returns:
        Tensor of shape ``input_shape``.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    definition = operator(promote="common", dtypes="numeric", function=False, method=False)(kernel)

    @definition.check_shapes
    def _(grad_output, weight, input_shape, stride, padding, dilation, groups):
        input_shape = tuple(input_shape)
        _check_filters(name, dims, input_shape[1], weight, groups)
        windows = _normal_windows(name, input_shape[2:], weight.shape[2:], stride, padding, dilation)
        _check_gradient(name, grad_output, input_shape, weight.shape, *windows)
        return grad_output, weight, input_shape, *windows, groups

    return definition


def _weight_gradient(dims):
    forward = f"conv{dims}d"

    def kernel(
        xp,
        grad_output: Array,
        input: Array,
        weight_shape: Anything,
        stride: Anything = 1,
        padding: Anything = 0,
        dilation: Anything = 1,
        groups: Int = 1,
    ):
        columns = _columns(xp, widened(input), weight_shape[2:], stride, padding, dilation, groups)
        result = xp.matmul(_rows(xp, widened(grad_output), groups), columns.transpose(0, 2, 1))
        return narrowed(result.reshape(weight_shape), grad_output.dtype)

    kernel.__name__ = name = f"{forward}_weight_gradient"
    kernel.__doc__ = f"""The gradient of :func:`{forward}` with respect to its filters.

    Args:
        grad_output: gradient of the result, of its shape.
        input: the input, of shape (N, C, {SIZES[dims - 1]}).
        weight_shape: the filters' shape (O, C / groups, {WINDOWS[dims - 1]}).
        stride: as in the convolution.
        padding: as in the convolution.
        dilation: as in the convolution.
        groups: as in the convolution.

    Returns:
        Tensor of shape ``weight_shape``.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    definition = operator(promote="common", dtypes="numeric", function=False, method=False)(kernel)

    @definition.check_shapes
    def _(grad_output, input, weight_shape, stride, padding, dilation, groups):
        weight_shape = tuple(weight_shape)
        _check_images(name, "input", input, dims, f"(N, C, {SIZES[dims - 1]})")
        windows = _normal_windows(name, input.shape[2:], weight_shape[2:], stride, padding, dilation)
        _check_gradient(name, grad_output, input.shape, weight_shape, *windows)
        return grad_output, input, weight_shape, *windows, groups

    return definition


conv1d_input_gradient, conv2d_input_gradient, conv3d_input_gradient = map(_input_gradient, (1, 2, 3))
conv1d_weight_gradient, conv2d_weight_gradient, conv3d_weight_gradient = map(_weight_gradient, (1, 2, 3))
