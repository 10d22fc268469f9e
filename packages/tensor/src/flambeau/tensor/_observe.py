"""Watching every operator call: what a tracer or a profiler builds on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from ._core.tensor import set_observer

__all__ = ["observe"]


@contextlib.contextmanager
def observe(
    callback: Callable[[Any, tuple, Any, Any], None], before: Callable[[Any, tuple, Any], None] | None = None
) -> Iterator[None]:
    """Within the block, call ``callback(op, args, out, result)`` after every operator call of any thread.

    Blocks may be nested, or overlap in several threads: each callback sees all calls made during its own.

    Args:
        callback: gets the Operator record, all arguments in order, ``out`` (or None; ``args[0]`` for an in-place
            operation) and the result. What it raises is raised to the caller of the operation.
        before: gets ``op, args, out`` before the call, which may fail: then ``callback`` does not hear of it.

    Example:
        >>> seen = []
        >>> with ft.observe(lambda op, args, out, result: seen.append(op.name)):
        ...     y = (ft.ones(2) + 1).sum()
        >>> seen
        ['ones', 'add', 'sum']
    """
    entry = [callback, before]  # equal callbacks are told apart by identity
    _watching.append(entry)
    _install()
    try:
        yield
    finally:
        _watching[:] = [other for other in _watching if other is not entry]
        _install()


_watching: list[list[Any]] = []


def _install() -> None:
    if len(_watching) < 2:
        set_observer(*(_watching[0] if _watching else (None, None)))
        return
    callbacks = [entry[0] for entry in _watching]
    befores = [entry[1] for entry in _watching if entry[1] is not None]

    def tell_all(op: Any, args: tuple, out: Any, result: Any) -> None:
        for callback in callbacks:
            callback(op, args, out, result)

    def tell_all_before(op: Any, args: tuple, out: Any) -> None:
        for before in befores:
            before(op, args, out)

    set_observer(tell_all, tell_all_before if befores else None)
