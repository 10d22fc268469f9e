"""Initial values of parameters: each function fills a Tensor in place, records nothing, and gives the Tensor."""

from __future__ import annotations

import functools
import math
from typing import TypeVar

import flambeau.tensor as ft
from flambeau.tensor import Generator, Tensor, errors

from ._old_names import old

__all__ = [
    "calculate_gain", "constant", "constant_", "dirac", "dirac_", "eye", "eye_", "kaiming_normal", "kaiming_normal_",
    "kaiming_uniform", "kaiming_uniform_", "normal", "normal_", "ones_", "orthogonal", "orthogonal_", "sparse",
    "sparse_", "trunc_normal_", "uniform", "uniform_", "xavier_normal", "xavier_normal_", "xavier_uniform",
    "xavier_uniform_", "zeros_",
]  # fmt: skip

T = TypeVar("T", bound=Tensor)

CONVOLUTIONS = [f"conv{kind}{dims}d" for kind in ("", "_transpose") for dims in (1, 2, 3)]


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


def constant_(tensor: T, val: float) -> T:
    """Fill with one number.

    Args:
        tensor: Tensor, or Parameter.
        val: the number.

    Example:
        >>> from flambeau.nn import init
        >>> init.constant_(ft.empty(2), 0.5).tolist()
        [0.5, 0.5]
    """
    tensor.data.fill_(val)
    return tensor


