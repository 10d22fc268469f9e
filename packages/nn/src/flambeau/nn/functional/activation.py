"""Activation functions."""

from __future__ import annotations

import flambeau.tensor as ft

from ._types import T

__all__ = ["log_softmax", "relu", "softmax"]


def relu(input: T, inplace: bool = False) -> T:
    """``max(input, 0)``, element by element.

    Args:
        input: Tensor of any shape and numeric dtype.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.relu(ft.tensor([-1.0, 2.0])).tolist()
        [0.0, 2.0]
    """
    return ft.relu_(input) if inplace else ft.relu(input)


def softmax(input: T, dim: int) -> T:
    r"""Weights along a dimension that add up to 1.

    .. math:: y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension along which the weights add up to 1.

    Returns:
        Tensor like ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.softmax(ft.tensor([0.0, 0.0]), dim=0).tolist()
        [0.5, 0.5]
    """
    return ft.softmax(input, dim)


def log_softmax(input: T, dim: int) -> T:
    r"""The logarithm of :func:`softmax`, without the underflow of the two steps.

    .. math:: y_i = x_i - \log \sum_j e^{x_j}

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension along which ``exp`` of the result adds up to 1.

    Returns:
        Tensor like ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.log_softmax(ft.tensor([1000.0, 0.0]), dim=0).tolist()
        [0.0, -1000.0]
    """
    return ft.log_softmax(input, dim)
