"""Layers in which every output depends on every input."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor

from .. import functional as F
from .. import init
from ..functional._types import T
from ..module import Module
from ..parameter import Parameter
from ._check import check_size

__all__ = ["Bilinear", "Identity", "Linear"]


class Identity(Module):
    r"""What comes in, unchanged: it stands where a layer could.

    Args:
        args: not used, as are keyword arguments: it takes those of the layer it replaces.

    Shape:
        Anything to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Identity(54, unused=True)(ft.ones(2)).tolist()
        [1.0, 1.0]
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def forward(self, input: T) -> T:
        return input


class Linear(Module):
    r"""An affine map of the last dimension.

    .. math:: y = x W^T + b

    Args:
        in_features: size of the last dimension of what comes in.
        out_features: size of the last dimension of what goes out.
        bias: whether there is a b.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (\*, in_features) to (\*, out_features), where \* is any number of dimensions.

    Both ``weight``, of shape (out_features, in_features), and ``bias``, of shape (out_features,), start uniformly in
    :math:`\pm 1 / \sqrt{\text{in\_features}}`.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.Linear(20, 30)
        >>> layer(ft.randn(128, 20)).shape
        (128, 30)
    """

    bias: Parameter | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        check_size("Linear", "in_features", in_features, least=0)
        check_size("Linear", "out_features", out_features, least=0)
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(ft.empty(out_features, in_features, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(ft.empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(max(self.in_features, 1))
            init.uniform_(self.bias, -bound, bound)

    if TYPE_CHECKING:

        def __call__(self, input: Tensor) -> Variable: ...

    def forward(self, input: Tensor) -> Variable:
        return F.linear(input, self.weight, self.bias)

    def expected_input(self, input: Tensor) -> str | None:
        return None if input.shape[-1:] == (self.in_features,) else f"(*, {self.in_features})"

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    r"""What two vectors give together: a form in both, and a shift.

    .. math:: y_o = x_1^T W_o x_2 + b_o

    Args:
        in1_features: size of the last dimension of the first input.
        in2_features: size of the last dimension of the second one.
        out_features: size of the last dimension of what goes out.
        bias: whether there is a b.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (\*, in1_features) and (\*, in2_features) to (\*, out_features), where \* is the same.

    Both ``weight``, of shape (out_features, in1_features, in2_features), and ``bias``, of shape (out_features,), start
    uniformly in :math:`\pm 1 / \sqrt{\text{in1\_features}}`.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Bilinear(20, 30, 40)(ft.randn(128, 20), ft.randn(128, 30)).shape
        (128, 40)
    """

    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_size("Bilinear", "in1_features", in1_features)
        check_size("Bilinear", "in2_features", in2_features, least=0)
        check_size("Bilinear", "out_features", out_features, least=0)
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(ft.empty(out_features, in1_features, in2_features, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(ft.empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        bound = 1 / math.sqrt(self.in1_features)
        for parameter in self.parameters(recurse=False):
            init.uniform_(parameter, -bound, bound)

    if TYPE_CHECKING:

        def __call__(self, input1: Tensor, input2: Tensor) -> Variable: ...

    def forward(self, input1: Tensor, input2: Tensor) -> Variable:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def expected_input(self, input: Tensor) -> str | None:
        return None if input.shape[-1:] == (self.in1_features,) else f"(*, {self.in1_features})"

    def extra_repr(self) -> str:
        sizes = f"in1_features={self.in1_features}, in2_features={self.in2_features}"
        return f"{sizes}, out_features={self.out_features}, bias={self.bias is not None}"
