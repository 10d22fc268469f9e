"""Losses: one number that says how far predictions are from targets."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._reduction import Reduction, broadcast, check_reduction, check_same_shape, old_reduction, weighted
from ._types import T

__all__ = ["cross_entropy", "linear_cross_entropy", "mse_loss", "nll_loss"]


def cross_entropy(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
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
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
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
    if size_average is not None or reduce is not None:
        reduction = old_reduction("cross_entropy", size_average, reduce, reduction)
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


def linear_cross_entropy(
    input: Any,
    linear_weight: Any,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: Reduction = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: None = None,
) -> Any:
    r""":func:`cross_entropy` of :func:`linear` scores.

    Args:
        input: Tensor of shape (N, in_features) or (in_features,).
        linear_weight: Tensor of shape (C, in_features), or (C, d..., in_features) for scores of shape (N, C, d...).
        target: classes or probabilities, as for :func:`cross_entropy` of these scores.
        linear_bias: Tensor of shape (C,) or (C, d...), or None.
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        reduction: ``"mean"``, for classes weighted by ``weight``; ``"sum"``; or ``"none"`` for one loss per target.
        ignore_index: a class that does not count; None for -100.
        label_smoothing: how much of each target, from 0 to 1, is spread evenly over all classes.
        options: None: scores are made for all samples at once.

    Returns:
        Tensor without dimensions, or of the shape of classes for ``"none"``.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: ``options`` are not None, or as for :func:`cross_entropy`.

    Example:
        >>> import flambeau.nn.functional as F
        >>> round(F.linear_cross_entropy(ft.ones(3, 4), ft.ones(10, 4), ft.tensor([0, 5, 9])).item(), 4)
        2.3026
    """
    if options is not None:
        errors.value_error("linear_cross_entropy", "options", "None", repr(options))
    further = tuple(linear_weight.shape[1:-1])
    if further and input.ndim != 2:
        wanted = f"shape (N, {linear_weight.shape[-1]}) for this weight"
        errors.shape_error("linear_cross_entropy", "input", wanted, str(tuple(input.shape)))
    rows = linear_weight.flatten(0, -2) if further else linear_weight
    scores = ft.linear(input, rows, linear_bias.flatten() if linear_bias is not None and further else linear_bias)
    if further:
        scores = scores.unflatten(-1, (linear_weight.shape[0], *further))
    ignored = -100 if ignore_index is None else ignore_index
    return cross_entropy(
        scores, target, weight, ignore_index=ignored, reduction=reduction, label_smoothing=label_smoothing
    )


def nll_loss(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> T:
    r"""The negative log-likelihood of the targets' classes.

    .. math:: l_n = -w_{t_n} x_{n, t_n}

    Args:
        input: log-probabilities, of shape (N, C, ...) or (C,).
        target: classes: Tensor of integers in [0, C), of shape (N, ...) or ().
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of ``target`` that does not count.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
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
    if size_average is not None or reduce is not None:
        reduction = old_reduction("nll_loss", size_average, reduce, reduction)
    return ft.nll_loss(input, target, weight, ignore_index, reduction)


def mse_loss(
    input: T,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
    weight: Tensor | None = None,
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""The squared difference of predictions and targets.

    .. math:: l_n = (x_n - t_n)^2

    Args:
        input: predictions: Tensor of any shape.
        target: Tensor of the same shape.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        weight: Tensor of the same shape: how much each element counts, also in the mean; None for 1.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

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
    if size_average is not None or reduce is not None:
        reduction = old_reduction("mse_loss", size_average, reduce, reduction)
    if allow_broadcast:
        input, target = broadcast(input, target)
    if weight is None:
        return ft.mse_loss(input, target, reduction)
    check_same_shape("mse_loss", input, weight=weight)
    result: Any = weighted("mse_loss", ft.mse_loss(input, target, "none"), weight, reduction)
    return result
