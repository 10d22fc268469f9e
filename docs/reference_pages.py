"""Writes reference pages from what the packages say of themselves: of flambeau.tensor, of datasets and of models.

A Sphinx extension: the pages are generated before the sources are read, into reference/_generated. There is one for
each family of operators, from their records, and one for everything that is not an operator.
"""

import inspect
import re
from pathlib import Path

import dataset_gallery
import flambeau.tensor as ft
import model_table
import pytorch_names
import torchvision_names

PLACE = Path(__file__).parent / "reference" / "_generated"


def families():
    """The operators' records by family: the file that declares them."""
    found = {}
    for op in ft.ops.records():
        found.setdefault(op.definition.module.rpartition(".")[2], []).append(op)
    return found


def forms(op):
    """How a user can call an operator: as function, method, in place."""
    definition = op.definition
    written = []
    if definition.inplace != "only":
        written += [f"`ft.{op.name}`"] if definition.function else []
        written += [f"`x.{op.name}`"] if definition.method else []
    written += [f"`x.{op.name}_`"] if definition.inplace else []
    return ", ".join(written) or f"`ft.ops.{op.name}`"


def row(op):
    summary = op.definition.doc.partition("\n\n")[0].replace("\n", " ").replace("``", "`").replace("|", "\\|")
    summary = re.sub(r":math:`([^`]*)`", r"$\1$", summary)
    summary = re.sub(r":\w+:`([^`]*)`", r"`\1`", summary)
    return f"| {forms(op)} | {summary} | {'yes' if op.differentiable else 'no'} |"


def rst(lines):
    """Lines of reStructuredText, as autodoc takes them, inside a Markdown page."""
    return ["```{eval-rst}", *lines, "```", ""]


def family_page(family, operators):
    """A table of all operators of a family, then each public function's own documentation."""
    title = family.replace("_", " ").capitalize()
    table = ["| call | what it does | differentiable |", "|---|---|---|", *map(row, operators), ""]
    functions = [f".. autofunction:: flambeau.tensor.{op.name}" for op in operators if is_public(op)]
    return [f"# {title}", "", *table, *rst(functions)]


def is_operator(member):
    return hasattr(member, "op")


def is_public(op):
    """Whether the operator is the function of its name: not a method only, nor what another function calls."""
    return getattr(getattr(ft, op.name, None), "op", None) is op


def tensor_page():
    """The Tensor type, and what else the package has beside its operators."""
    members = {n: getattr(ft.Tensor, n) for n in [*vars(ft.Tensor)] if not n.startswith("_")}
    methods = {n: m for n, m in members.items() if not is_operator(m)}
    own = [n for n, m in methods.items() if m is not getattr(ft, n, None)]
    others = {n: getattr(ft, n) for n in sorted(ft.__all__) if not is_operator(getattr(ft, n))}
    functions = [n for n, m in others.items() if inspect.isroutine(m)]
    types = [n for n, m in others.items() if inspect.isclass(m) and m is not ft.Tensor]
    foreign = [n for n in types if not others[n].__module__.startswith("flambeau.")]
    types = [n for n in types if n not in foreign]
    return [
        *["# flambeau.tensor", ""],
        *["Operators (`ft.exp`, `x.exp()`, `x.exp_()`) have [pages of their own](operators.md).", ""],
        *rst([".. automodule:: flambeau.tensor", "   :no-members:"]),
        *[
            "## The Tensor",
            "",
            "Its members beside the operators and functions that are methods too.",
            "",
        ],
        *rst([".. autoclass:: flambeau.tensor.Tensor", f"   :members: {', '.join(own)}"]),
        *["## Functions that are no operators", ""],
        *rst([f".. autofunction:: flambeau.tensor.{name}" for name in functions]),
        *["## Other types", ""],
        *rst(line for name in types for line in (f".. autoclass:: flambeau.tensor.{name}", "   :members:", "")),
        *[f"`ft.{name}` is `{others[name].__module__}.{others[name].__qualname__}`." for name in foreign],
    ]


def operators_page(found):
    count = sum(len(operators) for operators in found.values())
    return [
        *["# Operators", "", f"All {count} operators, by family: the files of `flambeau/tensor/_reference`.", ""],
        *["```{toctree}", *sorted(found), "```", ""],
    ]


def generate(app):
    PLACE.mkdir(exist_ok=True)
    found = families()
    pages = {family: family_page(family, operators) for family, operators in found.items()}
    pages |= {"tensor": tensor_page(), "operators": operators_page(found), "pytorch_names": pytorch_names.page()}
    pages["torchvision_names"] = torchvision_names.page()
    pages["datasets"] = dataset_gallery.page()
    pages["models"] = model_table.page()
    for old in PLACE.glob("*.md"):
        if old.stem not in pages:
            old.unlink()
    for name, lines in pages.items():
        file = PLACE / f"{name}.md"
        text = "\n".join(lines)
        if not file.exists() or file.read_text() != text:  # an unchanged page need not be read again
            file.write_text(text)


def setup(app):
    app.connect("builder-inited", generate)
    return {"parallel_read_safe": True}
