"""Matrix products and parts of matrices."""

from .. import errors
from .._schema import Array, Dim, Int, OptionalArray, operator
from ._helpers import fit, narrowed, select, widened


@operator(promote="common", dtypes="numeric")
def matmul(xp, input: Array, other: Array):
    """The matrix product, over the last two dimensions; leading dimensions broadcast.

    A vector as ``input`` is a row, as ``other`` a column; the dimension it lacks is not in the result.

    Args:
        input: Tensor of shape (..., n, k) or (k,).
        other: Tensor of shape (..., k, m) or (k,).

    Returns:
        Tensor of shape (..., n, m) and the promoted dtype.

    Raises:
        ShapeError: the inner sizes differ, the leading dimensions do not broadcast, or an operand has no dimensions.

    Example:
        >>> a = ft.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> ft.matmul(a, ft.tensor([1.0, 10.0])).tolist()
        [21.0, 43.0]
    """
    return narrowed(xp.matmul(widened(input), widened(other)), input.dtype)


@matmul.check
def _(input, other):
    for name, operand in (("input", input), ("other", other)):
        if operand.ndim == 0:
            errors.shape_error("matmul", name, "at least 1 dimension", "shape ()", "multiply by numbers with *")
    inner = other.shape[-min(other.ndim, 2)]
    if inner != input.shape[-1]:
        place = "first" if other.ndim <= 2 else "second-to-last"
        errors.shape_error(
            "matmul",
            "other",
            f"{place} dimension {input.shape[-1]} to match input's last",
            f"shape {tuple(other.shape)}",
        )
    if input.ndim > 2 and other.ndim > 2 and not fit(input.shape[:-2], other.shape[:-2]):
        errors.shape_error(
            "matmul",
            "other",
            f"leading dimensions that broadcast with input's {tuple(input.shape[:-2])}",
            f"shape {tuple(other.shape)}",
        )


@operator(promote="common", dtypes="numeric", method=False)
def linear(xp, input: Array, weight: Array, bias: OptionalArray = None):
    """``input @ weight.T + bias``: an affine map of the last dimension.

    Args:
        input: Tensor of shape (..., in_features).
        weight: Tensor of shape (out_features, in_features).
        bias: Tensor of shape (out_features,), or None.

    Returns:
        Tensor of shape (..., out_features) and the promoted dtype.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> weight = ft.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        >>> ft.linear(ft.tensor([[2.0, 3.0]]), weight, ft.ones(3)).tolist()
        [[3.0, 4.0, 6.0]]
    """
    result = xp.matmul(widened(input), widened(weight).T)
    if bias is not None:
        result = result + bias
    return narrowed(result, input.dtype)


@linear.check
def _(input, weight, bias):
    if input.ndim == 0:
        errors.shape_error("linear", "input", "at least 1 dimension", "shape ()")
    if weight.ndim != 2 or weight.shape[1] != input.shape[-1]:
        errors.shape_error(
            "linear",
            "weight",
            f"shape (out_features, {input.shape[-1]}) to match input's last dimension",
            str(tuple(weight.shape)),
        )
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        errors.shape_error("linear", "bias", f"shape ({weight.shape[0]},) to match weight's first dimension",
                           str(tuple(bias.shape)))  # fmt: skip


@linear.composite
def _(input, weight, bias=None):
    import flambeau.tensor as ft

    result = ft.matmul(input, ft.transpose(weight, 0, 1))
    return result if bias is None else result + bias


@operator(promote="common", dtypes="numeric")
def dot(xp, input: Array, other: Array):
    """The inner product of two vectors: ``sum(input * other)``.

    Args:
        input: Tensor of shape (n,).
        other: Tensor of shape (n,).

    Returns:
        Tensor without dimensions, of the promoted dtype.

    Raises:
        ShapeError: not two vectors of one length.

    Example:
        >>> ft.dot(ft.tensor([1.0, 2.0]), ft.tensor([3.0, 4.0])).item()
        11.0
    """
    return narrowed(xp.dot(widened(input), widened(other)), input.dtype)


@dot.check
def _(input, other):
    _check_vector("dot", "input", input)
    _check_vector("dot", "other", other)
    if other.shape != input.shape:
        errors.shape_error("dot", "other", f"shape {tuple(input.shape)}, as input", str(tuple(other.shape)))


