"""The runtime that launches kernels on the CPU, and the devices whose arrays they work on."""

from __future__ import annotations

import contextlib
import ctypes
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flambeau.tensor import _backends, _cuda
from flambeau.tensor._cuda import _faults, _launch, _quick
from flambeau.tensor._cuda.pointwise import quick_way
from flambeau.tensor.testing import strict

from .blas import emulated
from .build import library, scheduler
from .replacing import replaced


class FibreError(RuntimeError):
    """A kernel did what it must not."""


class Runtime:
    """See :func:`flambeau.tensor._cuda._launch.use`."""

    def __init__(self) -> None:
        self._scheduler = scheduler()
        self._scheduler.fibres_message.restype = ctypes.c_char_p
        self.launch_address = ctypes.cast(self._scheduler.fibres_launch, ctypes.c_void_p).value
        self._texts: dict[str, str] = {}
        self.blocking = True

    def device(self) -> int:
        return strict._current

    def stream(self) -> int:
        """A stream for each device, of whom nothing but the number is known."""
        return 0x1000 + strict._current

    def bind(self) -> None:
        """Nothing is to be done: here all threads launch."""

    def function(self, text: str, name: str) -> int:
        return ctypes.addressof(ctypes.c_char.in_dll(library(text), f"entry_{name}"))

    def shared_words(self, count: int) -> np.ndarray:
        return np.zeros(count, np.int64)

    def failed(self, code: int, label: str) -> None:
        raise FibreError(f"{label}: {self._scheduler.fibres_message().decode()}")


@functools.cache
def argument_sizes(kernel: _launch.Kernel) -> tuple[int, ...]:
    """The bytes that each of a kernel's parameters has."""
    return tuple((ctypes.c_int * len(kernel.parameters)).in_dll(library(kernel.source), f"sizes_{kernel.name}"))


def lives(address: int, size: int) -> bool:
    """Whether so many bytes from an address on are inside one array."""
    return bool(scheduler().fibres_lives(ctypes.c_void_p(address), ctypes.c_size_t(size)))


@contextlib.contextmanager
def order(last_first: bool) -> Iterator[None]:
    """Within the block, threads of a block run from the last to the first between two barriers."""
    scheduler().fibres_order(int(last_first))
    try:
        yield
    finally:
        scheduler().fibres_order(0)


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Within the block, NumPy's arrays are made between guard pages."""
    api = ctypes.pythonapi
    capsule = api.PyCapsule_New
    capsule.restype, capsule.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    handler = capsule(ctypes.addressof(ctypes.c_char.in_dll(scheduler(), "fibres_handler")), b"mem_handler", None)
    previous = _set_handler()(handler)
    try:
        yield
    finally:
        _set_handler()(previous)


def _set_handler():
    """NumPy's PyDataMem_SetHandler: number 304 of its functions in C, by numpy/__multiarray_api.h."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    table = pointer(np._core._multiarray_umath._ARRAY_API, None)
    address = ctypes.c_void_p.from_address(table + 304 * ctypes.sizeof(ctypes.c_void_p)).value
    return ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(address)


def _asynchronous(kernel: Callable) -> Callable:
    """The kernel as a function that must not look at what is on the device."""

    def function(*args: Any, **kwargs: Any) -> Any:
        with strict.asynchronous():
            return kernel(*args, **kwargs)

    return function


@contextlib.contextmanager
def device() -> Iterator[str]:
    """Within the block there are the devices ``fibres:0`` and ``fibres:1``: strict arrays, and the kernels for CUDA."""
    backend = _backends.Backend(
        name="fibres",
        array_type=strict.StrictArray,
        xp=strict.strict_xp,
        asarray=strict._asarray,
        asnumpy=strict.strict_xp.asnumpy,
        device_index=lambda array: array.device_index,
        kernels={name: _asynchronous(kernel) for name, kernel in _cuda.kernels().items()},
        on=strict._on,
        watch=_faults.watch,
    )
    _backends.register_backend(backend)
    way = quick_way(strict.StrictArray, strict.strict_xp.empty)
    try:
        with replaced(_launch.use, Runtime()), replaced(_quick.use, way), guarded(), emulated(lives):
            yield "fibres:0"
    finally:
        del _backends.by_name["fibres"]
        del _backends.by_array_type[strict.StrictArray]
