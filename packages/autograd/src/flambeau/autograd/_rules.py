"""How derivative rules are attached to operators; see ``derivatives/`` for the rules."""

from __future__ import annotations

from collections.abc import Callable

from flambeau.tensor import Operator

from ._core.engine import add_rule

__all__ = ["gradient"]


def gradient(op: Operator, *names: str, fused: bool = False) -> Callable[[Callable], Callable]:
    """Decorator: a function is the gradient of ``op`` with respect to the arguments called ``names``.

    The function's first parameter, ``grad``, is the gradient of the operator's (first) output; called ``grads``, it is
    the list of the gradients of all outputs, None where there is none. Its other parameters say what is kept for
    backward, by name: an argument of the operator, one of its outputs (``result``), an argument's ``<name>_shape`` or
    ``<name>_dtype``, or ``needs``: a tuple that says which of ``names`` need a gradient. Arguments that are not Tensors
    arrive normalised. It returns one gradient, or a tuple in the order of ``names``; a gradient that was broadcast or
    promoted is summed and cast by the engine. Written with Tensor functions, it is differentiable itself.

    Args:
        op: the operator's record.
        names: one or several of its arguments.
        fused: the function uses backward kernels without derivatives. When backward itself is recorded, the operator's
            composite is differentiated instead.

    Example:
        >>> gradient(ops.mul, "input")(lambda grad, other: grad * other)  # doctest: +SKIP
    """

    def attach(function: Callable) -> Callable:
        add_rule(op, names, function, fused)
        return function

    return attach
