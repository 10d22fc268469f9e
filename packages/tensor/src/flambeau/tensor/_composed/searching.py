"""Sorting and searching, of operators that need no record of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import called, composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


def _operands(operation: str, **given: Any) -> list[Tensor]:
    """Tensors or numbers as Tensors of their common dtype, on one device."""
    from .._core.tensor import promote_types
    from .._creation import tensor

    tensors = [value for value in given.values() if hasattr(value, "dtype")]
    found = []
    for name, value in given.items():
        if not hasattr(value, "dtype"):
            if not isinstance(value, (bool, int, float)) or not tensors:
                errors.type_error(
                    operation, name, "Tensor" if not tensors else "Tensor or number", type(value).__name__
                )
            value = tensor(value, device=getattr(tensors[0], "device", None))
        found.append(value)
    dtype = found[0].dtype
    for value in found[1:]:
        dtype = promote_types(dtype, value.dtype)
    return [value if value.dtype == dtype else ops.cast(value, dtype) for value in found]


@composed()
def msort(input: Tensor) -> Tensor:
    """The elements in ascending order along the first dimension.

    Args:
        input: Tensor of any shape and dtype; nan counts as the greatest.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.msort(ft.tensor([[3, 1], [2, 4]])).tolist()
        [[2, 1], [3, 4]]
    """
    return called("msort", ops.ordered, input, 0)


@composed()
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The elements, or the slices of a dimension, in ascending order and each once.

    nan equals nothing, itself included, and comes last.

    Args:
        input: Tensor of any shape and dtype.
        sorted: for compatibility: the result is in order in any case.
        return_inverse: also the place of each element (or slice) in the result.
        return_counts: also how often each one is there.
        dim: the dimension whose slices are compared, element by element; by default all elements are.

    Returns:
        Tensor of the elements, or a tuple of it and what else was asked for, in int64: inverse (of ``input``'s shape,
        or a vector where there is a ``dim``) and counts.

    Example:
        >>> ft.unique(ft.tensor([3, 1, 3])).tolist()
        [1, 3]
        >>> values, inverse, counts = ft.unique(ft.tensor([3, 1, 3]), return_inverse=True, return_counts=True)
        >>> inverse.tolist(), counts.tolist()
        ([1, 0, 1], [1, 2])
        >>> ft.unique(ft.tensor([[1, 2], [0, 5], [1, 2]]), dim=0).tolist()
        [[0, 5], [1, 2]]
    """
    parts = called("unique", ops.unique_elements, input, dim, return_inverse, return_counts)
    return parts if len(parts) > 1 else parts[0]


