"""Initial values of parameters: each function fills a Tensor in place, records nothing, and gives the Tensor."""

from __future__ import annotations

import math
from typing import TypeVar

from flambeau.tensor import Generator, Tensor, errors

__all__ = [
    "calculate_gain", "kaiming_uniform_", "normal_", "ones_", "uniform_", "xavier_uniform_", "zeros_",
]  # fmt: skip

T = TypeVar("T", bound=Tensor)


def uniform_(tensor: T, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> T:
    """Fill with numbers drawn uniformly from [a, b).

    Args:
        tensor: Tensor of floats, or Parameter.
        a: the least number.
        b: the bound above.
        generator: where the randomness comes from; the default generator if not given.

    Returns:
        ``tensor``.

    Example:
        >>> from flambeau.nn import init
        >>> w = init.uniform_(ft.empty(100), -1, 1)
        >>> -1 <= w.min().item() <= w.max().item() < 1
        True
    """
    tensor.data.uniform_(a, b, generator=generator)
    return tensor


def normal_(tensor: T, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> T:
    """Fill with numbers drawn from the normal distribution.

    Args:
        tensor: Tensor of floats, or Parameter.
        mean: mean of the distribution.
        std: standard deviation of the distribution.
        generator: where the randomness comes from; the default generator if not given.

    Returns:
        ``tensor``.

    Example:
        >>> from flambeau.nn import init
        >>> init.normal_(ft.empty(2), mean=5, std=0).tolist()
        [5.0, 5.0]
    """
    tensor.data.normal_(mean, std, generator=generator)
    return tensor


def zeros_(tensor: T) -> T:
    """Fill with zeros.

    Example:
        >>> from flambeau.nn import init
        >>> init.zeros_(ft.empty(2)).tolist()
        [0.0, 0.0]
    """
    tensor.data.zero_()
    return tensor


def ones_(tensor: T) -> T:
    """Fill with ones.

    Example:
        >>> from flambeau.nn import init
        >>> init.ones_(ft.empty(2)).tolist()
        [1.0, 1.0]
    """
    tensor.data.fill_(1)
    return tensor


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much weights must be scaled to make up for what follows them.

    Args:
        nonlinearity: ``"linear"``, ``"conv2d"``, ``"sigmoid"``, ``"tanh"``, ``"relu"``, ``"leaky_relu"`` or ``"selu"``.
        param: the slope of negative elements, for ``"leaky_relu"``; 0.01 if not given.

    Raises:
        ValueError: no such nonlinearity.

    Example:
        >>> from flambeau.nn import init
        >>> init.calculate_gain("leaky_relu", 1.0)
        1.0
    """
    slope = 0.01 if param is None else param
    gains = {
        "linear": 1.0,
        "conv2d": 1.0,
        "sigmoid": 1.0,
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + slope**2)),
        "selu": 3 / 4,
    }
    if nonlinearity not in gains:
        errors.value_error("calculate_gain", "nonlinearity", f"one of {', '.join(gains)}", repr(nonlinearity))
    return gains[nonlinearity]


def kaiming_uniform_(
    tensor: T,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> T:
    """Fill with numbers drawn uniformly from [-bound, bound), where ``bound = gain * sqrt(3 / fan)``.

    With it the variance of what a layer computes stays the same from layer to layer (He et al., 2015).

    Args:
        tensor: weights, of shape (outputs, inputs, ...).
        a: the slope of negative elements of the ``"leaky_relu"`` that follows.
        mode: ``"fan_in"`` keeps the variance going forward, ``"fan_out"`` going backward.
        nonlinearity: what follows, as for :func:`calculate_gain`.
        generator: where the randomness comes from; the default generator if not given.

    Returns:
        ``tensor``.

    Raises:
        ValueError: less than 2 dimensions, or no such mode or nonlinearity.

    Example:
        >>> from flambeau.nn import init
        >>> w = init.kaiming_uniform_(ft.empty(10, 6), nonlinearity="relu")
        >>> -1 <= w.min().item() <= w.max().item() < 1
        True
    """
    fans = dict(zip(("fan_in", "fan_out"), _fans("kaiming_uniform_", tensor), strict=True))
    if mode not in fans:
        errors.value_error("kaiming_uniform_", "mode", "'fan_in' or 'fan_out'", repr(mode))
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / max(fans[mode], 1))
    return uniform_(tensor, -bound, bound, generator)


def xavier_uniform_(tensor: T, gain: float = 1.0, generator: Generator | None = None) -> T:
    """Fill with numbers drawn uniformly from [-bound, bound), where ``bound = gain * sqrt(6 / (fan_in + fan_out))``.

    A compromise that keeps variances about the same going forward and backward (Glorot and Bengio, 2010).

    Args:
        tensor: weights, of shape (outputs, inputs, ...).
        gain: a factor, as :func:`calculate_gain` gives it.
        generator: where the randomness comes from; the default generator if not given.

    Returns:
        ``tensor``.

    Raises:
        ValueError: less than 2 dimensions.

    Example:
        >>> from flambeau.nn import init
        >>> w = init.xavier_uniform_(ft.empty(2, 4))
        >>> -1 <= w.min().item() <= w.max().item() < 1
        True
    """
    fan_in, fan_out = _fans("xavier_uniform_", tensor)
    bound = gain * math.sqrt(6 / max(fan_in + fan_out, 1))
    return uniform_(tensor, -bound, bound, generator)


def _fans(operation: str, tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output has, and how many outputs each input."""
    if tensor.ndim < 2:
        errors.value_error(operation, "tensor", "at least 2 dimensions (outputs, inputs, ...)", f"shape {tensor.shape}")
    window = math.prod(tensor.shape[2:])
    return tensor.shape[1] * window, tensor.shape[0] * window
