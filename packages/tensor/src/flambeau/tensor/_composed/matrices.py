"""Linear algebra under the names it has beside ``ft.linalg``, also as methods; and under those of early PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import called, composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor

# `linalg` is loaded when one of these is first called.


@composed()
def logdet(input: Tensor) -> Tensor:
    """The logarithms of determinants: -inf where these are 0, nan where they are negative.

    Args:
        input: Tensor of shape (..., n, n).

    Returns:
        Tensor of shape (...).

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> ft.logdet(ft.eye(3)).item()
        0.0
    """
    try:
        sign, logarithm = ops.slogdet(input)
    except Exception as error:
        errors.attribute(error, "slogdet", "logdet")
        raise
    return logarithm + ops.log(sign + 0 * logarithm) if input.dtype.kind == "c" else _where_positive(sign, logarithm)


def _where_positive(sign: Tensor, logarithm: Tensor) -> Tensor:
    return ops.where(ops.lt(sign, 0), float("nan"), logarithm)


@composed()
def inverse(input: Tensor) -> Tensor:
    """The inverses of matrices: ``linalg.inv``.

    Args:
        input: Tensor of shape (..., n, n).

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the matrices are not square.
        LinAlgError: a matrix is singular.

    Example:
        >>> ft.inverse(ft.tensor([[2.0, 0.0], [0.0, 4.0]])).tolist()
        [[0.5, 0.0], [0.0, 0.25]]
    """
    from .. import linalg

    return linalg.inv(input)


@composed()
def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """The Moore-Penrose pseudoinverses of matrices: ``linalg.pinv``.

    Args:
        input: Tensor of shape (..., n, m).
        rcond: singular values up to this part of the greatest count as 0.

    Returns:
        Tensor of shape (..., m, n).

    Example:
        >>> ft.pinverse(ft.tensor([[2.0], [0.0]])).tolist()
        [[0.5, 0.0]]
    """
    from .. import linalg

    return linalg.pinv(input, rtol=rcond)


@composed()
def matrix_power(input: Tensor, n: int) -> Tensor:
    """The product of ``n`` copies of a square matrix: ``linalg.matrix_power``.

    Args:
        input: Tensor of shape (..., m, m).
        n: an integer; below 0, the inverse is multiplied.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the matrices are not square.
        LinAlgError: ``n`` < 0, and a matrix is singular.

    Example:
        >>> ft.matrix_power(ft.tensor([[1.0, 1.0], [0.0, 1.0]]), 3).tolist()
        [[1.0, 3.0], [0.0, 1.0]]
    """
    from .. import linalg

    return linalg.matrix_power(input, n)


@composed()
def cholesky(input: Tensor, upper: bool = False) -> Tensor:
    """The Cholesky factors of Hermitian positive definite matrices: ``linalg.cholesky``.

    Args:
        input: Tensor of shape (..., n, n).
        upper: give the upper triangle, ``u`` with ``u^H @ u = input``.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the matrices are not square.
        LinAlgError: a matrix is not positive definite.

    Example:
        >>> ft.cholesky(ft.tensor([[4.0, 2.0], [2.0, 2.0]]), upper=True).tolist()
        [[2.0, 1.0], [0.0, 1.0]]
    """
    from .. import linalg

    return linalg.cholesky(input, upper=upper)


@composed()
def cholesky_solve(input: Tensor, L: Tensor, upper: bool = False) -> Tensor:
    """The solution ``x`` of ``A @ x = input``, from the Cholesky factor of ``A``.

    Args:
        input: Tensor of shape (..., n, k).
        L: the factor of ``A``, of shape (..., n, n).
        upper: whether it is the upper triangle.

    Returns:
        Tensor like ``input``, with broadcast leading dimensions.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> ft.cholesky_solve(ft.tensor([[8.0]]), ft.tensor([[2.0]])).tolist()
        [[2.0]]
    """
    from ..linalg._factorizations import solve_from_cholesky

    return solve_from_cholesky(input, L, upper)


@composed()
def cholesky_inverse(input: Tensor, upper: bool = False) -> Tensor:
    """The inverse of ``A``, from its Cholesky factor.

    Args:
        input: the factor of ``A``, of shape (..., n, n).
        upper: whether it is the upper triangle.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> ft.cholesky_inverse(ft.tensor([[2.0]])).tolist()
        [[0.25]]
    """
    from ..linalg._common import check_square
    from ..linalg._factorizations import inverse_from_cholesky

    check_square("cholesky_inverse", input, "input")
    return inverse_from_cholesky(input, upper)


@composed()
def qr(input: Tensor, some: bool = True) -> tuple[Tensor, Tensor]:
    """Matrices as products of an orthogonal matrix and an upper triangle: ``linalg.qr``.

    Args:
        input: Tensor of shape (..., n, m).
        some: give min(n, m) columns of ``Q``, not all n.

    Returns:
        ``Q`` and ``R``.

    Example:
        >>> q, r = ft.qr(ft.eye(2) * 2)
        >>> ft.matmul(q, r).tolist()
        [[2.0, 0.0], [0.0, 2.0]]
    """
    return ops.qr(input, "reduced" if some else "complete")


@composed()
def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> tuple[Tensor, Tensor, Tensor]:
    """The singular value decomposition ``input = U @ diag(S) @ V^H``. ``linalg.svd`` gives ``V^H`` instead of ``V``.

    Args:
        input: Tensor of shape (..., n, m).
        some: give min(n, m) columns of ``U`` and ``V``, not all.
        compute_uv: if not, ``U`` and ``V`` are zeros.

    Returns:
        ``U``, ``S`` and ``V``.

    Example:
        >>> ft.svd(ft.tensor([[0.0, 2.0], [3.0, 0.0]]))[1].tolist()
        [3.0, 2.0]
    """
    if compute_uv:
        from ..linalg._common import adjoint

        U, S, Vh = ops.svd(input, not some)
        return U, S, adjoint(Vh)
    S = called("svd", ops.svdvals, input)
    rows, columns = input.shape[-2:]
    zeros = [ops.zeros((*input.shape[:-2], n, n), dtype=input.dtype, device=input.device) for n in (rows, columns)]
    return zeros[0], S, zeros[1]


@composed()
def lu(input: Tensor, pivot: bool = True, get_infos: bool = False) -> tuple[Tensor, ...]:
    """The LU factors of matrices in one matrix, and the rows that were swapped: ``linalg.lu_factor``, which may fail.

    Args:
        input: Tensor of shape (..., n, m).
        pivot: swap rows, so that no number is divided by a smaller one.
        get_infos: say also, for each matrix, the number of the first zero on the diagonal of ``U``, or 0.

    Returns:
        ``LU`` and ``pivots``, and ``info`` if asked for.

    Example:
        >>> ft.lu(ft.tensor([[0.0, 2.0], [1.0, 3.0]]))[1].tolist()
        [2, 2]
    """
    found = called("lu", ops.lu_factor_ex, input, pivot)
    return tuple(found) if get_infos else tuple(found)[:2]


@composed()
def lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """The solution ``x`` of ``A @ x = input`` from the factors of ``A``: ``linalg.lu_solve``.

    Args:
        input: Tensor of shape (..., n, k).
        LU_data: the factors that :func:`lu` gave for ``A``.
        LU_pivots: the rows that were swapped.

    Returns:
        Tensor like ``input``, with broadcast leading dimensions.

    Example:
        >>> factors = ft.lu(ft.tensor([[0.0, 2.0], [1.0, 3.0]]))
        >>> ft.lu_solve(ft.tensor([[2.0], [4.0]]), *factors).tolist()
        [[1.0], [1.0]]
    """
    from .. import linalg

    return linalg.lu_solve(LU_data, LU_pivots, input)


@composed(method=False)
def lu_unpack(
    LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True
) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """``P``, ``L`` and ``U`` from the factors that :func:`lu` gave.

    Args:
        LU_data: the factors in one matrix.
        LU_pivots: the rows that were swapped.
        unpack_data: give ``L`` and ``U``; None if not.
        unpack_pivots: give ``P``; None if not.

    Returns:
        ``P``, ``L`` and ``U``, whose product is the matrix.

    Example:
        >>> P, L, U = ft.lu_unpack(*ft.lu(ft.tensor([[0.0, 2.0], [1.0, 3.0]])))
        >>> ft.matmul(ft.matmul(P, L), U).tolist()
        [[0.0, 2.0], [1.0, 3.0]]
    """
    from ..linalg._factorizations import unpacked

    P, L, U = unpacked(LU_data, LU_pivots)
    return P if unpack_pivots else None, L if unpack_data else None, U if unpack_data else None


@composed()
def triangular_solve(
    input: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> tuple[Tensor, Tensor]:
    """The solution ``x`` of ``A @ x = input`` for triangular ``A``. ``linalg.solve_triangular`` gives it alone.

    Args:
        input: Tensor of shape (..., n, k).
        A: Tensor of shape (..., n, n); its other triangle is not looked at.
        upper: whether ``A`` is an upper triangle.
        transpose: solve with the transpose of ``A`` instead.
        unitriangular: whether the diagonal of ``A`` is taken to be 1.

    Returns:
        the solution, and ``A``.

    Example:
        >>> ft.triangular_solve(ft.ones(1, 1), ft.tensor([[2.0]]))[0].tolist()
        [[0.5]]
    """
    return _triangular("triangular_solve", input, A, upper, transpose, unitriangular)


def _triangular(operation, input, A, upper, transpose, unitriangular):
    used = ops.transpose(A, -2, -1) if transpose else A
    return called(operation, ops.solve_triangular, used, input, upper != transpose, True, unitriangular), A


@composed()
def lstsq(input: Tensor, B: Tensor, rcond: float | None = None) -> Any:
    """The ``X`` for which ``input @ X - B`` is shortest: ``linalg.lstsq``.

    Args:
        input: Tensor of shape (..., n, m).
        B: Tensor of shape (..., n, k).
        rcond: singular values up to this part of the greatest count as 0.

    Returns:
        ``solution``, ``residuals``, ``rank`` and ``singular_values``.

    Example:
        >>> ft.lstsq(ft.ones(2, 1), ft.tensor([[1.0], [3.0]])).solution.round().tolist()
        [[2.0]]
    """
    from .. import linalg

    return linalg.lstsq(input, B, rcond)


@composed()
def orgqr(input: Tensor, tau: Tensor) -> Tensor:
    """The first columns of the ``Q`` that :func:`geqrf` keeps: ``linalg.householder_product``.

    Args:
        input: what ``geqrf`` gave, of shape (..., n, m), n >= m.
        tau: the factors it gave.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.orgqr(*ft.geqrf(ft.eye(2))).abs().tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    from .. import linalg

    return linalg.householder_product(input, tau)


