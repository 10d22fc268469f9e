"""Activation layers with parameters, gates or random slopes, and softmax in other forms."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._types import T
from ..parameter import Parameter
from ._check import check_size
from .activation import _Activation, _InPlace

__all__ = ["GLU", "PReLU", "RReLU", "Softmax2d", "Softmin"]


class GLU(_Activation):
    r"""One half of the elements, gated by the other.

    .. math:: y = a \, \sigma(b)

    Args:
        dim: the dimension that is halved, into a and b.

    Shape:
        Any, to half the size in ``dim``.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.GLU()(ft.tensor([3.0, 4.0, 0.0, 0.0])).tolist()
        [1.5, 2.0]
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: T) -> T:
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class PReLU(_Activation):
    r"""Each element where it is positive, a trained slope times it elsewhere.

    .. math:: y = \max(0, x) + w \min(0, x)

    Args:
        num_parameters: 1 for one slope, or one for each channel.
        init: what slopes start from.
        device: where to make them.
        dtype: their dtype.

    Shape:
        (N, C, ...), or any shape for one slope, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.PReLU()(ft.tensor([-2.0, 2.0])).tolist()
        [-0.5, 2.0]
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        check_size("PReLU", "num_parameters", num_parameters)
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(ft.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Go back to the first slopes."""
        self.weight.data.fill_(self.init)

    def forward(self, input: T) -> T:
        return F.prelu(input, self.weight)

    def expected_input(self, input: Tensor) -> str | None:
        fits = self.num_parameters == 1 or (input.ndim > 1 and input.shape[1] == self.num_parameters)
        return None if fits else f"(N, {self.num_parameters}, *)"

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class RReLU(_InPlace):
    r"""Each element where it is positive, a random slope times it elsewhere; after ``eval()`` their mean.

    .. math:: y = \begin{cases} x & x \ge 0 \\ a x & \text{otherwise} \end{cases}, \qquad a \sim U(l, u)

    Args:
        lower: the least slope.
        upper: the greatest.
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Raises:
        ValueError: ``lower`` is above ``upper``.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.RReLU(0.25, 0.75).eval()(ft.tensor([-8.0, 8.0])).tolist()
        [-4.0, 8.0]
    """

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__(inplace)
        if not lower <= upper:
            errors.value_error("RReLU", "lower", f"at most upper's {upper}", str(lower))
        self.lower = lower
        self.upper = upper

    def forward(self, input: T) -> T:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}" + self._inplace_repr(", ")


class Softmin(_Activation):
    r"""Weights along a dimension that add up to 1, the greatest for the least element.

    .. math:: y_i = \frac{e^{-x_i}}{\sum_j e^{-x_j}}

    Args:
        dim: the dimension along which the weights add up to 1; without it as :func:`~flambeau.nn.functional.softmax`.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Softmin(0)(ft.tensor([0.0, 1000.0])).tolist()
        [1.0, 0.0]
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: T) -> T:
        return F.softmin(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax2d(_Activation):
    r"""The softmax over the channels, at each place of images.

    .. math:: y_{n, c, i, j} = \frac{e^{x_{n, c, i, j}}}{\sum_k e^{x_{n, k, i, j}}}

    Shape:
        (N, C, H, W) or (C, H, W), to the same.

    Raises:
        ShapeError: another number of dimensions.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Softmax2d()(ft.zeros(2, 1, 1)).tolist()
        [[[0.5]], [[0.5]]]
    """

    def forward(self, input: T) -> T:
        if input.ndim not in (3, 4):
            got = f"shape {tuple(input.shape)}"
            errors.shape_error("Softmax2d", "input", "3 or 4 dimensions (C, H, W) or (N, C, H, W)", got)
        return F.softmax(input, -3)
