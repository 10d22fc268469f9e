"""Transposed convolutions."""

from __future__ import annotations

from typing import Any, overload

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor

from ._batches import batched
from ._types import Pair, Single, T, Triple

__all__ = ["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]


@overload
def conv_transpose1d(
    input: Tensor,
    weight: Variable,
    bias: Tensor | None = None,
    stride: Single = 1,
    padding: Single = 0,
    output_padding: Single = 0,
    groups: int = 1,
    dilation: Single = 1,
) -> Variable: ...
@overload
def conv_transpose1d(
    input: T,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Single = 1,
    padding: Single = 0,
    output_padding: Single = 0,
    groups: int = 1,
    dilation: Single = 1,
) -> T: ...
def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Single = 1,
    padding: Single = 0,
    output_padding: Single = 0,
    groups: int = 1,
    dilation: Single = 1,
) -> Any:
    """Transposed convolution of sequences: each element spreads a filter, and what falls together is added.

    It is the gradient of :func:`conv1d` with respect to its input, as a function of its own.

    Args:
        input: sequences, of shape (N, C, L), or one of shape (C, L).
        weight: filters, of shape (C, O / groups, K).
        bias: Tensor of shape (O,), or None.
        stride: the distance between neighbouring elements' filters.
        padding: how much of the result is left out on each side.
        output_padding: how much more the result has at its end.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        dilation: the distance between the elements of a filter.

    Returns:
        Tensor of shape (N, O, OL), or (O, OL) for one sequence,
        where OL = (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1.

    Raises:
        ShapeError: the shapes do not fit together, or nothing would be left.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.conv_transpose1d(ft.tensor([[[1.0, 2.0]]]), ft.ones(1, 1, 3), stride=2).tolist()
        [[[1.0, 1.0, 3.0, 2.0, 2.0]]]
    """
    return batched(1, input, ft.conv_transpose1d, weight, bias, stride, padding, output_padding, groups, dilation)


@overload
def conv_transpose2d(
    input: Tensor,
    weight: Variable,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    groups: int = 1,
    dilation: Pair = 1,
) -> Variable: ...
@overload
def conv_transpose2d(
    input: T,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    groups: int = 1,
    dilation: Pair = 1,
) -> T: ...
def conv_transpose2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    groups: int = 1,
    dilation: Pair = 1,
) -> Any:
    """Transposed convolution of images: each pixel spreads a filter, and what falls together is added.

    It is the gradient of :func:`conv2d` with respect to its input, as a function of its own.

    Args:
        input: images, of shape (N, C, H, W), or one of shape (C, H, W).
        weight: filters, of shape (C, O / groups, KH, KW).
        bias: Tensor of shape (O,), or None.
        stride: the distance between neighbouring pixels' filters.
        padding: how much of the result is left out on each side.
        output_padding: how much more the result has at its end.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        dilation: the distance between the elements of a filter.

    Returns:
        Tensor of shape (N, O, OH, OW), or (O, OH, OW) for one image,
        where OH = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1.

    Raises:
        ShapeError: the shapes do not fit together, or nothing would be left.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.conv_transpose2d(ft.tensor([[[[1.0, 2.0]]]]), ft.ones(1, 1, 1, 2)).tolist()
        [[[[1.0, 3.0, 2.0]]]]
    """
    return batched(2, input, ft.conv_transpose2d, weight, bias, stride, padding, output_padding, groups, dilation)


@overload
def conv_transpose3d(
    input: Tensor,
    weight: Variable,
    bias: Tensor | None = None,
    stride: Triple = 1,
    padding: Triple = 0,
    output_padding: Triple = 0,
    groups: int = 1,
    dilation: Triple = 1,
) -> Variable: ...
@overload
def conv_transpose3d(
    input: T,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Triple = 1,
    padding: Triple = 0,
    output_padding: Triple = 0,
    groups: int = 1,
    dilation: Triple = 1,
) -> T: ...
def conv_transpose3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Triple = 1,
    padding: Triple = 0,
    output_padding: Triple = 0,
    groups: int = 1,
    dilation: Triple = 1,
) -> Any:
    """Transposed convolution of volumes: each element spreads a filter, and what falls together is added.

    It is the gradient of :func:`conv3d` with respect to its input, as a function of its own.

    Args:
        input: volumes, of shape (N, C, D, H, W), or one of shape (C, D, H, W).
        weight: filters, of shape (C, O / groups, KD, KH, KW).
        bias: Tensor of shape (O,), or None.
        stride: the distance between neighbouring elements' filters.
        padding: how much of the result is left out on each side.
        output_padding: how much more the result has at its end.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        dilation: the distance between the elements of a filter.

    Returns:
        Tensor of shape (N, O, OD, OH, OW), or (O, OD, OH, OW) for one volume,
        where OD = (D - 1) stride - 2 padding + dilation (KD - 1) + output_padding + 1.

    Raises:
        ShapeError: the shapes do not fit together, or nothing would be left.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.conv_transpose3d(ft.ones(1, 1, 2, 1, 1), ft.ones(1, 1, 2, 1, 1)).flatten().tolist()
        [1.0, 2.0, 1.0]
    """
    return batched(3, input, ft.conv_transpose3d, weight, bias, stride, padding, output_padding, groups, dilation)
