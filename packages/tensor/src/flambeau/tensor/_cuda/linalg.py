"""Linear algebra by cuSOLVER, where the reference kernels would go column by column; and triangles of matrices.

The eigenvalues of matrices that are not symmetric are computed on the host, in the order and with the signs that NumPy
gives them: that waits for the device.
"""

from __future__ import annotations

import math

from .._reference import eigenvalues
from .._reference._helpers import narrowed, widened
from .._reference._matrices import broadcast_batches, identity
from .._reference._substitution import adjoint, transposed
from . import _cusolver, kernel
from ._copy import dense
from ._source import ALL, Source, is_known

SOURCE = Source("linalg")
INSTANCES = {"swapped_rows": ("int64",), "triangle": ALL}
MOST_BLOCKS = 8192


def _triangle(xp, input, diagonal, upper: bool):
    if not is_known(input.dtype):
        return NotImplemented
    x = dense(input)
    out = xp.empty(x.shape, x.dtype)
    rows, columns = x.shape[-2:]
    SOURCE.kernel("triangle", x.dtype)(
        min(-(-x.size // 256), MOST_BLOCKS), 256, 0, x, out, x.size, rows, columns, diagonal, upper
    )
    return out


@kernel
def tril(xp, input, diagonal):
    return _triangle(xp, input, diagonal, upper=False)


@kernel
def triu(xp, input, diagonal):
    return _triangle(xp, input, diagonal, upper=True)


def _order(xp, pivots, rows: int):
    """The order of rows that swaps lead to."""
    pivots = xp.ascontiguousarray(pivots, dtype="int64")
    order = xp.empty((*pivots.shape[:-1], rows), "int64")
    matrices = math.prod(pivots.shape[:-1])
    SOURCE.kernel("swapped_rows", pivots.dtype)(
        min(-(-matrices // 128), 65535), 128, 0, pivots, order, matrices, pivots.shape[-1], rows
    )
    return order


@kernel
def swapped_rows(xp, pivots, rows):
    return _order(xp, pivots, rows)


@kernel
def cholesky_ex(xp, A, *, upper):
    library = _cusolver.library(xp)
    if library is None or A.size == 0:
        return NotImplemented
    a = widened(A)
    factor, info = library.cholesky(adjoint(xp, a) if upper else a)
    factor = xp.tril(factor)
    return narrowed(xp.copy(adjoint(xp, factor)) if upper else factor, A.dtype), info


@kernel
def lu_factor_ex(xp, A, *, pivot):
    library = _cusolver.library(xp)
    # Of complex numbers libraries differ in which they take for the greatest.
    if library is None or A.size == 0 or A.shape[-1] != A.shape[-2] or not pivot or A.dtype.kind == "c":
        return NotImplemented
    triangles, pivots, info = library.lu(widened(A))
    return narrowed(xp.copy(triangles), A.dtype), pivots, info


@kernel
def solve_triangular(xp, A, B, *, upper, left, unitriangular):
    library = _cusolver.library(xp)
    a, b = broadcast_batches(xp, widened(A), widened(B))
    if library is None or a.size == 0 or b.size == 0:
        return NotImplemented
    if not left:
        a, b, upper = transposed(a), transposed(b), not upper
    result = library.triangular(a, b, not upper, unitriangular)
    return narrowed(xp.copy(result if left else transposed(result)), A.dtype)


def _solved(xp, library, a, b):
    triangles, pivots, info = library.lu(a)
    order = _order(xp, pivots, a.shape[-1])
    b = xp.take_along_axis(b, xp.broadcast_to(order[..., None], b.shape), axis=-2)
    below = library.triangular(triangles, b, True, True)
    return library.triangular(triangles, below, False, False), info


@kernel
def solve_ex(xp, A, B, *, left):
    library = _cusolver.library(xp)
    a, b = broadcast_batches(xp, widened(A), widened(B))
    if library is None or a.size == 0 or b.size == 0:
        return NotImplemented
    if not left:
        a, b = transposed(a), transposed(b)
    result, info = _solved(xp, library, a, b)
    return narrowed(xp.copy(result if left else transposed(result)), A.dtype), info


@kernel
def inv_ex(xp, A):
    library = _cusolver.library(xp)
    if library is None or A.size == 0:
        return NotImplemented
    a = widened(A)
    result, info = _solved(xp, library, a, identity(xp, a))
    return narrowed(xp.copy(result), A.dtype), info


def _on_host(xp, reference, A):
    """What the reference kernel gives on the host."""
    import numpy as np

    results = reference(np, xp.asnumpy(A))
    return tuple(map(xp.asarray, results)) if isinstance(results, tuple) else xp.asarray(results)


@kernel
def eig(xp, A):
    return NotImplemented if _cusolver.library(xp) is None else _on_host(xp, eigenvalues.eig.kernel, A)


@kernel
def eigvals(xp, A):
    return NotImplemented if _cusolver.library(xp) is None else _on_host(xp, eigenvalues.eigvals.kernel, A)
