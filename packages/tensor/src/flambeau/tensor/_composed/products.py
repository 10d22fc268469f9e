"""Products of vectors, matrices and tensors that are made of operators."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import errors, ops
from .._core.tensor import are_matrices
from . import called, composed, existing_dim

if TYPE_CHECKING:
    from .._core.tensor import Tensor


def _check_dims(operation: str, argument: str, x: Tensor, ndim: int) -> None:
    if x.ndim != ndim:
        noun = "dimension" if ndim == 1 else "dimensions"
        errors.shape_error(operation, argument, f"{ndim} {noun}", f"shape {tuple(x.shape)}", "use matmul()")


def _check_inner(operation: str, argument: str, input: Tensor, other: Tensor, place: int) -> None:
    if other.shape[place] != input.shape[-1]:
        errors.shape_error(
            operation,
            argument,
            f"size {input.shape[-1]} in dimension {place} to match input's last",
            f"shape {tuple(other.shape)}",
        )


@composed()
def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices. Nothing broadcasts; see :func:`matmul` for that.

    Args:
        input: Tensor of shape (n, k).
        mat2: Tensor of shape (k, m).

    Returns:
        Tensor of shape (n, m).

    Raises:
        ShapeError: not two matrices that fit together.

    Example:
        >>> ft.mm(ft.ones(2, 3), ft.ones(3, 1)).tolist()
        [[3.0], [3.0]]
    """
    if not are_matrices(input, mat2):
        _check_dims("mm", "input", input, 2)
        _check_dims("mm", "mat2", mat2, 2)
    try:
        return ops.matmul(input, mat2)
    except errors.ShapeError:
        _check_inner("mm", "mat2", input, mat2, 0)
        raise


@composed()
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of the matrices of two batches. Nothing broadcasts; see :func:`matmul` for that.

    Args:
        input: Tensor of shape (b, n, k).
        mat2: Tensor of shape (b, k, m).

    Returns:
        Tensor of shape (b, n, m).

    Raises:
        ShapeError: not two batches of matrices that fit together.

    Example:
        >>> ft.bmm(ft.ones(2, 1, 3), ft.ones(2, 3, 1)).tolist()
        [[[3.0]], [[3.0]]]
    """
    if input.ndim != 3 or mat2.ndim != 3:
        _check_dims("bmm", "input", input, 3)
        _check_dims("bmm", "mat2", mat2, 3)
    if mat2.shape[0] != input.shape[0]:
        errors.shape_error("bmm", "mat2", f"{input.shape[0]} matrices as input", f"shape {tuple(mat2.shape)}")
    try:
        return ops.matmul(input, mat2)
    except errors.ShapeError:
        _check_inner("bmm", "mat2", input, mat2, 1)
        raise


@composed()
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix and a vector.

    Args:
        input: Tensor of shape (n, k).
        vec: Tensor of shape (k,).

    Returns:
        Tensor of shape (n,).

    Raises:
        ShapeError: not a matrix and a vector that fit together.

    Example:
        >>> ft.mv(ft.ones(2, 3), ft.ones(3)).tolist()
        [3.0, 3.0]
    """
    if input.ndim != 2 or vec.ndim != 1:
        _check_dims("mv", "input", input, 2)
        _check_dims("mv", "vec", vec, 1)
    try:
        return ops.matmul(input, vec)
    except errors.ShapeError:
        _check_inner("mv", "vec", input, vec, 0)
        raise


