"""Tensors from nothing or from data, made of operators."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import errors, ops
from . import composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed(method=False)
def logspace(
    start: float, end: float, steps: int, base: float = 10.0, *, dtype: Any = None, device: Any = None
) -> Tensor:
    """``steps`` powers of ``base``, from ``base**start`` to ``base**end``, with evenly spaced exponents.

    Args:
        start: the first exponent.
        end: the last exponent.
        steps: how many.
        base: what is raised to powers.
        dtype: dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(steps,)``.

    Raises:
        ValueError: a negative number of steps.

    Example:
        >>> ft.logspace(0, 2, 3).tolist()
        [1.0, 10.0, 100.0]
    """
    from . import renamed

    with renamed("logspace", "linspace"):
        exponents = ops.linspace(start, end, steps, dtype="float64", device=device)
    powers = ops.pow(float(base), exponents)
    return ops.cast(powers, ops.empty((0,)).dtype if dtype is None else dtype)


@composed(method=False)
def scalar_tensor(s: float, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A Tensor without dimensions.

    Args:
        s: its element.
        dtype: dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``()``.

    Example:
        >>> ft.scalar_tensor(2)
        2.
        [flambeau.tensor.FloatTensor of size ()]
    """
    return ops.full((), float(s) if dtype is None else s, dtype=dtype, device=device)


