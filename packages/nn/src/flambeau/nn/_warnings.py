"""Warnings about what looks right and does nothing."""

from __future__ import annotations

import warnings
from itertools import islice
from typing import Any

LOOKED_AT = 100  # elements of a list: one of modules begins with one, and one of data may be long


def warn_of_hidden_modules(module: Any, name: str, value: Any) -> None:
    """Warn when modules or parameters in a plain list, tuple or dict are assigned to an attribute of a module."""
    if type(value) in (list, tuple, dict):
        hidden = _hidden(value)
        if hidden is not None:
            warnings.warn(
                f"{type(module).__name__}.{name} is a {type(value).__name__} that holds a {hidden}: what is in it is "
                f"not registered, so parameters(), state_dict() and to() will not see it; use Sequential, or assign "
                f"each to an attribute of its own",
                stacklevel=3,
            )


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
