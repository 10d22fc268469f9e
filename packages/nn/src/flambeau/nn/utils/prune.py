"""Pruning: some elements of a parameter are held at zero.

What is pruned becomes a parameter ``{name}_orig`` and a buffer ``{name}_mask``; ``{name}`` itself is their product,
computed before each call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ..module import Module
from ._prune_methods import (
    BasePruningMethod,
    CustomFromMask,
    Identity,
    L1Unstructured,
    LnStructured,
    PruningContainer,
    RandomStructured,
    RandomUnstructured,
)
from ._replacing import hooks_of, take_hook

__all__ = [
    "BasePruningMethod", "CustomFromMask", "Identity", "L1Unstructured", "LnStructured", "PruningContainer",
    "RandomStructured", "RandomUnstructured", "custom_from_mask", "global_unstructured", "identity", "is_pruned",
    "l1_unstructured", "ln_structured", "random_structured", "random_unstructured", "remove",
]  # fmt: skip

M = TypeVar("M", bound=Module)


def identity(module: M, name: str) -> M:
    """Prune nothing: parameter and mask are there, and the mask is ones.

    Args:
        module: the module, which is changed.
        name: the parameter.

    Returns:
        ``module``.
    """
    Identity.apply(module, name)
    return module


def random_unstructured(module: M, name: str, amount: int | float) -> M:
    """Prune elements at random.

    Args:
        module: the module, which is changed.
        name: the parameter.
        amount: how many, as an int, or which part of them, as a float.

    Returns:
        ``module``.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.prune.random_unstructured(nn.Linear(4, 2), "weight", amount=3)
        >>> (layer.weight_mask == 0).sum().item()
        3
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: M, name: str, amount: int | float, importance_scores: Tensor | None = None) -> M:
    """Prune the elements that are nearest to zero.

    Args:
        module: the module, which is changed.
        name: the parameter.
        amount: how many, as an int, or which part of them, as a float.
        importance_scores: Tensor of the parameter's shape to go by instead of it, or None.

    Returns:
        ``module``.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.Linear(2, 1)
        >>> _ = layer.load_state_dict({"weight": ft.tensor([[0.1, -2.0]]), "bias": ft.zeros(1)})
        >>> nn.utils.prune.l1_unstructured(layer, "weight", amount=0.5).weight.tolist()
        [[0.0, -2.0]]
    """
    L1Unstructured.apply(module, name, amount, importance_scores)
    return module


def random_structured(module: M, name: str, amount: int | float, dim: int) -> M:
    """Prune whole slices along a dimension, at random.

    Args:
        module: the module, which is changed.
        name: the parameter.
        amount: how many slices, as an int, or which part of them, as a float.
        dim: the dimension.

    Returns:
        ``module``.
    """
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: M, name: str, amount: int | float, n: Any, dim: int, importance_scores: Tensor | None = None
) -> M:
    """Prune the slices along a dimension that have the least norm.

    Args:
        module: the module, which is changed.
        name: the parameter.
        amount: how many slices, as an int, or which part of them, as a float.
        n: the norm, as ``p`` of :func:`flambeau.tensor.norm`.
        dim: the dimension.
        importance_scores: Tensor of the parameter's shape to go by instead of it, or None.

    Returns:
        ``module``.
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores)
    return module


def custom_from_mask(module: M, name: str, mask: Tensor) -> M:
    """Prune where a mask is zero.

    Args:
        module: the module, which is changed.
        name: the parameter.
        mask: Tensor of its shape, of ones and zeros.

    Returns:
        ``module``.
    """
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: Mapping[tuple[Module, str], Tensor] | None = None,
    **kwargs: Any,
) -> None:
    """Prune several parameters as if they were one.

    Args:
        parameters: pairs of modules, which are changed, and names of parameters.
        pruning_method: a class of methods that prune single elements, such as :class:`L1Unstructured`.
        importance_scores: for some of the pairs Tensors to go by instead of the parameters, or None.
        kwargs: the arguments of the method, such as ``amount``.

    Example:
        >>> import flambeau.nn as nn
        >>> one, two = nn.Linear(2, 2), nn.Linear(2, 2)
        >>> prune = nn.utils.prune
        >>> prune.global_unstructured([(one, "weight"), (two, "weight")], prune.L1Unstructured, amount=3)
        >>> sum((m.weight_mask == 0).sum().item() for m in (one, two))
        3
    """
    pairs = list(parameters)
    scores = importance_scores or {}
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        wanted = "a method that prunes single elements"
        errors.value_error("global_unstructured", "pruning_method", wanted, f"a {method.PRUNING_TYPE} one")
    given = [scores.get((module, name), getattr(module, name)) for module, name in pairs]
    masks = [getattr(module, f"{name}_mask", None) for module, name in pairs]
    flat = ft.cat([score.data.reshape(-1) for score in given])
    old = ft.cat([
        (ft.ones_like(score.data) if mask is None else mask).reshape(-1)
        for score, mask in zip(given, masks, strict=True)
    ])  # fmt: skip
    method._tensor_name = "weight"
    new = PruningContainer(method).compute_mask(flat, old)
    start = 0
    for (module, name), score in zip(pairs, given, strict=True):
        end = start + score.numel()
        custom_from_mask(module, name, new[start:end].reshape(score.shape))
        start = end


def is_pruned(module: Module) -> bool:
    """Whether a parameter of a module, or of one inside, is pruned.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.utils.prune.is_pruned(nn.Sequential(nn.utils.prune.identity(nn.Linear(1, 1), "weight")))
        True
    """
    return any(hooks_of(inner, BasePruningMethod) for inner in module.modules())


def remove(module: M, name: str) -> M:
    """Make an ordinary parameter again of a pruned one; its zeros stay, until they are trained.

    Args:
        module: the module, which is changed.
        name: the parameter.

    Returns:
        ``module``.

    Raises:
        ValueError: it is not pruned.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.prune.l1_unstructured(nn.Linear(2, 2), "weight", amount=1)
        >>> list(nn.utils.prune.remove(layer, "weight").state_dict())
        ['bias', 'weight']
    """
    method = take_hook(module, lambda f: f._tensor_name == name, BasePruningMethod)
    if method is None:
        errors.value_error("remove", "name", "a pruned parameter", repr(name))
    method.remove(module)
    return module
