"""Pooling: windows become single elements, the mean or the norm of each."""

from __future__ import annotations

import flambeau.tensor as ft

from ._batches import batched
from ._pooling import norms
from ._types import Pair, Single, T, Triple

__all__ = ["avg_pool1d", "avg_pool2d", "avg_pool3d", "lp_pool1d", "lp_pool2d", "lp_pool3d"]


def avg_pool1d(
    input: T,
    kernel_size: Single,
    stride: Single | None = None,
    padding: Single = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> T:
    """The mean of each window of sequences.

    Args:
        input: sequences of floats, of shape (N, C, L), or one of shape (C, L).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: the width of the zeros put around.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        count_include_pad: whether the zeros around count as elements of the windows.

    Returns:
        Tensor of shape (N, C, OL), or (C, OL) for one sequence,
        where OL = (L + 2 padding - kernel_size) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded sequences.
        ValueError: a size, stride or padding out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.avg_pool1d(ft.tensor([[[1.0, 3.0, 2.0, 6.0]]]), 2).tolist()
        [[[2.0, 4.0]]]
    """
    pool = ft.avg_pool1d
    return batched(1, input, pool, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool2d(
    input: T,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> T:
    """The mean of each window of images.

    Args:
        input: images of floats, of shape (N, C, H, W), or one of shape (C, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: the width of the zeros put around.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        count_include_pad: whether the zeros around count as elements of the windows.
        divisor_override: what sums are divided by instead of their number of elements.

    Returns:
        Tensor of shape (N, C, OH, OW), or (C, OH, OW) for one image,
        where OH = (H + 2 padding - kernel_size) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded images.
        ValueError: a size, stride or padding out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.avg_pool2d(ft.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
        [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    pool = ft.avg_pool2d
    return batched(2, input, pool, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    input: T,
    kernel_size: Triple,
    stride: Triple | None = None,
    padding: Triple = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> T:
    """The mean of each window of volumes.

    Args:
        input: volumes of floats, of shape (N, C, D, H, W), or one of shape (C, D, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: the width of the zeros put around.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.
        count_include_pad: whether the zeros around count as elements of the windows.
        divisor_override: what sums are divided by instead of their number of elements.

    Returns:
        Tensor of shape (N, C, OD, OH, OW), or (C, OD, OH, OW) for one volume,
        where OD = (D + 2 padding - kernel_size) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded volumes.
        ValueError: a size, stride or padding out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.avg_pool3d(ft.arange(8.0).reshape(1, 1, 2, 2, 2), 2).tolist()
        [[[[[3.5]]]]]
    """
    pool = ft.avg_pool3d
    return batched(3, input, pool, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def lp_pool1d(
    input: T, norm_type: float, kernel_size: Single, stride: Single | None = None, ceil_mode: bool = False
) -> T:
    r"""The p-norm of each window of sequences.

    .. math:: y = \sqrt[p]{\sum x^p}

    Args:
        input: sequences of floats, of shape (N, C, L), or one of shape (C, L).
        norm_type: the exponent p.
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Returns:
        Tensor of shape (N, C, OL), or (C, OL) for one sequence,
        where OL = (L - kernel_size) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the sequences.
        ValueError: a size or stride out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.lp_pool1d(ft.tensor([3.0, 4.0]).reshape(1, 1, 2), 2, (2,)).item()
        5.0
    """
    return norms("lp_pool1d", 1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input: T, norm_type: float, kernel_size: Pair, stride: Pair | None = None, ceil_mode: bool = False) -> T:
    r"""The p-norm of each window of images.

    .. math:: y = \sqrt[p]{\sum x^p}

    Args:
        input: images of floats, of shape (N, C, H, W), or one of shape (C, H, W).
        norm_type: the exponent p.
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Returns:
        Tensor of shape (N, C, OH, OW), or (C, OH, OW) for one image,
        where OH = (H - kernel_size) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the images.
        ValueError: a size or stride out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.lp_pool2d(ft.tensor([3.0, 4.0]).reshape(1, 1, 2, 1), 2, (2, 1)).item()
        5.0
    """
    return norms("lp_pool2d", 2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: T, norm_type: float, kernel_size: Triple, stride: Triple | None = None, ceil_mode: bool = False
) -> T:
    r"""The p-norm of each window of volumes.

    .. math:: y = \sqrt[p]{\sum x^p}

    Args:
        input: volumes of floats, of shape (N, C, D, H, W), or one of shape (C, D, H, W).
        norm_type: the exponent p.
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Returns:
        Tensor of shape (N, C, OD, OH, OW), or (C, OD, OH, OW) for one volume,
        where OD = (D - kernel_size) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the volumes.
        ValueError: a size or stride out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.lp_pool3d(ft.tensor([3.0, 4.0]).reshape(1, 1, 2, 1, 1), 2, (2, 1, 1)).item()
        5.0
    """
    return norms("lp_pool3d", 3, input, norm_type, kernel_size, stride, ceil_mode)
