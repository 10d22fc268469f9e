"""CUDA devices, through CuPy (``pip install flambeau-tensor[cuda]``). Importing this module does not import CuPy.

Work on a device is asynchronous: an operation returns as soon as the device has been told what to do, and what it does
next waits for that. Looking at values (``item``, ``tolist``, ``numpy``, printing, ``cpu``) waits until they are there.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

from .. import errors, random
from ..errors import OutOfMemoryError

if TYPE_CHECKING:
    from ._devices import (
        DeviceProperties,
        current_device,
        device,
        get_device_capability,
        get_device_name,
        get_device_properties,
        set_device,
        synchronize,
    )
    from ._memory import (
        empty_cache,
        max_memory_allocated,
        max_memory_reserved,
        mem_get_info,
        memory_allocated,
        memory_reserved,
        memory_stats,
        memory_summary,
        reset_peak_memory_stats,
    )
    from ._streams import Event, ExternalStream, Stream, current_stream, default_stream, stream

__all__ = [
    "DeviceProperties", "Event", "ExternalStream", "OutOfMemoryError", "Stream", "current_device", "current_stream",
    "default_stream", "device", "device_count", "empty_cache", "get_allow_tf32", "get_device_capability",
    "get_device_name", "get_device_properties", "init", "is_available", "is_initialized", "manual_seed",
    "manual_seed_all", "max_memory_allocated", "max_memory_reserved", "mem_get_info", "memory_allocated",
    "memory_reserved", "memory_stats", "memory_summary", "reset_peak_memory_stats", "set_allow_tf32", "set_device",
    "stream", "synchronize",
]  # fmt: skip

# Where the rest is: loaded when first used.
_LATER = {
    "_devices": (
        "DeviceProperties", "current_device", "device", "get_device_capability", "get_device_name",
        "get_device_properties", "set_device", "synchronize",
    ),
    "_memory": (
        "empty_cache", "max_memory_allocated", "max_memory_reserved", "mem_get_info", "memory_allocated",
        "memory_reserved", "memory_stats", "memory_summary", "reset_peak_memory_stats",
    ),
    "_streams": ("Event", "ExternalStream", "Stream", "current_stream", "default_stream", "stream"),
}  # fmt: skip

INSTALL = "pip install 'flambeau-tensor[cuda]' on a machine with an NVIDIA driver"


def __getattr__(name: str) -> Any:
    for module, names in _LATER.items():
        if name in names:
            from importlib import import_module

            return globals().setdefault(name, getattr(import_module(f".{module}", __name__), name))
    if name.endswith("Tensor"):
        from .._typed import TYPES

        if ("cuda", name) in TYPES:
            return globals().setdefault(name, TYPES["cuda", name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


@functools.cache
def is_available() -> bool:
    """Whether Tensors can be put on a CUDA device: CuPy is installed and finds a driver and a device.

    Example:
        >>> ft.cuda.is_available() in (True, False)
        True
    """
    try:
        import cupy
    except ImportError:
        return False
    return bool(cupy.is_available())


def is_initialized() -> bool:
    """Whether CUDA is in use in this process: a Tensor was put on a device, or something asked what one has.

    A process that uses CUDA must not be forked to use it in the child: start workers before, or by ``spawn``. The same
    holds after :func:`is_available` and :func:`device_count`, which ask the driver.

    Example:
        >>> ft.cuda.is_initialized() in (True, False)
        True
    """
    from .._backends import by_name

    return "cuda" in by_name


def init() -> None:
    """Begin to use CUDA now, and not with the first Tensor that is put on a device.

    Raises:
        DeviceError: there is no CUDA device, or CuPy is not installed; the message says how to install it.

    Example:
        >>> if ft.cuda.is_available():
        ...     ft.cuda.init()
        ...     assert ft.cuda.is_initialized()
    """
    require("init", None)


def device_count() -> int:
    """How many CUDA devices there are; 0 where none can be used.

    Example:
        >>> ft.cuda.device_count() >= 0
        True
    """
    if not is_available():
        return 0
    import cupy

    return int(cupy.cuda.runtime.getDeviceCount())


def manual_seed(seed: int) -> None:
    """:func:`flambeau.tensor.manual_seed`: one Generator serves all devices, CUDA or not.

    Args:
        seed: any int.

    Example:
        >>> ft.cuda.manual_seed(0)
        >>> ft.initial_seed()
        0
    """
    random.manual_seed(seed)


manual_seed_all = manual_seed


def get_allow_tf32() -> bool:
    """Whether products and convolutions of float32 may round their factors to TF32. At first they may not.

    Returns:
        bool, see :func:`set_allow_tf32`.

    Example:
        >>> ft.cuda.get_allow_tf32()
        False
    """
    from .._cuda import _settings

    return _settings.allow_tf32


def set_allow_tf32(allow: bool) -> None:
    """Let products and convolutions of float32 on CUDA devices round their factors to TF32, which has 10 bits of
    mantissa where float32 has 23: they are then several times faster on devices with tensor cores.

    Holds for the whole process, from the next call on.

    Args:
        allow: whether they may.

    Raises:
        TypeError: ``allow`` is no bool.

    Example:
        >>> ft.cuda.set_allow_tf32(True)
        >>> ft.cuda.get_allow_tf32()
        True
        >>> ft.cuda.set_allow_tf32(False)
    """
    if not isinstance(allow, bool):
        errors.type_error("set_allow_tf32", "allow", "bool", type(allow).__name__)
    from .._cuda import _settings

    _settings.allow_tf32 = allow


def current_index() -> int:
    """The index of the current device: what ``"cuda"`` means. 0 where there is none."""
    if not is_available():
        return 0
    from cupy.cuda import runtime

    return int(runtime.getDevice())


_registering = threading.RLock()  # a finalizer may ask for CUDA meanwhile


def require(operation: str, argument: str | None = "device") -> None:
    """Register the ``cuda`` backend, or raise DeviceError with the line that would install it."""
    if is_initialized():
        return
    if not is_available():
        errors.device_error(operation, argument, "a CUDA device", "none on this machine", INSTALL)
    from ._backend import register

    with _registering:
        if not is_initialized():  # by another thread meanwhile
            register()


def check_index(index: int, operation: str) -> None:
    """Raise DeviceError where there is no device of this index."""
    count = device_count()
    if not 0 <= index < count:
        there = "cuda:0" if count == 1 else f"one of cuda:0 to cuda:{count - 1}"
        errors.device_error(operation, "device", there, f"'cuda:{index}'")
