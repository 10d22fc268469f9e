"""What the older way of normalising and pruning weights shares: a weight that is computed anew before each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.tensor import errors

from ..module import Module
from ..parameter import Parameter


def take_out(operation: str, module: Module, name: str) -> Parameter:
    """Unregister a parameter; what is assigned to its name from now on is an ordinary attribute."""
    parameter = module.__dict__.get(name)
    if not isinstance(module, Module):
        errors.type_error(operation, "module", "Module", type(module).__name__)
    if module._registered.get(name) != "parameter" or parameter is None:
        held = ", ".join(f"'{own}'" for own, _ in module._own("parameter")) or "a module that has parameters"
        errors.value_error(operation, "name", f"{held}", repr(name))
    delattr(module, name)
    return parameter


def hooks_of(module: Module, kind: type) -> list[Any]:
    """The functions that hook a module before its calls and are objects of one class."""
    return [hook.function for hook in module._hooks.get("forward_pre", ()) if isinstance(hook.function, kind)]


def take_hook(module: Module, fits: Callable[[Any], bool], kind: type) -> Any:
    """Take away the hook that fits, and give its function; None if there is none."""
    for hook in module._hooks.get("forward_pre", ()):
        if isinstance(hook.function, kind) and fits(hook.function):
            module._hooks["forward_pre"].remove(hook)
            return hook.function
    return None
