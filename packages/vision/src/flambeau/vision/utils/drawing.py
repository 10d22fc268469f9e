"""Boxes, masks and points on images."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image, ImageColor, ImageDraw, ImageFont

from .. import tv_tensors
from ..transforms import functional as F

__all__ = ["draw_bounding_boxes", "draw_keypoints", "draw_segmentation_masks"]

Colour = str | tuple[int, int, int]
Colours = Colour | Sequence[Colour] | None
_GOLDEN = 0.618033988749895  # turns of the colour circle by which neighbours in a list differ as much as they can


def _colours(operation: str, colors: Any, count: int) -> list[tuple[int, ...]]:
    if colors is None:
        found = [colorsys.hsv_to_rgb(number * _GOLDEN % 1, 0.9, 1.0) for number in range(count)]
        return [tuple(round(value * 255) for value in colour) for colour in found]
    one = isinstance(colors, str) or (isinstance(colors, tuple) and all(isinstance(v, int) for v in colors))
    several = [colors] * count if one else list(colors)
    if len(several) < count:
        errors.value_error(operation, "colors", f"one colour, or {count} of them", f"{len(several)}")
    return [ImageColor.getrgb(c)[:3] if isinstance(c, str) else tuple(c) for c in several]


def _drawable(operation: str, image: Any, channels: tuple[int, ...] = (1, 3)) -> tuple[Image.Image, ft.Tensor]:
    """A PIL image to draw on, and the image as a plain RGB Tensor."""
    if not isinstance(image, ft.Tensor):
        errors.type_error(operation, "image", "Tensor", type(image).__name__)
    plain = image.data if isinstance(image, tv_tensors.TVTensor) else image
    if plain.dtype != np.uint8 and plain.dtype.kind != "f":
        errors.dtype_error(operation, "image", "uint8 or a floating dtype", str(plain.dtype))
    if plain.ndim != 3 or plain.shape[0] not in channels:
        expected = f"one image of shape (C, H, W) with {' or '.join(map(str, channels))} channels"
        errors.shape_error(operation, "image", expected, f"shape {tuple(plain.shape)}")
    if plain.shape[0] == 1:
        plain = ft.cat([plain] * 3, 0)
    return F.to_pil_image(F.convert_image_dtype(plain.cpu(), ft.uint8)), plain


def _drawn(picture: Image.Image, like: ft.Tensor) -> ft.Tensor:
    return F.convert_image_dtype(F.pil_to_tensor(picture), like.dtype).to(like.device)


def draw_bounding_boxes(
    image: ft.Tensor,
    boxes: ft.Tensor,
    labels: Sequence[str] | None = None,
    colors: Colours = None,
    fill: bool = False,
    width: int = 1,
    font: str | None = None,
    font_size: int | None = None,
) -> ft.Tensor:
    """Boxes drawn on an image.

    Args:
        image: Bytes, or floats in 0..1; grey ones become RGB.
        boxes: Corners ``(x1, y1, x2, y2)`` in pixels, or ``BoundingBoxes`` of any format.
        labels: A text for each box.
        colors: One for all boxes, or one for each: names, ``"#ff8800"``, or RGB tuples. None: as different as possible.
        fill: Fill the boxes, so that the image shines through.
        width: Of the lines, in pixels.
        font: A file of a TrueType font for the labels; None: Pillow's own.
        font_size: Its size.

    Shape:
        - image: ``(C, H, W)``
        - boxes: ``(N, 4)``
        - output: ``(3, H, W)``

    Returns:
        A new Tensor of the image's dtype.

    Raises:
        TypeError: ``image`` not a Tensor of bytes or floats.
        ValueError: Another shape, corners in another order, or another number of labels or colours.

    Example:
        >>> from flambeau.vision.utils import draw_bounding_boxes
        >>> drawn = draw_bounding_boxes(ft.zeros(3, 5, 5, dtype=ft.uint8), ft.tensor([[1, 1, 3, 3]]), colors="red")
        >>> drawn[0].tolist()[1]
        [0, 255, 255, 255, 0]
    """
    picture, plain = _drawable("draw_bounding_boxes", image)
    if isinstance(boxes, tv_tensors.BoundingBoxes):
        boxes = F.convert_bounding_box_format(boxes, "XYXY").data
    if not isinstance(boxes, ft.Tensor) or boxes.ndim != 2 or boxes.shape[1] != 4:
        got = f"shape {tuple(boxes.shape)}" if isinstance(boxes, ft.Tensor) else type(boxes).__name__
        errors.shape_error("draw_bounding_boxes", "boxes", "a Tensor of shape (N, 4)", got)
    corners = boxes.cpu().numpy().astype(np.int64)
    if (corners[:, :2] > corners[:, 2:]).any():
        fix = "mark them as BoundingBoxes of their format"
        errors.value_error("draw_bounding_boxes", "boxes", "x1 <= x2 and y1 <= y2", "others", fix)
    if labels is not None and len(labels) != len(corners):
        errors.value_error("draw_bounding_boxes", "labels", f"{len(corners)} texts", f"{len(labels)}")
    found = _colours("draw_bounding_boxes", colors, len(corners))
    draw = ImageDraw.Draw(picture, "RGBA" if fill else None)
    typeface = ImageFont.load_default(font_size) if font is None else ImageFont.truetype(font, font_size or 10)
    for number, (box, colour) in enumerate(zip(corners.tolist(), found, strict=False)):
        draw.rectangle(box, outline=colour, width=width, fill=(*colour, 100) if fill else None)
        if labels is not None:
            draw.text((box[0] + width + 1, box[1] + width + 1), labels[number], fill=colour, font=typeface)
    return _drawn(picture, plain)


def draw_segmentation_masks(
    image: ft.Tensor, masks: ft.Tensor, alpha: float = 0.8, colors: Colours = None
) -> ft.Tensor:
    """Masks laid over an image, each in a colour; where several overlap it gets dark.

    Args:
        image: Bytes, or floats in 0..1; RGB.
        masks: One mask, or several, of bools.
        alpha: 0 shows the image alone, 1 the masks alone.
        colors: One for all masks, or one for each: names, ``"#ff8800"``, or RGB tuples. None: as different as possible.

    Shape:
        - image: ``(3, H, W)``
        - masks: ``(N, H, W)`` or ``(H, W)``
        - output: ``(3, H, W)``

    Returns:
        A new Tensor of the image's dtype.

    Raises:
        TypeError: ``image`` not a Tensor of bytes or floats, or masks that are not bools.
        ValueError: Another shape, or another number of colours.

    Example:
        >>> from flambeau.vision.utils import draw_segmentation_masks
        >>> image, mask = ft.zeros(3, 1, 2), ft.tensor([[True, False]])
        >>> draw_segmentation_masks(image, mask, alpha=0.5, colors="white")[0].tolist()
        [[0.5, 0.0]]
    """
    _, plain = _drawable("draw_segmentation_masks", image, (3,))
    found = masks.data if isinstance(masks, tv_tensors.TVTensor) else masks
    if not isinstance(found, ft.Tensor) or found.dtype != np.bool_:
        got = str(found.dtype) if isinstance(found, ft.Tensor) else type(found).__name__
        errors.dtype_error("draw_segmentation_masks", "masks", "a Tensor of bools", got, "compare: labels == number")
    if found.ndim == 2:
        found = found.unsqueeze(0)
    if found.ndim != 3 or tuple(found.shape[1:]) != tuple(plain.shape[1:]):
        expected = f"shape (N, {plain.shape[1]}, {plain.shape[2]})"
        errors.shape_error("draw_segmentation_masks", "masks", expected, f"shape {tuple(masks.shape)}")
    scale = 255.0 if plain.dtype == np.uint8 else 1.0
    over = plain.float()
    for mask, colour in zip(found, _colours("draw_segmentation_masks", colors, len(found)), strict=False):
        paint = ft.tensor(colour, dtype=ft.float32, device=plain.device).reshape(3, 1, 1) * (scale / 255)
        over = ft.where(mask, paint, over)
    over = ft.where(found.sum(0) > 1, 0.0, over)
    mixed = plain.float() * (1 - alpha) + over * alpha
    return mixed.to(plain.dtype)


def draw_keypoints(
    image: ft.Tensor,
    keypoints: ft.Tensor,
    connectivity: Sequence[tuple[int, int]] | None = None,
    colors: Colour | None = None,
    radius: int = 2,
    width: int = 3,
    visibility: ft.Tensor | None = None,
) -> ft.Tensor:
    """Points, and lines between them, drawn on an image.

    Args:
        image: Bytes, or floats in 0..1; RGB.
        keypoints: K points ``(x, y)`` of each of N objects, in pixels.
        connectivity: Pairs of points that are joined by a line.
        colors: A name, ``"#ff8800"``, or an RGB tuple; None: white.
        radius: Of the points, in pixels.
        width: Of the lines, in pixels.
        visibility: Which points are drawn; None: all.

    Shape:
        - image: ``(3, H, W)``
        - keypoints: ``(N, K, 2)``
        - visibility: ``(N, K)``
        - output: ``(3, H, W)``

    Returns:
        A new Tensor of the image's dtype.

    Raises:
        TypeError: ``image`` not a Tensor of bytes or floats.
        ValueError: Another shape.

    Example:
        >>> from flambeau.vision.utils import draw_keypoints
        >>> drawn = draw_keypoints(ft.zeros(3, 5, 5), ft.tensor([[[2, 3]]]), radius=1)
        >>> drawn[:, 3, 2].tolist()
        [1.0, 1.0, 1.0]
    """
    picture, plain = _drawable("draw_keypoints", image, (3,))
    points = keypoints.data if isinstance(keypoints, tv_tensors.TVTensor) else keypoints
    if not isinstance(points, ft.Tensor) or points.ndim != 3 or points.shape[2] != 2:
        got = f"shape {tuple(points.shape)}" if isinstance(points, ft.Tensor) else type(points).__name__
        errors.shape_error("draw_keypoints", "keypoints", "a Tensor of shape (N, K, 2)", got)
    shown = np.ones(points.shape[:2], bool) if visibility is None else visibility.cpu().numpy().astype(bool)
    if shown.shape != tuple(points.shape[:2]):
        errors.shape_error("draw_keypoints", "visibility", f"shape {tuple(points.shape[:2])}", f"shape {shown.shape}")
    (colour,) = _colours("draw_keypoints", colors or "white", 1)
    draw = ImageDraw.Draw(picture)
    for places, seen in zip(points.cpu().numpy().astype(np.int64).tolist(), shown, strict=True):
        for first, second in connectivity or ():
            if seen[first] and seen[second]:
                draw.line((*places[first], *places[second]), fill=colour, width=width)
        for (x, y), drawn in zip(places, seen, strict=True):
            if drawn:
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return _drawn(picture, plain)
