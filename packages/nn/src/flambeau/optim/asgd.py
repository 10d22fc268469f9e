"""Averaged stochastic gradient descent."""

from __future__ import annotations

from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._check import check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["ASGD"]


class ASGD(Optimizer):
    r"""Stochastic gradient descent that also keeps the mean of the places it has been.

    .. math::
        g &\leftarrow g + \text{weight_decay} \cdot p \\
        p &\leftarrow (1 - \lambda \eta) \, p - \eta g \\
        a &\leftarrow a + \mu (p - a) \\
        \eta &\leftarrow \frac{\text{lr}}{(1 + \lambda \cdot \text{lr} \cdot t)^\alpha}, \qquad
        \mu \leftarrow \frac{1}{\max(1, t - t_0)}

    in step t, with :math:`\eta = \text{lr}` and :math:`\mu = 1` in the first (Polyak and Juditsky, 1992). The mean a is
    ``optimizer.state[p]["ax"]``.

    Args:
        params: parameters, with names or without, or groups of them.
        lr: learning rate.
        lambd: how strongly parameters, and the learning rate with them, decay.
        alpha: the power by which the learning rate decays.
        t0: the step after which the mean is taken.
        weight_decay: how strongly parameters are drawn to zero, through the gradient.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.ASGD([w], lr=0.25, lambd=0.0, t0=0)
        >>> for step in range(2):
        ...     optimizer.zero_grad()
        ...     w.sum().backward()
        ...     optimizer.step()
        >>> w.item(), optimizer.state[w]["ax"].item()
        (0.5, 0.5)
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: Rate = 0.0,
        **common: Unpack[Common],
    ) -> None:
        options = {"lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay}
        super().__init__(params, options, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "lambd", "alpha", "t0", "weight_decay"):
            check_not_negative("ASGD", name, options[name])

    def init_state(self, p: Tensor, **options: Any) -> State:
        return {"step": 0, "eta": float(options["lr"]), "mu": 1.0, "ax": ft.zeros_like(p)}

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        *,
        lr: float,
        lambd: float,
        alpha: float,
        t0: float,
        weight_decay: float,
    ) -> None:
        state["step"] += 1
        eta, t = state["eta"], state["step"]
        if weight_decay:
            g = g + weight_decay * p
        p.mul_(1 - lambd * eta).sub_(eta * g)
        state["ax"].lerp_(p, state["mu"])
        state["eta"] = lr / (1 + lambd * lr * t) ** alpha
        state["mu"] = 1 / max(1, t - t0)
