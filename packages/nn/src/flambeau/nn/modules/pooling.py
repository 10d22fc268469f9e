"""Max pooling layers."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor

from .. import functional as F
from ..functional._types import Pair, Single, Triple
from ..module import Module
from ._check import several
from ._windows import check_half, expected_images

__all__ = ["MaxPool1d", "MaxPool2d", "MaxPool3d"]


class MaxPooling(Module):
    """What max pooling layers of any number of dimensions share."""

    dims: int  # over how many dimensions windows slide

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None,
        padding: int | tuple[int, ...],
        dilation: int | tuple[int, ...],
        return_indices: bool,
        ceil_mode: bool,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        self.kernel_size = several(layer, "kernel_size", kernel_size, self.dims)
        self.stride = self.kernel_size if stride is None else several(layer, "stride", stride, self.dims)
        self.padding = several(layer, "padding", padding, self.dims, least=0)
        self.dilation = several(layer, "dilation", dilation, self.dims)
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode
        check_half(layer, self.padding, self.kernel_size, padding)

    def _pooled(self, function: Any, input: Tensor) -> Any:
        return function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            return_indices=self.return_indices,
        )

    def expected_input(self, input: Tensor) -> str | None:
        if self.ceil_mode:
            return expected_images(input, self.dims, None)
        spans = [d * (k - 1) + 1 - 2 * p for k, d, p in zip(self.kernel_size, self.dilation, self.padding, strict=True)]
        return expected_images(input, self.dims, None, spans)

    def extra_repr(self) -> str:
        shown = (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}"
        )
        return f"{shown}, ceil_mode=True" if self.ceil_mode else shown


class MaxPool1d(MaxPooling):
    r"""The greatest element of each window of sequences.

    .. math:: y[n, c, i] = \max_{k} x[n, c, s i + d k]

    Args:
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        return_indices: give the places of the greatest elements too.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Shape:
        (N, C, L) to (N, C, OL), or both without N,
        where OL = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1.

    Raises:
        ValueError: an argument is out of range, or ``padding`` more than half the window.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.MaxPool1d(2)(ft.arange(4.0).reshape(1, 1, 4)).tolist()
        [[[1.0, 3.0]]]
    """

    dims = 1

    def __init__(
        self,
        kernel_size: Single,
        stride: Single | None = None,
        padding: Single = 0,
        dilation: Single = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding, dilation, return_indices, ceil_mode)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.max_pool1d, input)


class MaxPool2d(MaxPooling):
    r"""The greatest element of each window of images.

    .. math:: y[n, c, i, j] = \max_{k, l} x[n, c, s i + d k, s j + d l]

    Args:
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        return_indices: give the places of the greatest elements too.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Shape:
        (N, C, H, W) to (N, C, OH, OW), or both without N,
        where OH = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1.

    Raises:
        ValueError: an argument is out of range, or ``padding`` more than half the window.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.MaxPool2d(2)(ft.arange(16.0).reshape(1, 1, 4, 4)).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
    """

    dims = 2

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Pair = 0,
        dilation: Pair = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding, dilation, return_indices, ceil_mode)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.max_pool2d, input)


class MaxPool3d(MaxPooling):
    r"""The greatest element of each window of volumes.

    .. math:: y[n, c, i, j, m] = \max_{k, l, o} x[n, c, s i + d k, s j + d l, s m + d o]

    Args:
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        return_indices: give the places of the greatest elements too.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Shape:
        (N, C, D, H, W) to (N, C, OD, OH, OW), or both without N,
        where OD = (D + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1.

    Raises:
        ValueError: an argument is out of range, or ``padding`` more than half the window.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.MaxPool3d(2)(ft.arange(8.0).reshape(1, 1, 2, 2, 2)).tolist()
        [[[[[7.0]]]]]
    """

    dims = 3

    def __init__(
        self,
        kernel_size: Triple,
        stride: Triple | None = None,
        padding: Triple = 0,
        dilation: Triple = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding, dilation, return_indices, ceil_mode)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.max_pool3d, input)
