"""Symmetric and Hermitian matrices as products of a triangle, blocks of size 1 and 2, and the triangle's transpose.

Bunch and Kaufman's diagonal pivoting (Some stable methods for calculating inertia and solving symmetric linear systems,
Mathematics of Computation 31, 1977), whose results are kept as LAPACK's ``sytrf`` and ``hetrf`` keep them for lower
triangles (https://www.netlib.org/lapack): each step swaps rows of what is left only. All matrices of a batch go through
the steps together; a matrix whose step was of size 2 rests for the next one.
"""

import math

from .. import errors
from .._schema import Array, Bool, operator
from ._helpers import check_bounds, check_integers, narrowed, widened
from ._matrices import broadcast_batches, check_right_side, check_square

_ALPHA = (1 + math.sqrt(17)) / 8  # bounds the growth of elements best


def _turned(xp, x, hermitian):
    return xp.conj(x) if hermitian else x


def _swapped(xp, places, one, other):
    """``places``, of shape (1, n), with two of them exchanged in each matrix."""
    one, other = one[:, None], other[:, None]
    return xp.where(places == one, other, xp.where(places == other, one, places))


def _at(xp, rows, i):
    """Element ``i`` of each row."""
    return xp.take_along_axis(rows, i[:, None], 1)[:, 0]


def _over(xp, block, one, other, hermitian):
    """Rows (one, other) times the inverse of blocks ((a, conj(b)), (b, c))."""
    a, b, c = block
    across = _turned(xp, b, hermitian)
    det = a * c - b * across
    return (one * c - other * b) / det, (other * a - one * across) / det


@operator(dtypes="float", outputs=("LD", "pivots", "info"), differentiable=False, function=False, method=False)
def ldl_factor_ex(xp, A: Array, *, hermitian: Bool = False):
    """The triangles and the blocks of symmetric (Hermitian) matrices, in one matrix, and which rows were swapped.

    Args:
        A: Tensor of shape (..., n, n); only the lower triangles are looked at.
        hermitian: complex matrices are Hermitian, not symmetric.

    Returns:
        ``LD``, a Tensor like ``A``; ``pivots``, of shape (..., n): the number (from 1) of the row that was swapped with
        each one, below 0 for both rows of a block of size 2; ``info``, for each matrix 0 or the number of the first
        block that is 0.
    """
    n = A.shape[-1]
    left = xp.tril(widened(A)).reshape((math.prod(A.shape[:-2]), n, n))
    left = left + _turned(xp, xp.swapaxes(xp.tril(left, -1), 1, 2), hermitian)
    if hermitian and left.dtype.kind == "c":
        left = xp.where(xp.eye(n, dtype="bool"), left.real + 0j, left)
    factors, places = xp.zeros_like(left), xp.arange(n)[None, :]
    pivots = xp.zeros(left.shape[:2], dtype="int64")
    info = xp.zeros(left.shape[:1], dtype="int64")
    rests = xp.zeros(left.shape[:1], dtype="bool")
    for k in range(n):
        below = places > k
        sizes = xp.where(below, xp.absolute(left[:, :, k]), -1.0)
        best = xp.argmax(sizes, axis=1)
        greatest = xp.maximum(_at(xp, sizes, best), 0.0)
        own = xp.absolute(left[:, k, k])
        row = xp.absolute(xp.take_along_axis(left, best[:, None, None], 1)[:, 0])
        rowmax = xp.max(xp.where(xp.logical_and(places >= k, places != best[:, None]), row, 0.0), axis=1)
        # asked so that nan stays: there is nothing to choose, and after the last row none for a block of size 2
        small = xp.logical_and(own < _ALPHA * greatest, own * rowmax < _ALPHA * greatest * greatest)
        stays = xp.logical_not(small)
        alone = _at(xp, row, best) >= _ALPHA * rowmax
        two = xp.logical_not(xp.logical_or(rests, xp.logical_or(stays, alone)))
        nothing = xp.maximum(own, greatest) == 0
        last = k + two.astype("int64")
        other = xp.where(xp.logical_or(rests, stays), last, best)
        order = _swapped(xp, places, last, other)
        left = xp.take_along_axis(xp.take_along_axis(left, order[:, :, None], 1), order[:, None, :], 2)

        one = xp.logical_not(xp.logical_or(rests, xp.logical_or(two, nothing)))
        pivot, column = left[:, k, k], xp.where(below, left[:, :, k], 0.0)
        single = column / xp.where(one, pivot, 1.0)[:, None]
        if k + 1 < n:
            beyond = places > k + 1
            first, second = (xp.where(beyond, left[:, :, d], 0.0) for d in (k, k + 1))
            block = [
                xp.where(two, x, e)[:, None]
                for x, e in ((pivot, 1.0), (left[:, k + 1, k], 0.0), (left[:, k + 1, k + 1], 1.0))
            ]
            double = _over(xp, block, first, second, hermitian)
        else:  # the last step is never of size 2
            first = second = xp.zeros_like(column)
            double = (first, second)
        taken = single[:, :, None] * _turned(xp, column, hermitian)[:, None, :]
        pair = sum(
            x[:, :, None] * _turned(xp, y, hermitian)[:, None, :] for x, y in zip(double, (first, second), strict=True)
        )
        left = left - xp.where(one[:, None, None], taken, xp.where(two[:, None, None], pair, 0.0))

        here = places == k
        shown = xp.where(one[:, None], single, xp.where(two[:, None], double[0], 0.0))
        shown = xp.where(here, xp.where(nothing, 0.0, pivot)[:, None], shown)
        if k + 1 < n:
            follows = places == k + 1
            shown = xp.where(xp.logical_and(follows, two[:, None]), block[1], shown)
            beside = xp.where(follows, block[2], double[1])
            factors[:, :, k + 1] = xp.where(two[:, None], beside, factors[:, :, k + 1])
            pivots[:, k + 1] = xp.where(two, -1 - other, pivots[:, k + 1])
        factors[:, :, k] = xp.where(rests[:, None], factors[:, :, k], shown)
        pivots[:, k] = xp.where(rests, pivots[:, k], xp.where(two, -1 - other, 1 + other))
        info = xp.where(xp.logical_and(xp.logical_and(nothing, xp.logical_not(rests)), info == 0), k + 1, info)
        rests = two
    shapes = A.shape[:-1], A.shape[:-2]
    parts = (x.reshape(shape).astype("int32") for x, shape in zip((pivots, info), shapes, strict=True))
    return (narrowed(factors.reshape(A.shape), A.dtype), *parts)


