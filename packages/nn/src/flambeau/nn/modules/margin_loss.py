"""Losses that want scores, or distances, to differ by a margin, as modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._reduction import Reduction
from ..functional._types import T
from .loss import ElementLoss, Loss

__all__ = [
    "CosineEmbeddingLoss", "HingeEmbeddingLoss", "MarginRankingLoss", "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss", "MultiMarginLoss", "SoftMarginLoss", "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]  # fmt: skip


class MarginRankingLoss(ElementLoss):
    r"""Whether one score is above another by a margin, as the target wants.

    .. math:: l_n = \max(0, -t_n (x_n - y_n) + m)

    Args:
        margin: the margin m.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Two inputs and targets, which are 1 or -1, of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.MarginRankingLoss(margin=0.5)(ft.tensor([1.0]), ft.tensor([3.0]), ft.tensor([1.0])).item()
        2.5
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
        *,
        allow_broadcast: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction, allow_broadcast=allow_broadcast)
        self.margin = margin

    if TYPE_CHECKING:

        def __call__(  # type: ignore[override]  # of two inputs, where other losses take one
            self, input1: T, input2: Tensor, target: Tensor
        ) -> T: ...

    def forward(self, input1: T, input2: Tensor, target: Tensor) -> T:
        return F.margin_ranking_loss(
            input1, input2, target, self.margin, reduction=self.reduction, allow_broadcast=self.allow_broadcast
        )


class CosineEmbeddingLoss(Loss):
    r"""Whether vectors point the same way, or differ by a margin, as the target wants.

    .. math:: l_n = \begin{cases} 1 - \cos(x_n, y_n) & t_n = 1 \\ \max(0, \cos(x_n, y_n) - m) & t_n = -1 \end{cases}

    Args:
        margin: the margin m, in [-1, 1].
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss per pair.

    Shape:
        Two inputs of shape (N, D) or (D,), and targets, which are 1 or -1, of shape (N,) or ().

    Example:
        >>> import flambeau.nn as nn
        >>> x, y = ft.tensor([[1.0, 0.0]]), ft.tensor([[0.0, 1.0]])
        >>> nn.CosineEmbeddingLoss()(x, y, ft.tensor([1])).item()
        1.0
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    if TYPE_CHECKING:

        def __call__(  # type: ignore[override]  # of two inputs, where other losses take one
            self, input1: T, input2: Tensor, target: Tensor
        ) -> T: ...

    def forward(self, input1: T, input2: Tensor, target: Tensor) -> T:
        return F.cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)


class HingeEmbeddingLoss(ElementLoss):
    r"""Distances that are to be small for similar pairs, and beyond a margin for others.

    .. math:: l_n = \begin{cases} x_n & t_n = 1 \\ \max(0, m - x_n) & t_n = -1 \end{cases}

    Args:
        margin: the margin m.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Distances and targets, which are 1 or -1, of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.HingeEmbeddingLoss(reduction="none")(ft.tensor([0.25, 0.25]), ft.tensor([1, -1])).tolist()
        [0.25, 0.75]
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
        *,
        allow_broadcast: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction, allow_broadcast=allow_broadcast)
        self.margin = margin

    def forward(self, input: T, target: Tensor) -> T:
        return F.hinge_embedding_loss(
            input, target, self.margin, reduction=self.reduction, allow_broadcast=self.allow_broadcast
        )


class SoftMarginLoss(ElementLoss):
    r"""The logistic loss of scores for two classes, 1 and -1.

    .. math:: l_n = \log(1 + e^{-t_n x_n})

    Args:
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Scores and targets of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> round(nn.SoftMarginLoss()(ft.tensor([0.0]), ft.tensor([1.0])).item(), 4)
        0.6931
    """

    def forward(self, input: T, target: Tensor) -> T:
        return F.soft_margin_loss(input, target, reduction=self.reduction, allow_broadcast=self.allow_broadcast)


class MultiMarginLoss(Loss):
    r"""Whether the score of the right class is above all others by a margin.

    .. math:: l_n = \frac{1}{C} \sum_{c \ne t_n} w_{t_n} \max(0, m - x_{n, t_n} + x_{n, c})^p

    Args:
        p: 1 or 2.
        margin: the margin m.
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss per target.

    Shape:
        Scores (N, C) or (C,) and classes, integers in [0, C), of shape (N,) or ().

    Example:
        >>> import flambeau.nn as nn
        >>> nn.MultiMarginLoss()(ft.tensor([[1.0, 2.0]]), ft.tensor([0])).item()
        1.0
    """

    weight: Tensor | None

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if p not in (1, 2):
            errors.value_error("MultiMarginLoss", "p", "1 or 2", str(p))
        self.p = p
        self.margin = margin
        self.register_buffer("weight", weight)

    def forward(self, input: T, target: Tensor) -> T:
        return F.multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


