"""What arguments must be."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors


def check_tensor(op: str, argument: str, value: Any) -> None:
    """An error unless the argument is a Tensor."""
    if not isinstance(value, Tensor):
        errors.type_error(op, argument, "Tensor", type(value).__name__)


def check_floats(op: str, argument: str, value: Tensor) -> None:
    """An error unless the argument is a Tensor of floats."""
    check_tensor(op, argument, value)
    if not value.is_floating_point():
        errors.dtype_error(op, argument, "a floating dtype", str(value.dtype), "convert it with .float()")


def check_boxes(op: str, argument: str, boxes: Tensor) -> None:
    """An error unless the argument is a Tensor whose last dimension is the four numbers of a box."""
    check_tensor(op, argument, boxes)
    if boxes.dtype == ft.bool_ or boxes.is_complex():
        errors.dtype_error(op, argument, "integers or floats", str(boxes.dtype))
    if boxes.ndim < 1 or boxes.shape[-1] != 4:
        errors.shape_error(op, argument, "(..., 4), the last dimension being x1, y1, x2, y2", str(boxes.shape))
