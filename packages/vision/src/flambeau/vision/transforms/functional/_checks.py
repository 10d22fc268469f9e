"""Checks of numbers that functions, classes and the writing of files share."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import errors


def not_negative(operation: str, name: str, value: float) -> None:
    if not value >= 0:
        errors.value_error(operation, name, "a number that is not negative", repr(value))


def int_within(operation: str, name: str, value: Any, low: int, high: int) -> None:
    if not isinstance(value, int) or not low <= value <= high:
        errors.value_error(operation, name, f"an int from {low} to {high}", repr(value))
