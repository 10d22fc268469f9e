"""Weights as lengths and directions, in PyTorch's older way: parameters ``weight_g`` and ``weight_v``."""

from __future__ import annotations

from typing import Any, TypeVar

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ..module import Module
from ..parameter import Parameter
from ._replacing import hooks_of, take_hook, take_out

__all__ = ["remove_weight_norm", "weight_norm"]

M = TypeVar("M", bound=Module)


def lengths(v: Any, dim: int | None) -> Any:
    """The norm of each slice along ``dim``, with the other dimensions of size 1; of all for None."""
    if dim is None or dim == -1:
        return ft.norm(v)
    others = [d for d in range(v.ndim) if d != dim % v.ndim]
    return ft.norm(v, 2, others, True) if others else ft.abs(v)


class WeightNorm:
    """The hook that computes a weight before each call."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = dim

    def compute_weight(self, module: Module) -> Tensor:
        g, v = module.__dict__[f"{self.name}_g"], module.__dict__[f"{self.name}_v"]
        return v * (g / lengths(v, self.dim))

    def __call__(self, module: Module, args: Any) -> None:
        module.__dict__[self.name] = self.compute_weight(module)


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    r"""Train the lengths and the directions of weights apart (Salimans and Kingma, 2016).

    .. math:: w = g \frac{v}{\lVert v \rVert}

    :func:`flambeau.nn.utils.parametrizations.weight_norm` does the same with a module that can be copied at any time.

    Args:
        module: the module, which is changed.
        name: the parameter; it gives way to ``{name}_g``, the lengths, and ``{name}_v``, the directions.
        dim: the dimension along which each slice has a length of its own; None for one length in all.

    Returns:
        ``module``.

    Raises:
        ValueError: there is no such parameter.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.weight_norm(nn.Linear(20, 40))
        >>> layer.weight_g.shape, layer.weight_v.shape
        ((40, 1), (40, 20))
    """
    if any(norm.name == name for norm in hooks_of(module, WeightNorm)):
        errors.value_error("weight_norm", "name", "a parameter without weight norm", f"'{name}', which has it already")
    weight = take_out("weight_norm", module, name)
    module.register_parameter(f"{name}_g", Parameter(lengths(weight.data, dim)))
    module.register_parameter(f"{name}_v", Parameter(weight.data))
    norm = WeightNorm(name, dim)
    norm(module, ())
    module.register_forward_pre_hook(norm)
    return module


def remove_weight_norm(module: M, name: str = "weight") -> M:
    """Make one parameter again of what :func:`weight_norm` took apart.

    Args:
        module: the module, which is changed.
        name: the parameter.

    Returns:
        ``module``.

    Raises:
        ValueError: the parameter has no weight norm.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Linear(2, 3)))
        >>> [name for name, _ in layer.named_parameters()]
        ['bias', 'weight']
    """
    norm = take_hook(module, lambda f: f.name == name, WeightNorm)
    if norm is None:
        errors.value_error("remove_weight_norm", "name", "a parameter with weight norm", repr(name))
    weight = norm.compute_weight(module).data
    for part in (name, f"{name}_g", f"{name}_v"):
        delattr(module, part)
    module.register_parameter(name, Parameter(weight))
    return module
