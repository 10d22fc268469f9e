"""Calling a kernel on bare arrays, without the dispatcher: what the strict tests do.

The dispatcher checks and normalises arguments by kind; this is the short form of that, for arguments known to be good.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from typing import Any

import ml_dtypes
import numpy as np

from .._schema import Definition, Kind

__all__ = ["call_kernel"]

_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
_DEFAULT_FLOAT = np.dtype(np.float32)


def call_kernel(
    definition: Definition,
    xp: Any,
    args: tuple,
    kwargs: dict[str, Any],
    within: contextlib.AbstractContextManager = contextlib.nullcontext(),  # noqa: B008  (it has no state)
) -> Any:
    """Run the check and the kernel of an operator.

    Args:
        definition: the operator as declared.
        xp: the array namespace.
        args: its arguments, with bare arrays of ``xp`` for Tensors.
        kwargs: the same.
        within: the context in which the kernel, but not the check before it, runs.
    """
    bound = _bind(definition, args, kwargs)
    values = normalise(definition, xp, bound)
    if definition.check_function is not None:
        values = list(definition.check_function(*values) or values)
    positional = [v for v, p in zip(values, definition.parameters, strict=True) if not p.keyword_only]
    keywords = {
        p.name: v
        for v, p in zip(values, definition.parameters, strict=True)
        if p.keyword_only and p.kind is not Kind.DEVICE
    }
    with within:
        return definition.kernel(xp, *positional, **keywords)


def _bind(definition: Definition, args: tuple, kwargs: dict[str, Any]) -> list[Any]:
    """All arguments in order; a varargs parameter comes first or right after the array."""
    rest = dict(kwargs)
    names = [p.name for p in definition.parameters]
    variadic = [i for i, p in enumerate(definition.parameters) if p.kind in (Kind.SHAPE, Kind.DIM_ORDER)]
    if variadic and len(args) > variadic[0] and not isinstance(args[variadic[0]], (tuple, list)):
        args = (*args[: variadic[0]], tuple(args[variadic[0] :]))
    bound = list(args)
    for name, parameter in list(zip(names, definition.parameters, strict=True))[len(args) :]:
        bound.append(rest.pop(name, parameter.default))
    if rest or any(value is inspect.Parameter.empty for value in bound):
        raise TypeError(f"operator {definition.name}: the arguments {args}, {kwargs} do not fit {names}")
    return bound


def normalise(definition: Definition, xp: Any, bound: list[Any]) -> list[Any]:
    """The arguments as a kernel gets them."""
    arrays = [v for v in _flat(bound) if _is_array(v)]
    ndim = arrays[0].ndim if arrays else 0
    values = [_normal(p.kind, v, ndim) for v, p in zip(bound, definition.parameters, strict=True)]
    return _promoted(definition, xp, values) if definition.promote else values


def _flat(values: Any) -> Any:
    for value in values:
        if isinstance(value, (tuple, list)):
            yield from _flat(value)
        else:
            yield value


def _is_array(value: Any) -> bool:
    return hasattr(value, "dtype") and hasattr(value, "shape")


def _dim(dim: int, ndim: int) -> int:
    return dim % max(ndim, 1)


def _normal(kind: Kind, value: Any, ndim: int) -> Any:
    if value is None:
        return None
    if kind in (Kind.DIM, Kind.OPTIONAL_DIM):
        return _dim(value, ndim)
    if kind is Kind.DIMS:
        dims = value if isinstance(value, (tuple, list)) else (value,)
        return tuple(sorted(_dim(d, ndim) for d in dims)) if ndim else ()
    if kind is Kind.DIM_ORDER:
        return tuple(_dim(d, ndim) for d in value)
    if kind is Kind.NEW_DIM:
        return _dim(value, ndim + 1)
    if kind is Kind.SHAPE:
        return tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if kind is Kind.PAIR:
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if kind is Kind.DTYPE:
        return _DEFAULT_FLOAT if value is float else np.dtype(value)
    return tuple(value) if kind is Kind.ARRAYS else value


def _is_float(dtype: np.dtype) -> bool:
    return dtype.kind == "f" or dtype == _BFLOAT16


def _meet(a: np.dtype, b: np.dtype) -> np.dtype:
    """The dtype of two operands; samples mix only bool with others."""
    return b if a.kind == "b" else a


def _promoted(definition: Definition, xp: Any, values: list[Any]) -> list[Any]:
    """The operands in the dtype the operator computes in."""
    operands = [
        (i, v)
        for i, (v, p) in enumerate(zip(values, definition.parameters, strict=True))
        if p.kind <= Kind.ARRAYS and v is not None
    ]
    dtype = functools.reduce(_meet, [a.dtype for a in _flat([v for _, v in operands]) if _is_array(a)], np.dtype(bool))
    for number in _flat([v for _, v in operands]):
        if isinstance(number, float) and not _is_float(dtype):
            dtype = _DEFAULT_FLOAT
        elif isinstance(number, int) and not isinstance(number, bool) and dtype.kind == "b":
            dtype = np.dtype(np.int64)
    if definition.promote == "float" and not _is_float(dtype):
        dtype = _DEFAULT_FLOAT
    converted = list(values)
    for i, value in operands:
        if isinstance(value, tuple):
            converted[i] = tuple(v.astype(dtype) if v.dtype != dtype else v for v in value)
        elif _is_array(value):
            converted[i] = value if value.dtype == dtype else value.astype(dtype)
        elif dtype == _BFLOAT16:  # NumPy would let the number widen it
            converted[i] = xp.asarray(value, dtype=dtype)
    return converted