@composed()
def ormqr(input: Tensor, tau: Tensor, other: Tensor, left: bool = True, transpose: bool = False) -> Tensor:
    """``other`` multiplied by the whole ``Q`` that :func:`geqrf` keeps.

    Args:
        input: what ``geqrf`` gave, of shape (..., n, m).
        tau: the factors it gave.
        other: Tensor of shape (..., n, k), or (..., k, n) if not ``left``.
        left: multiply from the left.
        transpose: multiply by the conjugate transpose.

    Returns:
        Tensor like ``other``.

    Example:
        >>> a, tau = ft.geqrf(ft.tensor([[3.0], [4.0]]))
        >>> ft.ormqr(a, tau, ft.tensor([[3.0], [4.0]]), transpose=True).round().tolist()
        [[-5.0], [0.0]]
    """
    from ..linalg._common import adjoint
    from ..linalg._factorizations import reflected

    n = other.shape[-2 if left else -1] if other.ndim > 1 else 0
    if input.ndim < 2 or n != input.shape[-2]:
        wanted = f"{input.shape[-2] if input.ndim > 1 else 2} rows, as input"
        errors.shape_error("ormqr", "other", wanted, f"shape {tuple(other.shape)}")
    if left:
        return reflected(input, tau, other, reverse=not transpose)
    return adjoint(reflected(input, tau, adjoint(other), reverse=transpose))
