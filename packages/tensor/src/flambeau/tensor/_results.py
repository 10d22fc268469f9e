"""Named tuples of several results: made when first needed, and pickled by their names, not as classes to be found."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

_TYPES: dict[tuple[str, tuple[str, ...]], Any] = {}


def result_type(name: str, parts: tuple[str, ...]) -> Any:
    """The class of results of this name with these parts."""
    key = (name, parts)
    if key not in _TYPES:
        made = namedtuple(name, parts, module="flambeau.tensor")
        made.__reduce__ = lambda self: (rebuilt, (name, parts, tuple(self)))
        _TYPES.setdefault(key, made)
    return _TYPES[key]


def rebuilt(name: str, parts: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    """What pickle calls."""
    return result_type(name, parts)(*values)
