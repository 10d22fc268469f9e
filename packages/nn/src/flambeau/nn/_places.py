"""Which module an error came from.

Modules do not know their parents: one may stand in several places. When an error leaves a module, the calls that led
there are still on the stack, so the path is found by looking for the module under the outermost one that holds it.
A call that succeeds pays nothing for this.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from flambeau.tensor import ShapeError, Tensor

if TYPE_CHECKING:
    from .module import Module


def explain(module: Module, args: tuple[Any, ...], error: Exception) -> None:
    """Write into an error, on its way out of the innermost module, where that module stands.

    A ShapeError of a module that can tell what it expects says so; what it said before becomes a note. All others keep
    their message and get the place as a note. Either way ``error.module_path`` is the path.

    Args:
        module: the module whose call failed.
        args: what it was called with.
        error: what it raised.
    """
    if hasattr(error, "module_path"):
        return  # from a module further in
    path = _path(module)
    error.module_path = path  # type: ignore[attr-defined]
    title = f"{type(module).__name__} '{path}'" if path else type(module).__name__
    if isinstance(error, ShapeError) and args and isinstance(args[0], Tensor):
        expected = module.expected_input(args[0])
        if expected is not None:
            error.add_note(str(error))
            error.args = (f"{title} expects {expected}, got {tuple(args[0].shape)}",)
            return
    if path:
        error.add_note(f"in {title}")


def _path(module: Module) -> str:
    """The module's name under the outermost running module that holds it; empty for one that stands alone."""
    for outer in _running():
        for path, candidate in outer.named_modules():
            if candidate is module:
                return path
    return ""


def _running() -> list[Module]:
    """The modules whose calls are on this thread's stack, outermost first."""
    from .module import Module

    found: list[Module] = []
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code is Module.__call__.__code__:
            found.append(frame.f_locals["self"])
        frame = frame.f_back
    return found[::-1]
