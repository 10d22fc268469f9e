"""Modules made of modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self, overload

from flambeau.tensor import errors

from ..module import Module

__all__ = ["Sequential"]


class Sequential(Module):
    """Modules called one after the other, each with what the one before gave.

    Args:
        modules: Modules, named by their positions; or one dict of Modules by name.

    Raises:
        TypeError: something that is no Module.

    Example:
        >>> import flambeau.nn as nn
        >>> net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
        >>> net(ft.ones(5, 4)).shape
        (5, 2)
        >>> net[1], len(net)
        (ReLU(), 3)
        >>> nn.Sequential({"out": nn.ReLU()}).out
        ReLU()
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            named: Any = modules[0].items()
        else:
            named = ((str(i), module) for i, module in enumerate(modules))
        for name, module in named:
            if not isinstance(module, Module):
                fix = "wrap a function in a Module" if callable(module) else None
                errors.type_error("Sequential", "modules", "Modules", f"{type(module).__name__} at '{name}'", fix)
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        for module in self:
            input = module(input)
        return input

    def append(self, module: Module) -> Self:
        """Add a module at the end; gives this Sequential."""
        if not isinstance(module, Module):
            errors.type_error("append", "module", "Module", type(module).__name__)
        self.add_module(str(len(self)), module)
        return self

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Module]:
        return (module for _, module in self._own("module"))

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Module | Self:
        if isinstance(index, slice):
            return type(self)(dict(list(self._own("module"))[index]))
        module: Module = getattr(self, self._name_at(index))
        return module

    def __setitem__(self, index: int, module: Module) -> None:
        self.add_module(self._name_at(index), module)

    def _name_at(self, index: int) -> str:
        names = [name for name, _ in self._own("module")]
        if not -len(names) <= index < len(names):
            errors.index_error("Sequential", "index", f"an int from {-len(names)} to {len(names) - 1}", str(index))
        return names[index]
