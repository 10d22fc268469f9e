"""Activations."""

from __future__ import annotations

from flambeau.tensor import ops

from ._types import T

__all__ = ["log_softmax", "relu", "softmax"]


def relu(input: T, inplace: bool = False) -> T:
    """``max(input, 0)``, element by element.

    Args:
        input: Tensor of any shape.
        inplace: write the result into ``input``.

    Returns:
        Tensor like ``input``.

    Example:
        >>> from flambeau.nn import functional as F
        >>> F.relu(ft.tensor([-1.0, 2.0])).tolist()
        [0.0, 2.0]
    """
    return input.relu_() if inplace else ops.relu(input)


def softmax(input: T, dim: int) -> T:
    """``exp(input) / sum(exp(input), dim)``: weights along ``dim`` that add up to 1.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension along which the weights add up to 1.

    Returns:
        Tensor like ``input``.

    Example:
        >>> from flambeau.nn import functional as F
        >>> F.softmax(ft.tensor([[0.0, 0.0], [1000.0, 0.0]]), dim=1).tolist()
        [[0.5, 0.5], [1.0, 0.0]]
    """
    return ops.softmax(input, dim)


def log_softmax(input: T, dim: int) -> T:
    """``log(softmax(input, dim))``, without the underflow of the two steps.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension along which ``exp`` of the result adds up to 1.

    Returns:
        Tensor like ``input``.

    Example:
        >>> from flambeau.nn import functional as F
        >>> F.log_softmax(ft.tensor([1000.0, 0.0]), dim=0).tolist()
        [0.0, -1000.0]
    """
    return ops.log_softmax(input, dim)
