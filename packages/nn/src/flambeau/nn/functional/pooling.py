"""Pooling."""

from __future__ import annotations

from typing import Literal, overload

from flambeau.tensor import Tensor, ops

from ._types import T
from .convolution import Pair

__all__ = ["max_pool2d"]


@overload
def max_pool2d(
    input: T,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    return_indices: Literal[False] = False,
) -> T: ...
@overload
def max_pool2d(
    input: T,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    *,
    return_indices: Literal[True],
) -> tuple[T, Tensor]: ...
@overload
def max_pool2d(
    input: T,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    return_indices: bool = False,
) -> T | tuple[T, Tensor]: ...
def max_pool2d(
    input: Tensor,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """The greatest element of each window of images.

    Args:
        input: images, of shape (N, C, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge, on each side; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        return_indices: also give the places of the greatest elements in their flattened images.

    Returns:
        Tensor of shape (N, C, OH, OW), where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1; with
        ``return_indices`` a pair of it and the indices.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded images.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> from flambeau.nn import functional as F
        >>> F.max_pool2d(ft.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    result, indices = ops.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation)
    return (result, indices) if return_indices else result
