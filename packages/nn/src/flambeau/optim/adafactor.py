"""Adafactor."""

from __future__ import annotations

import math
from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._check import check_not_negative, check_number
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["Adafactor"]


class Adafactor(Optimizer):
    r"""Adam without the mean, which remembers of a matrix of squares only a column R and a row C.

    .. math::
        \beta &= t^{\text{beta2_decay}} \\
        \alpha &= \max(\epsilon_2, \operatorname{rms}(p)) \cdot \min\big(\text{lr}, 1 / \sqrt{t}\big) \\
        p &\leftarrow p - \text{lr} \cdot \text{weight_decay} \cdot p \\
        R &\leftarrow (1 - \beta) R + \beta \, \operatorname{mean}(g^2, \text{of each row}) \\
        C &\leftarrow (1 - \beta) C + \beta \, \operatorname{mean}(g^2, \text{of each column}) \\
        V &= R C \big/ \max(\operatorname{mean}(R), \epsilon_1) \\
        U &= g \big/ \sqrt{\max(V, \epsilon_1^2)} \\
        p &\leftarrow p - \alpha \, U \big/ \max\big(1, \operatorname{rms}(U) / d\big)

    in step t (Shazeer and Stern, 2018), where rms is the root of the mean of squares. Of a parameter with one dimension
    or none all squares are remembered. The learning rate is relative to the size of the parameters.

    Args:
        params: parameters, with names or without, or groups of them.
        lr: the largest learning rate.
        beta2_decay: how fast the means become long, a power of the step.
        eps: :math:`\epsilon_1`, which keeps quotients finite (None: the dtype's own), and :math:`\epsilon_2`, the size
            that parameters are taken to have at least.
        d: steps whose root mean square is greater are shortened to it.
        weight_decay: how strongly parameters are drawn to zero.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.ones(2, 2))
        >>> optimizer = optim.Adafactor([w], lr=0.5)
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> w.tolist()
        [[0.5, 0.5], [0.5, 0.5]]
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: Rate = 0.0,
        **common: Unpack[Common],
    ) -> None:
        options = {"lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay}
        super().__init__(params, options, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "weight_decay"):
            check_not_negative("Adafactor", name, options[name])
        check_number("Adafactor", "beta2_decay", options["beta2_decay"], -math.inf, 0, "a number that is not positive")
        check_number("Adafactor", "d", options["d"], 1, math.inf, "a number of at least 1")
        for value in options["eps"]:
            if value is not None:
                check_not_negative("Adafactor", "eps", value)

    def init_state(self, p: Tensor, **options: Any) -> State:
        if p.ndim > 1:
            *batch, rows, columns = p.shape
            row_var = ft.zeros(*batch, rows, 1, dtype=p.dtype, device=p.device)
            col_var = ft.zeros(*batch, 1, columns, dtype=p.dtype, device=p.device)
            return {"step": 0, "row_var": row_var, "col_var": col_var}
        return {"step": 0, "variance": ft.zeros_like(p)}

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        *,
        lr: float,
        beta2_decay: float,
        eps: tuple[float | None, float],
        d: float,
        weight_decay: float,
    ) -> None:
        state["step"] += 1
        least = float(ft.finfo(p.dtype).eps) if eps[0] is None else eps[0]
        weight = state["step"] ** beta2_decay
        rate = max(eps[1], _rms(p)) * min(lr, 1 / math.sqrt(state["step"]))
        if weight_decay:
            p.mul_(1 - lr * weight_decay)
        squares = g * g
        if p.ndim > 1:
            rows = state["row_var"].lerp_(squares.mean(dim=-1, keepdim=True), weight)
            columns = state["col_var"].lerp_(squares.mean(dim=-2, keepdim=True), weight)
            v = rows * columns / rows.mean(dim=-2, keepdim=True).clamp_(min=least)
        else:
            v = state["variance"].lerp_(squares, weight)
        u = g / v.clamp(min=least * least).sqrt_()
        p.sub_(rate / max(1.0, _rms(u) / d) * u)


def _rms(x: Tensor) -> float:
    """The root of the mean of squares."""
    return math.sqrt((x * x).mean().item()) if x.numel() else 0.0
