"""How pixels between pixels get their values."""

from __future__ import annotations

import enum
from typing import Any

from flambeau.tensor import errors
from PIL import Image

__all__ = ["InterpolationMode"]


class InterpolationMode(enum.Enum):
    """How pixels between pixels get their values; the string does as well: ``"bilinear"``.

    ``NEAREST`` is Pillow's, which takes the pixel whose centre is nearest, so ``NEAREST_EXACT`` is the same here.
    """

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


PILLOWS = {mode: Image.Resampling[mode.name.partition("_")[0]] for mode in InterpolationMode}
FOR_WARPS = ("nearest", "nearest-exact", "bilinear", "bicubic")  # what Pillow's transform() knows


def interpolation_mode(operation: str, value: Any, warps: bool = False) -> InterpolationMode:
    """The mode of its value, its name or Pillow's number."""
    mode = value
    if isinstance(value, str):
        mode = next((mode for mode in InterpolationMode if mode.value == value), value)
    elif isinstance(value, int) and not isinstance(value, bool):
        mode = next((mode for mode, number in PILLOWS.items() if number == value), value)
    if not isinstance(mode, InterpolationMode) or (warps and mode.value not in FOR_WARPS):
        known = FOR_WARPS if warps else [mode.value for mode in InterpolationMode]
        errors.value_error(operation, "interpolation", f"one of {', '.join(known)}", repr(value))
    return mode


def pillows(mode: InterpolationMode, nearest: bool = False) -> Image.Resampling:
    return Image.Resampling.NEAREST if nearest else PILLOWS[mode]
