"""What may be assigned to an attribute of a module, and what looks right there and does nothing."""

from __future__ import annotations

from itertools import islice
from typing import Any, Literal

from flambeau.tensor import Tensor, errors

from ._warnings import warn

Kind = Literal["parameter", "buffer", "transient", "module"]  # transient: a buffer that is not saved
BUFFERS: tuple[Kind, ...] = ("buffer", "transient")
EXPECTED = {"parameter": "a Parameter or None", "module": "a Module or None"}

UNUSED = ("summary",)  # nothing here needs it, and networks written for PyTorch have layers of that name
LOOKED_AT = 100  # elements of a list: one of modules begins with one, and one of data may be long


def check_name(module: Any, base: type, name: Any) -> None:
    """Refuse names that could not be told from paths, and those that the base class needs itself."""
    operation = type(module).__name__
    if not isinstance(name, str) or not name or "." in name:
        errors.value_error(operation, "name", "a name without dots", repr(name))
    if name not in UNUSED and (
        hasattr(base, name) or any(name in vars(c).get("__annotations__", ()) for c in base.__mro__)
    ):
        errors.value_error(operation, "name", f"a name that {base.__name__} does not use itself", repr(name))


def check_replacement(module: Any, kind: Kind, name: str, value: Any) -> None:
    """A registered name keeps its meaning: nothing silently stops being a parameter."""
    if value is None or (kind in BUFFERS and isinstance(value, Tensor)):
        return
    expected = EXPECTED.get(kind, "a Tensor or None")
    fix = f"del the attribute first if it is to be something else than a {kind.replace('transient', 'buffer')}"
    errors.type_error(type(module).__name__, name, expected, type(value).__name__, fix)


def warn_of_hidden_modules(module: Any, name: str, value: Any) -> None:
    """Warn when modules or parameters in a plain list, tuple or dict are assigned to an attribute of a module."""
    if type(value) in (list, tuple, dict):
        hidden = _hidden(value)
        if hidden is not None:
            warn(
                f"{type(module).__name__}.{name} is a {type(value).__name__} that holds a {hidden}: what is in it is "
                f"not registered, so parameters(), state_dict() and to() will not see it; use "
                f"{_container(hidden, value)}, or assign each to an attribute of its own"
            )


def _container(hidden: str, value: Any) -> str:
    """What holds such things, and registers them."""
    from . import parameter

    held = "Parameter" if hasattr(parameter, hidden) else "Module"
    return f"{held}{'Dict' if isinstance(value, dict) else 'List'}"


def _hidden(value: Any) -> str | None:
    """The type of the first module or parameter in nested lists, tuples and dicts."""
    from .module import Module
    from .parameter import Parameter

    if isinstance(value, (Module, Parameter)):
        return type(value).__name__
    if type(value) in (list, tuple, dict):
        items = value.values() if isinstance(value, dict) else value
        return next(filter(None, map(_hidden, islice(items, LOOKED_AT))), None)
    return None
