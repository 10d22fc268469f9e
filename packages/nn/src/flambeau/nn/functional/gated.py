"""Activation functions with parameters, gates or random slopes, and softmax in other forms."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._types import T
from .activation import implicit_dim, softmax

__all__ = ["glu", "gumbel_softmax", "prelu", "rrelu", "softmin"]


def glu(input: T, dim: int = -1) -> T:
    r"""One half of the elements, gated by the other: :math:`a \, \sigma(b)`.

    Args:
        input: Tensor of floats.
        dim: the dimension that is halved, into a and b.

    Returns:
        Tensor like ``input``, with half the size in ``dim``.

    Raises:
        ShapeError: the size of ``dim`` is odd.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.glu(ft.tensor([3.0, 4.0, 0.0, 0.0])).tolist()
        [1.5, 2.0]
    """
    result: Any = ft.ops.glu(input, dim)
    return result


def prelu(input: T, weight: Tensor) -> T:
    """Each element where it is positive, a trained slope times it elsewhere.

    Args:
        input: Tensor of shape (N, C, ...) and floating dtype, or of any shape for one slope.
        weight: Tensor of shape (C,), a slope for each channel; or of one element.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: ``weight`` has neither one element nor one for each channel.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.prelu(ft.tensor([[-2.0, -2.0]]), ft.tensor([0.5, 0.25])).tolist()
        [[-1.0, -0.5]]
    """
    return ft.prelu(input, weight)


def rrelu(input: T, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False) -> T:
    """Each element where it is positive, a random slope times it elsewhere; their mean unless ``training``.

    Args:
        input: Tensor of any shape and floating dtype.
        lower: the least slope.
        upper: the greatest.
        training: whether slopes are random.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; with ``inplace``, ``input``.

    Raises:
        ValueError: ``lower`` is above ``upper``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.rrelu(ft.tensor([-8.0, 8.0]), 0.25, 0.75).tolist()
        [-4.0, 8.0]
    """
    if not lower <= upper:
        errors.value_error("rrelu", "lower", f"at most upper's {upper}", str(lower))
    if training:
        slopes = ft.empty(input.shape, dtype=input.dtype, device=input.device).uniform_(lower, upper)
        result: Any = ft.ops.parametric_relu(input, slopes)
        return input.copy_(result) if inplace else result
    mean = (lower + upper) / 2
    return ft.leaky_relu_(input, mean) if inplace else ft.leaky_relu(input, mean)


def softmin(input: T, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> T:
    r"""The :func:`softmax` of ``-input``: the least element gets the greatest weight.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension along which the weights add up to 1; without it as :func:`softmax`.
        dtype: what ``input`` is converted to first, if given.

    Returns:
        Tensor like ``input``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.softmin(ft.tensor([0.0, 1000.0]), dim=0).tolist()
        [1.0, 0.0]
    """
    return softmax(-input, implicit_dim("softmin", input) if dim is None else dim, dtype=dtype)


def gumbel_softmax(logits: T, tau: float = 1.0, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> T:
    r"""A random choice with the probabilities of a :func:`softmax`, made differentiable.

    .. math:: y = \mathrm{softmax}((x + g) / \tau), \qquad g = -\log(-\log u)

    with u uniform in (0, 1) (Jang et al. 2016, "Categorical Reparameterization with Gumbel-Softmax").

    Args:
        logits: scores: Tensor of floats.
        tau: the temperature: the lower, the nearer to a choice of one.
        hard: give a 1 for the choice and zeros, with the gradient of the soft choice.
        eps: not used, as in PyTorch.
        dim: the dimension that is chosen along.

    Returns:
        Tensor like ``logits``.

    Raises:
        ValueError: ``tau`` is not positive.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.gumbel_softmax(ft.zeros(5, 3), hard=True).sum(1).tolist()
        [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    if not tau > 0:
        errors.value_error("gumbel_softmax", "tau", "a positive number", str(tau))
    wide = ft.float64 if logits.dtype == ft.float64 else ft.float32
    noise = ft.rand(logits.shape, dtype=wide, device=logits.device)
    # Of a draw of 0 the noise is minus infinity, which is never chosen.
    scores: Any = logits - ft.pointwise("log(-log(u))")(noise, out=noise).to(logits.dtype)
    del noise
    if tau != 1:
        scores = scores / tau
    soft: Any = ft.softmax(scores, dim)
    if not hard:
        return soft
    plain = soft.data
    chosen = ft.scatter(ft.zeros_like(plain), dim, ft.argmax(plain, dim, True), 1.0)
    return soft + (chosen - plain)
