"""Where users find the generated and the composed functions: in the package, and on Tensor as methods.

Most composed functions are used by few programs. Their modules are imported when one of their functions is first asked
for: as ``ft.einsum``, through the package's ``__getattr__``, or as a method, whose place a :class:`Later` keeps.
"""

from __future__ import annotations

import _thread
import importlib
from typing import Any

from . import _composed, _exchange, _printing, ops
from ._composed import elementwise
from ._core import functions
from ._core.tensor import Tensor, install_method
from ._methods import conversion, from_self, introspection, resizing, sampling, storage, transposing

_FAMILIES = (conversion, elementwise, _exchange, from_self, introspection, _printing, resizing, sampling, storage)

_namespace: dict[str, Any] = {}  # the package's, from `publish` on
_modules: dict[str, str] = {}  # where the functions are declared that are not there yet
_lock = _thread.RLock()


def publish(namespace: dict[str, Any], names: list[str]) -> None:
    """Put every function into ``namespace`` and its name among ``names``; install the methods of Tensor."""
    global _namespace
    _namespace = namespace
    for name, function, is_function, is_method in functions.PUBLIC:
        if is_function:
            namespace[name] = function
            names.append(name)
        if is_method:
            install_method(name, function)
    _install()
    for name, module, is_method in functions.COMPOSED:
        names.append(name)
        if name not in namespace:
            _modules[name] = module
            if is_method:
                install_method(name, Later(name))
    for family in _FAMILIES:
        for function in family.METHODS:
            install_method(function.__name__, function)
    attributes = _exchange.PROPERTIES | transposing.ATTRIBUTES | introspection.ATTRIBUTES
    for name, function in attributes.items():
        install_method(name, property(function))
    install_method("real", property(_real, _set_real))
    install_method("imag", property(_imag, _set_imag))


def _install() -> None:
    """Publish what modules declared since the last time."""
    with _lock:
        for name, function, is_method in _composed.COMPOSED:
            _namespace[name] = function
            if is_method:
                install_method(name, function)
        _composed.COMPOSED.clear()


def load(name: str) -> bool:
    """Import the module that declares a composed function; whether there is one."""
    if name not in _modules:
        return False
    with _lock:
        importlib.import_module(f"flambeau.tensor.{_modules[name]}")
        _install()
    return True


class Later:
    """Keeps the place of a method whose module is not imported yet."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Tensor | None, owner: type) -> Any:
        load(self.name)
        return getattr(owner if instance is None else instance, self.name)


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
