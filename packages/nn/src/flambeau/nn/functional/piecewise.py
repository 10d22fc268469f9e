"""Activation functions that are straight between kinks."""

from __future__ import annotations

import flambeau.tensor as ft
from flambeau.tensor import errors

from ._types import T

__all__ = ["hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "relu6", "softshrink", "threshold"]


def leaky_relu(input: T, negative_slope: float = 0.01, inplace: bool = False) -> T:
    r"""Elements where they are positive, a fraction of them elsewhere.

    .. math:: y = \max(0, x) + s \min(0, x)

    Args:
        input: Tensor of any shape and floating dtype.
        negative_slope: the factor of negative elements.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.leaky_relu(ft.tensor([-2.0]), 0.5).tolist()
        [-1.0]
    """
    return ft.leaky_relu_(input, negative_slope) if inplace else ft.leaky_relu(input, negative_slope)


def relu6(input: T, inplace: bool = False) -> T:
    r"""A :func:`relu` that ends at 6.

    .. math:: y = \min(\max(0, x), 6)

    Args:
        input: Tensor of any shape and numeric dtype.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.relu6(ft.tensor([8.0])).tolist()
        [6.0]
    """
    return ft.relu6_(input) if inplace else ft.relu6(input)


def hardtanh(input: T, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> T:
    r"""Elements moved into an interval.

    .. math:: y = \min(\max(x, a), b)

    Args:
        input: Tensor of any shape and floating dtype.
        min_val: least value of the result.
        max_val: greatest value of the result.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.hardtanh(ft.tensor([-2.0])).tolist()
        [-1.0]
    """
    return ft.hardtanh_(input, min_val, max_val) if inplace else ft.hardtanh(input, min_val, max_val)


def hardsigmoid(input: T, inplace: bool = False) -> T:
    r"""Straight lines near the logistic function.

    .. math:: y = \frac{\min(\max(0, x + 3), 6)}{6}

    Args:
        input: Tensor of any shape and floating dtype.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.hardsigmoid(ft.tensor([0.0])).tolist()
        [0.5]
    """
    return ft.hardsigmoid_(input) if inplace else ft.hardsigmoid(input)


def hardswish(input: T, inplace: bool = False) -> T:
    r"""Elements times straight lines near the logistic function.

    .. math:: y = x \cdot \frac{\min(\max(0, x + 3), 6)}{6}

    Args:
        input: Tensor of any shape and floating dtype.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.hardswish(ft.tensor([1.5])).tolist()
        [1.125]
    """
    return ft.hardswish_(input) if inplace else ft.hardswish(input)


def hardshrink(input: T, lambd: float = 0.5) -> T:
    r"""0 for elements near 0, others as they are.

    .. math:: y = x \text{ where } |x| > \lambda, \text{ else } 0

    Args:
        input: Tensor of any shape and floating dtype.
        lambd: how far from 0 elements become 0.

    Returns:
        Tensor like ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.hardshrink(ft.tensor([0.25])).tolist()
        [0.0]
    """
    return ft.hardshrink(input, lambd)


def softshrink(input: T, lambd: float = 0.5) -> T:
    r"""Elements moved towards 0.

    .. math:: y = \operatorname{sign}(x) \max(0, |x| - \lambda)

    Args:
        input: Tensor of any shape and floating dtype.
        lambd: how far to move, 0 or more.

    Returns:
        Tensor like ``input``.

    Raises:
        ValueError: ``lambd`` is negative.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.softshrink(ft.tensor([1.0])).tolist()
        [0.5]
    """
    if lambd < 0:
        errors.value_error("softshrink", "lambd", "0 or more", str(lambd))
    return ft.softshrink(input, lambd)


def threshold(input: T, threshold: float, value: float, inplace: bool = False) -> T:
    r"""Elements above a threshold, a value in the place of others.

    .. math:: y = x \text{ where } x > t, \text{ else } v

    Args:
        input: Tensor of any shape and floating dtype.
        threshold: elements up to this are replaced.
        value: what replaces them.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.threshold(ft.tensor([0.25]), 0.5, 9.0).tolist()
        [9.0]
    """
    return ft.threshold_(input, threshold, value) if inplace else ft.threshold(input, threshold, value)
