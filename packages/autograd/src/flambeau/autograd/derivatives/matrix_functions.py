"""Derivatives of functions of whole matrices."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import adjoint


@gradient(ops.matrix_exp, "A")
def matrix_exp(grad, A):
    """A block of the exponential of a matrix of twice the size: Al-Mohy and Higham 2009."""
    n = A.shape[-1]
    turned = adjoint(A)
    upper = ft.cat([turned, grad], -1)
    lower = ft.cat([ft.zeros_like(turned), turned], -1)
    return ft.matrix_exp(ft.cat([upper, lower], -2))[..., :n, n:]


@gradient(ops.pinv, "A")
def pinv(grad, A, result):
    """Golub and Pereyra 1973; for constant rank."""
    turned, back = adjoint(result), adjoint(grad)
    first = ft.matmul(ft.matmul(turned, grad), turned)
    rows = ft.matmul(ft.matmul(back, result), turned)
    columns = ft.matmul(ft.matmul(turned, result), back)
    return rows - ft.matmul(A, ft.matmul(result, rows)) + columns - ft.matmul(ft.matmul(columns, result), A) - first


# Solving the equation is self-adjoint, so its derivatives are solutions of it too.


@gradient(ops.matrix_sqrth, "A")
def matrix_sqrth(grad, result):
    return ops.lyapunov(result, (grad + adjoint(grad)) * 0.5)


@gradient(ops.lyapunov, "A", "B")
def lyapunov(grad, A, result):
    solved = ops.lyapunov(A, grad)
    mixed = ft.matmul(solved, adjoint(result)) + ft.matmul(adjoint(result), solved)
    return -(mixed + adjoint(mixed)) * 0.5, solved
