"""Where users find the generated and the composed functions: in the package, and on Tensor as methods."""

from __future__ import annotations

from typing import Any

from . import (  # noqa: F401  (importing a module of composed functions declares them)
    _calculus,
    _closeness,
    _distances,
    _einsum,
    _elementwise,
    _exchange,
    _from_self,
    _histograms,
    _indexing,
    _introspection,
    _joining,
    _matrices,
    _printing,
    _products,
    _resizing,
    _sampling,
    _searching,
    _sequences,
    _shapes,
    _spectrograms,
    _splitting,
    _statistics,
    _storage_methods,
    ops,
)
from ._composed import COMPOSED, CONVERSIONS
from ._conversion import METHODS
from ._core.functions import PUBLIC
from ._core.tensor import Tensor, install_method
from ._transposing import ATTRIBUTES


def publish(namespace: dict[str, Any], names: list[str]) -> None:
    """Put every function into ``namespace`` and its name among ``names``; install the methods of Tensor."""
    for name, function, is_function, is_method in PUBLIC:
        if is_function:
            namespace[name] = function
            names.append(name)
        if is_method:
            install_method(name, function)
    for name, function, is_method in COMPOSED:
        function.__globals__["ops"] = ops
        namespace[name] = function
        names.append(name)
        if is_method:
            install_method(name, function)
    families = (_exchange, _from_self, _introspection, _printing, _resizing, _sampling, _storage_methods)
    for function in (*METHODS, *CONVERSIONS, *(method for family in families for method in family.METHODS)):
        install_method(function.__name__, function)
    for name, function in (_exchange.PROPERTIES | ATTRIBUTES | _introspection.ATTRIBUTES).items():
        install_method(name, property(function))
    install_method("real", property(_real, _set_real))
    install_method("imag", property(_imag, _set_imag))


def _real(x: Tensor) -> Tensor:
    """The real parts of the elements: a view; of a real dtype, the Tensor itself."""
    return ops.real(x)


def _set_real(x: Tensor, value: Any) -> None:
    ops.real(x)[...] = value


def _imag(x: Tensor) -> Tensor:
    """The imaginary parts of the elements of a complex Tensor: a view."""
    return ops.imag(x)


def _set_imag(x: Tensor, value: Any) -> None:
    ops.imag(x)[...] = value
