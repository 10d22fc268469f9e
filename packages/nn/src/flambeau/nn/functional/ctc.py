"""The loss of sequences whose alignment is not known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._reduction import Reduction, check_reduction
from ._types import T

__all__ = ["ctc_loss"]


def ctc_loss(
    log_probs: T,
    targets: Tensor,
    input_lengths: Tensor | Sequence[int],
    target_lengths: Tensor | Sequence[int],
    blank: int = 0,
    reduction: Reduction = "mean",
    zero_infinity: bool = False,
) -> T:
    r"""How surprised classes of each step are by a shorter sequence, however the two are aligned.

    .. math:: l = -\log \sum_{a} \prod_t p_{t, a_t}

    where the sum is over all alignments a that spell the target when repetitions are taken as one and blanks are left
    out (Graves et al. 2006, "Connectionist Temporal Classification").

    Args:
        log_probs: log-probabilities of classes at each step, as :func:`log_softmax` gives them, of shape (T, N, C), or
            (T, C) for one sample.
        targets: Tensor of integers in [0, C) other than ``blank``, of shape (N, S), or one after the other.
        input_lengths: how many of the T steps each sample has: Tensor of shape (N,), or () for one sample, or ints.
        target_lengths: how many classes each target has, likewise.
        blank: the class that stands for none.
        reduction: ``"mean"`` of losses that are divided by their target's length, their ``"sum"``, or ``"none"``.
        zero_infinity: give 0, and gradients of 0, where a target does not fit its steps.

    Returns:
        Tensor without dimensions, or of shape (N,), or () for one sample, for ``"none"``.

    Raises:
        ShapeError: the shapes do not fit together.
        IndexError: a class is out of range.
        ValueError: a length is out of range, or no such reduction.

    Example:
        >>> import flambeau.nn.functional as F
        >>> logs = F.log_softmax(ft.zeros(2, 1, 2), 2)
        >>> round(F.ctc_loss(logs, ft.tensor([[1]]), [2], [1]).item(), 4)
        0.2877
    """
    check_reduction("ctc_loss", reduction)
    single = log_probs.ndim == 2
    logs: Any = log_probs.unsqueeze(1) if single else log_probs
    if logs.ndim != 3:
        got = f"shape {tuple(log_probs.shape)}"
        errors.shape_error("ctc_loss", "log_probs", "2 or 3 dimensions (T, C) or (T, N, C)", got)
    samples = logs.shape[1]
    steps, lengths = _lengths(input_lengths), _lengths(target_lengths)
    wanted = targets if targets.ndim == 2 else _padded(targets, lengths, samples)
    losses: Any = ft.ops.ctc_loss(logs, wanted.long(), steps, lengths, blank)[0]
    if zero_infinity:
        losses = ft.where(losses.data == math.inf, 0, losses)
    if reduction == "sum":
        return losses.sum()
    if reduction == "mean":
        return (losses / ft.clamp(lengths, min=1).to(losses.dtype)).mean()
    return losses.squeeze(0) if single else losses


def _lengths(given: Tensor | Sequence[int]) -> Tensor:
    lengths = given if isinstance(given, Tensor) else ft.tensor(given, dtype=ft.int64)
    return lengths.reshape(1) if lengths.ndim == 0 else lengths


def _padded(targets: Tensor, lengths: Tensor, samples: int) -> Tensor:
    """Targets that come one after the other, as rows."""
    if targets.ndim != 1:
        errors.shape_error("ctc_loss", "targets", "1 or 2 dimensions", f"shape {tuple(targets.shape)}")
    if lengths.shape != (samples,):
        errors.shape_error("ctc_loss", "target_lengths", f"shape ({samples},)", str(tuple(lengths.shape)))
    sizes = lengths.tolist()
    if any(size < 0 for size in sizes) or sum(sizes) > targets.shape[0]:
        got = str(sizes)
        errors.value_error("ctc_loss", "target_lengths", f"lengths that add up to {targets.shape[0]}", got)
    rows = ft.zeros(samples, max([*sizes, 0]), dtype=ft.int64, device=targets.device)
    start = 0
    for n, size in enumerate(sizes):
        rows[n, :size] = targets[start : start + size]
        start += size
    return rows