class MultiLabelMarginLoss(Loss):
    r"""Whether the scores of all right classes are above all others by 1.

    .. math:: l_n = \frac{1}{C} \sum_{c \in t_n} \sum_{d \notin t_n} \max(0, 1 - x_{n, c} + x_{n, d})

    Args:
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss per sample.

    Shape:
        Scores (N, C) or (C,), and integers of the same shape: the classes that are right, then -1.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.MultiLabelMarginLoss()(ft.tensor([[1.0, 2.0]]), ft.tensor([[0, -1]])).item()
        1.0
    """

    def forward(self, input: T, target: Tensor) -> T:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(Loss):
    r"""The mean over all classes of the binary cross entropy of scores.

    .. math:: l_n = -\frac{1}{C} \sum_c w_c (t_{n, c} \log \sigma(x_{n, c}) + (1 - t_{n, c}) \log \sigma(-x_{n, c}))

    Args:
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss per sample.

    Shape:
        Scores and targets, which are 0 or 1, of one shape (..., C).

    Example:
        >>> import flambeau.nn as nn
        >>> round(nn.MultiLabelSoftMarginLoss()(ft.zeros(1, 3), ft.tensor([[0.0, 1.0, 1.0]])).item(), 4)
        0.6931
    """

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)

    def forward(self, input: T, target: Tensor) -> T:
        return F.multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)


class _TripletLoss(Loss):
    """A loss of samples, others of their kind, and others of another kind."""

    def __init__(
        self,
        margin: float,
        swap: bool,
        reduction: Reduction,
        size_average: bool | None = None,
        reduce: bool | None = None,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if not margin > 0:
            errors.value_error(type(self).__name__, "margin", "a positive number", str(margin))
        self.margin = margin
        self.swap = swap

    if TYPE_CHECKING:

        def __call__(  # type: ignore[override]  # of three inputs and no target
            self, anchor: T, positive: Tensor, negative: Tensor
        ) -> T: ...


class TripletMarginLoss(_TripletLoss):
    r"""Whether samples are nearer to one of their kind than to one of another, by a margin.

    .. math:: l_n = \max(0, \lVert a_n - p_n \rVert_p - \lVert a_n - q_n \rVert_p + m)

    Args:
        margin: the margin m.
        p: the exponent of the norm.
        eps: added to each difference, so that the distance of equal vectors has a derivative.
        swap: use the distance from p to q where it is less than that from a to q.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss per sample.

    Shape:
        Three inputs of one shape, (N, D) or (D,).

    Example:
        >>> import flambeau.nn as nn
        >>> a, p, q = ft.zeros(1, 2), ft.tensor([[3.0, 4.0]]), ft.tensor([[0.0, 2.0]])
        >>> round(nn.TripletMarginLoss()(a, p, q).item(), 4)
        4.0
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(margin, swap, reduction, size_average, reduce)
        self.p = p
        self.eps = eps

    def forward(self, anchor: T, positive: Tensor, negative: Tensor) -> T:
        return F.triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, reduction=self.reduction
        )


class TripletMarginWithDistanceLoss(_TripletLoss):
    r"""Whether samples are nearer to one of their kind than to one of another, by a margin.

    .. math:: l_n = \max(0, d(a_n, p_n) - d(a_n, q_n) + m)

    Args:
        distance_function: the distance d; the Euclidean one if not given.
        margin: the margin m.
        swap: use the distance from p to q where it is less than that from a to q.
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss per sample.

    Shape:
        Three inputs of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> near = lambda x, y: (x - y).abs().sum(1)
        >>> loss = nn.TripletMarginWithDistanceLoss(distance_function=near, margin=5.0)
        >>> loss(ft.zeros(1, 2), ft.ones(1, 2), ft.full((1, 2), 2.0)).item()
        3.0
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Any, Any], Any] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(margin, swap, reduction)
        self.distance_function = distance_function

    def forward(self, anchor: T, positive: Tensor, negative: Tensor) -> T:
        return F.triplet_margin_with_distance_loss(
            anchor, positive, negative, distance_function=self.distance_function, margin=self.margin, swap=self.swap,
            reduction=self.reduction,
        )  # fmt: skip
