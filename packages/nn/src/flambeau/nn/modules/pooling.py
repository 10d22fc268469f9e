"""Pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional
from .._errors import expects
from ..functional._types import T
from ..functional.convolution import Pair
from ..module import Module
from ._checks import pair

__all__ = ["MaxPool2d"]


class MaxPool2d(Module):
    """The greatest element of each window of images.

    Args:
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge, on each side; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.

    Shape:
        - Input: (N, C, H, W).
        - Result: (N, C, OH, OW), where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1.

    Raises:
        ValueError: a size out of range.

    Example:
        >>> from flambeau import nn
        >>> nn.MaxPool2d(2)(ft.randn(2, 3, 8, 8)).shape
        (2, 3, 4, 4)
    """

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0, dilation: Pair = 1) -> None:
        super().__init__()
        self.kernel_size = pair("MaxPool2d", "kernel_size", kernel_size, 1)
        self.stride = self.kernel_size if stride is None else pair("MaxPool2d", "stride", stride, 1)
        self.padding = pair("MaxPool2d", "padding", padding, 0)
        self.dilation = pair("MaxPool2d", "dilation", dilation, 1)

    def forward(self, input: T) -> T:
        return functional.max_pool2d(input, self.kernel_size, self.stride, self.padding, self.dilation)

    if TYPE_CHECKING:
        __call__ = forward

    def misfit(self, *args: Any) -> str | None:
        (input,) = args
        return None if input.ndim == 4 else expects("(N, C, H, W)", input)

    def extra_repr(self) -> str:
        text = f"kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0, 0):
            text += f", padding={self.padding}"
        return text if self.dilation == (1, 1) else f"{text}, dilation={self.dilation}"
