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

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"]


class _ChannelNorm(Module):
    """Channels normalised over batches or samples, with running statistics."""

    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None
    _dims: tuple[int, ...]  # how many dimensions the input may have
    _sizes: str  # what these are after the channels

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        device: Any,
        dtype: Any,
        bias: bool,
    ) -> None:
        super().__init__()
        check_size(type(self).__name__, "num_features", num_features)
        if not eps >= 0:
            errors.value_error(type(self).__name__, "eps", "0 or more", str(eps))
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats

        def made() -> Tensor:
            return ft.empty(num_features, device=device, dtype=dtype)

        self.register_parameter("weight", Parameter(made()) if affine else None)
        self.register_parameter("bias", Parameter(made()) if affine and bias else None)
        for name in ("running_mean", "running_var"):
            self.register_buffer(name, made() if track_running_stats else None)
        count = ft.zeros((), dtype=ft.int64, device=device) if track_running_stats else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Go back to the beginning, running statistics included."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def reset_running_stats(self) -> None:
        """Forget the running statistics."""
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def _check_dims(self, input: Tensor) -> None:
        if input.ndim not in self._dims:
            wanted = f"{' or '.join(map(str, self._dims))} dimensions {self._shapes('C')}"
            errors.shape_error(type(self).__name__, "input", wanted, f"shape {input.shape}")

    def _shapes(self, channels: object) -> str:
        raise NotImplementedError

    def expected_input(self, input: Tensor) -> str | None:
        fits = input.ndim in self._dims and input.shape[self._channel_dim(input)] == self.num_features
        return None if fits else self._shapes(self.num_features)

    def _channel_dim(self, input: Tensor) -> int:
        return 1

    def extra_repr(self) -> str:
        text = f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
        shown = "bias=False, " if self.affine and self.bias is None else ""
        return f"{text}{shown}track_running_stats={self.track_running_stats}"


class _BatchNorm(_ChannelNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias)

    def forward(self, input: T) -> T:
        self._check_dims(input)
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

    def _shapes(self, channels: object) -> str:
        return f"(N, {channels}{self._sizes})"


class _InstanceNorm(_ChannelNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias)

    def forward(self, input: T) -> T:
        self._check_dims(input)
        if input.shape[self._channel_dim(input)] != self.num_features:
            wanted = f"{self.num_features} channels"
            errors.shape_error(type(self).__name__, "input", wanted, f"shape {input.shape}")
        whole = input if input.ndim == self._dims[1] else input.unsqueeze(0)
        result = F.instance_norm(
            whole, self.running_mean, self.running_var, self.weight, self.bias,
            self.training or self.running_mean is None, self.momentum or 0.0, self.eps,
        )  # fmt: skip
        return result if input.ndim == self._dims[1] else result.squeeze(0)

    def _shapes(self, channels: object) -> str:
        return f"(N, {channels}{self._sizes}) or ({channels}{self._sizes})"

    def _channel_dim(self, input: Tensor) -> int:
        return 1 if input.ndim == self._dims[1] else 0


class BatchNorm1d(_BatchNorm):
    r"""Each channel of vectors or sequences brought to mean 0 and variance 1, then scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    While training, mean and variance are those of the batch, and the buffers ``running_mean`` and ``running_var`` move
    towards them (the latter towards the unbiased variance); after ``eval()`` those are used.

    Args:
        num_features: channels of the input.
        eps: added to the variance.
        momentum: how far the running statistics move at each batch; None for the mean of all batches so far.
        affine: whether there are ``weight`` and ``bias``, which start as ones and zeros.
        track_running_stats: whether there are running statistics; without them the batch's are always used.
        device: where to make parameters and buffers.
        dtype: dtype of parameters and running statistics.
        bias: whether there is a ``bias``, where there is a ``weight``.

    Shape:
        (N, num_features) or (N, num_features, L) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.BatchNorm1d(3)
        >>> y = layer(ft.randn(10, 3) * 5 + 7)
        >>> bool(ft.all(ft.abs(y.detach().mean(0)) < 1e-5))
        True
        >>> layer.num_batches_tracked.item()
        1
    """

    _dims = (2, 3)
    _sizes = "[, L]"


