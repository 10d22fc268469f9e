"""RMSprop."""

from __future__ import annotations

from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._check import check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    r"""Gradient descent, each element scaled by how large its gradients usually are.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        v &\leftarrow \alpha v + (1 - \alpha) \, g^2 \\
        \bar g &\leftarrow \alpha \bar g + (1 - \alpha) \, g \\
        d &= g \big/ \big(\sqrt{v} + \epsilon\big), \quad
            \text{or } g \big/ \big(\sqrt{v - \bar g^2} + \epsilon\big) \text{ if centered} \\
        b &\leftarrow \text{momentum} \cdot b + d \\
        p &\leftarrow p - \text{lr} \cdot b

    (Hinton's lecture of 2012; centered: Graves, 2013).

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        alpha: how much of the running mean is kept at each step.
        eps: keeps the quotient finite.
        weight_decay: how strongly parameters are drawn to zero.
        momentum: how much of the direction so far is kept.
        centered: scale by the deviation of the gradients from their mean.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.RMSprop([w], lr=0.05)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> round(w.item(), 6)
        0.5
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        momentum: Rate = 0.0,
        centered: bool = False,
        **common: Unpack[Common],
    ) -> None:
        options = {
            "lr": lr,
            "alpha": alpha,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "centered": centered,
        }
        super().__init__(params, options, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "alpha", "eps", "weight_decay", "momentum"):
            check_not_negative("RMSprop", name, options[name])

    def init_state(self, p: Tensor, **options: Any) -> State:
        state = {"step": 0, "square_avg": ft.zeros_like(p)}
        if options["momentum"]:
            state["momentum_buffer"] = ft.zeros_like(p)
        if options["centered"]:
            state["grad_avg"] = ft.zeros_like(p)
        return state

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        *,
        lr: float,
        alpha: float,
        eps: float,
        weight_decay: float,
        momentum: float,
        centered: bool,
    ) -> None:
        state["step"] += 1
        if weight_decay:
            g = g + weight_decay * p
        v = state["square_avg"].mul_(alpha).addcmul_(g, g, value=1 - alpha)
        if centered:
            mean = state["grad_avg"].lerp_(g, 1 - alpha)
            v = v.addcmul(mean, mean, value=-1)
        scale = v.sqrt().add_(eps)
        if momentum:
            p.sub_(lr * state["momentum_buffer"].mul_(momentum).addcdiv_(g, scale))
        else:
            p.addcdiv_(g, scale, value=-lr)
