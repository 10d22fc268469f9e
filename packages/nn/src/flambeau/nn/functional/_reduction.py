"""What losses share: reductions, and the check that predictions and targets have one shape."""

from __future__ import annotations

from typing import Any, Literal

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from .._warnings import warn

Reduction = Literal["mean", "sum", "none"]
REDUCTIONS = ("none", "mean", "sum")
WITH_BATCHMEAN = (*REDUCTIONS, "batchmean")


def check_reduction(operation: str, reduction: Any, known: tuple[str, ...] = REDUCTIONS) -> None:
    if reduction not in known:
        *first, last = map(repr, known)
        errors.value_error(operation, "reduction", f"{', '.join(first)} or {last}", repr(reduction))


def old_reduction(operation: str, size_average: Any, reduce: Any, reduction: Any) -> Any:
    """What PyTorch 0.3's arguments ask for, if any."""
    if size_average is None and reduce is None:
        return reduction
    for argument, value in (("size_average", size_average), ("reduce", reduce)):
        if not (value is None or isinstance(value, bool)):
            fix = f"use reduction={value!r}" if isinstance(value, str) else None
            errors.type_error(operation, argument, "bool or None", type(value).__name__, fix)
    asked = "none" if reduce is False else "sum" if size_average is False else "mean"
    text = f"{operation}(): size_average and reduce are of PyTorch 0.3; use reduction='{asked}'"
    warn(text, DeprecationWarning)
    return asked


def broadcast(*tensors: Any) -> Any:
    """Tensors of one shape, where unequal ones were asked for."""
    return ft.broadcast_tensors(*tensors)


def reduced(operation: str, losses: Any, reduction: Any) -> Any:
    """The losses, their sum, or their mean."""
    check_reduction(operation, reduction)
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()


def weighted(operation: str, losses: Any, weight: Tensor | None, reduction: Any) -> Any:
    """The losses times their weights, the sum of these, or their weighted mean."""
    if weight is None:
        return reduced(operation, losses, reduction)
    check_reduction(operation, reduction)
    losses = losses * weight
    if reduction == "none":
        return losses
    return losses.sum() / weight.sum() if reduction == "mean" else losses.sum()


def check_same_shape(operation: str, input: Tensor, **others: Tensor | None) -> None:
    """Losses of Tensors that broadcast are usually a mistake: a column against a row gives a square."""
    for name, other in others.items():
        if other is not None and other.shape != input.shape:
            wanted = f"shape {tuple(input.shape)} as input"
            errors.shape_error(
                operation, name, wanted, str(tuple(other.shape)), "use reshape(), or allow_broadcast=True"
            )
