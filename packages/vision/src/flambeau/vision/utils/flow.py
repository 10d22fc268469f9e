"""Optical flow as colours."""

from __future__ import annotations

import math

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

__all__ = ["flow_to_image"]


def flow_to_image(flow: ft.Tensor) -> ft.Tensor:
    """A flow as an image: the hue says where to, the saturation how far.

    S. Baker et al., "A Database and Evaluation Methodology for Optical Flow", ICCV 2007, with its circle of 55 colours.

    Args:
        flow: Displacements (x, y) of each pixel.

    Shape:
        - flow: ``(2, H, W)`` or ``(N, 2, H, W)``
        - output: ``(3, H, W)`` or ``(N, 3, H, W)``

    Returns:
        A uint8 Tensor.

    Raises:
        TypeError: Not a floating Tensor.
        ShapeError: Another shape.

    Example:
        >>> from flambeau.vision.utils import flow_to_image
        >>> flow_to_image(ft.zeros(2, 1, 1)).flatten().tolist()
        [255, 255, 255]
    """
    if not isinstance(flow, ft.Tensor):
        errors.type_error("flow_to_image", "flow", "Tensor", type(flow).__name__)
    if flow.dtype.kind != "f":
        errors.dtype_error("flow_to_image", "flow", "a floating dtype", str(flow.dtype))
    if flow.ndim not in (3, 4) or flow.shape[-3] != 2:
        errors.shape_error("flow_to_image", "flow", "shape (2, H, W) or (N, 2, H, W)", f"shape {tuple(flow.shape)}")
    array = flow.cpu().numpy().astype(np.float32)
    x, y = array[..., 0, :, :], array[..., 1, :, :]
    length = np.sqrt(x * x + y * y)
    scale = length.max(initial=0.0) + np.finfo(np.float32).eps
    length = length / scale
    circle = _circle()
    place = (np.arctan2(-y / scale, -x / scale) / math.pi + 1) / 2 * (len(circle) - 1)
    before = np.floor(place).astype(np.int64)
    part = (place - before)[..., None]
    colour = (1 - part) * circle[before] + part * circle[(before + 1) % len(circle)]
    pixels = np.floor(255 * (1 - length[..., None] * (1 - colour))).clip(0, 255).astype(np.uint8)
    return ft.from_numpy(np.ascontiguousarray(np.moveaxis(pixels, -1, -3))).to(flow.device)


def _circle() -> np.ndarray:
    """The colours of the circle, 0..1: from red over yellow, green, cyan, blue and magenta back to red."""
    # how many steps each part has, which channel stays full, and which one changes
    parts = [(15, 0, 1, True), (6, 1, 0, False), (4, 1, 2, True), (11, 2, 1, False), (13, 2, 0, True), (6, 0, 2, False)]
    rows = []
    for steps, full, changing, rises in parts:
        part = np.zeros((steps, 3))
        ramp = np.floor(255 * np.arange(steps) / steps)
        part[:, full] = 255
        part[:, changing] = ramp if rises else 255 - ramp
        rows.append(part)
    return (np.concatenate(rows) / 255).astype(np.float32)
