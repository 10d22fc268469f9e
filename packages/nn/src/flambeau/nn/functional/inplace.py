"""Activation functions that change what they are given."""

from __future__ import annotations

import flambeau.tensor as ft

from ._types import T
from .gated import rrelu

__all__ = ["celu_", "elu_", "hardtanh_", "leaky_relu_", "relu_", "rrelu_", "selu_", "threshold_"]


def relu_(input: T) -> T:
    """:func:`relu` in place.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([-1.0, 2.0])
        >>> F.relu_(x) is x
        True
    """
    return ft.relu_(input)


def elu_(input: T, alpha: float = 1.0) -> T:
    """:func:`elu` in place.

    Args:
        input: Tensor of any shape and floating dtype.
        alpha: as for :func:`elu`.

    Returns:
        ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([-1.0, 2.0])
        >>> F.elu_(x) is x
        True
    """
    return ft.elu_(input, alpha)


def selu_(input: T) -> T:
    """:func:`selu` in place.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([-1.0, 2.0])
        >>> F.selu_(x) is x
        True
    """
    return ft.selu_(input)


def celu_(input: T, alpha: float = 1.0) -> T:
    """:func:`celu` in place.

    Args:
        input: Tensor of any shape and floating dtype.
        alpha: as for :func:`celu`.

    Returns:
        ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([-1.0, 2.0])
        >>> F.celu_(x) is x
        True
    """
    return ft.celu_(input, alpha)


def hardtanh_(input: T, min_val: float = -1.0, max_val: float = 1.0) -> T:
    """:func:`hardtanh` in place.

    Args:
        input: Tensor of any shape and floating dtype.
        min_val: the least result.
        max_val: the greatest result.

    Returns:
        ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([-1.0, 2.0])
        >>> F.hardtanh_(x) is x
        True
    """
    return ft.hardtanh_(input, min_val, max_val)


def leaky_relu_(input: T, negative_slope: float = 0.01) -> T:
    """:func:`leaky_relu` in place.

    Args:
        input: Tensor of any shape and floating dtype.
        negative_slope: the factor of negative elements.

    Returns:
        ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([-1.0, 2.0])
        >>> F.leaky_relu_(x, 0.5) is x
        True
    """
    return ft.leaky_relu_(input, negative_slope)


def threshold_(input: T, threshold: float, value: float) -> T:
    """:func:`threshold` in place.

    Args:
        input: Tensor of any shape and floating dtype.
        threshold: elements up to it are replaced.
        value: by what.

    Returns:
        ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([-1.0, 2.0])
        >>> F.threshold_(x, 0.5, 9.0) is x
        True
    """
    return ft.threshold_(input, threshold, value)


def rrelu_(input: T, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False) -> T:
    """:func:`rrelu` in place.

    Args:
        input: Tensor of any shape and floating dtype.
        lower: the least slope.
        upper: the greatest.
        training: whether slopes are random.

    Returns:
        ``input``.

    Raises:
        ValueError: ``lower`` is above ``upper``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x = ft.tensor([-8.0, 2.0])
        >>> F.rrelu_(x, 0.25, 0.75).tolist(), x.tolist()
        ([-4.0, 2.0], [-4.0, 2.0])
    """
    return rrelu(input, lower, upper, training, True)
