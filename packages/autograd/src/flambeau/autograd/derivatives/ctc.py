"""Derivatives of connectionist temporal classification."""

from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.ctc_loss, "log_probs", fused=True)
def ctc_loss(grad, log_probs, targets, input_lengths, target_lengths, blank, result, log_alpha):
    return ops.ctc_loss_backward(grad, log_probs, targets, input_lengths, target_lengths, blank, result, log_alpha)
