"""Connectionist temporal classification.

Graves et al. 2006, "Connectionist Temporal Classification: Labelling Unsegmented Sequence Data with Recurrent Neural
Networks": the forward and backward variables of its section 4.1, in logarithms.
"""

import math

from .. import errors
from .._schema import Array, Int, operator
from ._helpers import add_at, check_each, check_integers, narrowed, widened

_NEVER = -math.inf


def _labels(xp, targets, blank):
    """Each target with blanks around all its classes, and where a step may skip a blank: between unequal classes."""
    samples, length = targets.shape
    labels = xp.full((samples, 2 * length + 1), blank, dtype="int64")
    labels[:, 1::2] = targets
    skips = xp.zeros(labels.shape, dtype="bool")
    skips[:, 3::2] = targets[:, 1:] != targets[:, :-1]
    return labels, skips


def _moved(xp, values, by):
    """Values moved along the labels; nothing comes in."""
    edge = xp.full((values.shape[0], min(abs(by), values.shape[1])), _NEVER, dtype=values.dtype)
    if by > 0:
        return xp.concatenate((edge, values[:, : values.shape[1] - edge.shape[1]]), axis=1)
    return xp.concatenate((values[:, edge.shape[1] :], edge), axis=1)


def _alphas(xp, logs, labels, skips, input_lengths):
    """The log-probability of all paths that are at label s after step t, for each sample: (T, N, labels)."""
    steps, samples = logs.shape[0], logs.shape[1]
    places = xp.arange(samples).reshape(-1, 1)
    never = xp.asarray(_NEVER, dtype=logs.dtype)
    result = xp.full((steps, *labels.shape), _NEVER, dtype=logs.dtype)
    for t in range(steps):
        emitted = logs[t][places, labels]
        if t == 0:
            reached = xp.where(xp.arange(labels.shape[1]) < 2, xp.zeros((), dtype=logs.dtype), never)
        else:
            before = result[t - 1]
            skipped = xp.where(skips, _moved(xp, before, 2), never)
            reached = xp.logaddexp(xp.logaddexp(before, _moved(xp, before, 1)), skipped)
        active = (input_lengths > t).reshape(-1, 1)
        result[t] = xp.where(active, reached + emitted, result[t - 1] if t else never)
    return result


def _betas(xp, logs, labels, skips, input_lengths, target_lengths):
    """The log-probability of all ways on from label s after step t, that step left out: (T, N, labels)."""
    steps, samples = logs.shape[0], logs.shape[1]
    places, state = xp.arange(samples).reshape(-1, 1), xp.arange(labels.shape[1])
    never = xp.asarray(_NEVER, dtype=logs.dtype)
    last = 2 * target_lengths.reshape(-1, 1)
    ends = xp.where((state == last) | (state == last - 1), xp.zeros((), dtype=logs.dtype), never)
    # Whether a step from s may go to s + 2.
    skips = xp.concatenate((skips[:, 2:], xp.zeros((samples, min(2, labels.shape[1])), dtype="bool")), axis=1)
    skips = skips[:, : labels.shape[1]]
    result = xp.full((steps, *labels.shape), _NEVER, dtype=logs.dtype)
    for t in range(steps - 1, -1, -1):
        if t == steps - 1:
            result[t] = xp.where((input_lengths == steps).reshape(-1, 1), ends, never)
            continue
        after = result[t + 1] + logs[t + 1][places, labels]
        skipped = xp.where(skips, _moved(xp, after, -2), never)
        on = xp.logaddexp(xp.logaddexp(after, _moved(xp, after, -1)), skipped)
        left = (input_lengths - 1).reshape(-1, 1)
        result[t] = xp.where(left > t, on, xp.where(left == t, ends, never))
    return result


