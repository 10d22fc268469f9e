"""Calls of a module with other parameters than its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flambeau.tensor import Tensor, errors

from .._registration import BUFFERS
from .._tree import join
from ..module import Module

__all__ = ["functional_call"]


def functional_call(
    module: Module,
    parameters_and_buffers: Mapping[str, Tensor],
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with other Tensors in the places of its parameters and buffers, which stay what they are.

    Args:
        module: the module.
        parameters_and_buffers: Tensors by name; gradients go back to them. What is not named is the module's own.
        args: the tuple of positional arguments, or the only one.
        kwargs: the keyword arguments.
        tie_weights: whether a parameter that stands in several places is replaced in all of them.
        strict: whether all parameters and buffers must be named.

    Returns:
        What the call gives.

    Raises:
        KeyError: a name that is none of the module's, or, with ``strict``, one that is missing.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.Linear(2, 1, bias=False)
        >>> nn.utils.stateless.functional_call(layer, {"weight": ft.tensor([[1.0, 10.0]])}, ft.ones(2)).tolist()
        [11.0]
    """
    places = {}
    for path, inner in module.named_modules(remove_duplicate=False):
        for name, _ in inner._own("parameter", *BUFFERS):
            places[join(path, name)] = (inner, name)
    unknown = [name for name in parameters_and_buffers if name not in places]
    missing = [name for name in places if name not in parameters_and_buffers] if strict else []
    for what, names in (("no further names", unknown), ("all names", missing)):
        if names:
            shown = ", ".join(f"'{name}'" for name in names)
            got = f"{shown} beside them" if names is unknown else f"none for {shown}"
            expected = f"{what} of parameters and buffers"
            raise KeyError(errors.message("functional_call", "parameters_and_buffers", expected, got))
    held = {place: place[0].__dict__[place[1]] for place in places.values()}
    given = {places[name]: value for name, value in parameters_and_buffers.items()}
    if tie_weights:
        alike = {id(held[place]): value for place, value in given.items()}
        given |= {place: alike[id(value)] for place, value in held.items() if id(value) in alike and place not in given}
    try:
        for (inner, name), value in given.items():
            inner.__dict__[name] = value
        return module(*(args if isinstance(args, tuple) else () if args is None else (args,)), **(kwargs or {}))
    finally:
        for (inner, name), value in held.items():
            inner.__dict__[name] = value
