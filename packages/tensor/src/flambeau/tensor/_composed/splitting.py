"""Parts of a Tensor along a dimension, made of operators."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import called, composed, existing_dim
from .shapes import _ints

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of at most ``chunks`` parts of equal size along a dimension; the last one may be smaller.

    Args:
        input: Tensor of at least 1 dimension.
        chunks: how many parts; there may be fewer when the size does not allow that many.
        dim: the dimension to split.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Raises:
        ValueError: ``chunks`` is not positive.

    Example:
        >>> [part.tolist() for part in ft.chunk(ft.arange(5), 2)]
        [[0, 1, 2], [3, 4]]
    """
    if chunks < 1:
        errors.value_error("chunk", "chunks", "1 or more", str(chunks))
    size = -(-input.size(dim) // chunks)
    return ops.split(input, size or [0] * chunks, dim)


@composed()
def split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of consecutive parts of the given sizes along a dimension.

    Args:
        input: Tensor of at least 1 dimension.
        split_sizes: the sizes of the parts.
        dim: the dimension to split.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Raises:
        ValueError: sizes that are negative, or do not add up to the size of the dimension.

    Example:
        >>> [part.tolist() for part in ft.split_with_sizes(ft.arange(5), [1, 4])]
        [[0], [1, 2, 3, 4]]
    """
    return ops.split(input, list(_ints("split_with_sizes", "split_sizes", (split_sizes,))), dim)


@composed()
def unsafe_split(input: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """:func:`split` under the name by which PyTorch lets its parts be written in place; here they always may be.

    Args:
        input: Tensor of at least 1 dimension.
        split_size: the size of each part, or a list of the parts' sizes.
        dim: the dimension to split.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Example:
        >>> [part.tolist() for part in ft.unsafe_split(ft.arange(5), 3)]
        [[0, 1, 2], [3, 4]]
    """
    return called("unsafe_split", ops.split, input, split_size, dim)


@composed()
def unsafe_split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """:func:`split_with_sizes`: see :func:`unsafe_split`.

    Args:
        input: Tensor of at least 1 dimension.
        split_sizes: the sizes of the parts.
        dim: the dimension to split.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Example:
        >>> [part.tolist() for part in ft.unsafe_split_with_sizes(ft.arange(3), [1, 2])]
        [[0], [1, 2]]
    """
    sizes = _ints("unsafe_split_with_sizes", "split_sizes", (split_sizes,))
    return called("unsafe_split_with_sizes", ops.split, input, list(sizes), dim)


@composed()
def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """:func:`chunk`: see :func:`unsafe_split`.

    Args:
        input: Tensor of at least 1 dimension.
        chunks: how many parts; there may be fewer when the size does not allow that many.
        dim: the dimension to split.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Example:
        >>> [part.tolist() for part in ft.unsafe_chunk(ft.arange(5), 2)]
        [[0, 1, 2], [3, 4]]
    """
    return chunk(input, chunks, dim)


@composed()
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of consecutive parts along a dimension: so many, or cut at the given indices.

    Args:
        input: Tensor of at least 1 dimension.
        indices_or_sections: how many parts, the first of which are one larger where the size is no multiple; or the
            indices, as a tuple, list or Tensor, at which a new part begins.
        dim: the dimension to split.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Raises:
        ValueError: the number of parts is not positive.

    Example:
        >>> [part.tolist() for part in ft.tensor_split(ft.arange(5), 2)]
        [[0, 1, 2], [3, 4]]
        >>> [part.tolist() for part in ft.tensor_split(ft.arange(5), (1, 3))]
        [[0], [1, 2], [3, 4]]
    """
    return _split("tensor_split", input, indices_or_sections, dim, even=False)


def _split(operation, input, wanted, dim, even):
    dim = existing_dim(operation, "dim", dim, input.ndim)
    size = input.shape[dim]
    if hasattr(wanted, "tolist"):
        wanted = wanted.tolist()
    if isinstance(wanted, (tuple, list)):
        # An index may lie outside, or before the last one: as in Python's slices.
        bounds = [None, *_ints(operation, "indices_or_sections", (wanted,)), None]
        places = [slice(*pair).indices(size)[:2] for pair in pairwise(bounds)]
    else:
        (count,) = _ints(operation, "indices_or_sections", (wanted,))
        if count < 1:
            errors.value_error(operation, "indices_or_sections", "1 or more parts", str(count))
        if even and size % count:
            errors.value_error(operation, "indices_or_sections", f"a divisor of dimension {dim}'s {size}", str(count))
        least, larger = divmod(size, count)
        cuts = [i * least + min(i, larger) for i in range(count + 1)]
        places = list(pairwise(cuts))
    return tuple(ops.narrow(input, dim, start, max(stop - start, 0)) for start, stop in places)


@composed()
def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Views of parts from left to right: along the second dimension, or the only one.

    Args:
        input: Tensor of at least 1 dimension.
        indices_or_sections: how many parts, of equal size; or the indices at which a new part begins.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Raises:
        ValueError: the parts would not be of equal size.

    Example:
        >>> [part.tolist() for part in ft.hsplit(ft.tensor([[1, 2], [3, 4]]), 2)]
        [[[1], [3]], [[2], [4]]]
    """
    return _split("hsplit", input, indices_or_sections, min(max(input.ndim - 1, 0), 1), even=True)


def _split_deep(operation, input, wanted, dim):
    if input.ndim <= dim:
        errors.shape_error(operation, "input", f"at least {dim + 1} dimensions", f"shape {tuple(input.shape)}")
    return _split(operation, input, wanted, dim if operation == "dsplit" else 0, even=True)


@composed()
def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Views of parts from top to bottom: along the first dimension.

    Args:
        input: Tensor of at least 2 dimensions.
        indices_or_sections: how many parts, of equal size; or the indices at which a new part begins.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Raises:
        ShapeError: fewer than 2 dimensions.
        ValueError: the parts would not be of equal size.

    Example:
        >>> [part.tolist() for part in ft.vsplit(ft.tensor([[1, 2], [3, 4]]), 2)]
        [[[1, 2]], [[3, 4]]]
    """
    return _split_deep("vsplit", input, indices_or_sections, 1)


@composed()
def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Views of parts from front to back: along the third dimension.

    Args:
        input: Tensor of at least 3 dimensions.
        indices_or_sections: how many parts, of equal size; or the indices at which a new part begins.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Raises:
        ShapeError: fewer than 3 dimensions.
        ValueError: the parts would not be of equal size.

    Example:
        >>> [part.shape for part in ft.dsplit(ft.zeros(1, 2, 4), 2)]
        [(1, 2, 2), (1, 2, 2)]
    """
    return _split_deep("dsplit", input, indices_or_sections, 2)
