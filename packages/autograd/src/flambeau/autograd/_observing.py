"""Who is told of runs of backward and of users' Functions: the engine knows one observer, these are several."""

from __future__ import annotations

from typing import Any

from ._core.engine import observe_engine

_observers: list[Any] = []


def add(observer: Any) -> None:
    """Tell an observer, too; see ``observe_engine`` for its methods."""
    _observers.append(observer)
    _install()


def remove(observer: Any) -> None:
    """Tell an observer no more."""
    _observers[:] = [other for other in _observers if other is not observer]
    _install()


def _install() -> None:
    if len(_observers) < 2:
        observe_engine(_observers[0] if _observers else None)
    else:
        observe_engine(_All(tuple(_observers)))


class _All:
    def __init__(self, observers: tuple[Any, ...]) -> None:
        self.observers = observers

    def begin(self, outputs: tuple) -> None:
        for observer in self.observers:
            observer.begin(outputs)

    def end(self) -> None:
        for observer in self.observers:
            observer.end()

    def before(self, node: Any, grads: Any) -> None:
        for observer in self.observers:
            observer.before(node, grads)

    def after(self, node: Any, grads: Any, found: list) -> None:
        for observer in self.observers:
            observer.after(node, grads, found)

    def before_function(self, function: Any, args: tuple) -> None:
        for observer in self.observers:
            observer.before_function(function, args)

    def after_function(self, function: Any, args: tuple, returned: Any) -> None:
        for observer in self.observers:
            observer.after_function(function, args, returned)
