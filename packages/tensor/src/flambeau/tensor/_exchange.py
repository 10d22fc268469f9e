"""Arrays to and from other libraries: NumPy's protocols, DLPack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import errors, ops
from ._backends import Device, backend_of_array, backend_of_device, device_argument
from ._composed import composed
from ._core.tensor import Tensor, from_numpy

__all__ = ["from_dlpack"]

# DLPack's numbers of the devices whose memory the CPU reaches: plain, CUDA's pinned and managed memory.
_CPU = (1, 3, 13)
_CUDA = 2


# NumPy ----------------------------------------------------------------------------------------------------------


@composed(function=False)
def __array__(self: Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    array = self.numpy()
    if dtype is not None and np.dtype(dtype) != array.dtype:
        if copy is False:
            raise ValueError(
                f"__array__(): argument 'copy': expected True or None to convert "
                f"{array.dtype} to {np.dtype(dtype)}, got False"
            )
        return array.astype(dtype)
    return array.copy() if copy else array


# What NumPy calls the operators that Python writes between two operands.
_OPERATORS = {
    "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "floor_divide": "floor_divide",
    "remainder": "remainder", "power": "pow", "matmul": "matmul", "bitwise_and": "bitwise_and",
    "bitwise_or": "bitwise_or", "bitwise_xor": "bitwise_xor", "left_shift": "bitwise_left_shift",
    "right_shift": "bitwise_right_shift", "equal": "eq", "not_equal": "ne", "less": "lt",
    "less_equal": "le", "greater": "gt", "greater_equal": "ge",
}  # fmt: skip


@composed(function=False)
def __bytes__(self: Tensor) -> bytes:
    # Python would take a Tensor of one integer for a number of zeros.
    return self.numpy().tobytes()


@composed(function=False)
def __array_ufunc__(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
    """``array + x`` is an operation of ours, and gives a Tensor; NumPy's other functions see and give arrays."""
    if method == "__call__" and not options and len(inputs) == 2:
        name = _OPERATORS.get(ufunc.__name__)
        # `numpy.add(x, y)` of Tensors only was called by that name: with an array, nobody can tell it from `array + x`.
        if name is not None and not (isinstance(inputs[0], Tensor) and isinstance(inputs[1], Tensor)):
            return getattr(ops, name)(*inputs)
    from . import _numpy_calls

    return _numpy_calls.call(getattr(ufunc, method), inputs, options, inplace=method == "at")


@composed(function=False)
def __array_function__(self: Tensor, function: Any, types: Any, args: Any, options: Any) -> Any:
    """NumPy's functions see arrays and give arrays."""
    from . import _numpy_calls

    return _numpy_calls.call(function, args, options)


# DLPack ---------------------------------------------------------------------------------------------------------

_compiled: Any = None


def _exchange() -> Any:
    """The compiled half, loaded when first needed."""
    global _compiled
    if _compiled is None:
        from ._core import exchange

        _compiled = exchange
    return _compiled


@composed(function=False)
def __dlpack__(
    self: Tensor,
    *,
    stream: Any = None,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[int, int] | None = None,
    copy: bool | None = None,
) -> Any:
    """The memory as a DLPack capsule; what ``from_dlpack`` of any library calls.

    Args:
        stream: on a CUDA device, the stream on which the memory must be ready; on the CPU, None.
        max_version: the latest version of DLPack that the consumer knows.
        dl_device: where the consumer wants it: ``(1, 0)`` is the CPU; by default where it is.
        copy: True to copy, False to refuse where a copy is needed, None to copy only then.

    Raises:
        BufferError: the elements or the memory cannot be given away like this.
    """
    if stream is None and dl_device is None and copy is None:
        capsule = _exchange().lend(self, max_version)
        if capsule is not None:
            return capsule
    if self.is_cuda and (dl_device is None or int(dl_device[0]) == _CUDA):
        chosen = {"max_version": max_version, "dl_device": dl_device, "copy": copy}
        given = {k: v for k, v in chosen.items() if v is not None}
        return within_its_device(lambda array: array.__dlpack__(stream=stream, **given), self)
    if stream is not None:
        errors.value_error("__dlpack__", "stream", "None for memory of the CPU", repr(stream))
    if dl_device is not None and (int(dl_device[0]), int(dl_device[1])) != (1, 0):
        raise BufferError(errors.message("__dlpack__", "dl_device", "(1, 0), the CPU", str(tuple(map(int, dl_device)))))
    copied = self.device.type != "cpu"
    if copied and copy is False:
        raise BufferError(errors.message("__dlpack__", "copy", f"True or None to come from {self.device}", "False"))
    array = self.numpy()
    if copy or any(step % array.itemsize for step in array.strides):
        if copy is False:
            steps = f"strides {array.strides} of {array.itemsize} bytes"
            raise BufferError(errors.message("__dlpack__", "copy", "True or None where strides split elements", steps))
        array, copied = array.copy(order="K"), True
    return _exchange().to_capsule(array, max_version is not None and max_version[0] >= 1, copied)


@composed(function=False)
def __dlpack_device__(self: Tensor) -> tuple[int, int]:
    """DLPack's numbers of the device: ``(1, 0)`` is the CPU, ``(2, i)`` CUDA device i."""
    return (_CUDA, self.device.index) if self.is_cuda else (1, 0)


