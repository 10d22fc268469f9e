"""Adam and AdamW."""

from __future__ import annotations

import math
from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._check import check_betas, check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    r"""Steps along the mean of the gradients, each element scaled by how large its gradients usually are.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        p &\leftarrow p - \text{lr} \, \frac{m}{1 - \beta_1^t} \Big/ \Big(\sqrt{\frac{v}{1 - \beta_2^t}} + \epsilon\Big)

    in step t (Kingma and Ba, 2015). With ``amsgrad`` the greatest v so far takes the place of v in the last line (Reddi
    et al., 2018); with ``decoupled_weight_decay`` parameters decay as in :class:`AdamW`.

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        betas: how much of the two running means is kept at each step.
        eps: keeps the quotient finite.
        weight_decay: how strongly parameters are drawn to zero.
        amsgrad: let no element's steps grow again.
        decoupled_weight_decay: let parameters decay by themselves, not through the gradient.
        common: ``maximize`` and what else :class:`Optimizer` takes.

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
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        amsgrad: bool = False,
        *,
        decoupled_weight_decay: bool = False,
        **common: Unpack[Common],
    ) -> None:
        options = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, options, **common)

    def check_options(self, **options: Any) -> None:
        operation = type(self).__name__
        for name in ("lr", "eps", "weight_decay"):
            check_not_negative(operation, name, options[name])
        check_betas(operation, options["betas"])

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
        decoupled_weight_decay: bool,
    ) -> None:
        beta1, beta2 = betas
        state["step"] += 1
        m, v = state["exp_avg"], state["exp_avg_sq"]
        if weight_decay and decoupled_weight_decay:
            p.mul_(1 - lr * weight_decay)
        elif weight_decay:
            g = g + weight_decay * p
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        if amsgrad:
            v = state["max_exp_avg_sq"].maximum_(v)
        scale = v.sqrt().mul_(1 / math.sqrt(1 - beta2 ** state["step"])).add_(eps)
        p.addcdiv_(m, scale, value=-lr / (1 - beta1 ** state["step"]))


class AdamW(Adam):
    r"""Adam in which parameters decay by themselves, whatever their gradients are.

    .. math::
        p &\leftarrow p - \text{lr} \cdot \text{weight_decay} \cdot p

    and then what :class:`Adam` does without ``weight_decay`` (Loshchilov and Hutter, 2019).

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        betas: how much of the two running means is kept at each step.
        eps: keeps the quotient finite.
        weight_decay: how strongly parameters are drawn to zero.
        amsgrad: let no element's steps grow again.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.AdamW([w], lr=0.5, weight_decay=0.1)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> round(w.item(), 6)
        0.45
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 1e-2,
        amsgrad: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, decoupled_weight_decay=True, **common)
