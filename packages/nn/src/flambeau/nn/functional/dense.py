"""Functions in which every output depends on every input."""

from __future__ import annotations

from typing import Any, overload

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from ._types import T

__all__ = ["bilinear", "linear"]


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


def bilinear(input1: Tensor, input2: Tensor, weight: Any, bias: Tensor | None = None) -> Any:
    r"""What two vectors give together: a form in both, and a shift.

    .. math:: y_o = x_1^T W_o x_2 + b_o

    Args:
        input1: Tensor of shape (\*, in1_features).
        input2: Tensor of shape (\*, in2_features), with the same leading dimensions.
        weight: Tensor of shape (out_features, in1_features, in2_features).
        bias: Tensor of shape (out_features,), or None.

    Returns:
        Tensor of shape (\*, out_features).

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.bilinear(ft.tensor([2.0]), ft.tensor([3.0]), ft.ones(1, 1, 1), ft.ones(1)).tolist()
        [7.0]
    """
    if weight.ndim != 3:
        errors.shape_error("bilinear", "weight", "shape (outputs, inputs 1, inputs 2)", str(tuple(weight.shape)))
    outputs, one, two = weight.shape
    if not input1.ndim or input1.shape[-1] != one:
        errors.shape_error("bilinear", "input1", f"shape (*, {one}) for this weight", str(tuple(input1.shape)))
    wanted = (*input1.shape[:-1], two)
    if input2.shape != wanted:
        errors.shape_error("bilinear", "input2", f"shape {tuple(wanted)} beside input1", str(tuple(input2.shape)))
    if bias is not None and bias.shape != (outputs,):
        errors.shape_error("bilinear", "bias", f"shape ({outputs},)", str(tuple(bias.shape)))
    rows, columns = input1.reshape(-1, one), input2.reshape(-1, two)
    # (N, in1) by (in1, out in2): the greater of the two sums as one product of matrices.
    halves: Any = ft.matmul(rows, weight.transpose(0, 1).reshape(one, outputs * two)).reshape(-1, outputs, two)
    result: Any = ft.matmul(halves, columns.unsqueeze(-1)).squeeze(-1)
    result = result if bias is None else result + bias
    return result.reshape(*input1.shape[:-1], outputs)
