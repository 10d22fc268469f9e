"""Names of PyTorch 0.3, without the underscore that says that something is changed in place."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ._warnings import warn


def old(function: Callable[..., Any], where: str) -> Callable[..., Any]:
    """A function of the module ``where`` under its name of PyTorch 0.3."""
    name = function.__name__.removesuffix("_")

    @functools.wraps(function)
    def renamed(*args: Any, **kwargs: Any) -> Any:
        warn(f"{where}.{name}() is of PyTorch 0.3; use {where}.{name}_()", DeprecationWarning)
        return function(*args, **kwargs)

    renamed.__name__ = renamed.__qualname__ = name
    renamed.__doc__ = f"PyTorch 0.3's name of :func:`{name}_`."
    return renamed
