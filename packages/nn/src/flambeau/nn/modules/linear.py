"""Affine maps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor

from .. import functional, init
from .._errors import expects
from ..module import Module
from ..parameter import Parameter
from ._checks import check_positive

__all__ = ["Linear"]


class Linear(Module):
    """An affine map of the last dimension: ``input @ weight.T + bias``.

    Weight and bias start uniform in [-k, k], where k = 1 / sqrt(in_features).

    Args:
        in_features: size of the input's last dimension.
        out_features: size of the result's last dimension.
        bias: whether to add one.
        device: where to make the parameters.
        dtype: their dtype.

    Shape:
        - Input: (*, in_features), where * is any number of dimensions.
        - Result: (*, out_features).

    Attributes:
        weight: Parameter of shape (out_features, in_features).
        bias: Parameter of shape (out_features,), or None.

    Raises:
        ValueError: a size below 1.

    Example:
        >>> from flambeau import nn
        >>> layer = nn.Linear(20, 30)
        >>> layer(ft.randn(128, 20)).shape
        (128, 30)
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        check_positive("Linear", in_features=in_features, out_features=out_features)
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(ft.empty(out_features, in_features, device=device, dtype=dtype))
        self.bias: Parameter | None = None
        self.register_parameter("bias", Parameter(ft.empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new values for the parameters."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features)
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Variable:
        return functional.linear(input, self.weight, self.bias)

    if TYPE_CHECKING:
        __call__ = forward

    def misfit(self, *args: Any) -> str | None:
        (input,) = args
        fits = input.ndim > 0 and input.shape[-1] == self.in_features
        return None if fits else expects(f"(*, {self.in_features})", input)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
