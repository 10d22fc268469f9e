"""Hooks of modules, and the handles that take them away."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any

__all__ = ["RemovableHandle"]

_numbers = itertools.count()


class Hooks(dict[int, Callable[..., Any]]):
    """Hooks in the order they were registered. (Only a subclass of dict takes weak references.)"""

    def add(self, hook: Callable[..., Any]) -> RemovableHandle:
        number = next(_numbers)
        self[number] = hook
        return RemovableHandle(self, number)


class RemovableHandle:
    """What registering a hook gives: :meth:`remove` takes the hook away, as does the end of a ``with`` block.

    Example:
        >>> from flambeau import nn
        >>> layer = nn.ReLU()
        >>> with layer.register_forward_hook(lambda module, args, output: output + 1):
        ...     layer(ft.zeros(1)).tolist()
        [1.0]
        >>> layer(ft.zeros(1)).tolist()
        [0.0]
    """

    def __init__(self, hooks: Hooks, number: int) -> None:
        self._hooks = weakref.ref(hooks)
        self._number = number

    def remove(self) -> None:
        """Take the hook away; nothing happens when it is gone already."""
        hooks = self._hooks()
        if hooks is not None:
            hooks.pop(self._number, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()
