"""Powers and functions of matrices, and products."""

from __future__ import annotations

from typing import Any

from .. import errors, ops
from .._composed import called, renamed
from .._composed.products import chained
from .._composed.products import cross as _cross
from .._core.functions import PUBLIC
from .._core.tensor import Tensor
from .._out import takes_out
from ._common import check_square, eye_like
from ._solvers import inv

_public = {name: function for name, function, _, _ in PUBLIC}
matmul = _public["matmul"]
matrix_exp = _public["matrix_exp"]


@takes_out
def cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Tensor:
    """The cross product of vectors of 3 elements along a dimension, the last one by default.

    Args:
        input: Tensor of size 3 in ``dim``.
        other: Tensor of a shape that broadcasts with ``input``'s.
        dim: the dimension of the vectors.
        out: Tensor to write the result to.

    Returns:
        Tensor of the broadcast shape.

    Raises:
        ShapeError: the size is not 3, or the shapes do not broadcast.

    Example:
        >>> ft.linalg.cross(ft.tensor([1.0, 0.0, 0.0]), ft.tensor([0.0, 1.0, 0.0])).tolist()
        [0.0, 0.0, 1.0]
    """
    return _cross(input, other, dim)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """A view of a diagonal of matrices, as the last dimension.

    Args:
        A: Tensor of at least 2 dimensions.
        offset: which diagonal: 0 is the main one, 1 the one above it, -1 the one below.
        dim1: the dimension of the rows.
        dim2: the dimension of the columns.

    Returns:
        Tensor that shares ``A``'s memory.

    Raises:
        ShapeError: fewer than 2 dimensions.

    Example:
        >>> ft.linalg.diagonal(ft.tensor([[1, 2], [3, 4]])).tolist()
        [1, 4]
    """
    return ops.diagonal(A, offset, dim1, dim2)


@takes_out
def multi_dot(tensors: list[Tensor] | tuple[Tensor, ...], *, out: Tensor | None = None) -> Tensor:
    """The product of two or more matrices in the order that takes the fewest multiplications.

    Args:
        tensors: matrices of shapes (n, a), (a, b), (b, c)...; the first and the last may be vectors.
        out: Tensor to write the result to.

    Returns:
        Tensor of shape (n, c), without the dimensions that vectors lack.

    Raises:
        ValueError: fewer than two Tensors.
        ShapeError: they do not fit together.

    Example:
        >>> ft.linalg.multi_dot([ft.ones(10, 2), ft.ones(2, 10), ft.ones(10)]).shape
        (10,)
    """
    matrices = list(tensors)
    if len(matrices) < 2:
        errors.value_error("multi_dot", "tensors", "at least 2 Tensors", str(len(matrices)))
    row, column = matrices[0].ndim == 1, matrices[-1].ndim == 1
    if row:
        matrices[0] = ops.unsqueeze(matrices[0], 0)
    if column:
        matrices[-1] = ops.unsqueeze(matrices[-1], 1)
    result = chained("multi_dot", "tensors", tuple(matrices))
    if column:
        result = ops.squeeze(result, 1)
    return ops.squeeze(result, 0) if row else result


@takes_out
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Tensor:
    """The inner products of vectors, the first ones conjugated: ``sum(conj(x) * y, dim)``.

    Args:
        x: Tensor of any shape.
        y: Tensor of a shape that broadcasts with ``x``'s.
        dim: the dimension of the vectors.
        out: Tensor to write the result to.

    Returns:
        Tensor of the broadcast shape, without ``dim``.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.linalg.vecdot(ft.tensor([[1.0, 2.0], [3.0, 4.0]]), ft.tensor([1.0, 1.0])).tolist()
        [3.0, 7.0]
    """
    products = called("vecdot", ops.mul, ops.conj_physical(x), y)
    with renamed("vecdot", "sum"):
        return ops.sum(products, dim, False, dtype=products.dtype)


@takes_out
def vander(x: Tensor, N: int | None = None, *, out: Tensor | None = None) -> Tensor:
    """Vandermonde matrices: the powers of the elements of vectors, from 0 on, as rows.

    Args:
        x: Tensor of shape (..., n).
        N: how many powers; n by default.
        out: Tensor to write the result to.

    Returns:
        Tensor of shape (..., n, N).

    Raises:
        ShapeError: ``x`` has no dimensions.
        ValueError: ``N`` is not positive.

    Example:
        >>> ft.linalg.vander(ft.tensor([2.0, 3.0]), N=3).tolist()
        [[1.0, 2.0, 4.0], [1.0, 3.0, 9.0]]
    """
    if x.ndim == 0:
        errors.shape_error("vander", "x", "at least 1 dimension", "shape ()")
    count = x.shape[-1] if N is None else N
    if count < 1 and N is not None:
        errors.value_error("vander", "N", "1 or more", str(N))
    powers = [ops.ones_like(x)]
    for _ in range(1, count):
        powers.append(powers[-1] * x)
    return ops.stack(powers[:count], -1) if count else ops.reshape(x, (*x.shape, 0))


@takes_out
def matrix_power(A: Tensor, n: int, *, out: Tensor | None = None) -> Tensor:
    """The product of ``n`` copies of a square matrix, by repeated squaring; with ``n`` < 0, of its inverse.

    Args:
        A: Tensor of shape (..., m, m).
        n: an integer.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``A``.

    Raises:
        ShapeError: the matrices are not square.
        LinAlgError: ``n`` < 0, and a matrix is singular.

    Example:
        >>> ft.linalg.matrix_power(ft.tensor([[1.0, 1.0], [0.0, 1.0]]), 5).tolist()
        [[1.0, 5.0], [0.0, 1.0]]
    """
    check_square("matrix_power", A)
    if not isinstance(n, int):
        errors.type_error("matrix_power", "n", "int", type(n).__name__)
    if n == 0:
        return ops.clone(ops.expand(eye_like(A, A.shape[-1]), tuple(A.shape)))
    if n < 0:
        try:
            A, n = inv(A), -n
        except Exception as error:
            errors.attribute(error, "inv", "matrix_power")
            raise
    result: Any = None
    while n:
        if n & 1:
            result = A if result is None else called("matrix_power", ops.matmul, result, A)
        n >>= 1
        if n:
            A = called("matrix_power", ops.matmul, A, A)
    return result


@takes_out
def matrix_sqrth(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The square roots of Hermitian positive semidefinite matrices: those that are such matrices themselves.

    Args:
        A: Tensor of shape (..., n, n); only the lower triangles are looked at. Negative eigenvalues count as 0.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``A``. Its derivative is Hermitian, and exists where ``A`` is positive definite.

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> ft.linalg.matrix_sqrth(ft.eye(2) * 4).tolist()
        [[2.0, 0.0], [0.0, 2.0]]
    """
    return ops.matrix_sqrth(A)
