"""Distances between vectors."""

import math

from .. import errors
from .._schema import Array, Number, operator
from ._helpers import fit, narrowed, widened
from .reductions import norm

# From as many rows on, differences of all pairs cost more than what a product of matrices rounds.
PRODUCT_FROM = 25
_DIFFERENCES = 2**22  # how many are held at once


@operator(promote="common", dtypes="float", real=True, method=False)
def cdist(xp, x1: Array, x2: Array, p: Number = 2.0):
    """The p-norm distance between each row of ``x1`` and each row of ``x2``.

    For p = 2 and more than 25 rows the squares of distances are computed by a product of matrices: of distances small
    against the vectors fewer digits are right.

    Args:
        x1: Tensor of shape (..., P, M) and floating dtype.
        x2: Tensor of shape (..., R, M).
        p: the exponent, 0 or more, or inf.

    Shape:
        The dimensions before the last two broadcast.

    Returns:
        Tensor of shape (..., P, R).

    Raises:
        ShapeError: shapes that do not fit.
        ValueError: ``p`` is negative.

    Example:
        >>> ft.cdist(ft.tensor([[0.0, 0.0]]), ft.tensor([[3.0, 4.0], [0.0, 1.0]])).tolist()
        [[5.0, 1.0]]
    """
    one, other = widened(x1), widened(x2)
    rows = one.shape[-2]
    if p == 2 and (rows > PRODUCT_FROM or other.shape[-2] > PRODUCT_FROM):
        squares = xp.sum(one * one, axis=-1)[..., :, None] + xp.sum(other * other, axis=-1)[..., None, :]
        products = xp.matmul(one, xp.swapaxes(other, -1, -2))
        return narrowed(xp.sqrt(xp.maximum(squares - 2 * products, 0)), x1.dtype)
    if x1.shape[-1] == 0:
        batch = xp.broadcast_shapes(one.shape[:-2], other.shape[:-2])
        return xp.zeros((*batch, rows, other.shape[-2]), dtype=x1.dtype)
    size = max(math.prod(other.shape) * math.prod(one.shape[:-2]), 1)
    step = max(_DIFFERENCES // size, 1)
    parts = [
        norm(xp, one[..., at : at + step, None, :] - other[..., None, :, :], p, -1)
        for at in range(0, max(rows, 1), step)
    ]
    return narrowed(parts[0] if len(parts) == 1 else xp.concatenate(parts, axis=-2), x1.dtype)


@cdist.check
def _(x1, x2, p):
    for name, x in (("x1", x1), ("x2", x2)):
        if x.ndim < 2:
            errors.shape_error("cdist", name, "at least 2 dimensions", f"shape {tuple(x.shape)}")
    if x1.shape[-1] != x2.shape[-1]:
        errors.shape_error("cdist", "x2", f"size {x1.shape[-1]} in the last dimension", f"shape {tuple(x2.shape)}")
    if not fit(x1.shape[:-2], x2.shape[:-2]):
        expected = f"dimensions before the last two that broadcast with x1's {tuple(x1.shape[:-2])}"
        errors.shape_error("cdist", "x2", expected, f"shape {tuple(x2.shape)}")
    if not p >= 0:
        errors.value_error("cdist", "p", "0 or more", str(p))
