"""The type stubs of the package, for editors and type checkers: every operator as function and method."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import composed
from signatures import Argument, arguments

TYPES = {
    "MASK": "Tensor",
    "ARRAY": "Tensor",
    "OPTIONAL_ARRAY": "Tensor | None",
    "OPERAND": "Operand",
    "ARRAYS": "list[Any] | tuple[Any, ...]",
    "DIM": "int",
    "OPTIONAL_DIM": "int | None",
    "DIMS": "Dims",
    "DIM_ORDER": "Any",
    "NEW_DIM": "int",
    "SHAPE": "Any",
    "PAIR": "Pair",
    "INT": "int",
    "NUMBER": "float",
    "OPTIONAL_NUMBER": "float | None",
    "BOOL": "bool",
    "DTYPE": "DTypeLike",
    "DEVICE": "DeviceLike",
    "INDEX": "Index",
    "GENERATOR": "Generator | None",
    "ANY": "Any",
    "OUT": "Tensor | None",
}
# A function gives what it is given: a subclass of Tensor for one.
GIVEN = "_T"
BINARY = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
INPLACE = BINARY
COMPARISONS = "eq ne lt le gt ge".split()
# What depends on the arguments: parameters after the first, and the result, of each way to call.
ONE, PARTS = "{one}", "ValuesIndices[{one}]"
EXTREME = (
    ("", ONE),
    ("dim: int, keepdim: bool = False, *, keepdims: bool | None = None", PARTS),
    ("*, axis: int, keepdim: bool = False, keepdims: bool | None = None", PARTS),
    ("dim: Tensor", ONE),
)
OVERLOADS = {"max": EXTREME, "min": EXTREME}


def files(definitions: dict, package: Path) -> list[tuple[str, str]]:
    """``(file name, text)`` of each stub."""
    made = _composed(package)
    template = (Path(__file__).parent / "tensor.pyi.in").read_text()
    methods = [_stub(d, method=True) for d in definitions.values() if d.method] + [m for m in made["methods"]]
    core = template.replace("@dunders@", "\n".join(_dunders())).replace("@methods@", "\n".join(methods))
    results = _results(definitions)
    core = _builtins_spelled_out(core.replace("@results@", _result_types(results)))
    functions = [_stub(d, method=False) for d in definitions.values() if d.function] + made["functions"]
    init = _init_source(package, results) + "\n" + _spelled_out("\n".join(functions)) + "\n"
    parts = f"from flambeau.tensor._core.tensor import {', '.join(map(_parts_type, results))}\n"
    hidden = (
        FUNCTIONS.replace("@results@", parts)
        + "\n".join(_stub(d, method=False) for d in definitions.values() if not d.function)
        + "\n"
    )
    return [("stubs/_core/tensor.pyi", core), ("stubs/__init__.pyi", init), ("stubs/_core/functions.pyi", hidden),
            ("stubs/ops.pyi", _ops(definitions))]  # fmt: skip


def _builtins_spelled_out(source: str) -> str:
    """Inside Tensor, `float` is the method `float()`: types must say `builtins.float`."""
    head, body = source.split("class Tensor:")
    return head + "class Tensor:" + _spelled_out(body)


def _spelled_out(source: str) -> str:
    return re.sub(r"(?<![\w.])(?<!def )(int|float|bool|complex)\b", r"builtins.\1", source)


FUNCTIONS = """\
from typing import Any, TypeVar

from flambeau.tensor._core.tensor import DeviceLike, Dims, DTypeLike, Index, Operand, Operator, Pair, Tensor
@results@from flambeau.tensor.random import Generator

_T = TypeVar("_T", bound=Tensor)

