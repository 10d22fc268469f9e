"""Pooling: windows of images become single elements, the greatest of each."""

import itertools
import math

from .. import errors
from .._schema import Anything, Array, Bool, operator
from ._helpers import add_at, check_bounds, check_integers, select
from ._pooled import (
    OUT,
    SIZES,
    check_images,
    even_axes,
    out_sizes,
    shared_axes,
    taken,
    taps,
)
from ._windows import batch_first, batch_last, several

OUTPUTS = {"auxiliary": ("indices",), "method": False}


def _least(xp, dtype):
    """Nothing is less."""
    if dtype.kind == "b":
        return False
    return xp.iinfo(dtype).min if dtype.kind in "iu" else float("-inf")


def greatest(xp, input, axes):
    """The greatest element of each window and its place in the flattened image: the first of equal ones, or the last
    nan."""
    image = batch_last(xp, input)
    best = xp.full((image.shape[0], *out_sizes(axes), image.shape[-1]), _least(xp, input.dtype), dtype=input.dtype)
    places = xp.full(best.shape, -1, dtype="int64")
    for indices, there in taps(xp, axes):
        candidate = taken(xp, image, indices)
        place = indices[0]
        for axis, along in zip(axes[1:], indices[1:], strict=True):
            place = place[..., None] * axis.size + along
        better = ((candidate > best) | (candidate != candidate) | (places < 0)) & there[..., None]
        best = select(xp, better, candidate, best)
        places = xp.where(better, place[..., None], places)
    return batch_first(xp, best), batch_first(xp, places)


def even_windows(input, kernel_size, stride, padding, dilation, ceil_mode, operation):
    return even_axes(operation, input.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)


def _max_pool(dims):
    name = f"max_pool{dims}d_with_indices"
    example = {
        1: """>>> values, indices = ft.max_pool1d_with_indices(ft.tensor([[[1.0, 3.0, 2.0, 5.0]]]), 2)
        >>> values.tolist(), indices.tolist()
        ([[[3.0, 5.0]]], [[[1, 3]]])""",
        2: """>>> values, indices = ft.max_pool2d_with_indices(ft.arange(16.0).reshape(1, 1, 4, 4), 2)
        >>> values.tolist(), indices.tolist()
        ([[[[5.0, 7.0], [13.0, 15.0]]]], [[[[5, 7], [13, 15]]]])""",
        3: """>>> values, indices = ft.max_pool3d_with_indices(ft.arange(8.0).reshape(1, 1, 2, 2, 2), 2)
        >>> values.tolist(), indices.tolist()
        ([[[[[7.0]]]]], [[[[[7]]]]])""",
    }[dims]

    def kernel(
        xp,
        input: Array,
        kernel_size: Anything,
        stride: Anything = None,
        padding: Anything = 0,
        dilation: Anything = 1,
        ceil_mode: Bool = False,
    ):
        return greatest(xp, input, even_windows(input, kernel_size, stride, padding, dilation, ceil_mode, name))

    size, out = SIZES[dims - 1].split(",")[0], OUT[dims - 1].split(",")[0]
    kernel.__name__ = name
    kernel.__doc__ = f"""The greatest element of each window, and where it is.

    Args:
        input: images, of shape (N, C, {SIZES[dims - 1]}).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge, on each side; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Returns:
        ``result`` of shape (N, C, {OUT[dims - 1]}), where
        {out} = ({size} + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1; and
        ``indices``, int64 Tensor of that shape: the elements' places in their flattened images, the first of equal
        ones, or the last nan.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded images.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        {example}
    """
    definition = operator(**OUTPUTS)(kernel)

    @definition.check_shapes
    def _(input, kernel_size, stride, padding, dilation, ceil_mode):
        several(name, "kernel_size", kernel_size, dims)
        check_images(name, "input", input, dims)
        even_windows(input, kernel_size, stride, padding, dilation, ceil_mode, name)

    return definition


