"""Distances between vectors, and norms bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import errors, ops
from . import composed, existing_dim, renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The p-norm of ``input - other``, over all elements.

    Args:
        input: Tensor of any shape and floating dtype.
        other: Tensor whose shape broadcasts with ``input``'s.
        p: the exponent, as in :func:`norm`.

    Returns:
        Tensor without dimensions.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.dist(ft.tensor([1.0, 5.0]), ft.tensor([4.0, 1.0])).item()
        5.0
    """
    with renamed("dist", "sub"):
        difference = ops.sub(input, other)
    with renamed("dist", "norm"):
        return ops.norm(difference, p)


@composed(method=False)
def pdist(input: Tensor, p: float = 2) -> Tensor:
    """The p-norm distances between all pairs of rows: what is above the diagonal of ``cdist(input, input)``.

    Args:
        input: Tensor of shape (N, M) and floating dtype.
        p: the exponent, 0 or more, or inf.

    Returns:
        Tensor of shape (N (N - 1) / 2,).

    Raises:
        ShapeError: not 2 dimensions.
        ValueError: ``p`` is negative.

    Example:
        >>> ft.pdist(ft.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])).tolist()
        [5.0, 1.0, 4.242640495300293]
    """
    if input.ndim != 2:
        errors.shape_error("pdist", "input", "2 dimensions", f"shape {tuple(input.shape)}")
    if not p >= 0:
        errors.value_error("pdist", "p", "0 or more", str(p))
    every = ops.arange(input.shape[0], device=input.device)
    one, other = ops.unsqueeze(every, 1), ops.unsqueeze(every, 0)
    first, second = ops.nonzero(one < other).T
    with renamed("pdist", "norm"):
        return ops.norm(ops.index_select(input, 0, first) - ops.index_select(input, 0, second), p, 1)


@composed(inplace=True)
def renorm(input: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """Each slice along a dimension scaled down to the p-norm ``maxnorm``, where it has a greater one.

    Args:
        input: Tensor of at least 2 dimensions and a floating dtype.
        p: the exponent, as in :func:`norm`.
        dim: the dimension whose slices are looked at.
        maxnorm: the greatest norm that is left alone.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: fewer than 2 dimensions.
        ValueError: ``maxnorm`` is negative, or ``p`` is not positive.

    Example:
        >>> ft.renorm(ft.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1).tolist()
        [[0.6000000238418579, 0.800000011920929], [0.30000001192092896, 0.4000000059604645]]
    """
    if input.ndim < 2:
        errors.shape_error("renorm", "input", "at least 2 dimensions", f"shape {tuple(input.shape)}")
    dim = existing_dim("renorm", "dim", dim, input.ndim)
    if not maxnorm >= 0:
        errors.value_error("renorm", "maxnorm", "0 or more", str(maxnorm))
    if not p > 0:
        errors.value_error("renorm", "p", "more than 0", str(p))
    others = tuple(d for d in range(input.ndim) if d != dim)
    with renamed("renorm", "norm"):
        norm = ops.norm(input, p, others, True)
    above = norm > maxnorm
    return input * ops.where(above, maxnorm / ops.where(above, norm, 1), 1)
