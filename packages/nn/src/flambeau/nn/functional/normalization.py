"""Normalisation."""

from __future__ import annotations

from typing import cast

from flambeau.tensor import Tensor, errors, ops

from ._types import T

__all__ = ["batch_norm"]


def batch_norm(
    input: T,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> T:
    """Each channel brought to mean 0 and variance 1: ``(input - mean) / sqrt(var + eps) * weight + bias``.

    In training, mean and variance are the batch's, and the running ones move towards them, in place:
    ``running = (1 - momentum) * running + momentum * batch``, with the unbiased variance of the batch. Otherwise mean
    and variance are the running ones.

    Args:
        input: Tensor of shape (N, C, ...).
        running_mean: Tensor of shape (C,); or None, in training.
        running_var: Tensor of shape (C,); or None, in training.
        weight: Tensor of shape (C,), or None.
        bias: Tensor of shape (C,), or None.
        training: use the batch's mean and variance.
        momentum: how fast the running mean and variance move.
        eps: added to the variance, so that channels without any do not divide by zero.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the shapes do not fit together, or training with one value per channel, which has no variance.
        ValueError: no running mean and variance, and not in training.

    Example:
        >>> from flambeau.nn import functional as F
        >>> mean, var = ft.zeros(1), ft.ones(1)
        >>> F.batch_norm(ft.tensor([[1.0], [3.0]]), mean, var, training=True, eps=0).tolist()
        [[-1.0], [1.0]]
        >>> mean.tolist()
        [0.20000000298023224]
    """
    if not training:
        return _with_running(input, running_mean, running_var, weight, bias, eps)
    shape = input.shape
    count = input.numel() // shape[1] if len(shape) > 1 and shape[1] else 0
    if count == 1:
        errors.shape_error("batch_norm", "input", "more than one value per channel in training", f"shape {shape}")
    result, mean, invstd = ops.batch_norm(input, weight, bias, eps)
    # On plain Tensors: nothing of this is recorded.
    if running_mean is not None:
        running_mean.data.lerp_(mean.data, momentum)
    if running_var is not None:
        var = invstd.data.square().reciprocal_().sub_(eps).mul_(count / (count - 1))
        running_var.data.lerp_(var, momentum)
    return cast(T, result)


def _with_running(
    input: T, mean: Tensor | None, var: Tensor | None, weight: Tensor | None, bias: Tensor | None, eps: float
) -> T:
    if mean is None or var is None:
        errors.value_error("batch_norm", "running_mean", "running mean and variance outside of training", "None")
    if input.ndim < 2:
        errors.shape_error("batch_norm", "input", "at least 2 dimensions (N, C, ...)", f"shape {input.shape}")
    channels = (input.shape[1],)
    for name, tensor in (("running_mean", mean), ("running_var", var), ("weight", weight), ("bias", bias)):
        # One element would broadcast over all channels.
        if tensor is not None and tensor.shape != channels:
            errors.shape_error("batch_norm", name, f"shape {channels}, one element a channel", str(tensor.shape))
    scale = (var + eps).rsqrt()
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale
    if bias is not None:
        shift = shift + bias
    per_channel = (*channels, *(1,) * (input.ndim - 2))
    return cast(T, ops.addcmul(shift.reshape(per_channel), input, scale.reshape(per_channel)))
