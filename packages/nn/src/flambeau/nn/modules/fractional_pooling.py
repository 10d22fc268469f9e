"""Max pooling layers with windows at places that are drawn."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._types import Pair, Triple
from ..module import Module
from ._check import several
from ._windows import expected_images

__all__ = ["FractionalMaxPool2d", "FractionalMaxPool3d"]


class FractionalPooling(Module):
    """What fractional pooling layers of any number of dimensions share."""

    dims: int  # over how many dimensions windows slide

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        output_size: int | tuple[int, ...] | None,
        output_ratio: float | tuple[float, ...] | None,
        return_indices: bool,
        _random_samples: Tensor | None,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        self.kernel_size = several(layer, "kernel_size", kernel_size, self.dims)
        if (output_size is None) == (output_ratio is None):
            got = "neither" if output_size is None else "both"
            errors.value_error(layer, "output_size", "one of output_size and output_ratio", got)
        self.output_size = None if output_size is None else several(layer, "output_size", output_size, self.dims)
        self.output_ratio = output_ratio
        self.return_indices = return_indices
        self._random_samples = _random_samples

    def _pooled(self, function: Any, input: Tensor) -> Any:
        return function(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            return_indices=self.return_indices,
            _random_samples=self._random_samples,
        )

    def expected_input(self, input: Tensor) -> str | None:
        return expected_images(input, self.dims, None)

    def extra_repr(self) -> str:
        size = f"output_ratio={self.output_ratio}" if self.output_size is None else f"output_size={self.output_size}"
        return f"kernel_size={self.kernel_size}, {size}"


class FractionalMaxPool2d(FractionalPooling):
    """The greatest element of each window of images, at places that are drawn for each image and channel.

    After Graham, "Fractional Max-Pooling" (arXiv:1412.6071).

    Args:
        kernel_size: the size of the window.
        output_size: how many windows there are along each dimension.
        output_ratio: the same, as a part of the image's size between 0 and 1.
        return_indices: give the places of the greatest elements too.
        _random_samples: numbers from [0, 1) of shape (N, C, 2) instead of those drawn.

    Shape:
        (N, C, H, W) to ``(N, C, *output_size)``, or both without N.

    Raises:
        ValueError: an argument is out of range, or not one of ``output_size`` and ``output_ratio`` is given.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.FractionalMaxPool2d(2, output_ratio=0.5)(ft.randn(2, 3, 8, 8)).shape
        (2, 3, 4, 4)
    """

    dims = 2

    def __init__(
        self,
        kernel_size: Pair,
        output_size: Pair | None = None,
        output_ratio: float | tuple[float, ...] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__(kernel_size, output_size, output_ratio, return_indices, _random_samples)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.fractional_max_pool2d, input)


class FractionalMaxPool3d(FractionalPooling):
    """The greatest element of each window of volumes, at places that are drawn for each volume and channel.

    After Graham, "Fractional Max-Pooling" (arXiv:1412.6071).

    Args:
        kernel_size: the size of the window.
        output_size: how many windows there are along each dimension.
        output_ratio: the same, as a part of the volume's size between 0 and 1.
        return_indices: give the places of the greatest elements too.
        _random_samples: numbers from [0, 1) of shape (N, C, 3) instead of those drawn.

    Shape:
        (N, C, D, H, W) to ``(N, C, *output_size)``, or both without N.

    Raises:
        ValueError: an argument is out of range, or not one of ``output_size`` and ``output_ratio`` is given.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.FractionalMaxPool3d(2, output_ratio=0.5)(ft.randn(2, 3, 8, 8, 8)).shape
        (2, 3, 4, 4, 4)
    """

    dims = 3

    def __init__(
        self,
        kernel_size: Triple,
        output_size: Triple | None = None,
        output_ratio: float | tuple[float, ...] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__(kernel_size, output_size, output_ratio, return_indices, _random_samples)

    def forward(self, input: Tensor) -> Any:
        return self._pooled(F.fractional_max_pool3d, input)
