"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor, errors

from ._checks import check_not_negative
from .optimizer import Optimizer, Parameters, State

__all__ = ["SGD"]


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for: ``p -= lr * step``.

    With ``g`` the gradient plus ``weight_decay * p``, and the buffer ``b`` starting as ``g``:
    ``b = momentum * b + (1 - dampening) * g``; the step is ``b``, or ``g + momentum * b`` for Nesterov's.

    Args:
        params: Variables, (name, Variable) pairs, or dicts of groups.
        lr: the learning rate.
        momentum: how much of the last step is kept.
        dampening: how much of the gradient is left out of the buffer.
        weight_decay: how strongly parameters are drawn to 0.
        nesterov: look ahead along the momentum.
        maximize: go up instead of down.

    Raises:
        ValueError: a hyper-parameter out of range, or ``nesterov`` without momentum or with dampening.

    Example:
        >>> from flambeau import nn, optim
        >>> weight = nn.Parameter([2.0])
        >>> optimizer = optim.SGD([weight], lr=0.1, momentum=0.9)
        >>> for _ in range(2):
        ...     optimizer.zero_grad()
        ...     weight.sum().backward()
        ...     optimizer.step()
        >>> round(weight.item(), 4)
        1.71
    """

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def check(self, **hyper: Any) -> None:
        check_not_negative("SGD", hyper, "lr", "momentum", "weight_decay")
        if hyper["nesterov"] and (hyper["momentum"] == 0 or hyper["dampening"] != 0):
            got = f"momentum={hyper['momentum']}, dampening={hyper['dampening']}"
            errors.value_error("SGD", "nesterov", "momentum above 0 and no dampening with it", got)

    def init_state(self, p: Tensor) -> State:
        return {"momentum_buffer": None}

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        lr: float,
        momentum: float,
        dampening: float,
        weight_decay: float,
        nesterov: bool,
    ) -> None:
        if weight_decay:
            g = g + p * weight_decay
        if momentum:
            buffer = state["momentum_buffer"]
            if buffer is None:
                buffer = state["momentum_buffer"] = g.clone()
            else:
                buffer.mul_(momentum).add_(g if dampening == 0 else g * (1 - dampening))
            g = g + buffer * momentum if nesterov else buffer
        p.sub_(g * lr)
