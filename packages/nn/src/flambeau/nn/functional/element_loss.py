"""Losses of numbers and probabilities, element by element."""

from __future__ import annotations

import math
from typing import Any, Literal

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._reduction import (
    WITH_BATCHMEAN,
    Reduction,
    broadcast,
    check_reduction,
    check_same_shape,
    old_reduction,
    reduced,
    weighted,
)
from ._types import T

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "gaussian_nll_loss", "huber_loss", "kl_div", "l1_loss",
    "poisson_nll_loss", "smooth_l1_loss",
]  # fmt: skip


def _distance(
    operation: str,
    input: Any,
    target: Tensor,
    beta: float,
    scale: float,
    reduction: Reduction,
    weight: Tensor | None = None,
    of_all: bool = False,
) -> Any:
    """With weights the mean is of what counts, or ``of_all``."""
    check_same_shape(operation, input, target=target, weight=weight)
    check_reduction(operation, reduction)
    losses = ft.ops.smooth_l1(input, target, beta, scale)
    if of_all:
        return reduced(operation, _weighted(losses, weight), reduction)
    return weighted(operation, losses, weight, reduction)


def l1_loss(
    input: T,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
    weight: Tensor | None = None,
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""The distance of predictions and targets.

    .. math:: l_n = |x_n - t_n|

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
        >>> F.l1_loss(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0])).item()
        1.0
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("l1_loss", size_average, reduce, reduction)
    if allow_broadcast:
        input, target = broadcast(input, target)
    return _distance("l1_loss", input, target, 0, 1, reduction, weight)


