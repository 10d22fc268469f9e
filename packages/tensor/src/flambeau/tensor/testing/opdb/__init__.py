"""The operator database: for each operator, what a test must know about it.

An entry says which arguments are worth trying, what NumPy answers, which dtypes the operator takes, and which calls
must fail and how. Tests of values, layouts, in-place twins, ``out=``, gradients and error messages are generated from
it, so an operator is tested by adding one entry to the file of its family, to that file's ``ENTRIES``:

    unary("exp", np.exp, dtypes=ALL, to_float=True),

>>> from flambeau.tensor.testing import opdb
>>> info = opdb.entry("exp")
>>> sample = next(iter(info.generate("float64")))
>>> sample.args[0].shape, info.expected(sample, "float64")[0].shape
((), ())

Packages whose functions are made of operators have databases of their own, of the same form: a package with a module
for each family, :func:`collect`, and entries of :class:`FunctionInfo`.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import numpy as np

from ._info import FunctionInfo, OpInfo, to_tuple
from ._make import ALL, BOOL, FLOATS, INTEGERS, INTEGRAL, NUMERIC, ErrorSample, Make, Sample, error, is_float, sample

__all__ = [
    "ALL", "BOOL", "FLOATS", "INTEGERS", "INTEGRAL", "NUMERIC", "ErrorSample", "FunctionInfo", "Make", "OpInfo",
    "Sample", "arrays_of", "cases", "collect", "entries", "entry", "error", "is_float", "refused", "sample", "tensors",
    "to_tuple",
]  # fmt: skip


def collect(package: ModuleType) -> dict[str, OpInfo]:
    """The entries of a database by name: what the modules of a package list in ``ENTRIES``, family by family.

    Args:
        package: the package; its modules whose names begin with an underscore are none of families.

    Raises:
        ValueError: two entries of one name.
    """
    found: dict[str, OpInfo] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_"):
            continue
        for info in importlib.import_module(f"{package.__name__}.{module.name}").ENTRIES:
            if info.name in found:
                raise ValueError(f"the operator database has two entries for {info.name}")
            found[info.name] = info
    return found


_ENTRIES = collect(sys.modules[__name__])


def entries() -> tuple[OpInfo, ...]:
    """All entries, family by family."""
    return tuple(_ENTRIES.values())


def entry(name: str) -> OpInfo:
    """The entry of one operator.

    Raises:
        KeyError: there is none.
    """
    return _ENTRIES[name]


def cases(infos: Iterable[OpInfo]) -> list[tuple[OpInfo, np.dtype]]:
    """Each entry with each dtype that it takes, for ``pytest.mark.parametrize("info, dtype", ..., ids=str)``.

    Example:
        >>> [f"{info} of {dtype}" for info, dtype in cases([entry("bitwise_not")])][:2]
        ['bitwise_not of bool', 'bitwise_not of uint8']
    """
    return [(info, dtype) for info in infos for dtype in info.dtypes]


def refused(infos: Iterable[OpInfo]) -> list[tuple[OpInfo, np.dtype]]:
    """Each entry with each dtype that it does not take.

    Example:
        >>> [f"{info} of {dtype}" for info, dtype in refused([entry("bitwise_not")])]
        ['bitwise_not of float16', 'bitwise_not of bfloat16', 'bitwise_not of float32', 'bitwise_not of float64']
    """
    return [(info, dtype) for info in infos for dtype in ALL if dtype not in info.dtypes]


def tensors(device: str | None = None) -> dict[str, Any]:
    """Options of :meth:`OpInfo.generate` for samples of Tensors: ``info.generate("float32", **opdb.tensors())``.

    Args:
        device: where the Tensors are; the CPU by default.
    """
    import flambeau.tensor as ft

    def convert(array: np.ndarray) -> Any:
        return ft.from_numpy(array) if device is None else ft.tensor(array, device=device)

    return {"convert": convert}


def arrays_of(sample: Sample) -> Sample:
    """The sample with NumPy copies of the Tensors in it, for the reference."""

    def copied(value: Any) -> Any:
        if not hasattr(value, "numpy"):
            return value
        plain = value.detach() if hasattr(value, "detach") else value
        return np.array(plain.numpy())

    return sample.map(copied)
