"""Layers without initial values."""

from __future__ import annotations

from typing import Any, TypeVar

from flambeau.tensor import errors

from ..module import Module

__all__ = ["skip_init"]

M = TypeVar("M", bound=Module)


def skip_init(module_cls: type[M], *args: Any, **kwargs: Any) -> M:
    """A layer whose parameters have arbitrary values: for one that is loaded at once.

    What the layer's own ``reset_parameters`` would do is left out; layers inside it draw their values.

    Args:
        module_cls: the layer's class.
        args: its arguments.
        kwargs: its keyword arguments.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.utils.skip_init(nn.Linear, 3, 2).weight.shape
        (2, 3)
    """
    if not (isinstance(module_cls, type) and issubclass(module_cls, Module)):
        errors.type_error("skip_init", "module_cls", "a class of Modules", repr(module_cls))
    module = module_cls.__new__(module_cls)
    init_without_values(module, module_cls, *args, **kwargs)
    return module


def init_without_values(module: Any, cls: type[Module], /, *args: Any, **kwargs: Any) -> None:
    """Call the ``__init__`` of a module's class, but none of its ``reset_parameters``."""
    module.__dict__["reset_parameters"] = lambda: None
    cls.__init__(module, *args, **kwargs)
    del module.__dict__["reset_parameters"]
