"""Norms of vectors and matrices, condition and rank."""

from __future__ import annotations

import math
from typing import Any

from .. import errors, ops
from .._composed import called
from .._core.tensor import Tensor
from .._out import takes_out
from ._common import check_floating, check_square
from ._solvers import _rank, inv_ex, tolerances


@takes_out
def vector_norm(
    x: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None
) -> Tensor:
    """``sum(abs(x)**ord) ** (1/ord)``, over all or some dimensions, whatever their number.

    Args:
        x: Tensor of any shape and floating dtype.
        ord: the exponent; inf gives the greatest absolute value, -inf the smallest, 0 counts what is not zero.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.
        dtype: convert ``x`` to it first.
        out: Tensor to write the result to.

    Returns:
        Tensor without the dimensions ``dim``, of a real dtype.

    Example:
        >>> ft.linalg.vector_norm(ft.tensor([[3.0, 4.0]]), 1).item()
        7.0
    """
    x = _converted("vector_norm", x, dtype)
    return called("vector_norm", ops.norm, ops.abs(x) if x.dtype.kind == "c" else x, ord, dim, keepdim)


def _converted(operation, x, dtype):
    if dtype is not None:
        x = called(operation, ops.cast, x, dtype)
    check_floating(operation, x)
    return x


@takes_out
def matrix_norm(
    A: Tensor,
    ord: Any = "fro",
    dim: tuple[int, int] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,
) -> Tensor:
    """A norm of matrices.

    Args:
        A: Tensor of at least 2 dimensions and floating dtype.
        ord: ``"fro"`` (Frobenius); ``"nuc"`` (nuclear), the sum of the singular values; 2, the greatest of them, or -2,
            the smallest; 1 or -1, the greatest or smallest sum of absolute values of a column; inf or -inf, of a row.
        dim: the two dimensions of the matrices.
        keepdim: keep those dimensions, with size 1.
        dtype: convert ``A`` to it first.
        out: Tensor to write the result to.

    Returns:
        Tensor without the dimensions ``dim``, of a real dtype.

    Raises:
        ShapeError: fewer than 2 dimensions.
        ValueError: another ``ord``.

    Example:
        >>> ft.linalg.matrix_norm(ft.tensor([[1.0, 2.0], [2.0, 4.0]])).item()
        5.0
    """
    A = _converted("matrix_norm", A, dtype)
    if A.ndim < 2:
        errors.shape_error("matrix_norm", "A", "at least 2 dimensions", f"shape {tuple(A.shape)}")
    rows, columns = _two_dims("matrix_norm", A, dim)
    if ord == "fro":
        return vector_norm(A, 2, (rows, columns), keepdim)
    if ord in ("nuc", 2, -2):
        order = (*[d for d in range(A.ndim) if d not in (rows, columns)], rows, columns)
        values = called("matrix_norm", ops.svdvals, ops.permute(A, order))
        if ord == "nuc":
            result = ops.sum(values, (values.ndim - 1,), False)
        else:
            result = called("matrix_norm", ops.amax if ord == 2 else ops.amin, values, (values.ndim - 1,), False)
        for d in sorted((rows, columns)) if keepdim else ():
            result = ops.unsqueeze(result, d)
        return result
    if ord not in (1, -1, math.inf, -math.inf):
        errors.value_error("matrix_norm", "ord", "'fro', 'nuc', 1, -1, 2, -2, inf or -inf", repr(ord))
    along, other = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = ops.sum(ops.abs(A), (along,), True)
    result = called("matrix_norm", ops.amax if ord > 0 else ops.amin, sums, (other,), True)
    if keepdim:
        return result
    for d in sorted((rows, columns), reverse=True):
        result = ops.squeeze(result, d)
    return result


def _two_dims(operation, A, dim):
    if not isinstance(dim, (tuple, list)) or len(dim) != 2:
        errors.value_error(operation, "dim", "two dimensions", repr(dim))
    for d in dim:
        if not isinstance(d, int) or not -A.ndim <= d < A.ndim:
            errors.index_error(operation, "dim", f"dimensions in [{-A.ndim}, {A.ndim - 1}]", str(d))
    rows, columns = (d % A.ndim for d in dim)
    if rows == columns:
        errors.value_error(operation, "dim", "two different dimensions", repr(tuple(dim)))
    return rows, columns


