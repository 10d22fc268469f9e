"""Resizing, with antialiasing: Pillow's result for every kind of image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

from . import _weights
from ._interpolation import InterpolationMode, interpolation_mode, pillows
from ._joint import geometric, size_of
from ._kinds import Kind
from .geometry import crop

__all__ = ["resize", "resized_crop"]


def output_size(
    operation: str, before: tuple[int, int], size: int | Sequence[int] | None, max_size: int | None
) -> tuple[int, int]:
    """Height and width after a resize."""
    height, width = before
    if 0 in before:
        errors.shape_error(operation, "img", "an image with pixels", f"height {height} and width {width}")
    short, long = sorted(before)
    wanted = [size] if isinstance(size, int) else None if size is None else list(size)
    if wanted is None:
        if max_size is None:
            errors.value_error(operation, "size", "a size, or max_size", "None for both")
        new_short, new_long = int(max_size * short / long), max_size
    elif len(wanted) == 2:
        if max_size is not None:
            errors.value_error(operation, "max_size", "None where size is height and width", str(max_size))
        return _positive(operation, wanted[0], wanted[1])
    else:
        new_short, new_long = wanted[0], int(wanted[0] * long / short)
        if max_size is not None:
            if max_size <= new_short:
                errors.value_error(operation, "max_size", f"more than size, {new_short}", str(max_size))
            if new_long > max_size:
                new_short, new_long = int(max_size * new_short / new_long), max_size
    return _positive(operation, *((new_long, new_short) if width <= height else (new_short, new_long)))


def _positive(operation: str, height: int, width: int) -> tuple[int, int]:
    if height < 1 or width < 1:
        errors.value_error(operation, "size", "a height and a width of at least one pixel", f"{height} and {width}")
    return height, width


def check_antialias(operation: str, antialias: Any) -> None:
    if antialias is not None and antialias is not True:
        fix = "shrinking without antialiasing drops pixels; interpolation='nearest' is the way to have that"
        errors.value_error(operation, "antialias", "True", repr(antialias), fix)


def resize(
    img: Any,
    size: int | Sequence[int] | None,
    interpolation: InterpolationMode | str | int = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """An image of another size.

    The result is that of ``PIL.Image.Image.resize`` for every kind of image: bytes to the bit, floats as Pillow's mode
    ``"F"`` computes them. Where it shrinks, each new pixel is a mean of all those it covers (*antialiasing*). Arrays
    and Tensors have no transparency: their four channels are resized one by one, while Pillow weighs the colours of
    RGBA images by their alpha. On a device other than the CPU the weights are the same; bytes may differ where the two
    passes of the resampling are rounded in the other order.

    Args:
        img: An image of any kind, or a TVTensor; masks are resized by ``"nearest"``.
        size: Height and width, or one number for the shorter side; None with ``max_size``: for the longer.
        interpolation: One of :class:`~flambeau.vision.transforms.InterpolationMode`.
        max_size: The most that the longer side may get where ``size`` is one number.
        antialias: True; the argument is there so that scripts for torchvision run.

    Returns:
        The resized image, of the same kind.

    Raises:
        TypeError: ``img`` no image, or of integers that cannot be mixed.
        ValueError: A size without pixels, or ``antialias=False``.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.resize(np.array([[0, 100], [100, 200]], np.uint8), [1, 1]).tolist()
        [[100]]
    """
    check_antialias("resize", antialias)
    mode = interpolation_mode("resize", interpolation)
    before = size_of("resize", img)
    after = output_size("resize", before, size, max_size)
    scale = np.array([after[1] / before[1], after[0] / before[0]])

    def image(kind: Kind, x: Any, is_mask: bool) -> Any:
        if after == before:
            return x
        method = pillows(mode, is_mask)
        smooth = method != pillows(InterpolationMode.NEAREST)
        if isinstance(x, ft.Tensor) and x.device.type != "cpu":
            return _elsewhere(x, after, mode, smooth)
        return kind.resample("resize", x, lambda picture, _: picture.resize(after[::-1], method), smooth)

    return geometric("resize", img, image, lambda points, corners: points * scale, after, clamp=False)


def _elsewhere(x: ft.Tensor, after: tuple[int, int], mode: InterpolationMode, smooth: bool) -> ft.Tensor:
    if smooth:
        return _weights.resampled(x, after, mode)
    rows, columns = (
        ft.tensor(np.floor((np.arange(new) + 0.5) * (old / new)).astype(np.int64), device=x.device)
        for new, old in zip(after, x.shape[-2:], strict=True)
    )
    return x[..., rows, :][..., columns]


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: int | Sequence[int],
    interpolation: InterpolationMode | str | int = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Any:
    """A part of an image, resized.

    Args:
        img: An image of any kind, or a TVTensor.
        top, left: The corner of the part.
        height, width: Its size.
        size: Height and width of the result, or one number for its shorter side.
        interpolation, antialias: As in :func:`resize`.

    Returns:
        The image, of the same kind.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.resized_crop(ft.zeros(3, 8, 8), 0, 2, 4, 4, size=[2, 2]).shape
        (3, 2, 2)
    """
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)
