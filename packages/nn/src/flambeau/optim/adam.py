"""Adam."""

from __future__ import annotations

import math
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._check import check_not_negative
from .optimizer import Optimizer, Params, State

__all__ = ["Adam"]


class Adam(Optimizer):
    r"""Steps along the mean of the gradients, each element scaled by how large its gradients usually are.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        p &\leftarrow p - \text{lr} \, \frac{m}{1 - \beta_1^t} \Big/ \Big(\sqrt{\frac{v}{1 - \beta_2^t}} + \epsilon\Big)

    in step t (Kingma and Ba, 2015). With ``amsgrad`` the greatest v so far takes the place of v in the last line (Reddi
    et al., 2018).

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        betas: how much of the two running means is kept at each step.
        eps: keeps the quotient finite.
        weight_decay: how strongly parameters are drawn to zero.
        amsgrad: let no element's steps grow again.
        maximize: move up instead of down.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.Adam([w], lr=0.5)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> round(w.item(), 6)
        0.5
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        super().__init__(params, {**options, "maximize": maximize})

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "eps", "weight_decay"):
            check_not_negative("Adam", name, options[name])
        betas = options["betas"]
        if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
            errors.value_error("Adam", "betas", "two numbers in [0, 1)", str(betas))

    def init_state(self, p: Tensor, **options: Any) -> State:
        state = {"step": 0, "exp_avg": ft.zeros_like(p), "exp_avg_sq": ft.zeros_like(p)}
        if options["amsgrad"]:
            state["max_exp_avg_sq"] = ft.zeros_like(p)
        return state

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
        amsgrad: bool,
    ) -> None:
        beta1, beta2 = betas
        state["step"] += 1
        m, v = state["exp_avg"], state["exp_avg_sq"]
        if weight_decay:
            g = g + weight_decay * p
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        if amsgrad:
            v = state["max_exp_avg_sq"].maximum_(v)
        scale = v.sqrt().mul_(1 / math.sqrt(1 - beta2 ** state["step"])).add_(eps)
        p.addcdiv_(m, scale, value=-lr / (1 - beta1 ** state["step"]))
