"""Derivatives of diagonals, made and filled."""

from flambeau.tensor import ops

from .._rules import gradient

gradient(ops.diag_embed, "input")(lambda grad, offset, dim1, dim2: grad.diagonal(offset, dim1, dim2))

gradient(ops.fill_diagonal, "input")(lambda grad, wrap: ops.fill_diagonal(grad, 0, wrap))


@gradient(ops.fill_diagonal, "fill_value")
def fill_value(grad, wrap):
    return (grad - ops.fill_diagonal(grad, 0, wrap)).sum()
