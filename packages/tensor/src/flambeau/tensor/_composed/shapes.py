"""Other shapes of the same elements, made of operators."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import composed, existing_dim

if TYPE_CHECKING:
    from .._core.tensor import Tensor


def _ints(operation: str, argument: str, value: Any) -> tuple[int, ...]:
    """Ints given one by one, or as one tuple or list."""
    if len(value) == 1 and isinstance(value[0], (tuple, list)):
        value = value[0]
    for n in value:
        if isinstance(n, bool) or not hasattr(n, "__index__"):
            errors.type_error(operation, argument, "ints", type(n).__name__)
    return tuple(n.__index__() for n in value)


@composed()
def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """The same elements in the shape of another Tensor: a view where possible, else a copy.

    Args:
        input: Tensor of any shape and dtype.
        other: Tensor with as many elements.

    Returns:
        Tensor of ``other``'s shape.

    Raises:
        ShapeError: the number of elements differs.

    Example:
        >>> ft.reshape_as(ft.arange(4), ft.zeros(2, 2)).tolist()
        [[0, 1], [2, 3]]
    """
    return ops.reshape(input, tuple(other.shape))


@composed()
def ravel(input: Tensor) -> Tensor:
    """All elements in one dimension: a view where possible, else a copy.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        Tensor of 1 dimension.

    Example:
        >>> ft.ravel(ft.zeros(2, 3)).shape
        (6,)
    """
    return ops.reshape(input, (-1,) if input.numel() else (0,))


@composed()
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """One dimension as several: the opposite of :func:`flatten`. A view where possible, else a copy.

    Args:
        input: Tensor of at least 1 dimension.
        dim: the dimension.
        sizes: the sizes it is to have; one of them may be -1 and follows from the others.

    Returns:
        Tensor of the same elements in the same order.

    Raises:
        ShapeError: the sizes are not those of as many elements.

    Example:
        >>> ft.unflatten(ft.zeros(2, 12), 1, (3, -1)).shape
        (2, 3, 4)
    """
    shape = tuple(input.shape)
    dim, sizes = existing_dim("unflatten", "dim", dim, len(shape)), _ints("unflatten", "sizes", (sizes,))
    known = math.prod(n for n in sizes if n != -1)
    places = [i for i, n in enumerate(sizes) if n == -1]
    if len(places) > 1 or any(n < -1 for n in sizes) or not sizes:
        errors.value_error("unflatten", "sizes", "sizes of 0 or more, at most one of them -1", str(sizes))
    if places and known and shape[dim] % known == 0:
        sizes = (*sizes[: places[0]], shape[dim] // known, *sizes[places[0] + 1 :])
    elif places or known != shape[dim]:
        errors.shape_error("unflatten", "sizes", f"sizes for dimension {dim}'s {shape[dim]} elements", str(sizes))
    return ops.reshape(input, (*shape[:dim], *sizes, *shape[dim + 1 :]))


@composed(aliases=("moveaxis",))
def movedim(input: Tensor, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> Tensor:
    """A view with dimensions moved to other places; the rest stay in order.

    Args:
        input: Tensor of any shape and dtype.
        source: the dimension or dimensions to move.
        destination: where each goes.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        IndexError: there is no such dimension.
        ValueError: not one place for each dimension, or one named twice.

    Example:
        >>> ft.movedim(ft.zeros(2, 3, 4), 0, -1).shape
        (3, 4, 2)
    """
    ndim = input.ndim
    moved = []
    for name, dims in (("source", source), ("destination", destination)):
        found = [existing_dim("movedim", name, d, ndim, alone=True) for d in _ints("movedim", name, (dims,))]
        if len(set(found)) != len(found):
            errors.value_error("movedim", name, "each dimension once", str(dims))
        moved.append(found)
    if len(moved[0]) != len(moved[1]):
        errors.value_error("movedim", "destination", f"{len(moved[0])} dimensions, as in source", str(destination))
    if ndim == 0:
        return input
    places = dict(zip(moved[1], moved[0], strict=True))
    rest = iter([d for d in range(ndim) if d not in moved[0]])
    return ops.permute(input, tuple(places[d] if d in places else next(rest) for d in range(ndim)))


@composed()
def repeat(input: Tensor, *sizes: int) -> Tensor:
    """The Tensor repeated along each dimension.

    Args:
        input: Tensor of any shape and dtype.
        sizes: how often, for each dimension of the result, which may have more in front.

    Returns:
        Tensor whose sizes are ``input``'s times ``sizes``.

    Raises:
        ValueError: fewer numbers than dimensions, or a negative one.

    Example:
        >>> ft.tensor([1, 2]).repeat(2, 2).tolist()
        [[1, 2, 1, 2], [1, 2, 1, 2]]
    """
    times = _ints("repeat", "sizes", sizes)
    if len(times) < input.ndim or any(n < 0 for n in times):
        errors.value_error("repeat", "sizes", f"{input.ndim} or more numbers of 0 or more", str(times))
    return ops.tile(input, times)


@composed()
def repeat_interleave(
    input: Tensor, repeats: int | Tensor | None = None, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Each element, or each slice of a dimension, repeated on the spot.

    Args:
        input: Tensor of any shape and dtype. With no ``repeats``, integers: how often to repeat 0, 1, 2...
        repeats: how often; a number, or a Tensor of integers with one for each slice.
        dim: the dimension; by default the Tensor is flattened.
        output_size: the size of the repeated dimension in the result, which is checked.

    Returns:
        Tensor with a longer dimension.

    Raises:
        ValueError: a negative number, or not one for each slice.

    Example:
        >>> ft.repeat_interleave(ft.tensor([1, 2]), 2).tolist()
        [1, 1, 2, 2]
        >>> ft.repeat_interleave(ft.tensor([[1], [2]]), ft.tensor([2, 1]), 0).tolist()
        [[1], [1], [2]]
    """
    if repeats is None:
        count = input.shape[0] if input.ndim == 1 else 0
        input, repeats, dim = ops.arange(count, device=input.device), input, 0
    if dim is None:
        input, dim = ravel(input), 0
    dim = existing_dim("repeat_interleave", "dim", dim, input.ndim, alone=True)
    input = input if input.ndim else ops.reshape(input, (1,))
    n = input.shape[dim]
    if hasattr(repeats, "dtype"):
        if repeats.dtype.kind not in "iu":
            errors.dtype_error("repeat_interleave", "repeats", "integers", repeats.dtype.name)
        if repeats.ndim > 1 or (repeats.ndim == 1 and repeats.shape[0] not in (1, n)):
            shape = str(tuple(repeats.shape))
            errors.shape_error("repeat_interleave", "repeats", f"one number, or {n} in 1 dimension", f"shape {shape}")
        counts = repeats.numpy()
        if counts.size and counts.min() < 0:
            errors.value_error("repeat_interleave", "repeats", "0 or more times", str(int(counts.min())))
        if counts.size != 1 or n == 1:
            return _repeat_each(input, repeats, dim, n, output_size)
        repeats = int(counts.reshape(()))
    if isinstance(repeats, bool) or not hasattr(repeats, "__index__"):
        errors.type_error("repeat_interleave", "repeats", "int or a Tensor of integers", type(repeats).__name__)
    if repeats < 0:
        errors.value_error("repeat_interleave", "repeats", "0 or more times", str(repeats))
    _check_output_size(output_size, n * repeats)
    shape = tuple(input.shape)
    times = (*[1] * (dim + 1), repeats, *[1] * (input.ndim - dim - 1))
    wide = ops.tile(ops.unsqueeze(input, dim + 1), times)  # not expand: of few elements that would remain a view
    return ops.reshape(wide, (*shape[:dim], n * repeats, *shape[dim + 1 :]))


