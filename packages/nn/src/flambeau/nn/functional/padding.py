"""Elements around a Tensor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from ._types import T

__all__ = ["pad"]


def pad(input: T, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> T:
    """A Tensor with more elements around it.

    Args:
        input: Tensor of any shape.
        pad: how many elements to put before and after, for the last dimension first: (before, after) of the last one,
            then (before, after) of the one before it... Negative numbers take elements away.
        mode: ``"constant"``; ``"reflect"``: mirrored at the outermost elements; ``"replicate"``: the outermost
            elements; or ``"circular"``: those from the other end.
        value: of the new elements in mode ``"constant"``; 0 if not given.

    Returns:
        Tensor of the same dtype.

    Raises:
        ShapeError: more pairs than dimensions, or a dimension is too short for the mode.
        ValueError: no such mode, or a ``value`` in another mode than ``"constant"``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([[1, 2, 3]])
        >>> [F.pad(x, (2, 1), mode).tolist() for mode in ("constant", "reflect", "replicate", "circular")]
        [[[0, 0, 1, 2, 3, 0]], [[3, 2, 1, 2, 3, 2]], [[1, 1, 1, 2, 3, 3]], [[2, 3, 1, 2, 3, 1]]]
    """
    if mode == "constant":
        try:
            return ft.constant_pad_nd(input, tuple(pad), 0 if value is None else value)
        except (TypeError, ValueError) as error:
            errors.attribute(error, "constant_pad_nd", "pad")
            raise
    if mode not in _INDICES:
        errors.value_error("pad", "mode", "'constant', 'reflect', 'replicate' or 'circular'", repr(mode))
    if value is not None and value != 0:
        errors.value_error("pad", "value", f"None in mode {mode!r}", str(value))
    if len(pad) % 2 or not all(type(n) is int for n in pad):
        errors.type_error("pad", "pad", "an even number of ints", repr(pad))
    if len(pad) > 2 * input.ndim:
        errors.shape_error("pad", "pad", f"at most {input.ndim} pairs, one a dimension", str(tuple(pad)))
    if not any(pad):
        return input.clone()
    columns: Any = None
    rows, height, sizes = ft.zeros(1, dtype="int64", device=input.device), 1, list(input.shape)
    for i in range(len(pad) // 2):
        dim, before, after = input.ndim - 1 - i, pad[2 * i], pad[2 * i + 1]
        if before or after:
            _check(mode, input, dim, before, after)
        index = _INDICES[mode](sizes[dim], before, after, input.device)
        if i == 0:
            columns = index
        else:
            # All dimensions but the last are rows of it.
            rows = (index.unsqueeze(1) * height + rows).flatten()
            height *= sizes[dim]
        sizes[dim] = index.shape[0]
    planes = input.reshape(math.prod(sizes[: -len(pad) // 2]), height, input.shape[-1])
    return ft.ops.remap_planes(planes, rows.unsqueeze(0), columns.unsqueeze(0)).reshape(sizes)


def _reflected(size: int, before: int, after: int, device: Any) -> Any:
    places = ft.arange(-before, size + after, device=device)
    return (size - 1) - ((size - 1) - places.abs()).abs()


def _replicated(size: int, before: int, after: int, device: Any) -> Any:
    return ft.arange(-before, size + after, device=device).clamp(0, size - 1)


def _circular(size: int, before: int, after: int, device: Any) -> Any:
    """Of what is left when elements are taken away, as in PyTorch."""
    first, left = max(-before, 0), size + min(before, 0) + min(after, 0)
    return ft.arange(-max(before, 0), left + max(after, 0), device=device) % max(left, 1) + first


# Where elements beyond the ends come from.
_INDICES = {"reflect": _reflected, "replicate": _replicated, "circular": _circular}
# How far beyond the ends each mode reaches: how much less than the dimension's size, None for as far as one likes.
_REACH = {"reflect": 1, "replicate": None, "circular": 0}


def _check(mode: str, input: Any, dim: int, before: int, after: int) -> None:
    size, less = input.shape[dim], _REACH[mode]
    got = f"shape {tuple(input.shape)} padded by {(before, after)}"
    if size + before + after < 0 or size + min(before, 0) + min(after, 0) < 0:
        errors.shape_error("pad", "input", f"no less than nothing left of dimension {dim}", got)
    if size == 0 and max(before, after) > 0:
        errors.shape_error("pad", "input", f"at least one element along dimension {dim}", got)
    if less is not None and max(before, after) > size - less:
        errors.shape_error("pad", "pad", f"at most {size - less} for dimension {dim} in mode {mode!r}", got)
