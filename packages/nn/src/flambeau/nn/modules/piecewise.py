"""Activation layers that are straight between kinks."""

from __future__ import annotations

from flambeau.tensor import errors

from .. import functional as F
from ..functional._types import T
from .activation import _Activation, _InPlace

__all__ = ["Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU", "ReLU6", "Softshrink", "Threshold"]


class LeakyReLU(_InPlace):
    r"""Elements where they are positive, a fraction of them elsewhere.

    .. math:: y = \max(0, x) + s \min(0, x)

    Args:
        negative_slope: the factor of negative elements.
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.LeakyReLU(0.5)(ft.tensor([-2.0])).tolist()
        [-1.0]
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, input: T) -> T:
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}" + self._inplace_repr(", ")


class ReLU6(_InPlace):
    r"""A :class:`ReLU` that ends at 6.

    .. math:: y = \min(\max(0, x), 6)

    Args:
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ReLU6()(ft.tensor([8.0])).tolist()
        [6.0]
    """

    def forward(self, input: T) -> T:
        return F.relu6(input, self.inplace)


class Hardtanh(_InPlace):
    r"""Elements moved into an interval.

    .. math:: y = \min(\max(x, a), b)

    Args:
        min_val: least value of the result.
        max_val: greatest value of the result.
        inplace: change the input itself.
        min_value: PyTorch 0.3's name of ``min_val``.
        max_value: PyTorch 0.3's name of ``max_val``.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Hardtanh()(ft.tensor([-2.0])).tolist()
        [-1.0]
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__(inplace)
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value

    def forward(self, input: T) -> T:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}" + self._inplace_repr(", ")


class Hardsigmoid(_InPlace):
    r"""Straight lines near the logistic function.

    .. math:: y = \frac{\min(\max(0, x + 3), 6)}{6}

    Args:
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Hardsigmoid()(ft.tensor([0.0])).tolist()
        [0.5]
    """

    def forward(self, input: T) -> T:
        return F.hardsigmoid(input, self.inplace)


class Hardswish(_InPlace):
    r"""Elements times straight lines near the logistic function.

    .. math:: y = x \cdot \frac{\min(\max(0, x + 3), 6)}{6}

    Args:
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Hardswish()(ft.tensor([1.5])).tolist()
        [1.125]
    """

    def forward(self, input: T) -> T:
        return F.hardswish(input, self.inplace)


class Hardshrink(_Activation):
    r"""0 for elements near 0, others as they are.

    .. math:: y = x \text{ where } |x| > \lambda, \text{ else } 0

    Args:
        lambd: how far from 0 elements become 0.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Hardshrink()(ft.tensor([0.25])).tolist()
        [0.0]
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: T) -> T:
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(_Activation):
    r"""Elements moved towards 0.

    .. math:: y = \operatorname{sign}(x) \max(0, |x| - \lambda)

    Args:
        lambd: how far to move, 0 or more.

    Shape:
        Any, to the same.

    Raises:
        ValueError: ``lambd`` is negative.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Softshrink()(ft.tensor([1.0])).tolist()
        [0.5]
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        if lambd < 0:
            errors.value_error("Softshrink", "lambd", "0 or more", str(lambd))
        self.lambd = lambd

    def forward(self, input: T) -> T:
        return F.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Threshold(_InPlace):
    r"""Elements above a threshold, a value in the place of others.

    .. math:: y = x \text{ where } x > t, \text{ else } v

    Args:
        threshold: elements up to this are replaced.
        value: what replaces them.
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Threshold(0.5, 9.0)(ft.tensor([0.25])).tolist()
        [9.0]
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.threshold = threshold
        self.value = value

    def forward(self, input: T) -> T:
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}, value={self.value}" + self._inplace_repr(", ")
