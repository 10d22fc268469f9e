"""Searching, sorting, sets and indexing."""

from __future__ import annotations

from typing import Any, NamedTuple

import flambeau.tensor as ft
from flambeau.tensor import errors, ops
from flambeau.tensor._composed import called, existing_dim

Array = ft.Tensor


class UniqueAll(NamedTuple):
    values: Array
    indices: Array
    inverse_indices: Array
    counts: Array


class UniqueCounts(NamedTuple):
    values: Array
    counts: Array


class UniqueInverse(NamedTuple):
    values: Array
    inverse_indices: Array


def argmax(x: Array, /, *, axis: int | None = None, keepdims: bool = False) -> Array:
    """Where the greatest element is: along an axis, or among all."""
    return _place(ft.argmax, x, axis, keepdims)


def argmin(x: Array, /, *, axis: int | None = None, keepdims: bool = False) -> Array:
    """Where the least element is: along an axis, or among all."""
    return _place(ft.argmin, x, axis, keepdims)


def _place(search: Any, x: Array, axis: int | None, keepdims: bool) -> Array:
    if axis is None and keepdims:
        return search(x).reshape((1,) * x.ndim)
    return search(x, axis, keepdims)


def count_nonzero(x: Array, /, *, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """How many elements are not 0."""
    return ft.sum(x != 0, axis, keepdims)


def nonzero(x: Array, /) -> tuple[Array, ...]:
    """The indices of the elements that are not 0, one array for each axis."""
    if x.ndim == 0:
        errors.value_error("nonzero", "x", "at least 1 dimension", "none")
    return ft.unbind(ft.nonzero(x), 1)


def searchsorted(x1: Array, x2: Any, /, *, side: str = "left", sorter: Array | None = None) -> Array:
    """Where elements would have to be inserted to keep ``x1`` in order."""
    return ft.searchsorted(x1, x2, side=side, sorter=sorter)


def where(condition: Array, x1: Any, x2: Any, /) -> Array:
    """Elements of ``x1`` where a condition holds, of ``x2`` elsewhere."""
    return ft.where(condition, x1, x2)


def argsort(x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
    """The indices that bring the elements along an axis in order."""
    return ft.argsort(x, axis, descending, stable=stable)


def sort(x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
    """The elements along an axis in order."""
    return called("sort", ops.ordered, x, axis, descending)


def isin(x1: Any, x2: Any, /, *, invert: bool = False) -> Array:
    """Whether each element is among others."""
    return ft.isin(x1, x2, invert=invert)


def unique_all(x: Array, /) -> UniqueAll:
    """The elements, each once; where each first is; which one each element is; how often each occurs."""
    values, inverse, counts = ft.unique(x, return_inverse=True, return_counts=True)
    # In a stable order the first of equal elements comes first.
    order = ft.argsort(inverse.reshape(-1), stable=True)
    first = ft.cumsum(counts, 0) - counts
    return UniqueAll(values, ft.index_select(order, 0, first), inverse.reshape(x.shape), counts)


def unique_counts(x: Array, /) -> UniqueCounts:
    """The elements, each once, and how often each occurs."""
    return UniqueCounts(*ft.unique(x, return_counts=True))


def unique_inverse(x: Array, /) -> UniqueInverse:
    """The elements, each once, and which one each element is."""
    values, inverse = ft.unique(x, return_inverse=True)
    return UniqueInverse(values, inverse.reshape(x.shape))


def unique_values(x: Array, /) -> Array:
    """The elements, each once."""
    return ft.unique(x)


def take(x: Array, indices: Array, /, *, axis: int | None = None) -> Array:
    """Slices of an axis, by their indices."""
    if axis is None:
        if x.ndim != 1:
            errors.type_error("take", "axis", "an axis, for more than 1 dimension", "none")
        axis = 0
    axis = existing_dim("take", "axis", axis, x.ndim)
    return ft.index_select(x, axis, _counted_from_front(indices, x.shape[axis]))


def take_along_axis(x: Array, indices: Array, /, *, axis: int = -1) -> Array:
    """Elements by their indices along an axis."""
    axis = existing_dim("take_along_axis", "axis", axis, x.ndim)
    return ft.take_along_dim(x, _counted_from_front(indices, x.shape[axis]), axis)


def _counted_from_front(indices: Array, size: int) -> Array:
    return ft.where(indices < 0, indices + size, indices) if indices.dtype.kind == "i" else indices.to(ft.int64)
