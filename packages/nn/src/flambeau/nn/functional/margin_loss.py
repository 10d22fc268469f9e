"""Losses that want scores, or distances, to differ by a margin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._reduction import Reduction, broadcast, check_reduction, check_same_shape, old_reduction, reduced
from ._types import T
from .distance import pairwise_distance

__all__ = [
    "cosine_embedding_loss", "hinge_embedding_loss", "margin_ranking_loss", "multi_margin_loss",
    "multilabel_margin_loss", "multilabel_soft_margin_loss", "soft_margin_loss", "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]  # fmt: skip


def _positive(x: Any) -> Any:
    return ft.clamp(x, min=0)


def margin_ranking_loss(
    input1: T,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""Whether one score is above another by a margin, as the target wants.

    .. math:: l_n = \max(0, -t_n (x_n - y_n) + m)

    Args:
        input1: scores x: Tensor of any shape.
        input2: scores y: Tensor of the same shape.
        target: Tensor of the same shape: 1 where ``input1`` is to be the greater one, -1 where ``input2`` is.
        margin: the margin m.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Returns:
        Tensor without dimensions, or of ``input1``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.margin_ranking_loss(ft.tensor([1.0]), ft.tensor([3.0]), ft.tensor([1.0]), margin=0.5).item()
        2.5
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("margin_ranking_loss", size_average, reduce, reduction)
    if allow_broadcast:
        input1, input2, target = broadcast(input1, input2, target)
    check_same_shape("margin_ranking_loss", input1, input2=input2, target=target)
    return reduced("margin_ranking_loss", _positive(-target * (input1 - input2) + margin), reduction)


def hinge_embedding_loss(
    input: T,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""Distances that are to be small for similar pairs, and beyond a margin for others.

    .. math:: l_n = \begin{cases} x_n & t_n = 1 \\ \max(0, m - x_n) & t_n = -1 \end{cases}

    Args:
        input: distances: Tensor of any shape.
        target: Tensor of the same shape, of 1 and -1.
        margin: the margin m.
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
        >>> F.hinge_embedding_loss(ft.tensor([0.25, 0.25]), ft.tensor([1, -1]), reduction="none").tolist()
        [0.25, 0.75]
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("hinge_embedding_loss", size_average, reduce, reduction)
    if allow_broadcast:
        input, target = broadcast(input, target)
    check_same_shape("hinge_embedding_loss", input, target=target)
    apart = ft.where(target != 1, _positive(margin - input), 0)
    return reduced("hinge_embedding_loss", apart + ft.where(target != -1, input, 0), reduction)


def soft_margin_loss(
    input: T,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
    *,
    allow_broadcast: bool = False,
) -> T:
    r"""The logistic loss of scores for two classes, 1 and -1.

    .. math:: l_n = \log(1 + e^{-t_n x_n})

    Args:
        input: scores: Tensor of any shape.
        target: Tensor of the same shape, of 1 and -1.
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
        >>> round(F.soft_margin_loss(ft.tensor([0.0]), ft.tensor([1.0])).item(), 4)
        0.6931
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("soft_margin_loss", size_average, reduce, reduction)
    if allow_broadcast:
        input, target = broadcast(input, target)
    check_same_shape("soft_margin_loss", input, target=target)
    return reduced("soft_margin_loss", -ft.logsigmoid(target * input), reduction)


def _check_rows(operation: str, input: Tensor) -> None:
    if input.ndim not in (1, 2):
        errors.shape_error(operation, "input", "shape (N, C) or (C,)", str(tuple(input.shape)))


