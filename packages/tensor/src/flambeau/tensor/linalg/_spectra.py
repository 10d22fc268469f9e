"""Eigenvalues and singular values."""

from __future__ import annotations

from .. import ops
from .._core.tensor import Tensor
from .._out import takes_out


@takes_out
def eigh(A: Tensor, UPLO: str = "L", *, out: tuple[Tensor, ...] | None = None) -> tuple[Tensor, Tensor]:
    """The eigenvalues and eigenvectors of Hermitian (real symmetric) matrices.

    Vectors are determined up to a factor (a sign, of complex ones a number on the unit circle; of those that share a
    value up to a rotation): the derivative is that of functions that do not depend on which was taken. It is Hermitian.

    Args:
        A: Tensor of shape (..., n, n).
        UPLO: the triangle that is looked at, ``"L"`` or ``"U"``.
        out: Tensors to write the parts of the result to.

    Returns:
        ``eigenvalues``, of shape (..., n) and a real dtype, ascending; ``eigenvectors``, the columns of a Tensor like
        ``A``.

    Raises:
        ShapeError: the matrices are not square.
        ValueError: elements that are not finite, or another ``UPLO``.

    Example:
        >>> ft.linalg.eigh(ft.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues.tolist()
        [1.0, 2.0]
    """
    return ops.eigh(A, UPLO)


@takes_out
def eigvalsh(A: Tensor, UPLO: str = "L", *, out: Tensor | None = None) -> Tensor:
    """The eigenvalues of Hermitian (real symmetric) matrices.

    Args:
        A: Tensor of shape (..., n, n).
        UPLO: the triangle that is looked at, ``"L"`` or ``"U"``.
        out: Tensor to write the result to.

    Returns:
        Tensor of shape (..., n) and a real dtype, ascending.

    Raises:
        ShapeError: the matrices are not square.
        ValueError: elements that are not finite, or another ``UPLO``.

    Example:
        >>> ft.linalg.eigvalsh(ft.tensor([[2.0, 0.0], [0.0, 1.0]])).tolist()
        [1.0, 2.0]
    """
    return ops.eigvalsh(A, UPLO)


@takes_out
def eig(A: Tensor, *, out: tuple[Tensor, ...] | None = None) -> tuple[Tensor, Tensor]:
    """The eigenvalues and eigenvectors of square matrices, in no particular order.

    The derivative is that of functions that do not depend on the phases of the vectors; it exists where the eigenvalues
    differ.

    Args:
        A: Tensor of shape (..., n, n).
        out: Tensors to write the parts of the result to.

    Returns:
        ``eigenvalues``, of shape (..., n), and ``eigenvectors``, columns of length 1; both complex.

    Raises:
        ShapeError: the matrices are not square.
        ValueError: elements that are not finite.

    Example:
        >>> ft.linalg.eig(ft.tensor([[0.0, -1.0], [1.0, 0.0]])).eigenvalues.tolist()
        [1j, -1j]
    """
    return ops.eig(A)


@takes_out
def eigvals(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The eigenvalues of square matrices, in no particular order.

    Args:
        A: Tensor of shape (..., n, n).
        out: Tensor to write the result to.

    Returns:
        Complex Tensor of shape (..., n).

    Raises:
        ShapeError: the matrices are not square.
        ValueError: elements that are not finite.

    Example:
        >>> ft.linalg.eigvals(ft.tensor([[0.0, -1.0], [1.0, 0.0]])).tolist()
        [1j, -1j]
    """
    return ops.eigvals(A)


@takes_out
def svd(
    A: Tensor, full_matrices: bool = True, *, out: tuple[Tensor, ...] | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """The singular value decomposition: matrices as products ``U @ diag(S) @ Vh``.

    Vectors are determined up to a common factor (a sign, of complex ones a number on the unit circle): the derivative
    is that of functions that do not depend on which was taken.

    Args:
        A: Tensor of shape (..., n, m).
        full_matrices: give all of ``U`` and ``Vh``, not only the first k = min(n, m) columns and rows. There is no
            derivative by the additional ones.
        out: Tensors to write the parts of the result to.

    Returns:
        ``U``, of shape (..., n, n) or (..., n, k); ``S``, of shape (..., k) and a real dtype, descending; ``Vh``, of
        shape (..., m, m) or (..., k, m).

    Raises:
        ShapeError: fewer than 2 dimensions.
        ValueError: elements that are not finite.

    Example:
        >>> ft.linalg.svd(ft.tensor([[0.0, 2.0], [3.0, 0.0]])).S.tolist()
        [3.0, 2.0]
    """
    return ops.svd(A, full_matrices)


@takes_out
def svdvals(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The singular values of matrices.

    Args:
        A: Tensor of shape (..., n, m).
        out: Tensor to write the result to.

    Returns:
        Tensor of shape (..., min(n, m)) and a real dtype, descending.

    Raises:
        ShapeError: fewer than 2 dimensions.
        ValueError: elements that are not finite.

    Example:
        >>> ft.linalg.svdvals(ft.tensor([[0.0, 2.0], [3.0, 0.0]])).tolist()
        [3.0, 2.0]
    """
    return ops.svdvals(A)
