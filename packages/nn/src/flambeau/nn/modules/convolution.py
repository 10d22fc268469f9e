"""Convolutional layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from .. import functional as F
from .. import init
from ..functional._types import Pair, Single, Triple
from ..module import Module
from ..parameter import Parameter
from ._check import check_size, several
from ._windows import PADDING_MODES, around, expected_images

__all__ = ["Conv1d", "Conv2d", "Conv3d"]


class Convolution(Module):
    """What convolutional layers of any number of dimensions share: arguments, parameters and how they are shown."""

    dims: int  # over how many dimensions windows slide
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        padding: str | int | tuple[int, ...],
        dilation: int | tuple[int, ...],
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        check_size(layer, "in_channels", in_channels)
        check_size(layer, "out_channels", out_channels)
        check_size(layer, "groups", groups)
        if in_channels % groups or out_channels % groups:
            both = f"a divisor of the {in_channels} input and {out_channels} output channels"
            errors.value_error(layer, "groups", both, str(groups))
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = several(layer, "kernel_size", kernel_size, self.dims)
        self.stride = several(layer, "stride", stride, self.dims)
        self.dilation = several(layer, "dilation", dilation, self.dims)
        self.padding = self._checked_padding(padding)
        self.groups = groups
        if padding_mode not in PADDING_MODES:
            errors.value_error(
                layer, "padding_mode", "'zeros', 'reflect', 'replicate' or 'circular'", repr(padding_mode)
            )
        self.padding_mode = padding_mode
        weight = ft.empty(*self._weight_shape(), device=device, dtype=dtype)
        self.weight = Parameter(weight)
        self.register_parameter("bias", Parameter(ft.empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def _weight_shape(self) -> tuple[int, ...]:
        return (self.out_channels, self.in_channels // self.groups, *self.kernel_size)

    def _checked_padding(self, padding: Any) -> str | tuple[int, ...]:
        layer = type(self).__name__
        if not isinstance(padding, str):
            return several(layer, "padding", padding, self.dims, least=0)
        if padding not in ("same", "valid"):
            errors.value_error(layer, "padding", "ints, 'same' or 'valid'", repr(padding))
        if padding == "same" and any(s != 1 for s in self.stride):
            errors.value_error(layer, "padding", "ints or 'valid' with a stride other than 1", "'same'")
        return padding

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
            init.uniform_(self.bias, -bound, bound)

    def _sides(self) -> list[tuple[int, int]]:
        """The padding at both ends of each dimension."""
        if isinstance(self.padding, tuple):
            return [(p, p) for p in self.padding]
        if self.padding == "valid":
            return [(0, 0)] * self.dims
        totals = [d * (k - 1) for k, d in zip(self.kernel_size, self.dilation, strict=True)]
        return [(total // 2, total - total // 2) for total in totals]

    def _convolved(self, function: Any, input: Tensor) -> Any:
        """``function`` of the input, which has what is around it already where that is not zeros."""
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = around(type(self).__name__, input, self._sides(), self.padding_mode), 0
        return function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def expected_input(self, input: Tensor) -> str | None:
        spans = [
            d * (k - 1) + 1 - sum(p) for k, d, p in zip(self.kernel_size, self.dilation, self._sides(), strict=True)
        ]
        return expected_images(input, self.dims, self.in_channels, spans)

    def extra_repr(self) -> str:
        shown = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        zeros, ones = (0,) * self.dims, (1,) * self.dims
        usual = {"padding": zeros, "output_padding": zeros, "dilation": ones, "groups": 1, "padding_mode": "zeros"}
        for name, value in usual.items():
            if getattr(self, name, value) != value:
                shown.append(f"{name}={getattr(self, name)!r}")
        return ", ".join(shown if self.bias is not None else [*shown, "bias=False"])


class Conv1d(Convolution):
    r"""Cross-correlation of sequences with trained filters.

    .. math:: y[n, o, i] = b[o] + \sum_{c, k} x[n, c, s i + d k - p] \, w[o, c, k]

    Args:
        in_channels: channels of the sequences that come in.
        out_channels: channels of those that go out.
        kernel_size: the size of the window.
        stride: the distance s between windows.
        padding: the width p of what is put around the sequences; ``'same'`` puts as much as keeps the size, ``'valid'``
            nothing.
        dilation: the distance d between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        bias: whether there is a b.
        padding_mode: what is put around: ``'zeros'``; ``'reflect'``, the sequences mirrored at their edge;
            ``'replicate'``, the edge itself; ``'circular'``, the other end.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, in_channels, L) to (N, out_channels, OL), or both without N,
        where OL = (L + 2 padding - dilation (K - 1) - 1) // stride + 1.

    Both ``weight``, of shape (out_channels, in_channels / groups, K), and ``bias``, of shape (out_channels,),
    start uniformly in :math:`\pm 1 / \sqrt{\text{in\_channels} \cdot K / \text{groups}}`.

    Raises:
        ValueError: an argument is out of range, or ``groups`` does not divide both numbers of channels.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.Conv1d(3, 8, kernel_size=3, padding="same")
        >>> layer(ft.randn(4, 3, 32)).shape
        (4, 8, 32)
    """

    dims = 1

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Single,
        stride: Single = 1,
        padding: str | Single = 0,
        dilation: Single = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        )

    if TYPE_CHECKING:

        def __call__(self, input: Tensor) -> Variable: ...

    def forward(self, input: Tensor) -> Variable:
        return self._convolved(F.conv1d, input)


class Conv2d(Convolution):
    r"""Cross-correlation of images with trained filters.

    .. math:: y[n, o, i, j] = b[o] + \sum_{c, k, l} x[n, c, s i + d k - p, s j + d l - p] \, w[o, c, k, l]

    Args:
        in_channels: channels of the images that come in.
        out_channels: channels of those that go out.
        kernel_size: the size of the window.
        stride: the distance s between windows.
        padding: the width p of what is put around the images; ``'same'`` puts as much as keeps the size, ``'valid'``
            nothing.
        dilation: the distance d between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        bias: whether there is a b.
        padding_mode: what is put around: ``'zeros'``; ``'reflect'``, the images mirrored at their edge;
            ``'replicate'``, the edge itself; ``'circular'``, the other end.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, in_channels, H, W) to (N, out_channels, OH, OW), or both without N,
        where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1.

    Both ``weight``, of shape (out_channels, in_channels / groups, KH, KW), and ``bias``, of shape (out_channels,),
    start uniformly in :math:`\pm 1 / \sqrt{\text{in\_channels} \cdot KH \cdot KW / \text{groups}}`.

    Raises:
        ValueError: an argument is out of range, or ``groups`` does not divide both numbers of channels.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.Conv2d(3, 8, kernel_size=3, stride=2, padding=1)
        >>> layer(ft.randn(4, 3, 32, 32)).shape
        (4, 8, 16, 16)
    """

    dims = 2

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: str | Pair = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        )

    if TYPE_CHECKING:

        def __call__(self, input: Tensor) -> Variable: ...

    def forward(self, input: Tensor) -> Variable:
        return self._convolved(F.conv2d, input)


class Conv3d(Convolution):
    r"""Cross-correlation of volumes with trained filters.

    .. math:: y[n, o, h, i, j] = b[o] + \sum_{c, k, l, m}
        x[n, c, s h + d k - p, s i + d l - p, s j + d m - p] \, w[o, c, k, l, m]

    Args:
        in_channels: channels of the volumes that come in.
        out_channels: channels of those that go out.
        kernel_size: the size of the window.
        stride: the distance s between windows.
        padding: the width p of what is put around the volumes; ``'same'`` puts as much as keeps the size, ``'valid'``
            nothing.
        dilation: the distance d between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        bias: whether there is a b.
        padding_mode: what is put around: ``'zeros'``; ``'reflect'``, the volumes mirrored at their edge;
            ``'replicate'``, the edge itself; ``'circular'``, the other end.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, in_channels, D, H, W) to (N, out_channels, OD, OH, OW), or both without N,
        where OD = (D + 2 padding - dilation (KD - 1) - 1) // stride + 1.

    Both ``weight``, of shape (out_channels, in_channels / groups, KD, KH, KW), and ``bias``, of shape (out_channels,),
    start uniformly in :math:`\pm 1 / \sqrt{\text{in\_channels} \cdot KD \cdot KH \cdot KW / \text{groups}}`.

    Raises:
        ValueError: an argument is out of range, or ``groups`` does not divide both numbers of channels.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.Conv3d(1, 4, kernel_size=(1, 3, 3))
        >>> layer(ft.randn(2, 1, 4, 8, 8)).shape
        (2, 4, 4, 6, 6)
    """

    dims = 3

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Triple,
        stride: Triple = 1,
        padding: str | Triple = 0,
        dilation: Triple = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        )

    if TYPE_CHECKING:

        def __call__(self, input: Tensor) -> Variable: ...

    def forward(self, input: Tensor) -> Variable:
        return self._convolved(F.conv3d, input)
