"""Keeping gradients from growing too large."""

from __future__ import annotations

import math
from collections.abc import Iterable

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from .._together import together

__all__ = ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]

Parameters = Variable | Iterable[Variable]


def gradients_of(parameters: Parameters) -> list[Tensor]:
    given = [parameters] if isinstance(parameters, Variable) else parameters
    return [p.grad.data for p in given if p.grad is not None]


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    r"""The norm of all elements of several Tensors, as if they were one vector.

    .. math:: \Big(\sum_i |x_i|^p\Big)^{1/p}

    Args:
        tensors: the Tensors, gradients for example.
        norm_type: p; ``inf`` for the greatest absolute value.
        error_if_nonfinite: raise if the norm is not finite.
        foreach: has no effect: there is one implementation.

    Returns:
        Tensor of no dimensions.

    Raises:
        RuntimeError: the norm is not finite and ``error_if_nonfinite`` is set.

    Example:
        >>> from flambeau.nn.utils import get_total_norm
        >>> get_total_norm([ft.tensor([3.0]), ft.tensor([[0.0, 4.0]])]).item()
        5.0
    """
    given = [tensors] if isinstance(tensors, Tensor) else tensors
    found = [x.data for x in given if x.numel()]
    if not found:
        return ft.tensor(0.0)
    p = float(norm_type)
    device = found[0].device
    # The norm of the norms.
    total = ft.stack([x.reshape(-1).norm(p).to(device) for x in found]).norm(p)
    if error_if_nonfinite and not math.isfinite(total.item()):
        text = errors.message(
            "get_total_norm",
            "tensors",
            "a finite norm",
            str(total.item()),
            "look for the first NaN with autograd.detect_anomaly(), or leave out error_if_nonfinite",
        )
        raise RuntimeError(text)
    return total


def clip_grads_with_norm_(
    parameters: Parameters, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    r"""Scale the gradients of parameters in place, given what the norm of all of them is.

    .. math:: g \leftarrow g \cdot \min\Big(1, \frac{\text{max_norm}}{\text{total_norm} + 10^{-6}}\Big)

    Args:
        parameters: the parameters, or one; those without gradient are left out.
        max_norm: the greatest norm that is allowed.
        total_norm: the norm, as :func:`get_total_norm` gives it.
        foreach: has no effect: there is one implementation.

    Example:
        >>> from flambeau import nn
        >>> w = nn.Parameter(ft.zeros(2))
        >>> w.grad = ft.tensor([3.0, 4.0])
        >>> nn.utils.clip_grads_with_norm_(w, 0.5, ft.tensor(5.0))
        >>> w.grad.norm().item() <= 0.5
        True
    """
    _scale(gradients_of(parameters), max_norm, total_norm)


def _scale(gradients: list[Tensor], max_norm: float, total_norm: Tensor) -> None:
    # A NaN goes on to the gradients.
    if total_norm.device.type == "cpu":
        factor = float(max_norm) / (total_norm.item() + 1e-6)
        if not factor >= 1:
            together(lambda g: g.mul_(factor), ([g] for g in gradients))
        return
    # Elsewhere nobody waits for the norm.
    factors = {total_norm.device: (float(max_norm) / (total_norm + 1e-6)).clamp_(max=1.0)}
    for g in gradients:
        if (place := g.device) not in factors:
            factors[place] = factors[total_norm.device].to(place)
        g.mul_(factors[place])


def clip_grad_norm_(
    parameters: Parameters,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients of parameters in place so that the norm of all of them is at most ``max_norm``.

    It is called between backward and the optimizer's step. The direction of the gradient stays.

    Args:
        parameters: the parameters, or one; those without gradient are left out.
        max_norm: the greatest norm that is allowed.
        norm_type: which norm; see :func:`get_total_norm`.
        error_if_nonfinite: raise if the norm is not finite, and leave the gradients as they are.
        foreach: has no effect: there is one implementation.

    Returns:
        Tensor of no dimensions: the norm before.

    Raises:
        RuntimeError: the norm is not finite and ``error_if_nonfinite`` is set.

    Example:
        >>> from flambeau import nn
        >>> w = nn.Parameter(ft.tensor([3.0, 4.0]))
        >>> (w * w / 2).sum().backward()
        >>> nn.utils.clip_grad_norm_([w], max_norm=1.0).item()
        5.0
        >>> round(w.grad.norm().item(), 4)
        1.0
    """
    gradients = gradients_of(parameters)
    total = get_total_norm(gradients, norm_type, error_if_nonfinite)
    _scale(gradients, max_norm, total)
    return total


def clip_grad_value_(parameters: Parameters, clip_value: float, foreach: bool | None = None) -> None:
    """Clamp each element of the gradients of parameters, in place, to [-clip_value, clip_value].

    Args:
        parameters: the parameters, or one; those without gradient are left out.
        clip_value: the greatest absolute value that is allowed.
        foreach: has no effect: there is one implementation.

    Example:
        >>> from flambeau import nn
        >>> w = nn.Parameter(ft.tensor([3.0, -0.25]))
        >>> (w * w).sum().backward()
        >>> nn.utils.clip_grad_value_(w, 1.0)
        >>> w.grad.tolist()
        [1.0, -0.5]
    """
    bound = float(clip_value)
    together(lambda g: g.clamp_(-bound, bound), ([g] for g in gradients_of(parameters)))
