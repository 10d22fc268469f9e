"""Adam."""

from __future__ import annotations

import math
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._checks import check_not_negative
from .optimizer import Optimizer, Parameters, State

__all__ = ["Adam"]


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015): steps of about ``lr``, whatever the scale of the gradients.

    With ``g`` the gradient plus ``weight_decay * p``, and ``t`` the number of the step:
    ``m = beta1 * m + (1 - beta1) * g``; ``v = beta2 * v + (1 - beta2) * g**2``;
    ``p -= lr * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + eps)``.

    Args:
        params: Variables, (name, Variable) pairs, or dicts of groups.
        lr: the learning rate.
        betas: how slowly the averages of the gradient and of its square move.
        eps: keeps the divisor from being 0.
        weight_decay: how strongly parameters are drawn to 0, through the gradient.
        maximize: go up instead of down.

    Raises:
        ValueError: a hyper-parameter out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> weight = nn.Parameter([2.0, 0.001])
        >>> optimizer = optim.Adam([weight], lr=0.1)
        >>> (weight * ft.tensor([1000.0, 0.001])).sum().backward()
        >>> optimizer.step()
        >>> [round(x, 3) for x in weight.tolist()]
        [1.9, -0.099]
    """

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, defaults)

    def check(self, **hyper: Any) -> None:
        check_not_negative("Adam", hyper, "lr", "eps", "weight_decay")
        betas = hyper["betas"]
        if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
            errors.value_error("Adam", "betas", "two numbers in [0, 1)", str(betas))

    def init_state(self, p: Tensor) -> State:
        return {"step": 0, "exp_avg": ft.zeros_like(p), "exp_avg_sq": ft.zeros_like(p)}

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
    ) -> None:
        beta1, beta2 = betas
        step = state["step"] = state["step"] + 1
        if weight_decay:
            g = g + p * weight_decay
        average, square = state["exp_avg"], state["exp_avg_sq"]
        average.lerp_(g, 1 - beta1)
        square.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        divisor = square.sqrt().div_(math.sqrt(1 - beta2**step)).add_(eps)
        p.addcdiv_(average, divisor, value=-lr / (1 - beta1**step))
