"""Pooling: windows of images become single elements, the mean of each."""

from .. import errors
from .._schema import Anything, Array, Bool, operator
from ._helpers import add_at, narrowed, widened
from ._pooled import OUT, SIZES, check_gradient, check_images, even_axes, out_sizes, shared_axes, taken, taps
from ._windows import batch_first, batch_last, several


def _divisors(xp, axes, override, dtype):
    """By how much the sum of each window is divided, of a shape that broadcasts with (C, output sizes, N)."""
    if override is not None:
        return override
    result = None
    for i, axis in enumerate(axes):
        along = xp.asarray(axis.divisors, dtype=dtype).reshape(-1, *[1] * (len(axes) - i))
        result = along if result is None else result * along
    return result


def _means(xp, input, axes, override=None):
    image = batch_last(xp, widened(input))
    total = xp.zeros((image.shape[0], *out_sizes(axes), image.shape[-1]), dtype=image.dtype)
    for indices, there in taps(xp, axes):
        total += xp.where(there[..., None], taken(xp, image, indices), 0)
    total /= _divisors(xp, axes, override, total.dtype)
    return narrowed(batch_first(xp, total), input.dtype)


def _spread(xp, grad_output, input_shape, axes, override=None):
    """The gradient: of each window's, all its elements have the same share."""
    n, c, *sizes = input_shape
    share = batch_last(xp, widened(grad_output))
    share = share / _divisors(xp, axes, override, share.dtype)
    image = xp.zeros((c, *sizes, n), dtype=share.dtype)
    for indices, there in taps(xp, axes):
        shaped = [places.reshape(-1, *[1] * (len(axes) - i - 1)) for i, places in enumerate(indices)]
        add_at(xp, image, (slice(None), *shaped), xp.where(there[..., None], share, 0))
    return narrowed(batch_first(xp, image), grad_output.dtype)


OPTIONS = """kernel_size: as in the pooling.
        stride: as in the pooling.
        padding: as in the pooling.
        ceil_mode: as in the pooling.
        count_include_pad: as in the pooling.
        divisor_override: as in the pooling."""


def _check_override(operation, divisor_override):
    if divisor_override is None:
        return
    if not isinstance(divisor_override, int) or isinstance(divisor_override, bool):
        errors.type_error(operation, "divisor_override", "int or None", type(divisor_override).__name__)
    if divisor_override == 0:
        errors.value_error(operation, "divisor_override", "another number than 0", "0")


