"""Losses: one number that says how far predictions are from targets."""

from __future__ import annotations

from typing import Literal

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._types import T

__all__ = ["cross_entropy", "mse_loss", "nll_loss"]

Reduction = Literal["mean", "sum", "none"]


def cross_entropy(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> T:
    r"""How surprised scores are by the classes: :func:`nll_loss` of their :func:`log_softmax`.

    .. math:: l_n = -w_{t_n} \log \frac{e^{x_{n, t_n}}}{\sum_c e^{x_{n, c}}}

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
        >>> import flambeau.nn.functional as F
        >>> round(F.cross_entropy(ft.zeros(3, 10), ft.tensor([0, 5, 9])).item(), 4)
        2.3026
    """
    return ft.cross_entropy(input, target, weight, ignore_index, reduction)


def nll_loss(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> T:
    r"""The negative log-likelihood of the targets' classes.

    .. math:: l_n = -w_{t_n} x_{n, t_n}

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
        >>> import flambeau.nn.functional as F
        >>> F.nll_loss(ft.tensor([[-1.0, -2.0], [-3.0, -4.0]]), ft.tensor([0, 1])).item()
        2.5
    """
    return ft.nll_loss(input, target, weight, ignore_index, reduction)


def mse_loss(input: T, target: Tensor, *, reduction: Reduction = "mean") -> T:
    r"""The squared difference of predictions and targets.

    .. math:: l_n = (x_n - t_n)^2

    Args:
        input: predictions: Tensor of any shape.
        target: Tensor of the same shape.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.mse_loss(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0])).item()
        2.0
    """
    return ft.mse_loss(input, target, reduction)
