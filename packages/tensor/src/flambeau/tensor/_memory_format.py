"""Memory formats: in which order the dimensions of a Tensor lie in memory. Its shape stays what it is."""

from __future__ import annotations

from typing import Any

from . import errors

__all__ = ["MemoryFormat", "channels_last", "channels_last_3d", "contiguous_format"]


class MemoryFormat:
    """An order of dimensions in memory.

    Example:
        >>> ft.channels_last
        flambeau.tensor.channels_last
        >>> x = ft.zeros(2, 3, 4, 5).contiguous(memory_format=ft.channels_last)
        >>> x.shape, x.stride()
        ((2, 3, 4, 5), (60, 1, 15, 3))
    """

    __slots__ = ("name", "order")

    def __init__(self, name: str, order: tuple[int, ...] | None) -> None:
        self.name = name
        self.order = order  # of dimensions, the one with the longest steps first; None is that of their numbers

    def __repr__(self) -> str:
        return f"flambeau.tensor.{self.name}"

    def __reduce__(self) -> str:
        return self.name  # what pickle finds in this module

    def arranged(self, array: Any) -> Any:
        """The array, or a view, with its dimensions in this format's order."""
        return array if self.order is None else array.transpose(self.order)

    def restored(self, array: Any) -> Any:
        """The view of an arranged array with its dimensions where they were."""
        if self.order is None:
            return array
        return array.transpose(inverse(self.order))


contiguous_format = MemoryFormat("contiguous_format", None)
channels_last = MemoryFormat("channels_last", (0, 2, 3, 1))
channels_last_3d = MemoryFormat("channels_last_3d", (0, 2, 3, 4, 1))


def check(operation: str, format: Any, shape: tuple[int, ...]) -> None:
    """A memory format must be one, and have as many dimensions as the Tensor."""
    if not isinstance(format, MemoryFormat):
        errors.type_error(operation, "memory_format", "a MemoryFormat such as ft.channels_last", type(format).__name__)
    if format.order is not None and len(shape) != len(format.order):
        errors.shape_error(operation, "input", f"{len(format.order)} dimensions, for {format.name}", str(tuple(shape)))


def inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that puts dimensions in that order back to where they were."""
    return tuple(order.index(d) for d in range(len(order)))


def memory_order(array: Any, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The order of dimensions in memory that a result has, where ``array`` has its shape and is not in C's order.

    Dimensions of one element, and those along which all elements are one, stay where they are.
    """
    if array.shape != shape:
        return None
    present = [d for d in range(len(shape)) if shape[d] > 1 and array.strides[d] != 0]
    ordered = sorted(present, key=lambda d: -abs(array.strides[d]))
    if ordered == present:
        return None
    places = iter(ordered)
    return tuple(next(places) if d in present else d for d in range(len(shape)))
