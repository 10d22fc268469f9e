"""Writes the page that says what became of torchvision's names, for reference_pages.py.

The names stand in reference/torchvision_names.txt. What is missing on purpose has its reason in
reference/torchvision_exceptions.txt; any other missing name is a warning, and so fails the build.
"""

import importlib

from pytorch_names import groups, link, reasons
from sphinx.util import logging

HEADER = """\
# The names of torchvision

What became of torchvision's names: there under the same name and with the same meaning, or left out for a reason.
[](../../how-to/transform-images.md) has what differs.
"""


def status(module, name, exceptions):
    target = f"flambeau.vision.{module}"
    if hasattr(importlib.import_module(target), name):
        return link(name, f"{target}.{name}")
    if name in exceptions:
        return exceptions[name]
    logging.getLogger(__name__).warning(
        "torchvision's name '%s' is neither there nor in reference/torchvision_exceptions.txt", name
    )
    return "missing"


def page():
    """The lines of the page."""
    exceptions = reasons("torchvision_exceptions.txt")
    text = [HEADER]
    for module, title, names in groups("torchvision_names.txt"):
        text += [f"## {title} (`{module}`)", "", "| name | early | used most today | here |", "|---|---|---|---|"]
        for name, tags in names:
            marks = ["yes" if tag in tags else "" for tag in ("0.3", "*")]
            text.append(f"| `{name}` | {' | '.join(marks)} | {status(module, name, exceptions)} |")
        text.append("")
    return text