def _repeat_each(input, repeats, dim, n, output_size):
    import numpy as np

    from .._creation import from_numpy

    places = np.repeat(np.arange(n), repeats.numpy())
    _check_output_size(output_size, places.size)
    return ops.index_select(input, dim, from_numpy(places).to(input.device))


def _check_output_size(wanted, size):
    if wanted is not None and wanted != size:
        errors.value_error("repeat_interleave", "output_size", f"{size}, the sum of repeats", str(wanted))


@composed()
def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """A copy of ``length`` elements along a dimension: see :func:`narrow`.

    Args:
        input: Tensor of at least 1 dimension.
        dim: the dimension.
        start: the first index; negative ones count from the end.
        length: how many.

    Returns:
        Tensor with memory of its own.

    Raises:
        IndexError: there are not so many elements.

    Example:
        >>> ft.narrow_copy(ft.arange(5), 0, 1, 3).tolist()
        [1, 2, 3]
    """
    return ops.clone(ops.narrow(input, dim, start, length))


# Reversed -------------------------------------------------------------------------------------------------------


@composed()
def fliplr(input: Tensor) -> Tensor:
    """A view with the second dimension reversed: left becomes right.

    Args:
        input: Tensor of at least 2 dimensions.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        ShapeError: fewer than 2 dimensions.

    Example:
        >>> ft.fliplr(ft.tensor([[1, 2], [3, 4]])).tolist()
        [[2, 1], [4, 3]]
    """
    if input.ndim < 2:
        errors.shape_error("fliplr", "input", "at least 2 dimensions", f"shape {tuple(input.shape)}")
    return ops.flip(input, 1)


