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


def several(operation: str, argument: str, value: Any, count: int, least: int = 1) -> tuple[int, ...]:
    """One, two or three ints from an int or as many."""
    each = tuple(value) if isinstance(value, (tuple, list)) else (value,) * count
    if len(each) != count or not all(isinstance(v, int) and not isinstance(v, bool) for v in each):
        expected = ("an int", "an int or two ints", "an int or three ints")[count - 1]
        errors.type_error(operation, argument, expected, repr(value))
    if min(each) < least:
        errors.value_error(operation, argument, f"{least} or more", str(value))
    return each
