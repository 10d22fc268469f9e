"""The memory behind Tensors: who owns it, who shares it, and how it moves."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import errors
from ._core import exchange
from ._core.tensor import Tensor, from_numpy


class Storage:
    """The flat memory that a Tensor on the CPU, and all its views, look into.

    It is no copy: what is written here is seen there. It keeps the memory alive.

    Example:
        >>> x = ft.arange(6).reshape(2, 3)
        >>> storage = x[1].storage()
        >>> len(storage), storage[0], x[1].storage_offset()
        (6, 0, 3)
        >>> storage[5] = 50
        >>> x.tolist()
        [[0, 1, 2], [3, 4, 50]]
    """

    def __init__(self, array: np.ndarray, lender: Any) -> None:
        self._array = array
        self._lender = lender

    @property
    def dtype(self) -> np.dtype:
        """The type of the elements; uint8 of an untyped storage."""
        return self._array.dtype

    def __len__(self) -> int:
        return self._array.size

    def size(self) -> int:
        """How many elements there are."""
        return self._array.size

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self._array.nbytes

    def element_size(self) -> int:
        """Bytes of one element."""
        return self._array.itemsize

    def data_ptr(self) -> int:
        """The address of the first element."""
        return self._array.ctypes.data

    def __getitem__(self, index: int | slice) -> Any:
        found = self._array[index]
        return Storage(found, self._lender) if isinstance(found, np.ndarray) else found.item()

    def __setitem__(self, index: int | slice, value: Any) -> None:
        self._array[index] = value._array if isinstance(value, Storage) else value

    def tolist(self) -> list[Any]:
        """The elements as Python numbers."""
        return from_numpy(self._array).tolist()

    def tensor(self) -> Tensor:
        """A flat Tensor of the same memory."""
        return from_numpy(self._array)

    def untyped(self) -> Storage:
        """The same memory as bytes."""
        return Storage(self._array.view(np.uint8), self._lender)

    def is_shared(self) -> bool:
        """Whether other processes can see this memory."""
        return isinstance(self._lender, exchange.SharedMemory)

    def is_pinned(self) -> bool:
        """Whether the memory is page-locked, for quick copies to a CUDA device."""
        return _is_pinned(self._lender)

    def kind(self) -> str:
        """``"owned"``; ``"shared"`` between processes; ``"pinned"``; or ``"borrowed"`` from another library."""
        if self._lender is None:
            return "owned"
        return "shared" if self.is_shared() else "pinned" if self.is_pinned() else "borrowed"

    def __repr__(self) -> str:
        return f"Storage({len(self)} x {self.dtype}, {self.kind()})"


def storage(x: Tensor) -> Storage:
    memory, offset = _memory(x, "storage")
    first = offset % x.itemsize
    count = (memory.size - first) // x.itemsize
    return Storage(memory[first : first + count * x.itemsize].view(x.dtype), exchange.lender(x.data))


def storage_offset(x: Tensor) -> int:
    return _memory(x, "storage_offset")[1] // x.itemsize


def _memory(x: Tensor, operation: str) -> tuple[np.ndarray, int]:
    if x.device.type != "cpu":
        errors.device_error(operation, "input", "a Tensor on the CPU", f"one on {x.device}")
    return exchange.memory_of(x.data)


# Shared between processes ---------------------------------------------------------------------------------------


def share_memory(x: Tensor) -> None:
    if x.device.type != "cpu":
        errors.device_error("share_memory_", "input", "a Tensor on the CPU", f"one on {x.device}", "use .cpu()")
    _register()
    if not is_shared(x):
        exchange.move_memory(x, "share_memory_", lambda size: exchange.SharedMemory(size).array())


def is_shared(x: Tensor) -> bool:
    return x.device.type == "cpu" and isinstance(exchange.lender(x.data), exchange.SharedMemory)


_registered = False


def _register() -> None:
    """From now on multiprocessing sends shared Tensors by their memory's file descriptor."""
    global _registered
    if not _registered:
        from multiprocessing.reduction import ForkingPickler

        ForkingPickler.register(Tensor, _reduced)
        _registered = True


def _reduced(x: Tensor) -> Any:
    """How multiprocessing pickles a plain Tensor."""
    memory = exchange.lender(x) if x.device.type == "cpu" else None
    if not isinstance(memory, exchange.SharedMemory):
        return x.__reduce__()
    from multiprocessing.reduction import DupFd

    array = x.numpy()
    offset = exchange.memory_of(x)[1]
    return _attached, (DupFd(memory.fd), memory.size, offset, x.shape, array.strides, x.dtype, array.flags.writeable)


def _attached(descriptor: Any, size: int, offset: int, shape: Any, strides: Any, dtype: Any, writable: bool) -> Tensor:
    """A Tensor of memory that another process shares."""
    _register()
    memory = exchange.SharedMemory(size, descriptor.detach()).array()
    array = np.ndarray(shape, dtype, buffer=memory, offset=offset, strides=strides)
    array.flags.writeable = writable
    return from_numpy(array)


# Page-locked ----------------------------------------------------------------------------------------------------


def pin_memory(x: Tensor) -> Tensor:
    from . import cuda

    if x.device.type != "cpu":
        errors.device_error("pin_memory", "input", "a Tensor on the CPU", f"one on {x.device}", "use .cpu()")
    if is_pinned(x):
        return x
    cuda.require("pin_memory")
    from .cuda._transfers import pinned_empty

    return from_numpy(pinned_empty(x.shape, x.dtype)).copy_(x.data)


def is_pinned(x: Tensor) -> bool:
    return x.device.type == "cpu" and _is_pinned(exchange.lender(x.data))


def _is_pinned(lender: Any) -> bool:
    # By name: who has no CuPy has no pinned memory. NumPy may keep a memoryview of it.
    owner = lender.obj if isinstance(lender, memoryview) else lender
    return type(owner).__name__ == "PinnedMemoryPointer"