def trunc_normal_(
    tensor: T,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> T:
    """Fill with numbers drawn from the normal distribution, as far as it lies in an interval.

    Uniform numbers go through the inverse of the distribution function.

    Args:
        tensor: Tensor of floats, or Parameter.
        mean: mean of the distribution before it is cut.
        std: its standard deviation.
        a: the least number.
        b: the greatest.
        generator: where the randomness comes from; the default generator if not given.

    Returns:
        ``tensor``.

    Raises:
        ValueError: ``std`` is not positive, or ``a`` is above ``b``.

    Example:
        >>> from flambeau.nn import init
        >>> w = init.trunc_normal_(ft.empty(100), std=5)
        >>> -2 <= w.min().item() <= w.max().item() <= 2
        True
    """
    if not std > 0:
        errors.value_error("trunc_normal_", "std", "a positive number", str(std))
    if not a <= b:
        errors.value_error("trunc_normal_", "a", f"at most b's {b}", str(a))

    def share(x: float) -> float:
        """Which part of the distribution lies below, less one half."""
        return math.erf((x - mean) / (std * math.sqrt(2))) / 2

    # In double precision: next to 0 and 1 the inverse is steep.
    drawn = ft.empty(tensor.shape, dtype=ft.float64, device=tensor.device).uniform_(
        share(a), share(b), generator=generator
    )
    tensor.data.copy_(ft.clamp(ft.erfinv(drawn * 2) * (std * math.sqrt(2)) + mean, a, b))
    return tensor


def eye_(tensor: T) -> T:
    """Fill with the identity: ones on the diagonal, zeros elsewhere.

    Args:
        tensor: Tensor of 2 dimensions, or Parameter.

    Returns:
        ``tensor``.

    Raises:
        ValueError: not 2 dimensions.

    Example:
        >>> from flambeau.nn import init
        >>> init.eye_(ft.empty(2, 3)).tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    if tensor.ndim != 2:
        errors.value_error("eye_", "tensor", "2 dimensions", f"shape {tensor.shape}")
    tensor.data.copy_(ft.eye(*tensor.shape, dtype=tensor.dtype, device=tensor.device))
    return tensor


def dirac_(tensor: T, groups: int = 1) -> T:
    """Fill the weights of a convolution with those that change nothing: a 1 in the middle of window i of channel i.

    Args:
        tensor: weights of a convolution, of 3, 4 or 5 dimensions.
        groups: into how many groups the channels are cut; in each of them it begins again.

    Returns:
        ``tensor``.

    Raises:
        ValueError: another number of dimensions, or ``groups`` does not divide the outputs.

    Example:
        >>> from flambeau.nn import init
        >>> init.dirac_(ft.empty(2, 2, 3)).tolist()
        [[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
    """
    if tensor.ndim not in (3, 4, 5):
        errors.value_error("dirac_", "tensor", "3, 4 or 5 dimensions", f"shape {tensor.shape}")
    if tensor.shape[0] % groups:
        errors.value_error("dirac_", "groups", f"a divisor of the {tensor.shape[0]} outputs", str(groups))
    data = tensor.data.zero_()
    middle = tuple(size // 2 for size in tensor.shape[2:])
    each = tensor.shape[0] // groups
    for group in range(groups):
        for channel in range(min(each, tensor.shape[1])):
            data[(group * each + channel, channel, *middle)] = 1
    return tensor


def orthogonal_(tensor: T, gain: float = 1.0, generator: Generator | None = None) -> T:
    """Fill with rows that are orthogonal and of one length, or columns where these are fewer (Saxe et al., 2013).

    Args:
        tensor: weights, of shape (outputs, inputs, ...); inputs and further dimensions count as one.
        gain: the length.
        generator: where the randomness comes from; the default generator if not given.

    Returns:
        ``tensor``.

    Raises:
        ValueError: less than 2 dimensions.

    Example:
        >>> from flambeau.nn import init
        >>> w = init.orthogonal_(ft.empty(3, 5, dtype=ft.float64))
        >>> bool(ft.allclose(w @ w.T, ft.eye(3, dtype=ft.float64)))
        True
    """
    if tensor.ndim < 2:
        errors.value_error("orthogonal_", "tensor", "at least 2 dimensions", f"shape {tensor.shape}")
    if not tensor.numel():
        return tensor
    rows, columns = tensor.shape[0], tensor.numel() // tensor.shape[0]
    drawn = ft.empty(max(rows, columns), min(rows, columns), dtype=tensor.dtype, device=tensor.device)
    q, r = ft.linalg.qr(drawn.normal_(generator=generator))
    # The signs make it uniform among all of them: Mezzadri (2007), "How to generate random matrices from the
    # classical compact groups".
    q = q * ft.sign(ft.diagonal(r))
    tensor.data.copy_((q.T if rows < columns else q).reshape(tensor.shape) * gain)
    return tensor


def sparse_(tensor: T, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> T:
    """Fill with numbers drawn from the normal distribution, but a part of each column with zeros (Martens, 2010).

    Args:
        tensor: Tensor of 2 dimensions, or Parameter.
        sparsity: the part of each column that becomes zeros, rounded up.
        std: standard deviation of the others.
        generator: where the randomness comes from; the default generator if not given.

    Returns:
        ``tensor``.

    Raises:
        ValueError: not 2 dimensions, or ``sparsity`` is not in [0, 1].

    Example:
        >>> from flambeau.nn import init
        >>> (init.sparse_(ft.empty(10, 3), sparsity=0.7) == 0).sum(0).tolist()
        [7, 7, 7]
    """
    if tensor.ndim != 2:
        errors.value_error("sparse_", "tensor", "2 dimensions", f"shape {tensor.shape}")
    if not 0 <= sparsity <= 1:
        errors.value_error("sparse_", "sparsity", "a part in [0, 1]", str(sparsity))
    rows, columns = tensor.shape
    data = tensor.data.normal_(0, std, generator=generator)
    for column in range(columns):
        data[ft.randperm(rows, generator=generator)[: math.ceil(sparsity * rows)], column] = 0
    return tensor


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much weights must be scaled to make up for what follows them.

    Args:
        nonlinearity: ``"linear"`` or the name of a convolution, ``"sigmoid"``, ``"tanh"``, ``"relu"``,
            ``"leaky_relu"`` or ``"selu"``.
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
    if nonlinearity in CONVOLUTIONS:
        return 1.0
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
    bound = math.sqrt(3) * _kaiming_std("kaiming_uniform_", tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: T,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> T:
    """Fill with numbers of the normal distribution, of standard deviation ``gain / sqrt(fan)`` (He et al., 2015).

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
        >>> init.kaiming_normal_(ft.empty(3, 5), nonlinearity="relu").shape
        (3, 5)
    """
    return normal_(tensor, 0.0, _kaiming_std("kaiming_normal_", tensor, a, mode, nonlinearity), generator)


def _kaiming_std(operation: str, tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    fans = dict(zip(("fan_in", "fan_out"), _fans(operation, tensor), strict=True))
    if mode not in fans:
        errors.value_error(operation, "mode", "'fan_in' or 'fan_out'", repr(mode))
    return calculate_gain(nonlinearity, a) / math.sqrt(max(fans[mode], 1))


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


def xavier_normal_(tensor: T, gain: float = 1.0, generator: Generator | None = None) -> T:
    """Fill with numbers of the normal distribution, of standard deviation ``gain * sqrt(2 / (fan_in + fan_out))``.

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
        >>> init.xavier_normal_(ft.empty(2, 4)).shape
        (2, 4)
    """
    fan_in, fan_out = _fans("xavier_normal_", tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2 / max(fan_in + fan_out, 1)), generator)


def _fans(operation: str, tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output has, and how many outputs each input."""
    if tensor.ndim < 2:
        errors.value_error(operation, "tensor", "at least 2 dimensions (outputs, inputs, ...)", f"shape {tensor.shape}")
    window = math.prod(tensor.shape[2:])
    return tensor.shape[1] * window, tensor.shape[0] * window


_old = functools.partial(old, where="init")
constant, dirac, eye, normal = _old(constant_), _old(dirac_), _old(eye_), _old(normal_)
sparse, uniform, orthogonal = _old(sparse_), _old(uniform_), _old(orthogonal_)
kaiming_normal, kaiming_uniform = _old(kaiming_normal_), _old(kaiming_uniform_)
xavier_normal, xavier_uniform = _old(xavier_normal_), _old(xavier_uniform_)
