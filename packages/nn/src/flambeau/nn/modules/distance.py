"""Layers that compare vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flambeau.tensor import Tensor

from .. import functional as F
from ..functional._types import T
from ..module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class _Comparison(Module):
    if TYPE_CHECKING:

        def __call__(self, x1: T, x2: Tensor) -> T: ...


class CosineSimilarity(_Comparison):
    r"""The cosine of the angle between vectors.

    .. math:: \frac{x_1 \cdot x_2}{\max(\lVert x_1 \rVert, \epsilon) \max(\lVert x_2 \rVert, \epsilon)}

    Args:
        dim: the dimension along which vectors lie.
        eps: the least length that is divided by.

    Shape:
        Two inputs that broadcast, to their shape without ``dim``.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.CosineSimilarity()(ft.tensor([[1.0, 0.0]]), ft.tensor([[0.0, 2.0]])).tolist()
        [0.0]
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: T, x2: Tensor) -> T:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(_Comparison):
    r"""The distance of each vector from the one in the same place of another Tensor.

    .. math:: \lVert x_1 - x_2 + \epsilon \rVert_p

    Args:
        p: the exponent of the norm.
        eps: added to each difference, so that the distance of equal vectors has a derivative.
        keepdim: keep the last dimension, with size 1.

    Shape:
        Two inputs that broadcast to (..., D), to (...).

    Example:
        >>> import flambeau.nn as nn
        >>> nn.PairwiseDistance(eps=0.0)(ft.tensor([[0.0, 0.0]]), ft.tensor([[3.0, 4.0]])).tolist()
        [5.0]
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.p = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: T, x2: Tensor) -> T:
        return F.pairwise_distance(x1, x2, self.p, self.eps, self.keepdim)
