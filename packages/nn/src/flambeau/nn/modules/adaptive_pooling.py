"""Adaptive pooling layers."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor

from .. import functional as F
from ..module import Module
from ._check import several
from ._windows import expected_images

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
]


class AdaptivePooling(Module):
    """What adaptive pooling layers of any number of dimensions share."""

    dims: int  # over how many dimensions windows slide

    def __init__(self, output_size: int | tuple[int | None, ...] | None) -> None:
        super().__init__()
        each = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size,) * self.dims
        several(type(self).__name__, "output_size", tuple(0 if n is None else n for n in each), self.dims, least=0)
        self.output_size = each

    def expected_input(self, input: Tensor) -> str | None:
        return expected_images(input, self.dims, None)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(AdaptivePooling):
    r"""The mean of each of so many windows that share sequences out.

    .. math:: y[n, c, i] = \mathrm{mean} \; x[n, c, a_i \dots b_i], \quad
        a_i = \lfloor i I / O \rfloor, \; b_i = \lceil (i + 1) I / O \rceil - 1

    Args:
        output_size: how many windows there are along each dimension; None for one at each element.

    Shape:
        (N, C, L) to ``(N, C, *output_size)``, or both without N.

    Raises:
        ValueError: ``output_size`` is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.AdaptiveAvgPool1d((2,))(ft.arange(5.0).reshape(1, 1, 5)).flatten().tolist()
        [1.0, 3.0]
    """

    dims = 1

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(AdaptivePooling):
    r"""The mean of each of so many windows that share images out.

    .. math:: y[n, c, i, j] = \mathrm{mean} \; x[n, c, a_i \dots b_i, a_j \dots b_j], \quad
        a_i = \lfloor i I / O \rfloor, \; b_i = \lceil (i + 1) I / O \rceil - 1

    Args:
        output_size: how many windows there are along each dimension; None for one at each element.

    Shape:
        (N, C, H, W) to ``(N, C, *output_size)``, or both without N.

    Raises:
        ValueError: ``output_size`` is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.AdaptiveAvgPool2d((2, 1))(ft.arange(5.0).reshape(1, 1, 5, 1)).flatten().tolist()
        [1.0, 3.0]
    """

    dims = 2

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveAvgPool3d(AdaptivePooling):
    r"""The mean of each of so many windows that share volumes out.

    .. math:: y[n, c, i, j, m] = \mathrm{mean} \; x[n, c, a_i \dots b_i, a_j \dots b_j, a_m \dots b_m], \quad
        a_i = \lfloor i I / O \rfloor, \; b_i = \lceil (i + 1) I / O \rceil - 1

    Args:
        output_size: how many windows there are along each dimension; None for one at each element.

    Shape:
        (N, C, D, H, W) to ``(N, C, *output_size)``, or both without N.

    Raises:
        ValueError: ``output_size`` is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.AdaptiveAvgPool3d((2, 1, 1))(ft.arange(5.0).reshape(1, 1, 5, 1, 1)).flatten().tolist()
        [1.0, 3.0]
    """

    dims = 3

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_avg_pool3d(input, self.output_size)


class AdaptiveMaxPool1d(AdaptivePooling):
    r"""The greatest element of each of so many windows that share sequences out.

    .. math:: y[n, c, i] = \max x[n, c, a_i \dots b_i], \quad
        a_i = \lfloor i I / O \rfloor, \; b_i = \lceil (i + 1) I / O \rceil - 1

    Args:
        output_size: how many windows there are along each dimension; None for one at each element.
        return_indices: give the places of the greatest elements too.

    Shape:
        (N, C, L) to ``(N, C, *output_size)``, or both without N.

    Raises:
        ValueError: ``output_size`` is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.AdaptiveMaxPool1d((2,))(ft.arange(5.0).reshape(1, 1, 5)).flatten().tolist()
        [2.0, 4.0]
    """

    dims = 1

    def __init__(self, output_size: int | tuple[int | None, ...] | None, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool1d(input, self.output_size, return_indices=self.return_indices)


class AdaptiveMaxPool2d(AdaptivePooling):
    r"""The greatest element of each of so many windows that share images out.

    .. math:: y[n, c, i, j] = \max x[n, c, a_i \dots b_i, a_j \dots b_j], \quad
        a_i = \lfloor i I / O \rfloor, \; b_i = \lceil (i + 1) I / O \rceil - 1

    Args:
        output_size: how many windows there are along each dimension; None for one at each element.
        return_indices: give the places of the greatest elements too.

    Shape:
        (N, C, H, W) to ``(N, C, *output_size)``, or both without N.

    Raises:
        ValueError: ``output_size`` is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.AdaptiveMaxPool2d((2, 1))(ft.arange(5.0).reshape(1, 1, 5, 1)).flatten().tolist()
        [2.0, 4.0]
    """

    dims = 2

    def __init__(self, output_size: int | tuple[int | None, ...] | None, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool2d(input, self.output_size, return_indices=self.return_indices)


class AdaptiveMaxPool3d(AdaptivePooling):
    r"""The greatest element of each of so many windows that share volumes out.

    .. math:: y[n, c, i, j, m] = \max x[n, c, a_i \dots b_i, a_j \dots b_j, a_m \dots b_m], \quad
        a_i = \lfloor i I / O \rfloor, \; b_i = \lceil (i + 1) I / O \rceil - 1

    Args:
        output_size: how many windows there are along each dimension; None for one at each element.
        return_indices: give the places of the greatest elements too.

    Shape:
        (N, C, D, H, W) to ``(N, C, *output_size)``, or both without N.

    Raises:
        ValueError: ``output_size`` is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.AdaptiveMaxPool3d((2, 1, 1))(ft.arange(5.0).reshape(1, 1, 5, 1, 1)).flatten().tolist()
        [2.0, 4.0]
    """

    dims = 3

    def __init__(self, output_size: int | tuple[int | None, ...] | None, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool3d(input, self.output_size, return_indices=self.return_indices)
