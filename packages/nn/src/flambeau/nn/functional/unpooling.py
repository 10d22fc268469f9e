"""What undoes max pooling."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor

from ._pooling import unpooled
from ._types import Pair, Single, T, Triple

__all__ = ["max_unpool1d", "max_unpool2d", "max_unpool3d"]


def max_unpool1d(
    input: T,
    indices: Tensor,
    kernel_size: Single,
    stride: Single | None = None,
    padding: Single = 0,
    output_size: Any = None,
) -> T:
    """Elements put back where max pooling took them from, zeros elsewhere.

    Args:
        input: what :func:`max_pool1d` gave, of shape (N, C, L), or (C, L).
        indices: the places that it gave.
        kernel_size: the size of its window.
        stride: the distance between its windows; the size of the window if not given.
        padding: its padding.
        output_size: the size of what was pooled, where several give the same; whole shapes are taken, too.

    Returns:
        Tensor of shape (N, C, OL), or (C, OL) for one sequence,
        where OL = (L - 1) stride - 2 padding + kernel_size.

    Raises:
        ShapeError: ``indices`` has another shape than ``input``.
        ValueError: ``output_size`` is none that pooling could have come from.
        IndexError: an index lies outside.

    Example:
        >>> import flambeau.nn.functional as F
        >>> values, indices = F.max_pool1d(ft.arange(2.0).reshape(1, 1, 2), 2, return_indices=True)
        >>> F.max_unpool1d(values, indices, 2).flatten().tolist()
        [0.0, 1.0]
    """
    return unpooled("max_unpool1d", 1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: T,
    indices: Tensor,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    output_size: Any = None,
) -> T:
    """Elements put back where max pooling took them from, zeros elsewhere.

    Args:
        input: what :func:`max_pool2d` gave, of shape (N, C, H, W), or (C, H, W).
        indices: the places that it gave.
        kernel_size: the size of its window.
        stride: the distance between its windows; the size of the window if not given.
        padding: its padding.
        output_size: the size of what was pooled, where several give the same; whole shapes are taken, too.

    Returns:
        Tensor of shape (N, C, OH, OW), or (C, OH, OW) for one image,
        where OH = (H - 1) stride - 2 padding + kernel_size.

    Raises:
        ShapeError: ``indices`` has another shape than ``input``.
        ValueError: ``output_size`` is none that pooling could have come from.
        IndexError: an index lies outside.

    Example:
        >>> import flambeau.nn.functional as F
        >>> values, indices = F.max_pool2d(ft.arange(4.0).reshape(1, 1, 2, 2), 2, return_indices=True)
        >>> F.max_unpool2d(values, indices, 2).flatten().tolist()
        [0.0, 0.0, 0.0, 3.0]
    """
    return unpooled("max_unpool2d", 2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: T,
    indices: Tensor,
    kernel_size: Triple,
    stride: Triple | None = None,
    padding: Triple = 0,
    output_size: Any = None,
) -> T:
    """Elements put back where max pooling took them from, zeros elsewhere.

    Args:
        input: what :func:`max_pool3d` gave, of shape (N, C, D, H, W), or (C, D, H, W).
        indices: the places that it gave.
        kernel_size: the size of its window.
        stride: the distance between its windows; the size of the window if not given.
        padding: its padding.
        output_size: the size of what was pooled, where several give the same; whole shapes are taken, too.

    Returns:
        Tensor of shape (N, C, OD, OH, OW), or (C, OD, OH, OW) for one volume,
        where OD = (D - 1) stride - 2 padding + kernel_size.

    Raises:
        ShapeError: ``indices`` has another shape than ``input``.
        ValueError: ``output_size`` is none that pooling could have come from.
        IndexError: an index lies outside.

    Example:
        >>> import flambeau.nn.functional as F
        >>> values, indices = F.max_pool3d(ft.arange(8.0).reshape(1, 1, 2, 2, 2), 2, return_indices=True)
        >>> F.max_unpool3d(values, indices, 2).flatten().tolist()
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0]
    """
    return unpooled("max_unpool3d", 3, input, indices, kernel_size, stride, padding, output_size)
