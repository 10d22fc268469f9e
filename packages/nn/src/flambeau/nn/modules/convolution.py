"""Convolutional layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from .. import functional as F
from .. import init
from ..functional._types import Pair
from ..module import Module
from ..parameter import Parameter
from ._check import check_size, pair

__all__ = ["Conv2d"]


class Conv2d(Module):
    r"""Cross-correlation of images with trained filters.

    .. math:: y[n, o, i, j] = b[o] + \sum_{c, k, l} x[n, c, s i + d k - p, s j + d l - p] \, w[o, c, k, l]

    Args:
        in_channels: channels of the images that come in.
        out_channels: channels of those that go out.
        kernel_size: the size of the window.
        stride: the distance s between windows.
        padding: the width p of the zeros put around the images.
        dilation: the distance d between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        bias: whether there is a b.
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

    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_size("Conv2d", "in_channels", in_channels)
        check_size("Conv2d", "out_channels", out_channels)
        check_size("Conv2d", "groups", groups)
        if in_channels % groups or out_channels % groups:
            both = f"a divisor of the {in_channels} input and {out_channels} output channels"
            errors.value_error("Conv2d", "groups", both, str(groups))
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = pair("Conv2d", "kernel_size", kernel_size)
        self.stride = pair("Conv2d", "stride", stride)
        self.padding = pair("Conv2d", "padding", padding, least=0)
        self.dilation = pair("Conv2d", "dilation", dilation)
        self.groups = groups
        weight = ft.empty(out_channels, in_channels // groups, *self.kernel_size, device=device, dtype=dtype)
        self.weight = Parameter(weight)
        self.register_parameter("bias", Parameter(ft.empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
            init.uniform_(self.bias, -bound, bound)

    if TYPE_CHECKING:

        def __call__(self, input: Tensor) -> Variable: ...

    def forward(self, input: Tensor) -> Variable:
        return F.conv2d(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def expected_input(self, input: Tensor) -> str | None:
        if input.ndim not in (3, 4) or input.shape[-3] != self.in_channels:
            return f"(N, {self.in_channels}, H, W)"
        spans = [d * (k - 1) + 1 - 2 * p for k, d, p in zip(self.kernel_size, self.dilation, self.padding, strict=True)]
        if any(size < span for size, span in zip(input.shape[-2:], spans, strict=True)):
            return f"(N, {self.in_channels}, H >= {spans[0]}, W >= {spans[1]})"
        return None

    def extra_repr(self) -> str:
        shown = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        for name, usual in (("padding", (0, 0)), ("dilation", (1, 1)), ("groups", 1)):
            if getattr(self, name) != usual:
                shown.append(f"{name}={getattr(self, name)}")
        return ", ".join(shown if self.bias is not None else [*shown, "bias=False"])
