"""Leaving out whole residual branches in training."""

from __future__ import annotations

import flambeau.nn as nn
import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._checks import check_floats

__all__ = ["StochasticDepth", "stochastic_depth"]


def stochastic_depth(input: Tensor, p: float, mode: str, training: bool = True) -> Tensor:
    """Zero a residual branch with probability p, and divide by 1 - p what stays.

    After Huang and others, "Deep Networks with Stochastic Depth" (arXiv:1603.09382).

    Args:
        input: the branch, of shape (N, \\*).
        p: probability of zeroing.
        mode: ``"batch"``, all samples or none; or ``"row"``, each sample for itself.
        training: when False, the input is returned.

    Raises:
        ValueError: p is not in [0, 1], or there is no such mode.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.stochastic_depth(ft.ones(2, 3), 1.0, "row").sum().item()
        0.0
    """
    check_floats("stochastic_depth", "input", input)
    if not 0 <= p <= 1:
        errors.value_error("stochastic_depth", "p", "a probability from 0 to 1", str(p))
    if mode not in ("batch", "row"):
        errors.value_error("stochastic_depth", "mode", "'batch' or 'row'", repr(mode))
    if not training or p == 0:
        return input
    shape = (input.shape[0] if mode == "row" else 1, *[1] * (input.ndim - 1))
    kept = ft.rand(shape, dtype=input.dtype, device=input.device) >= p
    return input * (kept.to(input.dtype) / (1 - p) if p < 1 else kept.to(input.dtype))


class StochasticDepth(nn.Module):
    """:func:`stochastic_depth` as a layer, active in training.

    Args:
        p: probability of zeroing.
        mode: ``"batch"`` or ``"row"``.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.StochasticDepth(0.5, "row").eval()(ft.ones(2)).tolist()
        [1.0, 1.0]
    """

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p, self.mode = p, mode

    def forward(self, input: Tensor) -> Tensor:
        return stochastic_depth(input, self.p, self.mode, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}, mode={self.mode}"
