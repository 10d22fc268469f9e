"""Max pooling with windows at places that are drawn."""

from __future__ import annotations

from typing import Any, Literal, overload

from flambeau.tensor import Tensor

from ._pooling import drawn
from ._types import Pair, T, Triple

__all__ = ["fractional_max_pool2d", "fractional_max_pool3d"]


@overload
def fractional_max_pool2d(
    input: T,
    kernel_size: Pair,
    output_size: Pair | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    *,
    return_indices: Literal[False] = False,
    _random_samples: Tensor | None = None,
) -> T: ...
@overload
def fractional_max_pool2d(
    input: T,
    kernel_size: Pair,
    output_size: Pair | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    *,
    return_indices: Literal[True],
    _random_samples: Tensor | None = None,
) -> tuple[T, T]: ...
@overload
def fractional_max_pool2d(
    input: T,
    kernel_size: Pair,
    output_size: Pair | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    *,
    return_indices: bool,
    _random_samples: Tensor | None = None,
) -> T | tuple[T, T]: ...
def fractional_max_pool2d(
    input: Any,
    kernel_size: Pair,
    output_size: Pair | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The greatest element of each window of images, at places that are drawn for each image and channel.

    After Graham, "Fractional Max-Pooling" (arXiv:1412.6071).

    Args:
        input: images, of shape (N, C, H, W), or one of shape (C, H, W).
        kernel_size: the size of the window.
        output_size: how many windows there are along each dimension.
        output_ratio: the same, as a part of the image's size between 0 and 1.
        return_indices: give the places of the greatest elements too.
        _random_samples: numbers from [0, 1) of shape (N, C, 2) instead of those drawn.

    Returns:
        Tensor of shape ``(N, C, *output_size)``, or ``(C, *output_size)`` for one image; with ``return_indices`` a
        pair of it and the places in the flattened images.

    Raises:
        ShapeError: the shape does not fit, or the windows do not fit in the images.
        ValueError: not one of ``output_size`` and ``output_ratio`` is given, or a ratio is out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.fractional_max_pool2d(ft.randn(2, 3, 8, 8), 2, output_ratio=0.5).shape
        (2, 3, 4, 4)
    """
    both = drawn("fractional_max_pool2d", 2, input, kernel_size, output_size, output_ratio, _random_samples)
    return both if return_indices else both[0]


@overload
def fractional_max_pool3d(
    input: T,
    kernel_size: Triple,
    output_size: Triple | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    *,
    return_indices: Literal[False] = False,
    _random_samples: Tensor | None = None,
) -> T: ...
@overload
def fractional_max_pool3d(
    input: T,
    kernel_size: Triple,
    output_size: Triple | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    *,
    return_indices: Literal[True],
    _random_samples: Tensor | None = None,
) -> tuple[T, T]: ...
@overload
def fractional_max_pool3d(
    input: T,
    kernel_size: Triple,
    output_size: Triple | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    *,
    return_indices: bool,
    _random_samples: Tensor | None = None,
) -> T | tuple[T, T]: ...
def fractional_max_pool3d(
    input: Any,
    kernel_size: Triple,
    output_size: Triple | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The greatest element of each window of volumes, at places that are drawn for each volume and channel.

    After Graham, "Fractional Max-Pooling" (arXiv:1412.6071).

    Args:
        input: volumes, of shape (N, C, D, H, W), or one of shape (C, D, H, W).
        kernel_size: the size of the window.
        output_size: how many windows there are along each dimension.
        output_ratio: the same, as a part of the volume's size between 0 and 1.
        return_indices: give the places of the greatest elements too.
        _random_samples: numbers from [0, 1) of shape (N, C, 3) instead of those drawn.

    Returns:
        Tensor of shape ``(N, C, *output_size)``, or ``(C, *output_size)`` for one volume; with ``return_indices`` a
        pair of it and the places in the flattened volumes.

    Raises:
        ShapeError: the shape does not fit, or the windows do not fit in the volumes.
        ValueError: not one of ``output_size`` and ``output_ratio`` is given, or a ratio is out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.fractional_max_pool3d(ft.randn(2, 3, 8, 8, 8), 2, output_ratio=0.5).shape
        (2, 3, 4, 4, 4)
    """
    both = drawn("fractional_max_pool3d", 3, input, kernel_size, output_size, output_ratio, _random_samples)
    return both if return_indices else both[0]
