"""Transposed convolution: the pass that gives a convolution's input its gradient, as a layer of its own."""

from .. import errors
from .._schema import Anything, Array, Int, OptionalArray, operator
from ._windows import check_windows, several
from .convolution import SIZES, WINDOWS, _backward, _check_bias, _check_images


def transposed_shape(input_shape, weight_shape, stride, padding, output_padding, groups, dilation) -> tuple:
    """The result's shape: of images, of which convolution would give the input's."""
    sizes = (
        (n - 1) * s - 2 * p + d * (k - 1) + extra + 1
        for n, k, s, p, extra, d in zip(
            input_shape[2:], weight_shape[2:], stride, padding, output_padding, dilation, strict=True
        )
    )
    return (input_shape[0], weight_shape[1] * groups, *sizes)


def _transposed(xp, input, weight, bias, stride, padding, output_padding, groups, dilation):
    shape = transposed_shape(input.shape, weight.shape, stride, padding, output_padding, groups, dilation)
    return _backward(xp, input, weight, bias, shape, stride, padding, dilation, groups)


def _checked(operation, dims):
    """The check of a transposed convolution over so many dimensions."""

    def check(input, weight, bias, stride, padding, output_padding, groups, dilation):
        _check_images(operation, "input", input, dims, f"(N, C, {SIZES[dims - 1]})")
        _check_images(operation, "weight", weight, dims, f"(C, O / groups, {WINDOWS[dims - 1]})")
        channels = input.shape[1]
        if groups < 1 or channels % groups:
            errors.value_error(operation, "groups", f"a divisor of the {channels} input channels", str(groups))
        if weight.shape[0] != channels:
            expected = f"shape ({channels}, O / groups, {WINDOWS[dims - 1]}) for input's {channels} channels"
            errors.shape_error(operation, "weight", expected, str(tuple(weight.shape)))
        _check_bias(operation, bias, weight.shape[1] * groups)
        stride = several(operation, "stride", stride, dims)
        padding = several(operation, "padding", padding, dims)
        output_padding = several(operation, "output_padding", output_padding, dims)
        dilation = several(operation, "dilation", dilation, dims)
        for extra, step, gap in zip(output_padding, stride, dilation, strict=True):
            if extra < 0 or extra >= max(step, gap, 1):
                expected = f"0 or more, and less than stride {stride} or dilation {dilation}"
                errors.value_error(operation, "output_padding", expected, str(output_padding))
        shape = transposed_shape(input.shape, weight.shape, stride, padding, output_padding, groups, dilation)
        if min(input.shape[2:]) < 1 or min(shape[2:]) < 1:
            got = f"{tuple(input.shape)}, for a result of size {shape[2:]}"
            errors.shape_error(operation, "input", "a shape with a result of size 1 or more", got)
        check_windows(operation, shape[2:], weight.shape[2:], stride, padding, dilation)
        return input, weight, bias, stride, padding, output_padding, groups, dilation

    return check


@operator(promote="common", dtypes="numeric", method=False)
def conv_transpose1d(
    xp,
    input: Array,
    weight: Array,
    bias: OptionalArray = None,
    stride: Anything = 1,
    padding: Anything = 0,
    output_padding: Anything = 0,
    groups: Int = 1,
    dilation: Anything = 1,
):
    """Transposed convolution of sequences: each element spreads a filter, and what falls together is added.

    It is the gradient of :func:`conv1d` with respect to its input, as an operator of its own.

    Args:
        input: sequences, of shape (N, C, L).
        weight: filters, of shape (C, O / groups, K).
        bias: Tensor of shape (O,), or None.
        stride: the distance between neighbouring elements' filters.
        padding: how many elements of the result are left out at each end.
        output_padding: how many more elements the result has at its end.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        dilation: the distance between the elements of a filter.

    Returns:
        Tensor of shape (N, O, OL), where OL = (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1.

    Raises:
        ShapeError: the shapes do not fit together, or nothing would be left.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> ft.conv_transpose1d(ft.tensor([[[1.0, 2.0]]]), ft.ones(1, 1, 3), stride=2).tolist()
        [[[1.0, 1.0, 3.0, 2.0, 2.0]]]
    """
    return _transposed(xp, input, weight, bias, stride, padding, output_padding, groups, dilation)


@operator(promote="common", dtypes="numeric", method=False)
def conv_transpose2d(
    xp,
    input: Array,
    weight: Array,
    bias: OptionalArray = None,
    stride: Anything = 1,
    padding: Anything = 0,
    output_padding: Anything = 0,
    groups: Int = 1,
    dilation: Anything = 1,
):
    """Transposed convolution of images: each pixel spreads a filter, and what falls together is added.

    It is the gradient of :func:`conv2d` with respect to its input, as an operator of its own.

    Args:
        input: images, of shape (N, C, H, W).
        weight: filters, of shape (C, O / groups, KH, KW).
        bias: Tensor of shape (O,), or None.
        stride: the distance between neighbouring pixels' filters.
        padding: how many pixels of the result are left out on each side.
        output_padding: how many more rows and columns the result has at its end.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        dilation: the distance between the elements of a filter.

    Returns:
        Tensor of shape (N, O, OH, OW), where OH = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1.

    Raises:
        ShapeError: the shapes do not fit together, or nothing would be left.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> ft.conv_transpose2d(ft.tensor([[[[1.0, 2.0]]]]), ft.ones(1, 1, 1, 2)).tolist()
        [[[[1.0, 3.0, 2.0]]]]
    """
    return _transposed(xp, input, weight, bias, stride, padding, output_padding, groups, dilation)


@operator(promote="common", dtypes="numeric", method=False)
def conv_transpose3d(
    xp,
    input: Array,
    weight: Array,
    bias: OptionalArray = None,
    stride: Anything = 1,
    padding: Anything = 0,
    output_padding: Anything = 0,
    groups: Int = 1,
    dilation: Anything = 1,
):
    """Transposed convolution of volumes: each element spreads a filter, and what falls together is added.

    It is the gradient of :func:`conv3d` with respect to its input, as an operator of its own.

    Args:
        input: volumes, of shape (N, C, D, H, W).
        weight: filters, of shape (C, O / groups, KD, KH, KW).
        bias: Tensor of shape (O,), or None.
        stride: the distance between neighbouring elements' filters.
        padding: how much of the result is left out on each side.
        output_padding: how much more the result has at its end, along each dimension.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        dilation: the distance between the elements of a filter.

    Returns:
        Tensor of shape (N, O, OD, OH, OW), where
        OD = (D - 1) stride - 2 padding + dilation (KD - 1) + output_padding + 1.

    Raises:
        ShapeError: the shapes do not fit together, or nothing would be left.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> ft.conv_transpose3d(ft.ones(1, 1, 2, 1, 1), ft.ones(1, 1, 2, 1, 1)).flatten().tolist()
        [1.0, 2.0, 1.0]
    """
    return _transposed(xp, input, weight, bias, stride, padding, output_padding, groups, dilation)


for _dims, _definition in enumerate((conv_transpose1d, conv_transpose2d, conv_transpose3d), 1):
    _definition.check_shapes(_checked(_definition.name, _dims))
