"""Derivatives of eigenvalues and singular values, and of their vectors.

Vectors are determined up to a factor: a sign, of complex ones a number on the unit circle, of those that share a
value a rotation. The derivatives are those of functions that do not depend on which was taken. Between vectors that
share a value nothing flows: of such a function nothing would.
"""

import flambeau.tensor as ft
from flambeau.tensor import errors, ops

from .._rules import gradient
from ._helpers import adjoint, conj


def _over(x, divisor):
    """``x / divisor``, and 0 where the divisor is 0."""
    zero = divisor == 0
    return ft.where(zero, 0, x / ft.where(zero, 1, divisor))


def _gaps(values):
    """How much greater the value of the column is than that of the row."""
    return values.unsqueeze(-2) - values.unsqueeze(-1)


def _only_diagonal(values):
    n = values.shape[-1]
    return values.unsqueeze(-1) * ft.eye(n, dtype=values.dtype, device=values.device)


@gradient(ops.eigh, "A")
def eigh(grads, eigenvalues, eigenvectors):
    """Giles 2008."""
    inner = None if grads[0] is None else _only_diagonal(grads[0])
    if grads[1] is not None:
        turned = _over(ft.matmul(adjoint(eigenvectors), grads[1]), _gaps(eigenvalues))
        inner = turned if inner is None else inner + turned
    return ft.matmul(ft.matmul(eigenvectors, inner), adjoint(eigenvectors))


@gradient(ops.eigvalsh, "A")
def eigvalsh(grad, A, UPLO):
    vectors = ops.eigh(A, UPLO)[1]
    return ft.matmul(vectors * grad.unsqueeze(-2), adjoint(vectors))


@gradient(ops.eig, "A")
def eig(grads, eigenvalues, eigenvectors):
    """From ``A V = V diag(eigenvalues)``, differentiated, with vectors whose length stays 1."""
    inner = None if grads[0] is None else _only_diagonal(grads[0])
    if grads[1] is not None:
        product = ft.matmul(adjoint(eigenvectors), grads[1])
        along = ft.diagonal(product, 0, -2, -1)
        along = (along + conj(along)) * 0.5  # the length of vectors stays 1
        product = product - ft.matmul(adjoint(eigenvectors), eigenvectors * along.unsqueeze(-2))
        turned = _over(product, conj(_gaps(eigenvalues)))
        inner = turned if inner is None else inner + turned
    return _between(eigenvectors, inner)


@gradient(ops.eigvals, "A")
def eigvals(grad, A):
    return _between(ops.eig(A)[1], _only_diagonal(grad))


def _between(vectors, inner):
    """``vectors^-H @ inner @ vectors^H``."""
    turned = adjoint(vectors)
    return ops.solve_ex(turned, ft.matmul(inner, turned))[0]


@gradient(ops.svd, "A")
def svd(grads, U, S, Vh, full_matrices):
    """J. Townsend, Differentiating the singular value decomposition (2016); the phases of complex vectors are given to
    U."""
    rows, columns, k = U.shape[-2], Vh.shape[-1], S.shape[-1]
    if full_matrices and rows != columns and (grads[0] is not None or grads[2] is not None):
        wanted = "False for a derivative of U and Vh of matrices that are not square"
        errors.value_error("svd", "full_matrices", wanted, "True", "the vectors beyond those of S are arbitrary")
    U, Vh = U[..., :k], Vh[..., :k, :]
    grad_u, grad_s = grads[0], grads[1]
    grad_v = None if grads[2] is None else adjoint(grads[2])
    across = S.unsqueeze(-2)
    squares = _gaps(S * S)
    inner = 0 if grad_s is None else _only_diagonal(grad_s)
    if grad_u is not None:
        turn = _skew(ft.matmul(adjoint(U), grad_u))
        inner = inner + _over(turn, squares) * across
        if U.dtype.kind == "c":
            inner = inner + _only_diagonal(_over(ft.diagonal(turn, 0, -2, -1), 2 * S))
    if grad_v is not None:
        inner = inner + _over(_skew(ft.matmul(Vh, grad_v)), squares) * S.unsqueeze(-1)
    whole = ft.matmul(ft.matmul(U, inner), Vh)
    if grad_u is not None and rows > k:
        beyond = grad_u - ft.matmul(U, ft.matmul(adjoint(U), grad_u))
        whole = whole + ft.matmul(_over(beyond, across), Vh)
    if grad_v is not None and columns > k:
        beyond = adjoint(grad_v) - ft.matmul(ft.matmul(adjoint(grad_v), adjoint(Vh)), Vh)
        whole = whole + ft.matmul(_over_rows(U, S), beyond)
    return whole


def _over_rows(u, s):
    return _over(u, s.unsqueeze(-2))


def _skew(x):
    return x - adjoint(x)


@gradient(ops.svdvals, "A")
def svdvals(grad, A):
    u, _, vh = ops.svd(A, False)
    return ft.matmul(u * grad.unsqueeze(-2), vh)
