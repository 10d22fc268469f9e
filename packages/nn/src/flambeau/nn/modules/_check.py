"""Checks of arguments that several layers take."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import errors


def check_size(operation: str, argument: str, value: Any, least: int = 1) -> None:
    # bool is an int, but Linear(3, True) is a slip.
    if not isinstance(value, int) or isinstance(value, bool):
        errors.type_error(operation, argument, "int", type(value).__name__)
    if value < least:
        errors.value_error(operation, argument, f"{least} or more", str(value))


def pair(operation: str, argument: str, value: Any, least: int = 1) -> tuple[int, int]:
    """Two ints from an int or two."""
    both = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(both) != 2 or not all(isinstance(v, int) and not isinstance(v, bool) for v in both):
        errors.type_error(operation, argument, "an int or two ints", repr(value))
    if min(both) < least:
        errors.value_error(operation, argument, f"{least} or more", str(value))
    return both


def check_reduction(operation: str, value: Any) -> None:
    if value not in ("none", "mean", "sum"):
        errors.value_error(operation, "reduction", "'none', 'mean' or 'sum'", repr(value))
