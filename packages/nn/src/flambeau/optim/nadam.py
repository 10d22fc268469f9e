"""NAdam."""

from __future__ import annotations

from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._check import check_betas, check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["NAdam"]


class NAdam(Optimizer):
    r"""Adam that looks ahead along its mean, as Nesterov's momentum does.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        \mu_t &= \beta_1 \big(1 - \tfrac12 \cdot 0.96^{t \cdot \text{momentum_decay}}\big) \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        p &\leftarrow p - \text{lr} \Big(\frac{1 - \mu_t}{1 - \prod_{i \le t} \mu_i} \, g
            + \frac{\mu_{t+1}}{1 - \prod_{i \le t+1} \mu_i} \, m\Big)
            \Big/ \Big(\sqrt{\frac{v}{1 - \beta_2^t}} + \epsilon\Big)

    in step t (Dozat, 2016).

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        betas: how much of the two running means is kept at each step.
        eps: keeps the quotient finite.
        weight_decay: how strongly parameters are drawn to zero.
        momentum_decay: how soon :math:`\mu_t` comes near :math:`\beta_1`.
        decoupled_weight_decay: let parameters decay by themselves, as in :class:`AdamW`.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.NAdam([w], lr=0.5)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> round(w.item(), 4)
        0.4718
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        **common: Unpack[Common],
    ) -> None:
        options = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, options, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "eps", "weight_decay", "momentum_decay"):
            check_not_negative("NAdam", name, options[name])
        check_betas("NAdam", options["betas"])

    def init_state(self, p: Tensor, **options: Any) -> State:
        return {"step": 0, "mu_product": 1.0, "exp_avg": ft.zeros_like(p), "exp_avg_sq": ft.zeros_like(p)}

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
        momentum_decay: float,
        decoupled_weight_decay: bool,
    ) -> None:
        beta1, beta2 = betas
        state["step"] += 1
        t = state["step"]
        if weight_decay and decoupled_weight_decay:
            p.mul_(1 - lr * weight_decay)
        elif weight_decay:
            g = g + weight_decay * p
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
        state["mu_product"] *= mu
        m = state["exp_avg"].lerp_(g, 1 - beta1)
        v = state["exp_avg_sq"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
        scale = (v / (1 - beta2**t)).sqrt_().add_(eps)
        p.addcdiv_(g, scale, value=-lr * (1 - mu) / (1 - state["mu_product"]))
        p.addcdiv_(m, scale, value=-lr * mu_next / (1 - state["mu_product"] * mu_next))
