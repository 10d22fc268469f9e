"""Parameters in a row or by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from flambeau.tensor import Tensor, errors

from ..parameter import Parameter
from ._holding import ByName, Row

__all__ = ["ParameterDict", "ParameterList"]


def _parameter(operation: str, value: Any) -> Parameter:
    if not isinstance(value, Tensor):
        errors.type_error(operation, "values", "Tensors or Parameters", type(value).__name__)
    return value if isinstance(value, Parameter) else Parameter(value)


def _shown(named: Iterable[tuple[str, Parameter]]) -> str:
    return "\n".join(
        f"({name}): Parameter of {p.dtype.name} and size {'x'.join(map(str, p.shape))}" for name, p in named
    )


class ParameterList(Row[Parameter]):
    """A list of parameters that are registered: what a plain list in an attribute of a module is not.

    Args:
        values: Parameters, or Tensors that are made ones.

    Raises:
        TypeError: something else.

    Example:
        >>> import flambeau.nn as nn
        >>> weights = nn.ParameterList([ft.ones(2), ft.ones(3)])
        >>> len(weights), weights[1].shape, list(weights.state_dict())
        (2, (3,), ['0', '1'])
    """

    _kind = "parameter"

    def __init__(self, values: Iterable[Tensor] | None = None) -> None:
        super().__init__()
        self.extend(() if values is None else values)

    def _part(self, named: dict[str, Parameter]) -> Self:
        return type(self)(named.values())

    def __setitem__(self, index: int, value: Tensor) -> None:
        self.register_parameter(self._name_at(index), _parameter("ParameterList", value))

    def append(self, value: Tensor) -> Self:
        """Add a parameter at the end; gives this object."""
        self.register_parameter(str(len(self)), _parameter("append", value))
        return self

    def extend(self, values: Iterable[Tensor]) -> Self:
        """Add parameters at the end; gives this object."""
        for value in tuple(values):
            self.append(value)
        return self

    def __iadd__(self, values: Iterable[Tensor]) -> Self:
        return self.extend(values)

    def extra_repr(self) -> str:
        return _shown(self._own("parameter"))


class ParameterDict(ByName[Parameter]):
    """Parameters by name that are registered: what a plain dict in an attribute of a module is not.

    Args:
        parameters: a dict by name of Parameters, or of Tensors that are made ones; or pairs of both.

    Raises:
        TypeError: something else.
        ValueError: a name has a dot, or is one that this class uses itself.

    Example:
        >>> import flambeau.nn as nn
        >>> scales = nn.ParameterDict({"left": ft.ones(2), "right": ft.ones(3)})
        >>> scales["right"].shape, list(scales)
        ((3,), ['left', 'right'])
    """

    _kind = "parameter"

    def __init__(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]] | None = None) -> None:
        super().__init__()
        self.update({} if parameters is None else parameters)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self.keys())

    def __setitem__(self, name: str, value: Tensor) -> None:
        self.register_parameter(name, _parameter("ParameterDict", value))

    def __or__(self, other: Mapping[str, Tensor]) -> Self:
        both = self.copy()
        both.update(other)
        return both

    def __ior__(self, other: Mapping[str, Tensor]) -> Self:
        self.update(other)
        return self

    def get(self, name: str, default: Any = None) -> Any:
        """The parameter of that name, or ``default``."""
        return self.__dict__[name] if name in self else default

    def setdefault(self, name: str, default: Tensor) -> Parameter:
        """The parameter of that name, which is ``default`` from now on if there was none."""
        if name not in self:
            self[name] = default
        return self[name]

    def update(self, parameters: Any) -> None:
        """Add parameters, or put them in the places of those with the same names."""
        self._update(parameters)

    def popitem(self) -> tuple[str, Parameter]:
        """Take the last parameter away, and give its name and it."""
        if not len(self):
            raise KeyError("popitem(): expected a parameter, got none: it is empty")
        name = self.keys()[-1]
        return name, self.pop(name)

    def copy(self) -> Self:
        """Another ParameterDict of the same parameters."""
        return type(self)(self.items())

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A ParameterDict that has ``default`` under all these names."""
        return ParameterDict((name, default) for name in keys)

    def extra_repr(self) -> str:
        return _shown(self._own("parameter"))


ParameterDict._reserving = ParameterDict