@composed(method=False)
def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """The sum of products over several dimensions of two Tensors at once.

    Args:
        a: Tensor of any shape.
        b: Tensor with sizes to match.
        dims: how many of the last dimensions of ``a`` meet as many first ones of ``b``; or two lists, of the dimensions
            of ``a`` and of those of ``b`` that meet them.

    Returns:
        Tensor with the other dimensions of ``a``, then those of ``b``.

    Raises:
        ShapeError: the sizes do not match.
        ValueError: not as many dimensions of ``a`` as of ``b``, or one twice.

    Example:
        >>> ft.tensordot(ft.ones(2, 3, 4), ft.ones(3, 4, 5)).shape
        (2, 5)
        >>> ft.tensordot(ft.ones(2, 3), ft.ones(2, 4), dims=([0], [0])).shape
        (3, 4)
    """
    first, second = _dims_to_sum(a, b, dims)
    for i, j in zip(first, second, strict=True):
        if a.shape[i] != b.shape[j]:
            errors.shape_error("tensordot", "b", f"size {a.shape[i]} in dimension {j}", f"shape {tuple(b.shape)}")
    rows = [d for d in range(a.ndim) if d not in first]
    columns = [d for d in range(b.ndim) if d not in second]
    n = math.prod(a.shape[d] for d in first)
    shape = (*[a.shape[d] for d in rows], *[b.shape[d] for d in columns])
    left = ops.reshape(ops.permute(a, (*rows, *first)), (math.prod(a.shape[d] for d in rows), n))
    right = ops.reshape(ops.permute(b, (*second, *columns)), (n, math.prod(b.shape[d] for d in columns)))
    return ops.reshape(called("tensordot", ops.matmul, left, right), shape)


def _dims_to_sum(a: Tensor, b: Tensor, dims: Any) -> tuple[list[int], list[int]]:
    if isinstance(dims, int):
        if not 0 <= dims <= min(a.ndim, b.ndim):
            errors.value_error("tensordot", "dims", f"0 to {min(a.ndim, b.ndim)} dimensions", str(dims))
        return list(range(a.ndim - dims, a.ndim)), list(range(dims))
    if not isinstance(dims, (list, tuple)) or len(dims) != 2:
        errors.type_error("tensordot", "dims", "an int or two lists of ints", repr(dims))
    found = []
    for x, given in zip((a, b), dims, strict=True):
        places = [given] if isinstance(given, int) else list(given)
        for d in places:
            if not -x.ndim <= d < x.ndim:
                errors.index_error("tensordot", "dims", f"dimensions in [{-x.ndim}, {x.ndim - 1}]", str(d))
        found.append([d % x.ndim for d in places])
    if len(found[0]) != len(found[1]) or any(len(set(places)) != len(places) for places in found):
        errors.value_error("tensordot", "dims", "as many different dimensions of a as of b", repr(dims))
    return found[0], found[1]


@composed()
def inner(input: Tensor, other: Tensor) -> Tensor:
    """Inner products over the last dimensions: ``tensordot(input, other, ([-1], [-1]))``; with a number, the product.

    Args:
        input: Tensor of any shape.
        other: Tensor with the same last size.

    Returns:
        Tensor with the other dimensions of ``input``, then those of ``other``.

    Raises:
        ShapeError: the last sizes differ.

    Example:
        >>> ft.inner(ft.tensor([1.0, 2.0]), ft.tensor([[3.0, 4.0], [5.0, 6.0]])).tolist()
        [11.0, 17.0]
    """
    if input.ndim == 0 or other.ndim == 0:
        return called("inner", ops.mul, input, other)
    if input.shape[-1] != other.shape[-1]:
        wanted = f"last size {input.shape[-1]}, as input"
        errors.shape_error("inner", "other", wanted, f"shape {tuple(other.shape)}")
    return tensordot(input, other, ([-1], [-1]))


@composed()
def vdot(input: Tensor, other: Tensor) -> Tensor:
    """The inner product of two vectors, the first one conjugated: ``dot(conj(input), other)``.

    Args:
        input: Tensor of shape (n,).
        other: Tensor of shape (n,).

    Returns:
        Tensor without dimensions.

    Raises:
        ShapeError: not two vectors of one length.

    Example:
        >>> ft.vdot(ft.tensor([1j, 2.0]), ft.tensor([1j, 1.0])).item()
        (3+0j)
    """
    return called("vdot", ops.dot, input.conj(), other)


