"""Mutants of the pointwise table, of reference kernels behind it, and of composites.

A row's expression is C++, which cannot change in a process. Its mutants are computed in NumPy as the compiled row would
be, and shown to the operator's values test in the place of its result.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import _reference, ops
from flambeau.tensor.testing import assert_close, opdb
from flambeau.tensor.testing._kernels import call_kernel, normalise
from mutant import Mutant
from transform import applied, mutations

FOLDER = str(Path(_reference.__file__).parent)
ROWS = [op for op in ops.records() if op.definition.cpp is not None]
KERNELS = [op for op in ops.records() if inspect.getsource(op.definition.kernel).startswith("@pointwise")]
FUSED = [op for op in ops.records() if op.composite is not None]


# Expressions ----------------------------------------------------------------------------------------------------


def python_of(cpp: str) -> str:
    """The expression of a row in Python: choices become calls, and what compares or combines is put in brackets."""
    cpp = re.sub(r"static_cast<\w+>", "", cpp).replace("-INFINITY", "-T(inf)")
    return _choice(cpp.strip())


def _choice(text: str) -> str:
    """``a ? b : c``, from the outermost one on."""
    question = _outside(text, "?")
    if question < 0:
        return _combination(text)
    colon = _outside(text, ":", question + 1)
    parts = text[:question], text[question + 1 : colon], text[colon + 1 :]
    return f"select({', '.join(_choice(p.strip()) for p in parts)})"


def _combination(text: str) -> str:
    for sign, function in (("||", "either"), ("&&", "both")):
        at = _outside(text, sign)
        if at >= 0:
            return f"{function}({_combination(text[:at].strip())}, {_combination(text[at + 2 :].strip())})"
    return re.sub(r"\(((?:[^()]|\([^()]*\))*\?(?:[^()]|\([^()]*\))*)\)", lambda m: f"({_choice(m[1])})", text)


def _outside(text: str, sign: str, start: int = 0) -> int:
    """Where a sign first stands outside of brackets; of nested choices the colon that belongs to this one."""
    depth = nested = 0
    for i in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0 and sign == ":" and text[i] == "?":
            nested += 1
        elif depth == 0 and text.startswith(sign, i):
            if not nested:
                return i
            nested -= 1
    return -1


def _slope(name: str) -> Callable:
    return lambda x: getattr(ops, name)(ft.ones_like(ft.from_numpy(x)), ft.from_numpy(x)).numpy()


def _of(name: str) -> Callable:
    return lambda *args: getattr(ops, name)(
        *[ft.tensor(a) if np.ndim(a) or i == 0 else a for i, a in enumerate(args)]
    ).numpy()


NAMES = {
    "select": np.where, "T": lambda x: x, "inf": np.inf, "both": np.logical_and, "either": np.logical_or,
    "absolute": np.abs, "minimum": np.minimum, "maximum": np.maximum, "negate": np.negative, "divide": np.divide,
    "invert": np.invert, "shift_left": _of("bitwise_left_shift"), "shift_right": _of("bitwise_right_shift"),
    "greatest_divisor": np.gcd, "least_multiple": np.lcm, "rint": np.rint, "log_sigmoid": _of("logsigmoid"),
    "gelu": _of("gelu_exact"), "silu_slope": _slope("silu_backward"), "mish_slope": _slope("mish_backward"),
    "gelu_slope": _slope("gelu_exact_backward"), "gelu_tanh_slope": _slope("gelu_tanh_backward"),
    "double": np.float64,
}  # fmt: skip


class _Names(dict):
    """What an expression may call: the functions above, and operators by their names."""

    def __missing__(self, name: str) -> object:
        return NAMES[name] if name in NAMES else _of(name)


def row_mutants(names: set[str]) -> Iterator[Mutant]:
    for op in ROWS:
        if op.name in names:
            tree = ast.parse(f"lambda: {python_of(op.definition.cpp)}", mode="eval")
            for mutation in mutations(tree.body):
                yield Mutant(f"row {op.name}: {mutation}", [op.name], _computed(op, applied(tree, mutation)))


def _computed(op, tree: ast.Expression) -> Callable:
    def change() -> Callable[[], None]:
        CHANGED_ROWS[op.name] = compile(ast.Expression(tree.body.body), "row", "eval")
        return lambda: CHANGED_ROWS.pop(op.name)

    return change


CHANGED_ROWS: dict[str, CodeType] = {}


def check_row(info) -> None:
    """The values test of an operator, for the expression that stands in the place of its row."""
    code, definition = CHANGED_ROWS[info.name], info.operator.definition
    dtypes = [d for d in info.dtypes if d.name in ("float64", "int64", "bool")]
    for dtype in dtypes:
        if definition.cpp_dtypes == "float" and dtype.kind != "f":
            continue
        for sample in info.generate(dtype):
            (expected,) = info.expected(sample, dtype)
            bound = _bound(definition, sample)
            if dtype.kind != "f" and any(isinstance(v, float) for v in bound):
                continue  # promoted: the samples of floats have it
            values = normalise(definition, np, bound)
            scope = _Names({p.name: v for p, v in zip(definition.parameters, values, strict=True)})
            for name, kind in definition.cpp_absent.items():
                if scope[name] is None:
                    scope[name] = np.inf if kind == "highest" else -np.inf
            if any(value is None for value in scope.values()):
                continue  # not for the compiled row
            with np.errstate(all="ignore"):  # as operators run their kernels
                result = np.asarray(eval(code, {"__builtins__": {}}, scope))
            assert_close(result.astype(expected.dtype), expected, *info.tolerance_of(expected.dtype), what=info.name)


def _bound(definition, sample) -> list:
    values = dict(zip([p.name for p in definition.parameters], sample.args, strict=False)) | sample.kwargs
    return [values.get(p.name, p.default) for p in definition.parameters]


# Kernels and composites -----------------------------------------------------------------------------------------


def kernel_mutants(names: set[str]) -> Iterator[Mutant]:
    for op in KERNELS:
        if op.name in names:
            yield from _function_mutants(f"kernel {op.name}", op.name, op.definition.kernel)


def composite_mutants(names: set[str]) -> Iterator[Mutant]:
    for op in FUSED:
        if op.name in names and isinstance(op.definition.composite_function, FunctionType):
            yield from _function_mutants(f"composite {op.name}", op.name, op.definition.composite_function)


def _function_mutants(label: str, name: str, function: FunctionType) -> Iterator[Mutant]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    tree.body[0].decorator_list = []
    for mutation in mutations(tree.body[0]):
        code = function.__code__
        place = code.co_filename, code.co_name, code.co_firstlineno
        yield Mutant(f"{label}: {mutation}", [name], _exchange(function, tree, mutation), place)


def _exchange(function: FunctionType, tree: ast.Module, mutation) -> Callable:
    def change() -> Callable[[], None]:
        former = function.__code__
        code = compile(applied(tree, mutation), former.co_filename, "exec")
        (function.__code__,) = [c for c in code.co_consts if isinstance(c, CodeType)]

        def undo() -> None:
            function.__code__ = former

        return undo

    return change


def check_kernel(info) -> None:
    """The values test of an operator, for its reference kernel."""
    for dtype in info.dtypes:
        if dtype.name not in ("float64", "float32", "int64", "bool", "complex128"):
            continue
        for sample in info.generate(dtype):
            expected = info.expected(sample, dtype)
            with np.errstate(all="ignore"):  # as operators run their kernels
                found = opdb.to_tuple(call_kernel(info.operator.definition, np, sample.args, sample.kwargs))
            for got, want in zip(found, expected, strict=True):
                assert_close(got.astype(want.dtype), want, *info.tolerance_of(want.dtype), what=info.name)


def check_composite(info) -> None:
    """The comparison of a fused operator with its composite."""
    dtype = np.dtype(np.float32)
    for sample in info.generate(dtype, **opdb.tensors()):
        fused = opdb.to_tuple(info.function(*sample.args, **sample.kwargs))
        composite = opdb.to_tuple(info.operator.composite(*sample.args, **sample.kwargs))
        for one, other in zip(composite, fused, strict=False):
            assert_close(one, other, 1e-5, 1e-5, what=info.name)
