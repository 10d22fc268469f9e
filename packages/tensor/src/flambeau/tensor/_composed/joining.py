"""Several Tensors as one, or in one shape, of operators that need no record of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import called, composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


def _tensors(operation: str, tensors: Any) -> list[Tensor]:
    """What ``f(a, b)`` or ``f([a, b])`` was given, all of them Tensors."""
    if not isinstance(tensors, (list, tuple)):
        errors.type_error(operation, "tensors", "a list or tuple of Tensors", type(tensors).__name__)
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tensors[0]
    for t in tensors:
        if not hasattr(t, "dtype"):
            errors.type_error(operation, "tensors", "Tensors", type(t).__name__)
    return list(tensors)


def _joined(operation: str, tensors: Any, shaped: Any, dim: int | None) -> Tensor:
    """Tensors brought to a shape and put one after the other."""
    ready = [shaped(t) for t in _tensors(operation, tensors)]
    if dim is None:
        dim = 0 if ready and ready[0].ndim == 1 else 1
    return called(operation, ops.cat, ready, dim)


def _with_1(x: Tensor) -> Tensor:
    return x if x.ndim else ops.reshape(x, (1,))


def _with_2(x: Tensor) -> Tensor:
    return x if x.ndim > 1 else ops.reshape(x, (1, x.numel()))


def _with_3(x: Tensor) -> Tensor:
    return x if x.ndim > 2 else ops.unsqueeze(_with_2(x), 2)


def _as_column(x: Tensor) -> Tensor:
    return x if x.ndim > 1 else ops.reshape(x, (x.numel(), 1))


def _each(operation: str, tensors: tuple[Any, ...], shaped: Any) -> Any:
    """One Tensor for one Tensor, a tuple for several."""
    found = tuple([shaped(t) for t in _tensors(operation, tensors)])
    return found[0] if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)) else found


# One after the other --------------------------------------------------------------------------------------------


@composed(method=False)
def hstack(tensors: list[Tensor]) -> Tensor:
    """Tensors side by side: along the second dimension, or the only one where there is one.

    Args:
        tensors: list or tuple of Tensors whose shapes differ in that dimension only.

    Returns:
        Tensor of the promoted dtype.

    Raises:
        ShapeError: the shapes differ elsewhere.

    Example:
        >>> ft.hstack([ft.tensor([1, 2]), ft.tensor(3)]).tolist()
        [1, 2, 3]
        >>> ft.hstack([ft.ones(2, 1), ft.zeros(2, 1)]).tolist()
        [[1.0, 0.0], [1.0, 0.0]]
    """
    return _joined("hstack", tensors, _with_1, None)


@composed(method=False)
def vstack(tensors: list[Tensor]) -> Tensor:
    """Tensors one below the other: along the first of at least two dimensions; vectors are rows.

    Args:
        tensors: list or tuple of Tensors whose shapes differ in that dimension only.

    Returns:
        Tensor of the promoted dtype.

    Raises:
        ShapeError: the shapes differ elsewhere.

    Example:
        >>> ft.vstack([ft.tensor([1, 2]), ft.tensor([[3, 4], [5, 6]])]).tolist()
        [[1, 2], [3, 4], [5, 6]]
    """
    return _joined("vstack", tensors, _with_2, 0)


@composed(method=False)
def row_stack(tensors: list[Tensor]) -> Tensor:
    """Tensors one below the other: :func:`vstack`.

    Args:
        tensors: list or tuple of Tensors whose shapes differ in the first of at least two dimensions only.

    Returns:
        Tensor of the promoted dtype.

    Example:
        >>> ft.row_stack([ft.tensor([1, 2]), ft.tensor([3, 4])]).tolist()
        [[1, 2], [3, 4]]
    """
    return _joined("row_stack", tensors, _with_2, 0)


@composed(method=False)
def dstack(tensors: list[Tensor]) -> Tensor:
    """Tensors behind one another: along the third of at least three dimensions.

    Args:
        tensors: list or tuple of Tensors whose shapes differ in that dimension only.

    Returns:
        Tensor of the promoted dtype.

    Raises:
        ShapeError: the shapes differ elsewhere.

    Example:
        >>> ft.dstack([ft.tensor([1, 2]), ft.tensor([3, 4])]).tolist()
        [[[1, 3], [2, 4]]]
    """
    return _joined("dstack", tensors, _with_3, 2)


@composed(method=False)
def column_stack(tensors: list[Tensor]) -> Tensor:
    """Tensors side by side; vectors are columns.

    Args:
        tensors: list or tuple of Tensors whose shapes differ in the second dimension only.

    Returns:
        Tensor of the promoted dtype.

    Raises:
        ShapeError: the shapes differ elsewhere.

    Example:
        >>> ft.column_stack([ft.tensor([1, 2]), ft.tensor([3, 4])]).tolist()
        [[1, 3], [2, 4]]
    """
    return _joined("column_stack", tensors, _as_column, 1)


@composed(method=False)
def block_diag(*tensors: Tensor) -> Tensor:
    """A matrix with matrices along its diagonal, and zeros elsewhere.

    Args:
        tensors: Tensors of at most 2 dimensions; vectors are rows.

    Returns:
        Tensor of 2 dimensions and the promoted dtype.

    Raises:
        ShapeError: a Tensor has more than 2 dimensions.

    Example:
        >>> ft.block_diag(ft.tensor([[1, 2]]), ft.tensor([[3], [4]])).tolist()
        [[1, 2, 0], [0, 0, 3], [0, 0, 4]]
    """
    given = _tensors("block_diag", tensors)
    if not given:
        return ops.zeros((1, 0))
    for i, t in enumerate(given):
        if t.ndim > 2:
            errors.shape_error("block_diag", f"tensors[{i}]", "at most 2 dimensions", f"shape {tuple(t.shape)}")
    blocks = [_with_2(t) for t in given]
    width, before, rows = sum(b.shape[1] for b in blocks), 0, []
    for block in blocks:
        n, m = block.shape
        left = ops.zeros((n, before), dtype=block.dtype, device=block.device)
        right = ops.zeros((n, width - before - m), dtype=block.dtype, device=block.device)
        rows.append(ops.cat([left, block, right], 1))
        before += m
    return ops.cat(rows, 0)


# One shape for all ----------------------------------------------------------------------------------------------


@composed(method=False)
def atleast_1d(*tensors: Tensor) -> Any:
    """Views with at least 1 dimension.

    Args:
        tensors: Tensors, or a list of them.

    Returns:
        Tensor, or a tuple of Tensors for several.

    Example:
        >>> ft.atleast_1d(ft.tensor(1)).shape
        (1,)
    """
    return _each("atleast_1d", tensors, _with_1)


@composed(method=False)
def atleast_2d(*tensors: Tensor) -> Any:
    """Views with at least 2 dimensions; vectors are rows.

    Args:
        tensors: Tensors, or a list of them.

    Returns:
        Tensor, or a tuple of Tensors for several.

    Example:
        >>> [x.shape for x in ft.atleast_2d(ft.tensor(1), ft.zeros(3))]
        [(1, 1), (1, 3)]
    """
    return _each("atleast_2d", tensors, _with_2)


@composed(method=False)
def atleast_3d(*tensors: Tensor) -> Any:
    """Views with at least 3 dimensions: those of a matrix come first, that of a vector second.

    Args:
        tensors: Tensors, or a list of them.

    Returns:
        Tensor, or a tuple of Tensors for several.

    Example:
        >>> [x.shape for x in ft.atleast_3d(ft.zeros(3), ft.zeros(2, 3))]
        [(1, 3, 1), (2, 3, 1)]
    """
    return _each("atleast_3d", tensors, _with_3)


def _broadcast(operation: str, argument: str, shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    seen: tuple[int, ...] = ()
    for i, shape in enumerate(shapes):
        ndim = len(seen) if len(seen) > len(shape) else len(shape)
        one, other = (1,) * (ndim - len(seen)) + seen, (1,) * (ndim - len(shape)) + tuple(shape)
        if any(m != n and m != 1 and n != 1 for m, n in zip(one, other, strict=True)):
            errors.shape_error(operation, f"{argument}[{i}]", f"a shape that broadcasts with {seen}", str(tuple(shape)))
        seen = tuple([n if m == 1 else m for m, n in zip(one, other, strict=True)])
    return seen


@composed(method=False)
def broadcast_shapes(*shapes: Any) -> tuple[int, ...]:
    """The shape to which shapes broadcast.

    Args:
        shapes: tuples of sizes; an int is one size.

    Returns:
        tuple of ints.

    Raises:
        ShapeError: they do not broadcast.

    Example:
        >>> ft.broadcast_shapes((2, 1), (3,))
        (2, 3)
    """
    found: list[tuple[int, ...]] = []
    for i, shape in enumerate(shapes):
        sizes = (shape,) if hasattr(shape, "__index__") else tuple(shape)
        for n in sizes:
            if not hasattr(n, "__index__") or n < 0:
                errors.value_error("broadcast_shapes", f"shapes[{i}]", "sizes of 0 or more", str(sizes))
        found.append(tuple([int(n) for n in sizes]))
    return _broadcast("broadcast_shapes", "shapes", found)


@composed(method=False)
def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Views of Tensors, broadcast to one shape; read-only where something repeats.

    Args:
        tensors: Tensors whose shapes broadcast.

    Returns:
        tuple of Tensors that share memory with those given.

    Raises:
        ShapeError: they do not broadcast.

    Example:
        >>> [x.tolist() for x in ft.broadcast_tensors(ft.tensor([[1], [2]]), ft.tensor([3, 4]))]
        [[[1, 1], [2, 2]], [[3, 4], [3, 4]]]
    """
    given = _tensors("broadcast_tensors", tensors)
    shape = _broadcast("broadcast_tensors", "tensors", [tuple(t.shape) for t in given])
    return tuple([t if t.shape == shape else ops.expand(t, shape) for t in given])


