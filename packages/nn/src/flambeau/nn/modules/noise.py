"""Layers that draw random numbers while training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flambeau.tensor import errors

from .. import functional as F
from ..functional._types import T
from ..module import Module

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


class _Noise(Module):
    """A layer that does something to a part of its input, chosen at random, while training."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            errors.value_error(type(self).__name__, "p", "a probability in [0, 1]", str(p))
        self.p = p
        self.inplace = inplace

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Noise):
    r"""While training, zeros in place of elements chosen at random; the rest scaled by ``1 / (1 - p)``.

    .. math:: y = \frac{m x}{1 - p}, \qquad m \sim \mathrm{Bernoulli}(1 - p)

    Args:
        p: the probability of dropping an element.
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.Dropout(0.75)
        >>> sorted(set(layer(ft.ones(100)).tolist()))
        [0.0, 4.0]
        >>> set(layer.eval()(ft.ones(100)).tolist())
        {1.0}
    """

    def forward(self, input: T) -> T:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_Noise):
    r"""While training, zeros in place of channels chosen at random; the rest scaled by ``1 / (1 - p)``.

    .. math:: y_{n, c} = \frac{m_{n, c} \, x_{n, c}}{1 - p}, \qquad m_{n, c} \sim \mathrm{Bernoulli}(1 - p)

    Args:
        p: the probability of dropping a channel.
        inplace: change the input itself.

    Shape:
        (N, C, L) or (C, L), to the same.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.Dropout1d(0.75)(ft.ones(1, 100, 2))
        >>> sorted(set(y.reshape(100, 2).sum(1).tolist()))
        [0.0, 8.0]
    """

    def forward(self, input: T) -> T:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_Noise):
    r"""While training, zeros in place of channels chosen at random; the rest scaled by ``1 / (1 - p)``.

    .. math:: y_{n, c} = \frac{m_{n, c} \, x_{n, c}}{1 - p}, \qquad m_{n, c} \sim \mathrm{Bernoulli}(1 - p)

    Args:
        p: the probability of dropping a channel.
        inplace: change the input itself.

    Shape:
        (N, C, H, W) or (C, H, W), to the same.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.Dropout2d(0.75)(ft.ones(1, 100, 2, 2))
        >>> sorted(set(y.reshape(100, 4).sum(1).tolist()))
        [0.0, 16.0]
    """

    def forward(self, input: T) -> T:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_Noise):
    r"""While training, zeros in place of channels chosen at random; the rest scaled by ``1 / (1 - p)``.

    .. math:: y_{n, c} = \frac{m_{n, c} \, x_{n, c}}{1 - p}, \qquad m_{n, c} \sim \mathrm{Bernoulli}(1 - p)

    Args:
        p: the probability of dropping a channel.
        inplace: change the input itself.

    Shape:
        (N, C, D, H, W) or (C, D, H, W), to the same.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.Dropout3d(0.75)(ft.ones(1, 100, 2, 2, 2))
        >>> sorted(set(y.reshape(100, 8).sum(1).tolist()))
        [0.0, 32.0]
    """

    def forward(self, input: T) -> T:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_Noise):
    """While training, the lowest value of :class:`SELU` in place of elements chosen at random.

    The result is scaled and shifted, so that a mean of 0 and a variance of 1 stay what they are (Klambauer et al. 2017,
    "Self-Normalizing Neural Networks").

    Args:
        p: the probability of dropping an element.
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn as nn
        >>> len(set(nn.AlphaDropout()(ft.zeros(100)).tolist()))
        2
    """

    def forward(self, input: T) -> T:
        return F.alpha_dropout(input, self.p, self.training, self.inplace)


class FeatureAlphaDropout(_Noise):
    """:class:`AlphaDropout` of whole channels.

    Args:
        p: the probability of dropping a channel.
        inplace: change the input itself.

    Shape:
        (N, C, ...), to the same.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.FeatureAlphaDropout()(ft.zeros(2, 50, 4))
        >>> bool((y == y[:, :, :1]).all()), len(set(y.reshape(400).tolist()))
        (True, 2)
    """

    def forward(self, input: T) -> T:
        return F.feature_alpha_dropout(input, self.p, self.training, self.inplace)
