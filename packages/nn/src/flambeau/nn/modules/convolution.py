"""Convolutions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from .. import functional, init
from .._errors import expects
from ..functional.convolution import Pair
from ..module import Module
from ..parameter import Parameter
from ._checks import check_positive, pair

__all__ = ["Conv2d"]


class Conv2d(Module):
    """A set of filters that slide over images (cross-correlation).

    ``result[n, o, y, x] = bias[o] + sum(input[n, :, y*s : y*s + KH, x*s : x*s + KW] * weight[o])``

    Weight and bias start uniform in [-k, k], where k = 1 / sqrt(in_channels / groups * KH * KW).

    Args:
        in_channels: channels of the images.
        out_channels: how many filters, and so channels of the result.
        kernel_size: size of the filters.
        stride: the distance between windows.
        padding: zeros put around the images, on each side.
        dilation: the distance between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        bias: whether to add one.
        device: where to make the parameters.
        dtype: their dtype.

    Shape:
        - Input: (N, in_channels, H, W).
        - Result: (N, out_channels, OH, OW), where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1.

    Attributes:
        weight: Parameter of shape (out_channels, in_channels / groups, KH, KW).
        bias: Parameter of shape (out_channels,), or None.

    Raises:
        ValueError: a size out of range, or groups that do not divide the channels.

    Example:
        >>> from flambeau import nn
        >>> layer = nn.Conv2d(3, 8, kernel_size=3, padding=1)
        >>> layer(ft.randn(2, 3, 16, 16)).shape
        (2, 8, 16, 16)
    """

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
        check_positive("Conv2d", in_channels=in_channels, out_channels=out_channels, groups=groups)
        if in_channels % groups or out_channels % groups:
            channels = f"a divisor of the {in_channels} input and {out_channels} output channels"
            errors.value_error("Conv2d", "groups", channels, str(groups))
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = pair("Conv2d", "kernel_size", kernel_size, 1)
        self.stride = pair("Conv2d", "stride", stride, 1)
        self.padding = pair("Conv2d", "padding", padding, 0)
        self.dilation = pair("Conv2d", "dilation", dilation, 1)
        self.groups = groups
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(ft.empty(shape, device=device, dtype=dtype))
        self.bias: Parameter | None = None
        self.register_parameter("bias", Parameter(ft.empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new values for the parameters."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Variable:
        return functional.conv2d(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    if TYPE_CHECKING:
        __call__ = forward

    def misfit(self, *args: Any) -> str | None:
        (input,) = args
        fits = input.ndim == 4 and input.shape[1] == self.in_channels
        return None if fits else expects(f"(N, {self.in_channels}, H, W)", input)

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0, 0):
            text += f", padding={self.padding}"
        if self.dilation != (1, 1):
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        return text if self.bias is not None else f"{text}, bias=False"
