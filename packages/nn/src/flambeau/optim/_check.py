"""Checks of options that several optimizers take."""

from __future__ import annotations

import math
from typing import Any

from flambeau.tensor import errors


def check_not_negative(operation: str, argument: str, value: Any) -> None:
    check_number(operation, argument, value, 0, math.inf, "a number that is not negative")


def check_betas(operation: str, betas: Any) -> None:
    if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        errors.value_error(operation, "betas", "two numbers in [0, 1)", str(betas))


def check_number(operation: str, argument: str, value: Any, low: float, high: float, expected: str) -> None:
    """A number in [low, high]; ``expected`` says so in words."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        errors.type_error(operation, argument, "a number", type(value).__name__)
    if not low <= value <= high:
        errors.value_error(operation, argument, expected, str(value))


def suggestion(name: str, known: Any) -> str | None:
    """What a name that does not exist may be meant for."""
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean '{near[0]}'?" if near else None


_REASONS = {
    "capturable": "nothing captures steps here",
    "differentiable": "steps are not recorded; write the update with operators, as w = w - lr * g",
}


def check_implementation(operation: str, given: dict[str, Any], known: Any) -> None:
    """Options of PyTorch that choose how a step is computed, not what: taken where they change nothing."""
    for name, value in given.items():
        if name in _REASONS:
            if value not in (False, None):
                errors.value_error(operation, name, "False", repr(value), _REASONS[name])
        elif name not in ("foreach", "fused"):
            names = [*known, "foreach", "fused", *_REASONS]
            expected = f"one of {', '.join(known)}"
            errors.type_error(operation, None, expected, f"'{name}'", suggestion(name, names))
