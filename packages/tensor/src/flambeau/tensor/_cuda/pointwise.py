"""Pointwise operators on a GPU: a kernel of its own for every row of the pointwise table, dtype and way operands lie in
memory, generated and compiled when first needed."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import ops
from . import _pointwise as generator
from . import kernel
from ._forms import Forms, Plan
from ._launch import Kernel
from ._layout import broadcast_shape
from ._overlap import overlap, placement
from ._plans import keep
from ._source import is_known

_NUMBERS = frozenset((int, float, bool, complex, type(None)))


@functools.cache
def forms(name: str, dtype: str, form: str) -> Forms:
    """The kernels of an operator for operands of a dtype.

    Args:
        name: of the operator.
        dtype: its name.
        form: for each argument "a" for an array, or "n" for a number.

    Raises:
        KeyError: the operator has no row of the pointwise table for this dtype.
    """
    definition = getattr(ops, name).definition
    if definition.cpp is None or dtype not in generator.SIZES or not generator.takes(definition, dtype):
        raise KeyError(f"{name} of {dtype}")
    return Forms(generator.single(generator.row_of(definition), dtype, form))


def dense_kernel(name: str, dtype: str, form: str) -> tuple[Kernel, int, int]:
    """The kernel of an operator for contiguous arrays of one shape; for arguments and errors see :func:`forms`.

    Its parameters are the operator's arguments, the result, and the number of elements. Numbers are double for float
    dtypes, bool for bool, unsigned long long for uint64, and long long for other integers.

    Returns:
        The kernel, the threads of a block, and the elements that a block does.
    """
    found = forms(name, dtype, form)
    return found.dense, generator.THREADS, found.per_block


def quick_way(array_type: type, new: Callable[..., Any]) -> tuple[Any, ...]:
    """How arrays of a type, made by ``new(shape, dtype)``, take the quick way: see :func:`._quick.use`."""
    return array_type, new, _found, _calls


def _found(name: str, dtype: np.dtype, form: str) -> tuple[Kernel, int, int] | None:
    try:
        return dense_kernel(name, dtype.name, form)
    except KeyError:
        return None


class Call(NamedTuple):
    """How an operator is run on arguments of given dtypes, shapes and strides."""

    plan: Plan
    dtype: np.dtype  # of the result
    bounds: tuple[int, int, tuple[type, ...]] | None  # that numbers must be within, and of which types
    absent: tuple[Any, ...]  # what stands for None in each argument


class Pointwise:
    """The kernel of one operator, with the signature of its reference kernel.

    With ``into=``, an array of the result's shape and dtype, the result is written there; it may be one of the
    operands. NotImplemented where it overlaps one otherwise.
    """

    def __init__(self, op: Any) -> None:
        self.op = op
        self.calls: dict[tuple[Any, ...], Call | None] = {}

    def __call__(self, xp: Any, *values: Any, into: Any = None, **keywords: Any) -> Any:
        if keywords:
            values = (*values, *keywords.values())  # as the operator has them: in its parameters' order
        key = tuple([None if type(v) in _NUMBERS else placement(v) for v in values])
        if into is not None:
            key = (*key, placement(into))
        try:
            call = self.calls[key]
        except KeyError:
            call = keep(self.calls, key, self._call(values, into))
        given = values if call is None or None not in key else _numbers(values, call)
        if call is None or given is None:
            return NotImplemented
        plan = call.plan
        if into is None:
            into = plan.new(xp, call.dtype)
        elif any(overlap(into, v) for v in values if type(v) not in _NUMBERS):
            return NotImplemented
        plan.kernel(plan.grid, generator.THREADS, 0, *given, into, plan.last)
        return into

    def in_place(self, xp: Any, input: Any, *values: Any, **keywords: Any) -> Any:
        """The kernel in place."""
        return self(xp, input, *values, into=input, **keywords)

    def _call(self, values: Sequence[Any], into: Any) -> Call | None:
        definition = self.op.definition
        kinds = [kind for _, kind in generator.row_of(definition).arguments]
        given = [(v, k) for v, k in zip(values, kinds, strict=True) if type(v) not in _NUMBERS]
        arrays = [v for v, _ in given]
        operands = [v for v, k in given if k == "array"]
        if not operands or any(k == "number" or (k == "mask" and v.dtype.kind != "b") for v, k in given):
            return None
        dtype, shape = operands[0].dtype, broadcast_shape([v.shape for v in arrays])
        if shape is None or any(v.dtype != dtype for v in operands):
            return None
        if not is_known(dtype) or not generator.takes(definition, dtype.name):
            return None
        result = np.dtype(bool) if definition.comparison else dtype
        if into is not None and (into.shape != shape or into.dtype != result):
            return None
        form = "".join("n" if type(v) in _NUMBERS else "a" for v in values)
        plan = forms(self.op.name, dtype.name, form).plan(arrays, shape, operands[0], into)
        if plan is None:
            return None
        bounds = None if dtype.name in generator.FLOATS else _bounds(dtype)
        absent = tuple(_extreme(dtype, definition.cpp_absent.get(p.name)) for p in definition.parameters)
        return Call(plan, result, bounds, absent)


def _numbers(values: Sequence[Any], call: Call) -> list[Any] | None:
    """The arguments with what stands for None; None when a number is complex, or none of the dtype's."""
    found = []
    for value, absent in zip(values, call.absent, strict=True):
        if value is None:
            if absent is None:
                return None
            value = absent
        if type(value) is complex:
            return None
        if call.bounds is not None and type(value) in _NUMBERS:
            low, high, kinds = call.bounds
            if type(value) not in kinds or not low <= value <= high:
                return None
        found.append(value)
    return found


def _bounds(dtype: np.dtype) -> tuple[int, int, tuple[type, ...]]:
    if dtype.kind == "b":
        return 0, 1, (bool,)
    info = np.iinfo(dtype)
    return int(info.min), int(info.max), (int, bool)


def _extreme(dtype: np.dtype, which: str | None) -> Any:
    """The least or greatest value of a dtype: a bound that bounds nothing."""
    if which is None:
        return None
    if dtype.name in generator.FLOATS:
        return -math.inf if which == "lowest" else math.inf
    return _bounds(dtype)[which == "highest"]


_by_name: dict[str, Pointwise] = {}


def _calls(name: str) -> dict[tuple[Any, ...], Call | None]:
    """How an operator was run before."""
    return _by_name[name].calls


for _op in ops.records():
    if _op.native or _op.name == "polygamma_of":
        _by_name[_op.name] = Pointwise(_op)
        kernel(_op.name)(_by_name[_op.name])
        kernel(f"{_op.name}_")(_by_name[_op.name].in_place)