@composed()
def kron(input: Tensor, other: Tensor) -> Tensor:
    """The Kronecker product: blocks of ``other``, one for each element of ``input`` and scaled by it.

    Args:
        input: Tensor of any shape.
        other: Tensor of any shape; the one with fewer dimensions gets leading ones of size 1.

    Returns:
        Tensor whose sizes are the products of the operands'.

    Example:
        >>> ft.kron(ft.tensor([[1, 2]]), ft.ones(2, 2).long()).tolist()
        [[1, 1, 2, 2], [1, 1, 2, 2]]
    """
    ndim = max(input.ndim, other.ndim)
    first = (*[1] * (ndim - input.ndim), *input.shape)
    second = (*[1] * (ndim - other.ndim), *other.shape)
    left = ops.reshape(input, tuple(n for size in first for n in (size, 1)))
    right = ops.reshape(other, tuple(n for size in second for n in (1, size)))
    return ops.reshape(called("kron", ops.mul, left, right), tuple(m * n for m, n in zip(first, second, strict=True)))


@composed(method=False)
def chain_matmul(input: Tensor, *others: Tensor) -> Tensor:
    """The product of two or more matrices in the order that takes the fewest multiplications.

    Args:
        input: Tensor of shape (n, a).
        others: Tensors of shapes (a, b), (b, c)...

    Returns:
        Tensor of shape (n, c).

    Raises:
        ShapeError: not matrices that fit together.

    Example:
        >>> ft.chain_matmul(ft.ones(10, 2), ft.ones(2, 10), ft.ones(10, 1)).shape
        (10, 1)
    """
    return chained("chain_matmul", "matrices", (input, *others))


def chained(operation: str, argument: str, matrices: tuple) -> Tensor:
    """A product of matrices, multiplied in the cheapest order.

    By dynamic programming over subsequences.
    """
    for i, matrix in enumerate(matrices):
        if matrix.ndim != 2:
            errors.shape_error(operation, f"{argument}[{i}]", "2 dimensions", f"shape {tuple(matrix.shape)}")
        if i and matrix.shape[0] != matrices[i - 1].shape[1]:
            wanted = f"size {matrices[i - 1].shape[1]} in dimension 0 to match the matrix before"
            errors.shape_error(operation, f"{argument}[{i}]", wanted, f"shape {tuple(matrix.shape)}")
    sizes = [matrices[0].shape[0], *[m.shape[1] for m in matrices]]
    count = len(matrices)
    cost = {(i, i): (0, i) for i in range(count)}  # of the product i...j, and the last factor of its left half
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i, j] = min(
                (cost[i, k][0] + cost[k + 1, j][0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)
            )

    def product(i, j):
        if i == j:
            return matrices[i]
        k = cost[i, j][1]
        return called(operation, ops.matmul, product(i, k), product(k + 1, j))

    return product(0, count - 1)


@composed()
def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The cross product of vectors of 3 elements.

    Args:
        input: Tensor with a dimension of size 3.
        other: Tensor of a shape that broadcasts with ``input``'s.
        dim: the dimension of the vectors; the first one of size 3 by default.

    Returns:
        Tensor of the broadcast shape.

    Raises:
        ShapeError: there is no such dimension, or the shapes do not broadcast.

    Example:
        >>> ft.cross(ft.tensor([1.0, 0.0, 0.0]), ft.tensor([0.0, 1.0, 0.0])).tolist()
        [0.0, 0.0, 1.0]
    """
    ndim = max(input.ndim, other.ndim)
    if dim is None:
        if 3 not in input.shape:
            errors.shape_error("cross", "input", "a dimension of size 3", f"shape {tuple(input.shape)}")
        dim = list(input.shape).index(3) - input.ndim
    else:
        dim = existing_dim("cross", "dim", dim, ndim) - ndim
    return called("cross", ops.cross_product, input, other, dim)
