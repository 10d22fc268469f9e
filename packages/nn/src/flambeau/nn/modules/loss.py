"""Losses as modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._reduction import Reduction
from ..functional._types import T
from ..module import Module
from ._check import check_reduction

__all__ = ["CrossEntropyLoss", "MSELoss", "NLLLoss"]


class _Loss(Module):
    """A loss with a reduction."""

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__()
        check_reduction(type(self).__name__, reduction)
        self.reduction: Reduction = reduction

    if TYPE_CHECKING:

        def __call__(self, input: T, target: Tensor) -> T: ...


class _ClassLoss(_Loss):
    """A loss of scores against classes, which may count differently."""

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, ignore_index: int = -100, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index


class CrossEntropyLoss(_ClassLoss):
    r"""How surprised scores are by the classes.

    .. math:: l_n = -w_{t_n} \log \frac{e^{x_{n, t_n}}}{\sum_c e^{x_{n, c}}}

    Args:
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of the target that does not count.
        reduction: ``"mean"`` weighted by ``weight``, ``"sum"``, or ``"none"`` for one loss per target.
        label_smoothing: how much of each target, from 0 to 1, is spread evenly over all classes.

    Shape:
        Scores (N, C, ...) or (C,) and classes, integers in [0, C), of shape (N, ...) or (); or probabilities
        of classes, of the scores' shape.

    Example:
        >>> import flambeau.nn as nn
        >>> round(nn.CrossEntropyLoss()(ft.zeros(3, 10), ft.tensor([0, 5, 9])).item(), 4)
        2.3026
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: Reduction = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, ignore_index, reduction)
        if not 0 <= label_smoothing <= 1:
            errors.value_error("CrossEntropyLoss", "label_smoothing", "a part in [0, 1]", str(label_smoothing))
        self.label_smoothing = label_smoothing

    def forward(self, input: T, target: Tensor) -> T:
        return F.cross_entropy(
            input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )  # fmt: skip


class NLLLoss(_ClassLoss):
    r"""The negative log-likelihood of the targets' classes.

    .. math:: l_n = -w_{t_n} x_{n, t_n}

    Args:
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of the target that does not count.
        reduction: ``"mean"`` weighted by ``weight``, ``"sum"``, or ``"none"`` for one loss per target.

    Shape:
        Log-probabilities (N, C, ...) or (C,) and classes, integers in [0, C), of shape (N, ...) or ().

    Example:
        >>> import flambeau.nn as nn
        >>> nn.NLLLoss()(ft.tensor([[-1.0, -2.0]]), ft.tensor([1])).item()
        2.0
    """

    def forward(self, input: T, target: Tensor) -> T:
        return F.nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class MSELoss(_Loss):
    r"""The squared difference of predictions and targets.

    .. math:: l_n = (x_n - t_n)^2

    Args:
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.

    Shape:
        Predictions and targets of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.MSELoss()(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0])).item()
        2.0
    """

    def forward(self, input: T, target: Tensor) -> T:
        return F.mse_loss(input, target, reduction=self.reduction)
