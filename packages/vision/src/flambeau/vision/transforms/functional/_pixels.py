"""Between Pillow's images, arrays and planes: how pixels lie in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

DTYPES = {"1": np.bool_, "I": np.int32, "I;16": np.uint16, "F": np.float32}
UNUSUAL = ("P", "PA", "CMYK", "YCbCr", "HSV", "LAB", "La", "RGBa", "RGBX", "LA")  # an array does not say which it was

_TO_MODE = {"u1": "L", "i4": "I", "f4": "F", "i1": "I", "i2": "I", "u2": "I", "f2": "F", "f8": "F"}


def planes_of(array: np.ndarray) -> ft.Tensor:
    """(H, W) or (H, W, C) as (C, H, W), without a copy."""
    return ft.from_numpy(array[None] if array.ndim == 2 else array.transpose(2, 0, 1))


def array_of(planes: ft.Tensor, flat: bool) -> np.ndarray:
    """(C, H, W) as (H, W, C), or (H, W) where ``flat``."""
    array = planes.numpy()
    return np.ascontiguousarray(array[0] if flat and len(array) == 1 else array.transpose(1, 2, 0))


def image_like(array: np.ndarray, like: Image.Image) -> Image.Image:
    """Pixels of another image's mode as an image of this mode, with its palette."""
    if like.mode not in UNUSUAL:
        return Image.fromarray(array)
    image = Image.frombytes(like.mode, (array.shape[1], array.shape[0]), np.ascontiguousarray(array).tobytes())
    if like.mode in ("P", "PA"):
        palette = like.getpalette("RGB")
        if palette is not None:
            image.putpalette(palette)
    return image


def plane(array: np.ndarray) -> Image.Image:
    """A plane of bytes, shared where it is contiguous, or of int32 or float32."""
    return Image.fromarray(np.ascontiguousarray(array))


def merged(planes: np.ndarray) -> Image.Image:
    """(C, H, W) bytes as one image: grey or RGB."""
    if len(planes) == 1:
        return plane(planes[0])
    return Image.merge("RGB", [plane(band) for band in planes])


def split(image: Image.Image) -> np.ndarray:
    """One image as (C, H, W) bytes."""
    if image.mode != "RGB":
        return np.array(image)[None] if len(image.getbands()) == 1 else np.array(image).transpose(2, 0, 1)
    # Pillow writes line by line, all of red, green and blue in turn: three times faster than transposing pixels
    lines = np.frombuffer(image.tobytes("raw", "RGB;L"), np.uint8).reshape(image.height, 3, image.width)
    return lines.transpose(1, 0, 2)


def check_colours(operation: str, channels: int) -> None:
    if channels not in (1, 3):
        errors.value_error(operation, "img", "1 or 3 channels", f"{channels} channels")


def check_pixels(operation: str, shape: tuple[int, ...]) -> None:
    if 0 in shape:
        errors.shape_error(operation, "img", "an image with pixels", f"shape {tuple(shape)}")


def mixing_mode(operation: str, dtype: np.dtype) -> str:
    """Pillow's mode in which values of a dtype are mixed."""
    mode = "F" if dtype.name == "bfloat16" else _TO_MODE.get(dtype.str[1:])
    if mode is None:
        fix = "convert it to uint8, int32 or float32, or take interpolation='nearest'"
        errors.dtype_error(operation, "img", "a dtype whose values can be mixed", str(dtype), fix)
    return mode


def resampled(
    operation: str,
    planes: np.ndarray,
    function: Callable[[Image.Image, Any], Image.Image],
    smooth: bool,
    fill: list[float] | None,
) -> np.ndarray:
    """Geometry by Pillow, plane by plane; any dtype where no values are mixed, those Pillow can compute with else.

    Args:
        operation: its name, for errors.
        planes: (P, H, W).
        function: of a plane and its fill.
        smooth: whether values are mixed.
        fill: one value for all planes, or one for each.

    Returns:
        (P, h, w) of the same dtype.
    """
    if not smooth and planes.dtype not in (np.uint8, np.int32, np.float32):
        return _picked(planes, function, fill)
    mode = mixing_mode(operation, planes.dtype)
    if mode == "L" and len(planes) % 3 == 0:
        return _by_threes(planes, function, fill)
    working = {"L": np.uint8, "I": np.int32, "F": np.float32}[mode]
    values = [None] * len(planes) if fill is None else fill * (len(planes) // len(fill))
    done = []
    for one, value in zip(planes, values, strict=True):
        number = value if value is None or mode == "F" else int(value)
        done.append(np.asarray(function(plane(one.astype(working, copy=False)), number)))
    return np.stack(done).astype(planes.dtype, copy=False)


def _by_threes(planes: np.ndarray, function: Callable[[Image.Image, Any], Image.Image], fill: Any) -> np.ndarray:
    """Three planes of bytes are one image of Pillow's, which finds each place only once for them."""
    values = None if fill is None else [int(value) for value in fill * (len(planes) // len(fill))]
    done = []
    for first in range(0, len(planes), 3):
        three = None if values is None else tuple(values[first : first + 3])
        done.append(split(function(merged(planes[first : first + 3]), three)))
    return np.concatenate(done)


def _picked(planes: np.ndarray, function: Callable[[Image.Image, Any], Image.Image], fill: Any) -> np.ndarray:
    """The same where pixels are only moved: a picture of the pixels' numbers says where each comes from."""
    height, width = planes.shape[-2:]
    numbers = np.arange(height * width, dtype=np.int32).reshape(height, width)
    source = np.asarray(function(plane(numbers), None if fill is None else -1))
    moved = planes.reshape(len(planes), -1)[:, np.maximum(source, 0)]
    if fill is not None:
        values = np.array(fill, dtype=np.float64).astype(planes.dtype).reshape(-1, 1, 1)
        moved = np.where(source < 0, values, moved)
    return moved
