"""Where in memory an array lies: what lies before and behind it in the memory it is a view of."""

from __future__ import annotations

from typing import Any


def owner_of(array: Any) -> Any:
    """The array whose memory an array is a view of, as far as arrays tell."""
    array = getattr(array, "_array", array)  # of a strict one, what is inside
    while type(array.base) is type(array):
        array = array.base
    return array


def memory_around(array: Any) -> tuple[int, int]:
    """How many bytes of the memory behind an array lie before its first element, and how many from there on."""
    owner = owner_of(array)
    low = high = 0
    if owner.size == 0:
        return 0, 0
    for n, stride in zip(owner.shape, owner.strides, strict=True):
        low, high = low + min((n - 1) * stride, 0), high + max((n - 1) * stride, 0)
    distance = _address(array) - _address(owner)
    return distance - low, high + owner.dtype.itemsize - distance


def _address(array: Any) -> int:
    array = getattr(array, "_array", array)
    interface = getattr(array, "__array_interface__", None)
    return array.data.ptr if interface is None else interface["data"][0]
