"""Losses: one number that says how far predictions are from targets."""

from __future__ import annotations

from typing import Literal

from flambeau.tensor import Tensor, ops

from ._types import T

__all__ = ["cross_entropy", "mse_loss", "nll_loss"]

Reduction = Literal["none", "mean", "sum"]


def cross_entropy(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> T:
    """``nll_loss(log_softmax(input), target)``: how surprised the scores in ``input`` are by the classes.

    Args:
        input: scores (logits), of shape (N, C, ...) or (C,).
        target: classes: Tensor of integers in [0, C), of shape (N, ...) or ().
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of ``target`` that does not count.
        reduction: ``"mean"`` weighted by ``weight``, ``"sum"``, or ``"none"`` for one loss per target.

    Returns:
        Tensor without dimensions, or of ``target``'s shape for ``"none"``.

    Raises:
        IndexError: a class is out of range.
        ShapeError: the shapes do not fit together.
        DTypeError: ``target`` does not hold integers.
        ValueError: no such reduction.

    Example:
        >>> from flambeau.nn import functional as F
        >>> F.cross_entropy(ft.tensor([[0.0, 0.0]]), ft.tensor([1])).item()
        0.6931471824645996
    """
    return ops.cross_entropy(input, target, weight, ignore_index, reduction)


def nll_loss(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> T:
    """The negative log-likelihood: minus the element of ``input`` that belongs to the target's class.

    Args:
        input: log-probabilities, of shape (N, C, ...) or (C,).
        target: classes: Tensor of integers in [0, C), of shape (N, ...) or ().
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of ``target`` that does not count.
        reduction: ``"mean"`` weighted by ``weight``, ``"sum"``, or ``"none"`` for one loss per target.

    Returns:
        Tensor without dimensions, or of ``target``'s shape for ``"none"``.

    Raises:
        IndexError: a class is out of range.
        ShapeError: the shapes do not fit together.
        DTypeError: ``target`` does not hold integers.
        ValueError: no such reduction.

    Example:
        >>> from flambeau.nn import functional as F
        >>> F.nll_loss(ft.tensor([[-1.0, -2.0], [-3.0, -4.0]]), ft.tensor([0, 1])).item()
        2.5
    """
    return ops.nll_loss(input, target, weight, ignore_index, reduction)


def mse_loss(input: T, target: Tensor, reduction: Reduction = "mean") -> T:
    """The squared difference of predictions and targets.

    Args:
        input: predictions: Tensor of any shape.
        target: Tensor of the same shape; nothing broadcasts.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction.

    Example:
        >>> from flambeau.nn import functional as F
        >>> F.mse_loss(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0])).item()
        2.0
    """
    return ops.mse_loss(input, target, reduction)
