"""Derivatives of operators made of others."""

from flambeau.tensor import ops

from .._core.engine import Variable, is_grad_enabled
from .._core.engine import grad as differentiate
from .._rules import gradient
from ..modes import enable_grad


def _differentiable(x):
    return x.is_floating_point() or x.is_complex()


@gradient(ops.pointwise, "inputs")
def pointwise(grad, expression, inputs):
    """Through the operations of the formula, done anew: only the inputs were kept."""
    again = is_grad_enabled()
    with enable_grad():
        # Where the graph of backward is wanted, inputs bring their history: a clone begins a local one.
        leaves = [x.clone() if again and isinstance(x, Variable) else Variable(x) for x in inputs]
        wanted = [x for x in leaves if _differentiable(x)]
        for x in wanted:
            if not x.requires_grad:
                x.requires_grad_()
        result = expression.composite(*leaves)
    found = iter(differentiate(result, wanted, grad, create_graph=again, allow_unused=True))
    return [next(found) if _differentiable(x) else None for x in leaves]
