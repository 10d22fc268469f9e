"""The functions composed of operators, as their sources declare them: nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def functions(package: Path) -> Iterator[tuple[str, ast.FunctionDef, dict[str, Any], list[str]]]:
    """``(module, function, options, names)`` of each function that is decorated with ``@composed(...)``."""
    for path in sorted([*package.glob("_composed/*.py"), *package.glob("_methods/*.py")]):
        text = path.read_text()
        if "\n@composed(" not in text:
            continue
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
            marks = [call for call in calls if getattr(call.func, "id", "") == "composed"]
            if not marks:
                continue
            options = {k.arg: ast.literal_eval(k.value) for k in marks[0].keywords}
            names = [node.name, *options.get("aliases", ())]
            names += [f"{name}_" for name in names] if options.get("inplace") else []
            module = path.parent.name if path.stem == "__init__" else f"{path.parent.name}.{path.stem}"
            yield module, node, options, names


def table(package: Path) -> list[tuple[str, str, bool, bool]]:
    """``(name, module, is it a function, is it a method)`` of all of them."""
    return [
        (name, module, options.get("function", True), options.get("method", True))
        for module, _, options, names in functions(package)
        for name in names
    ]
