"""Layers that undo max pooling."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor

from .. import functional as F
from ..functional._types import Pair, Single, Triple
from ..module import Module
from ._check import several
from ._windows import expected_images

__all__ = ["MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"]


class Unpooling(Module):
    """What layers that undo max pooling of any number of dimensions share."""

    dims: int  # over how many dimensions windows slid

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None,
        padding: int | tuple[int, ...],
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        self.kernel_size = several(layer, "kernel_size", kernel_size, self.dims)
        self.stride = self.kernel_size if stride is None else several(layer, "stride", stride, self.dims)
        self.padding = several(layer, "padding", padding, self.dims, least=0)

    def _unpooled(self, function: Any, input: Tensor, indices: Tensor, output_size: Any) -> Any:
        return function(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def expected_input(self, input: Tensor) -> str | None:
        return expected_images(input, self.dims, None)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(Unpooling):
    """Elements put back where :class:`MaxPool1d` took them from, zeros elsewhere.

    Args:
        kernel_size: the size of its window.
        stride: the distance between its windows; the size of the window if not given.
        padding: its padding.

    Shape:
        (N, C, L), and the places of that shape, to (N, C, OL), or both without N,
        where OL = (L - 1) stride - 2 padding + kernel_size, or what ``output_size`` says in the call.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> values, places = nn.MaxPool1d(2, return_indices=True)(ft.arange(2.0).reshape(1, 1, 2))
        >>> nn.MaxUnpool1d(2)(values, places).flatten().tolist()
        [0.0, 1.0]
    """

    dims = 1

    def __init__(self, kernel_size: Single, stride: Single | None = None, padding: Single = 0) -> None:
        super().__init__(kernel_size, stride, padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Any:
        return self._unpooled(F.max_unpool1d, input, indices, output_size)


class MaxUnpool2d(Unpooling):
    """Elements put back where :class:`MaxPool2d` took them from, zeros elsewhere.

    Args:
        kernel_size: the size of its window.
        stride: the distance between its windows; the size of the window if not given.
        padding: its padding.

    Shape:
        (N, C, H, W), and the places of that shape, to (N, C, OH, OW), or both without N,
        where OH = (H - 1) stride - 2 padding + kernel_size, or what ``output_size`` says in the call.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> values, places = nn.MaxPool2d(2, return_indices=True)(ft.arange(4.0).reshape(1, 1, 2, 2))
        >>> nn.MaxUnpool2d(2)(values, places).flatten().tolist()
        [0.0, 0.0, 0.0, 3.0]
    """

    dims = 2

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> None:
        super().__init__(kernel_size, stride, padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Any:
        return self._unpooled(F.max_unpool2d, input, indices, output_size)


class MaxUnpool3d(Unpooling):
    """Elements put back where :class:`MaxPool3d` took them from, zeros elsewhere.

    Args:
        kernel_size: the size of its window.
        stride: the distance between its windows; the size of the window if not given.
        padding: its padding.

    Shape:
        (N, C, D, H, W), and the places of that shape, to (N, C, OD, OH, OW), or both without N,
        where OD = (D - 1) stride - 2 padding + kernel_size, or what ``output_size`` says in the call.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> values, places = nn.MaxPool3d(2, return_indices=True)(ft.arange(8.0).reshape(1, 1, 2, 2, 2))
        >>> nn.MaxUnpool3d(2)(values, places).flatten().tolist()
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0]
    """

    dims = 3

    def __init__(self, kernel_size: Triple, stride: Triple | None = None, padding: Triple = 0) -> None:
        super().__init__(kernel_size, stride, padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Any:
        return self._unpooled(F.max_unpool3d, input, indices, output_size)
