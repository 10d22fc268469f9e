"""Derivatives of recurrent layers."""

from flambeau.tensor import ops

from .._core.engine import Variable, is_grad_enabled
from .._core.engine import grad as differentiate
from .._rules import gradient
from ..modes import enable_grad
from ._helpers import zeros


@gradient(ops.recurrence, "input", "weights", "h0", "c0")
def recurrence(grads, input, weights, h0, c0, cell, steps, output, gates, cells, needs):
    grads = grads[:3]  # none reaches what is kept for this
    if is_grad_enabled():
        return _through_steps(grads, input, weights, h0, c0, cell, steps)
    found = [
        zeros(shape, input) if grad is None else grad
        for grad, shape in zip(grads, _shapes(output, h0, c0), strict=True)
    ]
    grad_input, *grad_weights, grad_h0, grad_c0 = ops.recurrence_backward(
        found, input, weights, h0, c0, output, gates, cells, cell, steps, needs[0]
    )
    return grad_input if needs[0] else None, grad_weights[: len(weights)], grad_h0, None if c0 is None else grad_c0


def _shapes(output, h0, c0):
    """Of the three outputs."""
    return output.shape, h0.shape, h0.shape if c0 is not None else (0, h0.shape[1])


def _through_steps(grads, input, weights, h0, c0, cell, steps):
    """For gradients that are to be differentiated again: through the operators of each step, done anew."""
    with enable_grad():
        # Arguments bring their history: a clone begins a local one.
        given = [input, *weights, h0, *([] if c0 is None else [c0])]
        leaves = [x.clone() if isinstance(x, Variable) else Variable(x) for x in given]
        for leaf in leaves:
            if not leaf.requires_grad:
                leaf.requires_grad_()
        rest = [*leaves[1 + len(weights) :], None][:2]
        results = ops.recurrence.composite(leaves[0], leaves[1 : 1 + len(weights)], *rest, cell, steps)
        used = [(y, g) for y, g in zip(results, grads, strict=True) if g is not None and y.numel()]
    ends, given = [y for y, _ in used], [g for _, g in used]
    found = differentiate(ends, leaves, given, create_graph=True, allow_unused=True) if used else [None] * len(leaves)
    filled = [zeros(x.shape, x) if g is None else g for x, g in zip(leaves, found, strict=True)]
    return filled[0], filled[1 : 1 + len(weights)], filled[1 + len(weights)], None if c0 is None else filled[-1]
