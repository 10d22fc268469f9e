"""Containers of modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flambeau.tensor import errors

from ..module import Module

__all__ = ["Sequential"]


class Sequential(Module):
    """Modules that are called one after the other, each with the result of the one before.

    Args:
        modules: the modules, registered as ``"0"``, ``"1"``...; or one dict of modules by name.

    Raises:
        TypeError: something that is not a Module.

    Example:
        >>> from flambeau import nn
        >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
        >>> net(ft.ones(3, 4)).shape
        (3, 2)
        >>> len(net), net[1], len(net[:2])
        (3, ReLU(), 2)
    """

    def __init__(self, *modules: Module | dict[str, Module]) -> None:
        super().__init__()
        named = modules[0] if len(modules) == 1 and isinstance(modules[0], dict) else None
        items = named.items() if named is not None else ((str(i), m) for i, m in enumerate(modules))
        for name, module in items:
            if not isinstance(module, Module):
                errors.type_error("Sequential", f"modules[{name}]", "Module", type(module).__name__)
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        for module in self.children():
            input = module(input)
        return input

    def append(self, module: Module) -> Sequential:
        """Put a module at the end; gives the container back."""
        self.add_module(str(len(self)), module)
        return self

    def __len__(self) -> int:
        return sum(1 for _ in self.children())

    def __iter__(self) -> Iterator[Module]:
        return self.children()

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(dict(list(self.named_children())[index]))
        return getattr(self, self._name_at(index))

    def __setitem__(self, index: int, module: Module) -> None:
        self.add_module(self._name_at(index), module)

    def _name_at(self, index: int) -> str:
        names = [name for name, _ in self.named_children()]
        if not -len(names) <= index < len(names):
            limits = f"an index in [{-len(names)}, {len(names) - 1}]"
            errors.index_error("Sequential", None, limits, str(index))
        return names[index]