@takes_out
def norm(
    A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None
) -> Tensor:
    """A norm of vectors or of matrices, as ``ord`` and ``dim`` say.

    Args:
        A: Tensor of any shape and floating dtype.
        ord: as for :func:`vector_norm` and :func:`matrix_norm`; by default 2 over all of ``dim``.
        dim: one dimension, of vectors, or two, of matrices; by default all of a Tensor of 1 or 2 dimensions, or all
            elements as one vector if there is no ``ord``.
        keepdim: keep those dimensions, with size 1.
        dtype: convert ``A`` to it first.
        out: Tensor to write the result to.

    Returns:
        Tensor without the dimensions ``dim``, of a real dtype.

    Raises:
        ShapeError: ``ord`` and no ``dim``, and neither 1 nor 2 dimensions.
        ValueError: another ``ord``.

    Example:
        >>> ft.linalg.norm(ft.tensor([[1.0, 2.0], [2.0, 4.0]])).item()
        5.0
    """
    if ord is None:
        return _renamed(vector_norm, A, 2, dim, keepdim, dtype=dtype)
    if dim is None and A.ndim not in (1, 2):
        errors.shape_error("norm", "A", "1 or 2 dimensions, or dim to say which", f"shape {tuple(A.shape)}")
    if (dim is None and A.ndim == 2) or (isinstance(dim, (tuple, list)) and len(dim) == 2):
        return _renamed(matrix_norm, A, ord, (0, 1) if dim is None else dim, keepdim, dtype=dtype)
    if isinstance(ord, str):
        errors.value_error("norm", "ord", "a number, for vectors", repr(ord))
    return _renamed(vector_norm, A, ord, dim, keepdim, dtype=dtype)


def _renamed(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        errors.attribute(error, function.__name__, "norm")
        raise


@takes_out
def cond(A: Tensor, p: Any = None, *, out: Tensor | None = None) -> Tensor:
    """The condition numbers of matrices: the norm times that of the inverse.

    Args:
        A: Tensor of shape (..., n, n); of any (..., n, m) for 2 and -2.
        p: which norm, as for :func:`matrix_norm`; 2 by default, by singular values.
        out: Tensor to write the result to.

    Returns:
        Tensor of shape (...) and a real dtype; inf where there is no inverse.

    Raises:
        ShapeError: not matrices, or not square ones.
        ValueError: another ``p``.

    Example:
        >>> ft.linalg.cond(ft.tensor([[2.0, 0.0], [0.0, 4.0]])).item()
        2.0
    """
    if p in (None, 2, -2):
        values = called("cond", ops.svdvals, A)
        if not values.shape[-1]:
            errors.shape_error("cond", "A", "matrices with elements", f"shape {tuple(A.shape)}")
        first, last = values[..., 0], values[..., -1]
        return last / first if p == -2 else first / last
    check_square("cond", A)
    if p not in ("fro", "nuc", 1, -1, math.inf, -math.inf):
        errors.value_error("cond", "p", "'fro', 'nuc', 1, -1, 2, -2, inf or -inf", repr(p))
    inverse, info = inv_ex(A)
    singular = ops.unsqueeze(ops.unsqueeze(ops.ne(info, 0), -1), -1)
    product = matrix_norm(A, p) * matrix_norm(ops.where(singular, 0, inverse), p)
    return ops.where(ops.ne(info, 0), math.inf, product)


@takes_out
def matrix_rank(
    A: Tensor,
    tol: float | None = None,
    hermitian: bool = False,
    *,
    atol: float | None = None,
    rtol: float | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """How many singular values of matrices are not 0.

    Args:
        A: Tensor of shape (..., n, m).
        tol: another name of ``atol``.
        hermitian: the matrices are Hermitian: absolute eigenvalues serve as singular values.
        atol: singular values up to this count as 0; 0 by default; a Tensor has one for each matrix.
        rtol: and those up to this part of the greatest; by default the greater of n and m times the dtype's epsilon, or
            0 if there is an ``atol``.
        out: Tensor to write the result to.

    Returns:
        int64 Tensor of shape (...).

    Raises:
        ShapeError: fewer than 2 dimensions.

    Example:
        >>> ft.linalg.matrix_rank(ft.ones(3, 3)).item()
        1
    """
    if hermitian:
        values = ops.abs(called("matrix_rank", ops.eigvalsh, A, "L"))
    else:
        values = called("matrix_rank", ops.svdvals, A)
    return _rank(values, *tolerances(A, tol if atol is None else atol, rtol))
