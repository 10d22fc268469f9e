"""Activation functions."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from .._warnings import warn
from ._types import T

__all__ = [
    "celu", "elu", "gelu", "log_softmax", "logsigmoid", "mish", "relu", "selu", "sigmoid", "silu", "softmax",
    "softplus", "softsign", "tanh", "tanhshrink",
]  # fmt: skip


def implicit_dim(operation: str, input: Any) -> int:
    """The dimension PyTorch 0.3 took where none was given."""
    dim = 0 if input.ndim in (0, 1, 3) else 1
    warn(f"{operation}(): dimension {dim} is taken as in PyTorch 0.3; say dim={dim}", DeprecationWarning)
    return dim


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


def softmax(input: T, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> T:
    r"""Weights along a dimension that add up to 1.

    .. math:: y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension along which the weights add up to 1; without it, as in PyTorch 0.3, dimension 0 of Tensors
            of 0, 1 or 3 dimensions, and dimension 1 of others, with a warning.
        dtype: what ``input`` is converted to first, if given.

    Returns:
        Tensor like ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.softmax(ft.tensor([0.0, 0.0]), dim=0).tolist()
        [0.5, 0.5]
    """
    if dim is None:
        dim = implicit_dim("softmax", input)
    return ft.softmax(input if dtype is None else input.to(dtype), dim)


def log_softmax(input: T, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> T:
    r"""The logarithm of :func:`softmax`, without the underflow of the two steps.

    .. math:: y_i = x_i - \log \sum_j e^{x_j}

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension along which ``exp`` of the result adds up to 1; without it as :func:`softmax`.
        dtype: what ``input`` is converted to first, if given.

    Returns:
        Tensor like ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.log_softmax(ft.tensor([1000.0, 0.0]), dim=0).tolist()
        [0.0, -1000.0]
    """
    if dim is None:
        dim = implicit_dim("log_softmax", input)
    return ft.log_softmax(input if dtype is None else input.to(dtype), dim)


def sigmoid(input: T) -> T:
    r"""Between 0 and 1: the logistic function.

    .. math:: y = \frac{1}{1 + e^{-x}}

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.sigmoid(ft.tensor([0.0])).tolist()
        [0.5]
    """
    return ft.sigmoid(input)


def tanh(input: T) -> T:
    r"""Between -1 and 1: the hyperbolic tangent.

    .. math:: y = \tanh x

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.tanh(ft.tensor([0.0])).tolist()
        [0.0]
    """
    return ft.tanh(input)


def softplus(input: T, beta: float = 1.0, threshold: float = 20.0) -> T:
    r"""A smooth :func:`relu`.

    .. math:: y = \frac{1}{\beta} \log(1 + e^{\beta x})

    Args:
        input: Tensor of any shape and floating dtype.
        beta: how sharp the bend is.
        threshold: the result is the input itself where ``beta`` times it exceeds this.

    Returns:
        Tensor like ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.softplus(ft.tensor([0.0])).tolist()
        [0.6931471824645996]
    """
    return ft.softplus(input, beta, threshold)


def logsigmoid(input: T) -> T:
    r"""The logarithm of the logistic function, without the underflow of the two steps.

    .. math:: y = -\log(1 + e^{-x})

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.logsigmoid(ft.tensor([-1000.0])).tolist()
        [-1000.0]
    """
    return ft.logsigmoid(input)


def softsign(input: T) -> T:
    r"""Between -1 and 1, with slow tails.

    .. math:: y = \frac{x}{1 + |x|}

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.softsign(ft.tensor([3.0])).tolist()
        [0.75]
    """
    return ft.softsign(input)


def tanhshrink(input: T) -> T:
    r"""What the hyperbolic tangent takes off.

    .. math:: y = x - \tanh x

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.tanhshrink(ft.tensor([1.0])).tolist()
        [0.23840582370758057]
    """
    return ft.tanhshrink(input)


def silu(input: T, inplace: bool = False) -> T:
    r"""The sigmoid linear unit, also called swish.

    .. math:: y = x \cdot \frac{1}{1 + e^{-x}}

    Args:
        input: Tensor of any shape and floating dtype.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.silu(ft.tensor([1.0])).tolist()
        [0.7310585975646973]
    """
    return ft.silu_(input) if inplace else ft.silu(input)


def mish(input: T, inplace: bool = False) -> T:
    r"""A smooth activation with a dip below 0.

    .. math:: y = x \tanh(\log(1 + e^x))

    Args:
        input: Tensor of any shape and floating dtype.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.mish(ft.tensor([1.0])).tolist()
        [0.8650984168052673]
    """
    return ft.mish_(input) if inplace else ft.mish(input)


def gelu(input: T, approximate: str = "none") -> T:
    r"""The Gaussian error linear unit: the input times the probability that a standard normal variable is below it.

    .. math:: y = x \Phi(x)

    Args:
        input: Tensor of any shape and floating dtype.
        approximate: ``"none"``, or ``"tanh"`` for :math:`x (1 + \tanh(\sqrt{2 / \pi} (x + 0.044715 x^3))) / 2`.

    Returns:
        Tensor like ``input``.

    Raises:
        ValueError: ``approximate`` is something else.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.gelu(ft.tensor([1.0])).tolist()
        [0.8413447141647339]
    """
    return ft.gelu(input, approximate)


def elu(input: T, alpha: float = 1.0, inplace: bool = False) -> T:
    r"""The exponential linear unit.

    .. math:: y = \max(0, x) + \min(0, \alpha (e^x - 1))

    Args:
        input: Tensor of any shape and floating dtype.
        alpha: minus the limit of the result at minus infinity.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.elu(ft.tensor([-1000.0])).tolist()
        [-1.0]
    """
    return ft.elu_(input, alpha) if inplace else ft.elu(input, alpha)


def selu(input: T, inplace: bool = False) -> T:
    r"""A scaled exponential linear unit that drives activations towards mean 0 and variance 1.

    .. math:: y = s (\max(0, x) + \min(0, \alpha (e^x - 1))), \quad s = 1.0507009873554805, \alpha = 1.6732632423543772

    Args:
        input: Tensor of any shape and floating dtype.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.selu(ft.tensor([1.0])).tolist()
        [1.0507010221481323]
    """
    return ft.selu_(input) if inplace else ft.selu(input)


def celu(input: T, alpha: float = 1.0, inplace: bool = False) -> T:
    r"""An exponential linear unit without a kink.

    .. math:: y = \max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))

    Args:
        input: Tensor of any shape and floating dtype.
        alpha: minus the limit of the result at minus infinity; not 0.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Raises:
        ValueError: ``alpha`` is 0.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.celu(ft.tensor([-1000.0])).tolist()
        [-1.0]
    """
    if alpha == 0:
        errors.value_error("celu", "alpha", "a number other than 0", str(alpha))
    return ft.celu_(input, alpha) if inplace else ft.celu(input, alpha)
