"""Systems of linear equations, inverses and determinants."""

from __future__ import annotations

import math
from typing import Any

from .. import errors, ops
from .._composed import called
from .._core.functions import PUBLIC
from .._core.tensor import Tensor
from .._out import takes_out
from ._common import check_floating, check_info, epsilon

_public = {name: function for name, function, _, _ in PUBLIC}
det = _public["det"]

_INVERTIBLE = ("invertible matrices", "a singular one")


@takes_out
def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Tensor | None = None) -> Tensor:
    """The solution ``X`` of ``A @ X = B``, or of ``X @ A = B`` if not ``left``.

    By LU factors with partial pivoting.

    Args:
        A: Tensor of shape (..., n, n).
        B: Tensor of shape (..., n, k), or (..., k, n) if not ``left``; or vectors, of shape (n,) or (..., n) with the
            very leading dimensions of ``A``.
        left: whether ``A`` is on the left.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``B``, with broadcast leading dimensions.

    Raises:
        ShapeError: the shapes do not fit together.
        LinAlgError: a matrix is singular.

    Example:
        >>> ft.linalg.solve(ft.tensor([[2.0, 0.0], [0.0, 4.0]]), ft.tensor([2.0, 2.0])).tolist()
        [1.0, 0.5]
    """
    result, info = _solve("solve", A, B, left)
    check_info("solve", info, *_INVERTIBLE, "lstsq() finds the nearest")
    return result


@takes_out
def solve_ex(
    A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False, out: tuple[Tensor, ...] | None = None
) -> tuple[Tensor, Tensor]:
    """:func:`solve` that does not fail.

    Args:
        A, B, left: as for :func:`solve`.
        check_errors: do fail.
        out: Tensors to write the parts of the result to.

    Returns:
        the solution, and ``info``: for each matrix 0, or the number of the column at which it was found singular.

    Example:
        >>> _, info = ft.linalg.solve_ex(ft.zeros(2, 2), ft.ones(2))
        >>> info.item()
        1
    """
    result, info = _solve("solve_ex", A, B, left)
    if check_errors:
        check_info("solve_ex", info, *_INVERTIBLE)
    return result, info


def _solve(operation, A, B, left):
    vectors = B.ndim == 1 or (A.ndim == B.ndim + 1 and tuple(A.shape[:-1]) == tuple(B.shape))
    if not vectors:
        return called(operation, ops.solve_ex, A, B, left)
    if not left:
        errors.shape_error(operation, "B", "matrices, where A is on the right", f"shape {tuple(B.shape)}")
    result, info = called(operation, ops.solve_ex, A, ops.unsqueeze(B, -1), True)
    return ops.squeeze(result, -1), info


@takes_out
def slogdet(A: Tensor, *, out: tuple[Tensor, ...] | None = None) -> tuple[Tensor, Tensor]:
    """The signs of determinants, and the logarithms of their absolute values, which do not overflow.

    Args:
        A: Tensor of shape (..., n, n).
        out: Tensors to write the parts of the result to.

    Returns:
        ``sign``, of shape (...): -1, 0 or 1, of complex matrices a number on the unit circle or 0; and ``logabsdet``,
        of the same shape and a real dtype, -inf where the determinant is 0.

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> ft.linalg.slogdet(ft.tensor([[0.0, 1.0], [1.0, 0.0]])).sign.item()
        -1.0
    """
    return ops.slogdet(A)


