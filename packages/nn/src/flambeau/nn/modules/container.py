"""Modules made of modules, in a row or by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from flambeau.tensor import errors

from ..module import Module
from ._holding import ByName, Row

__all__ = ["ModuleDict", "ModuleList", "Sequential"]


class _Modules(Row[Module]):
    """Modules in an order: what is done to a list is done to them."""

    _kind = "module"

    def _checked(self, operation: str, module: Any) -> Module:
        if not isinstance(module, Module):
            fix = "wrap a function in a Module" if callable(module) else None
            errors.type_error(operation, "module", "Module", type(module).__name__, fix)
        return module

    def _replace(self, modules: Iterable[Module]) -> None:
        """Hold these modules instead, named by their positions."""
        kept = list(modules)
        for name in self._names():
            delattr(self, name)
        for i, module in enumerate(kept):
            self.add_module(str(i), module)

    def append(self, module: Module) -> Self:
        """Add a module at the end; gives this object."""
        self.add_module(str(len(self)), self._checked("append", module))
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end; gives this object."""
        for module in tuple(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before that at ``index``; gives this object."""
        row = list(self)
        if not -len(row) <= index <= len(row):
            errors.index_error("insert", "index", f"an int from {-len(row)} to {len(row)}", str(index))
        row.insert(index, self._checked("insert", module))
        self._replace(row)
        return self

    def pop(self, index: int | slice = -1) -> Module | Self:
        """Take away what is at ``index``, and give it."""
        taken = self[index]
        del self[index]
        return taken

    def __setitem__(self, index: int, module: Module) -> None:
        self.add_module(self._name_at(index), module)

    def __delitem__(self, index: int | slice) -> None:
        row = list(self)
        if not isinstance(index, slice):
            self._name_at(index)
        del row[index]
        self._replace(row)

    def __add__(self, other: Iterable[Module]) -> Self:
        row = list(other)
        return self._part({str(i): module for i, module in enumerate([*self, *row])})

    def __iadd__(self, other: Iterable[Module]) -> Self:
        return self.extend(other)


class Sequential(_Modules):
    """Modules called one after the other, each with what the one before gave.

    Args:
        args: Modules, named by their positions; or one dict of Modules by name.

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

    def __init__(self, *args: Module | Mapping[str, Module]) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], Mapping):
            named: Any = args[0].items()
        else:
            named = ((str(i), module) for i, module in enumerate(args))
        for name, module in named:
            if not isinstance(module, Module):
                fix = "wrap a function in a Module" if callable(module) else None
                errors.type_error("Sequential", "modules", "Modules", f"{type(module).__name__} at '{name}'", fix)
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        held = self.__dict__
        for name, kind in self._registered.items():
            if kind == "module" and (module := held[name]) is not None:
                input = module(input)
        return input

    def _part(self, named: dict[str, Module]) -> Self:
        return type(self)(named)

    def __mul__(self, times: int) -> Self:
        if not isinstance(times, int) or times < 1:
            errors.value_error("Sequential", "times", "an int of 1 or more", str(times))
        return self._part({str(i): module for i, module in enumerate(list(self) * times)})

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        self._replace(self * times)
        return self


class ModuleList(_Modules):
    """A list of modules that are registered: what a plain list in an attribute of a module is not.

    Args:
        modules: Modules, in any iterable.

    Raises:
        TypeError: something that is no Module.

    Example:
        >>> import flambeau.nn as nn
        >>> layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        >>> len(layers), [name for name, _ in layers.named_parameters()][:2]
        (3, ['0.weight', '0.bias'])
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(() if modules is None else modules)

    def _part(self, named: dict[str, Module]) -> Self:
        return type(self)(named.values())

    def _shown(self) -> list[str]:
        """A line for each module; one for all that print alike and follow each other."""
        lines: list[str] = []
        start = 0
        row = [repr(module) for module in self]
        for i, text in enumerate(row):
            if i + 1 == len(row) or row[i + 1] != text:
                alike = i - start + 1
                lines.append(f"({i}): {text}" if alike == 1 else f"({start}-{i}): {alike} x {text}")
                start = i + 1
        return lines

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("ModuleList holds modules and does not call them; loop over it in forward")


class ModuleDict(ByName[Module]):
    """Modules by name that are registered: what a plain dict in an attribute of a module is not.

    Args:
        modules: a dict of Modules by name, or pairs of names and Modules.

    Raises:
        TypeError: something that is no Module.
        ValueError: a name has a dot, or is one that this class uses itself.

    Example:
        >>> import flambeau.nn as nn
        >>> heads = nn.ModuleDict({"digit": nn.Linear(4, 10), "even": nn.Linear(4, 2)})
        >>> heads["even"](ft.ones(1, 4)).shape, list(heads)
        ((1, 2), ['digit', 'even'])
    """

    _kind = "module"

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        super().__init__()
        self.update({} if modules is None else modules)

    def __setitem__(self, name: str, module: Module) -> None:
        self.add_module(name, module)

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add modules, or put them in the places of those with the same names."""
        self._update(modules)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("ModuleDict holds modules and does not call them; call one of them in forward")


ModuleDict._reserving = ModuleDict