@operator(dtypes="float", real=True, auxiliary=("log_alpha",), function=False, method=False)
def ctc_loss(xp, log_probs: Array, targets: Array, input_lengths: Array, target_lengths: Array, blank: Int = 0):
    """Minus the log-probability of target sequences, however they are aligned with the steps of the input.

    Args:
        log_probs: log-probabilities of classes at each step, of shape (T, N, C).
        targets: Tensor of integers in [0, C) other than ``blank``, of shape (N, S).
        input_lengths: Tensor of N integers: how many of the T steps each sample has.
        target_lengths: Tensor of N integers: how many of the S classes each target has.
        blank: the class that stands for none.

    Returns:
        ``result``, of shape (N,), infinite where a target does not fit its steps; and ``log_alpha``, the
        log-probabilities of all beginnings of alignments, of shape (T, N, 2 S + 1), through which no gradient flows.

    Raises:
        ShapeError: the shapes do not fit together.
        IndexError: a class is out of range.
        ValueError: a length is out of range.
    """
    logs = widened(log_probs)
    samples = logs.shape[1]
    labels, skips = _labels(xp, targets, blank)
    # Places beyond a target's length hold anything; no path ends there.
    alphas = _alphas(xp, logs, labels, skips, input_lengths)
    never = xp.asarray(_NEVER, dtype=logs.dtype)
    if logs.shape[0] == 0:
        total = xp.where(target_lengths == 0, xp.zeros((), dtype=logs.dtype), never)
        return narrowed(-total, log_probs.dtype), alphas
    ends, place = alphas[-1], xp.arange(samples)
    last = ends[place, 2 * target_lengths]
    before = xp.where(target_lengths > 0, ends[place, xp.maximum(2 * target_lengths - 1, 0)], never)
    total = xp.logaddexp(last, before)
    empty = xp.where(target_lengths == 0, xp.zeros((), dtype=logs.dtype), never)
    total = xp.where(input_lengths == 0, empty, total)
    return narrowed(-total, log_probs.dtype), alphas


def _check(operation, log_probs, targets, input_lengths, target_lengths, blank):
    if log_probs.ndim != 3:
        errors.shape_error(operation, "log_probs", "3 dimensions (T, N, C)", f"shape {tuple(log_probs.shape)}")
    steps, samples, classes = log_probs.shape
    check_integers(operation, "targets", targets)
    if targets.ndim != 2 or targets.shape[0] != samples:
        errors.shape_error(operation, "targets", f"shape ({samples}, S)", str(tuple(targets.shape)))
    if not 0 <= blank < classes:
        errors.value_error(operation, "blank", f"a class in [0, {classes - 1}]", str(blank))
    for name, lengths, most in (
        ("input_lengths", input_lengths, steps),
        ("target_lengths", target_lengths, targets.shape[1]),
    ):
        check_integers(operation, name, lengths)
        if tuple(lengths.shape) != (samples,):
            errors.shape_error(operation, name, f"shape ({samples},)", str(tuple(lengths.shape)))
        check_each((_refuse_length, operation, name), lengths, 0, most + 1)
    check_each((_refuse_target, operation), targets, 0, classes)


def _refuse_length(operation, name, low, size, wrong, index):
    errors.value_error(operation, name, f"lengths in [{low}, {size - 1}]", str(wrong))


def _refuse_target(operation, low, classes, wrong, index):
    expected = f"class indices in [{low}, {classes - 1}] ({classes} classes)"
    errors.index_error(operation, "targets", expected, str(wrong))


@ctc_loss.check
def _(log_probs, targets, input_lengths, target_lengths, blank):
    _check("ctc_loss", log_probs, targets, input_lengths, target_lengths, blank)


