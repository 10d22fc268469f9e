"""Adagrad."""

from __future__ import annotations

from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._check import check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    r"""Steps that become smaller, the sooner the more an element's gradients have added up.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        s &\leftarrow s + g^2 \\
        p &\leftarrow p - \frac{\text{lr}}{1 + (t - 1) \, \text{lr_decay}} \cdot \frac{g}{\sqrt{s} + \epsilon}

    in step t (Duchi et al., 2011).

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        lr_decay: how fast the learning rate itself becomes smaller.
        weight_decay: how strongly parameters are drawn to zero.
        initial_accumulator_value: what s begins with.
        eps: keeps the quotient finite.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.Adagrad([w], lr=0.5)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.5
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: Rate = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        **common: Unpack[Common],
    ) -> None:
        options = {
            "lr": lr,
            "lr_decay": lr_decay,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "eps": eps,
        }
        super().__init__(params, options, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"):
            check_not_negative("Adagrad", name, options[name])

    def init_state(self, p: Tensor, **options: Any) -> State:
        return {"step": 0, "sum": ft.full_like(p, float(options["initial_accumulator_value"]))}

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        *,
        lr: float,
        lr_decay: float,
        weight_decay: float,
        initial_accumulator_value: float,
        eps: float,
    ) -> None:
        state["step"] += 1
        if weight_decay:
            g = g + weight_decay * p
        total = state["sum"].addcmul_(g, g)
        p.addcdiv_(g, total.sqrt().add_(eps), value=-lr / (1 + (state["step"] - 1) * lr_decay))
