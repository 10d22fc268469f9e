"""Derivatives of products that are added to something, and of the cross product."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import adjoint, conj

for _op in (ops.addmm, ops.addbmm, ops.baddbmm, ops.addmv, ops.addr):
    # Where nothing was taken, nothing comes back, of an infinite gradient either.
    gradient(_op, "input")(lambda grad, beta: grad * beta if beta else ft.zeros_like(grad))

gradient(ops.addmm, "mat1")(lambda grad, mat2, alpha: ft.matmul(grad * alpha, adjoint(mat2)))
gradient(ops.addmm, "mat2")(lambda grad, mat1, alpha: ft.matmul(adjoint(mat1), grad * alpha))

for _op in (ops.addbmm, ops.baddbmm):
    gradient(_op, "batch1")(lambda grad, batch2, alpha: ft.matmul(grad * alpha, adjoint(batch2)))
    gradient(_op, "batch2")(lambda grad, batch1, alpha: ft.matmul(adjoint(batch1), grad * alpha))

gradient(ops.addmv, "mat")(lambda grad, vec, alpha: ft.outer(grad * alpha, conj(vec)))
gradient(ops.addmv, "vec")(lambda grad, mat, alpha: ft.matmul(adjoint(mat), grad * alpha))

gradient(ops.addr, "vec1")(lambda grad, vec2, alpha: ft.matmul(grad * alpha, conj(vec2)))
gradient(ops.addr, "vec2")(lambda grad, vec1, alpha: ft.matmul(conj(vec1), grad * alpha))

gradient(ops.cross_product, "input")(lambda grad, other, dim: ops.cross_product(conj(other), grad, dim))
gradient(ops.cross_product, "other")(lambda grad, input, dim: ops.cross_product(grad, conj(input), dim))
