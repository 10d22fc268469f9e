"""Pooling layers."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._types import Pair
from ..module import Module
from ._check import several

__all__ = ["MaxPool2d"]


class MaxPool2d(Module):
    """The greatest element of each window of images.

    Args:
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        return_indices: give the places of the greatest elements too.

    Shape:
        (N, C, H, W) to (N, C, OH, OW), or both without N,
        where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1.

    Raises:
        ValueError: an argument is out of range, or ``padding`` more than half the window.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.MaxPool2d(2)(ft.arange(16.0).reshape(1, 1, 4, 4)).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
    """

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Pair = 0,
        dilation: Pair = 1,
        return_indices: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = several("MaxPool2d", "kernel_size", kernel_size, 2)
        self.stride = self.kernel_size if stride is None else several("MaxPool2d", "stride", stride, 2)
        self.padding = several("MaxPool2d", "padding", padding, 2, least=0)
        self.dilation = several("MaxPool2d", "dilation", dilation, 2)
        self.return_indices = return_indices
        if any(2 * p > k for p, k in zip(self.padding, self.kernel_size, strict=True)):
            errors.value_error(
                "MaxPool2d", "padding", f"at most half the window's size {self.kernel_size}", str(padding)
            )

    def forward(self, input: Tensor) -> Any:
        return F.max_pool2d(
            input, self.kernel_size, self.stride, self.padding, self.dilation, return_indices=self.return_indices
        )

    def expected_input(self, input: Tensor) -> str | None:
        if input.ndim not in (3, 4):
            return "(N, C, H, W)"
        spans = [d * (k - 1) + 1 - 2 * p for k, d, p in zip(self.kernel_size, self.dilation, self.padding, strict=True)]
        if any(size < span for size, span in zip(input.shape[-2:], spans, strict=True)):
            return f"(N, C, H >= {spans[0]}, W >= {spans[1]})"
        return None

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}"
