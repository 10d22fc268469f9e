"""Devices, and the backends that compute on them.

A backend is a namespace of functions on bare arrays, with one signature everywhere. What a backend does not have
itself falls through to the reference kernels, run with its array namespace ``xp``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from . import errors

__all__ = ["Backend", "Device", "device", "register_backend"]


class Device:
    """Where a Tensor's memory is: ``cpu``, ``cuda:0``.

    Example:
        >>> ft.device("cuda", 1)
        device('cuda:1')
        >>> ft.zeros(2).device == ft.device("cpu")
        True
        >>> with ft.device("cpu"):  # the default of what is made here
        ...     ft.zeros(2).device
        device('cpu')
    """

    __slots__ = ("index", "type")

    def __init__(self, type: str, index: int | None = None) -> None:
        self.type = type
        self.index = index

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device('{self}')"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return str(self) == other
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash(str(self))

    def __enter__(self) -> Device:
        from . import _defaults

        _defaults.enter(self)
        return self

    def __exit__(self, *exception: object) -> None:
        from . import _defaults

        _defaults.leave()


class Backend:
    """What computes on one kind of device.

    Args:
        name: the device type, ``"cpu"``.
        array_type: the type of its arrays.
        xp: the array namespace that reference kernels run with.
        asarray: ``asarray(numpy_array, index)`` copies an array to device ``index`` of this kind.
        asnumpy: ``asnumpy(array)`` copies an array to a NumPy array.
        device_index: ``device_index(array)`` is the index of the array's device, or None where there is just one.
        kernels: functions that stand in for reference kernels of the same name (with an underscore at its end: for the
            kernel in place); NotImplemented as a result leaves the call to the reference kernel. One of the name
            ``pointwise_sets`` runs a compiled program over many sets of Tensors; see ``PointwiseProgram.run_all``.
        on: ``on(index)`` is a context in which device ``index`` of this kind is the current one, or None where it is
            already; a call computes in that of its arguments, checks and conversions included, whatever device the
            caller has chosen.
        watch: ``watch(report, array, low, size, ignored=None)`` sees to it that an element of an integer array outside
            [low, size), other than ``ignored``, is reported as soon as the device is waited for, by
            ``report[0](*report[1:], low, size, element, index)``, which raises; ``index`` is where the element is, None
            where nobody knows. Without ``watch``, checks wait for the device themselves.
        transfer: ``transfer(array, place, non_blocking)`` copies an array to the Device ``place``, one of them of this
            kind, where that is not done best by ``asnumpy`` and ``asarray``.

    Example:
        A device of NumPy arrays of a class of their own, computed by the reference kernels. Its arrays are what
        ``asarray`` gives:

        >>> class Elsewhere(np.ndarray): pass
        >>> elsewhere = ft.Backend(
        ...     name="elsewhere",
        ...     array_type=Elsewhere,
        ...     xp=np,
        ...     asarray=lambda array, index: array.copy().view(Elsewhere),
        ...     asnumpy=lambda array: array.view(np.ndarray),
        ...     device_index=lambda array: None,
        ... )
        >>> elsewhere.device_of(elsewhere.asarray(np.ones(2), None))
        device('elsewhere')
    """

    def __init__(
        self,
        name: str,
        array_type: type,
        xp: Any,
        asarray: Callable[[np.ndarray, int | None], Any],
        asnumpy: Callable[[Any], np.ndarray],
        device_index: Callable[[Any], int | None],
        kernels: dict[str, Callable] | None = None,
        on: Callable[[int | None], AbstractContextManager | None] = lambda index: None,
        watch: Callable[..., None] | None = None,
        transfer: Callable[[Any, Device, bool], Any] | None = None,
    ) -> None:
        self.name = name
        self.array_type = array_type
        self.xp = xp
        self.asarray = asarray
        self.asnumpy = asnumpy
        self.device_index = device_index
        self.kernels = {} if kernels is None else kernels
        self.on = on
        self.watch = watch
        self.transfer = transfer

    def device_of(self, array: Any) -> Device:
        return Device(self.name, self.device_index(array))

    def within(self, index: int | None) -> AbstractContextManager:
        """A context in which device ``index`` of this kind is the current one, also where it is already."""
        return self.on(index) or nullcontext()


by_name: dict[str, Backend] = {}
by_array_type: dict[type, Backend] = {}


def register_backend(backend: Backend) -> None:
    """Make a backend's devices usable; a second registration of a name replaces the first.

    Example:
        >>> from flambeau.tensor._backends import CPU
        >>> ft.register_backend(CPU)  # as it was
        >>> ft.zeros(1).device
        device('cpu')
    """
    by_name[backend.name] = backend
    by_array_type[backend.array_type] = backend


CPU = Backend(
    name="cpu",
    array_type=np.ndarray,
    xp=np,
    asarray=lambda array, index: array,
    asnumpy=lambda array: array,
    device_index=lambda array: None,
)
register_backend(CPU)


def device(type: str | Device, index: int | None = None) -> Device:
    """The device of that name.

    Args:
        type: ``"cpu"``, ``"cuda"``, ``"cuda:1"``, or a Device.
        index: the number of the device where ``type`` does not hold it.

    Raises:
        DeviceError: no such device here.

    Example:
        >>> ft.device("cpu")
        device('cpu')
    """
    return _parsed(type, index, "device", "type")


def device_argument(value: Any, operation: str) -> Device:
    """What an operation got as ``device=``."""
    return _parsed(value, None, operation, "device")


def _parsed(value: Any, index: int | None, operation: str, argument: str) -> Device:
    if isinstance(value, Device):
        return value
    if not isinstance(value, str):
        errors.type_error(operation, argument, "a name such as 'cpu' or 'cuda:0'", type(value).__name__)
    name, _, number = value.partition(":")
    if number:
        if not number.isdigit() or index is not None:
            errors.value_error(operation, argument, "a name such as 'cpu' or 'cuda:0'", repr(value))
        index = int(number)
    if name == "cuda" and index is None:
        from . import cuda

        index = cuda.current_index()
    return Device(name, index)


def backend_of_device(place: Device, operation: str) -> Backend:
    """The backend of a device; ``operation`` is who asks, for the error message."""
    if place.type == "cuda" and "cuda" not in by_name:
        from . import cuda

        cuda.require(operation)
    backend = by_name.get(place.type)
    if backend is None:
        names = ", ".join(sorted({*by_name, "cuda"}))
        errors.device_error(operation, "device", f"one of {names}", f"'{place}'")
    return backend


def backend_of_array(array: Any) -> Backend | None:
    """The backend whose arrays are of this type, or None."""
    return by_array_type.get(type(array))
