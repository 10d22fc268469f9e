"""Normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from ._types import T

if TYPE_CHECKING:
    from flambeau.tensor._tracing import Update

__all__ = ["batch_norm"]


@overload
def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Variable,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Variable: ...
@overload
def batch_norm(
    input: T,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> T: ...
def batch_norm(
    input: Any,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    r"""Each channel brought to mean 0 and variance 1, then scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    In training mean and variance are those of the batch, and the running ones move towards them, in place:
    ``running = (1 - momentum) * running + momentum * batch``, with the unbiased variance. Otherwise the running ones
    are used.

    Args:
        input: Tensor of shape (N, C, ...).
        running_mean: Tensor of shape (C,), or None in training, to keep none.
        running_var: the same for the variance.
        weight: Tensor of shape (C,), or None.
        bias: Tensor of shape (C,), or None.
        training: whether to use the batch's mean and variance.
        momentum: how far the running ones move.
        eps: added to the variance, so that channels without any do not divide by zero.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the shapes do not fit together, or in training a channel has only one element.
        ValueError: not ``training``, and no running mean and variance.

    Example:
        >>> import flambeau.nn.functional as F
        >>> mean, var = ft.zeros(1), ft.ones(1)
        >>> F.batch_norm(ft.tensor([[1.0], [3.0]]), mean, var, training=True, eps=0).tolist()
        [[-1.0], [1.0]]
        >>> mean.tolist(), var.tolist()
        ([0.20000000298023224], [1.100000023841858])
    """
    if training:
        return _by_batch(input, running_mean, running_var, weight, bias, momentum, eps)
    if running_mean is None or running_var is None:
        errors.value_error("batch_norm", "running_mean", "running mean and variance unless training", "None")
    return _by_running(input, running_mean, running_var, weight, bias, eps)


def _by_batch(
    input: Any, mean: Tensor | None, var: Tensor | None, weight: Any, bias: Any, momentum: float, eps: float
) -> Any:
    _check_channels(input, running_mean=mean, running_var=var)
    result, batch_mean, invstd = ft.batch_norm(input, weight, bias, eps)
    count = input.numel() // input.shape[1]
    if count == 1:
        errors.shape_error("batch_norm", "input", "more than one element a channel in training", f"shape {input.shape}")
    tensors: list[Any] = [None if x is None else x.data for x in (mean, var, batch_mean, invstd)]
    numbers = momentum, eps, count / (count - 1)
    # On a device every operation is a launch, and one between dtypes several: there both are moved by one program.
    if (
        mean is None
        or var is None
        or mean.is_cpu
        or _program((mean.dtype, var.dtype, batch_mean.dtype), numbers).run([tensors])
    ):
        _move(tensors, numbers)
    return result


def _move(tensors: Sequence[Any], numbers: tuple[float, float, float]) -> None:
    """Move running statistics, in place, towards a batch's, whose unbiased variance is ``ratio`` times the other."""
    mean, var, batch_mean, invstd = tensors
    momentum, eps, ratio = numbers
    if mean is not None:
        mean.lerp_(batch_mean, momentum)
    if var is not None:
        var.lerp_(ft.ops.batch_variance(invstd, eps, ratio), momentum)


_programs: dict[tuple[Any, ...], Update] = {}
_MOST_PROGRAMS = 256


def _program(dtypes: tuple[Any, ...], numbers: tuple[float, float, float]) -> Update:
    """What :func:`_move` does with running statistics and a batch's of these dtypes, and with numbers, written down."""
    update = _programs.get((*dtypes, *numbers))
    if update is None:
        from flambeau.tensor._tracing import Update

        update = Update()
        _move([*map(update.stand_in, (*dtypes, dtypes[-1]))], numbers)
        if len(_programs) >= _MOST_PROGRAMS:
            _programs.clear()
        _programs[*dtypes, *numbers] = update
    return update


def _by_running(input: Any, mean: Tensor, var: Tensor, weight: Any, bias: Any, eps: float) -> Any:
    _check_channels(input, running_mean=mean, running_var=var, weight=weight, bias=bias)
    scale = ft.rsqrt(var + eps)
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale
    if bias is not None:
        shift = shift + bias
    channels = (-1,) + (1,) * (input.ndim - 2)
    result = ft.addcmul(shift.reshape(channels), input, scale.reshape(channels))
    return result.to(input.dtype)  # the running statistics may be kept in a wider dtype


def _check_channels(input: Tensor, **tensors: Tensor | None) -> None:
    if input.ndim < 2:
        errors.shape_error("batch_norm", "input", "at least 2 dimensions (N, C, ...)", f"shape {input.shape}")
    wanted = (input.shape[1],)
    for name, tensor in tensors.items():
        if tensor is not None and tensor.shape != wanted:
            errors.shape_error("batch_norm", name, f"shape {wanted}, one element a channel", str(tensor.shape))
