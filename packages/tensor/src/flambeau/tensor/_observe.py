"""Watching every operator call: what a tracer or a profiler builds on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from ._core.tensor import set_observer

__all__ = ["observe"]


@contextlib.contextmanager
def observe(callback: Callable[[Any, tuple, Any, Any], None]) -> Iterator[None]:
    """Within the block, call ``callback(op, args, out, result)`` after every operator call of any thread.

    Args:
        callback: gets the Operator record, all arguments in order, ``out`` (or None; ``args[0]`` for an in-place
            operation) and the result. What it raises is raised to the caller of the operation.

    Example:
        >>> seen = []
        >>> with ft.observe(lambda op, args, out, result: seen.append(op.name)):
        ...     y = (ft.ones(2) + 1).sum()
        >>> seen
        ['ones', 'add', 'sum']
    """
    previous = set_observer(callback)
    try:
        yield
    finally:
        set_observer(previous)
