"""Arrays from data and from nothing."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

Array = ft.Tensor


def asarray(obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Array:
    """Data as an array: Python numbers, nested sequences, buffers, arrays; copied only where need be."""
    if isinstance(obj, Array):
        return _converted(obj, dtype, device, copy)
    if hasattr(obj, "__dlpack__") and not isinstance(obj, (np.ndarray, np.generic)):
        return _converted(ft.from_dlpack(obj), dtype, device, copy)
    if isinstance(obj, (np.ndarray, memoryview, bytes, bytearray)) or hasattr(obj, "__array_interface__"):
        return _converted(ft.from_numpy(np.asarray(obj)), dtype, device, copy)
    if copy is False:
        errors.value_error("asarray", "copy", "True or None for what is no array", "False")
    return ft.tensor(obj, dtype=dtype, device=device)


def _converted(x: Array, dtype: Any, device: Any, copy: bool | None) -> Array:
    result = x.to(dtype=dtype, device=device)
    if copy is False and result is not x:
        errors.value_error("asarray", "copy", "True or None for another dtype or device", "False")
    return result.clone() if copy and result is x else result


def arange(start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None) -> Array:
    """Numbers from ``start`` to before ``stop``."""
    if stop is None:
        start, stop = 0 if isinstance(start, int) else 0.0, start
    if (stop - start) * step < 0:
        stop = start  # no number is on the way
    return ft.arange(start, stop, step, dtype=dtype, device=device)


def empty(shape: Any, *, dtype: Any = None, device: Any = None) -> Array:
    """An array whose elements are not set."""
    return ft.empty(_shape(shape), dtype=dtype, device=device)


def zeros(shape: Any, *, dtype: Any = None, device: Any = None) -> Array:
    """An array of zeros."""
    return ft.zeros(_shape(shape), dtype=dtype, device=device)


def ones(shape: Any, *, dtype: Any = None, device: Any = None) -> Array:
    """An array of ones."""
    return ft.ones(_shape(shape), dtype=dtype, device=device)


def full(shape: Any, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Array:
    """An array filled with one number."""
    if isinstance(fill_value, complex):
        return ft.empty(_shape(shape), dtype=complex if dtype is None else dtype, device=device).fill_(fill_value)
    return ft.full(_shape(shape), fill_value, dtype=dtype, device=device)


def _shape(shape: Any) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def empty_like(x: Array, /, *, dtype: Any = None, device: Any = None) -> Array:
    """An array of the shape of another, whose elements are not set."""
    return ft.empty_like(x, dtype=dtype, device=device)


def zeros_like(x: Array, /, *, dtype: Any = None, device: Any = None) -> Array:
    """An array of zeros of the shape of another."""
    return ft.zeros_like(x, dtype=dtype, device=device)


def ones_like(x: Array, /, *, dtype: Any = None, device: Any = None) -> Array:
    """An array of ones of the shape of another."""
    return ft.ones_like(x, dtype=dtype, device=device)


def full_like(x: Array, /, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Array:
    """An array of the shape of another, filled with one number."""
    return full(x.shape, fill_value, dtype=x.dtype if dtype is None else dtype, device=device or x.device)


def eye(n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: Any = None, device: Any = None) -> Array:
    """A matrix of zeros, with ones on its ``k``-th diagonal."""
    n_cols = n_rows if n_cols is None else n_cols
    if k == 0:
        return ft.eye(n_rows, n_cols, dtype=dtype, device=device)
    rows, columns = ft.arange(n_rows, device=device), ft.arange(n_cols, device=device)
    return (rows.unsqueeze(1) + k == columns).to(ft.get_default_dtype() if dtype is None else dtype)


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Array:
    """An array of the memory of another library's: see :func:`flambeau.tensor.from_dlpack`."""
    return ft.from_dlpack(x, device=device, copy=copy)


def linspace(
    start: Any, stop: Any, /, num: int, *, dtype: Any = None, device: Any = None, endpoint: bool = True
) -> Array:
    """``num`` numbers in equal steps, up to ``stop`` or, without ``endpoint``, to one step before it."""
    if isinstance(start, complex) or isinstance(stop, complex):
        start, stop = complex(start), complex(stop)
        wanted = ft.as_tensor([1j]).dtype if dtype is None else np.dtype(dtype)
        part = ft.float64 if wanted == ft.complex128 else ft.float32
        parts = [linspace(a, b, num, dtype=part, device=device, endpoint=endpoint)
                 for a, b in ((start.real, stop.real), (start.imag, stop.imag))]  # fmt: skip
        return parts[0].to(wanted) + parts[1].to(wanted) * 1j
    if endpoint or num == 0:
        return ft.linspace(start, stop, num, dtype=dtype, device=device)
    return ft.linspace(start, stop, num + 1, dtype=dtype, device=device)[:-1]


def meshgrid(*arrays: Array, indexing: str = "xy") -> tuple[Array, ...]:
    """The coordinates of all points of a grid."""
    return tuple(ft.meshgrid(*arrays, indexing=indexing))


def tril(x: Array, /, *, k: int = 0) -> Array:
    """The elements on and below the ``k``-th diagonal of matrices, and zeros."""
    return ft.tril(x, k)


def triu(x: Array, /, *, k: int = 0) -> Array:
    """The elements on and above the ``k``-th diagonal of matrices, and zeros."""
    return ft.triu(x, k)
