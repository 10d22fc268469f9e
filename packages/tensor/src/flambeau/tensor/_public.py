"""Where users find the generated and the composed functions: in the package, and on Tensor as methods.

Most composed functions are used by few programs. Their modules are imported when one of their functions is first asked
for: as ``ft.einsum``, through the package's ``__getattr__``, or as a method, whose place a :class:`Later` keeps.
"""

from __future__ import annotations

import _thread
import importlib
from typing import Any

from . import _composed
from ._core import functions
from ._core.tensor import Tensor, install_method
from ._methods import conversion  # noqa: F401  (declares methods that nearly every program uses)
from ._methods.attributes import ATTRIBUTES

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
    for name, module, is_function, is_method in functions.COMPOSED:
        if is_function:
            names.append(name)
            _modules[name] = module
        if is_method and name not in Tensor.__dict__:
            install_method(name, Later(name, module))
    for name, attribute in ATTRIBUTES.items():
        install_method(name, attribute)


def _install() -> None:
    """Publish what modules declared since the last time."""
    with _lock:
        for name, function, is_function, is_method in _composed.COMPOSED:
            if is_function:
                _namespace[name] = function
            if is_method:
                install_method(name, function)
        _composed.COMPOSED.clear()


def load(name: str) -> bool:
    """Import the module that declares a composed function; whether there is one."""
    if name not in _modules:
        return False
    _import(_modules[name])
    return True


def _import(module: str) -> None:
    with _lock:
        importlib.import_module(f"flambeau.tensor.{module}")
        _install()


class Later:
    """Keeps the place of a method whose module is not imported yet."""

    __slots__ = ("module", "name")

    def __init__(self, name: str, module: str) -> None:
        self.name = name
        self.module = module

    def __get__(self, instance: Tensor | None, owner: type) -> Any:
        _import(self.module)
        return getattr(owner if instance is None else instance, self.name)
