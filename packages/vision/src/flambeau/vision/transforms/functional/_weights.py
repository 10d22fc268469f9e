"""Pillow's antialiased resampling as two matrix products, for Tensors on devices that Pillow cannot reach.

The algorithm is that of Pillow's ``src/libImaging/Resample.c``: each row of the result is a weighted mean of the rows
that the filter, stretched by the scale when it shrinks, covers; once along the rows and once along the columns. Bytes
are computed with weights rounded to 22 bits after the point, and rounded after each pass; these integers are exact in
float64, and so are the results. Which pass comes first is another matter: versions of Pillow differ in that, and it
decides what is rounded, and for bicubic and Lanczos what is cut off at 0 and 255, before the other one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import flambeau.tensor as ft
import numpy as np

from ._interpolation import InterpolationMode
from ._pixels import mixing_mode

_BITS = 32 - 8 - 2  # Pillow's PRECISION_BITS


def _box(x: np.ndarray) -> np.ndarray:
    return np.where((x > -0.5) & (x <= 0.5), 1.0, 0.0)


def _bilinear(x: np.ndarray) -> np.ndarray:
    return np.maximum(1.0 - np.abs(x), 0.0)


def _hamming(x: np.ndarray) -> np.ndarray:
    return np.where(np.abs(x) >= 1.0, 0.0, np.sinc(x) * (0.54 + 0.46 * np.cos(math.pi * x)))


def _bicubic(x: np.ndarray) -> np.ndarray:
    a, x = -0.5, np.abs(x)
    inner = ((a + 2.0) * x - (a + 3.0)) * x * x + 1
    outer = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1.0, inner, np.where(x < 2.0, outer, 0.0))


def _lanczos(x: np.ndarray) -> np.ndarray:
    return np.where((x >= -3.0) & (x < 3.0), np.sinc(x) * np.sinc(x / 3), 0.0)


_FILTERS: dict[InterpolationMode, tuple[Callable[[np.ndarray], np.ndarray], float]] = {
    InterpolationMode.BOX: (_box, 0.5),
    InterpolationMode.BILINEAR: (_bilinear, 1.0),
    InterpolationMode.HAMMING: (_hamming, 1.0),
    InterpolationMode.BICUBIC: (_bicubic, 2.0),
    InterpolationMode.LANCZOS: (_lanczos, 3.0),
}


@lru_cache(maxsize=64)
def weights(before: int, after: int, mode: InterpolationMode, integers: bool) -> np.ndarray:
    """The weight of each of ``before`` pixels in each of ``after``: (after, before), each row's sum being 1."""
    function, reach = _FILTERS[mode]
    scale = before / after
    stretch = max(scale, 1.0)
    result = np.zeros((after, before))
    for row, center in enumerate((np.arange(after) + 0.5) * scale):
        first = max(int(center - reach * stretch + 0.5), 0)
        last = min(int(center + reach * stretch + 0.5), before)
        # Pillow's operations, in its order: the last bits of a weight decide how it is rounded
        found = function((np.arange(first, last) - center + 0.5) * (1.0 / stretch))
        total = np.add.accumulate(found)[-1] if len(found) else 0.0
        result[row, first:last] = found / total if total else found
    if integers:
        result *= 1 << _BITS
        result = np.trunc(result + np.copysign(0.5, result))
    return result


def resampled(
    image: ft.Tensor, size: tuple[int, int], mode: InterpolationMode, rows_first: bool | None = None
) -> ft.Tensor:
    """(..., H, W) resized where it is.

    Args:
        image: of a dtype whose values Pillow can mix.
        size: height and width of the result.
        mode: the filter.
        rows_first: whether the height changes first; None: where it shrinks and the width grows.
    """
    pillows = mixing_mode("resize", image.dtype)
    result = image.to(ft.float64)
    height, width = image.shape[-2:]
    passes = [(width, size[1], False), (height, size[0], True)]
    if (size[0] < height and size[1] > width) if rows_first is None else rows_first:
        passes.reverse()
    for before, after, rows in passes:
        if before == after:
            continue
        matrix = ft.tensor(weights(before, after, mode, pillows == "L"), device=image.device)
        result = matrix @ result if rows else result @ matrix.transpose(0, 1)
        if pillows == "L":
            result = ((result + (1 << (_BITS - 1))) / (1 << _BITS)).floor().clamp(0, 255)
        elif pillows == "I":
            result = result.sign() * (result.abs() + 0.5).floor()
        else:
            result = result.to(ft.float32).to(ft.float64)
    return result.to(image.dtype)
