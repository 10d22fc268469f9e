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
    """The determinant times the inverse; of matrices near singular ones, the cofactors, by singular values."""
    with_inverse = _spread(grad * conj(result))
    bound = ops.prod(ops.norm(ft.abs(A.data), 2, (A.ndim - 1,), False), (A.ndim - 2,), False)  # Hadamard's
    singular = ft.abs(result.data) <= 1e-5 * bound
    if not singular.any().item():
        return ops.inv_ex(adjoint(A))[0] * with_inverse
    # Each way gets matrices that suit it, lest the other's nan and inf come back in further derivatives.
    n, which = A.shape[-1], _spread(singular)
    plain = ft.eye(n, dtype=A.dtype, device=A.device)
    uneven = plain * ft.arange(1, n + 1, device=A.device)
    by_inverse = ops.inv_ex(adjoint(ft.where(which, plain, A)))[0] * with_inverse
    return ft.where(which, cofactors(ft.where(which, A, uneven)) * _spread(grad), by_inverse)


def cofactors(A):
    """``det(U) det(V^H) U P V^H``, conjugated where it must be, with in P the products of all other singular values."""
    u, s, vh = ops.svd(A, False)
    turn = conj(ft.det(u) * ft.det(vh))
    others = products_of_others(s, (s.ndim - 1,)).unsqueeze(-2)
    return ft.matmul(u * others, vh) * _spread(turn)


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
