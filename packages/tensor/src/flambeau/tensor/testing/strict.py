"""Arrays that behave like those on a GPU, in plain NumPy: what runs on them is what CuPy can run.

:data:`strict_xp` stands in for the array namespace. It has only what CuPy has too, by name and by keyword, and its
arrays refuse everything that would silently copy from the device to the host (``float(x)``, ``if x:``, iterating,
``numpy.asarray(x)``), that mixes in NumPy arrays, that mixes two devices, or that computes on another device than the
current one:

>>> from flambeau.tensor.testing.strict import StrictError, strict_xp
>>> x = strict_xp.arange(3)
>>> x + 1
StrictArray([1, 2, 3], device='strict:0')
>>> float(x[0])
Traceback (most recent call last):
    ...
flambeau.tensor.testing.strict.StrictError: float(): expected no implicit copy from the device to the host, ...
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from .. import errors
from . import _strict_names as names

__all__ = ["StrictArray", "StrictError", "StrictNamespace", "asynchronous", "current_device", "register", "strict_xp"]

DEVICES = 2

_current = 0
_asynchronous = False


class StrictError(TypeError):
    """Something that works on NumPy arrays and would not on a GPU's."""


def _refuse(operation: str, expected: str, got: str, fix: str | None = None) -> NoReturn:
    raise StrictError(errors.message(operation, None, expected, got, fix))


@contextlib.contextmanager
def current_device(index: int) -> Iterator[None]:
    """Within ``with current_device(1):`` new arrays are made on device 1, and only those there can be computed with."""
    global _current
    if not 0 <= index < DEVICES:
        errors.device_error("current_device", "index", f"0 to {DEVICES - 1}", str(index))
    previous, _current = _current, index
    try:
        yield
    finally:
        _current = previous


@contextlib.contextmanager
def asynchronous() -> Iterator[None]:
    """Within the block explicit copies to the host (``item()``, ``xp.asnumpy``) are refused too: kernels run in it.

    The checks before a kernel may look at a value, at the price of waiting for the device; kernels may not.
    """
    global _asynchronous
    previous, _asynchronous = _asynchronous, True
    try:
        yield
    finally:
        _asynchronous = previous


