"""Normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from .. import functional, init
from .._errors import expects
from ..functional._types import T
from ..module import Module
from ..parameter import Parameter
from ._checks import check_positive

__all__ = ["BatchNorm2d"]


class BatchNorm2d(Module):
    """Each channel of images brought to mean 0 and variance 1: ``(input - mean) / sqrt(var + eps) * weight + bias``.

    In training mode, mean and variance are the batch's, and running ones follow them, the variance unbiased; in
    evaluation mode, they are the running ones.

    Args:
        num_features: channels of the images.
        eps: added to the variance, so that channels without any do not divide by zero.
        momentum: how fast the running mean and variance move: ``running = (1 - momentum) * running + momentum *
            batch``; None for the plain average of all batches.
        affine: whether there are weight and bias.
        track_running_stats: whether there are a running mean and variance; the batch's are always used without.
        device: where to make parameters and buffers.
        dtype: their dtype.

    Shape:
        - Input: (N, num_features, H, W).
        - Result: the same.

    Attributes:
        weight: Parameter of shape (num_features,), at first 1; or None.
        bias: Parameter of shape (num_features,), at first 0; or None.
        running_mean: buffer of shape (num_features,), at first 0; or None.
        running_var: buffer of shape (num_features,), at first 1; or None.
        num_batches_tracked: buffer without dimensions: how many batches the running ones have seen; or None.

    Raises:
        ValueError: ``num_features`` below 1, or ``eps`` below 0.

    Example:
        >>> from flambeau import nn
        >>> layer = nn.BatchNorm2d(3)
        >>> layer(ft.randn(4, 3, 8, 8)).shape, layer.num_batches_tracked.item()
        ((4, 3, 8, 8), 1)
    """

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
        *,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_positive("BatchNorm2d", num_features=num_features)
        if not eps >= 0:
            errors.value_error("BatchNorm2d", "eps", "0 or more", str(eps))
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self.weight: Parameter | None = None
        self.bias: Parameter | None = None
        place = {"device": device, "dtype": dtype}
        for name in ("weight", "bias"):
            self.register_parameter(name, Parameter(ft.empty(num_features, **place)) if affine else None)
        for name in ("running_mean", "running_var"):
            self.register_buffer(name, ft.empty(num_features, **place) if track_running_stats else None)
        count = ft.zeros((), dtype=ft.int64, device=device) if track_running_stats else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the batches seen so far."""
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Set parameters and running statistics to what they were at first."""
        self.reset_running_stats()
        if self.weight is not None and self.bias is not None:
            init.ones_(self.weight)
            init.zeros_(self.bias)

    def forward(self, input: T) -> T:
        if input.ndim != 4:
            errors.shape_error("batch_norm", "input", "4 dimensions (N, C, H, W)", f"shape {input.shape}")
        if not self.training:
            batch = self.running_mean is None
            mean, var = self.running_mean, self.running_var
            return functional.batch_norm(input, mean, var, self.weight, self.bias, batch, 0, self.eps)
        momentum = self.momentum
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        mean, var = self.running_mean, self.running_var
        return functional.batch_norm(input, mean, var, self.weight, self.bias, True, momentum or 0.0, self.eps)

    if TYPE_CHECKING:
        __call__ = forward

    def misfit(self, *args: Any) -> str | None:
        (input,) = args
        fits = input.ndim == 4 and input.shape[1] == self.num_features
        return None if fits else expects(f"(N, {self.num_features}, H, W)", input)

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )
