"""What a BLAS is told of a product of matrices: sizes, transposes, leading dimensions, from shapes and strides.

A BLAS thinks in columns. A matrix stored by rows is to it the transpose stored by columns, so ``a @ b`` is asked for as
``b.T @ a.T``: its first factor is our second. Nothing here touches an array.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

from ._layout import merged

# What takes more calls than this is made dense first, and takes one.
MOST_CALLS = 16


class Layout(NamedTuple):
    """A product of stored matrices, batches of them included.

    ``copies`` says which factors must be copied before anything else: those that are not dense to be so, dense ones to
    have all batch dimensions of the product. The rest is then not filled in. ``calls`` has where the factors and the
    result begin, in bytes, for each call; where there is nothing to add up, there are none.
    """

    shape: tuple[int, ...]
    copies: tuple[bool, bool] = (False, False)
    n: int = 0  # rows of the result
    m: int = 0  # its columns
    k: int = 0
    transposed: tuple[bool, bool] = (False, False)
    leading: tuple[int, int] = (1, 1)
    steps: tuple[int, int, int] = (0, 0, 0)  # between the matrices of a batch: of both factors and the result
    batch: int = 1
    calls: tuple[tuple[int, int, int], ...] = ((0, 0, 0),)


def product(a_shape, a_strides, b_shape, b_strides, itemsize: int) -> Layout:
    """The layout of ``matmul(a, b)`` with a dense result; strides are in bytes, vectors as in matmul."""
    batch, shape = _shapes(a_shape, b_shape)
    a_shape, a_strides = _matrix_of_vector(a_shape, a_strides, row=True)
    b_shape, b_strides = _matrix_of_vector(b_shape, b_strides, row=False)
    k, m = b_shape[-2:]
    if math.prod(shape) == 0 or k == 0:
        return Layout(shape, calls=())
    if math.prod(b_shape[:-2]) == 1:  # the same for all rows of `a`: as one matrix, if they are at equal distances
        rows = merged([(n, (s,)) for n, s in zip(a_shape[:-1], a_strides[:-1], strict=True)])
        if len(rows) <= 1:
            n, (step,) = rows[0] if rows else (1, (k * itemsize,))
            batch, a_shape, a_strides = (), (n, k), (step, a_strides[-1])
    n = a_shape[-2]
    first, second = (_stored(x[-2:], s[-2:], itemsize) for x, s in ((a_shape, a_strides), (b_shape, b_strides)))
    a_steps, b_steps = _steps(batch, a_shape, a_strides), _steps(batch, b_shape, b_strides)
    result_steps = [math.prod(batch[i + 1 :]) * n * m * itemsize for i in range(len(batch))]
    dims = merged(zip(batch, zip(a_steps, b_steps, result_steps, strict=True), strict=True))
    copies = (first is None or not _whole(a_steps, itemsize), second is None or not _whole(b_steps, itemsize))
    if not any(copies) and math.prod(d[0] for d in dims) > MOST_CALLS * max((d[0] for d in dims), default=1):
        copies = (not _uniform(batch, a_steps), not _uniform(batch, b_steps))
    if any(copies):
        return Layout(shape, copies)
    longest = max(range(len(dims)), key=lambda i: dims[i][0], default=None)
    count, steps = (1, (0, 0, 0)) if longest is None else dims.pop(longest)
    return Layout(
        shape,
        n=n,
        m=m,
        k=k,
        transposed=(first[0], second[0]),
        leading=(first[1], second[1]),
        steps=tuple(step // itemsize for step in steps),
        batch=count,
        calls=tuple(
            tuple(sum(i * steps[operand] for i, (_, steps) in zip(place, dims, strict=True)) for operand in range(3))
            for place in itertools.product(*(range(size) for size, _ in dims))
        ),
    )


def _shapes(a_shape, b_shape):
    """The batch dimensions, broadcast, and the shape of the result."""
    a_batch, b_batch = a_shape[:-2], b_shape[:-2]
    ndim = max(len(a_batch), len(b_batch))
    pairs = zip((1,) * (ndim - len(a_batch)) + a_batch, (1,) * (ndim - len(b_batch)) + b_batch, strict=True)
    batch = tuple(y if x == 1 else x for x, y in pairs)
    rows = () if len(a_shape) == 1 else a_shape[-2:-1]
    columns = () if len(b_shape) == 1 else b_shape[-1:]
    return batch, (*batch, *rows, *columns)


def _matrix_of_vector(shape, strides, row: bool):
    if len(shape) != 1:
        return shape, strides
    (n,), (step,) = shape, strides
    return ((1, n), (n * step, step)) if row else ((n, 1), (step, step))


def _stored(shape, strides, itemsize: int) -> tuple[bool, int] | None:
    """Whether a matrix is stored transposed, and its leading dimension; None if it is stored in another way."""
    (rows, columns), (by_row, by_column) = shape, strides
    if columns == 1:
        by_column = itemsize
    if rows == 1:
        by_row = columns * itemsize if by_column == itemsize else itemsize
    if by_row % itemsize or by_column % itemsize:
        return None
    by_row, by_column = by_row // itemsize, by_column // itemsize
    if by_column == 1 and by_row >= columns:
        return False, by_row
    return (True, by_column) if by_row == 1 and by_column >= rows else None


def _steps(batch, shape, strides) -> list[int]:
    """How far apart in bytes an operand's matrices are along each batch dimension of the product."""
    own = len(shape) - 2
    steps = [0 if size == 1 else step for size, step in zip(shape[:own], strides[:own], strict=True)]
    return [0] * (len(batch) - own) + steps if len(batch) >= own else []


def _whole(steps, itemsize: int) -> bool:
    return all(step >= 0 and step % itemsize == 0 for step in steps)


def _uniform(batch, steps) -> bool:
    """Whether an operand's matrices are all at one distance."""
    return len(merged([(size, (step,)) for size, step in zip(batch, steps, strict=True)])) <= 1