def smooth_l1_loss(
    input: T,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
    beta: float = 1.0,
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""The distance of predictions and targets, with a parabola in place of its kink.

    .. math:: l_n = \begin{cases} (x_n - t_n)^2 / (2 \beta) & |x_n - t_n| < \beta \\
              |x_n - t_n| - \beta / 2 & \text{otherwise} \end{cases}

    Args:
        input: predictions: Tensor of any shape.
        target: Tensor of the same shape.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        beta: where the parabola ends.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction, or ``beta`` is negative.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.smooth_l1_loss(ft.tensor([1.0, 2.0]), ft.tensor([2.0, 4.0]), reduction="none").tolist()
        [0.5, 1.5]
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("smooth_l1_loss", size_average, reduce, reduction)
    if allow_broadcast:
        input, target = broadcast(input, target)
    if not beta >= 0:
        errors.value_error("smooth_l1_loss", "beta", "0 or more", str(beta))
    return _distance("smooth_l1_loss", input, target, beta, 1, reduction)


def huber_loss(
    input: T,
    target: Tensor,
    reduction: Reduction = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""Half the squared difference where it is small, the distance where it is large.

    .. math:: l_n = \begin{cases} (x_n - t_n)^2 / 2 & |x_n - t_n| < \delta \\
              \delta (|x_n - t_n| - \delta / 2) & \text{otherwise} \end{cases}

    Args:
        input: predictions: Tensor of any shape.
        target: Tensor of the same shape.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        delta: where the one becomes the other.
        weight: Tensor of the same shape: what each loss is multiplied by; None for 1.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction, or ``delta`` is not positive.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.huber_loss(ft.tensor([1.0, 2.0]), ft.tensor([2.0, 6.0]), reduction="none", delta=2.0).tolist()
        [0.5, 6.0]
    """
    if allow_broadcast:
        input, target = broadcast(input, target)
    if not delta > 0:
        errors.value_error("huber_loss", "delta", "a positive number", str(delta))
    return _distance("huber_loss", input, target, delta, delta, reduction, weight, of_all=True)


def _weighted(losses: Any, weight: Tensor | None) -> Any:
    return losses if weight is None else losses * weight


def binary_cross_entropy(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""How surprised probabilities are by targets that are 0, 1 or between.

    .. math:: l_n = -w_n (t_n \log x_n + (1 - t_n) \log (1 - x_n))

    Logarithms are bounded by -100, so that losses are finite.

    Args:
        input: probabilities: Tensor of any shape, with elements in [0, 1].
        target: Tensor of the same shape.
        weight: Tensor whose shape broadcasts with ``input``'s: how much each element counts, or None.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction, or an element of ``input`` is not in [0, 1].

    Example:
        >>> import flambeau.nn.functional as F
        >>> round(F.binary_cross_entropy(ft.tensor([0.5, 0.9]), ft.tensor([0.0, 1.0])).item(), 4)
        0.3993
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("binary_cross_entropy", size_average, reduce, reduction)
    if allow_broadcast:
        input, target = broadcast(input, target)
    check_same_shape("binary_cross_entropy", input, target=target)
    check_reduction("binary_cross_entropy", reduction)
    if input.numel():
        for end in (input.data.amin().item(), input.data.amax().item()):
            if not (0 <= end <= 1 or end != end):
                got = f"{end}; use binary_cross_entropy_with_logits() for scores"
                errors.value_error("binary_cross_entropy", "input", "probabilities in [0, 1]", got)
    return reduced("binary_cross_entropy", _weighted(ft.ops.binary_entropy(input, target), weight), reduction)


def binary_cross_entropy_with_logits(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
    pos_weight: Tensor | None = None,
    *,
    allow_broadcast: bool = False,
) -> T:
    r""":func:`binary_cross_entropy` of the :func:`sigmoid` of scores, without its loss of digits.

    .. math:: l_n = -w_n (p_n t_n \log \sigma(x_n) + (1 - t_n) \log (1 - \sigma(x_n)))

    Args:
        input: scores (logits): Tensor of any shape.
        target: Tensor of the same shape, with elements in [0, 1].
        weight: Tensor whose shape broadcasts with ``input``'s: how much each element counts, or None.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        pos_weight: Tensor whose shape broadcasts with ``input``'s: how much positive targets count, or None.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction.

    Example:
        >>> import flambeau.nn.functional as F
        >>> round(F.binary_cross_entropy_with_logits(ft.tensor([0.0, 200.0]), ft.tensor([1.0, 1.0])).item(), 4)
        0.3466
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("binary_cross_entropy_with_logits", size_average, reduce, reduction)
    if allow_broadcast:
        input, target = broadcast(input, target)
    operation = "binary_cross_entropy_with_logits"
    check_same_shape(operation, input, target=target)
    check_reduction(operation, reduction)
    losses = ft.ops.logistic_entropy(input, target, 1 if pos_weight is None else pos_weight)
    return reduced(operation, _weighted(losses, weight), reduction)


def kl_div(
    input: T,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Literal["mean", "sum", "none", "batchmean"] = "mean",
    log_target: bool = False,
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""The Kullback-Leibler divergence of a distribution, given by its logarithms, from a target distribution.

    .. math:: l_n = t_n (\log t_n - x_n)

    Args:
        input: log-probabilities: Tensor of any shape.
        target: probabilities: Tensor of the same shape.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"batchmean"``, the sum over the size of the first dimension, which is what the divergence is;
            ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        log_target: whether ``target`` has logarithms, too.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction.

    Example:
        >>> import flambeau.nn.functional as F
        >>> half, one = ft.tensor([[0.5, 0.5]]), ft.tensor([[1.0, 0.0]])
        >>> round(F.kl_div(ft.log(half), one, reduction="batchmean").item(), 4)
        0.6931
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("kl_div", size_average, reduce, reduction)
    if allow_broadcast:
        input, target = broadcast(input, target)
    check_same_shape("kl_div", input, target=target)
    losses: Any
    if log_target:
        losses = ft.exp(target) * (target - input)
    else:
        losses = ft.xlogy(target, target) - target * input
    if reduction == "batchmean":
        return losses.sum() / input.shape[0] if input.ndim else losses
    check_reduction("kl_div", reduction, WITH_BATCHMEAN)
    return reduced("kl_div", losses, reduction)


def poisson_nll_loss(
    input: T,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""The negative log-likelihood of counts from a Poisson distribution.

    .. math:: l_n = e^{x_n} - t_n x_n

    Args:
        input: the logarithm of the rate: Tensor of any shape.
        target: counts: Tensor of the same shape.
        log_input: otherwise ``input`` is the rate itself, and the loss :math:`x_n - t_n \log(x_n + \epsilon)`.
        full: whether to add Stirling's approximation of :math:`\log t_n!` where the count is above 1.
        eps: added to a rate, so that its logarithm is finite.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.poisson_nll_loss(ft.tensor([0.0, 0.0]), ft.tensor([1.0, 2.0])).item()
        1.0
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("poisson_nll_loss", size_average, reduce, reduction)
    if allow_broadcast:
        input, target = broadcast(input, target)
    check_same_shape("poisson_nll_loss", input, target=target)
    check_reduction("poisson_nll_loss", reduction)
    losses: Any = ft.exp(input) - target * input if log_input else input - target * ft.log(input + eps)
    if full:
        counts = ft.maximum(target, 1)
        stirling = counts * ft.log(counts) - counts + ft.log(counts * (2 * math.pi)) / 2
        losses = losses + ft.where(target > 1, stirling, 0)
    return reduced("poisson_nll_loss", losses, reduction)


def gaussian_nll_loss(
    input: T,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: Reduction = "mean",
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""The negative log-likelihood of targets from a normal distribution with a mean and variance for each.

    .. math:: l_n = \frac{1}{2} \left( \log v_n + \frac{(x_n - t_n)^2}{v_n} \right)

    Args:
        input: means: Tensor of any shape.
        target: Tensor of the same shape.
        var: variances: Tensor of the same shape, or with one variance for the last dimension, or a number.
        full: whether to add :math:`\log(2 \pi) / 2`.
        eps: the least variance; smaller ones are raised to it, and get their gradient nevertheless.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: no such reduction, or a variance is negative.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.gaussian_nll_loss(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0]), 1.0).item()
        1.0
    """
    if allow_broadcast:
        input, target = broadcast(input, target)
    check_same_shape("gaussian_nll_loss", input, target=target)
    check_reduction("gaussian_nll_loss", reduction)
    spread: Any = var if isinstance(var, Tensor) else ft.full((), float(var), dtype=input.dtype, device=input.device)
    if isinstance(var, Tensor) and var.shape != input.shape:
        if var.shape == input.shape[:-1]:
            spread = var.unsqueeze(-1)
        elif not (var.ndim == input.ndim and var.shape[-1] == 1 and var.shape[:-1] == input.shape[:-1]):
            wanted = f"shape {tuple(input.shape)} as input, or without its last dimension"
            errors.shape_error("gaussian_nll_loss", "var", wanted, str(tuple(var.shape)))
    known = spread.data if isinstance(spread, Tensor) else spread
    if known.numel() and known.amin().item() < 0:
        errors.value_error("gaussian_nll_loss", "var", "variances of 0 or more", str(known.amin().item()))
    spread = spread + (ft.maximum(known, eps) - known)
    losses: Any = (ft.log(spread) + ft.square(input - target) / spread) / 2
    return reduced("gaussian_nll_loss", losses + math.log(2 * math.pi) / 2 if full else losses, reduction)
