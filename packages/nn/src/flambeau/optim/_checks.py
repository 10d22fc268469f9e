"""Checks of hyper-parameters."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import errors


def check_not_negative(optimizer: str, hyper: dict[str, Any], *names: str) -> None:
    """Raise unless these hyper-parameters are numbers of at least 0."""
    for name in names:
        value = hyper[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            errors.type_error(optimizer, name, "a number", type(value).__name__)
        if not value >= 0:
            errors.value_error(optimizer, name, "0 or more", str(value))
