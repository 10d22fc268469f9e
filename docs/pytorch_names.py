"""Writes the page that says what became of PyTorch's names, for reference_pages.py.

The names stand in reference/pytorch_names.txt. What is missing on purpose has its reason in
reference/pytorch_exceptions.txt; what is still to come is listed in reference/pytorch_not_yet.txt, and printed. Any
other missing name is a warning, and so fails the build.
"""

from pathlib import Path

import flambeau.data as data
import flambeau.nn as nn
import flambeau.optim as optim
import flambeau.tensor as ft
from flambeau.autograd import Variable
from sphinx.util import logging

HERE = Path(__file__).parent / "reference"
# Where the names of a kind are, and how they are called there.
PLACES = {
    "function": (ft, "flambeau.tensor", "ft"),
    "data": (data, "flambeau.data", "data"),
    "nn": (nn, "flambeau.nn", "nn"),
    "nn.Module": (nn.Module, "flambeau.nn.Module", "module"),
    "nn.functional": (nn.functional, "flambeau.nn.functional", "F"),
    "nn.init": (nn.init, "flambeau.nn.init", "nn.init"),
    "nn.utils": (nn.utils, "flambeau.nn.utils", "nn.utils"),
    "optim": (optim, "flambeau.optim", "optim"),
    "amp": (nn.amp, "flambeau.nn.amp", "nn.amp"),
}
HEADER = """\
# The names of PyTorch

What became of the names that PyTorch 0.3 had and of those that are used most today: there under the same name and with
the same meaning, left out for a reason, or not there yet. [](../../how-to/from-pytorch.md) has what differs.
"""


def lines(file):
    return [line for line in (HERE / file).read_text().splitlines() if line and not line.startswith("#")]


def groups(file):
    """``(kind, title, [(name, tags)])`` of each group."""
    found = []
    for line in lines(file):
        if line.startswith("["):
            kind, _, title = line[1:].partition("] ")
            found.append((kind, title, []))
        else:
            name, *tags = line.split()
            found[-1][2].append((name, tags))
    return found


def reasons(file):
    """Why a name is missing on purpose."""
    return {name: reason for name, _, reason in (line.partition(": ") for line in lines(file))}


def place(kind, name):
    """What a name is here, as a link in Markdown, or None."""
    if kind == "method":
        for holder, where in ((ft.Tensor, "flambeau.tensor.Tensor"), (Variable, "flambeau.autograd.Variable")):
            member = getattr(holder, name, None)
            if member is None and not hasattr(holder, name):
                continue
            if name.startswith("__"):
                return "yes"
            operator = getattr(member, "op", None)
            if operator is not None and getattr(getattr(ft, operator.name, None), "op", None) is operator:
                return link(f"x.{name}", f"flambeau.tensor.{operator.name}")
            if operator is not None:  # a method only: it stands in the table of its family
                return f"[`x.{name}`]({operator.definition.module.rpartition('.')[2]}.md)"
            function = getattr(ft, name, None) is member
            return link(f"x.{name}", f"flambeau.tensor.{name}" if function else f"{where}.{name}")
        return None
    value, module, short = PLACES[kind]
    for part in name.split("."):
        if not hasattr(value, part):
            return None
        value = getattr(value, part)
    return link(f"{short}.{name}", f"{module}.{name}")


def link(text, target):
    return f"{{py:obj}}`{text} <{target}>`"


def status(kind, name, exceptions, not_yet, report):
    found = place(kind, name)
    if found is not None:
        if name in not_yet or name in exceptions:
            report["there"].add(name)
        return found
    if name in exceptions:
        return exceptions[name]
    if name in not_yet:
        report["not yet"].add(name)
        return "not yet"
    logging.getLogger(__name__).warning(
        "PyTorch's name '%s' is neither there nor in reference/pytorch_exceptions.txt", name
    )
    return "missing"


def page():
    """The lines of the page."""
    exceptions = reasons("pytorch_exceptions.txt")
    not_yet = set(lines("pytorch_not_yet.txt"))
    report = {"there": set(), "not yet": set()}
    text = [HEADER]
    others = [0, 0]
    for kind, title, names in groups("pytorch_names.txt"):
        rows = []
        for name, tags in names:
            if tags or kind.startswith("nn"):
                marks = ["yes" if tag in tags else "" for tag in ("0.3", "*")]
                rows.append(f"| `{name}` | {' | '.join(marks)} | {status(kind, name, exceptions, not_yet, report)} |")
            else:
                others[0] += place(kind, name) is not None
                others[1] += 1
        if rows:
            heading = f"{title} (functions)" if kind == "function" else title
            text += [f"## {heading}", "", "| name | in 0.3 | used most today | here |", "|---|---|---|---|", *rows, ""]
    text += ["## Other names", "", f"Of {others[1]} further names of PyTorch 2.15, {others[0]} are there.", ""]
    tell(report)
    return text


def tell(report):
    """Print what is still to come, and what has come since."""
    for what, names in report.items():
        if names:
            title = "now there, take them off the lists" if what == "there" else "not yet there"
            print(f"PyTorch's names, {len(names)} {title}: {' '.join(sorted(names))}")
