"""Elements of images in another order: channels become pixels, pixels channels, windows columns."""

from __future__ import annotations

import math
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from ._types import Pair, T

__all__ = ["channel_shuffle", "fold", "pixel_shuffle", "pixel_unshuffle", "unfold"]


def pixel_shuffle(input: T, upscale_factor: int) -> T:
    """Groups of r² channels as squares of r by r pixels (Shi et al., 2016).

    Args:
        input: Tensor of shape (..., C r², H, W).
        upscale_factor: r.

    Returns:
        Tensor of shape (..., C, H r, W r).

    Raises:
        ShapeError: the number of channels is no multiple of r².

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.pixel_shuffle(ft.arange(4.0).reshape(4, 1, 1), 2).tolist()
        [[[0.0, 1.0], [2.0, 3.0]]]
    """
    r, x = _factor("pixel_shuffle", "upscale_factor", upscale_factor), _image("pixel_shuffle", input)
    *batch, c, h, w = x.shape
    if c % (r * r):
        errors.shape_error("pixel_shuffle", "input", f"a multiple of {r * r} channels", f"shape {tuple(x.shape)}")
    parts = x.reshape(*batch, c // (r * r), r, r, h, w)
    n = len(batch)
    return parts.permute(*range(n + 1), n + 3, n + 1, n + 4, n + 2).reshape(*batch, c // (r * r), h * r, w * r)


def pixel_unshuffle(input: T, downscale_factor: int) -> T:
    """The opposite of :func:`pixel_shuffle`: squares of r by r pixels as groups of channels.

    Args:
        input: Tensor of shape (..., C, H r, W r).
        downscale_factor: r.

    Returns:
        Tensor of shape (..., C r², H, W).

    Raises:
        ShapeError: height or width is no multiple of r.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.pixel_unshuffle(ft.arange(4.0).reshape(1, 2, 2), 2).flatten().tolist()
        [0.0, 1.0, 2.0, 3.0]
    """
    r, x = _factor("pixel_unshuffle", "downscale_factor", downscale_factor), _image("pixel_unshuffle", input)
    *batch, c, h, w = x.shape
    if h % r or w % r:
        wanted = f"height and width that are multiples of {r}"
        errors.shape_error("pixel_unshuffle", "input", wanted, f"shape {tuple(x.shape)}")
    parts = x.reshape(*batch, c, h // r, r, w // r, r)
    n = len(batch)
    return parts.permute(*range(n + 1), n + 2, n + 4, n + 1, n + 3).reshape(*batch, c * r * r, h // r, w // r)


def channel_shuffle(input: T, groups: int) -> T:
    """Channels of several groups in turn: the first of each, then the second of each... (Zhang et al., 2018).

    Args:
        input: Tensor of shape (N, C, ...).
        groups: a divisor of C.

    Returns:
        Tensor of the same shape.

    Raises:
        ShapeError: the number of channels is no multiple of ``groups``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.channel_shuffle(ft.arange(4.0).reshape(1, 4, 1), 2).flatten().tolist()
        [0.0, 2.0, 1.0, 3.0]
    """
    groups, x = _factor("channel_shuffle", "groups", groups), input
    if x.ndim < 3 or x.shape[1] % groups:
        wanted = f"shape (N, C, ...), C a multiple of {groups}"
        errors.shape_error("channel_shuffle", "input", wanted, f"shape {tuple(x.shape)}")
    return x.unflatten(1, (groups, x.shape[1] // groups)).transpose(1, 2).flatten(1, 2)


def unfold(input: T, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1) -> T:
    """All windows of images as columns ("im2col").

    Args:
        input: images, of shape (N, C, H, W) or (C, H, W).
        kernel_size: the size of the windows, (KH, KW).
        dilation: the distance between the elements of a window.
        padding: zeros put around the images, on each side.
        stride: the distance between windows.

    Returns:
        Tensor of shape (N, C KH KW, windows), or without N.

    Raises:
        ShapeError: another number of dimensions, or the window is larger than the padded images.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.unfold(ft.arange(6.0).reshape(1, 1, 2, 3), 2).tolist()
        [[[0.0, 1.0], [1.0, 2.0], [3.0, 4.0], [4.0, 5.0]]]
    """
    x: Any = input
    if x.ndim not in (3, 4):
        errors.shape_error("unfold", "input", "shape (N, C, H, W) or (C, H, W)", str(tuple(x.shape)))
    size = tuple(x.shape[-2:])
    rows, columns = _windows("unfold", "input", size, kernel_size, dilation, padding, stride, x.device)
    (kh, oh), (kw, ow) = rows.shape, columns.shape
    x = ft.ops.remap_planes(x.reshape(math.prod(input.shape[:-2]), *size), rows, columns)
    return x.reshape(*input.shape[:-3], input.shape[-3] * kh * kw, oh * ow)


def fold(input: T, output_size: Pair, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1) -> T:
    """Columns put back where :func:`unfold` takes them from, added up ("col2im").

    Args:
        input: Tensor of shape (N, C KH KW, windows), or without N.
        output_size: the images' size, (H, W).
        kernel_size: the size of the windows, (KH, KW).
        dilation: the distance between the elements of a window.
        padding: how far windows reach over the edge, on each side.
        stride: the distance between windows.

    Returns:
        Tensor of shape (N, C, H, W), or without N.

    Raises:
        ShapeError: the sizes do not fit together.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.fold(ft.ones(1, 4, 2), (2, 3), 2).tolist()
        [[[[1.0, 2.0, 1.0], [1.0, 2.0, 1.0]]]]
    """
    x: Any = input
    if x.ndim not in (2, 3):
        errors.shape_error("fold", "input", "shape (N, C KH KW, windows), or without N", str(tuple(x.shape)))
    size = _pair("fold", "output_size", output_size, 1)
    rows, columns = _windows("fold", "output_size", size, kernel_size, dilation, padding, stride, x.device)
    (kh, oh), (kw, ow) = rows.shape, columns.shape
    if x.shape[-2] % (kh * kw) or x.shape[-1] != oh * ow:
        wanted = f"shape (N, C * {kh * kw}, {oh * ow}), or without N"
        errors.shape_error("fold", "input", wanted, str(tuple(x.shape)))
    planes = (*x.shape[:-2], x.shape[-2] // (kh * kw))
    x = ft.ops.remap_planes_gradient(x.reshape(math.prod(planes), kh, kw, oh, ow), rows, columns, *size)
    return x.reshape(*planes, *size)


def _windows(
    name: str, argument: str, size: Any, kernel: Any, dilation: Any, padding: Any, stride: Any, device: Any
) -> list[Any]:
    """Of rows and columns, which one each element of each window is, (K, windows); some lie in the padding."""
    kernel = _pair(name, "kernel_size", kernel, 1)
    dilation, stride = _pair(name, "dilation", dilation, 1), _pair(name, "stride", stride, 1)
    padding = _pair(name, "padding", padding, 0)
    found = []
    for n, k, d, p, s in zip(size, kernel, dilation, padding, stride, strict=True):
        span = d * (k - 1) + 1
        if n + 2 * p < span:
            wanted = f"at least the window's size {span}, padding included"
            errors.shape_error(name, argument, wanted, f"size {n} with padding {p}")
        starts = ft.arange(-p, n + p - span + 1, s, device=device)
        found.append(ft.arange(0, span, d, device=device).unsqueeze(1) + starts)
    return found


def _pair(name: str, argument: str, value: Any, least: int) -> tuple[int, int]:
    both = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(both) != 2 or not all(type(n) is int for n in both):
        errors.type_error(name, argument, "an int or two ints", repr(value))
    if min(both) < least:
        errors.value_error(name, argument, f"{least} or more", str(value))
    return both


def _factor(name: str, argument: str, value: Any) -> int:
    if type(value) is not int:
        errors.type_error(name, argument, "int", type(value).__name__)
    if value < 1:
        errors.value_error(name, argument, "1 or more", str(value))
    return value


def _image(name: str, input: Any) -> Any:
    if input.ndim < 3:
        errors.shape_error(name, "input", "at least 3 dimensions (..., C, H, W)", f"shape {tuple(input.shape)}")
    return input
