"""Losses: one number that says how far predictions are from targets."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._reduction import Reduction, check_reduction, check_same_shape, weighted
from ._types import T

__all__ = ["cross_entropy", "mse_loss", "nll_loss"]


def cross_entropy(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> T:
    r"""How surprised scores are by the classes: :func:`nll_loss` of their :func:`log_softmax`.

    .. math:: l_n = -w_{t_n} \log \frac{e^{x_{n, t_n}}}{\sum_c e^{x_{n, c}}}

    Of targets that are probabilities, each class counts as much as it is probable:

    .. math:: l_n = -\sum_c w_c t_{n, c} \log \frac{e^{x_{n, c}}}{\sum_d e^{x_{n, d}}}

    Args:
        input: scores (logits), of shape (N, C, ...) or (C,).
        target: classes: Tensor of integers in [0, C), of shape (N, ...) or (). Or probabilities: Tensor of floats, of
            ``input``'s shape.
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a class that does not count.
        reduction: ``"mean"``, for classes weighted by ``weight``; ``"sum"``; or ``"none"`` for one loss per target.
        label_smoothing: how much of each target, from 0 to 1, is spread evenly over all classes.

    Returns:
        Tensor without dimensions, or of the shape of classes for ``"none"``.

    Raises:
        IndexError: a class is out of range.
        ShapeError: the shapes do not fit together.
        DTypeError: ``target`` holds neither integers nor floats of ``input``'s shape.
        ValueError: no such reduction, ``label_smoothing`` is not in [0, 1], or an ``ignore_index`` of probabilities.

    Example:
        >>> import flambeau.nn.functional as F
        >>> round(F.cross_entropy(ft.zeros(3, 10), ft.tensor([0, 5, 9])).item(), 4)
        2.3026
        >>> round(F.cross_entropy(ft.zeros(1, 2), ft.tensor([[0.5, 0.5]])).item(), 4)
        0.6931
    """
    if input.ndim and target.is_floating_point() and target.shape == input.shape:
        return _against_chances(input, target, weight, ignore_index, reduction, label_smoothing)
    return ft.cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)


def _against_chances(
    input: Any, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: Reduction, label_smoothing: float
) -> Any:
    check_reduction("cross_entropy", reduction)
    if ignore_index >= 0:
        wanted = "a negative number where targets are probabilities"
        errors.value_error("cross_entropy", "ignore_index", wanted, str(ignore_index))
    if not 0 <= label_smoothing <= 1:
        errors.value_error("cross_entropy", "label_smoothing", "a part in [0, 1]", str(label_smoothing))
    dim = 0 if input.ndim == 1 else 1
    classes = input.shape[dim]
    logs = ft.log_softmax(input, dim)
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    if weight is not None:
        if weight.shape != (classes,):
            wanted = f"shape ({classes},), one element a class"
            errors.shape_error("cross_entropy", "weight", wanted, str(tuple(weight.shape)))
        logs = logs * weight.reshape((-1,) + (1,) * max(input.ndim - 2, 0))
    losses = -(logs * target).sum(dim)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()


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


def mse_loss(input: T, target: Tensor, *, reduction: Reduction = "mean", weight: Tensor | None = None) -> T:
    r"""The squared difference of predictions and targets.

    .. math:: l_n = (x_n - t_n)^2

    Args:
        input: predictions: Tensor of any shape.
        target: Tensor of the same shape.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        weight: Tensor of the same shape: how much each element counts, also in the mean; None for 1.

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
    if weight is None:
        return ft.mse_loss(input, target, reduction)
    check_same_shape("mse_loss", input, weight=weight)
    result: Any = weighted("mse_loss", ft.mse_loss(input, target, "none"), weight, reduction)
    return result
