"""Pooling: windows of images become single elements."""

from __future__ import annotations

from typing import Any, Literal, overload

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._types import Pair, T

__all__ = ["max_pool2d"]


@overload
def max_pool2d(
    input: T,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    *,
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
) -> tuple[T, T]: ...
@overload
def max_pool2d(
    input: T,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    *,
    return_indices: bool,
) -> T | tuple[T, T]: ...
def max_pool2d(
    input: Any,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    *,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each window of images.

    Args:
        input: images, of shape (N, C, H, W), or one of shape (C, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        return_indices: give the places of the greatest elements too.

    Returns:
        Tensor of shape (N, C, OH, OW), or (C, OH, OW) for one image,
        where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1;
        with ``return_indices`` a pair of it and the places in the flattened images.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded images.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.max_pool2d(ft.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    single = isinstance(input, Tensor) and input.ndim == 3
    images = input.unsqueeze(0) if single else input
    try:
        result, indices = ft.max_pool2d_with_indices(images, kernel_size, stride, padding, dilation)
    except Exception as error:
        errors.attribute(error, "max_pool2d_with_indices", "max_pool2d")
        raise
    if single:
        result, indices = result.squeeze(0), indices.squeeze(0)
    return (result, indices) if return_indices else result
