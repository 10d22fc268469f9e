"""Derivatives of solutions, inverses and determinants.

The formulas are those of M. B. Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation (2008), with conjugate transposes.
"""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._core.engine import is_grad_enabled
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
    # Each way gets matrices that suit it, lest nan and inf of the others come back in further derivatives.
    which, one = _spread(singular), ft.eye(A.shape[-1], dtype=A.dtype, device=A.device)
    by_inverse = ops.inv_ex(adjoint(ft.where(which, one, A)))[0]
    return ft.where(which, _adjugate(adjoint(ft.where(which, A, one))) * _spread(grad), by_inverse * with_inverse)


def _adjugate(A):
    """``det(A) inv(A)``, differentiable any number of times whatever the rank: values by ``A = U S V^H``."""
    n = A.shape[-1]
    wide = ops.cast(A, "complex128" if A.dtype.kind == "c" else "float64").reshape((-1, n, n))
    u, s, vh = ops.svd(wide.data, False)
    left, right, turn = adjoint(vh), adjoint(u), _spread(ft.det(u) * ft.det(vh))
    value = ft.matmul(left * products_of_others(s, (1,)).unsqueeze(-2), right) * turn
    if is_grad_enabled() and getattr(A, "requires_grad", False):
        counts = (s <= 1e-3 * s[:, :1]).sum(1).tolist()
        turned, parts, order = ft.matmul(ft.matmul(right, wide), left), [], []
        for count in sorted(set(counts)):
            which = [i for i, c in enumerate(counts) if c == count]
            parts.append(_adjugate_by_blocks(turned[which], n - count))
            order += which
        inner = ft.cat(parts)[sorted(range(len(order)), key=order.__getitem__)]
        formula = ft.matmul(ft.matmul(left, inner), right) * turn
        value = formula + (value - formula.data)
    return ops.cast(value, A.dtype).reshape(A.shape)


def _adjugate_by_blocks(A, large):
    """The adjugate of ``A = ((P, Q), (R, T))`` with ``large`` rows in ``P``, which has an inverse.

    What is left are the determinant and the adjugate of ``C = T - R P^-1 Q``, polynomials of ``C``: no two singular
    values are ever told apart, as derivatives of singular vectors would.
    """
    P, Q, R, T = (A[:, rows, columns] for rows, columns in _quarters(large))
    inverse = ops.inv_ex(P)[0]
    before, after = ft.matmul(inverse, Q), ft.matmul(R, inverse)
    det, inner = _by_powers(T - ft.matmul(R, before))
    left = ft.matmul(before, inner)
    upper = ft.cat((inverse * _spread(det) + ft.matmul(left, after), -left), -1)
    lower = ft.cat((-ft.matmul(inner, after), inner), -1)
    return ft.cat((upper, lower), -2) * _spread(ft.det(P))


def _quarters(middle):
    first, last = slice(None, middle), slice(middle, None)
    return (first, first), (first, last), (last, first), (last, last)


def _by_powers(C):
    """The determinants and the adjugates of matrices by products and traces (Faddeev and Le Verrier)."""
    n = C.shape[1]
    one = ft.eye(n, dtype=C.dtype, device=C.device)
    power, coefficient = ft.zeros_like(C), ft.ones(C.shape[0], dtype=C.dtype, device=C.device)
    for k in range(1, n + 1):
        power = ft.matmul(C, power) + one * _spread(coefficient)
        coefficient = ft.diagonal(ft.matmul(C, power), 0, 1, 2).sum(1) / -k
    return (coefficient, -power) if n % 2 == 0 else (-coefficient, power)


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
