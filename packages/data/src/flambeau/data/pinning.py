"""Batches in page-locked memory, from where a GPU copies faster and without holding up the program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flambeau.tensor as ft


def pinned(batch: Any) -> Any:
    """The batch with its Tensors in page-locked memory; the batch itself where there is no CUDA.

    An object of one's own with a method ``pin_memory()`` decides for itself.
    """
    return _pinned(batch) if ft.cuda.is_available() else batch


def _pinned(value: Any) -> Any:
    if isinstance(value, ft.Tensor) or hasattr(value, "pin_memory"):
        return value.pin_memory()
    if isinstance(value, Mapping):
        return type(value)({key: _pinned(inner) for key, inner in value.items()})  # type: ignore[call-arg]  # mappings take one
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_pinned, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(_pinned, value))
    return value
