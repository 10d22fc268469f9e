"""Images and signals of another size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors, ops

from ._tables import table
from ._types import T

__all__ = ["interpolate", "upsample", "upsample_bilinear", "upsample_nearest"]

# The mode along one dimension, and how many dimensions there may be.
_MODES = {
    "nearest": ("nearest", (1, 2, 3)),
    "nearest-exact": ("nearest-exact", (1, 2, 3)),
    "area": ("area", (1, 2, 3)),
    "linear": ("linear", (1,)),
    "bilinear": ("linear", (2,)),
    "bicubic": ("cubic", (2,)),
    "trilinear": ("linear", (3,)),
}


def interpolate(
    input: T,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> T:
    """Signals, images or volumes brought to another size.

    Args:
        input: Tensor of shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
        size: the size wanted, one int for all dimensions or one for each.
        scale_factor: by what to multiply the size instead; one number or one for each dimension.
        mode: ``"nearest"``, ``"nearest-exact"`` or ``"area"`` (means) for any number of dimensions, ``"linear"`` for
            one, ``"bilinear"`` and ``"bicubic"`` for two, ``"trilinear"`` for three.
        align_corners: in the linear modes and bicubic, whether the centres of the outermost elements coincide, rather
            than their edges.
        recompute_scale_factor: whether the scale follows from the sizes, which were rounded down, rather than from
            ``scale_factor``.
        antialias: in bilinear and bicubic mode, whether elements are means of all that they cover where images shrink.

    Returns:
        Tensor of shape (N, C, ...).

    Raises:
        ShapeError: the mode does not fit the number of dimensions, or a size is empty.
        ValueError: neither or both of ``size`` and ``scale_factor``, or an option that the mode does not have.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([[[0.0, 2.0]]])
        >>> F.interpolate(x, 4, mode="linear").tolist(), F.interpolate(x, scale_factor=2).tolist()
        ([[[0.0, 0.5, 1.5, 2.0]]], [[[0.0, 0.0, 2.0, 2.0]]])
    """
    if mode not in _MODES:
        errors.value_error("interpolate", "mode", f"one of {', '.join(_MODES)}", repr(mode))
    along, allowed = _MODES[mode]
    dims = input.ndim - 2
    if dims not in allowed:
        wanted = " or ".join(str(n + 2) for n in allowed)
        errors.shape_error("interpolate", "input", f"{wanted} dimensions in mode {mode!r}", f"shape {input.shape}")
    if align_corners is not None and along not in ("linear", "cubic"):
        errors.value_error("interpolate", "align_corners", f"None in mode {mode!r}", str(align_corners))
    if antialias and mode not in ("bilinear", "bicubic"):
        errors.value_error("interpolate", "antialias", f"False in mode {mode!r}", "True")
    sizes, scales = _sizes(input, size, scale_factor, recompute_scale_factor)
    if min(input.shape[2:]) == 0 or min(sizes) == 0:
        wanted = "at least one element along each dimension, before and after"
        errors.shape_error("interpolate", "input", wanted, f"sizes {tuple(input.shape[2:])} and {tuple(sizes)}")
    # What shrinks most comes first, and leaves less to do; of dimensions alike the last.
    order = sorted(range(2, input.ndim), key=lambda dim: (sizes[dim - 2] / input.shape[dim], -dim))
    changed = [d for d in order if sizes[d - 2] != input.shape[d] or scales[d - 2] not in (None, 1.0)]
    tables = [
        table(along, input.shape[d], sizes[d - 2], bool(align_corners), scales[d - 2], antialias) for d in changed
    ]
    if input.is_floating_point():
        return ops.resample(input, tuple(changed), tuple(tables))
    if along not in ("nearest", "nearest-exact"):
        wanted, got = "floats, or mode 'nearest' or 'nearest-exact'", input.dtype.name
        errors.dtype_error("interpolate", "input", wanted, got, "convert it with .float()")
    result = input.clone()
    for dim, rule in zip(changed, tables, strict=True):
        result = ft.index_select(result, dim, ft.tensor(rule.starts, device=input.device))
    return result


def _sizes(input: Any, size: Any, factor: Any, recompute: bool | None) -> tuple[list[int], list[float | None]]:
    """The size of each dimension, and the scale where it does not follow from the sizes."""
    dims = input.ndim - 2
    if (size is None) == (factor is None):
        got = "neither" if size is None else "both"
        errors.value_error("interpolate", "size", "either size or scale_factor", got)
    if size is not None:
        if recompute:
            errors.value_error("interpolate", "recompute_scale_factor", "None or False with size", "True")
        found = list(size) if isinstance(size, (tuple, list)) else [size] * dims
        if len(found) != dims or not all(type(n) is int for n in found):
            errors.type_error("interpolate", "size", f"an int, or {dims} ints", repr(size))
        return found, [None] * dims
    factors = list(factor) if isinstance(factor, (tuple, list)) else [factor] * dims
    if len(factors) != dims or not all(isinstance(f, (int, float)) for f in factors):
        errors.type_error("interpolate", "scale_factor", f"a number, or {dims} numbers", repr(factor))
    if not all(0 < f < math.inf for f in factors):
        errors.value_error("interpolate", "scale_factor", "positive numbers", repr(factor))
    found = [math.floor(float(n) * f) for n, f in zip(input.shape[2:], factors, strict=True)]
    return found, [None] * dims if recompute else [float(f) for f in factors]


def upsample(
    input: T,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> T:
    """:func:`interpolate`, by its older name.

    Args:
        input: as for :func:`interpolate`.
        size: as for :func:`interpolate`.
        scale_factor: as for :func:`interpolate`.
        mode: as for :func:`interpolate`.
        align_corners: as for :func:`interpolate`.

    Returns:
        Tensor of shape (N, C, ...).
    """
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(
    input: T, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
) -> T:
    """:func:`interpolate` in mode ``"nearest"``.

    Args:
        input: as for :func:`interpolate`.
        size: as for :func:`interpolate`.
        scale_factor: as for :func:`interpolate`.

    Returns:
        Tensor of shape (N, C, ...).
    """
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(
    input: T, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
) -> T:
    """:func:`interpolate` in mode ``"bilinear"``, the corners aligned.

    Args:
        input: Tensor of shape (N, C, H, W).
        size: as for :func:`interpolate`.
        scale_factor: as for :func:`interpolate`.

    Returns:
        Tensor of shape (N, C, H, W).
    """
    return interpolate(input, size, scale_factor, "bilinear", True)
