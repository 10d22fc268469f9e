"""Losses as modules."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._reduction import REDUCTIONS, Reduction, check_reduction, old_reduction
from ..functional._types import T
from ..module import Module
from .dense import Linear

__all__ = ["CrossEntropyLoss", "LinearCrossEntropyLoss", "MSELoss", "NLLLoss", "NLLLoss2d"]


class Loss(Module):
    """A loss with a reduction."""

    _reductions: tuple[str, ...] = REDUCTIONS

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: Reduction = "mean"
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        self.reduction: Reduction = old_reduction(layer, size_average, reduce, reduction)
        check_reduction(layer, self.reduction, self._reductions)

    if TYPE_CHECKING:

        def __call__(self, input: T, target: Tensor) -> T: ...


class ElementLoss(Loss):
    """A loss of inputs and targets of one shape, or, if asked for, of shapes that broadcast."""

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
        *,
        allow_broadcast: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.allow_broadcast = allow_broadcast


class _ClassLoss(Loss):
    """A loss of scores against classes, which may count differently."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index


class CrossEntropyLoss(_ClassLoss):
    r"""How surprised scores are by the classes.

    .. math:: l_n = -w_{t_n} \log \frac{e^{x_{n, t_n}}}{\sum_c e^{x_{n, c}}}

    Args:
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of the target that does not count.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
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
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, ignore_index, reduce, reduction)
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
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
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


class NLLLoss2d(NLLLoss):
    r"""PyTorch 0.3's name of :class:`NLLLoss` for images of classes.

    Args: those of :class:`NLLLoss`.

    Shape:
        Log-probabilities (N, C, H, W) and classes, integers in [0, C), of shape (N, H, W).

    Example:
        >>> import flambeau.nn as nn
        >>> nn.NLLLoss2d()(-ft.ones(1, 2, 2, 2), ft.zeros(1, 2, 2, dtype=ft.int64)).item()
        1.0
    """


class LinearCrossEntropyLoss(_ClassLoss):
    r""":class:`CrossEntropyLoss` of scores that a :class:`Linear` of its own makes of what comes in.

    .. math:: l_n = -w_{t_n} \log \mathrm{softmax}(W x_n + b)_{t_n}

    Args:
        in_features: size of the last dimension of what comes in.
        num_classes: C, how many classes there are.
        out_features: the sizes d of further dimensions, for each place of which there is a target.
        bias: whether there is a b.
        device: where to make the parameters.
        dtype: dtype of the parameters.
        reduction: ``"mean"`` weighted by ``weight``, ``"sum"``, or ``"none"`` for one loss per target.
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a class that does not count; None for -100.
        label_smoothing: how much of each target, from 0 to 1, is spread evenly over all classes.
        options: None: scores are made for all samples at once.

    Shape:
        (N, in_features) or (in_features,), and classes (N, d...) or (), or probabilities (N, C, d...) or (C,).

    Example:
        >>> import flambeau.nn as nn
        >>> nn.LinearCrossEntropyLoss(4, 10)(ft.randn(3, 4), ft.tensor([0, 5, 9])).shape
        ()
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: Reduction = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: None = None,
    ) -> None:
        super().__init__(weight, ignore_index=-100 if ignore_index is None else ignore_index, reduction=reduction)
        layer = "LinearCrossEntropyLoss"
        if options is not None:
            errors.value_error(layer, "options", "None", repr(options))
        if not 0 <= label_smoothing <= 1:
            errors.value_error(layer, "label_smoothing", "a part in [0, 1]", str(label_smoothing))
        self.out_features = tuple(out_features)
        self.num_classes = num_classes
        self.label_smoothing = label_smoothing
        scores = num_classes * math.prod(self.out_features)
        self.linear = Linear(in_features, scores, bias=bias, device=device, dtype=dtype)

    def forward(self, input: Any, target: Any) -> Any:
        shape = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return F.linear_cross_entropy(
            input, self.linear.weight.reshape(*shape, -1), target,
            linear_bias=None if bias is None else bias.reshape(shape), weight=self.weight, reduction=self.reduction,
            ignore_index=self.ignore_index, label_smoothing=self.label_smoothing,
        )  # fmt: skip


class MSELoss(ElementLoss):
    r"""The squared difference of predictions and targets.

    .. math:: l_n = (x_n - t_n)^2

    Args:
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Predictions and targets of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.MSELoss()(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0])).item()
        2.0
    """

    def forward(self, input: T, target: Tensor) -> T:
        return F.mse_loss(input, target, reduction=self.reduction, allow_broadcast=self.allow_broadcast)