@ctc_loss.composite
def _(log_probs, targets, input_lengths, target_lengths, blank=0):
    import flambeau.tensor as ft

    # Far below every log-probability, but finite, so that derivatives are.
    never = -1e30
    steps, samples = log_probs.shape[:2]
    width, place = 2 * targets.shape[1] + 1, log_probs.device
    labels = ft.full((samples, width), blank, dtype=ft.int64, device=place)
    skips = ft.zeros((samples, width), dtype=ft.bool_, device=place)
    if width > 1:
        labels[:, 1::2] = targets
        skips[:, 3::2] = targets[:, 1:] != targets[:, :-1]

    def moved(values, by):
        edge = ft.full((samples, min(by, width)), never, dtype=log_probs.dtype, device=place)
        return ft.cat([edge, values[:, : width - edge.shape[1]]], 1)

    state = ft.arange(width, device=place)
    alpha = None
    for t in range(steps):
        emitted = ft.gather(log_probs[t], 1, labels)
        if alpha is None:
            reached = ft.where(state < 2, 0.0, never).to(log_probs.dtype) + emitted
            alpha = ft.where((input_lengths > t).unsqueeze(1), reached, never)
            continue
        skipped = ft.where(skips, moved(alpha, 2), never)
        reached = ft.logaddexp(ft.logaddexp(alpha, moved(alpha, 1)), skipped) + emitted
        alpha = ft.where((input_lengths > t).unsqueeze(1), reached, alpha)
    empty = ft.where(target_lengths == 0, 0.0, math.inf).to(log_probs.dtype)
    if alpha is None:
        return empty + ft.sum(log_probs) * 0
    last = 2 * target_lengths.unsqueeze(1)
    ends = ft.where((state == last) | (state == last - 1), alpha, never)
    total = ft.logsumexp(ends, 1)
    return ft.where(input_lengths == 0, empty, ft.where(total < never / 2, math.inf, -total))


@operator(dtypes="float", real=True, function=False, method=False, differentiable=False)
def ctc_loss_backward(
    xp,
    grad_output: Array,
    log_probs: Array,
    targets: Array,
    input_lengths: Array,
    target_lengths: Array,
    blank: Int,
    result: Array,
    log_alpha: Array,
):
    """The gradient of :func:`ctc_loss` with respect to ``log_probs``; 0 where a loss is infinite.

    Args:
        grad_output: gradient of the loss, of shape (N,).
        log_probs: as in the forward pass.
        targets: as in the forward pass.
        input_lengths: as in the forward pass.
        target_lengths: as in the forward pass.
        blank: as in the forward pass.
        result: what the forward pass gave.
        log_alpha: what the forward pass gave.

    Returns:
        Tensor like ``log_probs``.
    """
    logs, losses = widened(log_probs), widened(result)
    steps, samples, _ = logs.shape
    labels, skips = _labels(xp, targets, blank)
    betas = _betas(xp, logs, labels, skips, input_lengths, target_lengths)
    grads = xp.zeros(logs.shape, dtype=logs.dtype)
    finite = xp.isfinite(losses)
    shares = xp.exp(log_alpha + betas + xp.where(finite, losses, xp.zeros((), dtype=logs.dtype)).reshape(-1, 1))
    counts = (xp.arange(steps).reshape(-1, 1) < input_lengths) & finite
    shares = xp.where(counts.reshape(steps, samples, 1), shares, xp.zeros((), dtype=logs.dtype))
    time, place = xp.arange(steps).reshape(-1, 1, 1), xp.arange(samples).reshape(1, -1, 1)
    add_at(xp, grads, (time, place, labels), -shares * widened(grad_output).reshape(1, -1, 1))
    return narrowed(grads, log_probs.dtype)


@ctc_loss_backward.check
def _(grad_output, log_probs, targets, input_lengths, target_lengths, blank, result, log_alpha):
    _check("ctc_loss_backward", log_probs, targets, input_lengths, target_lengths, blank)
    samples = (log_probs.shape[1],)
    alphas = (*log_probs.shape[:2], 2 * targets.shape[1] + 1)
    for name, array, wanted in (
        ("grad_output", grad_output, samples),
        ("result", result, samples),
        ("log_alpha", log_alpha, alphas),
    ):
        if tuple(array.shape) != wanted:
            errors.shape_error("ctc_loss_backward", name, f"shape {wanted}", str(tuple(array.shape)))
