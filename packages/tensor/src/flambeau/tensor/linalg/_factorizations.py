"""Matrices as products of triangles, orthogonal and positive matrices."""

from __future__ import annotations

from typing import Any

from .. import errors, ops
from .._composed import called
from .._core.tensor import Tensor
from .._out import takes_out
from ._common import adjoint, check_floating, check_info, check_square, eye_like

_POSITIVE = ("positive definite matrices", "one that is not")


@takes_out
def cholesky(A: Tensor, *, upper: bool = False, out: Tensor | None = None) -> Tensor:
    """The Cholesky factors of Hermitian (real symmetric) positive definite matrices.

    .. math:: A = L L^H

    Args:
        A: Tensor of shape (..., n, n); only the lower triangles are looked at (the upper ones if ``upper``).
        upper: give :math:`L^H` instead.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``A``. Its derivative by ``A`` is Hermitian.

    Raises:
        ShapeError: the matrices are not square.
        LinAlgError: a matrix is not positive definite.

    Example:
        >>> ft.linalg.cholesky(ft.tensor([[4.0, 2.0], [2.0, 2.0]])).tolist()
        [[2.0, 0.0], [1.0, 1.0]]
    """
    result, info = called("cholesky", ops.cholesky_ex, A, upper)
    check_info("cholesky", info, *_POSITIVE)
    return result


@takes_out
def cholesky_ex(
    A: Tensor, *, upper: bool = False, check_errors: bool = False, out: tuple[Tensor, ...] | None = None
) -> tuple[Tensor, Tensor]:
    """:func:`cholesky` that does not fail.

    Args:
        A, upper: as for :func:`cholesky`.
        check_errors: do fail.
        out: Tensors to write the parts of the result to.

    Returns:
        ``L``, and ``info``: for each matrix 0, or the size of the first leading minor that is not positive definite.

    Example:
        >>> ft.linalg.cholesky_ex(ft.tensor([[1.0, 2.0], [2.0, 1.0]])).info.item()
        2
    """
    found = ops.cholesky_ex(A, upper)
    if check_errors:
        check_info("cholesky_ex", found[1], *_POSITIVE)
    return found


@takes_out
def qr(A: Tensor, mode: str = "reduced", *, out: tuple[Tensor, ...] | None = None) -> tuple[Tensor, Tensor]:
    """Matrices as products of an orthogonal (unitary) matrix and an upper triangle: ``A = Q @ R``.

    Args:
        A: Tensor of shape (..., n, m).
        mode: ``"reduced"``, ``"complete"`` for a square ``Q``, or ``"r"`` for ``R`` alone.
        out: Tensors to write the parts of the result to.

    Returns:
        ``Q`` and ``R``, of shapes (..., n, k) and (..., k, m), where k = min(n, m), or n if ``"complete"``; ``Q`` is
        empty if ``"r"``. The derivative exists where the first k columns of ``A`` are independent, and for
        ``"complete"`` if n <= m.

    Raises:
        ShapeError: fewer than 2 dimensions.
        ValueError: ``mode`` is something else.

    Example:
        >>> q, r = ft.linalg.qr(ft.eye(2) * 2)
        >>> ft.matmul(q, r).tolist()
        [[2.0, 0.0], [0.0, 2.0]]
    """
    return ops.qr(A, mode)


@takes_out
def lu_factor(A: Tensor, *, pivot: bool = True, out: tuple[Tensor, ...] | None = None) -> tuple[Tensor, Tensor]:
    """The LU factors of matrices, for :func:`lu_solve`.

    Args:
        A: Tensor of shape (..., n, m).
        pivot: swap rows, so that no number is divided by a smaller one (partial pivoting).
        out: Tensors to write the parts of the result to.

    Returns:
        ``LU``, a Tensor like ``A`` with ``U`` on and above the diagonals and ``L``, whose diagonal is 1, below them;
        and ``pivots``, for each step the number (from 1) of the row that was swapped with that one.

    Raises:
        ShapeError: fewer than 2 dimensions.
        LinAlgError: a diagonal of ``U`` has a zero.

    Example:
        >>> LU, pivots = ft.linalg.lu_factor(ft.tensor([[0.0, 2.0], [1.0, 3.0]]))
        >>> LU.tolist(), pivots.tolist()
        ([[1.0, 3.0], [0.0, 2.0]], [2, 2])
    """
    factors, pivots, info = called("lu_factor", ops.lu_factor_ex, A, pivot)
    check_info("lu_factor", info, "matrices with independent rows", "a singular one", "lu_factor_ex() does not fail")
    return factors, pivots