@operator(promote="common", aliases=("ger",))
def outer(xp, input: Array, other: Array):
    """The outer product of two vectors: every element of one times every element of the other.

    Args:
        input: Tensor of shape (n,).
        other: Tensor of shape (m,).

    Returns:
        Tensor of shape (n, m) and the promoted dtype.

    Raises:
        ShapeError: not two vectors.

    Example:
        >>> ft.outer(ft.tensor([1, 2]), ft.tensor([3, 4])).tolist()
        [[3, 4], [6, 8]]
    """
    return xp.multiply(input[:, None], other[None, :])


@outer.check
def _(input, other):
    _check_vector("outer", "input", input)
    _check_vector("outer", "other", other)


def _check_vector(operation, argument, array):
    if array.ndim != 1:
        errors.shape_error(operation, argument, "1 dimension", f"shape {tuple(array.shape)}")


@operator(inplace=True)
def tril(xp, input: Array, diagonal: Int = 0):
    """The lower triangle of matrices: elements above a diagonal become 0.

    Args:
        input: Tensor of shape (..., n, m).
        diagonal: the last diagonal that is kept: 0 is the main one, 1 the one above it.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: fewer than 2 dimensions.

    Example:
        >>> ft.tril(ft.ones(2, 2)).tolist()
        [[1.0, 0.0], [1.0, 1.0]]
    """
    kept = xp.arange(input.shape[-2])[:, None] + diagonal >= xp.arange(input.shape[-1])
    return select(xp, kept, input, xp.zeros((), dtype=input.dtype))


@operator(inplace=True)
def triu(xp, input: Array, diagonal: Int = 0):
    """The upper triangle of matrices: elements below a diagonal become 0.

    Args:
        input: Tensor of shape (..., n, m).
        diagonal: the first diagonal that is kept: 0 is the main one, 1 the one above it.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: fewer than 2 dimensions.

    Example:
        >>> ft.triu(ft.ones(2, 2)).tolist()
        [[1.0, 1.0], [0.0, 1.0]]
    """
    kept = xp.arange(input.shape[-2])[:, None] + diagonal <= xp.arange(input.shape[-1])
    return select(xp, kept, input, xp.zeros((), dtype=input.dtype))


@tril.check_shapes
def _(input, diagonal):
    _check_matrix("tril", input)
    return input, _reaching(input, diagonal)


@triu.check_shapes
def _(input, diagonal):
    _check_matrix("triu", input)
    return input, _reaching(input, diagonal)


def _reaching(input, diagonal):
    """The same diagonal, or the nearest one outside the matrix: sums with it stay small."""
    return max(-input.shape[-2] - 1, min(diagonal, input.shape[-1] + 1))


@operator(view=True)
def diagonal(xp, input: Array, offset: Int = 0, dim1: Dim = 0, dim2: Dim = 1):
    """A view of a diagonal of two dimensions, which becomes the last dimension.

    Args:
        input: Tensor of at least 2 dimensions.
        offset: which diagonal: 0 is the main one, 1 the one above it, -1 the one below.
        dim1: the dimension of the rows.
        dim2: the dimension of the columns.

    Returns:
        Tensor that shares ``input``'s memory, without ``dim1`` and ``dim2`` and with one more last dimension.

    Raises:
        ShapeError: fewer than 2 dimensions.
        ValueError: ``dim1`` and ``dim2`` are the same dimension.

    Example:
        >>> ft.diagonal(ft.tensor([[1, 2], [3, 4]])).tolist()
        [1, 4]
    """
    rest = [d for d in range(input.ndim) if d not in (dim1, dim2)]
    moved = input.transpose(*rest, dim1, dim2)
    rows, columns = moved.shape[-2:]
    moved = moved[..., max(-offset, 0) :, max(offset, 0) :]
    length = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    shape = (*moved.shape[:-2], length)
    strides = (*moved.strides[:-2], moved.strides[-2] + moved.strides[-1])
    # Not xp.diagonal: NumPy's view of it is read-only.
    return xp.lib.stride_tricks.as_strided(moved, shape, strides)


@diagonal.check
def _(input, offset, dim1, dim2):
    _check_matrix("diagonal", input)
    if dim1 == dim2:
        errors.value_error("diagonal", "dim2", f"another dimension than dim1's {dim1}", str(dim2))


def _check_matrix(operation, array):
    if array.ndim < 2:
        errors.shape_error(operation, "input", "at least 2 dimensions", f"shape {tuple(array.shape)}")
