"""Operators made of others, compiled together."""

from .. import errors
from .._schema import Anything, Arrays, operator
from ._helpers import check_broadcast


@operator(function=False, method=False)
def pointwise(xp, expression: Anything, inputs: Arrays):
    """What a pointwise expression gives for these inputs; made by :func:`flambeau.tensor.pointwise`.

    Args:
        expression: the compiled formula.
        inputs: one Tensor for each of its names; shapes broadcast.

    Returns:
        Tensor of the broadcast shape.
    """
    from .._core.tensor import on_arrays

    return on_arrays(expression.composite, inputs)


@pointwise.check
def _(expression, inputs):
    if len(inputs) != len(expression.names):
        errors.type_error("pointwise", "inputs", f"{len(expression.names)} Tensors", str(len(inputs)))
    check_broadcast("pointwise", **dict(zip(expression.names, inputs, strict=True)))


@pointwise.composite
def _(expression, inputs):
    return expression.composite(*inputs)
