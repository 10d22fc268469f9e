"""Normalising layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from .. import functional as F
from .. import init
from ..functional._types import T
from ..module import Module
from ..parameter import Parameter
from ._check import check_size

__all__ = ["BatchNorm2d"]


class BatchNorm2d(Module):
    r"""Each channel of images brought to mean 0 and variance 1, then scaled and shifted by trained numbers.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    While training, mean and variance are those of the batch, and the buffers ``running_mean`` and ``running_var`` move
    towards them (the latter towards the unbiased variance); after ``eval()`` those are used.

    Args:
        num_features: channels of the images.
        eps: added to the variance.
        momentum: how far the running statistics move at each batch; None for the mean of all batches so far.
        affine: whether there are ``weight`` and ``bias``, which start as ones and zeros.
        track_running_stats: whether there are running statistics; without them the batch's are always used.
        device: where to make parameters and buffers.
        dtype: dtype of parameters and running statistics.

    Shape:
        (N, num_features, H, W) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.BatchNorm2d(3)
        >>> y = layer(ft.randn(10, 3, 4, 4) * 5 + 7)
        >>> bool(ft.all(ft.abs(y.detach().mean((0, 2, 3))) < 1e-5))
        True
        >>> layer.num_batches_tracked.item()
        1
    """

    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_size("BatchNorm2d", "num_features", num_features)
        if not eps >= 0:
            errors.value_error("BatchNorm2d", "eps", "0 or more", str(eps))
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats

        def made() -> Tensor:
            return ft.empty(num_features, device=device, dtype=dtype)

        for name in ("weight", "bias"):
            self.register_parameter(name, Parameter(made()) if affine else None)
        for name in ("running_mean", "running_var"):
            self.register_buffer(name, made() if track_running_stats else None)
        count = ft.zeros((), dtype=ft.int64, device=device) if track_running_stats else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Go back to the beginning, running statistics included."""
        self.reset_running_stats()
        if self.weight is not None and self.bias is not None:
            init.ones_(self.weight)
            init.zeros_(self.bias)

    def reset_running_stats(self) -> None:
        """Forget the running statistics."""
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def forward(self, input: T) -> T:
        if input.ndim != 4:
            errors.shape_error("BatchNorm2d", "input", "4 dimensions (N, C, H, W)", f"shape {input.shape}")
        by_batch = self.training or self.running_mean is None
        batches, momentum = self.num_batches_tracked, self.momentum
        if momentum is None:
            momentum = 1 / (batches.item() + 1) if by_batch and batches is not None else 0.0
        result = F.batch_norm(
            input, self.running_mean, self.running_var, self.weight, self.bias, by_batch, momentum, self.eps
        )
        if by_batch and batches is not None:
            batches.add_(1)
        return result

    def expected_input(self, input: Tensor) -> str | None:
        fits = input.ndim == 4 and input.shape[1] == self.num_features
        return None if fits else f"(N, {self.num_features}, H, W)"

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )
