"""Checks of options that several optimizers take."""

from __future__ import annotations

import math
from typing import Any

from flambeau.tensor import errors


def check_not_negative(operation: str, argument: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        errors.type_error(operation, argument, "a number", type(value).__name__)
    if value < 0 or math.isnan(value):
        errors.value_error(operation, argument, "a number that is not negative", str(value))
