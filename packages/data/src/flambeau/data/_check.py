"""Checks of arguments that several classes take."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors


def check_flag(operation: str, argument: str, value: Any) -> None:
    if not isinstance(value, bool):
        errors.type_error(operation, argument, "bool", type(value).__name__)


def check_int(operation: str, argument: str, value: Any) -> None:
    # bool is an int, but batch_size=True is a slip.
    if not isinstance(value, int) or isinstance(value, bool):
        errors.type_error(operation, argument, "int", type(value).__name__)


def check_positive_int(operation: str, argument: str, value: Any) -> None:
    check_int(operation, argument, value)
    if value < 1:
        errors.value_error(operation, argument, "a positive int", str(value))


def check_index(operation: str, index: Any, length: int, expected: str = "int") -> None:
    if not hasattr(index, "__index__"):
        errors.type_error(operation, "index", expected, type(index).__name__)
    if not -length <= index < length:
        errors.index_error(operation, "index", f"an int from {-length} to {length - 1}", str(index))


def check_generator(operation: str, value: Any) -> None:
    if value is not None and not isinstance(value, ft.Generator):
        errors.type_error(
            operation, "generator", "flambeau.tensor.Generator or None", type(value).__name__, "use ft.Generator(seed)"
        )


def check_callable(operation: str, argument: str, value: Any) -> None:
    if value is not None and not callable(value):
        errors.type_error(operation, argument, "a function or None", type(value).__name__)
