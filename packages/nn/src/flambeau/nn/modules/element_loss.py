"""Losses of numbers and probabilities, as modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._reduction import WITH_BATCHMEAN, Reduction
from ..functional._types import T
from .loss import ElementLoss

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "GaussianNLLLoss", "HuberLoss", "KLDivLoss", "L1Loss", "PoissonNLLLoss",
    "SmoothL1Loss",
]  # fmt: skip


class L1Loss(ElementLoss):
    r"""The distance of predictions and targets.

    .. math:: l_n = |x_n - t_n|

    Args:
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Predictions and targets of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.L1Loss()(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0])).item()
        1.0
    """

    def forward(self, input: T, target: Tensor) -> T:
        return F.l1_loss(input, target, reduction=self.reduction, allow_broadcast=self.allow_broadcast)


class SmoothL1Loss(ElementLoss):
    r"""The distance of predictions and targets, with a parabola in place of its kink.

    .. math:: l_n = \begin{cases} (x_n - t_n)^2 / (2 \beta) & |x_n - t_n| < \beta \\
              |x_n - t_n| - \beta / 2 & \text{otherwise} \end{cases}

    Args:
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        beta: where the parabola ends.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Predictions and targets of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.SmoothL1Loss(reduction="none")(ft.tensor([1.0, 2.0]), ft.tensor([2.0, 4.0])).tolist()
        [0.5, 1.5]
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
        beta: float = 1.0,
        *,
        allow_broadcast: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction, allow_broadcast=allow_broadcast)
        if not beta >= 0:
            errors.value_error("SmoothL1Loss", "beta", "0 or more", str(beta))
        self.beta = beta

    def forward(self, input: T, target: Tensor) -> T:
        return F.smooth_l1_loss(
            input, target, reduction=self.reduction, allow_broadcast=self.allow_broadcast, beta=self.beta
        )


class HuberLoss(ElementLoss):
    r"""Half the squared difference where it is small, the distance where it is large.

    .. math:: l_n = \begin{cases} (x_n - t_n)^2 / 2 & |x_n - t_n| < \delta \\
              \delta (|x_n - t_n| - \delta / 2) & \text{otherwise} \end{cases}

    Args:
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        delta: where the one becomes the other.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Predictions and targets of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.HuberLoss("none", delta=2.0)(ft.tensor([1.0, 2.0]), ft.tensor([2.0, 6.0])).tolist()
        [0.5, 6.0]
    """

    def __init__(self, reduction: Reduction = "mean", delta: float = 1.0, *, allow_broadcast: bool = False) -> None:
        super().__init__(reduction=reduction, allow_broadcast=allow_broadcast)
        if not delta > 0:
            errors.value_error("HuberLoss", "delta", "a positive number", str(delta))
        self.delta = delta

    def forward(self, input: T, target: Tensor) -> T:
        return F.huber_loss(
            input, target, reduction=self.reduction, allow_broadcast=self.allow_broadcast, delta=self.delta
        )


class BCELoss(ElementLoss):
    r"""How surprised probabilities are by targets that are 0, 1 or between.

    .. math:: l_n = -w_n (t_n \log x_n + (1 - t_n) \log (1 - x_n))

    Logarithms are bounded by -100, so that losses are finite.

    Args:
        weight: Tensor whose shape broadcasts with the input's: how much each element counts, or None.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Probabilities and targets of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> round(nn.BCELoss()(ft.tensor([0.5, 0.9]), ft.tensor([0.0, 1.0])).item(), 4)
        0.3993
    """

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
        *,
        allow_broadcast: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction, allow_broadcast=allow_broadcast)
        self.register_buffer("weight", weight)

    def forward(self, input: T, target: Tensor) -> T:
        return F.binary_cross_entropy(
            input, target, self.weight, reduction=self.reduction, allow_broadcast=self.allow_broadcast
        )


