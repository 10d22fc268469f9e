"""Convolutions."""

from __future__ import annotations

from typing import Any, overload

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from ._batches import batched
from ._types import Padding, Pair, Single, T, Triple
from .padding import pad as pad_around

__all__ = ["conv1d", "conv2d", "conv3d", "conv_tbc"]


@overload
def conv1d(
    input: Tensor,
    weight: Variable,
    bias: Tensor | None = None,
    stride: Single = 1,
    padding: Padding | Single = 0,
    dilation: Single = 1,
    groups: int = 1,
) -> Variable: ...
@overload
def conv1d(
    input: T,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Single = 1,
    padding: Padding | Single = 0,
    dilation: Single = 1,
    groups: int = 1,
) -> T: ...
def conv1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Single = 1,
    padding: Padding | Single = 0,
    dilation: Single = 1,
    groups: int = 1,
) -> Any:
    r"""Cross-correlation of sequences with a set of filters, as in neural networks called convolution.

    .. math:: y[n, o, i] = b[o] + \sum_{c, k} x[n, c, s i + d k - p] \, w[o, c, k]

    Args:
        input: sequences, of shape (N, C, L), or one of shape (C, L).
        weight: filters, of shape (O, C / groups, K).
        bias: Tensor of shape (O,), or None.
        stride: the distance s between windows.
        padding: the width p of the zeros put at both ends; ``'same'`` puts as many as keep the length,
            ``'valid'`` none.
        dilation: the distance d between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.

    Returns:
        Tensor of shape (N, O, OL), or (O, OL) for one sequence,
        where OL = (L + 2 padding - dilation (K - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.conv1d(ft.arange(5.0).reshape(1, 1, 5), ft.ones(1, 1, 3), padding="same").tolist()
        [[[1.0, 3.0, 6.0, 9.0, 7.0]]]
    """
    return batched(1, input, ft.conv1d, weight, bias, stride, padding, dilation, groups)


@overload
def conv2d(
    input: Tensor,
    weight: Variable,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Padding | Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Variable: ...
@overload
def conv2d(
    input: T,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Padding | Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> T: ...
def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Pair = 1,
    padding: Padding | Pair = 0,
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
        padding: the width p of the zeros put around the images; ``'same'`` puts as many as keep the size, ``'valid'``
            none.
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
    return batched(2, input, ft.conv2d, weight, bias, stride, padding, dilation, groups)


@overload
def conv3d(
    input: Tensor,
    weight: Variable,
    bias: Tensor | None = None,
    stride: Triple = 1,
    padding: Padding | Triple = 0,
    dilation: Triple = 1,
    groups: int = 1,
) -> Variable: ...
@overload
def conv3d(
    input: T,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Triple = 1,
    padding: Padding | Triple = 0,
    dilation: Triple = 1,
    groups: int = 1,
) -> T: ...
def conv3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Triple = 1,
    padding: Padding | Triple = 0,
    dilation: Triple = 1,
    groups: int = 1,
) -> Any:
    r"""Cross-correlation of volumes with a set of filters, as in neural networks called convolution.

    .. math:: y[n, o, h, i, j] = b[o] + \sum_{c, k, l, m}
        x[n, c, s h + d k - p, s i + d l - p, s j + d m - p] \, w[o, c, k, l, m]

    Args:
        input: volumes, of shape (N, C, D, H, W), or one of shape (C, D, H, W).
        weight: filters, of shape (O, C / groups, KD, KH, KW).
        bias: Tensor of shape (O,), or None.
        stride: the distance s between windows.
        padding: the width p of the zeros put around the volumes; ``'same'`` puts as many as keep the size, ``'valid'``
            none.
        dilation: the distance d between the elements of a window.
        groups: into how many groups the channels are cut; each output channel sees one group only.

    Returns:
        Tensor of shape (N, O, OD, OH, OW), or (O, OD, OH, OW) for one volume,
        where OD = (D + 2 padding - dilation (KD - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: a stride, padding, dilation or number of groups out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.conv3d(ft.ones(1, 2, 3, 3, 3), ft.ones(1, 2, 2, 3, 3)).tolist()
        [[[[[36.0]], [[36.0]]]]]
    """
    return batched(3, input, ft.conv3d, weight, bias, stride, padding, dilation, groups)


def conv_tbc(input: Tensor, weight: Any, bias: Tensor, pad: int = 0) -> Any:
    r""":func:`conv1d` of sequences whose time comes first, and whose channels come last.

    Args:
        input: Tensor of shape (T, N, in_channels).
        weight: Tensor of shape (K, in_channels, out_channels).
        bias: Tensor of shape (out_channels,).
        pad: how many zeros are put before and after each sequence.

    Returns:
        Tensor of shape (T + 2 pad - K + 1, N, out_channels).

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.conv_tbc(ft.ones(5, 1, 2), ft.ones(3, 2, 1), ft.zeros(1)).flatten().tolist()
        [6.0, 6.0, 6.0]
    """
    for argument, x in (("input", input), ("weight", weight)):
        if x.ndim != 3:
            errors.shape_error("conv_tbc", argument, "3 dimensions", f"shape {tuple(x.shape)}")
    # A sum over the window of products of matrices: nothing is turned around.
    size, frames = weight.shape[0], input.shape[0] + 2 * pad - weight.shape[0] + 1
    if input.shape[2] != weight.shape[1] or frames < 1:
        wanted = f"shape (T, N, {weight.shape[1]}) with T + 2 pad >= {size}"
        errors.shape_error("conv_tbc", "input", wanted, str(tuple(input.shape)))
    padded: Any = pad_around(input, (0, 0, 0, 0, pad, pad)) if pad else input
    parts = [ft.matmul(padded[k : k + frames], weight[k]) for k in range(size)]
    total: Any = parts[0]
    for part in parts[1:]:
        total = total + part
    return total + bias