@composed()
def flipud(input: Tensor) -> Tensor:
    """A view with the first dimension reversed: up becomes down.

    Args:
        input: Tensor of at least 1 dimension.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        ShapeError: no dimensions.

    Example:
        >>> ft.flipud(ft.tensor([[1, 2], [3, 4]])).tolist()
        [[3, 4], [1, 2]]
    """
    if input.ndim < 1:
        errors.shape_error("flipud", "input", "at least 1 dimension", "shape ()")
    return ops.flip(input, 0)


@composed()
def rot90(input: Tensor, k: int = 1, dims: tuple[int, int] = (0, 1)) -> Tensor:
    """A view turned by quarter turns in the plane of two dimensions.

    Args:
        input: Tensor of at least 2 dimensions.
        k: how many quarter turns, from the first of ``dims`` towards the second; negative ones turn the other way.
        dims: the two dimensions.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        ValueError: not two different dimensions.

    Example:
        >>> ft.rot90(ft.tensor([[1, 2], [3, 4]])).tolist()
        [[2, 4], [1, 3]]
    """
    (k,) = _ints("rot90", "k", (k,))
    if input.ndim < 2:
        errors.shape_error("rot90", "input", "at least 2 dimensions", f"shape {tuple(input.shape)}")
    places = [existing_dim("rot90", "dims", d, input.ndim) for d in _ints("rot90", "dims", (dims,))]
    if len(places) != 2 or places[0] == places[1]:
        errors.value_error("rot90", "dims", "two different dimensions", str(dims))
    first, second = places
    if k % 4 == 0:
        return input
    if k % 4 == 2:
        return ops.flip(input, (first, second))
    return ops.transpose(ops.flip(input, second if k % 4 == 1 else first), first, second)


# Diagonals ------------------------------------------------------------------------------------------------------


@composed()
def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """The diagonal of a matrix; of a vector, a matrix with the vector on its diagonal.

    Args:
        input: Tensor of 1 or 2 dimensions.
        diagonal: which: 0 is the main one, 1 the one above it, -1 the one below.

    Returns:
        Tensor with memory of its own: a vector of a matrix, a matrix of a vector.

    Raises:
        ShapeError: neither a matrix nor a vector.

    Example:
        >>> ft.diag(ft.tensor([1, 2])).tolist(), ft.diag(ft.tensor([[1, 2], [3, 4]])).tolist()
        ([[1, 0], [0, 2]], [1, 4])
    """
    if input.ndim not in (1, 2):
        errors.shape_error("diag", "input", "1 or 2 dimensions", f"shape {tuple(input.shape)}")
    return ops.diag_embed(input, diagonal) if input.ndim == 1 else ops.clone(ops.diagonal(input, diagonal))