@composed(method=False)
def range(start: float, end: float | None = None, step: float = 1, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Evenly spaced numbers from ``start`` to ``end``, which is included where a step leads there.

    It is what PyTorch 0.3 has by that name; :func:`arange` leaves out the end, as Python's own ``range`` does.

    Args:
        start: the first number; with no ``end``, ``range(end)`` starts at 0.
        end: where to stop.
        step: the distance between numbers.
        dtype: dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(floor((end - start) / step) + 1,)``.

    Raises:
        ValueError: ``step`` is 0 or leads away from ``end``.

    Example:
        >>> ft.range(1, 4).tolist(), ft.range(0, 1, 0.5).tolist()
        ([1.0, 2.0, 3.0, 4.0], [0.0, 0.5, 1.0])
    """
    start, end = (0, start) if end is None else (start, end)
    if not all(math.isfinite(n) for n in (start, end, step)):
        errors.value_error("range", None, "finite numbers", f"range({start}, {end}, {step})")
    if step == 0:
        errors.value_error("range", "step", "a step other than 0", "0")
    if (end - start) * step < 0:
        errors.value_error("range", "step", f"a step that leads from {start} to {end}", str(step))
    count = math.floor((end - start) / step) + 1
    numbers = ops.add(ops.mul(ops.arange(count, dtype="float64", device=device), step), start)
    return ops.cast(numbers, ops.empty((0,)).dtype if dtype is None else dtype)


@composed(method=False)
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """A Vandermonde matrix: the powers of each element in a row.

    Args:
        x: vector.
        N: the number of columns; as many as ``x`` has elements if not given.
        increasing: whether powers rise from 0 on, from left to right, rather than fall.

    Returns:
        Tensor of shape (n, N).

    Raises:
        ShapeError: ``x`` is no vector.
        ValueError: a negative number of columns.

    Example:
        >>> ft.vander(ft.tensor([2, 3])).tolist(), ft.vander(ft.tensor([2, 3]), 3, increasing=True).tolist()
        ([[2, 1], [3, 1]], [[1, 2, 4], [1, 3, 9]])
    """
    if x.ndim != 1:
        errors.shape_error("vander", "x", "1 dimension", f"shape {tuple(x.shape)}")
    columns = x.shape[0] if N is None else N
    if columns < 0:
        errors.value_error("vander", "N", "0 or more columns", str(columns))
    powers = ops.arange(columns, device=x.device)
    powers = powers if increasing else ops.flip(powers, 0)
    base = ops.unsqueeze(x, 1)
    return ops.pow(
        base.long() if x.dtype.kind == "b" else base, ops.cast(powers, x.dtype) if x.dtype.kind in "iu" else powers
    )


@composed(method=False)
def asarray(obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Tensor:
    """Anything as a Tensor: data, an array, a buffer, or a Tensor.

    Args:
        obj: what :func:`tensor` takes; or an object with ``__dlpack__`` or the buffer protocol, whose memory is shared.
        dtype: dtype; that of ``obj`` if not given.
        device: where to put it.
        copy: True for memory of its own, False for an error where one is needed; by default copied where needed.

    Returns:
        Tensor.

    Raises:
        ValueError: ``copy=False``, and a copy is needed.

    Example:
        >>> a = np.ones(2)
        >>> bool(np.shares_memory(ft.asarray(a).numpy(), a))
        True
    """
    from .._core.tensor import Tensor
    from .._creation import as_tensor

    source = obj
    if not isinstance(obj, (Tensor, np.ndarray, np.generic, list, tuple, int, float, complex)):
        if hasattr(obj, "__dlpack__"):
            source = np.from_dlpack(obj)
        else:
            try:
                source = np.asarray(memoryview(obj))
            except TypeError:
                source = obj  # as_tensor says what is wrong
    result = as_tensor(source, dtype, device)
    if copy:
        return result.clone()
    if copy is False:
        shared = result is source or (isinstance(source, np.ndarray) and np.shares_memory(result.numpy(), source))
        if not shared and result.numel():
            errors.value_error("asarray", "copy", "True or None, for what needs a copy", "False")
    return result


@composed(method=False)
def frombuffer(buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0) -> Tensor:
    """A vector in the memory of an object with the buffer protocol, such as bytes.

    Args:
        buffer: the object. Of a read-only one, the Tensor refuses in-place changes.
        dtype: dtype of the elements.
        count: how many; -1 for all there are.
        offset: how many bytes to leave out.

    Returns:
        Tensor of 1 dimension that shares the memory.

    Raises:
        TypeError: the object has no memory to share.
        ValueError: not so many elements, or bytes that are no whole number of them.

    Example:
        >>> ft.frombuffer(bytearray([1, 2, 3]), dtype=ft.uint8, offset=1).tolist()
        [2, 3]
    """
    from .._core.tensor import as_dtype, from_numpy

    wanted = as_dtype(dtype, "frombuffer")
    if wanted is None:
        errors.type_error("frombuffer", "dtype", "a dtype such as ft.float32", "None")
    try:
        size = memoryview(buffer).nbytes
    except TypeError:
        errors.type_error("frombuffer", "buffer", "an object with the buffer protocol", type(buffer).__name__)
    rest = size - offset
    if not 0 <= offset <= size:
        errors.value_error("frombuffer", "offset", f"0 to {size} bytes", str(offset))
    if count < 0 and rest % wanted.itemsize:
        errors.value_error("frombuffer", "buffer", f"whole elements of {wanted.itemsize} bytes", f"{rest} bytes")
    number = rest // wanted.itemsize if count < 0 else count
    if number * wanted.itemsize > rest:
        errors.value_error("frombuffer", "count", f"at most {rest // wanted.itemsize} elements", str(count))
    if wanted.kind == "b" and any(b > 1 for b in memoryview(buffer).cast("B")[offset : offset + number]):
        errors.value_error("frombuffer", "buffer", "bytes of 0 and 1, for bool", "others")
    if number == 0:
        return ops.empty((0,), dtype=wanted)
    return from_numpy(np.frombuffer(buffer, np.uint8, number * wanted.itemsize, offset).view(wanted))


@composed(method=False)
def polar(abs: Tensor, angle: Tensor) -> Tensor:
    """Complex numbers from their absolute values and angles: ``abs * cos(angle) + 1j * abs * sin(angle)``.

    Args:
        abs: Tensor of float32 or float64.
        angle: angles in radians, of a shape that broadcasts with ``abs``'s.

    Returns:
        Tensor of complex64 or complex128.

    Example:
        >>> ft.polar(ft.tensor([2.0]), ft.tensor([0.0])).tolist()
        [(2+0j)]
    """
    return ops.complex(ops.mul(abs, ops.cos(angle)), ops.mul(abs, ops.sin(angle)))
