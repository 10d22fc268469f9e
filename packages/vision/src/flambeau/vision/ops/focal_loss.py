"""The focal loss, for many easy samples and few hard ones."""

from __future__ import annotations

import flambeau.nn.functional as F
from flambeau.tensor import Tensor, errors

from ._checks import check_floats
from .box_loss import reduced

__all__ = ["sigmoid_focal_loss"]


def sigmoid_focal_loss(
    inputs: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0, reduction: str = "none"
) -> Tensor:
    r"""Binary cross entropy that counts less the surer the right answer is.

    .. math:: \ell = -\alpha_t (1 - p_t)^\gamma \log p_t

    where :math:`p_t` is the probability of the right answer, and :math:`\alpha_t` is :math:`\alpha` for positive and
    :math:`1 - \alpha` for negative targets. After Lin and others (arXiv:1708.02002).

    Args:
        inputs: logits, of any shape.
        targets: of the same shape and float: 1 for positive, 0 for negative.
        alpha: weight of positive targets, from 0 to 1; a negative number for no weights.
        gamma: exponent.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Raises:
        ShapeError: shapes differ.
        ValueError: alpha above 1, or no such reduction.

    Example:
        >>> from flambeau.vision import ops
        >>> round(ops.sigmoid_focal_loss(ft.tensor([0.0]), ft.tensor([1.0]), alpha=-1, gamma=0).item(), 4)
        0.6931
    """
    check_floats("sigmoid_focal_loss", "inputs", inputs)
    check_floats("sigmoid_focal_loss", "targets", targets)
    if targets.shape != inputs.shape:
        errors.shape_error("sigmoid_focal_loss", "targets", f"{inputs.shape}, as inputs", str(targets.shape))
    if alpha > 1:
        errors.value_error("sigmoid_focal_loss", "alpha", "at most 1", str(alpha))
    loss = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    p = inputs.sigmoid()
    wrong = p + targets - 2 * p * targets  # 1 - p_t
    loss = loss * wrong**gamma
    if alpha >= 0:
        loss = loss * (alpha * targets + (1 - alpha) * (1 - targets))
    return reduced("sigmoid_focal_loss", loss, reduction)