@composed()
def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The elements, or the slices of a dimension, without those that equal the one before. nan equals nothing.

    Args:
        input: Tensor of any shape and dtype.
        return_inverse: also the place of each element (or slice) in the result.
        return_counts: also how long each run of equal ones is.
        dim: the dimension whose slices are compared; by default all elements are, in order.

    Returns:
        Tensor of the elements, or a tuple of it and what else was asked for, in int64: inverse (of ``input``'s shape,
        or a vector where there is a ``dim``) and counts.

    Example:
        >>> values, counts = ft.unique_consecutive(ft.tensor([1, 1, 2, 1]), return_counts=True)
        >>> values.tolist(), counts.tolist()
        ([1, 2, 1], [2, 1, 1])
    """
    parts = called("unique_consecutive", ops.consecutive_elements, input, dim, return_inverse, return_counts)
    return parts if len(parts) > 1 else parts[0]


@composed(method=False)
def searchsorted(
    sorted_sequence: Tensor,
    input: Tensor | float,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Where elements would have to be inserted into sorted sequences to keep them in order.

    Args:
        sorted_sequence: Tensor of at least 1 dimension, in ascending order along the last one; nan counts as the
            greatest.
        input: Tensor, or a number. Of any shape where there is one sequence; where there are several, of their shape in
            all dimensions but the last.
        out_int32: give int32.
        right: after elements that are equal, not before them.
        side: ``"left"`` or ``"right"``, another way to say so.
        sorter: Tensor of ``sorted_sequence``'s shape that puts it in order, as :func:`argsort` gives.

    Returns:
        Tensor of ``input``'s shape, in int64 if not said otherwise.

    Raises:
        ShapeError: the shapes do not fit.
        ValueError: no such side, or ``right`` says something else.
        IndexError: ``sorter`` names elements that are not there.

    Example:
        >>> x = ft.tensor([1, 3, 5])
        >>> ft.searchsorted(x, ft.tensor([3, 4])).tolist(), ft.searchsorted(x, 3, side="right").item()
        ([1, 2], 2)
    """
    if side not in (None, "left", "right"):
        errors.value_error("searchsorted", "side", "'left' or 'right'", repr(side))
    if side == "left" and right:
        errors.value_error("searchsorted", "side", "'right', as right=True says", "'left'")
    if not hasattr(sorted_sequence, "dtype"):
        errors.type_error("searchsorted", "sorted_sequence", "Tensor", type(sorted_sequence).__name__)
    if sorter is not None:
        if tuple(sorter.shape) != tuple(sorted_sequence.shape):
            shapes = f"shape {tuple(sorted_sequence.shape)} as sorted_sequence", str(tuple(sorter.shape))
            errors.shape_error("searchsorted", "sorter", *shapes)
        try:
            sorted_sequence = ops.gather(sorted_sequence, -1, sorter)
        except Exception as error:
            error.args = (str(error).replace("gather(): argument 'index'", "searchsorted(): argument 'sorter'"),)
            raise
    sequence, values = _operands("searchsorted", sorted_sequence=sorted_sequence, input=input)
    places = called("searchsorted", ops.insertion_points, sequence, values, right or side == "right")
    return ops.cast(places, "int32") if out_int32 else places


@composed(method=False)
def bucketize(input: Tensor | float, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """The number of the bucket each element is in: bucket i is between ``boundaries[i - 1]`` and ``boundaries[i]``.

    Args:
        input: Tensor of any shape, or a number.
        boundaries: Tensor of 1 dimension in ascending order.
        out_int32: give int32.
        right: buckets include their lower boundary, not their upper one.

    Returns:
        Tensor of ``input``'s shape, in int64 if not said otherwise.

    Raises:
        ShapeError: ``boundaries`` does not have 1 dimension.

    Example:
        >>> ft.bucketize(ft.tensor([0.5, 1.0, 9.0]), ft.tensor([1.0, 2.0])).tolist()
        [0, 0, 2]
        >>> ft.bucketize(1.0, ft.tensor([1.0, 2.0]), right=True).item()
        1
    """
    if not hasattr(boundaries, "dtype"):
        errors.type_error("bucketize", "boundaries", "Tensor", type(boundaries).__name__)
    if boundaries.ndim != 1:
        errors.shape_error("bucketize", "boundaries", "1 dimension", f"shape {tuple(boundaries.shape)}")
    values, sequence = _operands("bucketize", input=input, boundaries=boundaries)
    places = ops.insertion_points(sequence, values, right)
    return ops.cast(places, "int32") if out_int32 else places


@composed(method=False)
def isin(
    elements: Tensor | float,
    test_elements: Tensor | float,
    *,
    assume_unique: bool = False,
    invert: bool = False,
) -> Tensor:
    """Whether each element is one of some others. nan equals nothing.

    Args:
        elements: Tensor of any shape, or a number.
        test_elements: Tensor of any shape, or a number; one of the two is a Tensor.
        assume_unique: for compatibility: it changes nothing.
        invert: whether each element is none of the others.

    Returns:
        bool Tensor of ``elements``' shape.

    Example:
        >>> ft.isin(ft.tensor([[1, 2], [3, 4]]), ft.tensor([2, 3])).tolist()
        [[False, True], [True, False]]
    """
    elements, tests = _operands("isin", elements=elements, test_elements=test_elements)
    tests = ops.ordered(ops.reshape(tests, (-1,)), 0)
    last = tests.shape[0] - 1
    if last < 0:
        return ops.full(elements.shape, invert, dtype="bool", device=elements.device)
    places = ops.clamp(ops.insertion_points(tests, elements), None, last)
    return (ops.ne if invert else ops.eq)(ops.take(tests, places), elements)
