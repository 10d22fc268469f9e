"""``out=`` of functions that are made of several operators."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from . import errors
from ._composed import stored

if TYPE_CHECKING:
    from ._core.tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])


def takes_out(function: F) -> F:
    """Decorator: write what a function gives to ``out=``, where that is given: a Tensor, or one for each part.

    The function declares the parameter, for its signature, and never sees it.
    """
    name = function.__name__

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        return result if out is None else _written(name, result, out)

    return call  # type: ignore[return-value]  # it takes what the function takes


def _written(name: str, result: Any, out: Any) -> Any:
    if not isinstance(result, tuple):
        return _one(name, "out", result, out)
    if not isinstance(out, (tuple, list)) or len(out) != len(result):
        got = f"{len(out)}" if isinstance(out, (tuple, list)) else type(out).__name__
        errors.type_error(name, "out", f"a tuple of {len(result)} Tensors", got)
    for i, (part, target) in enumerate(zip(result, out, strict=True)):
        _one(name, f"out[{i}]", part, target)
    return type(result)(*out) if hasattr(result, "_fields") else tuple(out)


def _one(name: str, argument: str, result: Tensor, target: Any) -> Tensor:
    from ._core.tensor import Tensor

    if not isinstance(target, Tensor):
        errors.type_error(name, argument, "Tensor", type(target).__name__)
    return stored(name, argument, target, result)
