"""Distances and angles between vectors."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._types import T

__all__ = ["cosine_similarity", "normalize", "pairwise_distance", "pdist"]


def _length(x: Any, dim: int, keepdim: bool) -> Any:
    return ft.norm(x, 2, dim, keepdim)


def normalize(input: T, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Tensor | None = None) -> T:
    r"""Vectors brought to length 1.

    .. math:: y = \frac{x}{\max(\lVert x \rVert_p, \epsilon)}

    Args:
        input: Tensor of any shape and floating dtype.
        p: the exponent of the norm.
        dim: the dimension along which vectors lie.
        eps: the least length that is divided by.
        out: Tensor of ``input``'s shape to write to, or None for a new one.

    Returns:
        Tensor like ``input``, or ``out``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> [round(v, 4) for v in F.normalize(ft.tensor([3.0, 4.0]), dim=0).tolist()]
        [0.6, 0.8]
    """
    result: Any = input / ft.clamp(ft.norm(input, p, dim, True), min=eps)
    if out is not None:
        result = out.copy_(result)
    return result


def cosine_similarity(x1: T, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> T:
    r"""The cosine of the angle between vectors.

    .. math:: \frac{x_1 \cdot x_2}{\max(\lVert x_1 \rVert, \epsilon) \max(\lVert x_2 \rVert, \epsilon)}

    Args:
        x1: Tensor of floats.
        x2: Tensor whose shape broadcasts with ``x1``'s.
        dim: the dimension along which vectors lie.
        eps: the least length that is divided by.

    Returns:
        Tensor of the broadcast shape without dimension ``dim``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.cosine_similarity(ft.tensor([[1.0, 0.0]]), ft.tensor([[0.0, 2.0]])).tolist()
        [0.0]
    """
    one, other = ft.broadcast_tensors(x1, x2)
    one = one / ft.clamp(_length(one, dim, True), min=eps)
    other = other / ft.clamp(_length(other, dim, True), min=eps)
    result: Any = (one * other).sum(dim)
    return result


def pairwise_distance(x1: T, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> T:
    r"""The distance of each vector from the one in the same place of another Tensor.

    .. math:: \lVert x_1 - x_2 + \epsilon \rVert_p

    Args:
        x1: Tensor of shape (..., D).
        x2: Tensor whose shape broadcasts with ``x1``'s.
        p: the exponent of the norm.
        eps: added to each difference, so that the distance of equal vectors has a derivative.
        keepdim: keep the last dimension, with size 1.

    Returns:
        Tensor of the broadcast shape without its last dimension.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.pairwise_distance(ft.tensor([[0.0, 0.0]]), ft.tensor([[3.0, 4.0]]), eps=0.0).tolist()
        [5.0]
    """
    difference: Any = x1 - x2 + eps
    return ft.norm(difference, p, -1, keepdim)


def pdist(input: T, p: float = 2.0) -> T:
    r"""The distances between all pairs of rows.

    .. math:: \lVert x_i - x_j \rVert_p \quad (i < j)

    Args:
        input: Tensor of shape (N, M) and floating dtype.
        p: the exponent of the norm, 0 or more, or inf.

    Returns:
        Tensor of shape (N (N - 1) / 2,).

    Raises:
        ShapeError: not 2 dimensions.
        ValueError: ``p`` is negative.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.pdist(ft.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])).tolist()
        [5.0, 1.0, 4.242640495300293]
    """
    return ft.pdist(input, p)
