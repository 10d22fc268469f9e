"""Many images in one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, BinaryIO

import flambeau.tensor as ft
from flambeau.tensor import errors

from ..transforms import functional as F

__all__ = ["make_grid", "save_image"]


def make_grid(
    tensor: ft.Tensor | Sequence[ft.Tensor],
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> ft.Tensor:
    """Images of one size beside and below each other, with borders between.

    Args:
        tensor: A batch of images, one image, or a list of images. Grey ones become RGB.
        nrow: How many images there are in a row.
        padding: The width of the borders in pixels.
        normalize: Map the values to 0..1: from ``value_range``, or from the least and the greatest value.
        value_range: The values that become 0 and 1.
        scale_each: Take the least and the greatest value of each image instead of the batch.
        pad_value: What the borders are.

    Shape:
        - tensor: ``(B, C, H, W)``, ``(C, H, W)`` or ``(H, W)``
        - output: ``(C, H', W')``; one image alone gets no borders

    Returns:
        A new Tensor.

    Raises:
        TypeError: Not a Tensor, nor a list of them.
        ValueError: No images, or another shape.

    Example:
        >>> from flambeau.vision.utils import make_grid
        >>> make_grid(ft.zeros(6, 3, 10, 20), nrow=3, padding=1).shape
        (3, 23, 64)
    """
    images = _batch(tensor)
    if images.shape[1] == 1:
        images = ft.cat([images] * 3, 1)
    if normalize:
        images = _normalized(images if images.dtype.kind == "f" else images.float(), value_range, scale_each)
    count, channels, height, width = images.shape
    if count == 1:
        return images[0].clone()
    if not isinstance(nrow, int) or nrow < 1:
        errors.value_error("make_grid", "nrow", "a positive int", repr(nrow))
    columns = min(nrow, count)
    rows = -(-count // columns)
    shape = (channels, rows * (height + padding) + padding, columns * (width + padding) + padding)
    grid = ft.full(shape, pad_value, dtype=images.dtype, device=images.device)
    for number in range(count):
        row, column = divmod(number, columns)
        top, left = row * (height + padding) + padding, column * (width + padding) + padding
        grid[:, top : top + height, left : left + width] = images[number]
    return grid


def _batch(tensor: Any) -> ft.Tensor:
    if isinstance(tensor, (list, tuple)):
        for position, image in enumerate(tensor):
            if not isinstance(image, ft.Tensor):
                errors.type_error("make_grid", f"tensor[{position}]", "Tensor", type(image).__name__)
        if not tensor:
            errors.value_error("make_grid", "tensor", "at least one image", "none")
        tensor = ft.stack(list(tensor))
    if not isinstance(tensor, ft.Tensor):
        errors.type_error("make_grid", "tensor", "Tensor, or a list of Tensors", type(tensor).__name__)
    if tensor.ndim == 2:
        tensor = tensor.unsqueeze(0)
    if tensor.ndim == 3:
        tensor = tensor.unsqueeze(0)
    if tensor.ndim != 4 or tensor.shape[0] == 0:
        errors.shape_error("make_grid", "tensor", "shape (B, C, H, W), with images", f"shape {tuple(tensor.shape)}")
    return tensor


def _normalized(images: ft.Tensor, value_range: tuple[float, float] | None, each: bool) -> ft.Tensor:
    if value_range is not None:
        low, high = (ft.tensor(float(value), dtype=images.dtype, device=images.device) for value in value_range)
    else:
        dims = (1, 2, 3) if each else (0, 1, 2, 3)
        low, high = images.amin(dims, keepdim=True), images.amax(dims, keepdim=True)
    return ((images - low) / (high - low).clamp(1e-5)).clamp(0, 1)


def save_image(
    tensor: ft.Tensor | Sequence[ft.Tensor],
    fp: str | os.PathLike[str] | BinaryIO,
    format: str | None = None,
    **options: Any,
) -> None:
    """Write images as one picture.

    Args:
        tensor: What :func:`make_grid` takes: bytes, or floats in 0..1, which are rounded.
        fp: A path or an open file.
        format: Of the file; None: by the path's ending.
        options: Those of :func:`make_grid`.

    Raises:
        TypeError: Not a Tensor, nor a list of them.
        ValueError: No images, another shape, or no known format.
    """
    grid = make_grid(tensor, **options)
    if grid.dtype.kind == "f":
        grid = (grid * 255).round().clamp(0, 255).to(ft.uint8)
    F.to_pil_image(grid).save(fp, format=format)