def from_dlpack(x: Any, /, *, device: str | Device | None = None, copy: bool | None = None) -> Tensor:
    """A Tensor of the memory of another library's array, by DLPack: NumPy, PyTorch, JAX, CuPy and others.

    Args:
        x: an object with ``__dlpack__`` and ``__dlpack_device__``, or a DLPack capsule.
        device: where to have it; by default where it is.
        copy: True to copy, False to refuse where a copy is needed, None to copy only then.

    Returns:
        Tensor that shares the memory, unless it was copied. It is read-only where the other library says so, or
        cannot say otherwise: before version 1.0 of DLPack.

    Raises:
        AttributeError: ``x`` does not speak DLPack.
        BufferError: ``x`` cannot be had like this.
        ValueError: another device is asked for, and ``copy`` is False.

    Example:
        >>> a = np.zeros(2)
        >>> x = ft.from_dlpack(a)
        >>> a[0] = 1
        >>> x.tolist()
        [1.0, 0.0]
    """
    if device is None and copy is None:
        array = _exchange().borrow(x)
        if array is not None:
            return from_numpy(array)
    from_capsule = _exchange().from_capsule
    place = None if device is None else device_argument(device, "from_dlpack")
    if type(x).__name__ == "PyCapsule":
        array, copied = from_capsule(x)
        return _placed(Tensor(array), place, copy, copied)
    for name in ("__dlpack__", "__dlpack_device__"):
        if not hasattr(x, name):
            expected = "an object with __dlpack__ and __dlpack_device__"
            raise AttributeError(errors.message("from_dlpack", "x", expected, type(x).__name__))
    kind, index = map(int, x.__dlpack_device__())
    if kind == _CUDA and (place is None or place.type == "cuda"):
        backend = backend_of_device(Device("cuda", index), "from_dlpack")
        with backend.within(index):  # whose current stream is to wait for the lender's
            return _placed(Tensor(backend.xp.from_dlpack(x)), place, copy, False)
    wanted: dict[str, Any] = {"max_version": (1, 0)}
    if kind not in _CPU:
        wanted["dl_device"] = (1, 0)  # its owner knows best how to get it there
    if copy is not None:
        wanted["copy"] = copy
    try:
        capsule = x.__dlpack__(**wanted)
    except TypeError:  # from before these arguments
        if kind not in _CPU:
            raise
        capsule = x.__dlpack__()
    array, copied = from_capsule(capsule)
    return _placed(Tensor(array), place, copy, copied)


def within_its_device(call: Callable[[Any], Any], x: Tensor) -> Any:
    """What ``call`` makes of the array in a Tensor, its device being the current one: it tells the current stream."""
    array = _exchange().array_inside(x)
    backend = backend_of_array(array)
    assert backend is not None  # Tensors have no other arrays
    with backend.within(backend.device_index(array)):
        return call(array)


def _placed(result: Tensor, place: Device | None, copy: bool | None, copied: bool) -> Tensor:
    """The Tensor where it is wanted, a copy if one is wanted and not made yet."""
    if place is not None and place != result.device:
        if copy is False:
            errors.value_error("from_dlpack", "copy", f"True or None to get from {result.device} to {place}", "False")
        return result.to(place)
    return result.clone() if copy and not copied else result


# Classes --------------------------------------------------------------------------------------------------------


@composed(function=False)
def as_subclass(self: Tensor, cls: type) -> Any:
    """The same memory as an instance of a subclass of Tensor, whose ``__init__`` is not called.

    Args:
        cls: subclass of Tensor.

    Returns:
        Instance of ``cls`` that shares memory and version.

    Raises:
        TypeError: ``cls`` is no subclass of Tensor.

    Example:
        >>> class Named(ft.Tensor):
        ...     name = "weights"
        >>> x = ft.zeros(2).as_subclass(Named)
        >>> x.name, x.tolist()
        ('weights', [0.0, 0.0])
    """
    if not (isinstance(cls, type) and issubclass(cls, Tensor)):
        got = cls.__name__ if isinstance(cls, type) else type(cls).__name__
        errors.type_error("as_subclass", "cls", "a subclass of Tensor", got)
    x = cls.__new__(cls)
    Tensor.__init__(x, self)
    return x


# The standard's array --------------------------------------------------------------------------------------------

_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12", "2025.12")


@composed(function=False)
def __array_namespace__(self: Tensor, /, *, api_version: str | None = None) -> Any:
    """:mod:`flambeau.tensor.array_api`, which has the functions of the array API standard.

    Args:
        api_version: the version of the standard that the caller knows.

    Raises:
        ValueError: there is no such version.
    """
    if api_version is not None and api_version not in _VERSIONS:
        errors.value_error("__array_namespace__", "api_version", "one of " + ", ".join(_VERSIONS), repr(api_version))
    from . import array_api

    return array_api


@composed(function=False)
def to_device(self: Tensor, device: str | Device, /, *, stream: Any = None) -> Tensor:
    """The Tensor on another device: the array API standard's name of :meth:`to`.

    Example:
        >>> x = ft.zeros(2)
        >>> x.to_device("cpu") is x
        True
    """
    if stream is not None:
        errors.value_error("to_device", "stream", "None", repr(stream))
    return self.to(device=device)
