"""Rows of a table looked up, and rows added up."""

from .. import errors
from .._schema import Array, Bool, Int, OptionalArray, operator
from ._helpers import add_at, check_integers, narrowed, widened
from ._indices import check_bounds


@operator(dtypes="float", real=True, method=False)
def embedding(xp, weight: Array, input: Array, padding_idx: Int = -1, scale_grad_by_freq: Bool = False):
    """The rows of ``weight`` that ``input`` names.

    Args:
        weight: Tensor of shape (rows, ...): the table.
        input: Tensor of integers in [0, rows), of any shape.
        padding_idx: the number of a row that gets no gradient; none where it is negative.
        scale_grad_by_freq: divide the gradient of a row by how often the row was named.

    Returns:
        Tensor of ``input``'s shape followed by that of a row.

    Raises:
        IndexError: a number of no row.
        DTypeError: ``input`` does not hold integers.
        ShapeError: ``weight`` has no dimensions.

    Example:
        >>> ft.embedding(ft.tensor([[1.0, 2.0], [3.0, 4.0]]), ft.tensor([1, 1, 0])).tolist()
        [[3.0, 4.0], [3.0, 4.0], [1.0, 2.0]]
    """
    return xp.take(weight, input, axis=0)


@embedding.check
def _(weight, input, padding_idx, scale_grad_by_freq):
    if weight.ndim == 0:
        errors.shape_error("embedding", "weight", "at least 1 dimension", "shape ()")
    check_integers("embedding", "input", input)
    check_bounds("embedding", "input", input, weight.shape[0])
    if padding_idx >= weight.shape[0]:
        errors.index_error("embedding", "padding_idx", f"a row below {weight.shape[0]}", str(padding_idx))


@operator(dtypes="float", real=True, function=False, method=False)
def add_rows(xp, input: Array, source: OptionalArray, target: OptionalArray, size: Int, scale: OptionalArray = None):
    """Zeros, with rows added: row ``target[i]`` gets row ``source[i]`` of ``input``, times ``scale[i]``.

    Rows are added in the order of i, so that sums are the same every time.

    Args:
        input: Tensor of at least 1 dimension.
        source: Tensor of n integers, rows of ``input``; None for all of them.
        target: Tensor of n integers, rows of the result; None for all of them.
        size: how many rows the result has.
        scale: Tensor of n factors, or None.

    Returns:
        Tensor like ``input``, with ``size`` rows.

    Raises:
        IndexError: a number of no row.
        DTypeError: ``source`` or ``target`` does not hold integers.
        ShapeError: ``source``, ``target`` and ``scale`` do not name the same number of rows.
    """
    rows = widened(input if source is None else xp.take(input, source, axis=0))
    if scale is not None:
        rows = rows * widened(scale).reshape((-1,) + (1,) * (rows.ndim - 1))
    if target is None:
        return narrowed(rows, input.dtype) if rows is not input else input.copy()
    result = xp.zeros((size, *rows.shape[1:]), dtype=rows.dtype)
    add_at(xp, result, target, rows)
    return narrowed(result, input.dtype)


@add_rows.check
def _(input, source, target, size, scale):
    if input.ndim == 0:
        errors.shape_error("add_rows", "input", "at least 1 dimension", "shape ()")
    if size < 0:
        errors.value_error("add_rows", "size", "0 or more", str(size))
    n = input.shape[0] if source is None else source.size
    for name, array, rows in (("source", source, input.shape[0]), ("target", target, size)):
        if array is None:
            continue
        check_integers("add_rows", name, array)
        if array.ndim != 1 or array.size != n:
            errors.shape_error("add_rows", name, f"shape ({n},), one number a row", str(tuple(array.shape)))
        check_bounds("add_rows", name, array, rows)
    if target is None and n != size:
        errors.value_error("add_rows", "size", f"{n}, the number of rows", str(size))
    if scale is not None and tuple(scale.shape) != (n,):
        errors.shape_error("add_rows", "scale", f"shape ({n},), one factor a row", str(tuple(scale.shape)))