@ldl_factor_ex.check
def _(A, hermitian):
    check_square("ldl_factor_ex", "A", A)


@operator(dtypes="float", differentiable=False, function=False, method=False)
def ldl_solve(xp, LD: Array, pivots: Array, B: Array, *, hermitian: Bool = False):
    """The solution of ``A @ X = B`` from the factors of symmetric (Hermitian) matrices.

    Args:
        LD, pivots: what ``ldl_factor_ex`` gave for ``A``, of shape (..., n, n) and (..., n).
        B: Tensor of shape (..., n, k) and ``LD``'s dtype.
        hermitian: as it was given for the factors.

    Returns:
        Tensor like ``B``, with broadcast leading dimensions.
    """
    n, columns = B.shape[-2:]
    factors, x = broadcast_batches(xp, widened(LD), widened(B))
    batch = x.shape[:-2]
    swaps = xp.broadcast_to(pivots, (*batch, n)).reshape((math.prod(batch), n)).astype("int64")
    factors, x = factors.reshape((math.prod(batch), n, n)), x.reshape((math.prod(batch), n, columns))
    places = xp.arange(n)[None, :]
    rests, steps = xp.zeros(x.shape[:1], dtype="bool"), []
    for k in range(n):
        two = xp.logical_and(swaps[:, k] < 0, xp.logical_not(rests)) if k + 1 < n else xp.zeros_like(rests)
        one = xp.logical_not(xp.logical_or(two, rests))
        last = k + two.astype("int64")
        order = _swapped(xp, places, last, xp.where(rests, last, xp.absolute(swaps[:, k]) - 1))
        steps.append((one[:, None], two[:, None], order))
        x = xp.take_along_axis(x, order[:, :, None], 1)
        first, second, block = _columns(xp, factors, places, k, two[:, None])
        row, next_row = x[:, k], x[:, min(k + 1, n - 1)]
        x = x - xp.where(rests[:, None, None], 0.0, first[:, :, None] * row[:, None, :])
        x = x - second[:, :, None] * next_row[:, None, :]
        next_row = x[:, min(k + 1, n - 1)]
        corner, across, other = (xp.where(two[:, None], e, u) for e, u in zip(block, (1.0, 0.0, 1.0), strict=True))
        pair = _over(xp, (corner, _turned(xp, across, hermitian), other), row, next_row, hermitian)
        alone = row / xp.where(one[:, None], block[0], 1.0)
        row = xp.where(one[:, None], alone, xp.where(two[:, None], pair[0], row))
        next_row = xp.where(two[:, None], pair[1], next_row)
        for at, value in ((k, row), (k + 1, next_row)):
            x = xp.where((places == at)[:, :, None], value[:, None, :], x)
        rests = two
    for k in reversed(range(n)):
        one, two, order = steps[k]
        first, second, _ = _columns(xp, factors, places, k, two)
        for at, column, does in ((k, first, xp.logical_or(one, two)), (k + 1, second, two)):
            less = xp.sum(_turned(xp, column, hermitian)[:, :, None] * x, axis=1)
            less = xp.where(does, less, 0.0)
            x = x - xp.where((places == at)[:, :, None], less[:, None, :], 0.0)
        x = xp.take_along_axis(x, order[:, :, None], 1)
    return narrowed(x.reshape((*batch, n, columns)), B.dtype)


def _columns(xp, factors, places, k, two):
    """The columns below a block, the second one 0 where its size is 1; and the block."""
    first = xp.where(places > k + two.astype("int64"), factors[:, :, k], 0.0)
    if k + 1 == factors.shape[1]:
        corner = factors[:, k, k][:, None]
        return first, xp.zeros_like(first), (corner, xp.zeros_like(corner), xp.ones_like(corner))
    second = xp.where(xp.logical_and(places > k + 1, two), factors[:, :, k + 1], 0.0)
    block = tuple(factors[:, i, j][:, None] for i, j in ((k, k), (k + 1, k), (k + 1, k + 1)))
    return first, second, block


@ldl_solve.check
def _(LD, pivots, B, hermitian):
    check_square("ldl_solve", "LD", LD)
    check_integers("ldl_solve", "pivots", pivots)
    if tuple(pivots.shape) != tuple(LD.shape[:-1]):
        errors.shape_error("ldl_solve", "pivots", f"shape {tuple(LD.shape[:-1])}, as LD's", str(tuple(pivots.shape)))
    if B.dtype != LD.dtype:
        errors.dtype_error("ldl_solve", "B", f"{LD.dtype.name} as LD", B.dtype.name)
    check_right_side("ldl_solve", LD, B, True)
    size = LD.shape[-1]
    check_bounds("ldl_solve", "pivots", abs(pivots), size + 1, 1)
