"""Activation layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flambeau.tensor import errors

from .. import functional as F
from ..functional._types import T
from ..module import Module

__all__ = [
    "CELU", "ELU", "GELU", "SELU", "LogSigmoid", "LogSoftmax", "Mish", "ReLU", "SiLU", "Sigmoid", "Softmax",
    "Softplus", "Softsign", "Tanh", "Tanhshrink",
]  # fmt: skip


class _Activation(Module):
    """A layer without parameters, from any shape to the same."""

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...


class _InPlace(_Activation):
    """One that may change its input itself."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def _inplace_repr(self, lead: str = "") -> str:
        return lead + "inplace=True" if self.inplace else ""

    def extra_repr(self) -> str:
        return self._inplace_repr()


class ReLU(_InPlace):
    r"""``max(input, 0)``, element by element.

    .. math:: y = \max(0, x)

    Args:
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ReLU()(ft.tensor([-1.0, 2.0])).tolist()
        [0.0, 2.0]
    """

    def forward(self, input: T) -> T:
        return F.relu(input, self.inplace)


class Sigmoid(_Activation):
    r"""Between 0 and 1: the logistic function.

    .. math:: y = \frac{1}{1 + e^{-x}}

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Sigmoid()(ft.tensor([0.0])).tolist()
        [0.5]
    """

    def forward(self, input: T) -> T:
        return F.sigmoid(input)


class Tanh(_Activation):
    r"""Between -1 and 1: the hyperbolic tangent.

    .. math:: y = \tanh x

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Tanh()(ft.tensor([0.0])).tolist()
        [0.0]
    """

    def forward(self, input: T) -> T:
        return F.tanh(input)


class Softplus(_Activation):
    r"""A smooth :class:`ReLU`.

    .. math:: y = \frac{1}{\beta} \log(1 + e^{\beta x})

    Args:
        beta: how sharp the bend is.
        threshold: the result is the input itself where ``beta`` times it exceeds this.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Softplus()(ft.tensor([0.0])).tolist()
        [0.6931471824645996]
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: T) -> T:
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class LogSigmoid(_Activation):
    r"""The logarithm of the logistic function, without the underflow of the two steps.

    .. math:: y = -\log(1 + e^{-x})

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.LogSigmoid()(ft.tensor([-1000.0])).tolist()
        [-1000.0]
    """

    def forward(self, input: T) -> T:
        return F.logsigmoid(input)


class Softsign(_Activation):
    r"""Between -1 and 1, with slow tails.

    .. math:: y = \frac{x}{1 + |x|}

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Softsign()(ft.tensor([3.0])).tolist()
        [0.75]
    """

    def forward(self, input: T) -> T:
        return F.softsign(input)


class Tanhshrink(_Activation):
    r"""What the hyperbolic tangent takes off.

    .. math:: y = x - \tanh x

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Tanhshrink()(ft.tensor([1.0])).tolist()
        [0.23840582370758057]
    """

    def forward(self, input: T) -> T:
        return F.tanhshrink(input)


class SiLU(_InPlace):
    r"""The sigmoid linear unit, also called swish.

    .. math:: y = x \cdot \frac{1}{1 + e^{-x}}

    Args:
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.SiLU()(ft.tensor([1.0])).tolist()
        [0.7310585975646973]
    """

    def forward(self, input: T) -> T:
        return F.silu(input, self.inplace)


class Mish(_InPlace):
    r"""A smooth activation with a dip below 0.

    .. math:: y = x \tanh(\log(1 + e^x))

    Args:
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Mish()(ft.tensor([1.0])).tolist()
        [0.8650984168052673]
    """

    def forward(self, input: T) -> T:
        return F.mish(input, self.inplace)


class GELU(_Activation):
    r"""The Gaussian error linear unit: the input times the probability that a standard normal variable is below it.

    .. math:: y = x \Phi(x)

    Args:
        approximate: ``"none"``, or ``"tanh"`` for :math:`x (1 + \tanh(\sqrt{2 / \pi} (x + 0.044715 x^3))) / 2`.

    Shape:
        Any, to the same.

    Raises:
        ValueError: ``approximate`` is something else.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.GELU()(ft.tensor([1.0])).tolist()
        [0.8413447141647339]
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        if approximate not in ("none", "tanh"):
            errors.value_error("GELU", "approximate", "'none' or 'tanh'", repr(approximate))
        self.approximate = approximate

    def forward(self, input: T) -> T:
        return F.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class ELU(_InPlace):
    r"""The exponential linear unit.

    .. math:: y = \max(0, x) + \min(0, \alpha (e^x - 1))

    Args:
        alpha: minus the limit of the result at minus infinity.
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ELU()(ft.tensor([-1000.0])).tolist()
        [-1.0]
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input: T) -> T:
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}" + self._inplace_repr(", ")


class SELU(_InPlace):
    r"""A scaled exponential linear unit that drives activations towards mean 0 and variance 1.

    .. math:: y = s (\max(0, x) + \min(0, \alpha (e^x - 1))), \quad s = 1.0507009873554805, \alpha = 1.6732632423543772

    Args:
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.SELU()(ft.tensor([1.0])).tolist()
        [1.0507010221481323]
    """

    def forward(self, input: T) -> T:
        return F.selu(input, self.inplace)


class CELU(_InPlace):
    r"""An exponential linear unit without a kink.

    .. math:: y = \max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))

    Args:
        alpha: minus the limit of the result at minus infinity; not 0.
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Raises:
        ValueError: ``alpha`` is 0.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.CELU()(ft.tensor([-1000.0])).tolist()
        [-1.0]
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        if alpha == 0:
            errors.value_error("CELU", "alpha", "a number other than 0", str(alpha))
        self.alpha = alpha

    def forward(self, input: T) -> T:
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}" + self._inplace_repr(", ")


class Softmax(_Activation):
    r"""Weights along a dimension that add up to 1.

    .. math:: y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}

    Args:
        dim: the dimension along which the weights add up to 1; without it as :func:`~flambeau.nn.functional.softmax`.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Softmax(dim=0)(ft.tensor([0.0, 0.0])).tolist()
        [0.5, 0.5]
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: T) -> T:
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(_Activation):
    r"""The logarithm of :class:`Softmax`, without the underflow of the two steps.

    .. math:: y_i = x_i - \log \sum_j e^{x_j}

    Args:
        dim: the dimension along which ``exp`` of the result adds up to 1.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.LogSoftmax(dim=0)(ft.tensor([1000.0, 0.0])).tolist()
        [0.0, -1000.0]
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: T) -> T:
        return F.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
