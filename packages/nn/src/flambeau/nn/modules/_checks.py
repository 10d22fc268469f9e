"""Checks of the arguments that layers are made with."""

from __future__ import annotations

from flambeau.tensor import errors


def check_positive(layer: str, **sizes: int) -> None:
    """Raise unless all sizes are ints of at least 1."""
    for name, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool):
            errors.type_error(layer, name, "int", type(size).__name__)
        if size < 1:
            errors.value_error(layer, name, "1 or more", str(size))


def pair(layer: str, name: str, value: int | tuple[int, int], least: int) -> tuple[int, int]:
    """Two ints from an int or two."""
    both = (value, value) if isinstance(value, int) else tuple(value) if isinstance(value, (tuple, list)) else ()
    if len(both) != 2 or not all(isinstance(v, int) and not isinstance(v, bool) for v in both):
        errors.type_error(layer, name, "an int or two ints", repr(value))
    if min(both) < least:
        errors.value_error(layer, name, f"{least} or more", str(value))
    return both


def check_reduction(layer: str, reduction: str) -> None:
    """Raise for a reduction that losses do not have."""
    if reduction not in ("none", "mean", "sum"):
        errors.value_error(layer, "reduction", "'none', 'mean' or 'sum'", repr(reduction))
