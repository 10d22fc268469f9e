"""Bounding boxes and key points: formats, clamping, and which of them are worth keeping."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

from ...tv_tensors import BoundingBoxes, BoundingBoxFormat, KeyPoints, box_format

__all__ = [
    "clamp_bounding_boxes",
    "clamp_keypoints",
    "convert_bounding_box_format",
    "sanitize_bounding_boxes",
    "sanitize_keypoints",
]


def corners_of(boxes: np.ndarray, format: BoundingBoxFormat) -> np.ndarray:
    """Boxes of any format as two corners, in float64."""
    if format is BoundingBoxFormat.XYXY:
        return boxes
    first, size = boxes[..., :2], boxes[..., 2:]
    corner = first if format is BoundingBoxFormat.XYWH else first - size / 2
    return np.concatenate([corner, corner + size], -1)


def from_corners(boxes: np.ndarray, format: BoundingBoxFormat) -> np.ndarray:
    """The way back."""
    if format is BoundingBoxFormat.XYXY:
        return boxes
    corner, size = boxes[..., :2], boxes[..., 2:] - boxes[..., :2]
    first = corner if format is BoundingBoxFormat.XYWH else corner + size / 2
    return np.concatenate([first, size], -1)


def clamped(boxes: np.ndarray, canvas_size: tuple[int, int]) -> np.ndarray:
    height, width = canvas_size
    return boxes.clip(0, [width, height, width, height])


def _check(operation: str, argument: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        errors.type_error(operation, argument, kind.__name__, type(value).__name__)


def convert_bounding_box_format(boxes: BoundingBoxes, new_format: BoundingBoxFormat | str) -> BoundingBoxes:
    """The same boxes in another format.

    Args:
        boxes: The boxes.
        new_format: ``"XYXY"``, ``"XYWH"`` or ``"CXCYWH"``.

    Returns:
        BoundingBoxes of that format. The halves that centres of integer boxes may have are cut off.

    Raises:
        TypeError: ``boxes`` no BoundingBoxes.
        ValueError: Another format.

    Example:
        >>> from flambeau.vision.tv_tensors import BoundingBoxes
        >>> from flambeau.vision.transforms.functional import convert_bounding_box_format
        >>> boxes = BoundingBoxes([[1.0, 2.0, 5.0, 8.0]], format="XYXY", canvas_size=(10, 10))
        >>> convert_bounding_box_format(boxes, "CXCYWH").tolist()
        [[3.0, 5.0, 4.0, 6.0]]
    """
    _check("convert_bounding_box_format", "boxes", boxes, BoundingBoxes)
    wanted = box_format("convert_bounding_box_format", "new_format", new_format)
    corners = corners_of(boxes.coordinates_array(), boxes.format)
    return boxes.moved(from_corners(corners, wanted), format=wanted)


def clamp_bounding_boxes(boxes: BoundingBoxes) -> BoundingBoxes:
    """Boxes cut at the borders of their image.

    Args:
        boxes: The boxes.

    Returns:
        BoundingBoxes of the same format.

    Raises:
        TypeError: ``boxes`` no BoundingBoxes.

    Example:
        >>> from flambeau.vision.tv_tensors import BoundingBoxes
        >>> from flambeau.vision.transforms.functional import clamp_bounding_boxes
        >>> clamp_bounding_boxes(BoundingBoxes([[-1, 2, 15, 8]], format="XYXY", canvas_size=(10, 12))).tolist()
        [[0, 2, 12, 8]]
    """
    _check("clamp_bounding_boxes", "boxes", boxes, BoundingBoxes)
    corners = clamped(corners_of(boxes.coordinates_array(), boxes.format), boxes.canvas_size)
    return boxes.moved(from_corners(corners, boxes.format))


def clamp_keypoints(points: KeyPoints) -> KeyPoints:
    """Points outside of their image moved onto its outermost pixels.

    Args:
        points: The points.

    Returns:
        KeyPoints with x in 0..width - 1 and y in 0..height - 1.

    Raises:
        TypeError: ``points`` no KeyPoints.

    Example:
        >>> from flambeau.vision.tv_tensors import KeyPoints
        >>> from flambeau.vision.transforms.functional import clamp_keypoints
        >>> clamp_keypoints(KeyPoints([[-1, 12]], canvas_size=(10, 10))).tolist()
        [[0, 9]]
    """
    _check("clamp_keypoints", "points", points, KeyPoints)
    height, width = points.canvas_size
    return points.moved(points.coordinates_array().clip(0, [width - 1, height - 1]))


def sanitize_bounding_boxes(
    boxes: BoundingBoxes, min_size: float = 1.0, min_area: float = 1.0
) -> tuple[BoundingBoxes, ft.Tensor]:
    """The boxes that are worth keeping: large enough, and within their image.

    Args:
        boxes: The boxes, ``(N, 4)``.
        min_size: The least width and height.
        min_area: The least area.

    Returns:
        The boxes kept, and which of all they are: a Tensor of N bools.

    Raises:
        TypeError: ``boxes`` no BoundingBoxes.

    Example:
        >>> from flambeau.vision.tv_tensors import BoundingBoxes
        >>> from flambeau.vision.transforms.functional import sanitize_bounding_boxes
        >>> boxes = BoundingBoxes([[0, 0, 5, 5], [3, 3, 3, 9]], format="XYXY", canvas_size=(10, 10))
        >>> kept, which = sanitize_bounding_boxes(boxes)
        >>> kept.tolist(), which.tolist()
        ([[0, 0, 5, 5]], [True, False])
    """
    _check("sanitize_bounding_boxes", "boxes", boxes, BoundingBoxes)
    x1, y1, x2, y2 = np.moveaxis(corners_of(boxes.coordinates_array(), boxes.format), -1, 0)
    height, width = boxes.canvas_size
    sizes = (x2 - x1 >= min_size) & (y2 - y1 >= min_size) & ((x2 - x1) * (y2 - y1) >= min_area)
    valid = sizes & (x1 >= 0) & (y1 >= 0) & (x2 <= width) & (y2 <= height)
    return boxes.moved(boxes.coordinates_array()[valid]), ft.tensor(valid).to(boxes.device)


def sanitize_keypoints(points: KeyPoints) -> tuple[KeyPoints, ft.Tensor]:
    """The points within their image.

    Args:
        points: The points, ``(N, 2)``.

    Returns:
        The points kept, and which of all they are: a Tensor of N bools.

    Raises:
        TypeError: ``points`` no KeyPoints.

    Example:
        >>> from flambeau.vision.tv_tensors import KeyPoints
        >>> from flambeau.vision.transforms.functional import sanitize_keypoints
        >>> sanitize_keypoints(KeyPoints([[1, 2], [10, 2]], canvas_size=(10, 10)))[1].tolist()
        [True, False]
    """
    _check("sanitize_keypoints", "points", points, KeyPoints)
    x, y = np.moveaxis(points.coordinates_array(), -1, 0)
    height, width = points.canvas_size
    valid = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return points.moved(points.coordinates_array()[valid]), ft.tensor(valid).to(points.device)
