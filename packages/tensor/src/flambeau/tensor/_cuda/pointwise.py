"""Pointwise operators on a GPU: a kernel of its own for every row of the pointwise table, dtype and way operands lie in
memory, generated and compiled when first needed."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import ops
from . import _pointwise as generator
from . import kernel
from ._launch import Kernel
from ._layout import broadcast_shape, find_places, memory_order, overlap
from ._source import is_known

THREADS = generator.THREADS
MOST_PLANS = 4096  # of an operator: shapes it was called with
_NUMBERS = frozenset((int, float, bool, type(None)))


class Plan(NamedTuple):
    """How an operator is run on arrays of given dtypes, shapes and strides."""

    kernel: Kernel
    grid: int
    last: Any  # the kernel's last argument: the number of elements, or where they are
    shape: tuple[int, ...]  # of the result, with its dimensions as they lie in memory
    axes: tuple[int, ...] | None  # which permutation of them is the result
    dtype: np.dtype
    bounds: tuple[int, int] | None  # that numbers must be within
    absent: tuple[Any, ...]  # what stands for None in each argument


@functools.cache
def dense_kernel(name: str, dtype: str, form: str) -> tuple[Kernel, int, int]:
    """The kernel of an operator for contiguous arrays of one shape.

    Its parameters are the operator's arguments, the result, and the number of elements. Numbers are double for float
    dtypes, bool for bool, unsigned long long for uint64, and long long for other integers.

    Args:
        name: of the operator.
        dtype: name of the operands' dtype.
        form: for each argument "a" for an array, or "n" for a number.

    Returns:
        The kernel, the threads of a block, and the elements that a block does.

    Raises:
        KeyError: the operator has no row of the pointwise table for this dtype.
    """
    operation = _operation(name, dtype, form)
    return generator.dense(operation), THREADS, generator.per_block(operation)


@functools.cache
def _operation(name: str, dtype: str, form: str) -> generator.Operation:
    definition = getattr(ops, name).definition
    if definition.cpp is None or dtype not in generator.SIZES or not generator.takes(definition, dtype):
        raise KeyError(f"{name} of {dtype}")
    return generator.single(generator.row_of(definition), dtype, form)


@functools.cache
def _strided_kernel(name: str, dtype: str, form: str, dims: int, index: str, modes: str) -> Kernel:
    return generator.strided(_operation(name, dtype, form), dims, index, modes)


class Pointwise:
    """The kernel of one operator, with the signature of its reference kernel.

    With ``into=``, an array of the result's shape and dtype, the result is written there; it may be one of the
    operands. NotImplemented where it overlaps one otherwise.
    """

    def __init__(self, op: Any) -> None:
        self.op = op
        self.plans: dict[tuple[Any, ...], Any] = {}

    def __call__(self, xp: Any, *values: Any, into: Any = None, **keywords: Any) -> Any:
        if keywords:
            values = (*values, *keywords.values())  # the dispatcher gives them in the operator's order
        key = tuple([
            None if type(v) in _NUMBERS else (v.dtype, v.shape, v.strides, v.data.ptr & 15) for v in values
        ])  # fmt: skip
        if into is not None:
            key = (*key, (into.dtype, into.shape, into.strides, into.data.ptr & 15))
        plan = self.plans.get(key)
        if plan is None:
            if len(self.plans) >= MOST_PLANS:
                self.plans.clear()
            plan = self.plans[key] = self._plan(values, into)
        if plan is NotImplemented:
            return NotImplemented
        if plan.bounds is not None or None in key:
            numbers = _numbers(values, plan)
            if numbers is None:
                return NotImplemented
            values = numbers
        if into is None:
            out = xp.empty(plan.shape, plan.dtype)
            if plan.axes is not None:
                out = out.transpose(plan.axes)
        else:
            if any(overlap(into, v) for v in values if type(v) not in _NUMBERS):
                return NotImplemented
            out = into
        plan.kernel(plan.grid, THREADS, 0, *values, out, plan.last)
        return out

    def _plan(self, values: Sequence[Any], into: Any) -> Any:
        definition = self.op.definition
        kinds = [kind for _, kind in generator.row_of(definition).arguments]
        given = [(v, k) for v, k in zip(values, kinds, strict=True) if type(v) not in _NUMBERS]
        operands = [v for v, k in given if k == "array"]
        shape = broadcast_shape([v.shape for v, _ in given])
        if not operands or shape is None or any(v.dtype != operands[0].dtype for v in operands):
            return NotImplemented
        dtype = operands[0].dtype
        if not is_known(dtype) or not generator.takes(definition, dtype.name):
            return NotImplemented
        if any(k == "number" or (k == "mask" and v.dtype.kind != "b") for v, k in given):
            return NotImplemented
        result = np.dtype(bool) if definition.comparison else dtype
        if into is not None and (into.shape != shape or into.dtype != result):
            return NotImplemented
        form = "".join("n" if type(v) in _NUMBERS else "a" for v in values)
        operation = _operation(self.op.name, dtype.name, form)
        axes = memory_order(operands[0], shape) if into is None else None
        places = find_places([v for v, _ in given], shape, axes, into, operation.width)
        if places is None:
            return NotImplemented
        if places.is_dense:
            chosen, _, per_block = dense_kernel(self.op.name, dtype.name, form)
            count, last = places.size, places.size
        else:
            chosen = _strided_kernel(self.op.name, dtype.name, form, places.dims, places.index, places.modes)
            per_block, count, last = generator.strided_per_block(operation, places.modes), places.count, places.packed
        absent = tuple(_extreme(dtype, definition.cpp_absent.get(p.name)) for p in definition.parameters)
        in_memory = shape if axes is None else tuple(shape[a] for a in axes)
        back = None if axes is None else tuple(int(i) for i in np.argsort(axes))
        bounds = None if dtype.name in generator.FLOATS else _bounds(dtype)
        return Plan(chosen, -(-count // per_block), last, in_memory, back, result, bounds, absent)


def _numbers(values: Sequence[Any], plan: Plan) -> list[Any] | None:
    """The arguments with what stands for None; None when a number is out of the dtype's range."""
    found = []
    for value, absent in zip(values, plan.absent, strict=True):
        if value is None:
            if absent is None:
                return None
            value = absent
        if plan.bounds is not None and type(value) in _NUMBERS:
            low, high = plan.bounds
            if type(value) is float or not low <= value <= high:
                return None
        found.append(value)
    return found


def _bounds(dtype: np.dtype) -> tuple[int, int]:
    if dtype.kind == "b":
        return 0, 1
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def _extreme(dtype: np.dtype, which: str | None) -> Any:
    if which is None:
        return None
    if dtype.name in generator.FLOATS:
        return -math.inf if which == "lowest" else math.inf
    return _bounds(dtype)[which == "highest"]


for _op in ops.records():
    if _op.native or _op.name == "polygamma_of":
        kernel(_op.name)(Pointwise(_op))
