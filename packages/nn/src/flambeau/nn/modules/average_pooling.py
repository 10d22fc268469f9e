"""Pooling layers that give the mean or the norm of each window."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._types import Pair, Single, Triple
from ..module import Module
from ._check import several
from ._windows import check_half, expected_images

__all__ = ["AvgPool1d", "AvgPool2d", "AvgPool3d", "LPPool1d", "LPPool2d", "LPPool3d"]


class AveragePooling(Module):
    """What average pooling layers of any number of dimensions share."""

    dims: int  # over how many dimensions windows slide

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None,
        padding: int | tuple[int, ...],
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: int | None,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        self.kernel_size = several(layer, "kernel_size", kernel_size, self.dims)
        self.stride = self.kernel_size if stride is None else several(layer, "stride", stride, self.dims)
        self.padding = several(layer, "padding", padding, self.dims, least=0)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override
        check_half(layer, self.padding, self.kernel_size, padding)

    def _pooled(self, function: Any, input: Tensor) -> Any:
        rest = () if self.dims == 1 else (self.divisor_override,)
        return function(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad, *rest
        )

    def expected_input(self, input: Tensor) -> str | None:
        spans = [k - 2 * p for k, p in zip(self.kernel_size, self.padding, strict=True)]
        return expected_images(input, self.dims, None, None if self.ceil_mode else spans)

    def extra_repr(self) -> str:
        shown = [f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"]
        usual = {"ceil_mode": False, "count_include_pad": True, "divisor_override": None}
        shown += [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join(shown)


class NormPooling(Module):
    """What layers share that give the p-norm of windows of any number of dimensions."""

    dims: int  # over how many dimensions windows slide

    def __init__(
        self,
        norm_type: float,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None,
        ceil_mode: bool,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        if not norm_type > 0:
            errors.value_error(layer, "norm_type", "a number greater than 0", str(norm_type))
        self.norm_type = norm_type
        self.kernel_size = several(layer, "kernel_size", kernel_size, self.dims)
        self.stride = self.kernel_size if stride is None else several(layer, "stride", stride, self.dims)
        self.ceil_mode = ceil_mode

    def _pooled(self, function: Any, input: Tensor) -> Any:
        return function(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)

    def expected_input(self, input: Tensor) -> str | None:
        return expected_images(input, self.dims, None, None if self.ceil_mode else list(self.kernel_size))

    def extra_repr(self) -> str:
        shown = f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}"
        return f"{shown}, ceil_mode=True" if self.ceil_mode else shown


class AvgPool1d(AveragePooling):
    r"""The mean of each window of sequences.

    .. math:: y[n, c, i] = \frac{1}{K} \sum_{k} x[n, c, s i + k]

    Args:
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: the width of the zeros put around.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        count_include_pad: whether the zeros around count as elements of the windows.

    Shape:
        (N, C, L) to (N, C, OL), or both without N,
        where OL = (L + 2 padding - kernel_size) // stride + 1.

    Raises:
        ValueError: an argument is out of range, or ``padding`` more than half the window.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.AvgPool1d(2)(ft.arange(4.0).reshape(1, 1, 4)).tolist()
        [[[0.5, 2.5]]]
    """

    dims = 1

    def __init__(
        self,
        kernel_size: Single,
        stride: Single | None = None,
        padding: Single = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad, None)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.avg_pool1d, input)


class AvgPool2d(AveragePooling):
    r"""The mean of each window of images.

    .. math:: y[n, c, i, j] = \frac{1}{K L} \sum_{k, l} x[n, c, s i + k, s j + l]

    Args:
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: the width of the zeros put around.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        count_include_pad: whether the zeros around count as elements of the windows.
        divisor_override: what sums are divided by instead of their number of elements.

    Shape:
        (N, C, H, W) to (N, C, OH, OW), or both without N,
        where OH = (H + 2 padding - kernel_size) // stride + 1.

    Raises:
        ValueError: an argument is out of range, or ``padding`` more than half the window.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.AvgPool2d(2)(ft.arange(16.0).reshape(1, 1, 4, 4)).tolist()
        [[[[2.5, 4.5], [10.5, 12.5]]]]
    """

    dims = 2

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Pair = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.avg_pool2d, input)


class AvgPool3d(AveragePooling):
    r"""The mean of each window of volumes.

    .. math:: y[n, c, i, j, m] = \frac{1}{K L O} \sum_{k, l, o} x[n, c, s i + k, s j + l, s m + o]

    Args:
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: the width of the zeros put around.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        count_include_pad: whether the zeros around count as elements of the windows.
        divisor_override: what sums are divided by instead of their number of elements.

    Shape:
        (N, C, D, H, W) to (N, C, OD, OH, OW), or both without N,
        where OD = (D + 2 padding - kernel_size) // stride + 1.

    Raises:
        ValueError: an argument is out of range, or ``padding`` more than half the window.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.AvgPool3d(2)(ft.arange(8.0).reshape(1, 1, 2, 2, 2)).tolist()
        [[[[[3.5]]]]]
    """

    dims = 3

    def __init__(
        self,
        kernel_size: Triple,
        stride: Triple | None = None,
        padding: Triple = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.avg_pool3d, input)


class LPPool1d(NormPooling):
    r"""The p-norm of each window of sequences.

    .. math:: y = \sqrt[p]{\sum x^p}

    Args:
        norm_type: the exponent p.
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Shape:
        (N, C, L) to (N, C, OL), or both without N, where OL = (L - kernel_size) // stride + 1.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.LPPool1d(2, (2,))(ft.tensor([3.0, 4.0]).reshape(1, 1, 2)).item()
        5.0
    """

    dims = 1

    def __init__(
        self, norm_type: float, kernel_size: Single, stride: Single | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__(norm_type, kernel_size, stride, ceil_mode)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.lp_pool1d, input)


class LPPool2d(NormPooling):
    r"""The p-norm of each window of images.

    .. math:: y = \sqrt[p]{\sum x^p}

    Args:
        norm_type: the exponent p.
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Shape:
        (N, C, H, W) to (N, C, OH, OW), or both without N, where OH = (H - kernel_size) // stride + 1.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.LPPool2d(2, (2, 1))(ft.tensor([3.0, 4.0]).reshape(1, 1, 2, 1)).item()
        5.0
    """

    dims = 2

    def __init__(
        self, norm_type: float, kernel_size: Pair, stride: Pair | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__(norm_type, kernel_size, stride, ceil_mode)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.lp_pool2d, input)


class LPPool3d(NormPooling):
    r"""The p-norm of each window of volumes.

    .. math:: y = \sqrt[p]{\sum x^p}

    Args:
        norm_type: the exponent p.
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Shape:
        (N, C, D, H, W) to (N, C, OD, OH, OW), or both without N, where OD = (D - kernel_size) // stride + 1.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.LPPool3d(2, (2, 1, 1))(ft.tensor([3.0, 4.0]).reshape(1, 1, 2, 1, 1)).item()
        5.0
    """

    dims = 3

    def __init__(
        self, norm_type: float, kernel_size: Triple, stride: Triple | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__(norm_type, kernel_size, stride, ceil_mode)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.lp_pool3d, input)
