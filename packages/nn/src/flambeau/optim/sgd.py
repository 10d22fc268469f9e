"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any, Unpack

from flambeau.tensor import Tensor, errors

from ._check import check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["SGD"]


class SGD(Optimizer):
    r"""Stochastic gradient descent, with momentum if wanted.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        b &\leftarrow \text{momentum} \cdot b + (1 - \text{dampening}) \, g \quad (b = g \text{ in the first step}) \\
        p &\leftarrow p - \text{lr} \cdot b, \quad \text{or} \quad
            p - \text{lr} \, (g + \text{momentum} \cdot b) \text{ with nesterov}

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        momentum: how much of the direction so far is kept.
        dampening: how much of the gradient is left out of the direction.
        weight_decay: how strongly parameters are drawn to zero.
        nesterov: look ahead along the direction; needs a momentum, and no dampening.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.SGD([w], lr=0.5, momentum=0.5)
        >>> for step in range(2):
        ...     optimizer.zero_grad()
        ...     w.sum().backward()
        ...     optimizer.step()
        >>> w.tolist()
        [-0.25]
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        momentum: Rate = 0.0,
        dampening: Rate = 0.0,
        weight_decay: Rate = 0.0,
        nesterov: bool = False,
        **common: Unpack[Common],
    ) -> None:
        options = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
        }
        super().__init__(params, options, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "momentum", "weight_decay"):
            check_not_negative("SGD", name, options[name])
        if options["nesterov"] and (options["momentum"] == 0 or options["dampening"] != 0):
            got = f"momentum {options['momentum']} and dampening {options['dampening']}"
            errors.value_error("SGD", "nesterov", "a momentum and no dampening", got)

    def init_state(self, p: Tensor, **options: Any) -> State:
        return {"momentum_buffer": None}

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        *,
        lr: float,
        momentum: float,
        dampening: float,
        weight_decay: float,
        nesterov: bool,
    ) -> None:
        if weight_decay:
            g = g + weight_decay * p
        if momentum:
            buffer = state["momentum_buffer"]
            if buffer is None:
                buffer = state["momentum_buffer"] = g.clone()
            else:
                buffer.mul_(momentum).add_((1 - dampening) * g)
            g = g + momentum * buffer if nesterov else buffer
        p.sub_(lr * g)
