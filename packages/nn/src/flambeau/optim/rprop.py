"""Rprop."""

from __future__ import annotations

from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._check import check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["Rprop"]


class Rprop(Optimizer):
    r"""Steps of a size of each element's own, which grows while its gradient keeps its sign: for whole data sets.

    .. math::
        s &\leftarrow \begin{cases}
            \min(\eta_+ s, s_{\max}) & \text{if the gradient has the sign it had in the step before} \\
            \max(\eta_- s, s_{\min}) & \text{if it has the other; and no step is made this time} \\
            s & \text{if one of them is 0}
        \end{cases} \\
        p &\leftarrow p - s \cdot \operatorname{sign}(g)

    (Riedmiller and Braun, 1993; this form is Rprop- without backtracking).

    Args:
        params: parameters, with names or without, or groups of them.
        lr: the size of the first step.
        etas: what sizes are multiplied by, :math:`(\eta_-, \eta_+)`.
        step_sizes: the smallest and the largest size.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer = optim.Rprop([w], lr=0.25)
        >>> for step in range(2):
        ...     optimizer.zero_grad()
        ...     (w * w).sum().backward()
        ...     optimizer.step()
        >>> round(w.item(), 6)
        0.45
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {"lr": lr, "etas": etas, "step_sizes": step_sizes}, **common)

    def check_options(self, **options: Any) -> None:
        check_not_negative("Rprop", "lr", options["lr"])
        etas, sizes = options["etas"], options["step_sizes"]
        if len(etas) != 2 or not 0 < etas[0] < 1 < etas[1]:
            errors.value_error("Rprop", "etas", "a number in (0, 1) and one above 1", str(etas))
        if len(sizes) != 2 or not 0 <= sizes[0] <= sizes[1]:
            errors.value_error("Rprop", "step_sizes", "the smallest and the largest size", str(sizes))

    def init_state(self, p: Tensor, **options: Any) -> State:
        return {"step": 0, "prev": ft.zeros_like(p), "step_size": ft.full_like(p, float(options["lr"]))}

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        *,
        lr: float,
        etas: tuple[float, float],
        step_sizes: tuple[float, float],
    ) -> None:
        state["step"] += 1
        size = state["step_size"]
        agreement = g * state["prev"]
        shorter = agreement < 0
        ft.where(shorter, size * etas[0], ft.where(agreement > 0, size * etas[1], size), out=size)
        size.clamp_(*step_sizes)
        # A gradient of 0 is remembered where the sign changed, so that the next step counts as no change.
        g = ft.where(shorter, 0.0, g, out=state["prev"])
        p.addcmul_(g.sign(), size, value=-1)