@composed(method=False)
def meshgrid(*tensors: Tensor, indexing: str = "ij") -> tuple[Tensor, ...]:
    """The coordinates of a grid: for each vector, a view with one dimension for each of them, along which it varies.

    Args:
        tensors: Tensors of at most 1 dimension, or a list of them.
        indexing: ``"ij"`` (matrices: the first vector runs along the first dimension), or ``"xy"`` (pictures: the first
            one runs along the second dimension, the second one along the first).

    Returns:
        tuple of Tensors of one shape.

    Raises:
        ShapeError: a Tensor has more than 1 dimension.
        ValueError: no such indexing.

    Example:
        >>> y, x = ft.meshgrid(ft.tensor([0, 1]), ft.tensor([5, 6, 7]))
        >>> y.tolist(), x.tolist()
        ([[0, 0, 0], [1, 1, 1]], [[5, 6, 7], [5, 6, 7]])
    """
    given = _tensors("meshgrid", tensors)
    if indexing not in ("ij", "xy"):
        errors.value_error("meshgrid", "indexing", "'ij' or 'xy'", repr(indexing))
    for i, t in enumerate(given):
        if t.ndim > 1:
            errors.shape_error("meshgrid", f"tensors[{i}]", "at most 1 dimension", f"shape {tuple(t.shape)}")
    order = list(range(len(given)))
    if indexing == "xy" and len(order) > 1:
        order[:2] = 1, 0
    sizes = [0] * len(order)
    for t, place in zip(given, order, strict=True):
        sizes[place] = t.numel()
    shape = tuple(sizes)
    grids = []
    for t, place in zip(given, order, strict=True):
        alone = [1] * len(sizes)
        alone[place] = t.numel()
        grids.append(ops.expand(ops.reshape(t, tuple(alone)), shape))
    return tuple(grids)


