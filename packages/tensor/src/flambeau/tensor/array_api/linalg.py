"""Linear algebra: see :mod:`flambeau.tensor.linalg`."""

from __future__ import annotations

from typing import Any, NamedTuple

import flambeau.tensor as ft
from flambeau.tensor import errors

Array = ft.Tensor


class EigResult(NamedTuple):
    eigenvalues: Array
    eigenvectors: Array


class EighResult(NamedTuple):
    eigenvalues: Array
    eigenvectors: Array


class QRResult(NamedTuple):
    Q: Array
    R: Array


class SlogdetResult(NamedTuple):
    sign: Array
    logabsdet: Array


class SVDResult(NamedTuple):
    U: Array
    S: Array
    Vh: Array


def matmul(x1: Array, x2: Array, /) -> Array:
    """The matrix product."""
    return ft.matmul(x1, x2)


def matrix_transpose(x: Array, /) -> Array:
    """A view of matrices with rows and columns swapped."""
    if x.ndim < 2:
        errors.shape_error("matrix_transpose", "x", "at least 2 dimensions", f"shape {x.shape}")
    return ft.transpose(x, -2, -1)


def tensordot(x1: Array, x2: Array, /, *, axes: Any = 2) -> Array:
    """The sum of products over some axes of both."""
    return ft.tensordot(x1, x2, axes)


def vecdot(x1: Array, x2: Array, /, *, axis: int = -1) -> Array:
    """The products of vectors, the first conjugated."""
    return ft.linalg.vecdot(x1, x2, dim=axis)


def cholesky(x: Array, /, *, upper: bool = False) -> Array:
    """The triangular factor of positive definite matrices."""
    return ft.linalg.cholesky(x, upper=upper)


def cross(x1: Array, x2: Array, /, *, axis: int = -1) -> Array:
    """The vector products."""
    return ft.linalg.cross(x1, x2, dim=axis)


def det(x: Array, /) -> Array:
    """The determinants."""
    return ft.linalg.det(x)


def diagonal(x: Array, /, *, offset: int = 0) -> Array:
    """The diagonals of matrices."""
    return ft.linalg.diagonal(x, offset=offset)


def eig(x: Array, /) -> EigResult:
    """The eigenvalues and eigenvectors of square matrices."""
    return EigResult(*ft.linalg.eig(x))


def eigvals(x: Array, /) -> Array:
    """The eigenvalues of square matrices."""
    return ft.linalg.eigvals(x)


def eigh(x: Array, /) -> EighResult:
    """The eigenvalues and eigenvectors of Hermitian matrices."""
    return EighResult(*ft.linalg.eigh(x))


def eigvalsh(x: Array, /) -> Array:
    """The eigenvalues of Hermitian matrices."""
    return ft.linalg.eigvalsh(x)


def inv(x: Array, /) -> Array:
    """The inverses."""
    return ft.linalg.inv(x)


def matrix_norm(x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Array:
    """The norms of matrices."""
    return ft.linalg.matrix_norm(x, ord, keepdim=keepdims)


def matrix_power(x: Array, n: int, /) -> Array:
    """The ``n``-th powers of square matrices."""
    return ft.linalg.matrix_power(x, n)


def matrix_rank(x: Array, /, *, rtol: Any = None) -> Array:
    """The ranks: how many singular values are not small beside the greatest."""
    return ft.linalg.matrix_rank(x, rtol=rtol)


def outer(x1: Array, x2: Array, /) -> Array:
    """All products of elements of two vectors."""
    for name, x in (("x1", x1), ("x2", x2)):
        if x.ndim != 1:
            errors.shape_error("outer", name, "1 dimension", f"shape {x.shape}")
    return ft.outer(x1, x2)


def pinv(x: Array, /, *, rtol: Any = None) -> Array:
    """The pseudo-inverses."""
    return ft.linalg.pinv(x, rtol=rtol)


def qr(x: Array, /, *, mode: str = "reduced") -> QRResult:
    """Orthonormal times upper triangular matrices."""
    return QRResult(*ft.linalg.qr(x, mode))


def slogdet(x: Array, /) -> SlogdetResult:
    """The signs of determinants and the logarithms of their absolute values."""
    return SlogdetResult(*ft.linalg.slogdet(x))


def solve(x1: Array, x2: Array, /) -> Array:
    """What ``x1`` times it is ``x2``: a vector if ``x2`` is one, else matrices."""
    if x2.ndim == 1:
        return solve(x1, x2.unsqueeze(-1)).squeeze(-1)
    # A stack of matrices is none of vectors, whatever the shapes.
    x2 = x2.reshape((1,) * (x1.ndim - x2.ndim) + x2.shape)
    return ft.linalg.solve(x1, x2)


def svd(x: Array, /, *, full_matrices: bool = True) -> SVDResult:
    """The singular values and vectors."""
    return SVDResult(*ft.linalg.svd(x, full_matrices=full_matrices))


def svdvals(x: Array, /) -> Array:
    """The singular values."""
    return ft.linalg.svdvals(x)


def trace(x: Array, /, *, offset: int = 0, dtype: Any = None) -> Array:
    """The sums of diagonals of matrices."""
    from ._statistics import sum

    return sum(diagonal(x, offset=offset), axis=-1, dtype=dtype)


def vector_norm(x: Array, /, *, axis: Any = None, keepdims: bool = False, ord: float = 2) -> Array:
    """The norms of vectors."""
    return ft.linalg.vector_norm(x, ord, axis, keepdims)


__all__ = [
    "cholesky", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "matmul", "matrix_norm",
    "matrix_power", "matrix_rank", "matrix_transpose", "outer", "pinv", "qr", "slogdet", "solve", "svd", "svdvals",
    "tensordot", "trace", "vecdot", "vector_norm",
]  # fmt: skip
