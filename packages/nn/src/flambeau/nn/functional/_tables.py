"""How interpolation makes each element of the one along a dimension: the tables of ``ops.resample``."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from flambeau.tensor._resampling import Resampling

__all__ = ["table"]


@functools.lru_cache(maxsize=256)
def table(mode: str, size: int, out: int, align_corners: bool, scale: float | None, antialias: bool) -> Resampling:
    """The windows and weights of one dimension.

    Args:
        mode: ``"nearest"``, ``"nearest-exact"``, ``"linear"``, ``"cubic"`` or ``"area"``.
        size: how many elements there are.
        out: how many are wanted.
        align_corners: whether the centres of the outermost elements coincide, rather than the edges.
        scale: the factor that sizes were multiplied by; None where the sizes themselves say it.
        antialias: whether windows grow where elements become fewer.
    """
    if mode in ("nearest", "nearest-exact"):
        return _nearest(size, out, scale, 0.5 if mode == "nearest-exact" else 0.0)
    if mode == "area":
        return _area(size, out)
    step = (size - 1) / max(out - 1, 1) if align_corners else _step(size, out, scale)
    if align_corners and out == 1:
        step = 0.0
    if antialias:
        return _antialiased(mode, size, out, step)
    centres = step * np.arange(out) if align_corners else step * (np.arange(out) + 0.5) - 0.5
    if mode == "linear":
        return _linear(size, np.maximum(centres, 0))
    return _cubic(size, centres)


def _step(size: int, out: int, scale: float | None) -> float:
    return 1 / scale if scale is not None and scale > 0 else size / out


def _nearest(size: int, out: int, scale: float | None, shift: float) -> Resampling:
    # In single precision, as PyTorch has it: which element is nearest may depend on the last bit.
    step = np.float32(_step(size, out, scale))
    places = np.floor((np.arange(out, dtype=np.float32) + np.float32(shift)) * step).astype(np.int64)
    return Resampling(size, np.minimum(places, size - 1), np.ones(out), np.ones((out, 1)))


def _area(size: int, out: int) -> Resampling:
    """Means of the elements that each one covers, even in part."""
    places = np.arange(out)
    starts, ends = places * size // out, -(-(places + 1) * size // out)
    counts = ends - starts
    weights = np.where(np.arange(counts.max(initial=1)) < counts[:, None], 1 / counts[:, None], 0)
    return Resampling(size, starts, counts, weights)


def _linear(size: int, centres: Any) -> Resampling:
    starts = np.minimum(np.floor(centres).astype(np.int64), size - 1)
    part = np.clip(centres - starts, 0, 1)
    counts = np.where(starts < size - 1, 2, 1)
    weights = np.stack([np.where(counts == 2, 1 - part, 1.0), np.where(counts == 2, part, 0)], 1)
    return Resampling(size, starts, counts, weights)


def _cubic_kernel(x: Any, a: float) -> Any:
    """Convolution by cubic pieces (Keys, 1981), with slope a at 1."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _cubic(size: int, centres: Any) -> Resampling:
    """Of four elements; those beyond the ends are the outermost ones, whose weights are added up."""
    first = np.floor(centres).astype(np.int64) - 1
    part = np.clip(centres - (first + 1), 0, 1)
    starts = np.clip(first, 0, size - 1)
    ends = np.clip(first + 3, 0, size - 1)
    weights = np.zeros((len(centres), 4))
    rows = np.arange(len(centres))
    for k in range(4):
        np.add.at(weights, (rows, np.clip(first + k, 0, size - 1) - starts), _cubic_kernel(part + 1 - k, -0.75))
    return Resampling(size, starts, ends - starts + 1, weights)


def _antialiased(mode: str, size: int, out: int, step: float) -> Resampling:
    """Windows as wide as the elements that are wanted, where these are fewer."""
    width = {"linear": 2, "cubic": 4}[mode] / 2
    wider = max(step, 1.0)
    support = width * wider
    centres = step * (np.arange(out) + 0.5)
    starts = np.maximum((centres - support + 0.5).astype(np.int64), 0)
    ends = np.minimum((centres + support + 0.5).astype(np.int64), size)
    counts = np.clip(ends - starts, 0, math.ceil(support) * 2 + 1)
    offsets = np.arange(counts.max(initial=1))
    x = (starts[:, None] + offsets - centres[:, None] + 0.5) / wider
    weights = np.maximum(1 - np.abs(x), 0) if mode == "linear" else _cubic_kernel(x, -0.5)
    weights = np.where(offsets < counts[:, None], weights, 0)
    total = weights.sum(1, keepdims=True)
    return Resampling(size, starts, counts, weights / np.where(total == 0, 1, total))
