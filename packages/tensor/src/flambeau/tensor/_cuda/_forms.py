"""Which of an operation's kernels serves given arrays, and what it is launched with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .._memory_format import inverse, memory_order
from . import _pointwise as generator
from ._launch import Kernel
from ._layout import find_places


class Plan(NamedTuple):
    """How an operation is run on arrays of given shapes and strides."""

    kernel: Kernel
    grid: int
    last: Any  # the kernel's last argument: the number of elements, or where they are
    shape: tuple[int, ...]  # of a new result, with its dimensions as they lie in memory
    axes: tuple[int, ...] | None  # the permutation of them that the result is

    def new(self, xp: Any, dtype: np.dtype) -> Any:
        """Memory for the result."""
        out = xp.empty(self.shape, dtype)
        return out if self.axes is None else out.transpose(self.axes)


class Forms:
    """The kernels of an operation of one result, for arrays."""

    def __init__(self, operation: generator.Operation) -> None:
        self.operation = operation
        self.dense = generator.dense(operation)
        self.per_block = generator.per_block(operation)
        self._strided: dict[tuple[int, str, str], Kernel] = {}

    def plan(self, arrays: Sequence[Any], shape: tuple[int, ...], like: Any, into: Any) -> Plan | None:
        """How to run it on arrays that broadcast to a shape.

        Args:
            arrays: the operands.
            shape: what they broadcast to.
            like: the array whose order of dimensions a new result has, or None for C's.
            into: the array that the result is written to, or None for a new one.

        Returns:
            The plan, or None where there is no kernel for arrays that lie in memory so.
        """
        axes = memory_order(like, shape) if into is None and like is not None else None
        places = find_places(arrays, shape, axes, into, self.operation.width)
        if places is None:
            return None
        if places.is_dense:
            kernel, count, per_block, last = self.dense, places.size, self.per_block, places.size
        else:
            form = (places.dims, places.index, places.modes)
            kernel = self._strided.get(form)
            if kernel is None:
                kernel = self._strided[form] = generator.strided(self.operation, *form)
            count, per_block = places.count, generator.strided_per_block(self.operation, places.modes)
            last = places.packed
        if axes is None:
            return Plan(kernel, -(-count // per_block), last, shape, None)
        return Plan(kernel, -(-count // per_block), last, tuple(shape[a] for a in axes), inverse(axes))
