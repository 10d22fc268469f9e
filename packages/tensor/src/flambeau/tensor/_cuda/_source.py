"""The source of kernels, and the kernels compiled from it.

A family's kernels are in ``kernels/NAME.cu``, written for an element type ``T`` (and ``U``, where there is a second):

    KERNEL(256) scale(const T* x, T* out, long long n, double factor) { ... }

:class:`Source` finds the kernels and their parameters in the text, and gives each, for given dtypes, as something to
call: ``Source("scaling").kernel("scale", x.dtype)(grid, block, shared, x, out, x.size, 2.0)``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from . import __path__ as _package
from ._launch import Kernel

FOLDER = Path(__file__).parent / "kernels"
INCLUDE = re.compile(r'^#include "(.+)"\n', re.MULTILINE)
SYSTEM_INCLUDE = re.compile(r"^#include <.+>\n", re.MULTILINE)
KERNEL = re.compile(r"^KERNEL\((?:[^()]+)\)\s+(\w+)\(([^)]*)\)", re.MULTILINE)

C_TYPES = {
    "bool": "bool", "int8": "signed char", "uint8": "unsigned char", "int16": "short", "uint16": "unsigned short",
    "int32": "int", "uint32": "unsigned int", "int64": "long long", "uint64": "unsigned long long",
    "float16": "half", "bfloat16": "bfloat16", "float32": "float", "float64": "double",
}  # fmt: skip

# Element types by name, as families declare for which each of their kernels is compiled:
# ``INSTANCES = {"softmax": FLOATS, "gather": pairs(ALL, ("int64",))}``.
HALVES = ("float16", "bfloat16")
FLOATS = (*HALVES, "float32", "float64")
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
ALL = ("bool", *INTEGERS, *FLOATS)

FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")


def pairs(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Every element type of ``first`` with every one of ``second``, for kernels of two."""
    return tuple((a, b) for a in first for b in second)


# Kept for each dtype, as NumPy takes long to find its name.


@functools.cache
def is_known(dtype: np.dtype) -> bool:
    """Whether kernels can be compiled for elements of this dtype."""
    return dtype.name in C_TYPES


@functools.cache
def is_float(dtype: np.dtype) -> bool:
    """Whether it is one of FLOATS."""
    return dtype.name in FLOATS


def wide(dtype: np.dtype) -> np.dtype:
    """The float32 or float64 that floats of a dtype are computed in."""
    return FLOAT64 if dtype.itemsize == 8 else FLOAT32


class Source:
    """The kernels of one file.

    Args:
        name: of ``kernels/NAME.cu``.
        text: the source itself, where it is no file's.
    """

    def __init__(self, name: str, text: str | None = None) -> None:
        self.name = name
        self._text = text
        self._kernels: dict[tuple, Kernel] = {}

    @functools.cached_property
    def text(self) -> str:
        """The source with everything it includes put in its place, once."""
        return _included(f"{self.name}.cu" if self._text is None else self._text, {"types.cuh"}, self._text is not None)

    @functools.cached_property
    def parameters(self) -> dict[str, tuple[str, ...]]:
        """The C types of the parameters of each kernel."""
        return {name: parameters_of(parameters) for name, parameters in KERNEL.findall(self.text)}

    def instance(self, dtypes: tuple[np.dtype, ...]) -> str:
        """The source for given element types."""
        names = zip("TUV", dtypes, strict=False)
        using = "".join(f"using {name} = {C_TYPES[dtype.name]};\n" for name, dtype in names)
        return _included("types.cuh", set(), False) + using + self.text

    def kernel(self, name: str, *dtypes: np.dtype) -> Kernel:
        """The kernel of this name for elements of these dtypes: compiled when it is first launched."""
        key = (name, *dtypes)
        kernel = self._kernels.get(key)
        if kernel is None:
            label = f"{self.name}.{name}<{', '.join(d.name for d in dtypes)}>"
            text = functools.partial(self.instance, dtypes)
            kernel = self._kernels[key] = Kernel(label, name, self.parameters[name], text)
        return kernel


def assembled(text: str) -> str:
    """A source that is no file's, with everything it includes put in its place, once."""
    return _included("types.cuh", set(), False) + _included(text, {"types.cuh"}, True)


def generated(label: str, name: str, parameters: Iterable[str], text: Callable[[], str]) -> Kernel:
    """The kernel of a source that is no file's, which ``text()`` writes when it is first launched.

    ``parameters`` are declared there in these words.
    """
    return Kernel(label, name, tuple(_type(p) for p in parameters), lambda: assembled(text()))


@functools.cache
def _file(name: str) -> str:
    """A file of the folder ``kernels``. Installing puts some of the library's C++ headers there, too: what they include
    from the standard library, standard.cuh has."""
    for folder in _package:
        path = Path(folder) / "kernels" / name
        if path.exists():
            return SYSTEM_INCLUDE.sub("", path.read_text())
    raise FileNotFoundError(f"no kernels/{name}")


def _included(source: str, seen: set[str], is_text: bool) -> str:
    text = source if is_text else _file(source)

    def replaced(match: re.Match) -> str:
        name = match[1]
        if name in seen:
            return ""
        seen.add(name)
        return _included(name, seen, False)

    return INCLUDE.sub(replaced, text.replace("#pragma once\n", ""))


def parameters_of(text: str) -> tuple[str, ...]:
    """The C types of the parameters in the text between a kernel's parentheses."""
    return tuple(_type(p) for p in text.split(",") if p.strip())


def _type(parameter: str) -> str:
    """The type of a parameter such as ``const T* __restrict__ x``, without its name and qualifiers."""
    words = parameter.replace("*", " * ").split()[:-1]
    return " ".join(w for w in words if w not in ("const", "__restrict__"))