class BatchNorm2d(_BatchNorm):
    r"""Each channel of images brought to mean 0 and variance 1, then scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    While training, mean and variance are those of the batch, and the buffers ``running_mean`` and ``running_var`` move
    towards them (the latter towards the unbiased variance); after ``eval()`` those are used.

    Args:
        num_features: channels of the input.
        eps: added to the variance.
        momentum: how far the running statistics move at each batch; None for the mean of all batches so far.
        affine: whether there are ``weight`` and ``bias``, which start as ones and zeros.
        track_running_stats: whether there are running statistics; without them the batch's are always used.
        device: where to make parameters and buffers.
        dtype: dtype of parameters and running statistics.
        bias: whether there is a ``bias``, where there is a ``weight``.

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

    _dims = (4,)
    _sizes = ", H, W"


class BatchNorm3d(_BatchNorm):
    r"""Each channel of volumes brought to mean 0 and variance 1, then scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    While training, mean and variance are those of the batch, and the buffers ``running_mean`` and ``running_var`` move
    towards them (the latter towards the unbiased variance); after ``eval()`` those are used.

    Args:
        num_features: channels of the input.
        eps: added to the variance.
        momentum: how far the running statistics move at each batch; None for the mean of all batches so far.
        affine: whether there are ``weight`` and ``bias``, which start as ones and zeros.
        track_running_stats: whether there are running statistics; without them the batch's are always used.
        device: where to make parameters and buffers.
        dtype: dtype of parameters and running statistics.
        bias: whether there is a ``bias``, where there is a ``weight``.

    Shape:
        (N, num_features, D, H, W) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.BatchNorm3d(3)
        >>> y = layer(ft.randn(10, 3, 2, 4, 4) * 5 + 7)
        >>> bool(ft.all(ft.abs(y.detach().mean((0, 2, 3, 4))) < 1e-5))
        True
        >>> layer.num_batches_tracked.item()
        1
    """

    _dims = (5,)
    _sizes = ", D, H, W"


class InstanceNorm1d(_InstanceNorm):
    r"""Each channel of each sample of sequences brought to mean 0 and variance 1, then perhaps scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    Args:
        num_features: channels of the input.
        eps: added to the variance.
        momentum: how far the running statistics move at each batch.
        affine: whether there are ``weight`` and ``bias``, which start as ones and zeros.
        track_running_stats: whether there are running statistics, used after ``eval()``; without them the samples' own
            are always used.
        device: where to make parameters and buffers.
        dtype: dtype of parameters and running statistics.
        bias: whether there is a ``bias``, where there is a ``weight``.

    Shape:
        (N, num_features, L) or without the N, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.InstanceNorm1d(3)(ft.randn(10, 3, 4) * 5 + 7)
        >>> bool(ft.all(ft.abs(y.mean(2)) < 1e-5))
        True
    """

    _dims = (2, 3)
    _sizes = ", L"


class InstanceNorm2d(_InstanceNorm):
    r"""Each channel of each sample of images brought to mean 0 and variance 1, then perhaps scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    Args:
        num_features: channels of the input.
        eps: added to the variance.
        momentum: how far the running statistics move at each batch.
        affine: whether there are ``weight`` and ``bias``, which start as ones and zeros.
        track_running_stats: whether there are running statistics, used after ``eval()``; without them the samples' own
            are always used.
        device: where to make parameters and buffers.
        dtype: dtype of parameters and running statistics.
        bias: whether there is a ``bias``, where there is a ``weight``.

    Shape:
        (N, num_features, H, W) or without the N, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.InstanceNorm2d(3)(ft.randn(10, 3, 4, 4) * 5 + 7)
        >>> bool(ft.all(ft.abs(y.mean((2, 3))) < 1e-5))
        True
    """

    _dims = (3, 4)
    _sizes = ", H, W"


class InstanceNorm3d(_InstanceNorm):
    r"""Each channel of each sample of volumes brought to mean 0 and variance 1, then perhaps scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    Args:
        num_features: channels of the input.
        eps: added to the variance.
        momentum: how far the running statistics move at each batch.
        affine: whether there are ``weight`` and ``bias``, which start as ones and zeros.
        track_running_stats: whether there are running statistics, used after ``eval()``; without them the samples' own
            are always used.
        device: where to make parameters and buffers.
        dtype: dtype of parameters and running statistics.
        bias: whether there is a ``bias``, where there is a ``weight``.

    Shape:
        (N, num_features, D, H, W) or without the N, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.InstanceNorm3d(3)(ft.randn(10, 3, 2, 4, 4) * 5 + 7)
        >>> bool(ft.all(ft.abs(y.mean((2, 3, 4))) < 1e-5))
        True
    """

    _dims = (4, 5)
    _sizes = ", D, H, W"
