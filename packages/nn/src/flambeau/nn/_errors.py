"""Which module an error comes from: found while the error travels outward, so calls that go well pay nothing.

Each ``Module.__call__`` that an error leaves calls :func:`locate`. The innermost one knows the module; the others know
it by a name, and the path grows until the outermost: ``Linear 'encoder.fc1' expects (*, 768), got (512, 2048)``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flambeau.tensor.errors import DeviceError

if TYPE_CHECKING:
    from .module import Module

# ShapeError is a ValueError and DTypeError a TypeError. Errors of other kinds pass through untouched.
LOCATED = (TypeError, ValueError, IndexError, DeviceError)

_OURS = re.compile(r"\w+\(\): (argument '\w+': )?expected ")


class _Origin:
    """The module in which an error arose, its path as far as it is known, and what happened in it."""

    __slots__ = ("is_message", "module", "path", "what")

    def __init__(self, module: Module, what: str, is_message: bool) -> None:
        self.module = module
        self.path = ""
        self.what = what
        self.is_message = is_message

    def __str__(self) -> str:
        name = type(self.module).__name__
        return f"{name} '{self.path}'{self.what}" if self.path else f"{name}{self.what}"


def locate(error: Exception, module: Module, args: tuple[Any, ...]) -> None:
    """Say in ``error``, which leaves ``module(*args)``, from which module it comes, as seen from ``module``.

    Errors of flambeau's operators get another message; all others keep theirs and get a note.
    """
    origin: _Origin | None = getattr(error, "_flambeau_origin", None)
    if origin is None:
        origin = _origin(error, module, args)
        error._flambeau_origin = origin  # type: ignore[attr-defined]
        if not origin.is_message:
            error.add_note(f"in {origin}")
    else:
        path = _path(module, origin.module)
        if not path:
            return
        origin.path = path
    if origin.is_message:
        error.args = (str(origin),)
    else:
        error.__notes__[-1] = f"in {origin}"


def _origin(error: Exception, module: Module, args: tuple[Any, ...]) -> _Origin:
    text = error.args[0] if len(error.args) == 1 else None
    if not isinstance(text, str) or not _OURS.match(text):
        return _Origin(module, "", False)
    misfit = module.misfit(*args)
    return _Origin(module, f": {text}" if misfit is None else f" {misfit}", True)


def _path(outer: Module, inner: Module) -> str:
    return next((name for name, module in outer.named_modules() if module is inner), "")


def expects(expected: str, got: Any) -> str:
    """The text that :meth:`Module.misfit` gives for a Tensor of the wrong shape."""
    return f"expects {expected}, got {tuple(got.shape)}"
