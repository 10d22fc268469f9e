"""The loss of sequences whose alignment is not known, as a module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flambeau.tensor import Tensor

from .. import functional as F
from ..functional._reduction import Reduction, check_reduction
from ..functional._types import T
from ..module import Module

__all__ = ["CTCLoss"]


class CTCLoss(Module):
    r"""How surprised classes of each step are by a shorter sequence, however the two are aligned.

    .. math:: l = -\log \sum_{a} \prod_t p_{t, a_t}

    where the sum is over all alignments a that spell the target when repetitions are taken as one and blanks are left
    out (Graves et al. 2006, "Connectionist Temporal Classification").

    Args:
        blank: the class that stands for none.
        reduction: ``"mean"`` of losses that are divided by their target's length, their ``"sum"``, or ``"none"``.
        zero_infinity: give 0, and gradients of 0, where a target does not fit its steps.

    Shape:
        Log-probabilities (T, N, C) or (T, C), targets (N, S) or one after the other, and the lengths of both, (N,) or
        ().

    Example:
        >>> import flambeau.nn as nn
        >>> logs = nn.LogSoftmax(2)(ft.zeros(2, 1, 2))
        >>> round(nn.CTCLoss()(logs, ft.tensor([[1]]), [2], [1]).item(), 4)
        0.2877
    """

    def __init__(self, blank: int = 0, reduction: Reduction = "mean", zero_infinity: bool = False) -> None:
        super().__init__()
        check_reduction("CTCLoss", reduction)
        self.blank = blank
        self.reduction: Reduction = reduction
        self.zero_infinity = zero_infinity

    if TYPE_CHECKING:

        def __call__(
            self,
            log_probs: T,
            targets: Tensor,
            input_lengths: Tensor | Sequence[int],
            target_lengths: Tensor | Sequence[int],
        ) -> T: ...

    def forward(
        self,
        log_probs: T,
        targets: Tensor,
        input_lengths: Tensor | Sequence[int],
        target_lengths: Tensor | Sequence[int],
    ) -> T:
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, reduction=self.reduction,
            zero_infinity=self.zero_infinity,
        )  # fmt: skip
