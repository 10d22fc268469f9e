"""What new Tensors are when nothing is said: the default float, and the default device."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

from . import errors

if TYPE_CHECKING:
    from ._backends import Device

__all__ = ["get_default_device", "get_default_dtype", "set_default_device", "set_default_dtype"]

_float = np.dtype("float32")
_device: Device | None = None
_entered: ContextVar[tuple[Device, ...]] = ContextVar("entered", default=())  # by `with ft.device(...):`


def default_float() -> np.dtype:
    """For kernels, which get their dtype resolved but for this."""
    return _float


def get_default_dtype() -> np.dtype:
    """The dtype of floats when no other is asked for: float32, until :func:`set_default_dtype` says otherwise.

    Example:
        >>> ft.get_default_dtype()
        dtype('float32')
    """
    return _float


def set_default_dtype(dtype: Any) -> None:
    """Choose the dtype that Tensors of Python floats get, and integers where they become floats.

    Complex numbers get complex128 beside float64, and complex64 otherwise.

    Args:
        dtype: a floating dtype.

    Raises:
        DTypeError: ``dtype`` is not a floating one.

    Example:
        >>> ft.set_default_dtype(ft.float64)
        >>> ft.zeros(1).dtype, ft.exp(ft.tensor([1])).dtype, ft.tensor([1j]).dtype
        (dtype('float64'), dtype('float64'), dtype('complex128'))
        >>> ft.set_default_dtype(ft.float32)
    """
    global _float
    from ._core import tensor as core

    wanted = core.as_dtype(dtype, "set_default_dtype")
    if wanted is None or not (wanted.kind == "f" or wanted.name == "bfloat16"):
        errors.dtype_error("set_default_dtype", "dtype", "a floating dtype", str(wanted))
    _float = wanted
    core.set_defaults(wanted)


def get_default_device() -> Device:
    """Where Tensors are made when no device is given: the CPU, until somebody says otherwise.

    Example:
        >>> ft.get_default_device()
        device('cpu')
        >>> with ft.device("cpu"):
        ...     ft.zeros(1).device
        device('cpu')
    """
    from ._backends import Device

    return chosen_device() or Device("cpu")


def chosen_device() -> Device | None:
    """The default device, or None for the CPU that nobody chose."""
    entered = _entered.get()
    return entered[-1] if entered else _device


def set_default_device(device: str | Device | None) -> None:
    """Choose where Tensors are made when no device is given. ``with ft.device("cuda"):`` does so for a while.

    ``from_numpy`` and :func:`from_dlpack` leave memory where it is.

    Args:
        device: name or Device; None for the CPU.

    Raises:
        DeviceError: there is no such device here.

    Example:
        >>> ft.set_default_device("cpu")
    """
    global _device
    _device = None if device is None else _there(device, "set_default_device")


def enter(device: Device) -> None:
    """``device`` is the default of this thread, or asynchronous task, until :func:`leave`."""
    _entered.set((*_entered.get(), _there(device, "device")))


def leave() -> None:
    _entered.set(_entered.get()[:-1])


def _there(device: str | Device, operation: str) -> Device:
    from . import _backends
    from ._core import tensor as core

    place = _backends.device_argument(device, operation)
    _backends.backend_of_device(place, operation)
    core.set_defaults(_float)
    return place
