"""Losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flambeau.tensor import Tensor

from .. import functional
from ..functional._types import T
from ..functional.loss import Reduction
from ..module import Module
from ._checks import check_reduction

__all__ = ["CrossEntropyLoss", "MSELoss", "NLLLoss"]


class _ClassLoss(Module):
    """What the losses of classes share: how much each class counts, which target does not, and the reduction."""

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, ignore_index: int = -100, reduction: Reduction = "mean") -> None:
        super().__init__()
        check_reduction(type(self).__name__, reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction


class CrossEntropyLoss(_ClassLoss):
    """How surprised scores are by the classes: ``-log_softmax(input)[target]``.

    Args:
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of the target that does not count.
        reduction: ``"mean"`` weighted by ``weight``, ``"sum"``, or ``"none"`` for one loss per target.

    Shape:
        - Input: scores (logits), (N, C, ...) or (C,).
        - Target: integers in [0, C), (N, ...) or ().
        - Result: (), or the target's for ``"none"``.

    Raises:
        ValueError: no such reduction.

    Example:
        >>> from flambeau import nn
        >>> nn.CrossEntropyLoss()(ft.tensor([[0.0, 0.0]]), ft.tensor([1])).item()
        0.6931471824645996
    """

    def forward(self, input: T, target: Tensor) -> T:
        return functional.cross_entropy(input, target, self.weight, self.ignore_index, self.reduction)

    if TYPE_CHECKING:
        __call__ = forward


class NLLLoss(_ClassLoss):
    """The negative log-likelihood: ``-input[target]`` for log-probabilities, as ``log_softmax`` gives them.

    Args:
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of the target that does not count.
        reduction: ``"mean"`` weighted by ``weight``, ``"sum"``, or ``"none"`` for one loss per target.

    Shape:
        - Input: log-probabilities, (N, C, ...) or (C,).
        - Target: integers in [0, C), (N, ...) or ().
        - Result: (), or the target's for ``"none"``.

    Raises:
        ValueError: no such reduction.

    Example:
        >>> from flambeau import nn
        >>> nn.NLLLoss()(ft.tensor([[-1.0, -2.0], [-3.0, -4.0]]), ft.tensor([0, 1])).item()
        2.5
    """

    def forward(self, input: T, target: Tensor) -> T:
        return functional.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)

    if TYPE_CHECKING:
        __call__ = forward


class MSELoss(Module):
    """The squared difference of predictions and targets.

    Args:
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.

    Shape:
        - Input: any.
        - Target: the same; nothing broadcasts.
        - Result: (), or the input's for ``"none"``.

    Raises:
        ValueError: no such reduction.

    Example:
        >>> from flambeau import nn
        >>> nn.MSELoss()(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0])).item()
        2.0
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__()
        check_reduction("MSELoss", reduction)
        self.reduction = reduction

    def forward(self, input: T, target: Tensor) -> T:
        return functional.mse_loss(input, target, self.reduction)

    if TYPE_CHECKING:
        __call__ = forward