def multi_margin_loss(
    input: T,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> T:
    r"""Whether the score of the right class is above all others by a margin.

    .. math:: l_n = \frac{1}{C} \sum_{c \ne t_n} w_{t_n} \max(0, m - x_{n, t_n} + x_{n, c})^p

    Args:
        input: scores, of shape (N, C) or (C,).
        target: classes: Tensor of integers in [0, C), of shape (N,) or ().
        p: 1 or 2.
        margin: the margin m.
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all targets, their ``"sum"``, or ``"none"`` for one loss per target.

    Returns:
        Tensor without dimensions, or of ``target``'s shape for ``"none"``.

    Raises:
        IndexError: a class is out of range.
        ShapeError: the shapes do not fit together.
        ValueError: no such reduction, or ``p`` is neither 1 nor 2.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.multi_margin_loss(ft.tensor([[1.0, 2.0]]), ft.tensor([0])).item()
        1.0
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("multi_margin_loss", size_average, reduce, reduction)
    _check_rows("multi_margin_loss", input)
    check_reduction("multi_margin_loss", reduction)
    if p not in (1, 2):
        errors.value_error("multi_margin_loss", "p", "1 or 2", str(p))
    if target.shape != input.shape[:-1]:
        wanted = f"shape {tuple(input.shape[:-1])}, input's without the classes"
        errors.shape_error("multi_margin_loss", "target", wanted, str(tuple(target.shape)))
    classes = input.shape[-1]
    if weight is not None and weight.shape != (classes,):
        wanted = f"shape ({classes},), one element a class"
        errors.shape_error("multi_margin_loss", "weight", wanted, str(tuple(weight.shape)))
    _check_bounds("multi_margin_loss", target, 0, classes)
    place = target.unsqueeze(-1)
    losses = _positive(margin - ft.gather(input, -1, place) + input)
    if p == 2:
        losses = ft.square(losses)
    if weight is not None:
        losses = losses * weight[place]
    others = ft.arange(classes, device=input.device) != place
    return reduced("multi_margin_loss", ft.where(others, losses, 0).sum(-1) / classes, reduction)


def _check_bounds(operation: str, target: Tensor, low: int, classes: int) -> None:
    if target.is_floating_point():
        errors.dtype_error(operation, "target", "integers", target.dtype.name, "convert it with .long()")
    if target.numel() == 0:
        return
    for end in (target.amin().item(), target.amax().item()):
        if not low <= end < classes:
            wanted = f"class indices in [{low}, {classes - 1}] ({classes} classes)"
            errors.index_error(operation, "target", wanted, str(end))


def multilabel_margin_loss(
    input: T,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> T:
    r"""Whether the scores of all right classes are above all others by 1.

    .. math:: l_n = \frac{1}{C} \sum_{c \in t_n} \sum_{d \notin t_n} \max(0, 1 - x_{n, c} + x_{n, d})

    Args:
        input: scores, of shape (N, C) or (C,).
        target: Tensor of integers of the same shape: the classes that are right, then -1.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all samples, their ``"sum"``, or ``"none"`` for one loss per sample.

    Returns:
        Tensor without dimensions, or of shape (N,) for ``"none"``.

    Raises:
        IndexError: a class is out of range.
        ShapeError: the shapes differ.
        ValueError: no such reduction.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.multilabel_margin_loss(ft.tensor([[1.0, 2.0]]), ft.tensor([[0, -1]])).item()
        1.0
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("multilabel_margin_loss", size_average, reduce, reduction)
    _check_rows("multilabel_margin_loss", input)
    check_reduction("multilabel_margin_loss", reduction)
    check_same_shape("multilabel_margin_loss", input, target=target)
    classes = input.shape[-1]
    _check_bounds("multilabel_margin_loss", target, -1, classes)
    named = ft.cumprod((target >= 0).long(), -1)  # up to the first -1
    place = target * named
    right = ft.scatter_add(ft.zeros_like(named), -1, place, named)
    gaps = _positive(1 - ft.gather(input, -1, place).unsqueeze(-1) + input.unsqueeze(-2))
    counted = (named != 0).unsqueeze(-1) & (right == 0).unsqueeze(-2)
    return reduced("multilabel_margin_loss", ft.where(counted, gaps, 0).sum((-1, -2)) / max(classes, 1), reduction)


def multilabel_soft_margin_loss(
    input: T,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> T:
    r"""The mean over all classes of the binary cross entropy of scores.

    .. math:: l_n = -\frac{1}{C} \sum_c w_c (t_{n, c} \log \sigma(x_{n, c}) + (1 - t_{n, c}) \log \sigma(-x_{n, c}))

    Args:
        input: scores, of shape (..., C).
        target: Tensor of the same shape, of 0 and 1.
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all samples, their ``"sum"``, or ``"none"`` for one loss per sample.

    Returns:
        Tensor without dimensions, or of ``input``'s shape without the classes for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction.

    Example:
        >>> import flambeau.nn.functional as F
        >>> round(F.multilabel_soft_margin_loss(ft.zeros(1, 3), ft.tensor([[0.0, 1.0, 1.0]])).item(), 4)
        0.6931
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("multilabel_soft_margin_loss", size_average, reduce, reduction)
    check_same_shape("multilabel_soft_margin_loss", input, target=target)
    if input.ndim == 0:
        errors.shape_error("multilabel_soft_margin_loss", "input", "at least 1 dimension", "shape ()")
    losses: Any = ft.ops.logistic_entropy(input, target)
    if weight is not None:
        losses = losses * weight
    return reduced("multilabel_soft_margin_loss", losses.mean(-1), reduction)


def triplet_margin_with_distance_loss(
    anchor: T,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: Reduction = "mean",
) -> T:
    r"""Whether samples are nearer to one of their kind than to one of another, by a margin.

    .. math:: l_n = \max(0, d(a_n, p_n) - d(a_n, q_n) + m)

    Args:
        anchor: samples a, of shape (N, D) or (D,).
        positive: those of their kind, p.
        negative: those of another, q.
        distance_function: the distance d; :func:`pairwise_distance` if not given.
        margin: the margin m.
        swap: use the distance from positive to negative where it is less than that from the anchor.
        reduction: ``"mean"`` of all samples, their ``"sum"``, or ``"none"`` for one loss per sample.

    Returns:
        Tensor without dimensions, or of one loss per sample for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction, or ``margin`` is not positive.

    Example:
        >>> import flambeau.nn.functional as F
        >>> a, p, q = ft.zeros(1, 2), ft.ones(1, 2), ft.full((1, 2), 2.0)
        >>> near = lambda x, y: (x - y).abs().sum(1)
        >>> F.triplet_margin_with_distance_loss(a, p, q, distance_function=near, margin=5.0).item()
        3.0
    """
    operation = "triplet_margin_with_distance_loss"
    check_same_shape(operation, anchor, positive=positive, negative=negative)
    if not margin > 0:
        errors.value_error(operation, "margin", "a positive number", str(margin))
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ft.minimum(far, distance(positive, negative))
    return reduced(operation, _positive(margin + near - far), reduction)


def triplet_margin_loss(
    anchor: T,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> T:
    r"""Whether samples are nearer to one of their kind than to one of another, by a margin.

    .. math:: l_n = \max(0, \lVert a_n - p_n \rVert_p - \lVert a_n - q_n \rVert_p + m)

    Args:
        anchor: samples a, of shape (N, D) or (D,).
        positive: those of their kind.
        negative: those of another, q.
        margin: the margin m.
        p: the exponent of the norm.
        eps: added to each difference, so that the distance of equal vectors has a derivative.
        swap: use the distance from positive to negative where it is less than that from the anchor.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all samples, their ``"sum"``, or ``"none"`` for one loss per sample.

    Returns:
        Tensor without dimensions, or of one loss per sample for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction, or ``margin`` is not positive.

    Example:
        >>> import flambeau.nn.functional as F
        >>> a, p, q = ft.zeros(1, 2), ft.tensor([[3.0, 4.0]]), ft.tensor([[0.0, 2.0]])
        >>> round(F.triplet_margin_loss(a, p, q).item(), 4)
        4.0
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("triplet_margin_loss", size_average, reduce, reduction)

    def distance(x: Any, y: Any) -> Any:
        return pairwise_distance(x, y, p, eps)

    return triplet_margin_with_distance_loss(
        anchor, positive, negative, distance_function=distance, margin=margin, swap=swap, reduction=reduction
    )


def cosine_embedding_loss(
    input1: T,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> T:
    r"""Whether vectors point the same way, or differ by a margin, as the target wants.

    .. math:: l_n = \begin{cases} 1 - \cos(x_n, y_n) & t_n = 1 \\ \max(0, \cos(x_n, y_n) - m) & t_n = -1 \end{cases}

    Args:
        input1: vectors x, of shape (N, D) or (D,).
        input2: vectors y, of the same shape.
        target: Tensor of shape (N,) or (), of 1 and -1.
        margin: the margin m, in [-1, 1].
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all pairs, their ``"sum"``, or ``"none"`` for one loss per pair.

    Returns:
        Tensor without dimensions, or of ``target``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: no such reduction.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.cosine_embedding_loss(ft.tensor([[1.0, 0.0]]), ft.tensor([[0.0, 1.0]]), ft.tensor([1])).item()
        1.0
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction("cosine_embedding_loss", size_average, reduce, reduction)
    _check_rows("cosine_embedding_loss", input1)
    check_same_shape("cosine_embedding_loss", input1, input2=input2)
    if target.shape != input1.shape[:-1]:
        wanted = f"shape {tuple(input1.shape[:-1])}, one element a pair"
        errors.shape_error("cosine_embedding_loss", "target", wanted, str(tuple(target.shape)))
    x: Any = input1
    least = 1e-12  # added to squared lengths, so that the angle of a vector of zeros has a derivative
    lengths = (ft.square(x).sum(-1) + least) * (ft.square(input2).sum(-1) + least)
    cosine = (x * input2).sum(-1) / ft.sqrt(lengths)
    losses = ft.where(target == 1, 1 - cosine, 0) + ft.where(target == -1, _positive(cosine - margin), 0)
    return reduced("cosine_embedding_loss", losses, reduction)
