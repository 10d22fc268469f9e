"""Diagonals of matrices, made and filled."""

from .. import errors
from .._schema import Array, Bool, Int, Operand, operator


@operator()
def diag_embed(xp, input: Array, offset: Int = 0, dim1: Int = -2, dim2: Int = -1):
    """Matrices of zeros with the vectors of the last dimension on their diagonals.

    Args:
        input: Tensor of at least 1 dimension.
        offset: which diagonal: 0 is the main one, 1 the one above it, -1 the one below.
        dim1: the dimension of the rows in the result.
        dim2: the dimension of the columns in the result.

    Returns:
        Tensor with one more dimension: instead of the last one, of size n, two of size ``n + abs(offset)``.

    Raises:
        IndexError: the result has no such dimension.
        ValueError: ``dim1`` and ``dim2`` are the same dimension.

    Example:
        >>> ft.diag_embed(ft.tensor([1, 2])).tolist()
        [[1, 0], [0, 2]]
        >>> ft.diag_embed(ft.tensor([1]), 1).tolist()
        [[0, 1], [0, 0]]
    """
    n = input.shape[-1] + abs(offset)
    result = xp.zeros((*input.shape[:-1], n, n), dtype=input.dtype)
    places = xp.arange(input.shape[-1])
    result[..., places + max(-offset, 0), places + max(offset, 0)] = input
    return xp.ascontiguousarray(xp.moveaxis(result, (-2, -1), (dim1, dim2)))


@diag_embed.check
def _(input, offset, dim1, dim2):
    if input.ndim == 0:
        errors.shape_error("diag_embed", "input", "at least 1 dimension", "shape ()")
    ndim = input.ndim + 1
    for name, dim in (("dim1", dim1), ("dim2", dim2)):
        if not -ndim <= dim < ndim:
            errors.index_error("diag_embed", name, f"a dimension in [{-ndim}, {ndim - 1}]", str(dim))
    dim1, dim2 = dim1 % ndim, dim2 % ndim
    if dim1 == dim2:
        errors.value_error("diag_embed", "dim2", f"another dimension than dim1's {dim1}", str(dim2))
    return input, offset, dim1, dim2


@operator(inplace="only")
def fill_diagonal(xp, input: Array, fill_value: Operand, wrap: Bool = False):
    """Set the main diagonal, where all indices are equal, in place.

    Args:
        input: Tensor of at least 2 dimensions; of more than 2, all must have one size.
        fill_value: a number, or a Tensor without dimensions.
        wrap: let the diagonal of a matrix that is taller than wide begin anew after one row without.

    Returns:
        ``input``.

    Raises:
        ShapeError: fewer than 2 dimensions, or more than 2 of different sizes.
        ValueError: ``fill_value`` is a number that ``input``'s dtype does not hold.

    Example:
        >>> ft.zeros(2, 3).fill_diagonal_(1).tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    result = input.copy()
    result[_diagonal(xp, input.shape, wrap)] = fill_value
    return result


@fill_diagonal.inplace_with
def _(xp, input, fill_value, wrap):
    input[_diagonal(xp, input.shape, wrap)] = fill_value


@fill_diagonal.check
def _(input, fill_value, wrap):
    shape = tuple(input.shape)
    if len(shape) < 2 or (len(shape) > 2 and len(set(shape)) > 1):
        errors.shape_error("fill_diagonal", "input", "2 dimensions, or more of one size", f"shape {shape}")
    if getattr(fill_value, "ndim", 0):
        errors.shape_error("fill_diagonal", "fill_value", "no dimensions", f"shape {tuple(fill_value.shape)}")


def _diagonal(xp, shape, wrap):
    """The index of the diagonal."""
    rows, columns = shape[:2]
    if not wrap or rows <= columns + 1 or columns == 0:
        return (xp.arange(min(shape)),) * len(shape)
    places = xp.arange(-(-rows * columns // (columns + 1))) * (columns + 1)
    return places // columns, places % columns
