"""CUDA devices, through CuPy (``pip install flambeau-tensor[cuda]``). Importing this module does not import CuPy."""

from __future__ import annotations

import functools

from . import errors, random
from ._backends import Backend, register_backend

__all__ = ["is_available", "manual_seed", "manual_seed_all"]

INSTALL = "pip install 'flambeau-tensor[cuda]' on a machine with an NVIDIA driver"


def __getattr__(name: str):
    if name.endswith("Tensor"):
        from ._typed import TYPES

        if ("cuda", name) in TYPES:
            return globals().setdefault(name, TYPES["cuda", name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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


def require(operation: str) -> None:
    """Register the ``cuda`` backend, or raise DeviceError with the line that would install it."""
    if not is_available():
        errors.device_error(operation, "device", "a CUDA device", "none on this machine", INSTALL)
    import cupy

    def asarray(array, index):
        with cupy.cuda.Device(index or 0):
            return cupy.asarray(array)

    register_backend(
        Backend(
            name="cuda",
            array_type=cupy.ndarray,
            xp=cupy,
            asarray=asarray,
            asnumpy=cupy.asnumpy,
            device_index=lambda array: array.device.id,
            on=cupy.cuda.Device,
        )
    )
