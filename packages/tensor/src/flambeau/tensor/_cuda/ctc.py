"""Connectionist temporal classification."""

from __future__ import annotations

from . import kernel
from ._copy import dense
from ._source import FLOATS, Source, is_float, wide
from .indexing import numbers_of

SOURCE = Source("ctc")
INSTANCES = dict.fromkeys(("ctc", "ctc_backward"), FLOATS)


def _threads(labels):
    return min(-(-labels // 32) * 32, 256)


def _whole(array):
    return dense(numbers_of(array))


@kernel
def ctc_loss(xp, log_probs, targets, input_lengths, target_lengths, blank):
    dtype, (steps, samples, classes), length = log_probs.dtype, log_probs.shape, targets.shape[1]
    if not is_float(dtype):
        return NotImplemented
    result, alphas = xp.empty(samples, dtype), xp.empty((steps, samples, 2 * length + 1), wide(dtype))
    SOURCE.kernel("ctc", dtype)(
        samples, _threads(2 * length + 1), 0, dense(log_probs), _whole(targets), _whole(input_lengths),
        _whole(target_lengths), samples, classes, steps, length, blank, result, alphas,
    )  # fmt: skip
    return result, alphas


@kernel
def ctc_loss_backward(xp, grad_output, log_probs, targets, input_lengths, target_lengths, blank, result, log_alpha):
    dtype, (steps, samples, classes), length = log_probs.dtype, log_probs.shape, targets.shape[1]
    fit = grad_output.dtype == dtype and result.dtype == dtype and log_alpha.dtype == wide(dtype)
    if not is_float(dtype) or not fit:
        return NotImplemented
    grads = xp.empty(log_probs.shape, dtype)
    betas, later = xp.empty((samples, 3, 2 * length + 1), wide(dtype)), xp.empty((samples, length), "int32")
    SOURCE.kernel("ctc_backward", dtype)(
        samples, _threads(2 * length + 1), 0, dense(grad_output), dense(log_probs), _whole(targets),
        _whole(input_lengths), _whole(target_lengths), samples, classes, steps, length, blank, dense(result),
        dense(log_alpha), betas, later, grads,
    )  # fmt: skip
    return grads
