"""What rows and dicts of modules share with those of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, Self, TypeVar, overload

from flambeau.tensor import errors

from .._registration import Kind
from ..module import Module

H = TypeVar("H")  # what is held


class Row(Module, Generic[H]):
    """Things in an order, named by their positions unless they were given names."""

    _kind: Kind

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[H]:
        return (held for _, held in self._own(self._kind))

    @overload
    def __getitem__(self, index: int) -> H: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> H | Self:
        if isinstance(index, slice):
            return self._part(dict(list(self._own(self._kind))[index]))
        held: H = getattr(self, self._name_at(index))
        return held

    def _part(self, named: dict[str, H]) -> Self:
        """Another row, of some of what this one holds."""
        raise NotImplementedError

    def _names(self) -> list[str]:
        return [name for name, _ in self._own(self._kind)]

    def _name_at(self, index: int) -> str:
        names = self._names()
        if not -len(names) <= index < len(names):
            expected = f"an int from {-len(names)} to {len(names) - 1}" if names else "none: it is empty"
            errors.index_error(type(self).__name__, "index", expected, str(index))
        return names[index]


class ByName(Module, Generic[H]):
    """Things by name, as a dict has them."""

    _kind: Kind

    def __len__(self) -> int:
        return len(self.keys())

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __getitem__(self, name: str) -> H:
        if name not in self:
            raise KeyError(errors.message(type(self).__name__, "name", f"one of {self.keys()}", repr(name)))
        held: H = self.__dict__[name]
        return held

    def __setitem__(self, name: str, value: Any) -> None:
        raise NotImplementedError

    def __delitem__(self, name: str) -> None:
        self[name]
        delattr(self, name)

    def keys(self) -> list[str]:
        """The names, in order."""
        return [name for name, _ in self._own(self._kind)]

    def values(self) -> list[H]:
        """What is held, in order."""
        return [held for _, held in self._own(self._kind)]

    def items(self) -> list[tuple[str, H]]:
        """Pairs of names and what is held under them, in order."""
        return list(self._own(self._kind))

    def _update(self, held: Any) -> None:
        for name, value in dict(held).items():
            self[name] = value

    def pop(self, name: str) -> H:
        """Take away what is held under a name, and give it."""
        held = self[name]
        del self[name]
        return held

    def clear(self) -> None:
        """Take all away."""
        for name in self.keys():
            del self[name]
