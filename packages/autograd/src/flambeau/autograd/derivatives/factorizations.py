"""Derivatives of Cholesky, LU and QR factors."""

import flambeau.tensor as ft
from flambeau.tensor import errors, ops

from .._rules import gradient
from ._helpers import adjoint, conj, zeros


def _half(x):
    """The lower triangle with half of its diagonal."""
    return (x.tril() + x.tril(-1)) * 0.5


@gradient(ops.cholesky_ex, "A")
def cholesky(grad, L, upper):
    """I. Murray, Differentiation of the Cholesky decomposition (2016), https://arxiv.org/abs/1602.07527; Hermitian,
    whichever triangle was looked at."""
    factor = adjoint(L) if upper else L
    inner = _half(ft.matmul(adjoint(factor), adjoint(grad) if upper else grad))
    inner = _solved(factor, inner)
    return (inner + adjoint(inner)) * 0.5


def _solved(factor, inner):
    """``factor^-H @ inner @ factor^-1``."""
    above = ops.solve_triangular(adjoint(factor), inner, True)
    return ops.solve_triangular(factor, above, False, False)


@gradient(ops.lu_factor_ex, "A")
def lu(grad, LU, pivots, A_shape):
    """The square part by the triangles of ``L^H dL`` and ``dU U^H``; what is beside or below it, as a solution."""
    rows, columns = A_shape[-2:]
    least = min(rows, columns)
    square = LU[..., :least, :least]
    below, above = square.tril(-1), square.triu()
    unit = below + ft.eye(least, dtype=LU.dtype, device=LU.device)
    lower, upper = grad[..., :least, :least].tril(-1), grad[..., :least, :least].triu()
    beside = []
    if rows > least:
        rest = ops.solve_triangular(adjoint(above), grad[..., least:, :], False, False)
        upper = upper - ft.matmul(adjoint(LU[..., least:, :]), rest)
        beside = [(rest, -2)]
    elif columns > least:
        rest = ops.solve_triangular(adjoint(unit), grad[..., :, least:], True, unitriangular=True)
        lower = lower - ft.matmul(rest, adjoint(LU[..., :, least:]))
        beside = [(rest, -1)]
    inner = ft.matmul(adjoint(unit), lower).tril(-1) + ft.matmul(upper, adjoint(above)).triu()
    inner = ops.solve_triangular(adjoint(unit), inner, True, unitriangular=True)
    whole = ops.solve_triangular(adjoint(above), inner, False, False)
    for rest, dim in beside:
        whole = ft.cat([whole, rest], dim)
    return _swapped_back(whole, pivots)


def _swapped_back(x, pivots):
    """Rows where they were before the factorization swapped them."""
    order = ops.swapped_rows(pivots, x.shape[-2])
    place = ops.expand(order.unsqueeze(-1), tuple(x.shape))
    return ft.scatter(zeros(x.shape, x), -2, place, x)


@gradient(ops.qr, "A")
def qr(grads, A, Q, R, mode):
    """D. A. O. Roberts, L. R. Roberts, QR and LQ decomposition matrix backpropagation algorithms for square, wide, and
    deep matrices (2020), https://arxiv.org/abs/2009.10071."""
    rows, columns = A.shape[-2:]
    if mode == "complete" and rows > columns:
        wanted = "mode 'reduced', where there are more rows than columns, for a derivative"
        errors.value_error("qr", "mode", wanted, "'complete'")
    if mode == "r":
        Q, grad_q = ops.qr(A)[0], None
    else:
        grad_q = grads[0]
    grad_q = ft.zeros_like(Q) if grad_q is None else grad_q
    grad_r = ft.zeros_like(R) if grads[1] is None else grads[1]
    if rows >= columns:
        return _tall(Q, R, grad_q, grad_r)
    first, rest = grad_r[..., :rows], grad_r[..., rows:]
    left = _tall(Q, R[..., :rows], grad_q + ft.matmul(A[..., rows:], adjoint(rest)), first)
    return ft.cat([left, ft.matmul(Q, rest)], -1)


def _tall(q, r, grad_q, grad_r):
    inner = ft.matmul(r, adjoint(grad_r)) - ft.matmul(adjoint(grad_q), q)
    lower = inner.tril(-1)
    diagonal = (inner - lower).tril()
    mirrored = lower + adjoint(lower) + (diagonal + conj(diagonal)) * 0.5
    return ops.solve_triangular(adjoint(r), grad_q + ft.matmul(q, mirrored), False, False)
