"""Pixels in other places, with their values: flips, crops, borders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flambeau.tensor import errors

from ... import tv_tensors
from ._joint import geometric, size_of
from ._kinds import Kind, fill_values

__all__ = [
    "center_crop",
    "crop",
    "five_crop",
    "hflip",
    "horizontal_flip",
    "pad",
    "ten_crop",
    "vertical_flip",
    "vflip",
]

PADDING_MODES = ("constant", "edge", "reflect", "symmetric")


def _flip(operation: str, img: Any, horizontal: bool) -> Any:
    height, width = size_of(operation, img)
    axis, length = (0, width) if horizontal else (1, height)

    def points(places: np.ndarray, corners: bool) -> np.ndarray:
        moved = places.copy()
        moved[..., axis] = length - (0 if corners else 1) - places[..., axis]
        return moved

    return geometric(operation, img, lambda kind, x, _: kind.flip(x, horizontal), points, clamp=False)


def horizontal_flip(img: Any) -> Any:
    """Left and right swapped.

    Args:
        img: An image of any kind, or a TVTensor.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.horizontal_flip(np.array([[1, 2, 3]])).tolist()
        [[3, 2, 1]]
    """
    return _flip("horizontal_flip", img, True)


def vertical_flip(img: Any) -> Any:
    """Top and bottom swapped.

    Args:
        img: An image of any kind, or a TVTensor.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.vertical_flip(np.array([[1], [2]])).tolist()
        [[2], [1]]
    """
    return _flip("vertical_flip", img, False)


hflip, vflip = horizontal_flip, vertical_flip


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """A part of an image; what lies outside of the image is 0.

    Args:
        img: An image of any kind, or a TVTensor.
        top, left: The corner of the part.
        height, width: Its size.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image.
        ValueError: A height or width below 1.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.crop(np.array([[1, 2], [3, 4]]), 1, 1, 2, 2).tolist()
        [[4, 0], [0, 0]]
    """
    if height < 1 or width < 1:
        errors.value_error("crop", "height, width", "at least 1 and 1", f"{height} and {width}")
    corner = np.array([left, top])
    return geometric(
        "crop",
        img,
        lambda kind, x, _: kind.crop(x, top, left, height, width),
        lambda places, corners: places - corner,
        (height, width),
    )


def center_crop(img: Any, output_size: int | Sequence[int]) -> Any:
    """The middle of an image; what lies outside of the image is 0.

    Args:
        img: An image of any kind, or a TVTensor.
        output_size: Height and width, or one number for both.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.center_crop(np.arange(9).reshape(3, 3), 1).tolist()
        [[4]]
    """
    height, width = two(output_size)
    rows, columns = size_of("center_crop", img)
    if height > rows or width > columns:
        left, top = (max((want - have) // 2, 0) for want, have in ((width, columns), (height, rows)))
        right, bottom = (max((want - have + 1) // 2, 0) for want, have in ((width, columns), (height, rows)))
        img = pad(img, [left, top, right, bottom])
        rows, columns = size_of("center_crop", img)
    return crop(img, round((rows - height) / 2.0), round((columns - width) / 2.0), height, width)


def two(size: int | Sequence[int]) -> tuple[int, int]:
    """Height and width of a size that may be one number."""
    if isinstance(size, int):
        return size, size
    height, width = size if len(size) == 2 else (size[0], size[0])
    return height, width


def borders(operation: str, padding: Any) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of 1, 2 or 4 numbers."""
    numbers = [padding] if isinstance(padding, int) else list(padding) if isinstance(padding, Sequence) else []
    if len(numbers) not in (1, 2, 4) or not all(isinstance(number, int) for number in numbers):
        errors.value_error(operation, "padding", "an int, or 1, 2 or 4 of them", repr(padding))
    left, top, right, bottom = numbers * (4 // len(numbers))
    return left, top, right, bottom


def check_padding_mode(operation: str, mode: Any) -> None:
    if mode not in PADDING_MODES:
        errors.value_error(operation, "padding_mode", f"one of {', '.join(PADDING_MODES)}", repr(mode))


def pad(
    img: Any, padding: int | Sequence[int], fill: float | Sequence[float] | None = 0, padding_mode: str = "constant"
) -> Any:
    """An image with a border.

    Args:
        img: An image of any kind, or a TVTensor.
        padding: One number for all sides, two for left and right, and for top and bottom, or four: left, top, right,
            bottom. Negative numbers crop.
        fill: What a constant border is: one number, or one for each channel.
        padding_mode: ``"constant"``, ``"edge"`` (the outermost pixels repeated), ``"reflect"`` (mirrored at these), or
            ``"symmetric"`` (mirrored, these repeated).

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image.
        ValueError: Another mode, another number of numbers, or a mirror beyond the other side.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.pad(np.array([[1, 2]]), [1, 0], padding_mode="symmetric").tolist()
        [[1, 1, 2, 2]]
    """
    left, top, right, bottom = borders("pad", padding)
    check_padding_mode("pad", padding_mode)
    rows, columns = size_of("pad", img)
    height, width = rows + top + bottom, columns + left + right
    if height < 1 or width < 1:
        errors.value_error("pad", "padding", f"pixels to be left of {rows}x{columns}", repr(padding))

    def image(kind: Kind, x: Any, is_mask: bool) -> Any:
        if padding_mode == "constant":
            border = (max(left, 0), max(top, 0), max(right, 0), max(bottom, 0))
            values = fill_values("pad", fill, kind.channels(x))
            if border != (left, top, right, bottom):
                inner = (rows + min(top, 0) + min(bottom, 0), columns + min(left, 0) + min(right, 0))
                x = kind.crop(x, max(-top, 0), max(-left, 0), *inner)
            return kind.surround(x, border, values)
        return kind.take(x, _mirrored(rows, top, bottom), _mirrored(columns, left, right))

    def _mirrored(length: int, before: int, after: int) -> np.ndarray:
        furthest = length - 1 if padding_mode == "reflect" else length
        if padding_mode != "edge" and max(before, after) > furthest:
            errors.value_error("pad", "padding", f"at most {furthest} to mirror {length} pixels", repr(padding))
        indices = np.arange(length)[max(-before, 0) : length - max(-after, 0)]
        mode: Any = padding_mode  # one of NumPy's words, which its types want literally
        return np.pad(indices, (max(before, 0), max(after, 0)), mode=mode)

    corner = np.array([left, top])
    return geometric("pad", img, image, lambda places, corners: places + corner, (height, width))


def five_crop(img: Any, size: int | Sequence[int]) -> tuple[Any, Any, Any, Any, Any]:
    """The four corners and the middle of an image.

    Args:
        img: An image of any kind.
        size: Height and width of the parts, or one number for both.

    Returns:
        Top left, top right, bottom left, bottom right, middle.

    Raises:
        TypeError: ``img`` no image.
        ValueError: A size that is larger than the image.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> [part.item() for part in F.five_crop(np.arange(9).reshape(3, 3), 1)]
        [0, 2, 6, 8, 4]
    """
    if isinstance(img, (tv_tensors.BoundingBoxes, tv_tensors.KeyPoints, tv_tensors.Mask)):
        errors.type_error("five_crop", "img", "an image", type(img).__name__)
    height, width = two(size)
    rows, columns = size_of("five_crop", img)
    if height > rows or width > columns:
        errors.value_error("five_crop", "size", f"at most the image's {rows} and {columns}", f"{height} and {width}")
    corners = [(y, x) for y in (0, rows - height) for x in (0, columns - width)]
    parts = [crop(img, top, left, height, width) for top, left in corners]
    return parts[0], parts[1], parts[2], parts[3], center_crop(img, (height, width))


def ten_crop(img: Any, size: int | Sequence[int], vertical_flip: bool = False) -> tuple[Any, ...]:
    """The four corners and the middle of an image and of its mirror image.

    Args:
        img: An image of any kind.
        size: Height and width of the parts, or one number for both.
        vertical_flip: Mirror it top to bottom instead of left to right.

    Returns:
        Ten images: :func:`five_crop` of the image, then of its mirror image.

    Raises:
        TypeError: ``img`` no image.
        ValueError: A size that is larger than the image.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> [part.item() for part in F.ten_crop(np.arange(4).reshape(2, 2), 1)][5:9]
        [1, 0, 3, 2]
    """
    return five_crop(img, size) + five_crop(vflip(img) if vertical_flip else hflip(img), size)
