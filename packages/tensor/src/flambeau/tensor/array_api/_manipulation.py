"""Shapes."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors
from flambeau.tensor._composed import renamed

Array = ft.Tensor


def broadcast_shapes(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape to which shapes broadcast."""
    return ft.broadcast_shapes(*shapes)


def broadcast_arrays(*arrays: Array) -> tuple[Array, ...]:
    """Views of arrays, in the shape to which they broadcast."""
    shape = broadcast_shapes(*[x.shape for x in arrays])
    return tuple(ft.expand(x, shape) for x in arrays)


def broadcast_to(x: Array, /, shape: tuple[int, ...]) -> Array:
    """A view in a shape to which the array broadcasts."""
    return ft.expand(x, tuple(shape))


def concat(arrays: Any, /, *, axis: int | None = 0) -> Array:
    """Arrays one after the other along an axis; with no axis, their elements."""
    if axis is None:
        return ft.cat([x.reshape(-1) for x in arrays])
    with renamed("concat", "cat"):
        return ft.cat(list(arrays), axis)


def expand_dims(x: Array, /, axis: int | tuple[int, ...]) -> Array:
    """A view with new axes of size 1 at some places of the result."""
    places = axis if isinstance(axis, tuple) else (axis,)
    for place in sorted(_normalized("expand_dims", "axis", places, x.ndim + len(places))):
        x = ft.unsqueeze(x, place)
    return x


def flip(x: Array, /, *, axis: int | tuple[int, ...] | None = None) -> Array:
    """The elements in reverse order along axes; all axes if none is given."""
    if axis is None:
        axis = tuple(range(x.ndim))
    return ft.flip(x, axis if isinstance(axis, tuple) else (axis,))


def moveaxis(x: Array, source: int | tuple[int, ...], destination: int | tuple[int, ...], /) -> Array:
    """A view with some axes at other places, and the others in their order."""
    sources, places = (
        _normalized("moveaxis", name, axes if isinstance(axes, tuple) else (axes,), x.ndim)
        for name, axes in (("source", source), ("destination", destination))
    )
    if len(sources) != len(places):
        errors.value_error("moveaxis", "destination", f"{len(sources)} axes, as source", str(len(places)))
    order = [axis for axis in range(x.ndim) if axis not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
    return ft.permute(x, tuple(order))


def permute_dims(x: Array, /, axes: tuple[int, ...]) -> Array:
    """A view with the axes in another order."""
    return ft.permute(x, tuple(axes))


def repeat(x: Array, repeats: int | Array, /, *, axis: int | None = None) -> Array:
    """Each element, or each slice of an axis, repeated on the spot."""
    return ft.repeat_interleave(x, repeats, axis)


def reshape(x: Array, /, shape: tuple[int, ...], *, copy: bool | None = None) -> Array:
    """The elements in another shape."""
    if copy is False:
        return x.view(tuple(shape))
    result = ft.reshape(x, tuple(shape))
    return result.clone() if copy else result


def roll(x: Array, /, shift: int | tuple[int, ...], *, axis: int | tuple[int, ...] | None = None) -> Array:
    """The elements moved along axes, the last ones to the front; with no axis, through all elements."""
    if isinstance(axis, tuple) and isinstance(shift, int):
        shift = (shift,) * len(axis)
    return ft.roll(x, shift, axis)


def squeeze(x: Array, /, axis: int | tuple[int, ...]) -> Array:
    """A view without axes of size 1."""
    places = _normalized("squeeze", "axis", axis if isinstance(axis, tuple) else (axis,), x.ndim)
    for place in places:
        if x.shape[place] != 1:
            errors.value_error("squeeze", "axis", "axes of size 1", f"axis {place} of shape {x.shape}")
    return ft.reshape(x, tuple(n for place, n in enumerate(x.shape) if place not in places))


def stack(arrays: Any, /, *, axis: int = 0) -> Array:
    """Arrays of one shape along a new axis."""
    return ft.stack(list(arrays), axis)


def tile(x: Array, repetitions: tuple[int, ...], /) -> Array:
    """The array repeated along each axis."""
    return ft.tile(x, tuple(repetitions))


def unstack(x: Array, /, *, axis: int = 0) -> tuple[Array, ...]:
    """The slices of an axis."""
    return ft.unbind(x, axis)


def _normalized(operation: str, argument: str, axes: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    for axis in axes:
        if not -ndim <= axis < ndim:
            errors.index_error(operation, argument, f"axes in [{-ndim}, {ndim - 1}]", str(axis))
    normalized = tuple(axis % ndim for axis in axes)
    if len(set(normalized)) != len(normalized):
        errors.value_error(operation, argument, "each axis once", str(axes))
    return normalized
