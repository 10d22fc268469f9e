"""Normalisation of each sample by itself, and of neighbouring channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._types import T
from .normalization import batch_norm

__all__ = ["group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm"]


def _dims(operation: str, input: Tensor, normalized_shape: int | Sequence[int]) -> int:
    """How many of the last dimensions are normalised over."""
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape:
        errors.value_error(operation, "normalized_shape", "at least one size", "()")
    if tuple(input.shape[-len(shape) :]) != shape:
        wanted = f"a shape that ends in normalized_shape {shape}"
        errors.shape_error(operation, "input", wanted, str(tuple(input.shape)))
    return len(shape)


def layer_norm(
    input: T,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> T:
    r"""Each sample brought to mean 0 and variance 1 over its last dimensions, then scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    Args:
        input: Tensor of floats.
        normalized_shape: the sizes of the last dimensions.
        weight: Tensor of that shape, or None.
        bias: Tensor of that shape, or None.
        eps: added to the variance, so that samples without any do not divide by zero.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.layer_norm(ft.tensor([[1.0, 3.0], [5.0, 5.0]]), (2,), eps=0.0)[0].tolist()
        [-1.0, 1.0]
    """
    dims = _dims("layer_norm", input, normalized_shape)
    result: Any = ft.ops.layer_norm(input, dims, weight, bias, eps)[0]
    return result


def rms_norm(
    input: T, normalized_shape: int | Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> T:
    r"""Each sample divided by its root mean square over the last dimensions, then scaled.

    .. math:: y = \frac{x}{\sqrt{\mathrm{E}[x^2] + \epsilon}} \, w

    Args:
        input: Tensor of floats.
        normalized_shape: the sizes of the last dimensions.
        weight: Tensor of that shape, or None.
        eps: added to the mean square, so that zeros do not divide by zero; the dtype's epsilon if not given.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import flambeau.nn.functional as F
        >>> [round(v, 3) for v in F.rms_norm(ft.tensor([1.0, -1.0, 5.0, 3.0]), 4).tolist()]
        [0.333, -0.333, 1.667, 1.0]
    """
    dims = _dims("rms_norm", input, normalized_shape)
    result: Any = ft.ops.rms_norm(input, dims, weight, ft.finfo(input.dtype).eps if eps is None else eps)[0]
    return result


def group_norm(
    input: T, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> T:
    r"""Groups of the channels of each sample brought to mean 0 and variance 1, then scaled and shifted by channel.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    Args:
        input: Tensor of shape (N, C, ...).
        num_groups: how many groups of neighbouring channels; a divisor of C.
        weight: Tensor of shape (C,), or None.
        bias: Tensor of shape (C,), or None.
        eps: added to the variance, so that groups without any do not divide by zero.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: ``num_groups`` does not divide the channels.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.group_norm(ft.tensor([[1.0, 3.0, 7.0, 5.0]]), 2, eps=0.0).tolist()
        [[-1.0, 1.0, 1.0, -1.0]]
    """
    result: Any = ft.ops.group_norm(input, num_groups, weight, bias, eps)[0]
    return result


def instance_norm(
    input: T,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> T:
    r"""Each channel of each sample brought to mean 0 and variance 1, then scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    Args:
        input: Tensor of shape (N, C, ...).
        running_mean: Tensor of shape (C,), or None. With ``use_input_stats`` it moves towards the samples' mean, in
            place: ``running = (1 - momentum) * running + momentum * mean``.
        running_var: the same for the unbiased variance.
        weight: Tensor of shape (C,), or None.
        bias: Tensor of shape (C,), or None.
        use_input_stats: whether to use the sample's mean and variance; otherwise the running ones.
        momentum: how far the running ones move.
        eps: added to the variance, so that channels without any do not divide by zero.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the shapes do not fit together, or a channel of the input has only one element.
        ValueError: neither ``use_input_stats`` nor running statistics.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.instance_norm(ft.tensor([[[1.0, 3.0], [6.0, 4.0]]]), eps=0.0).tolist()
        [[[-1.0, 1.0], [1.0, -1.0]]]
    """
    if not use_input_stats:
        if running_mean is None or running_var is None:
            wanted = "running mean and variance unless use_input_stats"
            errors.value_error("instance_norm", "running_mean", wanted, "None")
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    if input.ndim < 2:
        errors.shape_error("instance_norm", "input", "at least 2 dimensions (N, C, ...)", f"shape {tuple(input.shape)}")
    samples, channels = input.shape[:2]
    count = input.numel() // max(samples * channels, 1)
    if count == 1:
        got = f"shape {tuple(input.shape)}"
        errors.shape_error("instance_norm", "input", "more than one element a channel of a sample", got)
    result, mean, invstd = ft.ops.group_norm(input, channels, weight, bias, eps)
    if samples and running_mean is not None:
        _move("running_mean", running_mean, mean.data.reshape(samples, channels).mean(0), momentum)
    if samples and running_var is not None:
        # The operator gives 1 / sqrt(var + eps); rounding may bring what hardly varies just below zero.
        variance = ft.maximum(ft.reciprocal(ft.square(invstd.data)) - eps, 0).reshape(samples, channels).mean(0)
        _move("running_var", running_var, variance * (count / (count - 1)), momentum)
    return result


def _move(name: str, running: Tensor, batch: Tensor, momentum: float) -> None:
    if running.shape != batch.shape:
        wanted = f"shape {tuple(batch.shape)}, one element a channel"
        errors.shape_error("instance_norm", name, wanted, str(tuple(running.shape)))
    running.data.mul_(1 - momentum).add_(batch * momentum)


def local_response_norm(input: T, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> T:
    r"""Each element divided by what neighbouring channels have in its place.

    .. math:: y_c = x_c \left( k + \frac{\alpha}{n} \sum_{d} x_d^2 \right)^{-\beta}

    The sum is over the n channels around c.

    Args:
        input: Tensor of shape (N, C, ...), with at least 3 dimensions.
        size: the number n of neighbouring channels.
        alpha: how much they count.
        beta: the exponent.
        k: what is added.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: ``input`` has less than 3 dimensions.
        ValueError: ``size`` is not positive.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.local_response_norm(ft.ones(1, 2, 1), 2, alpha=1.0, beta=1.0, k=0.0).tolist()
        [[[2.0], [1.0]]]
    """
    if input.ndim < 3:
        got = f"shape {tuple(input.shape)}"
        errors.shape_error("local_response_norm", "input", "at least 3 dimensions (N, C, ...)", got)
    if size < 1:
        errors.value_error("local_response_norm", "size", "1 or more", str(size))
    channels = input.shape[1]
    squares = ft.square(input)
    total: Any = squares
    # Of channel c the channels c - size // 2 to c + (size - 1) // 2 count.
    for apart in range(-(size // 2), (size - 1) // 2 + 1):
        if apart == 0 or abs(apart) >= channels:
            continue
        edge = ft.zeros((input.shape[0], abs(apart), *input.shape[2:]), dtype=input.dtype, device=input.device)
        if apart < 0:
            moved = ft.cat([edge, squares[:, :apart]], 1)
        else:
            moved = ft.cat([squares[:, apart:], edge], 1)
        total = total + moved
    result: Any = input / ft.pow(total * (alpha / size) + k, beta)
    return result