@composed()
def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """A matrix of zeros with all elements on its diagonal.

    Args:
        input: Tensor of any shape and dtype.
        offset: which diagonal: 0 is the main one, 1 the one above it, -1 the one below.

    Returns:
        Tensor of 2 dimensions.

    Example:
        >>> ft.diagflat(ft.tensor([[1, 2]])).tolist()
        [[1, 0], [0, 2]]
    """
    return ops.diag_embed(ravel(input), offset)


# Broadcasting ---------------------------------------------------------------------------------------------------


@composed()
def sum_to_size(input: Tensor, *size: int) -> Tensor:
    """The sum over what broadcasting to ``input``'s shape would repeat: the opposite of :func:`expand`.

    Args:
        input: Tensor of any shape.
        size: a shape that broadcasts to ``input``'s.

    Returns:
        Tensor of shape ``size``.

    Raises:
        ShapeError: ``size`` does not broadcast to ``input``'s shape.

    Example:
        >>> ft.ones(2, 3).sum_to_size(1, 3).tolist()
        [[2.0, 2.0, 2.0]]
    """
    wanted, shape = _ints("sum_to_size", "size", size), tuple(input.shape)
    new = len(shape) - len(wanted)
    if new < 0 or any(m not in (1, n) for m, n in zip(wanted, shape[new:], strict=True)):
        errors.shape_error("sum_to_size", "size", f"a shape that broadcasts to input's {shape}", str(wanted))
    dims = (*range(new), *(new + i for i, m in enumerate(wanted) if m == 1 and shape[new + i] != 1))
    if not dims:
        return input
    return ops.reshape(ops.sum(input, dims, True), wanted)


@composed()
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """A view of any elements of the memory behind a Tensor.

    Where elements of the view share memory, it is read-only on the CPU: ``clone()`` it before writing. Gradients need
    an ``input`` without gaps in memory, and a view that stays within it.

    Args:
        input: Tensor of any shape and dtype.
        size: sizes of the result.
        stride: steps between neighbours along each dimension, in elements.
        storage_offset: where it begins, in elements from the beginning of the memory; where ``input`` does by default.

    Returns:
        Tensor of shape ``size`` that shares ``input``'s memory.

    Raises:
        ValueError: sizes and strides that do not match, or what the result sees would lie outside of the memory.

    Example:
        >>> ft.as_strided(ft.arange(6), (2, 2), (3, 1), 1).tolist()
        [[1, 2], [4, 5]]
    """
    return ops.as_strided(input, *_strided_arguments("as_strided", input, size, stride, storage_offset))


@composed()
def as_strided_(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """In place: ``input`` becomes the view that :func:`as_strided` gives, and is returned.

    Args:
        input: Tensor of any shape and dtype.
        size: sizes of the result.
        stride: steps between neighbours along each dimension, in elements.
        storage_offset: where it begins, in elements from the beginning of the memory; where ``input`` does by default.

    Example:
        >>> ft.arange(6).as_strided_((2, 2), (3, 1)).tolist()
        [[0, 1], [3, 4]]
    """
    return ops.as_strided(input, *_strided_arguments("as_strided_", input, size, stride, storage_offset), out=input)


def _strided_arguments(operation, input, size, stride, storage_offset):
    size, stride = _ints(operation, "size", (size,)), _ints(operation, "stride", (stride,))
    if len(size) != len(stride) or any(n < 0 for n in size):
        errors.value_error(operation, "size", f"{len(stride)} sizes of 0 or more, one for each stride", str(size))
    start = 0
    if storage_offset is not None:
        (offset,) = _ints(operation, "storage_offset", (storage_offset,))
        start = offset - input.storage_offset()
    return size, stride, start, input.stride()
