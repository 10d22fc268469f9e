"""Tensors from data."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from . import errors
from ._backends import Device, backend_of_device, device_argument
from ._core.tensor import Tensor, array_of_numbers, as_dtype, from_numpy, promote_types
from ._defaults import chosen_device
from ._dtypes import TENSOR_TYPES, bool_, float32, int64

__all__ = ["as_tensor", "from_numpy", "is_tensor", "tensor"]


def tensor(data: Any, dtype: Any = None, device: str | Device | None = None) -> Tensor:
    """A new Tensor with a copy of the data.

    Args:
        data: number, nested lists or tuples of numbers (and Tensors), Tensor, or array: NumPy's, a buffer, or of a
            library that speaks DLPack.
        dtype: dtype of the result. By default arrays and Tensors keep theirs; Python floats become the default
            float, ints int64, complex numbers complex64 (complex128 beside float64).
        device: where to put it; by default where a Tensor is, for others the default device.

    Returns:
        Tensor that shares no memory with ``data``.

    Raises:
        ValueError: nested lists of uneven lengths, or Python numbers that ``dtype`` cannot hold.
        DTypeError: data that is not numbers.

    Example:
        >>> ft.tensor([[1, 2], [3, 4]]).shape
        (2, 2)
        >>> ft.tensor(1.5).dtype
        dtype('float32')
    """
    wanted = as_dtype(dtype, "tensor")
    data = _of_others(data)
    if isinstance(data, Tensor):
        source = data.data if device is None else data.data.to(device)
        return source.to(wanted).clone() if wanted is not None and wanted != source.dtype else source.clone()
    array = _array_of(data, wanted)
    place = chosen_device() if device is None else device_argument(device, "tensor")
    if place is None or place.type == "cpu":
        return from_numpy(array)
    return Tensor(backend_of_device(place, "tensor").asarray(array, place.index))


def as_tensor(data: Any, dtype: Any = None, device: str | Device | None = None) -> Tensor:
    """The data as a Tensor, without a copy where none is needed.

    Args:
        data: as for :func:`tensor`. A Tensor of the right dtype and device comes back itself; arrays of the right
            dtype and device share their memory.
        dtype: dtype of the result.
        device: where to put it.

    Example:
        >>> a = np.ones(2)
        >>> ft.as_tensor(a).numpy() is a, bool(np.shares_memory(ft.as_tensor(a).numpy(), a))
        (False, True)
    """
    wanted = as_dtype(dtype, "as_tensor")
    data = _of_others(data)
    if isinstance(data, np.ndarray) and (wanted is None or wanted == data.dtype):
        result = from_numpy(data)
        place = chosen_device() if device is None else device
        return result if place is None else result.to(place)
    if isinstance(data, Tensor):
        result = data if device is None else data.to(device)
        return result if wanted is None else result.to(wanted)
    return tensor(data, wanted, device)


def is_tensor(value: Any) -> bool:
    """Whether ``value`` is a Tensor.

    Example:
        >>> ft.is_tensor(ft.zeros(1)), ft.is_tensor(1)
        (True, False)
    """
    return isinstance(value, Tensor)


_PLAIN = (Tensor, np.ndarray, np.generic, int, float, complex, list, tuple, str, bytes)


def _of_others(data: Any) -> Any:
    """An array of another library, or a buffer, as a Tensor of the same memory; anything else as it is."""
    if isinstance(data, _PLAIN):
        return data
    if hasattr(data, "__dlpack__"):
        from ._exchange import from_dlpack

        return from_dlpack(data)
    if hasattr(data, "__cuda_array_interface__"):
        return Tensor(backend_of_device(Device("cuda", 0), "tensor").xp.asarray(data))
    if hasattr(data, "__array_interface__") or isinstance(data, (bytearray, memoryview)):
        return from_numpy(np.asarray(data))
    return data


def _array_of(data: Any, dtype: np.dtype | None) -> np.ndarray:
    """The data as a new NumPy array; Python numbers must fit the dtype, arrays are converted to it."""
    if isinstance(data, (np.ndarray, np.generic)):
        native = data.dtype.newbyteorder("=")
        if native.name not in TENSOR_TYPES:
            errors.dtype_error("tensor", "data", "an array of bool, int, float or complex", f"dtype {data.dtype}")
        if dtype is None or dtype == native:
            return np.array(data, dtype=native)
        return _cast(np.asarray(data), dtype)
    quick = array_of_numbers(data) if dtype is None else None
    if quick is not None:
        return quick
    inner: set[np.dtype] = set()
    data = _plain(data, inner)
    try:
        array = np.array(data)
    except ValueError as error:
        errors.value_error("tensor", "data", "nested lists of even lengths", f"uneven ones ({error})")
    if array.dtype == object and all(isinstance(number, int) for number in array.flat):
        errors.value_error("tensor", "data", "integers of at most 64 bits", "a larger one")
    if array.dtype.kind not in "biufc":
        errors.dtype_error("tensor", "data", "numbers", f"{type(data).__name__} of dtype {array.dtype}")
    if dtype is None:
        dtype = _default_dtype(array, inner)
    _check_fits(array, dtype)
    return _cast(array, dtype)


def _cast(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The array in another dtype; what is too large for it becomes inf without a warning, as in operators."""
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore", invalid="ignore"):
        return array.astype(dtype)


def _default_dtype(array: np.ndarray, inner: set[np.dtype]) -> np.dtype:
    """The dtype of plain Python numbers, unless NumPy scalars, arrays or Tensors among them decide it."""
    kind = "f" if array.size == 0 and not inner else array.dtype.kind
    default = {"b": bool_, "f": as_dtype(float, "tensor"), "c": as_dtype(complex, "tensor")}.get(kind, int64)
    if not inner:
        return default
    # Numbers have a kind but no width: they matter only where theirs is the higher one.
    dtype = functools.reduce(promote_types, inner)
    return dtype if "buifVc".index(dtype.kind) >= "buifVc".index(kind) else promote_types(dtype, default)


def _check_fits(array: np.ndarray, dtype: np.dtype) -> None:
    if array.dtype.kind == "c" and dtype.kind != "c":
        errors.dtype_error("tensor", "data", f"real numbers for {dtype.name}", "complex ones")
    if array.size == 0 or dtype.kind not in "iu" or np.can_cast(array.dtype, dtype):
        return
    limits = np.iinfo(dtype)
    for extreme in (array.min().item(), array.max().item()):
        if not (math.isfinite(extreme) and limits.min <= int(extreme) <= limits.max):
            errors.value_error("tensor", "data", f"numbers in the range of {dtype.name}", str(extreme))


def _plain(data: Any, inner: set[np.dtype]) -> Any:
    """Nested data with the Tensors inside as NumPy arrays; ``inner`` receives the dtypes found inside."""
    if isinstance(data, (list, tuple)):
        return [_plain(item, inner) for item in data]
    if isinstance(data, Tensor):
        data = data.data.numpy()
    if isinstance(data, (np.ndarray, np.generic)):
        inner.add(data.dtype)
        return data.astype(float32) if data.dtype.name == "bfloat16" else data  # NumPy has no common dtype for it
    return data
