"""Grey values of each channel mapped to others: by Pillow for bytes, and by the same formulas for floats."""

from __future__ import annotations

import math
from typing import Any

import flambeau.tensor as ft
from PIL import Image, ImageOps

from . import _kinds, conversion
from ._checks import int_within, not_negative
from ._pointwise import coloured

__all__ = ["adjust_gamma", "autocontrast", "equalize", "invert", "posterize", "solarize"]


def adjust_gamma(img: Any, gamma: float, gain: float = 1) -> Any:
    r"""An image with its grey values bent: :math:`\text{gain} \cdot x^\gamma` for x in 0..1.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        gamma: Above 1 dark parts get darker, below 1 brighter.
        gain: A factor.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image, or of other numbers.
        ValueError: A negative ``gamma``.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.adjust_gamma(np.array([[0, 128, 255]], np.uint8), 2).tolist()
        [[0, 64, 255]]
    """
    not_negative("adjust_gamma", "gamma", gamma)

    def bent(image: Image.Image) -> Image.Image:
        mode = image.mode
        image = image if mode in ("L", "RGB") else image.convert("RGB")
        table = [int((255 + 1 - 1e-3) * gain * pow(value / 255.0, gamma)) for value in range(256)]
        return image.point(table * len(image.getbands())).convert(mode)

    return coloured("adjust_gamma", img, bent, lambda planes: (gain * planes**gamma).clamp(0, 1))


def invert(img: Any) -> Any:
    """The negative of an image.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.

    Returns:
        A new image of the same kind.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.invert(np.array([[0, 200]], np.uint8)).tolist()
        [[255, 55]]
    """
    return coloured("invert", img, ImageOps.invert, lambda planes: 1 - planes)


def posterize(img: Any, bits: int) -> Any:
    """An image with fewer colours: the highest bits of each channel.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        bits: How many bits to keep, 0 to 8.

    Returns:
        A new image of the same kind.

    Raises:
        ValueError: Another number of bits.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.posterize(np.array([[100, 200]], np.uint8), 1).tolist()
        [[0, 128]]
    """
    int_within("posterize", "bits", bits, 0, 8)
    levels = 1 << bits
    return coloured(
        "posterize",
        img,
        lambda x: ImageOps.posterize(x, bits),
        lambda planes: (planes * levels).floor().clamp(0, levels - 1) / levels,
    )


def solarize(img: Any, threshold: float) -> Any:
    """An image with its bright pixels inverted.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        threshold: From which value on: of bytes, 0..255; of floats, 0..1.

    Returns:
        A new image of the same kind.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.solarize(np.array([[100, 200]], np.uint8), 128).tolist()
        [[100, 55]]
    """
    return coloured(
        "solarize",
        img,
        lambda x: ImageOps.solarize(x, math.ceil(threshold)),  # the same for integers
        lambda planes: ft.where(planes >= threshold, 1 - planes, planes),
    )


def autocontrast(img: Any) -> Any:
    """An image whose darkest value becomes black and whose brightest becomes white, channel by channel.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.

    Returns:
        A new image of the same kind.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.autocontrast(np.array([[100, 151]], np.uint8)).tolist()
        [[0, 255]]
    """

    def stretched(planes: ft.Tensor) -> ft.Tensor:
        least, most = planes.amin((-2, -1), keepdim=True), planes.amax((-2, -1), keepdim=True)
        flat = most == least
        return ft.where(flat, planes, (planes - least) / ft.where(flat, 1.0, most - least)).clamp(0, 1)

    return coloured("autocontrast", img, ImageOps.autocontrast, stretched)


def equalize(img: Any) -> Any:
    """An image whose grey values are spread evenly, channel by channel.

    Args:
        img: An image of any kind: bytes, or floats in 0..1, which are rounded to bytes for it.

    Returns:
        A new image of the same kind.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.equalize(np.zeros((2, 2), np.uint8)).tolist()
        [[0, 0], [0, 0]]
    """

    def spread(planes: ft.Tensor) -> ft.Tensor:
        as_bytes = conversion.convert_image_dtype(planes, ft.uint8)
        return conversion.convert_image_dtype(
            _kinds.TENSOR.recolour("equalize", as_bytes, ImageOps.equalize), planes.dtype
        )

    return coloured("equalize", img, ImageOps.equalize, spread)
