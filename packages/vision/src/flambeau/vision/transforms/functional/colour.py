"""Colours: brightness, contrast, hue and the like, by Pillow for bytes and by the same formulas for floats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors
from PIL import Image, ImageEnhance

from . import _kinds
from ._checks import not_negative
from ._pointwise import coloured

__all__ = [
    "adjust_brightness",
    "adjust_contrast",
    "adjust_hue",
    "adjust_saturation",
    "adjust_sharpness",
    "grayscale_to_rgb",
    "permute_channels",
    "rgb_to_grayscale",
    "to_grayscale",
]

_LUMA = (0.299, 0.587, 0.114)  # ITU-R 601-2, as in Pillow's conversion to "L"


def _grey(planes: ft.Tensor) -> ft.Tensor:
    """Luma of RGB planes, as one plane."""
    if planes.shape[-3] == 1:
        return planes
    red, green, blue = planes[..., 0:1, :, :], planes[..., 1:2, :, :], planes[..., 2:3, :, :]
    return red * _LUMA[0] + green * _LUMA[1] + blue * _LUMA[2]


def _blend(planes: ft.Tensor, other: Any, factor: float) -> ft.Tensor:
    return (planes * factor + other * (1 - factor)).clamp(0, 1)


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """An image made darker or brighter.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        brightness_factor: 0 gives black, 1 the image, 2 twice the brightness.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image, or of other numbers.
        ValueError: A negative factor.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.adjust_brightness(np.array([[100, 200]], np.uint8), 0.5).tolist()
        [[50, 100]]
    """
    not_negative("adjust_brightness", "brightness_factor", brightness_factor)
    return coloured(
        "adjust_brightness",
        img,
        lambda x: ImageEnhance.Brightness(x).enhance(brightness_factor),
        lambda planes: (planes * brightness_factor).clamp(0, 1),
    )


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """An image with less or more contrast.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        contrast_factor: 0 gives its mean grey, 1 the image, 2 twice the contrast.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image, or of other numbers.
        ValueError: A negative factor.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.adjust_contrast(np.array([[100, 200]], np.uint8), 0).tolist()
        [[150, 150]]
    """
    not_negative("adjust_contrast", "contrast_factor", contrast_factor)
    return coloured(
        "adjust_contrast",
        img,
        lambda x: ImageEnhance.Contrast(x).enhance(contrast_factor),
        lambda planes: _blend(planes, _grey(planes).mean(dim=(-3, -2, -1), keepdim=True), contrast_factor),
    )


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """An image with paler or stronger colours.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        saturation_factor: 0 gives a grey image, 1 the image, 2 twice the saturation.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image, or of other numbers.
        ValueError: A negative factor.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.adjust_saturation(np.array([[[200, 100, 0]]], np.uint8), 0).tolist()
        [[[118, 118, 118]]]
    """
    not_negative("adjust_saturation", "saturation_factor", saturation_factor)
    return coloured(
        "adjust_saturation",
        img,
        lambda x: ImageEnhance.Color(x).enhance(saturation_factor),
        lambda planes: _blend(planes, _grey(planes), saturation_factor) if planes.shape[-3] == 3 else planes.clone(),
    )


def adjust_sharpness(img: Any, sharpness_factor: float) -> Any:
    """An image blurred or sharpened, its outermost pixels left as they are.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        sharpness_factor: 0 gives a blurred image, 1 the image, 2 twice the sharpness.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image, or of other numbers.
        ValueError: A negative factor.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.adjust_sharpness(np.full((3, 3), 7, np.uint8), 2).tolist()
        [[7, 7, 7], [7, 7, 7], [7, 7, 7]]
    """
    not_negative("adjust_sharpness", "sharpness_factor", sharpness_factor)

    def sharpened(planes: ft.Tensor) -> ft.Tensor:
        if planes.shape[-2] < 3 or planes.shape[-1] < 3:
            return planes.clone()
        smooth = planes.clone()
        rows, columns = ([slice(k, n - 2 + k) for k in range(3)] for n in planes.shape[-2:])
        total = sum(planes[..., row, column] for row in rows for column in columns)
        smooth[..., 1:-1, 1:-1] = (total + 4 * planes[..., 1:-1, 1:-1]) / 13
        return _blend(planes, smooth, sharpness_factor)

    return coloured("adjust_sharpness", img, lambda x: ImageEnhance.Sharpness(x).enhance(sharpness_factor), sharpened)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """An image with its hues turned around the colour circle; grey images stay as they are.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        hue_factor: -0.5 to 0.5: half a turn either way.

    Returns:
        A new image of the same kind. Bytes turn by steps of 1/255, as Pillow's HSV has them.

    Raises:
        TypeError: ``img`` no image, or of other numbers.
        ValueError: Another factor.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.adjust_hue(np.array([[[255, 0, 0]]], np.uint8), 1 / 3).tolist()
        [[[0, 255, 0]]]
    """
    if not -0.5 <= hue_factor <= 0.5:
        errors.value_error("adjust_hue", "hue_factor", "a number from -0.5 to 0.5", repr(hue_factor))

    def turned(image: Image.Image) -> Image.Image:
        if image.mode in ("1", "L", "I", "F"):
            return image.copy()
        hue, saturation, value = image.convert("HSV").split()
        shift = int(hue_factor * 255)
        hue = hue.point([(old + shift) % 256 for old in range(256)])
        return Image.merge("HSV", (hue, saturation, value)).convert(image.mode)

    return coloured("adjust_hue", img, turned, lambda planes: _turned(planes, hue_factor))


def _turned(planes: ft.Tensor, hue_factor: float) -> ft.Tensor:
    """Through HSV and back: A. R. Smith, "Color gamut transform pairs", SIGGRAPH 1978."""
    if planes.shape[-3] == 1:
        return planes.clone()
    red, green, blue = planes[..., 0, :, :], planes[..., 1, :, :], planes[..., 2, :, :]
    most, least = planes.amax(-3), planes.amin(-3)
    spread = most - least
    grey = spread == 0
    divisor = ft.where(grey, 1.0, spread)
    to_red, to_green, to_blue = (most - red) / divisor, (most - green) / divisor, (most - blue) / divisor
    hue = ft.where(
        most == red, to_blue - to_green, ft.where(most == green, 2 + to_red - to_blue, 4 + to_green - to_red)
    )
    hue = (ft.where(grey, 0.0, hue) / 6 + hue_factor) % 1.0
    saturation = spread / ft.where(grey, 1.0, most)

    def channel(offset: float) -> ft.Tensor:
        place = (hue * 6 + offset) % 6
        return most - most * saturation * ft.minimum(place, 4 - place).clamp(0, 1)

    return ft.stack([channel(5.0), channel(3.0), channel(1.0)], -3)


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    r"""An image in grey: :math:`0.299 R + 0.587 G + 0.114 B`.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        num_output_channels: 1, or 3 equal ones.

    Returns:
        A new image of the same kind.

    Raises:
        ValueError: Another number of channels.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.rgb_to_grayscale(np.array([[[200, 100, 0]]], np.uint8)).tolist()
        [[[118]]]
    """
    if num_output_channels not in (1, 3):
        errors.value_error("rgb_to_grayscale", "num_output_channels", "1 or 3", repr(num_output_channels))

    def pillow(image: Image.Image) -> Image.Image:
        grey = image.convert("L")
        return grey if num_output_channels == 1 else Image.merge("RGB", [grey] * 3)

    def floats(planes: ft.Tensor) -> ft.Tensor:
        grey = _grey(planes)
        return grey.clone() if num_output_channels == 1 else ft.cat([grey] * 3, -3)

    return coloured("rgb_to_grayscale", img, pillow, floats)


to_grayscale = rgb_to_grayscale


def grayscale_to_rgb(img: Any) -> Any:
    """A grey image with three equal channels; a coloured one stays as it is.

    Args:
        img: An image of any kind.

    Returns:
        A new image of the same kind.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.grayscale_to_rgb(np.array([[[7]]], np.uint8)).tolist()
        [[[7, 7, 7]]]
    """

    def work(kind: _kinds.Kind, x: Any) -> Any:
        if isinstance(x, Image.Image):
            return x.convert("RGB")
        planes = kind.planes(x)
        return x if planes.shape[-3] != 1 else kind.from_planes(ft.cat([planes] * 3, -3), x)

    return _kinds.apply("grayscale_to_rgb", img, work)


def permute_channels(img: Any, permutation: Sequence[int]) -> Any:
    """Channels in another order.

    Args:
        img: An image of any kind.
        permutation: Which channel each new channel is.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image.
        ValueError: Not a permutation of the channels.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.permute_channels(np.array([[[1, 2, 3]]]), [2, 1, 0]).tolist()
        [[[3, 2, 1]]]
    """
    order = [int(position) for position in permutation]

    def permuted(kind: _kinds.Kind, x: Any) -> Any:
        if sorted(order) != list(range(kind.channels(x))):
            errors.value_error(
                "permute_channels", "permutation", f"an order of {kind.channels(x)} channels", repr(permutation)
            )
        if isinstance(x, Image.Image):
            bands = x.split()
            return Image.merge(x.mode, [bands[position] for position in order])
        return kind.from_planes(kind.planes(x)[..., order, :, :], x)

    return _kinds.apply("permute_channels", img, permuted)