def _adaptive_max_pool(dims):
    name = f"adaptive_max_pool{dims}d_with_indices"

    def kernel(xp, input: Array, output_size: Anything):
        return greatest(xp, input, shared_axes(name, input.shape[2:], output_size))

    kernel.__name__ = name
    kernel.__doc__ = f"""The greatest element of each of so many windows that share an image out, and where it is.

    Window i of a dimension of n elements begins at ``i * n // count`` and ends before ``ceil((i + 1) * n / count)``.

    Args:
        input: images, of shape (N, C, {SIZES[dims - 1]}).
        output_size: how many windows there are along each dimension; None for one at each element.

    Returns:
        ``result`` of shape ``(N, C, *output_size)``, and ``indices``, int64 Tensor of that shape: the elements' places
        in their flattened images.

    Raises:
        ShapeError: the shape does not fit, or there is nothing to share out.

    Example:
        >>> image = ft.arange(6.0).reshape(1, 1, 6{", 1" * (dims - 1)})
        >>> ft.{name}(image, (2{", 1" * (dims - 1)},))[1].flatten().tolist()
        [2, 5]
    """
    definition = operator(**OUTPUTS)(kernel)

    @definition.check_shapes
    def _(input, output_size):
        check_images(name, "input", input, dims)
        shared_axes(name, input.shape[2:], output_size)

    return definition


def _drawn(xp, size, kernel, count, samples):
    """Where windows begin along a dimension, of shape (N, C, count): after Graham, "Fractional Max-Pooling"
    (arXiv:1412.6071), as PyTorch places them."""
    alpha = (size - kernel) / (count - 1) if count > 1 else 0.0
    samples = samples[:, :, None]
    begins = xp.floor((xp.arange(count) + samples) * alpha) - xp.floor(samples * alpha)
    return xp.where(xp.arange(count) < count - 1, begins, size - kernel).astype("int64")


def _fractional_max_pool(dims):
    name = f"fractional_max_pool{dims}d_with_indices"

    def kernel(xp, input: Array, kernel_size: Anything, output_size: Anything, random_samples: Array):
        n, c, *sizes = input.shape
        begins = []
        for d, (size, window, count) in enumerate(zip(sizes, kernel_size, output_size, strict=True)):
            # As in PyTorch: of images the first sample is for columns, of volumes for the first dimension.
            along = _drawn(xp, size, window, count, random_samples[:, :, d if dims == 3 else dims - 1 - d])
            begins.append(along.reshape(n, c, *[1] * d, count, *[1] * (dims - 1 - d)))
        flat = input.reshape(n, c, math.prod(sizes))
        best = xp.full((n, c, math.prod(output_size)), _least(xp, input.dtype), dtype=input.dtype)
        places = xp.full(best.shape, -1, dtype="int64")
        for tap in itertools.product(*map(range, kernel_size)):
            place = 0
            for size, along, k in zip(sizes, begins, tap, strict=True):
                place = place * size + along + k
            place = place.reshape(best.shape)
            candidate = xp.take_along_axis(flat, place, 2)
            better = (candidate > best) | (candidate != candidate) | (places < 0)
            best, places = select(xp, better, candidate, best), xp.where(better, place, places)
        return best.reshape(n, c, *output_size), places.reshape(n, c, *output_size)

    kernel.__name__ = name
    kernel.__doc__ = f"""The greatest element of each window, at places that samples decide, and where it is.

    Args:
        input: images, of shape (N, C, {SIZES[dims - 1]}).
        kernel_size: the size of the window.
        output_size: how many windows there are along each dimension.
        random_samples: numbers from [0, 1), of shape (N, C, {dims}): where windows are, along each dimension.

    Returns:
        ``result`` of shape ``(N, C, *output_size)``, and ``indices``, int64 Tensor of that shape: the elements' places
        in their flattened images.

    Raises:
        ShapeError: the shapes do not fit together, or the windows do not fit in the images.

    Example:
        >>> image, samples = ft.arange(5.0).reshape(1, 1, 5{", 1" * (dims - 1)}), ft.full((1, 1, {dims}), 0.5)
        >>> ft.{name}(image, (2{", 1" * (dims - 1)}), (2{", 1" * (dims - 1)}), samples)[0].flatten().tolist()
        [1.0, 4.0]
    """
    definition = operator(**OUTPUTS)(kernel)

    @definition.check
    def _(input, kernel_size, output_size, random_samples):
        check_images(name, "input", input, dims)
        window = several(name, "kernel_size", kernel_size, dims)
        out = several(name, "output_size", output_size, dims)
        for argument, sizes in (("kernel_size", window), ("output_size", out)):
            if min(sizes) < 1:
                errors.value_error(name, argument, "1 or more", str(sizes))
        least = tuple(k + o - 1 for k, o in zip(window, out, strict=True))
        if any(size < need for size, need in zip(input.shape[2:], least, strict=True)):
            got = f"size {tuple(input.shape[2:])}"
            errors.shape_error(name, "input", f"at least size {least} for so many windows", got)
        wanted = (*input.shape[:2], dims)
        if tuple(random_samples.shape) != wanted:
            errors.shape_error(name, "random_samples", f"shape {wanted}", str(tuple(random_samples.shape)))
        return input, window, out, random_samples

    return definition


