"""Adamax."""

from __future__ import annotations

from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._check import check_betas, check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["Adamax"]


class Adamax(Optimizer):
    r"""Adam with the greatest gradient in the place of the mean of squares.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        u &\leftarrow \max(\beta_2 u, |g| + \epsilon) \\
        p &\leftarrow p - \frac{\text{lr}}{1 - \beta_1^t} \, \frac{m}{u}

    in step t (Kingma and Ba, 2015).

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        betas: how much of the running mean and of the greatest gradient is kept at each step.
        eps: keeps the quotient finite.
        weight_decay: how strongly parameters are drawn to zero.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.Adamax([w], lr=0.5)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> round(w.item(), 6)
        0.5
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "eps", "weight_decay"):
            check_not_negative("Adamax", name, options[name])
        check_betas("Adamax", options["betas"])

    def init_state(self, p: Tensor, **options: Any) -> State:
        return {"step": 0, "exp_avg": ft.zeros_like(p), "exp_inf": ft.zeros_like(p)}

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        *,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
    ) -> None:
        beta1, beta2 = betas
        state["step"] += 1
        if weight_decay:
            g = g + weight_decay * p
        m = state["exp_avg"].lerp_(g, 1 - beta1)
        u = state["exp_inf"].mul_(beta2).maximum_(g.abs() + eps)
        p.addcdiv_(m, u, value=-lr / (1 - beta1 ** state["step"]))