@takes_out
def inv(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverses of matrices. To multiply by one, :func:`solve` is faster and more precise.

    Args:
        A: Tensor of shape (..., n, n).
        out: Tensor to write the result to.

    Returns:
        Tensor like ``A``.

    Raises:
        ShapeError: the matrices are not square.
        LinAlgError: a matrix is singular.

    Example:
        >>> ft.linalg.inv(ft.tensor([[2.0, 0.0], [0.0, 4.0]])).tolist()
        [[0.5, 0.0], [0.0, 0.25]]
    """
    result, info = called("inv", ops.inv_ex, A)
    check_info("inv", info, *_INVERTIBLE, "pinv() gives a pseudoinverse")
    return result


@takes_out
def inv_ex(A: Tensor, *, check_errors: bool = False, out: tuple[Tensor, ...] | None = None) -> tuple[Tensor, Tensor]:
    """:func:`inv` that does not fail.

    Args:
        A: Tensor of shape (..., n, n).
        check_errors: do fail.
        out: Tensors to write the parts of the result to.

    Returns:
        the inverses, and ``info``: for each matrix 0, or the number of the column at which it was found singular.

    Example:
        >>> ft.linalg.inv_ex(ft.ones(2, 2)).info.item()
        2
    """
    found = ops.inv_ex(A)
    if check_errors:
        check_info("inv_ex", found[1], *_INVERTIBLE)
    return found


@takes_out
def solve_triangular(
    A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False, out: Tensor | None = None
) -> Tensor:
    """The solution ``X`` of ``A @ X = B``, or of ``X @ A = B`` if not ``left``, for triangular ``A``.

    Args:
        A: Tensor of shape (..., n, n); its other triangle is not looked at.
        B: Tensor of shape (..., n, k), or (..., k, n) if not ``left``.
        upper: whether ``A`` is an upper triangle, not a lower one.
        left: whether ``A`` is on the left.
        unitriangular: whether the diagonal of ``A`` is taken to be 1.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``B``, with broadcast leading dimensions; inf or nan where the diagonal has zeros.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> ft.linalg.solve_triangular(ft.tensor([[2.0, 9.0], [1.0, 1.0]]), ft.ones(2, 1), upper=False).tolist()
        [[0.5], [0.5]]
    """
    return ops.solve_triangular(A, B, upper, left, unitriangular)


@takes_out
def pinv(
    A: Tensor,
    *,
    atol: float | None = None,
    rtol: float | None = None,
    hermitian: bool = False,
    rcond: float | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """The Moore-Penrose pseudoinverses of matrices, by singular values.

    Args:
        A: Tensor of shape (..., n, m).
        atol: singular values up to this count as 0; 0 by default; a Tensor has one for each matrix.
        rtol: and those up to this part of the greatest; by default the greater of n and m times the dtype's epsilon, or
            0 if there is an ``atol``.
        hermitian: the matrices are Hermitian: only their lower triangles are looked at.
        rcond: another name of ``rtol``.
        out: Tensor to write the result to.

    Returns:
        Tensor of shape (..., m, n).

    Raises:
        ShapeError: fewer than 2 dimensions.

    Example:
        >>> ft.linalg.pinv(ft.tensor([[2.0], [0.0]])).tolist()
        [[0.5, 0.0]]
    """
    check_floating("pinv", A)
    if A.ndim < 2:
        errors.shape_error("pinv", "A", "at least 2 dimensions", f"shape {tuple(A.shape)}")
    if hermitian:
        lower = ops.tril(A, -1)
        A = ops.tril(A, 0) + ops.conj_physical(ops.transpose(lower, -2, -1))
    absolute, relative = tolerances(A, atol, rcond if rtol is None else rtol)
    if not isinstance(absolute, float) or not isinstance(relative, float):
        return _pinv_of_each(A, absolute, relative)
    return called("pinv", ops.pinv, A, absolute, relative)


def _pinv_of_each(A: Tensor, atol: Any, rtol: Any) -> Tensor:
    """With a tolerance of its own for each matrix."""
    U, S, Vh = called("pinv", ops.svd, A, False)
    above = ops.maximum(ops.amax(S, (-1,), True) * rtol, atol) < S
    inverse = ops.where(above, ops.reciprocal(ops.where(above, S, 1.0)), 0.0)
    left, right = ops.conj_physical(ops.transpose(Vh, -2, -1)), ops.conj_physical(ops.transpose(U, -2, -1))
    return ops.matmul(left * ops.unsqueeze(inverse, -2), right)


def tolerances(A: Tensor, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """What counts as 0, absolutely and as part of the greatest, where users leave it to us. A Tensor has one for each
    matrix, and gets a last dimension to stand beside singular values."""
    atol = atol if hasattr(atol, "dtype") else atol or 0
    if rtol is None:
        rtol = 0.0 if hasattr(atol, "dtype") or atol else max(A.shape[-2:]) * epsilon(A.dtype)
    return _tolerance(atol), _tolerance(rtol)


def _tolerance(value: Any) -> Any:
    return ops.unsqueeze(value, -1) if getattr(value, "ndim", 0) else float(value)


class LstsqResult(tuple):
    """``solution, residuals, rank, singular_values`` of :func:`lstsq`."""

    __slots__ = ()
    solution = property(lambda self: self[0])
    residuals = property(lambda self: self[1])
    rank = property(lambda self: self[2])
    singular_values = property(lambda self: self[3])


@takes_out
def lstsq(
    A: Tensor,
    B: Tensor,
    rcond: float | None = None,
    *,
    driver: str | None = None,
    out: tuple[Tensor, ...] | None = None,
) -> LstsqResult:
    """The ``X`` for which ``A @ X - B`` is shortest, and of several the shortest one: by singular values.

    Args:
        A: Tensor of shape (..., n, m).
        B: Tensor of shape (..., n, k), or (n,).
        rcond: singular values up to this part of the greatest count as 0; by default the greater of n and m times the
            dtype's epsilon.
        driver: PyTorch's name of a LAPACK routine, ``"gels"``, ``"gelsy"``, ``"gelsd"`` or ``"gelss"``: one algorithm
            serves for all.
        out: Tensors to write the parts of the result to.

    Returns:
        ``solution``, of shape (..., m, k); ``residuals``, the squared lengths of the columns of ``A @ X - B``, of shape
        (..., k), and empty unless n > m and all ranks are m; ``rank``, of shape (...); ``singular_values``, of shape
        (..., min(n, m)).

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> found = ft.linalg.lstsq(ft.ones(3, 1), ft.tensor([[1.0], [2.0], [6.0]]))
        >>> found.solution.round().tolist(), found.rank.item()
        ([[3.0]], 1)
    """
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        errors.value_error("lstsq", "driver", "'gels', 'gelsy', 'gelsd' or 'gelss'", repr(driver))
    if A.ndim < 2:
        errors.shape_error("lstsq", "A", "at least 2 dimensions", f"shape {tuple(A.shape)}")
    vector = B.ndim == 1
    right = ops.unsqueeze(B, -1) if vector else B
    if right.shape[-2] != A.shape[-2]:
        errors.shape_error("lstsq", "B", f"{A.shape[-2]} rows, as A", f"shape {tuple(B.shape)}")
    absolute, relative = tolerances(A, None, rcond)
    solution = called("lstsq", ops.matmul, called("lstsq", ops.pinv, A, absolute, relative), right)
    values = called("lstsq", ops.svdvals, A)
    rank = _rank(values, absolute, relative)
    rows, columns = A.shape[-2:]
    if rows > columns and ops.all(rank == columns, None, False).item():
        length = ops.norm(ops.matmul(A, solution) - right, 2, (-2,), False)
        residuals = length * length
    else:
        residuals = ops.zeros((0,), dtype=A.dtype, device=A.device)
    if vector:
        solution = ops.squeeze(solution, -1)
    return LstsqResult((solution, residuals, rank, values))


def _rank(values: Tensor, atol: float, rtol: float) -> Tensor:
    if not values.numel():
        return ops.zeros(tuple(values.shape[:-1]), dtype="int64", device=values.device)
    least = ops.maximum(ops.amax(values, (-1,), True) * rtol, atol)
    return ops.count_nonzero(values > least, (values.ndim - 1,))


@takes_out
def tensorinv(A: Tensor, ind: int = 2, *, out: Tensor | None = None) -> Tensor:
    """The inverse of ``A`` as a map of Tensors: ``tensordot(tensorinv(A), A, ind)`` changes nothing.

    Args:
        A: Tensor whose first ``ind`` sizes have the product of the others.
        ind: how many dimensions ``tensordot`` sums over.
        out: Tensor to write the result to.

    Returns:
        Tensor of shape ``A.shape[ind:] + A.shape[:ind]``.

    Raises:
        ShapeError: the products differ.
        LinAlgError: the map has no inverse.

    Example:
        >>> ft.linalg.tensorinv(ft.eye(4).reshape(2, 2, 4), ind=2).shape
        (4, 2, 2)
    """
    if not isinstance(ind, int) or ind < 1:
        errors.value_error("tensorinv", "ind", "1 or more", str(ind))
    first, rest = tuple(A.shape[:ind]), tuple(A.shape[ind:])
    n = math.prod(first)
    if n != math.prod(rest):
        wanted = f"a product of the first {ind} sizes equal to that of the others"
        errors.shape_error("tensorinv", "A", wanted, f"shape {tuple(A.shape)}")
    return ops.reshape(_renamed("tensorinv", inv, "inv", ops.reshape(A, (n, n))), rest + first)


@takes_out
def tensorsolve(A: Tensor, B: Tensor, dims: Any = None, *, out: Tensor | None = None) -> Tensor:
    """The ``X`` with ``tensordot(A, X, X.ndim) = B``.

    Args:
        A: Tensor of shape ``B.shape + X.shape``, with the elements of a square matrix.
        B: Tensor.
        dims: dimensions of ``A`` that are moved to its end first.
        out: Tensor to write the result to.

    Returns:
        Tensor ``X``.

    Raises:
        ShapeError: the shapes do not fit together.
        LinAlgError: there is no solution.

    Example:
        >>> ft.linalg.tensorsolve(ft.eye(6).reshape(2, 3, 6), ft.ones(2, 3)).shape
        (6,)
    """
    if dims is not None:
        moved = [d % A.ndim for d in dims]
        A = ops.permute(A, (*[d for d in range(A.ndim) if d not in moved], *moved))
    shape = tuple(A.shape[B.ndim :])
    n = math.prod(shape)
    if A.ndim < B.ndim or n != B.numel() or tuple(A.shape[: B.ndim]) != tuple(B.shape):
        wanted = f"shape {tuple(B.shape)} and then sizes of the same product"
        errors.shape_error("tensorsolve", "A", wanted, f"shape {tuple(A.shape)}")
    return ops.reshape(_renamed("tensorsolve", solve, "solve", ops.reshape(A, (n, n)), ops.reshape(B, (n,))), shape)


def _renamed(operation, function, inner, *args):
    try:
        return function(*args)
    except Exception as error:
        errors.attribute(error, inner, operation)
        raise
