"""Convolutions."""

from __future__ import annotations

from typing import Any, overload

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor

from ._types import Pair, T

__all__ = ["conv2d"]


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
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Any:
    r"""Cross-correlation of images with a set of filters, as in neural networks called convolution.

    .. math:: y[n, o, i, j] = b[o] + \sum_{c, k, l} x[n, c, s i + d k - p, s j + d l - p] \, w[o, c, k, l]

    Args:
        input: images, of shape (N, C, H, W), or one of shape (C, H, W).
        weight: filters, of shape (O, C / groups, KH, KW).
        bias: Tensor of shape (O,), or None.
        stride: the distance s between windows.
        padding: the width p of the zeros put around the images.
        dilation: the distance d between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.

    Returns:
        Tensor of shape (N, O, OH, OW), or (O, OH, OW) for one image,
        where OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> image = ft.arange(9.0).reshape(1, 1, 3, 3)
        >>> F.conv2d(image, ft.ones(1, 1, 2, 2), stride=2, padding=1).tolist()
        [[[[0.0, 3.0], [9.0, 24.0]]]]
    """
    if isinstance(input, Tensor) and input.ndim == 3:
        return ft.conv2d(input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)
    return ft.conv2d(input, weight, bias, stride, padding, dilation, groups)
