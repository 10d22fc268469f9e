"""Convolutions."""

from __future__ import annotations

from typing import overload

from flambeau.autograd import Variable
from flambeau.tensor import Tensor, ops

from ._types import T

__all__ = ["conv2d"]

Pair = int | tuple[int, int]


@overload
def conv2d(
    input: Tensor,
    weight: Variable,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Variable: ...
@overload
def conv2d(
    input: T,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> T: ...
def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlation of images with a set of filters.

    ``result[n, o, y, x] = bias[o] + sum(input[n, :, y*s : y*s + KH, x*s : x*s + KW] * weight[o])``

    Args:
        input: images, of shape (N, C, H, W).
        weight: filters, of shape (O, C / groups, KH, KW).
        bias: Tensor of shape (O,), or None.
        stride: the distance between windows.
        padding: zeros put around the images, on each side.
        dilation: the distance between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.

    Returns:
        Tensor of shape (N, O, OH, OW), where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shapes do not fit together, or the window is larger than the padded images.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> from flambeau.nn import functional as F
        >>> F.conv2d(ft.arange(9.0).reshape(1, 1, 3, 3), ft.ones(1, 1, 2, 2)).tolist()
        [[[[8.0, 12.0], [20.0, 24.0]]]]
    """
    return ops.conv2d(input, weight, bias, stride, padding, dilation, groups)
