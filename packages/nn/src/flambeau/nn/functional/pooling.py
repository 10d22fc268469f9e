"""Pooling: windows become single elements, the greatest of each."""

from __future__ import annotations

from typing import Any, Literal, overload

import flambeau.tensor as ft

from ._pooling import with_places
from ._types import Pair, Single, T, Triple

__all__ = ["max_pool1d", "max_pool2d", "max_pool3d"]


@overload
def max_pool1d(
    input: T,
    kernel_size: Single,
    stride: Single | None = None,
    padding: Single = 0,
    dilation: Single = 1,
    ceil_mode: bool = False,
    *,
    return_indices: Literal[False] = False,
) -> T: ...
@overload
def max_pool1d(
    input: T,
    kernel_size: Single,
    stride: Single | None = None,
    padding: Single = 0,
    dilation: Single = 1,
    ceil_mode: bool = False,
    *,
    return_indices: Literal[True],
) -> tuple[T, T]: ...
@overload
def max_pool1d(
    input: T,
    kernel_size: Single,
    stride: Single | None = None,
    padding: Single = 0,
    dilation: Single = 1,
    ceil_mode: bool = False,
    *,
    return_indices: bool,
) -> T | tuple[T, T]: ...
def max_pool1d(
    input: Any,
    kernel_size: Single,
    stride: Single | None = None,
    padding: Single = 0,
    dilation: Single = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each window of sequences.

    Args:
        input: sequences, of shape (N, C, L), or one of shape (C, L).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        return_indices: give the places of the greatest elements too.

    Returns:
        Tensor of shape (N, C, OL), or (C, OL) for one sequence,
        where OL = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1;
        with ``return_indices`` a pair of it and the places in the flattened sequences.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded sequences.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.max_pool1d(ft.arange(5.0).reshape(1, 1, 5), 2).tolist()
        [[[1.0, 3.0]]]
    """
    pool = ft.max_pool1d_with_indices
    both = with_places("max_pool1d", 1, pool, input, kernel_size, stride, padding, dilation, ceil_mode)
    return both if return_indices else both[0]


@overload
def max_pool2d(
    input: T,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
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
    ceil_mode: bool = False,
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
    ceil_mode: bool = False,
    *,
    return_indices: bool,
) -> T | tuple[T, T]: ...
def max_pool2d(
    input: Any,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each window of images.

    Args:
        input: images, of shape (N, C, H, W), or one of shape (C, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        return_indices: give the places of the greatest elements too.

    Returns:
        Tensor of shape (N, C, OH, OW), or (C, OH, OW) for one image,
        where OH = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1;
        with ``return_indices`` a pair of it and the places in the flattened images.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded images.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.max_pool2d(ft.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    pool = ft.max_pool2d_with_indices
    both = with_places("max_pool2d", 2, pool, input, kernel_size, stride, padding, dilation, ceil_mode)
    return both if return_indices else both[0]


@overload
def max_pool3d(
    input: T,
    kernel_size: Triple,
    stride: Triple | None = None,
    padding: Triple = 0,
    dilation: Triple = 1,
    ceil_mode: bool = False,
    *,
    return_indices: Literal[False] = False,
) -> T: ...
@overload
def max_pool3d(
    input: T,
    kernel_size: Triple,
    stride: Triple | None = None,
    padding: Triple = 0,
    dilation: Triple = 1,
    ceil_mode: bool = False,
    *,
    return_indices: Literal[True],
) -> tuple[T, T]: ...
@overload
def max_pool3d(
    input: T,
    kernel_size: Triple,
    stride: Triple | None = None,
    padding: Triple = 0,
    dilation: Triple = 1,
    ceil_mode: bool = False,
    *,
    return_indices: bool,
) -> T | tuple[T, T]: ...
def max_pool3d(
    input: Any,
    kernel_size: Triple,
    stride: Triple | None = None,
    padding: Triple = 0,
    dilation: Triple = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each window of volumes.

    Args:
        input: volumes, of shape (N, C, D, H, W), or one of shape (C, D, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        return_indices: give the places of the greatest elements too.

    Returns:
        Tensor of shape (N, C, OD, OH, OW), or (C, OD, OH, OW) for one volume,
        where OD = (D + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1;
        with ``return_indices`` a pair of it and the places in the flattened volumes.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded volumes.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.max_pool3d(ft.arange(8.0).reshape(1, 1, 2, 2, 2), 2).tolist()
        [[[[[7.0]]]]]
    """
    pool = ft.max_pool3d_with_indices
    both = with_places("max_pool3d", 3, pool, input, kernel_size, stride, padding, dilation, ceil_mode)
    return both if return_indices else both[0]
