"""Derivatives of order along a dimension: to where each element was."""

from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import picked

gradient(ops.sort, "input")(picked)
gradient(ops.topk, "input")(picked)
gradient(ops.ordered, "input")(
    lambda grad, input, input_shape, dim, descending: picked(
        grad, ops.argsort(input, dim, descending), input_shape, dim
    )
)