@composed(method=False)
def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All ways to take one element of each vector, the last one varying fastest.

    Args:
        tensors: Tensors of 1 dimension and one dtype.

    Returns:
        Tensor of shape (how many, number of vectors); of one vector, the vector.

    Raises:
        ShapeError: a Tensor does not have 1 dimension.

    Example:
        >>> ft.cartesian_prod(ft.tensor([1, 2]), ft.tensor([3, 4])).tolist()
        [[1, 3], [1, 4], [2, 3], [2, 4]]
    """
    given = _tensors("cartesian_prod", tensors)
    if not given:
        errors.value_error("cartesian_prod", "tensors", "at least one Tensor", "none")
    for i, t in enumerate(given):
        if t.ndim != 1:
            errors.shape_error("cartesian_prod", f"tensors[{i}]", "1 dimension", f"shape {tuple(t.shape)}")
    if len(given) == 1:
        return given[0]
    return ops.stack([ops.reshape(grid, (-1,)) for grid in meshgrid(*given)], 1)


@composed()
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All ways to choose ``r`` elements of a vector, in the order of their places.

    Args:
        input: Tensor of 1 dimension.
        r: how many elements are chosen.
        with_replacement: an element may be chosen several times.

    Returns:
        Tensor of shape (how many, ``r``).

    Raises:
        ShapeError: ``input`` does not have 1 dimension.
        ValueError: ``r`` is negative.

    Example:
        >>> ft.combinations(ft.tensor([1, 2, 3])).tolist()
        [[1, 2], [1, 3], [2, 3]]
    """
    import itertools

    import numpy as np

    from .._creation import tensor

    if input.ndim != 1:
        errors.shape_error("combinations", "input", "1 dimension", f"shape {tuple(input.shape)}")
    if r < 0:
        errors.value_error("combinations", "r", "0 or more", str(r))
    if r == 0:
        return ops.narrow(input, 0, 0, 0)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.fromiter(itertools.chain.from_iterable(choose(range(input.shape[0]), r)), np.int64)
    return ops.take(input, tensor(places.reshape(-1, r), device=input.device))


