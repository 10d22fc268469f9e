"""Derivatives of solutions, inverses and determinants.

The formulas are those of M. B. Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation (2008), with conjugate transposes.
"""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import adjoint, conj
from .reductions import products_of_others


@gradient(ops.solve_ex, "A", "B")
def solve(grad, A, result, left):
    solved = ops.solve_ex(adjoint(A), grad, left)[0]
    return -_outer(solved, result, left), solved


@gradient(ops.solve_triangular, "A", "B")
def solve_triangular(grad, A, result, upper, left, unitriangular):
    solved = ops.solve_triangular(adjoint(A), grad, not upper, left, unitriangular)
    whole = -_outer(solved, result, left)
    own = int(unitriangular)  # a diagonal that is not looked at gets nothing
    return whole.triu(own) if upper else whole.tril(-own), solved


def _outer(solved, result, left):
    return ft.matmul(solved, adjoint(result)) if left else ft.matmul(adjoint(result), solved)


@gradient(ops.inv_ex, "A")
def inv(grad, inverse):
    turned = adjoint(inverse)
    return -ft.matmul(ft.matmul(turned, grad), turned)


@gradient(ops.det, "A")
def det(grad, A, result):
    """The determinant times the inverse; of matrices near singular ones, the cofactors."""
    with_inverse = _spread(grad * conj(result))
    bound = ops.prod(ops.norm(ft.abs(A.data), 2, (A.ndim - 1,), False), (A.ndim - 2,), False)  # Hadamard's
    singular = ft.abs(result.data) <= 1e-5 * bound
    if not singular.any().item():
        return ops.inv_ex(adjoint(A))[0] * with_inverse
    # The inverse gets matrices that have one, lest nan and inf come back in further derivatives.
    which = _spread(singular)
    by_inverse = ops.inv_ex(adjoint(ft.where(which, ft.eye(A.shape[-1], dtype=A.dtype, device=A.device), A)))[0]
    return ft.where(which, conj(ops.cofactor(A)) * _spread(grad), by_inverse * with_inverse)


@gradient(ops.cofactor, "A")
def cofactor(grad, A):
    """By singular values, of which the cofactors hold products of all but one, and their derivatives of all but two.

    Cofactors of a product are the product of cofactors, so with ``A = U S V^H`` only those of ``S + E`` have to be
    differentiated: on the diagonal ``sum of E[j, j] pairs[i, j]``, beside it ``-E[j, i] pairs[i, j]``. That is right
    for matrices of any rank; differentiated once more, for those whose singular values differ.
    """
    u, s, vh = ops.svd(A)
    inner = ft.matmul(ft.matmul(u.transpose(-2, -1), grad), vh.transpose(-2, -1))
    inner = inner * _spread(conj(ft.det(u) * ft.det(vh)))
    pairs = _products_of_all_but_two(s)
    diagonal = ft.matmul(pairs, ft.diagonal(inner, 0, -2, -1).unsqueeze(-1)).squeeze(-1)
    beside = (pairs * inner).transpose(-2, -1)
    return ft.matmul(ft.matmul(u, ft.diag_embed(diagonal) - beside), vh)


def _products_of_all_but_two(s):
    """For each pair the product of all others; what is on the diagonal cancels where these are used."""
    rows = ft.where(ft.eye(s.shape[-1], dtype=ft.bool_, device=s.device), 1, s.unsqueeze(-2))
    return products_of_others(rows, (rows.ndim - 1,))


@gradient(ops.slogdet, "A")
def slogdet(grads, A, sign):
    """The sign of a real determinant is constant; of a complex one it turns."""
    turning, scale = grads[0], grads[1]
    if sign.dtype.kind != "c":
        if scale is None:
            return ft.zeros_like(A)
        return ops.inv_ex(adjoint(A))[0] * _spread(scale)
    factor = 0 if scale is None else scale
    if turning is not None:
        factor = factor - imaginary(conj(turning) * sign) * 1j
    return ops.inv_ex(adjoint(A))[0] * _spread(factor)


def imaginary(x):
    """The imaginary parts, as real numbers."""
    return ops.cast(x * -1j, "float64" if x.dtype.itemsize == 16 else "float32")


def _spread(factor):
    """Factors of the matrices of a batch, to multiply these by."""
    return factor.unsqueeze(-1).unsqueeze(-1)