class BCEWithLogitsLoss(ElementLoss):
    r""":class:`BCELoss` of the :class:`Sigmoid` of scores, without its loss of digits.

    .. math:: l_n = -w_n (p_n t_n \log \sigma(x_n) + (1 - t_n) \log (1 - \sigma(x_n)))

    Args:
        weight: Tensor whose shape broadcasts with the input's: how much each element counts, or None.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        pos_weight: Tensor whose shape broadcasts with the input's: how much positive targets count, or None.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Scores and targets of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> round(nn.BCEWithLogitsLoss()(ft.tensor([0.0, 200.0]), ft.tensor([1.0, 1.0])).item(), 4)
        0.3466
    """

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
        pos_weight: Tensor | None = None,
        *,
        allow_broadcast: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction, allow_broadcast=allow_broadcast)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: T, target: Tensor) -> T:
        return F.binary_cross_entropy_with_logits(
            input,
            target,
            self.weight,
            reduction=self.reduction,
            allow_broadcast=self.allow_broadcast,
            pos_weight=self.pos_weight,
        )


class KLDivLoss(ElementLoss):
    r"""The Kullback-Leibler divergence of a distribution, given by its logarithms, from a target distribution.

    .. math:: l_n = t_n (\log t_n - x_n)

    Args:
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"batchmean"``, the sum over the size of the first dimension, which is what the divergence is;
            ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        log_target: whether targets are logarithms, too.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Log-probabilities and targets of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> half, one = ft.tensor([[0.5, 0.5]]), ft.tensor([[1.0, 0.0]])
        >>> round(nn.KLDivLoss(reduction="batchmean")(ft.log(half), one).item(), 4)
        0.6931
    """

    _reductions = WITH_BATCHMEAN

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Literal["mean", "sum", "none", "batchmean"] = "mean",
        log_target: bool = False,
        *,
        allow_broadcast: bool = False,
    ) -> None:
        more_than_others: Any = reduction
        super().__init__(size_average, reduce, more_than_others, allow_broadcast=allow_broadcast)
        self.log_target = log_target

    def forward(self, input: T, target: Tensor) -> T:
        return F.kl_div(
            input, target, reduction=self.reduction, allow_broadcast=self.allow_broadcast, log_target=self.log_target
        )


class PoissonNLLLoss(ElementLoss):
    r"""The negative log-likelihood of counts from a Poisson distribution.

    .. math:: l_n = e^{x_n} - t_n x_n

    Args:
        log_input: otherwise the input is the rate itself, and the loss :math:`x_n - t_n \log(x_n + \epsilon)`.
        full: whether to add Stirling's approximation of :math:`\log t_n!` where the count is above 1.
        eps: added to a rate, so that its logarithm is finite.
        size_average: PyTorch 0.3's choice of mean or sum; ``reduction`` says it now.
        reduce: PyTorch 0.3's choice of one loss per element, by False; ``reduction`` says it now.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Rates and counts of one shape.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.PoissonNLLLoss()(ft.tensor([0.0, 0.0]), ft.tensor([1.0, 2.0])).item()
        1.0
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
        *,
        allow_broadcast: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction, allow_broadcast=allow_broadcast)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, input: T, target: Tensor) -> T:
        return F.poisson_nll_loss(
            input,
            target,
            self.log_input,
            self.full,
            eps=self.eps,
            reduction=self.reduction,
            allow_broadcast=self.allow_broadcast,
        )


class GaussianNLLLoss(ElementLoss):
    r"""The negative log-likelihood of targets from a normal distribution with a mean and variance for each.

    .. math:: l_n = \frac{1}{2} \left( \log v_n + \frac{(x_n - t_n)^2}{v_n} \right)

    Args:
        full: whether to add :math:`\log(2 \pi) / 2`.
        eps: the least variance; smaller ones are raised to it, and get their gradient nevertheless.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.
        allow_broadcast: whether unequal shapes may broadcast, which mostly is a mistake.

    Shape:
        Means and targets of one shape, and variances of the same, or with one for the last dimension.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.GaussianNLLLoss()(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0]), ft.ones(2)).item()
        1.0
    """

    def __init__(
        self, *, full: bool = False, eps: float = 1e-6, reduction: Reduction = "mean", allow_broadcast: bool = False
    ) -> None:
        super().__init__(reduction=reduction, allow_broadcast=allow_broadcast)
        self.full = full
        self.eps = eps

    if TYPE_CHECKING:

        def __call__(  # type: ignore[override]  # with variances, which other losses have not
            self, input: T, target: Tensor, var: Tensor | float
        ) -> T: ...

    def forward(self, input: T, target: Tensor, var: Tensor | float) -> T:
        return F.gaussian_nll_loss(
            input, target, var, self.full, self.eps, reduction=self.reduction, allow_broadcast=self.allow_broadcast
        )
