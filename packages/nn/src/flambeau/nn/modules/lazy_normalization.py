"""Normalising layers that learn the number of channels from the first input."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor

from .lazy import LazyModuleMixin
from .normalization import BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d

__all__ = [
    "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d", "LazyInstanceNorm1d", "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
]  # fmt: skip


class _LazyNorm(LazyModuleMixin):
    _size = "num_features"

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        self._prepare(
            eps=eps, momentum=momentum, affine=affine, track_running_stats=track_running_stats, device=device,
            dtype=dtype, bias=bias,
        )  # fmt: skip

    def _size_of(self, input: Tensor) -> int:
        this: Any = self
        this._check_dims(input)
        return input.shape[this._channel_dim(input)]


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    r"""A :class:`BatchNorm1d` whose ``num_features`` are the channels of its first input.

    Args: all of :class:`BatchNorm1d` but ``num_features``.

    Shape:
        (N, num_features, L) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyBatchNorm1d()
        >>> _ = layer(ft.ones(2, 3, 9))
        >>> layer.num_features
        3
    """

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    r"""A :class:`BatchNorm2d` whose ``num_features`` are the channels of its first input.

    Args: all of :class:`BatchNorm2d` but ``num_features``.

    Shape:
        (N, num_features, H, W) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyBatchNorm2d()
        >>> _ = layer(ft.ones(2, 3, 9, 9))
        >>> layer.num_features
        3
    """

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    r"""A :class:`BatchNorm3d` whose ``num_features`` are the channels of its first input.

    Args: all of :class:`BatchNorm3d` but ``num_features``.

    Shape:
        (N, num_features, D, H, W) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyBatchNorm3d()
        >>> _ = layer(ft.ones(2, 3, 9, 9, 9))
        >>> layer.num_features
        3
    """

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    r"""A :class:`InstanceNorm1d` whose ``num_features`` are the channels of its first input.

    Args: all of :class:`InstanceNorm1d` but ``num_features``.

    Shape:
        (N, num_features, L) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyInstanceNorm1d()
        >>> _ = layer(ft.ones(2, 3, 9))
        >>> layer.num_features
        3
    """

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    r"""A :class:`InstanceNorm2d` whose ``num_features`` are the channels of its first input.

    Args: all of :class:`InstanceNorm2d` but ``num_features``.

    Shape:
        (N, num_features, H, W) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyInstanceNorm2d()
        >>> _ = layer(ft.ones(2, 3, 9, 9))
        >>> layer.num_features
        3
    """

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    r"""A :class:`InstanceNorm3d` whose ``num_features`` are the channels of its first input.

    Args: all of :class:`InstanceNorm3d` but ``num_features``.

    Shape:
        (N, num_features, D, H, W) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyInstanceNorm3d()
        >>> _ = layer(ft.ones(2, 3, 9, 9, 9))
        >>> layer.num_features
        3
    """

    cls_to_become = InstanceNorm3d
