"""Constants, data types and what is asked about them."""

from __future__ import annotations

import math
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

e, inf, nan, newaxis, pi = math.e, math.inf, math.nan, None, math.pi

bool = ft.bool_
int8, int16, int32, int64 = ft.int8, ft.int16, ft.int32, ft.int64
uint8, uint16, uint32, uint64 = ft.uint8, ft.uint16, ft.uint32, ft.uint64
float32, float64, complex64, complex128 = ft.float32, ft.float64, ft.complex64, ft.complex128

KINDS: dict[str, tuple[np.dtype, ...]] = {
    "bool": (bool,),
    "signed integer": (int8, int16, int32, int64),
    "unsigned integer": (uint8, uint16, uint32, uint64),
    "real floating": (float32, float64),
    "complex floating": (complex64, complex128),
}
KINDS["integral"] = KINDS["signed integer"] + KINDS["unsigned integer"]
KINDS["numeric"] = KINDS["integral"] + KINDS["real floating"] + KINDS["complex floating"]
# What the standard has no name for, but is of one of its kinds.
_FURTHER = {"real floating": (ft.float16, ft.bfloat16), "numeric": (ft.float16, ft.bfloat16)}


def astype(x: ft.Tensor, dtype: Any, /, *, copy: Any = True, device: Any = None) -> ft.Tensor:
    """The elements in another dtype; complex numbers do not become real."""
    if x.dtype.kind == "c" and np.dtype(dtype).kind != "c":
        errors.dtype_error(
            "astype", "dtype", "a complex dtype for complex elements", np.dtype(dtype).name, "use real()"
        )
    return x.to(dtype=dtype, device=device, copy=copy)


def can_cast(from_: Any, to: Any, /) -> Any:
    """Whether promotion leads from one dtype to another, within their kind."""
    source, target = _dtype(from_), _dtype(to)
    if source == target:
        return True
    ordered = [isdtype(source, kind) and isdtype(target, kind) for kind in ("integral", "real floating")]
    complex_too = isdtype(target, "complex floating") and isdtype(source, ("real floating", "complex floating"))
    return (np.any(ordered).item() or complex_too) and ft.promote_types(source, target) == target


def finfo(type: Any, /) -> Any:
    """The limits of a floating dtype: see :func:`flambeau.tensor.finfo`."""
    return ft.finfo(type)


def iinfo(type: Any, /) -> Any:
    """The limits of an integer dtype: see :func:`flambeau.tensor.iinfo`."""
    return ft.iinfo(type)


def isdtype(dtype: Any, kind: Any) -> Any:
    """Whether a dtype is another, of a kind, or of one of several."""
    if isinstance(kind, tuple):
        return np.any([isdtype(dtype, one) for one in kind]).item()
    if isinstance(kind, str):
        if kind not in KINDS:
            errors.value_error("isdtype", "kind", "one of " + ", ".join(map(repr, KINDS)), repr(kind))
        return dtype in KINDS[kind] + _FURTHER.get(kind, ())
    return np.dtype(dtype) == np.dtype(kind)


def result_type(*arrays_and_dtypes: Any) -> np.dtype:
    """The dtype in which arrays, dtypes and Python numbers meet."""
    numbers = [x for x in arrays_and_dtypes if isinstance(x, (int, float, complex))]  # True is an int
    dtypes = [_dtype(x) for x in arrays_and_dtypes if not isinstance(x, (int, float, complex))]
    if not dtypes:
        errors.value_error("result_type", None, "at least one array or dtype", "none")
    found = dtypes[0]
    for dtype in dtypes[1:]:
        found = ft.promote_types(found, dtype)
    for number in numbers:
        found = _met(found, number)
    return found


def _met(dtype: np.dtype, number: complex) -> np.dtype:
    """A Python number has a kind, and no width."""
    if isinstance(number, int):
        return int64 if dtype == bool and number is not True and number is not False else dtype
    if not isdtype(dtype, ("real floating", "complex floating")):
        dtype = ft.get_default_dtype()
    if isinstance(number, float) or dtype.kind == "c":
        return dtype
    return complex128 if dtype == float64 else complex64


def _dtype(value: Any) -> np.dtype:
    return value.dtype if isinstance(value, ft.Tensor) else np.dtype(value)
