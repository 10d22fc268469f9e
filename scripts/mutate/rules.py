"""Mutants of derivative rules: functions whose code is exchanged while they live."""

from __future__ import annotations

import ast
import gc
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType

from flambeau.autograd import derivatives, rule_of
from flambeau.tensor import ops
from mutant import Mutant
from transform import FunctionNode, applied, mutations

FOLDER = str(Path(derivatives.__file__).parent)
MODULES = {
    m.name: importlib.import_module(f"{derivatives.__name__}.{m.name}")
    for m in pkgutil.iter_modules(derivatives.__path__)
}
Key = tuple[str, str, int, tuple[str, ...]]  # file, name, line and parameters of a function


def key_of(code: CodeType) -> Key:
    return code.co_filename, code.co_name, code.co_firstlineno, code.co_varnames[: code.co_argcount]


def living() -> dict[Key, list[FunctionType]]:
    """The functions of all rules and of what these call."""
    found: dict[Key, list[FunctionType]] = {}
    for f in gc.get_objects():
        if type(f) is FunctionType and f.__code__.co_filename.startswith(FOLDER):
            found.setdefault(key_of(f.__code__), []).append(f)
    return found


def formulas() -> list[tuple[object, tuple[str, ...], FunctionType]]:
    """Every operator's formulas: of which arguments, by which function."""
    return [(op, names, f) for op in ops.records() if rule_of(op) for names, f in rule_of(op).functions()]


def users(functions: dict[Key, list[FunctionType]]) -> dict[Key, list[str]]:
    """For each function the operators whose rules call it, those that call it first before others."""
    calls = {key: _called(fs[0]) for key, fs in functions.items()}
    found: dict[Key, list[str]] = {key: [] for key in functions}
    for op, _, formula in formulas():
        waiting, seen = [key_of(formula.__code__)], set()
        while waiting:
            key = waiting.pop()
            if key in seen or key not in calls:
                continue
            seen.add(key)
            waiting += calls[key]
            if op.name not in found[key]:
                found[key].append(op.name)
    return found


def _called(f: FunctionType) -> list[Key]:
    """The functions of rules that one names, itself or in functions inside of it."""
    names, codes = set(), [f.__code__]
    while codes:
        code = codes.pop()
        names |= {*code.co_names, *code.co_freevars}
        codes += [c for c in code.co_consts if isinstance(c, CodeType)]
    cells = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))
    values = [cells[n].cell_contents if n in cells else f.__globals__.get(n) for n in names]
    values += [v for value in values if isinstance(value, (tuple, list)) for v in value]
    return [key_of(v.__code__) for v in values if isinstance(v, FunctionType)]


def mutants(families: list[str]) -> Iterator[Mutant]:
    """Those of some families' files, in the order in which they stand there."""
    functions = living()
    used_by = users(functions)
    for family in families:
        module = MODULES[family]
        tree = ast.parse(Path(module.__file__).read_text(), module.__file__)
        for name, node in _functions(tree):
            line = min([node.lineno, *[d.lineno for d in getattr(node, "decorator_list", ())]])
            parameters = tuple(a.arg for a in (*node.args.posonlyargs, *node.args.args))
            key = (module.__file__, "<lambda>" if isinstance(node, ast.Lambda) else node.name, line, parameters)
            if not used_by.get(key):
                continue
            for mutation in mutations(node):
                change = _exchange(tree, mutation, module.__file__, key, functions[key])
                yield Mutant(f"{family}.{name}: {mutation}", used_by[key], change, key[:3])


def _exchange(tree: ast.Module, mutation, file: str, key: Key, functions: list[FunctionType]) -> Callable:
    def change() -> Callable[[], None]:
        codes = [compile(applied(tree, mutation), file, "exec")]
        for code in codes:
            codes += [c for c in code.co_consts if isinstance(c, CodeType)]
        (mutated,) = [c for c in codes if key_of(c) == key]
        before = [f.__code__ for f in functions]
        for f in functions:
            f.__code__ = mutated

        def undo() -> None:
            for f, code in zip(functions, before, strict=True):
                f.__code__ = code

        return undo

    return change


def _functions(tree: ast.Module) -> Iterator[tuple[str, FunctionNode]]:
    """The functions of a file that are not inside of others, with what they are called in reports."""
    for statement in ast.walk(tree):
        if isinstance(statement, ast.FunctionDef):
            yield statement.name, statement
        elif isinstance(statement, ast.Call) and isinstance(statement.func, ast.Call):
            for argument in statement.args:
                if isinstance(argument, ast.Lambda):
                    yield ", ".join(ast.unparse(a).removeprefix("ops.") for a in statement.func.args), argument


# Functions that serve many operators: broken for one at a time ---------------------------------------------------


def shared_mutants(names: set[str]) -> Iterator[Mutant]:
    """Formulas that several operators share, each broken for one of them alone."""
    count: dict[Key, int] = {}
    for _, _, f in formulas():
        count[key_of(f.__code__)] = count.get(key_of(f.__code__), 0) + 1
    for op, arguments, f in formulas():
        if op.name in names and count[key_of(f.__code__)] > 1:
            label = f"{op.name}.{'/'.join(arguments)}: {f.__name__}"
            for what, broken in (("-", _opposite(f)), ("1 + ", _shifted(f))):
                if what == "-" and f.__name__ == "flat":
                    continue
                change = _replacement(op, arguments, broken)
                yield Mutant(f"{label} -> {what}{f.__name__}", [op.name], change, key_of(f.__code__)[:3])


def _each(function: Callable, change: Callable) -> Callable:
    def broken(*arguments):
        found = function(*arguments)
        if isinstance(found, (tuple, list)):
            return type(found)(None if g is None else change(g) for g in found)
        return change(found)

    return broken


def _opposite(function: Callable) -> Callable:
    return _each(function, lambda g: -g)


def _shifted(function: Callable) -> Callable:
    return _each(function, lambda g: g + 1)


def _replacement(op, arguments: tuple[str, ...], broken: Callable) -> Callable:
    def change() -> Callable[[], None]:
        rule = rule_of(op)
        former = rule.replace(arguments, broken)
        return lambda: rule.replace(arguments, former)

    return change
