"""RAdam."""

from __future__ import annotations

import math
from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._check import check_betas, check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["RAdam"]


class RAdam(Optimizer):
    r"""Adam that waits to scale its steps until it has seen enough gradients to know how large they are.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        \rho_\infty &= \frac{2}{1 - \beta_2} - 1, \qquad
        \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t} \\
        r_t &= \sqrt{\frac{(\rho_t - 4)(\rho_t - 2) \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2) \rho_t}} \\
        p &\leftarrow p - \text{lr} \, \frac{m}{1 - \beta_1^t}
            \cdot \begin{cases}
                r_t \sqrt{1 - \beta_2^t} \big/ \big(\sqrt{v} + \epsilon\big) & \text{if } \rho_t > 5 \\
                1 & \text{else}
            \end{cases}

    in step t (Liu et al., 2020).

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        betas: how much of the two running means is kept at each step.
        eps: keeps the quotient finite.
        weight_decay: how strongly parameters are drawn to zero.
        decoupled_weight_decay: let parameters decay by themselves, as in :class:`AdamW`.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.RAdam([w], lr=0.5)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.5
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        decoupled_weight_decay: bool = False,
        **common: Unpack[Common],
    ) -> None:
        options = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, options, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "eps", "weight_decay"):
            check_not_negative("RAdam", name, options[name])
        check_betas("RAdam", options["betas"])

    def init_state(self, p: Tensor, **options: Any) -> State:
        return {"step": 0, "exp_avg": ft.zeros_like(p), "exp_avg_sq": ft.zeros_like(p)}

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
        decoupled_weight_decay: bool,
    ) -> None:
        beta1, beta2 = betas
        state["step"] += 1
        t = state["step"]
        if weight_decay and decoupled_weight_decay:
            p.mul_(1 - lr * weight_decay)
        elif weight_decay:
            g = g + weight_decay * p
        m = state["exp_avg"].lerp_(g, 1 - beta1)
        v = state["exp_avg_sq"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
        correction = 1 - beta2**t
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * t * beta2**t / correction
        rate = -lr / (1 - beta1**t)
        if length > 5:
            seen = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
            p.addcdiv_(m, v.sqrt().add_(eps), value=rate * math.sqrt(seen * correction))
        else:
            p.add_(m * rate)
