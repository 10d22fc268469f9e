"""Another library, runtime or recorder for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


@contextlib.contextmanager
def replaced(use: Callable[[Any], Any], other: T) -> Iterator[T]:
    """Within the block the other one is used: ``use`` takes what is used from now on, and gives what was before."""
    before = use(other)
    try:
        yield other
    finally:
        use(before)
