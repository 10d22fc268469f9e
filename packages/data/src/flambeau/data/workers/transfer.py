"""Objects as bytes and buffers: what is sent to workers, and the batches that come back."""

from __future__ import annotations

import io
import mmap
import os
import pickle
import struct
from collections.abc import Iterator
from typing import Any

import cloudpickle  # type: ignore[import-untyped]  # it says no types
import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

from ..collate import refuse_device
from . import arena as arenas

Part = int | bytes  # where a buffer lies in the arena, or the buffer itself


# What goes to workers ---------------------------------------------------------------------------------------------


def packed(value: Any, parts: dict[str, Any]) -> tuple[bytes, list[memoryview]]:
    """Anything, with classes and functions of ``__main__`` by value; big arrays stay where they are.

    Args:
        value: what to send.
        parts: what of it the user gave, by the name of the argument, for the error.
    """
    buffers: list[pickle.PickleBuffer] = []
    try:
        data = cloudpickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        return data, [buffer.raw() for buffer in buffers]
    except Exception as error:
        fix = "make it in the worker, when first used, or take multiprocessing_context='thread', which sends nothing"
        for name, part in parts.items():
            culprit = _culprit(name, part)
            if culprit is not None:
                name, reason = culprit
                text = errors.message("DataLoader", name, "something that can be sent to workers", reason, fix)
                raise TypeError(text) from error
        raise


def _culprit(name: str, value: Any, depth: int = 0) -> tuple[str, str] | None:
    """The innermost attribute that cannot be pickled, as ``dataset.transform.lock``, and why; None if all can."""
    try:
        cloudpickle.dumps(value)
        return None
    except Exception as error:
        for step, inner in _inside(value) if depth < 8 else ():
            found = _culprit(name + step, inner, depth + 1)
            if found is not None:
                return found
        return name, f"{type(value).__name__} ({error})"


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    """What a value is made of, and how it is reached."""
    attributes = getattr(value, "__dict__", None)
    if isinstance(attributes, dict):
        yield from ((f".{key}", inner) for key, inner in attributes.items())
    if isinstance(value, dict):
        yield from ((f"[{key!r}]", inner) for key, inner in value.items())
    elif isinstance(value, (list, tuple)):
        yield from ((f"[{i}]", inner) for i, inner in enumerate(value))


_HEAD = struct.Struct("<QQ")  # bytes of the pickle, number of buffers
_SIZE = struct.Struct("<Q")


def payload(data: bytes, buffers: list[memoryview]) -> int:
    """A descriptor of memory that holds all of it, which any number of workers can map."""
    sizes = [buffer.nbytes for buffer in buffers]
    places, end = _places(len(data), sizes)
    fd = arenas.create(max(end, 1))
    with mmap.mmap(fd, max(end, 1)) as memory:
        _HEAD.pack_into(memory, 0, len(data), len(buffers))
        for i, size in enumerate(sizes):
            _SIZE.pack_into(memory, _HEAD.size + i * _SIZE.size, size)
        start = _HEAD.size + len(sizes) * _SIZE.size
        memory[start : start + len(data)] = data
        for buffer, at in zip(buffers, places, strict=True):
            memory[at : at + buffer.nbytes] = buffer
    return fd


def unpacked(fd: int) -> Any:
    """What :func:`payload` holds; the descriptor is closed. Its arrays are mapped, not copied; who writes to them gets
    pages of its own."""
    memory = memoryview(mmap.mmap(fd, os.fstat(fd).st_size, flags=mmap.MAP_PRIVATE))
    os.close(fd)
    length, count = _HEAD.unpack_from(memory, 0)
    sizes = [_SIZE.unpack_from(memory, _HEAD.size + i * _SIZE.size)[0] for i in range(count)]
    start = _HEAD.size + count * _SIZE.size
    places, _ = _places(length, sizes)
    buffers = [memory[at : at + n] for at, n in zip(places, sizes, strict=True)]
    return pickle.loads(memory[start : start + length], buffers=buffers)


def _places(length: int, sizes: list[int]) -> tuple[list[int], int]:
    """Where each buffer begins, and where all of it ends."""
    end = _HEAD.size + len(sizes) * _SIZE.size + length
    places = []
    for size in sizes:
        end = -(-end // arenas.ALIGNMENT) * arenas.ALIGNMENT
        places.append(end)
        end += size
    return places, end


# What comes back --------------------------------------------------------------------------------------------------


class _Pickler(pickle.Pickler):
    """Plain pickles, as batches are made of arrays and numbers; what these cannot say travels by value."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, ft.Tensor) and obj.device.type != "cpu":
            refuse_device(obj, "batch")
        if isinstance(obj, type) or (callable(obj) and hasattr(obj, "__qualname__")):
            return _by_value(obj)
        return NotImplemented


def _by_value(obj: Any) -> Any:
    """Classes and functions that only this process knows: those of the user's ``__main__``."""
    if getattr(obj, "__module__", None) in (None, "__main__"):
        return cloudpickle.loads, (cloudpickle.dumps(obj),)
    return NotImplemented


def dump(batch: Any, arena: arenas.Arena) -> tuple[bytes, list[Part], list[int]]:
    """A batch as bytes; its buffers, by their offset in the arena where they found room there; and their sizes."""
    buffers: list[pickle.PickleBuffer] = []
    stream = io.BytesIO()
    try:
        _Pickler(stream, protocol=5, buffer_callback=buffers.append).dump(batch)
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        fix = "return arrays, Tensors, numbers and text, or take multiprocessing_context='thread', which sends nothing"
        name, reason = _culprit("batch", batch) or ("batch", f"{type(batch).__name__} ({error})")
        expected = f"batches that can be sent from workers at {name}"
        raise TypeError(errors.message("DataLoader", "dataset", expected, reason, fix)) from error
    raw = [buffer.raw() for buffer in buffers]
    return stream.getvalue(), [_place(buffer, arena) for buffer in raw], [buffer.nbytes for buffer in raw]


def _place(buffer: memoryview, arena: arenas.Arena) -> Part:
    if buffer.nbytes < 1024:  # cheaper to send than to keep account of
        return bytes(buffer)
    address = np.frombuffer(buffer, np.uint8).__array_interface__["data"][0]
    offset = arena.find(address, buffer.nbytes)
    if offset is None:
        found = arena.allocate(buffer.nbytes)
        if found is None:
            return bytes(buffer)
        offset, place = found
        place[:] = buffer
    arena.lend(offset)
    return offset


def load(data: bytes, parts: list[Part], sizes: list[int], mapping: arenas.Mapping, copy: bool) -> Any:
    """The batch. Its arrays lie in the arena, or, with ``copy``, in memory of their own."""
    buffers: list[Any] = []
    for part, size in zip(parts, sizes, strict=True):
        if isinstance(part, bytes):
            buffers.append(bytearray(part))
        elif copy:
            buffers.append(bytearray(mapping.place(part, size)))
        else:
            buffers.append(mapping.place(part, size))
    return pickle.loads(data, buffers=buffers)
