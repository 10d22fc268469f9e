"""Planes put together anew from rows and columns of their own: windows as columns, edges that are continued.

The operator is linear, and its gradient's gradient.
"""

from .. import errors
from .._schema import Array, Int, operator
from ._helpers import add_at, check_integers, narrowed, select, widened


@operator(function=False, method=False)
def remap_planes(xp, input: Array, rows: Array, columns: Array):
    """Elements where some rows and some columns meet: element (n, a, b, r, s) is (n, rows[a, r], columns[b, s]).

    Args:
        input: the planes: Tensor of shape (N, H, W).
        rows: Tensor of integers of shape (A, R). Rows outside [0, H) are 0.
        columns: Tensor of integers of shape (B, S). Columns outside [0, W) are 0.

    Returns:
        Tensor of shape (N, A, B, R, S).

    Raises:
        ShapeError: another number of dimensions.
        DTypeError: ``rows`` or ``columns`` do not hold integers.
    """
    n, height, width = input.shape
    (a, r), (b, s) = rows.shape, columns.shape
    if height == 0 or width == 0:
        return xp.zeros((n, a, b, r, s), dtype=input.dtype)
    seen = _seen(rows, height)[:, None, :, None] & _seen(columns, width)[None, :, None, :]
    places = [xp.where(_seen(x, size), x, 0).reshape(-1) for x, size in ((rows, height), (columns, width))]
    taken = xp.take(xp.take(input, places[0], axis=1), places[1], axis=2).reshape(n, a, r, b, s)
    return select(xp, seen, xp.transpose(taken, (0, 1, 3, 2, 4)), xp.zeros((), dtype=input.dtype))


@operator(dtypes="numeric", function=False, method=False)
def remap_planes_gradient(xp, grad_output: Array, rows: Array, columns: Array, height: Int, width: Int):
    """What :func:`remap_planes` hands to its planes: each element added where it was taken from.

    Args:
        grad_output: Tensor of shape (N, A, B, R, S).
        rows: Tensor of integers of shape (A, R). What is of rows outside [0, H) is left out.
        columns: Tensor of integers of shape (B, S). What is of columns outside [0, W) is left out.
        height: H.
        width: W.

    Returns:
        Tensor of shape (N, H, W).

    Raises:
        ShapeError: the shapes do not fit together.
        DTypeError: ``rows`` or ``columns`` do not hold integers.
        ValueError: ``height`` or ``width`` is negative.
    """
    grad = widened(grad_output)
    # What is outside is added to one row and one column more, which are left out.
    result = xp.zeros((grad.shape[0], height + 1, width + 1), dtype=grad.dtype)
    planes = xp.arange(grad.shape[0])[:, None, None, None, None]
    down = xp.where(_seen(rows, height), rows, height)[:, None, :, None]
    right = xp.where(_seen(columns, width), columns, width)[None, :, None, :]
    add_at(xp, result, (planes, down, right), grad)
    return narrowed(result[:, :height, :width], grad_output.dtype).copy()


def _seen(index, size):
    return (index >= 0) & (index < size)


@remap_planes.check
def _(input, rows, columns):
    name = "remap_planes"
    if input.ndim != 3:
        errors.shape_error(name, "input", "3 dimensions", str(tuple(input.shape)))
    _check_maps(name, rows, columns)


@remap_planes_gradient.check
def _(grad_output, rows, columns, height, width):
    name = "remap_planes_gradient"
    _check_maps(name, rows, columns)
    (a, r), (b, s) = rows.shape, columns.shape
    if grad_output.ndim != 5 or tuple(grad_output.shape[1:]) != (a, b, r, s):
        errors.shape_error(name, "grad_output", f"shape (N, {a}, {b}, {r}, {s})", str(tuple(grad_output.shape)))
    for argument, size in (("height", height), ("width", width)):
        if size < 0:
            errors.value_error(name, argument, "0 or more", str(size))


def _check_maps(name, rows, columns):
    for argument, index in (("rows", rows), ("columns", columns)):
        check_integers(name, argument, index)
        if index.ndim != 2:
            errors.shape_error(name, argument, "2 dimensions", str(tuple(index.shape)))