def _avg_pool(dims):
    name = f"avg_pool{dims}d"
    example = {
        1: """>>> ft.avg_pool1d(ft.tensor([[[1.0, 3.0, 2.0, 6.0]]]), 2).tolist()
        [[[2.0, 4.0]]]""",
        2: """>>> ft.avg_pool2d(ft.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
        [[[[2.5, 4.5], [10.5, 12.5]]]]""",
        3: """>>> ft.avg_pool3d(ft.arange(8.0).reshape(1, 1, 2, 2, 2), 2).tolist()
        [[[[[3.5]]]]]""",
    }[dims]

    def kernel(
        xp,
        input: Array,
        kernel_size: Anything,
        stride: Anything = None,
        padding: Anything = 0,
        ceil_mode: Bool = False,
        count_include_pad: Bool = True,
        divisor_override: Anything = None,
    ):
        axes = even_axes(name, input.shape[2:], kernel_size, stride, padding, 1, ceil_mode, count_include_pad)
        return _means(xp, input, axes, divisor_override)

    size, out = SIZES[dims - 1].split(",")[0], OUT[dims - 1].split(",")[0]
    kernel.__name__ = name
    kernel.__doc__ = f"""The mean of each window.

    Args:
        input: images of floats, of shape (N, C, {SIZES[dims - 1]}).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: zeros put around the images, on each side.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        count_include_pad: whether the zeros around the images count as elements of the windows.
        divisor_override: what sums are divided by instead of their number of elements.

    Returns:
        Tensor of shape (N, C, {OUT[dims - 1]}), where {out} = ({size} + 2 padding - kernel_size) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded images.
        ValueError: a size, stride or padding out of range.

    Example:
        {example}
    """
    definition = operator(dtypes="float", method=False)(kernel)

    @definition.check_shapes
    def _(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        several(name, "kernel_size", kernel_size, dims)
        check_images(name, "input", input, dims)
        even_axes(name, input.shape[2:], kernel_size, stride, padding, 1, ceil_mode)
        _check_override(name, divisor_override)

    return definition


def _avg_pool_gradient(dims):
    name = f"avg_pool{dims}d_input_gradient"

    def kernel(
        xp,
        grad_output: Array,
        input_shape: Anything,
        kernel_size: Anything,
        stride: Anything = None,
        padding: Anything = 0,
        ceil_mode: Bool = False,
        count_include_pad: Bool = True,
        divisor_override: Anything = None,
    ):
        axes = even_axes(name, input_shape[2:], kernel_size, stride, padding, 1, ceil_mode, count_include_pad)
        return _spread(xp, grad_output, input_shape, axes, divisor_override)

    kernel.__name__ = name
    kernel.__doc__ = f"""The gradient of :func:`avg_pool{dims}d` with respect to its input.

    Args:
        grad_output: gradient of the result, of its shape (N, C, {OUT[dims - 1]}).
        input_shape: the images' shape (N, C, {SIZES[dims - 1]}).
        {OPTIONS}

    Returns:
        Tensor of shape ``input_shape``.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    definition = operator(dtypes="float", function=False, method=False)(kernel)

    @definition.check_shapes
    def _(grad_output, input_shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        axes = even_axes(name, tuple(input_shape)[2:], kernel_size, stride, padding, 1, ceil_mode)
        check_gradient(name, grad_output, input_shape, axes)

    return definition


def _adaptive_avg_pool(dims):
    name = f"adaptive_avg_pool{dims}d"

    def kernel(xp, input: Array, output_size: Anything):
        return _means(xp, input, shared_axes(name, input.shape[2:], output_size))

    kernel.__name__ = name
    kernel.__doc__ = f"""The mean of each of so many windows that share an image out.

    Window i of a dimension of n elements begins at ``i * n // count`` and ends before ``ceil((i + 1) * n / count)``.

    Args:
        input: images of floats, of shape (N, C, {SIZES[dims - 1]}).
        output_size: how many windows there are along each dimension; None for one at each element.

    Returns:
        Tensor of shape ``(N, C, *output_size)``.

    Raises:
        ShapeError: the shape does not fit, or there is nothing to share out.

    Example:
        >>> ft.{name}(ft.arange(5.0).reshape(1, 1, 5{", 1" * (dims - 1)}), (2{", 1" * (dims - 1)},)).flatten().tolist()
        [1.0, 3.0]
    """
    definition = operator(dtypes="float", method=False)(kernel)

    @definition.check_shapes
    def _(input, output_size):
        check_images(name, "input", input, dims)
        shared_axes(name, input.shape[2:], output_size)

    return definition


def _adaptive_avg_pool_gradient(dims):
    name = f"adaptive_avg_pool{dims}d_input_gradient"

    def kernel(xp, grad_output: Array, input_shape: Anything):
        return _spread(xp, grad_output, input_shape, shared_axes(name, input_shape[2:], grad_output.shape[2:]))

    kernel.__name__ = name
    kernel.__doc__ = f"""The gradient of :func:`adaptive_avg_pool{dims}d` with respect to its input.

    Args:
        grad_output: gradient of the result, of its shape.
        input_shape: the images' shape (N, C, {SIZES[dims - 1]}).

    Returns:
        Tensor of shape ``input_shape``.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    definition = operator(dtypes="float", function=False, method=False)(kernel)

    @definition.check_shapes
    def _(grad_output, input_shape):
        check_images(name, "grad_output", grad_output, dims)
        axes = shared_axes(name, tuple(input_shape)[2:], tuple(grad_output.shape[2:]))
        check_gradient(name, grad_output, input_shape, axes)

    return definition


avg_pool1d, avg_pool2d, avg_pool3d = map(_avg_pool, (1, 2, 3))
avg_pool1d_input_gradient, avg_pool2d_input_gradient, avg_pool3d_input_gradient = map(_avg_pool_gradient, (1, 2, 3))
adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = map(_adaptive_avg_pool, (1, 2, 3))
adaptive_avg_pool1d_input_gradient, adaptive_avg_pool2d_input_gradient, adaptive_avg_pool3d_input_gradient = map(
    _adaptive_avg_pool_gradient, (1, 2, 3)
)
