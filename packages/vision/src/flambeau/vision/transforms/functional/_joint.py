"""One geometric operation on all that a sample consists of: images, masks, boxes and key points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import tv_tensors
from . import _kinds
from .boxes import clamped, corners_of, from_corners

Points = Callable[[np.ndarray, bool], np.ndarray]


def geometric(
    operation: str,
    value: Any,
    image: Callable[[_kinds.Kind, Any, bool], Any],
    points: Points,
    size: tuple[int, int] | Callable[[int, int], tuple[int, int]] | None = None,
    clamp: bool = True,
) -> Any:
    """Apply a geometric operation to what ``value`` is.

    Args:
        operation: The name, for errors.
        value: An image of any kind, or a TVTensor.
        image: The work on an image: ``image(kind, x, is_mask)``.
        points: Where points (x, y) go: ``points(coordinates, corners)``, of float64 and shape (..., 2). ``corners`` are
            those of boxes, on the edges of pixels; other points name pixels.
        size: Height and width of the result, or a function of those before; None: as before.
        clamp: Whether boxes are cut at the borders of the result.

    Returns:
        Of the type of ``value``.
    """
    if isinstance(value, (tv_tensors.BoundingBoxes, tv_tensors.KeyPoints)):
        canvas = size(*value.canvas_size) if callable(size) else size or value.canvas_size
        if isinstance(value, tv_tensors.KeyPoints):
            return value.moved(points(value.coordinates_array(), False), canvas_size=canvas)
        x1, y1, x2, y2 = np.moveaxis(corners_of(value.coordinates_array(), value.format), -1, 0)
        outline = np.stack([np.stack(pair, -1) for pair in ((x1, y1), (x2, y1), (x2, y2), (x1, y2))], -2)
        moved = points(outline, True)
        boxes = np.concatenate([moved.min(-2), moved.max(-2)], -1)
        boxes = clamped(boxes, canvas) if clamp else boxes
        return value.moved(from_corners(boxes, value.format), canvas_size=canvas)
    is_mask = isinstance(value, tv_tensors.Mask)
    return _kinds.apply(operation, value, lambda kind, x: image(kind, x, is_mask))


def size_of(operation: str, value: Any) -> tuple[int, int]:
    """Height and width of an image, or of the image that boxes or points are in."""
    if isinstance(value, (tv_tensors.BoundingBoxes, tv_tensors.KeyPoints)):
        return value.canvas_size
    return _kinds.kind_of(operation, "img", value).size(value)
