"""Symmetric and Hermitian matrices that need not be positive: their factors, and systems."""

from __future__ import annotations

from .. import errors, ops
from .._composed import called, named
from .._core.tensor import Tensor, promote_types
from .._out import takes_out
from ._common import check_info


@takes_out
def ldl_factor(A: Tensor, *, hermitian: bool = False, out: tuple[Tensor, ...] | None = None) -> tuple[Tensor, Tensor]:
    """The factors of symmetric or Hermitian matrices, positive or not, for :func:`ldl_solve`.

    .. math:: A = P L D L^T P^T

    with a permutation, a lower triangle with ones on the diagonal, and blocks of size 1 and 2. There is no derivative.

    Args:
        A: Tensor of shape (..., n, n); only the lower triangles are looked at.
        hermitian: complex matrices are Hermitian, not symmetric.
        out: Tensors to write the parts of the result to.

    Returns:
        ``LD``, a Tensor like ``A`` with the blocks on the diagonal and the triangle below them, and ``pivots`` (int32):
        the number (from 1) of the row that was swapped with each one, below 0 for both rows of a block of size 2.

    Raises:
        ShapeError: no square matrices.
        LinAlgError: a block that is 0.

    Example:
        >>> ft.linalg.ldl_factor(ft.tensor([[2.0, 1.0], [1.0, 3.0]])).LD.tolist()
        [[2.0, 0.0], [0.5, 2.5]]
    """
    factors, pivots, info = called("ldl_factor", ops.ldl_factor_ex, A, hermitian)
    check_info(
        "ldl_factor", info, "matrices with blocks other than 0", "a singular one", "ldl_factor_ex() does not fail"
    )
    return named("ldl_factor", "LD pivots", factors, pivots)


@takes_out
def ldl_factor_ex(
    A: Tensor, *, hermitian: bool = False, check_errors: bool = False, out: tuple[Tensor, ...] | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """:func:`ldl_factor` that does not fail.

    Args:
        A, hermitian: as for :func:`ldl_factor`.
        check_errors: do fail.
        out: Tensors to write the parts of the result to.

    Returns:
        ``LD``, ``pivots`` and ``info``: for each matrix 0, or the number of the first block that is 0.

    Example:
        >>> ft.linalg.ldl_factor_ex(ft.zeros(2, 2)).info.item()
        1
    """
    found = ops.ldl_factor_ex(A, hermitian)
    if check_errors:
        check_info("ldl_factor_ex", found[2], "matrices with blocks other than 0", "a singular one")
    return found


@takes_out
def ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian: bool = False, out: Tensor | None = None) -> Tensor:
    """The solution of ``A @ X = B`` from the factors of ``A``.

    Args:
        LD, pivots: what :func:`ldl_factor` gave for ``A``, of shapes (..., n, n) and (..., n).
        B: Tensor of shape (..., n, k).
        hermitian: as it was given to :func:`ldl_factor`.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``B``, with broadcast leading dimensions.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> LD, pivots = ft.linalg.ldl_factor(ft.tensor([[0.0, 2.0], [2.0, 1.0]]))
        >>> ft.linalg.ldl_solve(LD, pivots, ft.tensor([[2.0], [5.0]])).tolist()
        [[2.0], [1.0]]
    """
    for name, x in (("LD", LD), ("B", B)):
        if not isinstance(x, Tensor):
            errors.type_error("ldl_solve", name, "Tensor", type(x).__name__)
    dtype = promote_types(LD.dtype, B.dtype)
    return ops.ldl_solve(ops.cast(LD, dtype), pivots, ops.cast(B, dtype), hermitian)
