"""Adadelta."""

from __future__ import annotations

from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._check import check_not_negative, check_number
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["Adadelta"]


class Adadelta(Optimizer):
    r"""Steps as large as the steps before them, in proportion to the gradients: it needs no learning rate.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        v &\leftarrow \rho v + (1 - \rho) \, g^2 \\
        d &= \frac{\sqrt{u + \epsilon}}{\sqrt{v + \epsilon}} \, g \\
        u &\leftarrow \rho u + (1 - \rho) \, d^2 \\
        p &\leftarrow p - \text{lr} \cdot d

    (Zeiler, 2012).

    Args:
        params: parameters, with names or without, or groups of them.
        lr: what the steps are multiplied by.
        rho: how much of the two running means is kept at each step.
        eps: keeps the quotient finite, and gives the first steps their size.
        weight_decay: how strongly parameters are drawn to zero.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.Adadelta([w], eps=1e-2)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> round(w.item(), 4)
        0.6985
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: Rate = 0.0,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay}, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "eps", "weight_decay"):
            check_not_negative("Adadelta", name, options[name])
        check_number("Adadelta", "rho", options["rho"], 0, 1, "a number in [0, 1]")

    def init_state(self, p: Tensor, **options: Any) -> State:
        return {"step": 0, "square_avg": ft.zeros_like(p), "acc_delta": ft.zeros_like(p)}

    def update(
        self, p: Tensor, g: Tensor, state: State, *, lr: float, rho: float, eps: float, weight_decay: float
    ) -> None:
        state["step"] += 1
        if weight_decay:
            g = g + weight_decay * p
        v = state["square_avg"].mul_(rho).addcmul_(g, g, value=1 - rho)
        u = state["acc_delta"]
        d = (u + eps).sqrt_().div_((v + eps).sqrt_()).mul_(g)
        u.mul_(rho).addcmul_(d, d, value=1 - rho)
        p.sub_(lr * d)
