"""Where a module stands in its network: what errors in forward and backward say.

Modules do not know their parents: one may stand in several places. While a module is called, its :class:`Place` is
autograd's current place, which every node recorded in the meantime holds. A place knows the call around it, so the path
is found, when something asks for it, by looking for the module under the outermost one that holds it.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from flambeau.tensor import ShapeError, Tensor

if TYPE_CHECKING:
    from .module import Module


class Place:
    """A module, as called from inside another. It keeps no module alive: nodes hold it.

    ``str()`` of it is ``Linear 'encoder.fc1'``, and ``Linear`` for a module that stands alone.
    """

    __slots__ = ("_class", "_module", "outside")

    def __init__(self, module: Module, outside: object) -> None:
        self.outside = outside
        self._module = weakref.ref(module)
        self._class = type(module).__name__

    @property
    def path(self) -> str:
        """The module's name under the outermost running module that holds it; empty for one that stands alone."""
        module = self._module()
        if module is not None:
            for outer in self._around():
                for path, candidate in outer.named_modules():
                    if candidate is module:
                        return path
        return ""

    def _around(self) -> list[Module]:
        """The modules whose calls were running, outermost first."""
        found: list[Module] = []
        place: object = self
        while isinstance(place, Place):
            module = place._module()
            if module is not None:
                found.append(module)
            place = place.outside
        return found[::-1]

    def __str__(self) -> str:
        path = self.path
        return f"{self._class} '{path}'" if path else self._class

    def __reduce__(self) -> tuple[Any, ...]:
        return _nowhere, ()  # copies of a module, and what is unpickled, find their own


def _nowhere() -> None:
    """What is left of a place in another process."""


def explain(module: Module, place: Place, args: tuple[Any, ...], error: Exception) -> None:
    """Write into an error, on its way out of the innermost module, where that module stands.

    A ShapeError of a module that can tell what it expects says so; what it said before becomes a note. All others keep
    their message and get the place as a note. Either way ``error.module_path`` is the path.

    Args:
        module: the module whose call failed.
        place: where that module stands.
        args: what it was called with.
        error: what it raised.
    """
    if hasattr(error, "module_path"):
        return  # from a module further in
    path = error.module_path = place.path  # type: ignore[attr-defined]  # errors take any attribute
    if isinstance(error, ShapeError) and args and isinstance(args[0], Tensor):
        expected = module.expected_input(args[0])
        if expected is not None:
            error.add_note(str(error))
            error.args = (f"{place} expects {expected}, got {tuple(args[0].shape)}",)
            return
    if path:
        error.add_note(f"in {place}")
