"""Sums, extremes and the like, over all or some axes."""

from __future__ import annotations

import math
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

Array = ft.Tensor
Axes = int | tuple[int, ...] | None


def _accumulator(x: Array, dtype: Any) -> Any:
    """The dtype of sums and products: integers get 64 bits and keep their sign, or lack of it."""
    if dtype is not None or x.dtype.kind not in "iub":
        return x.dtype if dtype is None else dtype
    return ft.uint64 if x.dtype.kind == "u" else ft.int64


def _without(x: Array, axis: Axes) -> bool:
    """Whether no axis is reduced: for us, an empty tuple stands for none as well as for all."""
    return axis == () and x.ndim > 0


def sum(x: Array, /, *, axis: Axes = None, dtype: Any = None, keepdims: bool = False) -> Array:
    """The sum."""
    x = x.to(_accumulator(x, dtype))
    return x.clone() if _without(x, axis) else ft.sum(x, axis, keepdims, dtype=x.dtype)


def prod(x: Array, /, *, axis: Axes = None, dtype: Any = None, keepdims: bool = False) -> Array:
    """The product."""
    x = x.to(_accumulator(x, dtype))
    return x.clone() if _without(x, axis) else ft.prod(x, axis, keepdims, dtype=x.dtype)


def max(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """The greatest element."""
    return x.clone() if _without(x, axis) else ft.amax(x, axis, keepdims)


def min(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """The least element."""
    return x.clone() if _without(x, axis) else ft.amin(x, axis, keepdims)


def mean(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """The mean."""
    return x.clone() if _without(x, axis) else ft.mean(x, axis, keepdims)


def var(x: Array, /, *, axis: Axes = None, correction: float = 0.0, keepdims: bool = False) -> Array:
    """The variance: of a population, or with a correction of 1 estimated from a sample."""
    return _of_enough(x, axis, correction, ft.var(x, axis, keepdims, correction=correction))


def std(x: Array, /, *, axis: Axes = None, correction: float = 0.0, keepdims: bool = False) -> Array:
    """The standard deviation, the root of :func:`var`."""
    return _of_enough(x, axis, correction, ft.std(x, axis, keepdims, correction=correction))


def _of_enough(x: Array, axis: Axes, correction: float, result: Array) -> Array:
    """A variance, or nan where it is divided by 0 or less."""
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    return result if math.prod(x.shape[a] for a in axes) > correction else ft.full_like(result, math.nan)


def all(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """Whether all elements are true."""
    return x != 0 if _without(x, axis) else ft.all(x, axis, keepdims)


def any(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """Whether any element is true."""
    return x != 0 if _without(x, axis) else ft.any(x, axis, keepdims)


def cumulative_sum(x: Array, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Array:
    """The running sums along an axis, if wanted with the 0 in front."""
    return _running(ft.cumsum, "cumulative_sum", 0, x, axis, dtype, include_initial)


def cumulative_prod(x: Array, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Array:
    """The running products along an axis, if wanted with the 1 in front."""
    return _running(ft.cumprod, "cumulative_prod", 1, x, axis, dtype, include_initial)


def _running(
    run: Any, operation: str, initial: int, x: Array, axis: int | None, dtype: Any, include_initial: bool
) -> Array:
    if axis is None:
        if x.ndim > 1:
            errors.value_error(operation, "axis", "an axis, for more than 1 dimension", "none")
        axis = 0
    x = x.to(_accumulator(x, dtype))
    result = run(x, axis, dtype=x.dtype)
    if not include_initial:
        return result
    shape = list(result.shape)
    shape[axis] = 1
    return ft.cat([ft.full(shape, initial, dtype=x.dtype, device=x.device), result], axis)


def diff(
    x: Array, /, *, axis: int = -1, n: int = 1, prepend: Array | None = None, append: Array | None = None
) -> Array:
    """The differences between neighbours along an axis, ``n`` times over."""
    return ft.diff(x, n, axis, prepend, append)