max_pool1d_with_indices, max_pool2d_with_indices, max_pool3d_with_indices = map(_max_pool, (1, 2, 3))
adaptive_max_pool1d_with_indices, adaptive_max_pool2d_with_indices, adaptive_max_pool3d_with_indices = map(
    _adaptive_max_pool, (1, 2, 3)
)
fractional_max_pool2d_with_indices, fractional_max_pool3d_with_indices = map(_fractional_max_pool, (2, 3))


# Back to where they were ----------------------------------------------------------------------------------------


def _places(xp, indices, image_shape):
    """The places in all flattened images together."""
    n, c, *sizes = image_shape
    images = xp.arange(n * c).reshape(n, c, *[1] * len(sizes)) * math.prod(sizes)
    return (images + indices).reshape(-1)


def _scatter(dims):
    name = f"max_pool{dims}d_scatter"

    def kernel(xp, input: Array, indices: Array, image_shape: Anything, windows: Anything = None):
        result = xp.zeros(math.prod(image_shape), dtype=input.dtype)
        add_at(xp, result, _places(xp, indices, image_shape), input.reshape(-1))
        return result.reshape(image_shape)

    kernel.__name__ = name
    kernel.__doc__ = f"""Elements put back where max pooling took them from, added up: its gradient.

    Args:
        input: Tensor of shape (N, C, {OUT[dims - 1]}).
        indices: what :func:`max_pool{dims}d_with_indices` gave, of that shape.
        image_shape: the images' shape (N, C, {SIZES[dims - 1]}).
        windows: the (kernel_size, stride, padding, dilation) of the pooling, () of an adaptive one, or None of another:
            it may spare looking everywhere for what is added up in one place.

    Returns:
        Tensor of shape ``image_shape``.

    Raises:
        ShapeError: ``indices`` has another shape than ``input``.
        IndexError: an index is outside of the images.
    """
    return _checked_places(operator(function=False, method=False)(kernel), name)


def _unpool(dims):
    name = f"max_unpool{dims}d_scatter"

    def kernel(xp, input: Array, indices: Array, image_shape: Anything):
        if input.size == 0:
            return xp.zeros(image_shape, dtype=input.dtype)
        # Which elements are written: on a GPU, assignment leaves it to chance. 0 stands for none.
        writers = xp.zeros(math.prod(image_shape), dtype="uint64")
        xp.maximum.at(writers, _places(xp, indices, image_shape), xp.arange(1, input.size + 1, dtype="uint64"))
        written = xp.take(input.reshape(-1), xp.maximum(writers, 1).astype("int64") - 1)
        return select(xp, writers > 0, written, xp.zeros((), dtype=input.dtype)).reshape(image_shape)

    kernel.__name__ = name
    kernel.__doc__ = f"""Elements put where indices say, each place having one of them: what undoes max pooling.

    Args:
        input: Tensor of shape (N, C, {OUT[dims - 1]}).
        indices: places in the flattened images, of that shape; of equal ones the last counts.
        image_shape: the images' shape (N, C, {SIZES[dims - 1]}).

    Returns:
        Tensor of shape ``image_shape``, zero elsewhere.

    Raises:
        ShapeError: ``indices`` has another shape than ``input``.
        IndexError: an index is outside of the images.
    """
    return _checked_places(operator(function=False, method=False)(kernel), name)


def _checked_places(definition, name):
    @definition.check
    def _(input, indices, image_shape, *windows):
        image_shape = tuple(image_shape)
        check_integers(name, "indices", indices)
        if indices.shape != input.shape or tuple(input.shape[:2]) != image_shape[:2]:
            errors.shape_error(name, "indices", f"shape {tuple(input.shape)} as input", str(tuple(indices.shape)))
        check_bounds(name, "indices", indices, math.prod(image_shape[2:]))
        return input, indices, image_shape, *windows

    return definition


max_pool1d_scatter, max_pool2d_scatter, max_pool3d_scatter = map(_scatter, (1, 2, 3))
max_unpool1d_scatter, max_unpool2d_scatter, max_unpool3d_scatter = map(_unpool, (1, 2, 3))
