"""Tensors from data."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import errors
from ._backends import Device, backend_of_device
from ._backends import device as as_device
from ._core.tensor import Tensor, as_dtype, from_numpy

__all__ = ["as_tensor", "from_numpy", "is_tensor", "tensor"]


def tensor(data: Any, dtype: Any = None, device: str | Device | None = None) -> Tensor:
    """A new Tensor with a copy of the data.

    Args:
        data: number, nested lists or tuples of numbers (and Tensors), NumPy array, or Tensor.
        dtype: dtype of the result. By default arrays and Tensors keep theirs; Python floats become float32, ints
            int64, complex numbers complex64.
        device: where to put it; ``"cpu"`` by default.

    Returns:
        Tensor that shares no memory with ``data``.

    Raises:
        ValueError: nested lists of uneven lengths.
        DTypeError: data that is not numbers.

    Example:
        >>> ft.tensor([[1, 2], [3, 4]]).shape
        (2, 2)
        >>> ft.tensor(1.5).dtype
        dtype('float32')
    """
    wanted = as_dtype(dtype, "tensor")
    if isinstance(data, Tensor):
        source = data.data if device is None else data.data.to(device)
        return source.to(wanted).clone() if wanted is not None and wanted != source.dtype else source.clone()
    array = _array_of(data, wanted)
    if device is None:
        return from_numpy(array)
    place = as_device(device)
    return Tensor(backend_of_device(place, "tensor").asarray(array, place.index))


def as_tensor(data: Any, dtype: Any = None, device: str | Device | None = None) -> Tensor:
    """The data as a Tensor, without a copy where none is needed.

    Args:
        data: as for :func:`tensor`. A Tensor of the right dtype and device comes back itself; a NumPy array of the
            right dtype shares its memory.
        dtype: dtype of the result.
        device: where to put it.

    Example:
        >>> a = np.ones(2)
        >>> ft.as_tensor(a).numpy() is a, bool(np.shares_memory(ft.as_tensor(a).numpy(), a))
        (False, True)
    """
    wanted = as_dtype(dtype, "as_tensor")
    if isinstance(data, np.ndarray) and (wanted is None or wanted == data.dtype):
        result = from_numpy(data)
        return result if device is None else result.to(device)
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


def _array_of(data: Any, dtype: np.dtype | None) -> np.ndarray:
    if isinstance(data, (np.ndarray, np.generic)):
        return np.array(data, dtype=dtype)
    data = _plain(data)
    try:
        array = np.array(data)
    except ValueError as error:
        errors.value_error("tensor", "data", "nested lists of even lengths", f"uneven ones ({error})")
    except OverflowError:
        errors.value_error("tensor", "data", "integers of at most 64 bits", "a larger one")
    if array.dtype.kind not in "biufc":
        errors.dtype_error("tensor", "data", "numbers", f"{type(data).__name__} of dtype {array.dtype}")
    if dtype is None:
        dtype = _default_dtype(array, data)
    return array.astype(dtype, copy=False)


def _default_dtype(array: np.ndarray, data: Any) -> np.dtype:
    """The dtype of plain Python numbers; NumPy scalars and arrays inside lists keep theirs."""
    leaf = data
    while isinstance(leaf, (list, tuple)) and leaf:
        leaf = leaf[0]
    if isinstance(leaf, (np.ndarray, np.generic)):
        return array.dtype
    if array.size == 0 or array.dtype.kind == "f":
        return np.dtype(np.float32)
    return {"c": np.dtype(np.complex64), "b": array.dtype}.get(array.dtype.kind, np.dtype(np.int64))


def _plain(data: Any) -> Any:
    """Nested data with the Tensors inside as NumPy arrays."""
    if isinstance(data, Tensor):
        return data.data.numpy()
    if isinstance(data, (list, tuple)):
        return [_plain(item) for item in data]
    return data
