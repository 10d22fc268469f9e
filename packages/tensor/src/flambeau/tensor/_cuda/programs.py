"""Programs of several pointwise operations on a GPU: expressions, and the updates that optimizers make of all
parameters at once. Each is one kernel, generated from the program's steps."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from . import _pointwise as generator
from . import kernel
from ._forms import Forms, Plan
from ._layout import broadcast_shape
from ._overlap import placement
from ._plans import keep
from ._pointwise import Operation
from ._sets import Sets
from ._source import C_TYPES, is_known

# A kernel's parameters are 32764 bytes at most (CUDA C++ Programming Guide, "__global__ function parameters").
TABLE_BYTES = 28 << 10
CAPACITIES = (16, 64, 256)

Description = tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]


def _operation(description: Description, inputs: tuple[str, ...]) -> Operation:
    """A program as an operation on elements; see ``PointwiseProgram.describe``."""
    registers, steps, outputs = description
    names, lines, numbers = [], [], []
    for i, (dtype, operand, is_number) in enumerate(registers):
        kind = C_TYPES[dtype]
        names.append(f"numbers.c{i}" if is_number else f"v{i}")
        if is_number:
            numbers.append(f"    alignas(8) {kind} c{i};\n")
        elif operand >= 0:
            lines.append(f"    const {kind} v{i} = static_cast<{kind}>(a{operand});\n")
    rows = {}
    for name, given, result in steps:
        kind = C_TYPES[registers[result][0]]
        if name == "cast":
            value = names[given[0]]
        else:
            row = rows.setdefault(name, generator.row_of(getattr(ops, name).definition))
            computed = _computed(row, registers, given)
            value = f"scalar::{name}_row<{C_TYPES[computed]}>({', '.join(names[g] for g in given)})"
        lines.append(f"    const {kind} v{result} = static_cast<{kind}>({value});\n")
    lines += [f"    put(r{i}, {names[register]});\n" for i, (register, _) in enumerate(outputs)]
    order = [f"a{i}" for i in range(len(inputs))]
    parameters: tuple[tuple[str, str], ...] = ()
    definitions = ""
    if numbers:
        definitions = f"struct Numbers {{\n{''.join(numbers)}}};\n"
        parameters = (("Numbers", "numbers"),)
        order.append("numbers")
    return Operation(
        label=f"program<{', '.join(inputs)}>({', '.join(name for name, _, _ in steps)})",
        rows=tuple(rows.values()),
        inputs=inputs,
        outputs=tuple(dtype for _, dtype in outputs),
        numbers=parameters,
        order=tuple(order),
        body="".join(lines),
        definitions=definitions,
    )


def _computed(row: generator.Row, registers: tuple[Any, ...], given: tuple[int, ...]) -> str:
    """The dtype that a step computes in: that of its operands."""
    return next(registers[g][0] for g, (_, kind) in zip(given, row.arguments, strict=True) if kind != "mask")


class Program:
    """The kernels of a program, for arrays and for sets of arrays."""

    def __init__(self, description: Description, inputs: tuple[np.dtype, ...]) -> None:
        self.operation = _operation(description, tuple(dtype.name for dtype in inputs))
        self.forms = Forms(self.operation)
        self.plans: dict[tuple[Any, ...], Plan | None] = {}

    def run(self, xp: Any, inputs: Sequence[Any], dtype: np.dtype, numbers: bytes) -> Any:
        """The result for arrays, which broadcast; NotImplemented for what has no kernel."""
        key = tuple([placement(x) for x in inputs])
        try:
            plan = self.plans[key]
        except KeyError:
            plan = keep(self.plans, key, self._plan(inputs))
        if plan is None:
            return NotImplemented
        out = plan.new(xp, dtype)
        plan.kernel(plan.grid, generator.THREADS, 0, *inputs, *([numbers] if numbers else ()), out, plan.last)
        return out

    def _plan(self, inputs: Sequence[Any]) -> Plan | None:
        shape = broadcast_shape([x.shape for x in inputs])
        if shape is None:
            return None
        like = next(x for x in inputs if len(x.shape) == len(shape))
        return self.forms.plan(inputs, shape, like, None)


@functools.lru_cache(maxsize=256)
def _program(description: Description, inputs: tuple[np.dtype, ...]) -> Program:
    return Program(description, inputs)


def _compiled(program: Any) -> Compiled:
    """What this backend made of a program, kept with it."""
    if program.compiled is None:
        program.compiled = Compiled(program)
    return program.compiled


class Compiled:
    """A program, with the numbers it has, and the sets it was run over last."""

    def __init__(self, program: Any) -> None:
        self.inputs = tuple(value.dtype for value in program.inputs)
        description = program.describe()
        self.program = _program(description, self.inputs)
        self.dtypes = [_dtype(name) for _, name in description[2]]
        self._sets: dict[tuple[int, ...], Sets] = {}

    def sets(self, written: tuple[int, ...]) -> Sets:
        """What runs it over sets, writing the operands of these numbers."""
        found = self._sets.get(written)
        if found is None:
            operation = self.program.operation
            kernel = functools.partial(_sets_kernel, operation, written)
            most = TABLE_BYTES // (8 * (2 + len(self.inputs)))
            capacities = (*(c for c in CAPACITIES if c < most), most)
            found = Sets(list(self.inputs), written, generator.per_block(operation), kernel, capacities)
            self._sets[written] = found
        return found


_sets_kernel = functools.lru_cache(maxsize=256)(generator.sets)


def _dtype(name: str) -> np.dtype:
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


@kernel
def pointwise(xp: Any, expression: Any, inputs: Any) -> Any:
    if not all(is_known(x.dtype) for x in inputs):
        return NotImplemented
    program = expression.program_for(tuple([x.dtype for x in inputs]))
    if program is None:
        return NotImplemented
    compiled = _compiled(program)
    return compiled.program.run(xp, inputs, compiled.dtypes[0], program.numbers())


@kernel("pointwise_sets")
def run_sets(xp: Any, program: Any, sets: list[Any], written: tuple[int, ...]) -> Any:
    """Run a program over sets of Tensors, in place; gives those it ran over, those on other devices than the first, and
    those it cannot run over."""
    return _compiled(program).sets(written).run(sets, program.numbers())
