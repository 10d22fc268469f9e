"""The CUDA backend: kernels of our own for what is worth it; all else falls through to the reference kernels on CuPy.

Each module here has the kernels of one family, as functions on arrays with the signatures of the reference kernels::

    @kernel
    def sum(xp, input, dim, keepdim): ...

A function that gives NotImplemented leaves the call to the reference kernel. A name with an underscore at its end is
that of the kernel in place, which changes its input. ``xp`` is CuPy, or what stands in for it in tests.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

_kernels: dict[str, Callable] = {}


def kernel(function: Callable | str) -> Callable:
    """Decorator: the kernel of the operator of the function's name, or of the name given."""
    if isinstance(function, str):
        return lambda f: _kernels.setdefault(function, f)
    return _kernels.setdefault(function.__name__, function)


def kernels() -> dict[str, Callable]:
    """The kernels of all families, by operator: imports every module here that has some."""
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{__name__}.{module.name}")
    return _kernels