# Triangles ------------------------------------------------------------------------------------------------------


def _triangle(operation: str, row: int, col: int, offset: int, dtype: Any, device: Any, upper: bool) -> Tensor:
    import numpy as np

    from .._creation import tensor

    for name, n in (("row", row), ("col", col)):
        if n < 0:
            errors.value_error(operation, name, "0 or more", str(n))
    inside = ~np.tri(row, col, offset - 1, bool) if upper else np.tri(row, col, offset, bool)
    return tensor(np.stack(np.nonzero(inside)), dtype=dtype or "int64", device=device)


@composed(method=False)
def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The places of the lower triangle of a matrix, row by row.

    Args:
        row: how many rows the matrix has.
        col: how many columns it has.
        offset: the diagonal above which nothing belongs to it: 0 is the main one, 1 the one above it.
        dtype: of the result; int64 by default.
        device: of the result.

    Returns:
        Tensor of shape (2, how many): the rows, and the columns.

    Raises:
        ValueError: a negative size.

    Example:
        >>> ft.tril_indices(2, 2).tolist()
        [[0, 1, 1], [0, 0, 1]]
    """
    return _triangle("tril_indices", row, col, offset, dtype, device, False)


@composed(method=False)
def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The places of the upper triangle of a matrix, row by row.

    Args:
        row: how many rows the matrix has.
        col: how many columns it has.
        offset: the diagonal below which nothing belongs to it: 0 is the main one, 1 the one above it.
        dtype: of the result; int64 by default.
        device: of the result.

    Returns:
        Tensor of shape (2, how many): the rows, and the columns.

    Raises:
        ValueError: a negative size.

    Example:
        >>> ft.triu_indices(2, 2).tolist()
        [[0, 0, 1], [0, 1, 1]]
    """
    return _triangle("triu_indices", row, col, offset, dtype, device, True)
