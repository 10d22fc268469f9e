"""Muon."""

from __future__ import annotations

import math
from typing import Any, Unpack

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from ._check import check_not_negative
from .optimizer import Common, Optimizer, Params, Rate, State

__all__ = ["Muon"]

_ADJUSTMENTS = ("original", "match_rms_adamw")


class Muon(Optimizer):
    r"""Momentum, orthogonalised: for the weight matrices of hidden layers.

    .. math::
        b &\leftarrow \text{momentum} \cdot b + (1 - \text{momentum}) \, g \\
        u &= b, \quad \text{or } \text{momentum} \cdot b + (1 - \text{momentum}) \, g \text{ with nesterov} \\
        X &= u / \lVert u \rVert, \quad \text{and } \text{ns_steps} \text{ times } \quad
            A = X X^\top, \; X \leftarrow a X + (b A + c A^2) X \\
        p &\leftarrow (1 - \text{lr} \cdot \text{weight_decay}) \, p - \text{lr} \cdot s \cdot X

    with :math:`s = \sqrt{\max(1, \text{rows} / \text{columns})}`, or
    :math:`0.2 \sqrt{\max(\text{rows}, \text{columns})}` to match the size of AdamW's steps (Jordan, 2024:
    https://kellerjordan.github.io/posts/muon/; Liu et al., 2025: https://arxiv.org/abs/2502.16982).
    The iteration drives all singular values of X near 1. It runs in the parameters' dtype; PyTorch runs it in
    bfloat16, so the two agree in bfloat16's precision only.

    Biases, embeddings and the last layer are better trained by another optimizer, such as :class:`AdamW`.

    Args:
        params: matrices, with names or without, or groups of them.
        lr: learning rate.
        weight_decay: how strongly parameters are drawn to zero, whatever the learning rate's adjustment.
        momentum: how much of the direction so far is kept.
        nesterov: look ahead along the direction.
        ns_coefficients: a, b and c of the iteration.
        eps: the norm that u is taken to have at least.
        ns_steps: how often the iteration runs.
        adjust_lr_fn: what s is: ``"original"`` (also None) or ``"match_rms_adamw"``.
        common: ``maximize`` and what else :class:`Optimizer` takes.

    Raises:
        ValueError: a parameter that is no matrix, or an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.zeros(2, 2))
        >>> optimizer = optim.Muon([w], lr=0.1)
        >>> (w * ft.tensor([[3.0, 0.0], [0.0, 0.1]])).sum().backward()
        >>> optimizer.step()
        >>> bool((w.diagonal() < -0.05).all())
        True
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        weight_decay: Rate = 0.1,
        momentum: Rate = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
        **common: Unpack[Common],
    ) -> None:
        options = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, options, **common)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "weight_decay", "momentum", "eps"):
            check_not_negative("Muon", name, options[name])
        if len(options["ns_coefficients"]) != 3:
            errors.value_error("Muon", "ns_coefficients", "three numbers", str(options["ns_coefficients"]))
        steps = options["ns_steps"]
        if not isinstance(steps, int) or not 0 <= steps < 100:
            errors.value_error("Muon", "ns_steps", "an int in [0, 100)", str(steps))
        if options["adjust_lr_fn"] not in (None, *_ADJUSTMENTS):
            expected = f"None, {' or '.join(map(repr, _ADJUSTMENTS))}"
            errors.value_error("Muon", "adjust_lr_fn", expected, repr(options["adjust_lr_fn"]))

    def check_params(self, params: list[Variable]) -> None:
        for i, p in enumerate(params):
            if p.ndim != 2:
                got = f"shape {p.shape} as parameter {i}"
                errors.value_error("Muon", "params", "matrices", got, "train the others by AdamW")

    def init_state(self, p: Tensor, **options: Any) -> State:
        return {"momentum_buffer": ft.zeros_like(p)}

    def update(
        self,
        p: Tensor,
        g: Tensor,
        state: State,
        *,
        lr: float,
        weight_decay: float,
        momentum: float,
        nesterov: bool,
        ns_coefficients: tuple[float, float, float],
        eps: float,
        ns_steps: int,
        adjust_lr_fn: str | None,
    ) -> None:
        rows, columns = p.shape
        buffer = state["momentum_buffer"].lerp_(g, 1 - momentum)
        u = g.lerp(buffer, momentum) if nesterov else buffer
        direction = _orthogonalised(u, ns_coefficients, ns_steps, eps)
        scale = math.sqrt(max(1, rows / columns))
        if adjust_lr_fn == "match_rms_adamw":
            scale = 0.2 * math.sqrt(max(rows, columns))
        p.mul_(1 - lr * weight_decay).sub_(lr * scale * direction)


def _orthogonalised(u: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """A matrix with the singular vectors of ``u`` and singular values near 1, by the quintic iteration of Newton and
    Schulz, with the coefficients that Jordan tuned for the slope at zero."""
    a, b, c = coefficients
    tall = u.shape[0] > u.shape[1]
    x = u.T if tall else u
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.T if tall else x
