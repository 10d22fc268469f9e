"""Functions in which every output depends on every input."""

from __future__ import annotations

from typing import Any, overload

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor

from ._types import T

__all__ = ["linear"]


@overload
def linear(input: Tensor, weight: Variable, bias: Tensor | None = None) -> Variable: ...
@overload
def linear(input: T, weight: Tensor, bias: Tensor | None = None) -> T: ...
def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    r"""An affine map of the last dimension.

    .. math:: y = x W^T + b

    Args:
        input: Tensor of shape (\*, in_features).
        weight: Tensor of shape (out_features, in_features).
        bias: Tensor of shape (out_features,), or None.

    Returns:
        Tensor of shape (\*, out_features).

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.linear(ft.tensor([[2.0, 3.0]]), ft.tensor([[1.0, 10.0]]), ft.ones(1)).tolist()
        [[33.0]]
    """
    return ft.linear(input, weight, bias)
