"""Between dtypes and devices: ``to`` and its short forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import errors, ops
from .._backends import Device, by_name, device_argument
from .._composed import called, composed
from .._core.tensor import Tensor, as_dtype
from .._printing import type_string


@composed(function=False)
def to(
    input: Tensor,
    *target: Any,
    dtype: Any = None,
    device: Any = None,
    copy: bool = False,
    non_blocking: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """The Tensor with another dtype, on another device, or both; itself when nothing changes.

    Args:
        input: Tensor.
        target: a dtype, a device, a device and a dtype, or a Tensor whose dtype and device to take.
        dtype: the dtype, by name.
        device: the device, by name.
        copy: copy even when nothing changes.
        non_blocking: whether a copy between the CPU and a CUDA device may go on while the program does. To a device it
            does from page-locked memory (:meth:`Tensor.pin_memory`), which must not be written until the device's
            current stream has got so far; to the CPU it gives a Tensor in page-locked memory whose values must not be
            read before.
        memory_format: how the result lies in memory, such as ``ft.channels_last``: see :func:`contiguous`.

    Returns:
        Tensor of the same shape.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> x = ft.ones(2)
        >>> x.to(ft.int64).dtype, x.to("cpu") is x
        (dtype('int64'), True)
    """
    for value in target:
        if isinstance(value, Tensor):
            dtype, device = value.dtype, value.device
        elif isinstance(value, Device) or (isinstance(value, str) and value.partition(":")[0] in {"cuda", *by_name}):
            device = value
        elif isinstance(value, (str, np.dtype, _TYPE)):
            dtype = as_dtype(value, "to")
        elif value is not None:
            errors.type_error("to", "target", "a dtype, a device or a Tensor", value.__class__.__name__)
    result = input
    place = None if device is None else device_argument(device, "to")
    if place is not None and place == input.device:
        place = None
    # A copy that goes on must not be read: what is to be changed is changed before.
    last = place is not None and non_blocking and place.type == "cpu"
    if place is not None and not last:
        result = ops.transfer(result, place, non_blocking)
    if dtype is not None and as_dtype(dtype, "to") != result.dtype:
        result = ops.cast(result, as_dtype(dtype, "to"))
    if memory_format is not None:
        result = called("to", ops.contiguous, result, memory_format)
    if last:
        result = ops.transfer(result, place, non_blocking)
    return result.clone() if copy and result is input else result


@composed(function=False)
def cpu(input: Tensor) -> Tensor:
    """The Tensor in the CPU's memory; itself when it is there.

    Example:
        >>> x = ft.ones(2)
        >>> x.cpu() is x
        True
    """
    return to(input, device="cpu")


@composed(function=False)
def cuda(input: Tensor, device: int | str | Device | None = None, non_blocking: bool = False) -> Tensor:
    """The Tensor on a CUDA device; itself when it is there.

    Args:
        input: Tensor.
        device: index or name of the device; the current one by default.
        non_blocking: as for :func:`Tensor.to`.

    Raises:
        DeviceError: no CUDA device, or CuPy is not installed; the message says how to install it.
    """
    place = f"cuda:{device}" if isinstance(device, int) else device or "cuda"
    return to(input, device=place, non_blocking=non_blocking)


@composed(function=False)
def type(input: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The name of the Tensor's type; or the Tensor converted to another type.

    Args:
        input: Tensor.
        dtype: a dtype; or a type with a place, by itself or by name: ``ft.LongTensor``,
            ``"flambeau.tensor.cuda.FloatTensor"``.
        non_blocking: as for :func:`Tensor.to`.

    Example:
        >>> ft.zeros(1).type()
        'flambeau.tensor.FloatTensor'
        >>> ft.zeros(1).type("flambeau.tensor.LongTensor").dtype
        dtype('int64')
        >>> ft.zeros(1).type(ft.DoubleTensor).dtype
        dtype('float64')
    """
    if dtype is None:
        return type_string(input)
    if isinstance(dtype, str) and dtype.endswith("Tensor"):
        from .._typed import parsed

        found = parsed(dtype)
        if found is None:
            errors.value_error("type", "dtype", "a type such as 'flambeau.tensor.FloatTensor'", repr(dtype))
        dtype = found
    place = getattr(dtype, "place", None)  # of a type such as ft.FloatTensor
    if place is None:
        return to(input, dtype=dtype, non_blocking=non_blocking)
    place = None if input.device.type == place else place
    return to(input, dtype=dtype.dtype, device=place, non_blocking=non_blocking)


@composed(function=False)
def type_as(input: Tensor, other: Tensor) -> Tensor:
    """The Tensor in the dtype, and on the device, of another.

    Args:
        input: Tensor.
        other: Tensor whose dtype and device to take.

    Returns:
        Tensor of ``input``'s shape; ``input`` itself when nothing changes.

    Example:
        >>> ft.tensor([1.5]).type_as(ft.tensor([1])).tolist()
        [1]
    """
    return to(input, other)


_TYPE = "".__class__.__class__  # the builtin, which this module's own `type` hides

SHORT_FORMS = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "bfloat16": "bfloat16",
    "int": "int32",
    "long": "int64",
    "short": "int16",
    "char": "int8",
    "byte": "uint8",
    "bool": "bool",
    "cfloat": "complex64",
    "cdouble": "complex128",
}


def _short_form(name: str, dtype: str) -> Callable[[Tensor], Tensor]:
    """The method ``name()``; as a function it would hide Python's own type."""

    def convert(input: Tensor) -> Tensor:
        return ops.cast(input, as_dtype(dtype, name))

    convert.__name__ = convert.__qualname__ = name
    convert.__doc__ = (
        f"The elements as {dtype}: the Tensor itself when it holds that.\n\n"
        f"Example:\n    >>> ft.ones(1).{name}().dtype.name\n    '{dtype}'\n"
    )
    return convert


for _name, _dtype in SHORT_FORMS.items():
    composed(function=False)(_short_form(_name, _dtype))
