"""Copies between the CPU and CUDA devices, and from one device to another."""

from __future__ import annotations

from typing import Any

import cupy
import numpy as np
from cupy.cuda import get_current_stream

from .._cuda import _faults
from . import check_index
from ._devices import Current
from ._keeping import keep
from ._sizes import rounded

# Pageable memory up to here is copied to page-locked memory first, and from there while the program goes on. Above, it
# would take as much page-locked memory again: the driver copies it in parts, and the program waits.
STAGED = 1 << 22


def to_device(array: np.ndarray, index: int | None, non_blocking: bool = False) -> cupy.ndarray:
    """A copy on a device, in the order of dimensions in memory that ``array`` has."""
    source, back = _dense(np, array)
    if index is None or index == cupy.cuda.runtime.getDevice():
        result = _copied_there(source, non_blocking)
    else:
        check_index(index, "to")
        with Current(index):
            result = _copied_there(source, non_blocking)
    return result if back is None else result.transpose(back)


def _copied_there(source: np.ndarray, non_blocking: bool) -> cupy.ndarray:
    if source.size == 0:
        return cupy.empty(source.shape, source.dtype)
    locked = is_page_locked(source)
    if source.nbytes <= STAGED and not locked:
        return cupy.asarray(source)
    result = cupy.empty(source.shape, source.dtype)
    stream = get_current_stream()
    result.data.copy_from_host_async(source.ctypes.data, source.nbytes, stream)
    if locked and non_blocking:
        keep(stream, result.data.device_id, source)
    else:
        # The caller may write to it next. The driver waits for pageable memory itself, but not on every machine.
        stream.synchronize()
        _faults.check()
    return result


def to_host(array: cupy.ndarray, non_blocking: bool = False) -> np.ndarray:
    """A copy in the CPU's memory, in the order of dimensions in memory that ``array`` has.

    With ``non_blocking`` it is page-locked memory, whose values are there when the current stream has got so far.
    """
    index = array.data.device_id
    if index != cupy.cuda.runtime.getDevice():
        with Current(index):
            return to_host(array, non_blocking)
    source, back = _dense(cupy, array)
    if non_blocking and source.size:
        result = pinned_empty(source.shape, source.dtype)
        stream = get_current_stream()
        source.data.copy_to_host_async(result.ctypes.data, source.nbytes, stream)
        keep(stream, index, source, result)
    else:
        result = source.get()
        _faults.check()
    return result if back is None else result.transpose(back)


def to_other_device(array: cupy.ndarray, index: int) -> cupy.ndarray:
    """A copy on another device, in the order of dimensions in memory that ``array`` has.

    It is made when both devices' current streams have got so far, and both wait for it with what comes next.
    """
    check_index(index, "to")
    here = array.data.device_id
    with Current(here):
        source, back = _dense(cupy, array)
        ready = cupy.cuda.Event(disable_timing=True)
        ready.record()
    with Current(index):
        stream = get_current_stream()
        stream.wait_event(ready)
        result = cupy.empty(source.shape, source.dtype)
        if source.size:
            result.data.copy_from_device_async(source.data, source.nbytes, stream)
        copied = cupy.cuda.Event(disable_timing=True)
        copied.record(stream)
    with Current(here):
        get_current_stream().wait_event(copied)  # before anything writes to the source, or gets its memory
    return result if back is None else result.transpose(back)


def transfer(array: Any, place: Any, non_blocking: bool) -> Any:
    """A copy on another device, the CPU or a CUDA device; either ``array`` or ``place`` is CUDA's."""
    if not isinstance(array, cupy.ndarray):
        return to_device(array, place.index, non_blocking)
    if place.type == "cpu":
        return to_host(array, non_blocking)
    return to_other_device(array, place.index or 0)


def pinned_empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array in page-locked memory. Its memory is used again when the array and all views of it are gone.

    CuPy keeps it for arrays of as many bytes, so there are few sizes: see :func:`._sizes.rounded`.
    """
    count = int(np.prod(shape, dtype=np.int64))
    memory = cupy.cuda.alloc_pinned_memory(rounded(count * dtype.itemsize))
    return np.frombuffer(memory, dtype, count).reshape(shape)


def is_page_locked(array: np.ndarray) -> bool:
    """Whether an array that is not empty is in page-locked memory, no matter who has locked it."""
    api = cupy.cuda.runtime
    api.free(0)  # makes the context, which may not be there yet and is asked
    return bool(api.pointerGetAttributes(array.ctypes.data).type == api.memoryTypeHost)


def _dense(xp: Any, array: Any) -> tuple[Any, list[int] | None]:
    """The elements one after the other, in the order in which they lie in memory if that is one, and the permutation of
    dimensions that takes a copy of them back to the array's order; None where there is nothing to permute."""
    if array.flags.c_contiguous:
        return array, None
    order = sorted(range(array.ndim), key=lambda d: -array.strides[d])
    source = array.transpose(order)
    if source.flags.c_contiguous:
        return source, np.argsort(order).tolist()
    return xp.ascontiguousarray(array), None
