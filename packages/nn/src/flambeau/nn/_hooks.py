"""Functions that run around a call, until they are taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

__all__ = ["RemovableHandle"]

Hooks = list[Callable[..., Any]]


class RemovableHandle:
    """What registering a hook gives: ``remove()`` takes the hook away, as does the end of a ``with`` block.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.ReLU()
        >>> with layer.register_forward_hook(lambda module, args, output: output + 1):
        ...     layer(ft.zeros(1)).tolist()
        [1.0]
        >>> layer(ft.zeros(1)).tolist()
        [0.0]
    """

    def __init__(self, hooks: Hooks, hook: Callable[..., Any]) -> None:
        hooks.append(hook)
        self._hooks: Hooks | None = hooks
        self._hook = hook

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        if self._hooks is not None and self._hook in self._hooks:
            self._hooks.remove(self._hook)
        self._hooks = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()
