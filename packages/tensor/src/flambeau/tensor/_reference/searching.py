"""Places in sorted sequences, and elements without their repetitions."""

from .. import errors
from .._schema import Array, Bool, OptionalDim, operator
from ._helpers import check_same_dtype, widened
from .sorting import order_along


def _comes_before(xp, one, other):
    """Whether elements come before others in order; nan comes last, as in :func:`sort`."""
    return (one < other) | ((one == one) & (other != other))


@operator(function=False, method=False, differentiable=False)
def insertion_points(xp, sorted_sequence: Array, input: Array, right: Bool = False):
    """Where elements would have to be inserted into sorted sequences.

    Args:
        sorted_sequence: Tensor of at least 1 dimension, in ascending order along the last one (nan last).
        input: Tensor of ``sorted_sequence``'s dtype. Of any shape where there is one sequence; where there are several,
            of their shape in all dimensions but the last.
        right: the last such place instead of the first.

    Returns:
        int64 Tensor of ``input``'s shape.

    Raises:
        ShapeError: the shapes do not fit.
        DTypeError: the dtypes differ.
    """
    sequence, values = widened(sorted_sequence), widened(input)
    if sequence.ndim == 1:
        return xp.searchsorted(sequence, values, side="right" if right else "left").astype("int64")
    n = sequence.shape[-1]
    low, high = xp.zeros(values.shape, dtype="int64"), xp.full(values.shape, n, dtype="int64")
    for _ in range(n.bit_length()):
        middle = (low + high) // 2
        there = xp.take_along_axis(sequence, xp.minimum(middle, n - 1), -1)
        later = ~_comes_before(xp, values, there) if right else _comes_before(xp, there, values)
        searching = low < high
        low, high = xp.where(searching & later, middle + 1, low), xp.where(searching & ~later, middle, high)
    return low


@insertion_points.check
def _(sorted_sequence, input, right):
    operation = "insertion_points"
    check_same_dtype(operation, "input", input.dtype, "sorted_sequence", sorted_sequence.dtype)
    if sorted_sequence.ndim == 0:
        errors.shape_error(operation, "sorted_sequence", "at least 1 dimension", "shape ()")
    if sorted_sequence.ndim > 1 and (
        input.ndim != sorted_sequence.ndim or input.shape[:-1] != sorted_sequence.shape[:-1]
    ):
        wanted = "".join(f"{n}, " for n in sorted_sequence.shape[:-1]) + "*"
        errors.shape_error(operation, "input", f"shape ({wanted}) as sorted_sequence", str(tuple(input.shape)))


def _without_repetitions(xp, slices, order, return_inverse, return_counts):
    """The first of each run of equal slices, in an order (None for as they are); the run of each; their lengths."""
    ordered = slices if order is None else slices[order]
    n = ordered.shape[0]
    differs = ordered[1:] != ordered[:-1]
    if differs.ndim > 1:
        differs = xp.any(differs.reshape(max(n - 1, 0), -1), axis=1) if differs.size else xp.zeros(max(n - 1, 0), bool)
    new = xp.concatenate((xp.ones(min(n, 1), dtype=bool), differs))
    parts = [ordered[new]]
    if return_inverse:
        run = xp.cumsum(new) - 1
        if order is not None:
            inverse = xp.empty(n, dtype="int64")
            inverse[order] = run
            run = inverse
        parts.append(run.astype("int64"))
    if return_counts:
        starts = xp.flatnonzero(new)
        ends = xp.concatenate((starts[1:], xp.full(min(n, 1), n)))
        parts.append((ends - starts).astype("int64"))
    return parts


def _elements(xp, input, dim, return_inverse, return_counts, in_order):
    if dim is None or input.ndim == 0:
        flat = input.reshape(-1)
        order = order_along(xp, flat, 0, False) if in_order else None
        parts = _without_repetitions(xp, flat, order, return_inverse, return_counts)
        if return_inverse:
            parts[1] = parts[1].reshape(input.shape)
        return tuple(parts)
    slices = xp.moveaxis(input, dim, 0)
    order = None
    if in_order:
        n = slices.shape[0]
        rows = widened(slices).reshape(n, -1) if slices.size else slices.reshape(n, 0)
        order = xp.lexsort(rows.T[::-1]) if rows.shape[1] else xp.arange(n)
    parts = _without_repetitions(xp, slices, order, return_inverse, return_counts)
    parts[0] = xp.moveaxis(parts[0], 0, dim).copy()
    return tuple(parts)


@operator(function=False, method=False, many=True, differentiable=False)
def unique_elements(
    xp, input: Array, dim: OptionalDim = None, return_inverse: Bool = False, return_counts: Bool = False
):
    """The elements, or the slices of a dimension, in ascending order and each once; nan equals nothing.

    Args:
        input: Tensor of any shape and dtype.
        dim: the dimension whose slices are compared, element by element; by default all elements are.
        return_inverse: also the place of each element (or slice) in the result.
        return_counts: also how often each one is there.

    Returns:
        tuple of Tensors.
    """
    return _elements(xp, input, dim, return_inverse, return_counts, True)


@operator(function=False, method=False, many=True, differentiable=False)
def consecutive_elements(
    xp, input: Array, dim: OptionalDim = None, return_inverse: Bool = False, return_counts: Bool = False
):
    """The elements, or the slices of a dimension, without those that equal the one before; nan equals nothing.

    Args:
        input: Tensor of any shape and dtype.
        dim: the dimension whose slices are compared; by default all elements are, in order.
        return_inverse: also the place of each element (or slice) in the result.
        return_counts: also how long each run is.

    Returns:
        tuple of Tensors.
    """
    return _elements(xp, input, dim, return_inverse, return_counts, False)
