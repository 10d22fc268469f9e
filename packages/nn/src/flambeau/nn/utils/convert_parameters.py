"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Any:
    """All elements of all parameters, one after another; gradients go back through it.

    Args:
        parameters: Tensors, such as ``model.parameters()``.

    Returns:
        Tensor of 1 dimension.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.utils.parameters_to_vector(nn.Linear(3, 2).parameters()).shape
        (8,)
    """
    parts = [parameter.reshape(-1) for parameter in parameters]
    if not parts:
        errors.value_error("parameters_to_vector", "parameters", "at least one Tensor", "none")
    return ft.cat(parts)


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Put the elements of a vector into parameters, one after another, in place.

    Args:
        vec: Tensor of 1 dimension, as :func:`parameters_to_vector` gives it.
        parameters: Tensors, such as ``model.parameters()``, which stay the objects they are.

    Raises:
        ShapeError: ``vec`` does not have as many elements as all parameters.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.Linear(2, 1)
        >>> nn.utils.vector_to_parameters(ft.tensor([1.0, 2.0, 3.0]), layer.parameters())
        >>> layer.weight.tolist(), layer.bias.tolist()
        ([[1.0, 2.0]], [3.0])
    """
    places = list(parameters)
    total = sum(place.numel() for place in places)
    if vec.shape != (total,):
        errors.shape_error("vector_to_parameters", "vec", f"shape ({total},)", str(tuple(vec.shape)))
    start = 0
    for place in places:
        end = start + place.numel()
        place.data.copy_(vec.data[start:end].reshape(place.shape))
        start = end