class _Call:
    """One call of a NumPy function: strict arrays are unwrapped on the way in and wrapped on the way out."""

    def __init__(self, operation: str, index: int | None = None):
        self.operation = operation
        self.index = index
        self.seen: list[StrictArray] = []

    def unwrap(self, value: Any) -> Any:
        if isinstance(value, StrictArray):
            if self.index is not None and value.device_index != self.index:
                _refuse(self.operation, f"arrays on device strict:{self.index}", f"one on strict:{value.device_index}")
            self.index = value.device_index
            self.seen.append(value)
            return value._array
        if isinstance(value, np.ndarray):
            _refuse(self.operation, "StrictArray", "numpy.ndarray", "copy it to the device with xp.asarray()")
        if isinstance(value, (tuple, list)):
            return type(value)(self.unwrap(v) for v in value)
        if isinstance(value, slice):
            return slice(self.unwrap(value.start), self.unwrap(value.stop), self.unwrap(value.step))
        return value

    def wrap(self, result: Any) -> Any:
        if isinstance(result, (np.ndarray, np.generic)):
            for array in self.seen:
                if array._array is result:  # out= gives back the very object it was given
                    return array
            return StrictArray(np.asarray(result), _current if self.index is None else self.index)
        if isinstance(result, tuple):
            return tuple(self.wrap(part) for part in result)
        if isinstance(result, list):
            return [self.wrap(part) for part in result]
        return result

    def must_be_current(self) -> None:
        """Refuse arrays that are not on the current device, which is the one that CuPy computes on."""
        if self.index not in (None, _current):
            here, there = f"arrays on the current device, strict:{_current}", f"some on strict:{self.index}"
            _refuse(self.operation, here, there, "enter it first")

    def only_looks(self, result: Any) -> bool:
        """Whether all arrays of a result are views of the arrays that were given."""
        parts = result if isinstance(result, (tuple, list)) else (result,)
        owners = [array.base for array in self.seen]
        return all(any(part.base is o for o in owners) for part in parts if isinstance(part, (np.ndarray, np.generic)))

    def run(self, function: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
        plain = [self.unwrap(a) for a in args]
        named = {name: self.unwrap(v) for name, v in kwargs.items()}
        looks = self.operation.rpartition(".")[2] in names.LOOKS
        if not looks:
            self.must_be_current()
        with np.errstate(all="ignore"):  # a GPU does not warn
            result = function(*plain, **named)
        if looks and not self.only_looks(result):
            self.must_be_current()
        return self.wrap(result)


def _check_call(operation: str, signature: names.Signature, args: tuple, kwargs: dict[str, Any]) -> None:
    if len(args) > len(signature.positional) and not signature.variadic:
        _refuse(operation, f"at most {len(signature.positional)} positional arguments, as in CuPy", str(len(args)))
    unknown = sorted(set(kwargs) - signature.keywords)
    if unknown:
        _refuse(operation, f"only CuPy's keywords {', '.join(sorted(signature.keywords))}", ", ".join(unknown))
    if kwargs.get("kind") not in (None, "stable"):
        _refuse(operation, "kind None or 'stable', as in CuPy", repr(kwargs["kind"]))


class _Memory:
    """The place of an array's first element."""

    __slots__ = ("device_id", "ptr")

    def __init__(self, ptr: int, device_id: int):
        self.ptr = ptr
        self.device_id = device_id


class StrictArray:
    """An array on a pretended device, ``strict:0`` or ``strict:1``.

    Args:
        array: the NumPy array that holds the values; the memory is shared.
        device_index: the number of the device.
    """

    __slots__ = ("__weakref__", "_array", "device_index")
    __hash__ = None  # type: ignore[assignment]  # as ndarray has it
    # NumPy's own operators and functions must not take these arrays apart: they ask here first, and are refused.
    __array_ufunc__ = None

    def __init__(self, array: np.ndarray, device_index: int = 0):
        self._array = array.view()  # a view always, so that `base` is the owner of the memory
        self.device_index = device_index

    def __array_function__(self, function, types, args, kwargs):
        _refuse(f"numpy.{function.__name__}", "numpy.ndarray", "StrictArray", "call the function of xp")

    def __getattr__(self, name: str) -> Any:
        if name in names.ATTRIBUTES:
            return getattr(self._array, name)
        if name in names.METHODS:
            return lambda *args, **kwargs: self._call(name, args, kwargs)
        if name.startswith("__"):
            raise AttributeError(name)
        if hasattr(np.ndarray, name):
            _refuse(f"ndarray.{name}", "an attribute that CuPy arrays have and kernels may use", name)
        raise AttributeError(f"'StrictArray' object has no attribute '{name}'")

    def _call(self, name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
        operation = f"ndarray.{name}"
        _check_call(operation, names.METHODS[name], args, kwargs)
        call = _Call(operation, self.device_index)
        call.seen.append(self)
        return call.run(getattr(self._array, name), args, kwargs)

    def item(self) -> Any:
        """The one element as a Python number: an explicit copy to the host, which kernels must do without."""
        if _asynchronous:
            _refuse("ndarray.item", "no copy from the device to the host inside a kernel", "one", "stay in xp")
        return self._array.item()

    @property
    def data(self) -> _Memory:
        """Where the elements are, for kernels: ``x.data.ptr``, as CuPy has it."""
        return _Memory(self._array.ctypes.data, self.device_index)

    @property
    def _c_contiguous(self) -> bool:
        """Whether elements lie one after the other: what compiled code asks CuPy's arrays, ``flags`` being slow."""
        return self._array.flags.c_contiguous

    @property
    def base(self) -> np.ndarray:
        """What owns the memory: the same object for all arrays that share it."""
        return self._array.base

    @property
    def T(self) -> StrictArray:
        """The array with its dimensions reversed."""
        return StrictArray(self._array.T, self.device_index)

    @property
    def real(self) -> StrictArray:
        """The real parts: a view."""
        return StrictArray(self._array.real, self.device_index)

    @property
    def imag(self) -> StrictArray:
        """The imaginary parts: a view of those of complex elements, new zeros for others."""
        if self._array.dtype.kind != "c":
            _Call("ndarray.imag", self.device_index).must_be_current()
        return StrictArray(self._array.imag, self.device_index)

    @property
    def flags(self) -> Any:
        """The memory layout flags."""
        return self._array.flags

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, index: Any) -> StrictArray:
        call = _Call("ndarray.__getitem__", self.device_index)
        plain = call.unwrap(index)
        result = self._array[plain]
        if isinstance(result, np.generic):  # CuPy gives a 0-d view where NumPy gives a scalar
            result = self._array[(*plain, ...) if isinstance(plain, tuple) else (plain, ...)]
        if result.base is not self.base:
            call.must_be_current()
        return call.wrap(result)

    def __setitem__(self, index: Any, value: Any) -> None:
        call = _Call("ndarray.__setitem__", self.device_index)
        call.must_be_current()
        self._array[call.unwrap(index)] = call.unwrap(value)

    def __repr__(self) -> str:
        return f"StrictArray({np.array2string(self._array, separator=', ')}, device='strict:{self.device_index}')"

    def __copy__(self) -> StrictArray:
        return StrictArray(self._array.copy(), self.device_index)

    def __deepcopy__(self, memo: dict) -> StrictArray:
        return self.__copy__()


def _refused_method(name: str, operation: str) -> Callable:
    def method(self, *args, **kwargs):
        _refuse(operation, "no implicit copy from the device to the host", "one", "stay in xp, or say xp.asnumpy()")

    method.__name__ = name
    return method


for _name, _operation in {
    "__array__": "numpy.asarray",
    "__bool__": "bool",
    "__complex__": "complex",
    "__contains__": "in",
    "__float__": "float",
    "__index__": "operator.index",
    "__int__": "int",
    "__iter__": "iter",
    "__round__": "round",
    "tolist": "ndarray.tolist",
    "tobytes": "ndarray.tobytes",
}.items():
    setattr(StrictArray, _name, _refused_method(_name, _operation))


def _operator_method(name: str) -> Callable:
    inplace = name.startswith("__i") and name != "__invert__"

    def method(self, *others):
        call = _Call(f"ndarray.{name}", self.device_index)
        for other in others:
            if not isinstance(other, (StrictArray, np.ndarray, np.generic, int, float, complex)):
                return NotImplemented
        result = call.run(getattr(self._array, name), others, {})
        return self if inplace else result

    method.__name__ = name
    return method


_BINARY = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
_OPERATORS = [f"{prefix}{_name}" for _name in _BINARY for prefix in ("", "r", "i")]
_OPERATORS += "eq ne lt le gt ge neg pos abs invert".split()
for _name in _OPERATORS:
    setattr(StrictArray, f"__{_name}__", _operator_method(f"__{_name}__"))


class _Ufunc:
    """A universal function with CuPy's keywords only."""

    def __init__(self, name: str):
        self.name = name
        self._ufunc = getattr(np, name)

    def __call__(self, *args, **kwargs):
        unknown = sorted(set(kwargs) - names.UFUNC_KEYWORDS)
        if unknown:
            _refuse(self.name, f"only CuPy's keywords {', '.join(sorted(names.UFUNC_KEYWORDS))}", ", ".join(unknown))
        if self.name.startswith("logical_") and any(a.dtype.kind == "c" for a in args if hasattr(a, "dtype")):
            _refuse(self.name, "no complex numbers, as in CuPy", "some", "compare them with 0 first")
        return _Call(self.name).run(self._ufunc, args, kwargs)

    def __getattr__(self, method: str) -> Callable:
        if method == "at" and self.name in names.UFUNCS_WITH_AT:
            return self._at
        if hasattr(self._ufunc, method) and not method.startswith("_"):
            _refuse(f"{self.name}.{method}", "a method that CuPy's ufunc has", method)
        raise AttributeError(method)

    def _at(self, target: StrictArray, places: Any, *values: Any) -> None:
        dtype = target.dtype.name
        if dtype not in names.UFUNCS_WITH_AT[self.name]:
            _refuse(f"{self.name}.at", "a dtype that CuPy has atomic instructions for", dtype, "see _helpers.add_at")
        _Call(f"{self.name}.at").run(self._ufunc.at, (target, places, *values), {})


class _StrideTricks:
    @staticmethod
    def as_strided(x: StrictArray, shape: Any = None, strides: Any = None) -> StrictArray:
        return StrictArray(np.lib.stride_tricks.as_strided(x._array, shape, strides), x.device_index)


class _Lib:
    stride_tricks = _StrideTricks()


class _Submodule:
    """``xp.linalg`` or ``xp.fft``, as far as CuPy has its functions too."""

    def __init__(self, name: str, signatures: dict[str, names.Signature]):
        self._name, self._signatures = name, signatures

    def __getattr__(self, name: str) -> Callable:
        path = f"{self._name}.{name}"
        if name not in self._signatures:
            _refuse(f"xp.{path}", "a function on the list shared by NumPy and CuPy", name, "see _strict_names.py")
        signature, original = self._signatures[name], getattr(getattr(np, self._name), name)

        def function(*args, **kwargs):
            _check_call(path, signature, args, kwargs)
            return _Call(path).run(original, args, kwargs)

        return function


class StrictNamespace:
    """The array namespace of strict arrays: NumPy's functions, as far as CuPy has them too."""

    lib = _Lib()
    linalg = _Submodule("linalg", names.LINALG)
    fft = _Submodule("fft", names.FFT)
    ndarray = StrictArray

    @staticmethod
    def asnumpy(array: StrictArray) -> np.ndarray:
        """An explicit copy from the device to the host."""
        if _asynchronous:
            _refuse("asnumpy", "no copy from the device to the host inside a kernel", "one", "stay in xp")
        return array._array.copy()

    def __getattr__(self, name: str) -> Any:
        value = self._find(name)
        setattr(self, name, value)
        return value

    def _find(self, name: str) -> Any:
        if name in names.UFUNCS:
            return _Ufunc(name)
        if name in names.FUNCTIONS:
            return _function(name)
        if name in names.CONSTANTS or name in names.TYPES:
            return getattr(np, name)
        if not name.startswith("_") and hasattr(np, name):
            _refuse(f"xp.{name}", "a function on the list shared by NumPy and CuPy", name, "see _strict_names.py")
        raise AttributeError(name)


def _function(name: str) -> Callable:
    signature, original = names.FUNCTIONS[name], getattr(np, name)

    def function(*args, **kwargs):
        _check_call(name, signature, args, kwargs)
        call = _Call(name)
        if name in ("array", "asarray") and isinstance(args[0], np.ndarray):  # the explicit copy to the device
            return call.wrap(np.array(args[0], kwargs.get("dtype", args[1] if len(args) > 1 else None), copy=True))
        result = call.run(original, args, kwargs)
        # CuPy has no selection among elements of bfloat16.
        return result.astype("float32") if name == "where" and result.dtype.name == "bfloat16" else result

    function.__name__ = name
    return function


strict_xp = StrictNamespace()


def _asarray(array: np.ndarray, index: int | None) -> StrictArray:
    return StrictArray(array.copy(order="K"), _current if index is None else index)


def _on(index: int | None) -> contextlib.AbstractContextManager | None:
    """The context in which a device is the current one; None where it is already."""
    return None if index in (None, _current) else current_device(index)


def register() -> None:
    """Make the devices ``strict:0`` and ``strict:1`` usable: Tensors on them run the reference kernels strictly."""
    from .._backends import Backend, register_backend

    register_backend(
        Backend(
            name="strict",
            array_type=StrictArray,
            xp=strict_xp,
            asarray=_asarray,
            asnumpy=strict_xp.asnumpy,
            device_index=lambda array: array.device_index,
            on=_on,
        )
    )
