"""A mutant: what was changed, whose tests must notice, and how to change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Mutant(NamedTuple):
    name: str
    operators: list[str]
    change: Callable[[], Callable[[], None]]  # makes the change, and gives what takes it back
    place: tuple[str, str, int] | None = None  # file, name and line of the function that was changed
