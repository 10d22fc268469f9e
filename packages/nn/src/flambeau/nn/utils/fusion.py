"""Batch normalisation written into the layer before it, for evaluation."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ..module import Module
from ..parameter import Parameter

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]

M = TypeVar("M", bound=Module)
Pair = tuple[Parameter, Parameter]


def _fused(weight: Any, bias: Any, mean: Tensor, var: Tensor, eps: float, w: Any, b: Any, dim: int) -> Pair:
    """Weights and bias of a layer that does what a layer and the normalisation after it do; ``dim``: the outputs'."""
    scale = ft.rsqrt(var.data + eps)
    if w is not None:
        scale = scale * w.data
    shift = -mean.data if bias is None else bias.data - mean.data
    shift = shift * scale
    if b is not None:
        shift = shift + b.data
    shape = [1] * weight.ndim
    shape[dim] = -1
    fused = (weight.data * scale.reshape(*shape)).to(weight.dtype)
    trained = getattr(weight, "requires_grad", True)
    return Parameter(fused, trained), Parameter(shift.to(weight.dtype), getattr(bias, "requires_grad", trained))


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> Pair:
    """Weights of a convolution that does what a convolution and the batch normalisation after it do.

    Args:
        conv_w: weights of the convolution.
        conv_b: its bias, or None.
        bn_rm: the running mean.
        bn_rv: the running variance.
        bn_eps: what is added to it.
        bn_w: weights of the normalisation, or None for ones.
        bn_b: its bias, or None for zeros.
        transpose: whether it is a transposed convolution.

    Returns:
        Weights and bias.
    """
    return _fused(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 1 if transpose else 0)


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> Pair:
    """Weights of a linear layer that does what one and the batch normalisation after it do.

    Args:
        linear_w: weights of the layer.
        linear_b: its bias, or None.
        bn_rm: the running mean.
        bn_rv: the running variance.
        bn_eps: what is added to it.
        bn_w: weights of the normalisation, or None for ones.
        bn_b: its bias, or None for zeros.

    Returns:
        Weights and bias.
    """
    return _fused(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 0)


def fuse_conv_bn_eval(conv: M, bn: Module, transpose: bool = False) -> M:
    """A convolution that does what a convolution and the batch normalisation after it do in evaluation.

    Args:
        conv: the convolution, in evaluation.
        bn: the normalisation, in evaluation.
        transpose: whether it is a transposed convolution.

    Raises:
        ValueError: one of them is in training, or there are no running statistics.

    Example:
        >>> import flambeau.nn as nn
        >>> conv, bn = nn.Conv2d(2, 3, 1).eval(), nn.BatchNorm2d(3).eval()
        >>> x = ft.randn(1, 2, 4, 4)
        >>> bool(ft.allclose(nn.utils.fuse_conv_bn_eval(conv, bn)(x), bn(conv(x)), atol=1e-6))
        True
    """
    return _fused_layer("fuse_conv_bn_eval", conv, bn, 1 if transpose else 0)


def fuse_linear_bn_eval(linear: M, bn: Module) -> M:
    """A linear layer that does what one and the batch normalisation after it do in evaluation.

    Args:
        linear: the layer, in evaluation.
        bn: the normalisation, in evaluation.

    Raises:
        ValueError: one of them is in training, there are no running statistics, or the sizes do not fit.

    Example:
        >>> import flambeau.nn as nn
        >>> linear, bn = nn.Linear(2, 3).eval(), nn.BatchNorm1d(3).eval()
        >>> x = ft.randn(4, 2)
        >>> bool(ft.allclose(nn.utils.fuse_linear_bn_eval(linear, bn)(x), bn(linear(x)), atol=1e-6))
        True
    """
    return _fused_layer("fuse_linear_bn_eval", linear, bn, 0)


def _fused_layer(operation: str, layer: Any, bn: Any, dim: int) -> Any:
    for argument, module in (("conv" if "conv" in operation else "linear", layer), ("bn", bn)):
        if module.training:
            errors.value_error(operation, argument, "a module in evaluation", "one in training", "call eval()")
    if bn.running_mean is None or bn.running_var is None:
        errors.value_error(operation, "bn", "running statistics", "none")
    if layer.weight.shape[dim] != bn.num_features:
        errors.value_error(operation, "bn", f"{layer.weight.shape[dim]} features", str(bn.num_features))
    fused = copy.deepcopy(layer)
    fused.weight, fused.bias = _fused(
        layer.weight, layer.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, dim
    )
    return fused
