"""Eigenvalues and singular values."""

import math

from .. import errors
from .._schema import Anything, Array, Bool, operator
from ._helpers import narrowed, widened
from ._matrices import check_matrices, check_square, converged


def _complex(array, dtype):
    """Results that NumPy gives as real numbers where all of them are."""
    wide = dtype.itemsize == (16 if dtype.kind == "c" else 8)
    return array.astype("complex128" if wide else "complex64")


def _real(array, dtype):
    """Real results of a complex or a narrow operand."""
    return array if dtype.kind == "c" else narrowed(array, dtype)


@operator(dtypes="float", outputs=("eigenvalues", "eigenvectors"), function=False, method=False)
def eigh(xp, A: Array, UPLO: Anything = "L"):
    """The eigenvalues and eigenvectors of Hermitian (real symmetric) matrices.

    Args:
        A: Tensor of shape (..., n, n).
        UPLO: the triangle that is looked at, ``"L"`` or ``"U"``.

    Returns:
        ``eigenvalues``, of shape (..., n) and a real dtype, ascending; ``eigenvectors``, the columns of a Tensor like
        ``A``.
    """
    values, vectors = converged("eigh", xp.linalg.eigh, widened(A), UPLO)
    return _real(values, A.dtype), narrowed(vectors, A.dtype)


@operator(dtypes="float", function=False, method=False)
def eigvalsh(xp, A: Array, UPLO: Anything = "L"):
    """The eigenvalues of Hermitian (real symmetric) matrices.

    Args:
        A: Tensor of shape (..., n, n).
        UPLO: the triangle that is looked at, ``"L"`` or ``"U"``.

    Returns:
        Tensor of shape (..., n) and a real dtype, ascending.
    """
    return _real(converged("eigvalsh", xp.linalg.eigvalsh, widened(A), UPLO), A.dtype)


@operator(dtypes="float", outputs=("eigenvalues", "eigenvectors"), function=False, method=False)
def eig(xp, A: Array):
    """The eigenvalues and eigenvectors of square matrices.

    Args:
        A: Tensor of shape (..., n, n).

    Returns:
        ``eigenvalues``, of shape (..., n), and ``eigenvectors``, columns of length 1; both complex.
    """
    values, vectors = converged("eig", xp.linalg.eig, widened(A))
    return _complex(values, A.dtype), _complex(vectors, A.dtype)


@operator(dtypes="float", function=False, method=False)
def eigvals(xp, A: Array):
    """The eigenvalues of square matrices.

    Args:
        A: Tensor of shape (..., n, n).

    Returns:
        Complex Tensor of shape (..., n).
    """
    return _complex(converged("eigvals", xp.linalg.eigvals, widened(A)), A.dtype)


@operator(dtypes="float", outputs=("U", "S", "Vh"), function=False, method=False)
def svd(xp, A: Array, full_matrices: Bool = True):
    """The singular value decomposition: matrices as products ``U @ diag(S) @ Vh``.

    Args:
        A: Tensor of shape (..., n, m).
        full_matrices: give all of ``U`` and ``Vh``, not only the first k = min(n, m) columns and rows.

    Returns:
        ``U``, of shape (..., n, n) or (..., n, k); ``S``, of shape (..., k) and a real dtype, descending; ``Vh``, of
        shape (..., m, m) or (..., k, m).
    """
    u, s, vh = converged("svd", xp.linalg.svd, widened(A), full_matrices)
    return narrowed(u, A.dtype), _real(s, A.dtype), narrowed(vh, A.dtype)


@operator(dtypes="float", function=False, method=False)
def svdvals(xp, A: Array):
    """The singular values of matrices.

    Args:
        A: Tensor of shape (..., n, m).

    Returns:
        Tensor of shape (..., min(n, m)) and a real dtype, descending.
    """
    return _real(converged("svdvals", xp.linalg.svd, widened(A), False, False), A.dtype)


def _check_triangle(name):
    def check(A, UPLO):
        check_square(name, "A", A)
        if UPLO not in ("L", "U"):
            errors.value_error(name, "UPLO", "'L' or 'U'", repr(UPLO))
        _check_finite(name, A)

    return check


def _check_finite(name, A):
    """The iterations do not end well with nan or inf, and libraries differ in what they do then."""
    if A.size and not (abs(A).max() < math.inf).item():
        errors.value_error(name, "A", "finite elements", "nan or inf")


eigh.check(_check_triangle("eigh"))
eigvalsh.check(_check_triangle("eigvalsh"))


@eig.check
def _(A):
    check_square("eig", "A", A)
    _check_finite("eig", A)


@eigvals.check
def _(A):
    check_square("eigvals", "A", A)
    _check_finite("eigvals", A)


@svd.check
def _(A, full_matrices):
    check_matrices("svd", "A", A)
    _check_finite("svd", A)


@svdvals.check
def _(A):
    check_matrices("svdvals", "A", A)
    _check_finite("svdvals", A)
