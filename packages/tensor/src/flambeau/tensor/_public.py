"""Where users find the generated and the composed functions: in the package, and on Tensor as methods."""

from __future__ import annotations

from typing import Any

from . import _composed, _elementwise, _exchange, _indexing, _joining, _printing, _searching, ops
from ._composed import COMPOSED, CONVERSIONS
from ._conversion import METHODS
from ._core.functions import PUBLIC
from ._core.tensor import install_method


def publish(namespace: dict[str, Any], names: list[str]) -> None:
    """Put every function into ``namespace`` and its name among ``names``; install the methods of Tensor."""
    for name, function, is_function, is_method in PUBLIC:
        if is_function:
            namespace[name] = function
            names.append(name)
        if is_method:
            install_method(name, function)
    for module in (_composed, _elementwise, _indexing, _joining, _searching):
        module.ops = ops
    for function, is_method in COMPOSED:
        namespace[function.__name__] = function
        names.append(function.__name__)
        if is_method:
            install_method(function.__name__, function)
    for function in (*METHODS, *CONVERSIONS, *_exchange.METHODS, *_printing.METHODS):
        install_method(function.__name__, function)
    for name, function in _exchange.PROPERTIES.items():
        install_method(name, property(function))