RECORDS: dict[str, Operator]
PUBLIC: list[tuple[str, Any, bool, bool]]
COMPOSED: tuple[tuple[str, str, bool, bool], ...]
"""


def _ops(definitions: dict) -> str:
    lines = ["from flambeau.tensor._core.tensor import Operator as Operator", ""]
    lines += ["def records() -> tuple[Operator, ...]: ...", "", *(f"{name}: Operator" for name in definitions)]
    return "\n".join(lines) + "\n"


def _init_source(package: Path, results: list[tuple[str, ...]]) -> str:
    """The imports of the package as re-exports, and what the generated signatures need."""
    tree = ast.parse((package / "__init__.py").read_text())
    lines = [
        "import builtins",
        "from typing import Any, NoReturn, TypeVar, overload",
        "",
        "from ._core.tensor import DeviceLike, Dims, DTypeLike, Index, Operand, Pair",
        f"from ._core.tensor import {', '.join(map(_parts_type, results))}",
    ]
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_LAZY":
            lines += [f"from . import {name} as {name}" for name in ast.literal_eval(node.value)]
        if isinstance(node, ast.ImportFrom) and node.module == "numpy":
            lines += [f"from numpy import {a.name} as {a.name}" for a in node.names]
        if isinstance(node, ast.ImportFrom) and node.level:
            names = [a.name for a in node.names if not (a.asname or a.name).startswith("_")]
            if names:
                lines.append(
                    f"from {'.' * node.level}{node.module or ''} import " + ", ".join(f"{n} as {n}" for n in names)
                )
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_LATER":
            lines += [f"from .{module} import {n} as {n}" for n, module in ast.literal_eval(node.value).items()]
    lines += ["", *(f"{name}: dtype[Any]" for name in _short_forms(package) if name != "bfloat16")]  # a _LATER one
    lines += ["", *(f"{name}: Any" for name in sorted(_typed_names(package)))]
    return "\n".join([*lines, "", f'{GIVEN} = TypeVar("{GIVEN}", bound=Tensor)', "__version__: str", ""])


def _parts(definition) -> tuple[str, ...]:
    return (*definition.outputs, *definition.auxiliary)


def _parts_type(parts: tuple[str, ...]) -> str:
    """The name of the type of results with these parts: ``ValuesIndices``."""
    return "".join(part.title().replace("_", "") for part in parts)


def _results(definitions: dict) -> list[tuple[str, ...]]:
    """The combinations of parts that results have."""
    return sorted({_parts(d) for d in definitions.values() if not d.many and len(_parts(d)) > 1})


def _result_types(results: list[tuple[str, ...]]) -> str:
    lines = []
    for parts in results:
        lines += [f"class {_parts_type(parts)}(NamedTuple, Generic[_Part]):", *(f"    {p}: _Part" for p in parts), ""]
    return "\n".join(lines)


def _typed_names(package: Path) -> set[str]:
    """``FloatTensor`` and its like, which are made when first asked for."""
    return set(re.findall(r'"(\w+Tensor)"', (package / "_dtypes.py").read_text()))


def _short_forms(package: Path) -> dict[str, str]:
    """``float`` and its like: dtypes here, methods of Tensor there."""
    for node in ast.parse((package / "_methods" / "conversion.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SHORT_FORMS":
            return ast.literal_eval(node.value)
    raise KeyError("SHORT_FORMS")


def _dunders() -> list[str]:
    lines = [
        f"    def __{n}__(self, other: Any) -> Self: ...\n    def __r{n}__(self, other: Any) -> Self: ..."
        for n in BINARY
    ]
    lines += [f"    def __i{n}__(self, other: Any) -> Self: ..." for n in INPLACE]
    ignored = {"eq": "  # type: ignore[override]", "ne": "  # type: ignore[override]"}  # object's give a bool
    return lines + [f"    def __{n}__(self, other: Any) -> Self: ...{ignored.get(n, '')}" for n in COMPARISONS]


def _stub(definition, method: bool) -> str:
    lines = []
    if definition.inplace != "only":
        lines += [_one(definition, name, False, method) for name in (definition.name, *definition.aliases)]
    if definition.inplace:
        lines += [_one(definition, name + "_", True, method) for name in (definition.name, *definition.aliases)]
    return "\n".join(lines)


def _one(definition, name: str, inplace: bool, method: bool) -> str:
    texts, starred = [], False
    for i, a in enumerate(arguments(definition, inplace)):
        if a.form == "keyword" and not starred:
            texts.append("*")
            starred = True
        starred = starred or a.form == "varargs"
        first = i == 0 and a.kind == "ARRAY"
        texts.append("self" if method and i == 0 else f"{a.name}: {GIVEN}" if first else _argument(a))
    indent = "    " if method else ""
    return f"{indent}def {name}({', '.join(texts)}) -> {_result(definition, method)}: ..."


def _argument(a: Argument) -> str:
    star = "*" if a.form == "varargs" else ""
    kind = TYPES[a.kind]
    if a.default == "None" and "None" not in kind and kind not in ("Any", "DTypeLike", "DeviceLike", "Dims"):
        kind += " | None"
    return f"{star}{a.name}: {kind}" + ("" if a.default is None else f" = {a.default}")


def _result(definition, method: bool) -> str:
    first = definition.parameters[0].kind.name if definition.parameters else None
    one = "Self" if method else GIVEN if first == "ARRAY" else "Tensor"
    if definition.many:
        return f"tuple[{one}, ...]"
    parts = _parts(definition)
    return f"{_parts_type(parts)}[{one}]" if len(parts) > 1 else one


def _composed(package: Path) -> dict[str, list[str]]:
    """Functions composed of operators: their own annotations, read from the source, where none are written by hand."""
    written = set(re.findall(r"^    def (\w+)\(", (Path(__file__).parent / "tensor.pyi.in").read_text(), re.MULTILINE))
    found: dict[str, list[str]] = {"functions": [], "methods": []}
    for _, node, options, names in composed.functions(package):
        if node.name in OVERLOADS:
            found["functions"] += _overloads(node.name, f"input: {GIVEN}", GIVEN, "")
            found["methods"] += _overloads(node.name, "self", "Self", "    ")
            continue
        returns = "Any" if node.returns is None else ast.unparse(node.returns)
        first = node.args.args[0].annotation if node.args.args else None
        same = returns == "Tensor" and first is not None and ast.unparse(first) == "Tensor"
        if options.get("function", True):
            text = _text(node.args)
            if same:
                text = text.replace(": Tensor", f": {GIVEN}", 1)
            given = GIVEN if same else returns
            found["functions"] += [f"def {name}({text}) -> {given}: ..." for name in names]
        if options.get("method", True):
            text, given = _text(node.args, True), "Self" if same else returns
            found["methods"] += [f"    def {name}({text}) -> {given}: ..." for name in names if name not in written]
    return found


def _overloads(name: str, first: str, one: str, indent: str) -> list[str]:
    lines = []
    for rest, result in OVERLOADS[name]:
        parameters = ", ".join(filter(None, (first, rest)))
        lines += [f"{indent}@overload", f"{indent}def {name}({parameters}) -> {result.format(one=one)}: ..."]
    return lines


def _text(args: ast.arguments, method: bool = False) -> str:
    known = {"Tensor", "int", "float", "bool", "str", "None", "Any"}
    for a in [*args.posonlyargs, *args.args, *args.kwonlyargs]:
        if a.annotation is not None:
            names = {n.id for n in ast.walk(a.annotation) if isinstance(n, ast.Name)}
            if not names <= known:
                a.annotation = ast.Name("Any")
    if method:
        args.args[0].arg = "self"
        args.args[0].annotation = None
    return ast.unparse(args)