@takes_out
def lu_factor_ex(
    A: Tensor, *, pivot: bool = True, check_errors: bool = False, out: tuple[Tensor, ...] | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """:func:`lu_factor` that does not fail.

    Args:
        A, pivot: as for :func:`lu_factor`.
        check_errors: do fail.
        out: Tensors to write the parts of the result to.

    Returns:
        ``LU``, ``pivots`` and ``info``: for each matrix 0, or the number of the first zero on the diagonal of ``U``.

    Example:
        >>> ft.linalg.lu_factor_ex(ft.ones(2, 2)).info.item()
        2
    """
    found = ops.lu_factor_ex(A, pivot)
    if check_errors:
        check_info("lu_factor_ex", found[2], "matrices with independent rows", "a singular one")
    return found


@takes_out
def lu_solve(
    LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False, out: Tensor | None = None
) -> Tensor:
    """The solution of ``A @ X = B`` from the factors of ``A``.

    Args:
        LU, pivots: what :func:`lu_factor` gave for ``A``, of shape (..., n, n).
        B: Tensor of shape (..., n, k), or (..., k, n) if not ``left``.
        left: whether ``A`` is on the left; if not, ``X @ A = B``.
        adjoint: solve with the conjugate transpose of ``A`` instead.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``B``, with broadcast leading dimensions.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> factors = ft.linalg.lu_factor(ft.tensor([[0.0, 2.0], [1.0, 3.0]]))
        >>> ft.linalg.lu_solve(*factors, ft.tensor([[2.0], [4.0]])).tolist()
        [[1.0], [1.0]]
    """
    check_square("lu_solve", LU, "LU")
    if not left:  # X A = B is A^H X^H = B^H
        turned = lu_solve(LU, pivots, ops.conj_physical(ops.transpose(B, -2, -1)), adjoint=not adjoint)
        return ops.conj_physical(ops.transpose(turned, -2, -1))
    if B.ndim < 2 or B.shape[-2] != LU.shape[-1]:
        errors.shape_error("lu_solve", "B", f"matrices of {LU.shape[-1]} rows, as LU", f"shape {tuple(B.shape)}")
    order = called("lu_solve", ops.swapped_rows, pivots, LU.shape[-2])
    if not adjoint:
        below = called("lu_solve", ops.solve_triangular, LU, _rows_in(order, B), False, True, True)
        return ops.solve_triangular(LU, below, True, True, False)
    factors = ops.conj_physical(ops.transpose(LU, -2, -1))
    above = called("lu_solve", ops.solve_triangular, factors, B, False, True, False)
    return _rows_in(ops.argsort(order, -1, False), ops.solve_triangular(factors, above, True, True, True))


def _rows_in(order: Tensor, B: Tensor) -> Tensor:
    """The rows of matrices in another order, of each batch its own."""
    place = ops.unsqueeze(order, -1)
    batch = ops.zeros((1, 1), dtype=B.dtype, device=B.device) + ops.cast(place * 0, B.dtype)
    B = B + batch if B.ndim < place.ndim or tuple(B.shape[:-2]) != tuple(place.shape[:-2]) else B
    return ops.gather(B, B.ndim - 2, ops.contiguous(ops.expand(place, tuple(B.shape))))


@takes_out
def lu(A: Tensor, *, pivot: bool = True, out: tuple[Tensor, ...] | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Matrices as products of a permutation, a lower and an upper triangle: ``A = P @ L @ U``.

    Args:
        A: Tensor of shape (..., n, m).
        pivot: swap rows, so that no number is divided by a smaller one; if not, ``P`` is empty.
        out: Tensors to write the parts of the result to.

    Returns:
        ``P``, of shape (..., n, n); ``L``, of shape (..., n, k) and with ones on its diagonal; ``U``, of shape
        (..., k, m), where k = min(n, m).

    Raises:
        ShapeError: fewer than 2 dimensions.

    Example:
        >>> P, L, U = ft.linalg.lu(ft.tensor([[0.0, 2.0], [1.0, 3.0]]))
        >>> P.tolist(), L.tolist(), U.tolist()
        ([[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 3.0], [0.0, 2.0]])
    """
    factors, pivots, _ = called("lu", ops.lu_factor_ex, A, pivot)
    permutation, lower, upper = unpacked(factors, pivots)
    return (permutation if pivot else ops.zeros((0,), dtype=A.dtype, device=A.device)), lower, upper


def unpacked(factors: Tensor, pivots: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """P, L and U from factors in one matrix and the rows that were swapped."""
    if factors.ndim < 2:
        errors.shape_error("lu_unpack", "LU_data", "2 or more dimensions", f"shape {tuple(factors.shape)}")
    rows, columns = factors.shape[-2:]
    k = min(rows, columns)
    lower = ops.tril(factors[..., :, :k], -1) + ops.eye(rows, k, dtype=factors.dtype, device=factors.device)
    order = called("lu_unpack", ops.swapped_rows, pivots, rows)
    places = ops.arange(0, rows, dtype="int64", device=factors.device)
    permutation = ops.cast(ops.eq(ops.unsqueeze(places, -1), ops.unsqueeze(order, -2)), factors.dtype)
    return permutation, lower, ops.triu(factors[..., :k, :], 0)


@takes_out
def householder_product(A: Tensor, tau: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The first columns of the product of reflections ``1 - tau v v^H``, as :func:`flambeau.tensor.geqrf` gives them.

    Args:
        A: Tensor of shape (..., n, m), n >= m, with the vectors ``v`` below its diagonals.
        tau: Tensor of shape (..., k), k <= m.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``A``, with orthogonal columns.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> (ft.linalg.householder_product(*ft.geqrf(ft.tensor([[3.0], [4.0]]))) * 10).round().tolist()
        [[-6.0], [-8.0]]
    """
    check_floating("householder_product", A)
    if A.ndim < 2 or A.shape[-2] < A.shape[-1]:
        wanted = "matrices with at least as many rows as columns"
        errors.shape_error("householder_product", "A", wanted, f"shape {tuple(A.shape)}")
    _check_reflections("householder_product", A, tau)
    start = ops.eye(A.shape[-2], A.shape[-1], dtype=A.dtype, device=A.device)
    return reflected(A, tau, start)


def _check_reflections(operation: str, A: Tensor, tau: Tensor) -> None:
    if tau.ndim != A.ndim - 1 or tuple(tau.shape[:-1]) != tuple(A.shape[:-2]) or tau.shape[-1] > A.shape[-1]:
        wanted = f"shape {tuple(A.shape[:-2])} and at most {A.shape[-1]} factors"
        errors.shape_error(operation, "tau", wanted, f"shape {tuple(tau.shape)}")


def reflected(A: Tensor, tau: Tensor, x: Tensor, reverse: bool = True) -> Tensor:
    """Reflections applied to the columns of ``x``, the last one first; or if not ``reverse`` the first one, adjoint."""
    steps = range(tau.shape[-1])
    vectors = ops.tril(A, -1) + ops.eye(A.shape[-2], A.shape[-1], dtype=A.dtype, device=A.device)
    for k in reversed(steps) if reverse else steps:
        v = vectors[..., :, k : k + 1]
        factor = ops.unsqueeze(tau[..., k : k + 1], -1)
        x = x - (factor if reverse else ops.conj_physical(factor)) * v * ops.matmul(adjoint(v), x)
    return x


@takes_out
def polar(A: Tensor, *, side: str = "right", out: tuple[Tensor, ...] | None = None) -> tuple[Tensor, Tensor]:
    """Matrices as products of a matrix with orthonormal columns (or rows) and a Hermitian positive semidefinite one.

    Args:
        A: Tensor of shape (..., n, m), of full rank: with n >= m for ``"right"``, n <= m for ``"left"``.
        side: where the positive factor is: ``A = U @ P`` for ``"right"``, ``A = P @ U`` for ``"left"``.
        out: Tensors to write the parts of the result to.

    Returns:
        ``U``, a Tensor like ``A``, and ``P``.

    Raises:
        ShapeError: the wrong side is longer.
        LinAlgError: a matrix is not of full rank.

    Example:
        >>> U, P = ft.linalg.polar(ft.tensor([[0.0, -2.0], [2.0, 0.0]]))
        >>> U.round().tolist(), P.round().tolist()
        ([[0.0, -1.0], [1.0, 0.0]], [[2.0, 0.0], [0.0, 2.0]])
    """
    if side not in ("left", "right"):
        errors.value_error("polar", "side", "'left' or 'right'", repr(side))
    if side == "left":
        U, P = polar(adjoint(A))
        return adjoint(U), P
    if A.ndim < 2 or A.shape[-2] < A.shape[-1]:
        wanted = "matrices that are not longer than the positive factor's side allows"
        errors.shape_error("polar", "A", wanted, f"shape {tuple(A.shape)}")
    P = called("polar", ops.matrix_sqrth, ops.matmul(adjoint(A), A))
    U, info = ops.solve_ex(P, A, False)
    check_info("polar", info, "matrices of full rank", "one that is not")
    return U, P


def solve_from_cholesky(B: Tensor, L: Tensor, upper: bool) -> Tensor:
    """``x`` in ``L @ L^H @ x = B``."""
    factor = adjoint(L) if upper else L
    below = called("cholesky_solve", ops.solve_triangular, factor, B, False, True, False)
    return ops.solve_triangular(adjoint(factor), below, True, True, False)


def inverse_from_cholesky(L: Tensor, upper: bool) -> Any:
    return solve_from_cholesky(ops.expand(eye_like(L, L.shape[-1]), tuple(L.shape)), L, upper)
