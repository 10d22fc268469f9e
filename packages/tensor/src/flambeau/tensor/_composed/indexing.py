"""Reading and writing by places, of operators that need no record of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import called, composed, existing_dim, renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


def _at(dim: int, part: Any) -> tuple:
    return (*[slice(None)] * dim, part)


def _checked_slice(operation: str, input: Tensor, dim: int, index: int) -> tuple:
    """The index tuple of one slice of a dimension."""
    dim = existing_dim(operation, "dim", dim, input.ndim)
    size = input.shape[dim]
    if isinstance(index, bool) or not hasattr(index, "__index__"):
        errors.type_error(operation, "index", "int", type(index).__name__)
    if not -size <= index < size:
        allowed = f"an index in [{-size}, {size - 1}]" if size else "no index, it is empty"
        errors.index_error(operation, "index", f"{allowed} for dimension {dim}", str(index))
    return _at(dim, int(index))


def _written(operation: str, input: Tensor, index: tuple, src: Tensor) -> Tensor:
    """``input`` with ``src``, which has just that shape, at an index."""
    wanted = ops.index(input, index).shape
    if not hasattr(src, "dtype"):
        errors.type_error(operation, "src", "Tensor", type(src).__name__)
    if tuple(src.shape) != wanted:
        errors.shape_error(operation, "src", f"shape {wanted}, of what it replaces", f"shape {tuple(src.shape)}")
    return ops.index_put(input, index, src)


# Reading --------------------------------------------------------------------------------------------------------


@composed()
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """A view of one slice of a dimension, without that dimension: ``input[index]`` for ``dim`` 0.

    Args:
        input: Tensor of at least 1 dimension.
        dim: the dimension.
        index: which slice; negative ones count from the end.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        IndexError: no such dimension, or no such slice.

    Example:
        >>> ft.select(ft.tensor([[1, 2], [3, 4]]), 1, -1).tolist()
        [2, 4]
    """
    return ops.index(input, _checked_slice("select", input, dim, index))


@composed()
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """Elements along a dimension, at what :func:`argsort` or :func:`argmax` gives.

    As :func:`gather`, with ``input`` and ``indices`` broadcast in the other dimensions.

    Args:
        input: Tensor of any shape and dtype.
        indices: Tensor of integers with as many dimensions.
        dim: the dimension; by default both are taken as one dimension.

    Returns:
        Tensor of ``input``'s dtype, with ``indices``' size in ``dim``.

    Raises:
        IndexError: an index is negative or too large.
        ShapeError: the shapes do not broadcast.

    Example:
        >>> x = ft.tensor([[3, 1, 2], [4, 6, 5]])
        >>> ft.take_along_dim(x, ft.argsort(x, 1), 1).tolist()
        [[1, 2, 3], [4, 5, 6]]
        >>> ft.take_along_dim(x, ft.tensor([[0], [2]]), 1).tolist()
        [[3], [5]]
    """
    try:
        if dim is None:
            return ops.gather(ops.reshape(input, (-1,)), 0, ops.reshape(indices, (-1,)))
        dim = existing_dim("take_along_dim", "dim", dim, input.ndim)
        shape, other = list(input.shape), list(indices.shape)
        if len(shape) != len(other):
            errors.shape_error(
                "take_along_dim", "indices", f"{len(shape)} dimensions as input", f"shape {tuple(other)}"
            )
        size, count = shape[dim], other[dim]
        shape[dim] = other[dim] = 1
        if any(m != n and m != 1 and n != 1 for m, n in zip(shape, other, strict=True)):
            errors.shape_error(
                "take_along_dim",
                "indices",
                f"a shape that broadcasts with input's {tuple(input.shape)} outside of dimension {dim}",
                str(tuple(indices.shape)),
            )
        both = [n if m == 1 else m for m, n in zip(shape, other, strict=True)]
        both[dim] = size
        input = ops.expand(input, tuple(both))
        both[dim] = count
        return ops.gather(input, dim, ops.expand(indices, tuple(both)))
    except Exception as error:
        errors.attribute(error, "gather", "take_along_dim")
        raise


@composed()
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The places of all elements that are not zero, in order.

    Args:
        input: Tensor of any shape and dtype.
        as_tuple: give one Tensor of indices for each dimension, as ``input[...]`` takes them.

    Returns:
        int64 Tensor of shape (how many, ``input.ndim``): one place a row. Or a tuple of ``input.ndim`` int64 Tensors of
        shape (how many,); of a Tensor without dimensions, of one.

    Example:
        >>> x = ft.tensor([[0, 5], [6, 0]])
        >>> ft.nonzero(x).tolist()
        [[0, 1], [1, 0]]
        >>> x[ft.nonzero(x, as_tuple=True)].tolist()
        [5, 6]
    """
    if not as_tuple:
        return ops.nonzero(input)
    return ops.unbind(ops.nonzero(input if input.ndim else ops.reshape(input, (1,))), 1)


@composed()
def argwhere(input: Tensor) -> Tensor:
    """The places of all elements that are not zero, in order: :func:`nonzero`.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        int64 Tensor of shape (how many, ``input.ndim``).

    Example:
        >>> ft.argwhere(ft.tensor([0, 5, 6])).tolist()
        [[1], [2]]
    """
    return called("argwhere", ops.nonzero, input)


@composed()
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """The places of the first elements that are not zero, always as many.

    Args:
        input: Tensor of any shape and dtype.
        size: how many rows the result has.
        fill_value: what stands in the rows for which there is no element.

    Returns:
        int64 Tensor of shape (``size``, ``input.ndim``).

    Raises:
        ValueError: ``size`` is negative.

    Example:
        >>> ft.nonzero_static(ft.tensor([0, 5, 6]), size=3).tolist()
        [[1], [2], [-1]]
    """
    if size < 0:
        errors.value_error("nonzero_static", "size", "0 or more", str(size))
    places = argwhere(input)
    if places.shape[0] >= size:
        return ops.clone(ops.narrow(places, 0, 0, size))
    rest = ops.full((size - places.shape[0], input.ndim), fill_value, dtype=places.dtype, device=places.device)
    return ops.cat((places, rest), 0)


# Writing --------------------------------------------------------------------------------------------------------


def _scattering(name: str, input: Tensor, dim: int, index: Tensor, src: Tensor | float, reduce: str | None) -> Any:
    """The record that does what ``reduce`` says, and its arguments."""
    if reduce is None:
        return ops.scatter, (input, dim, index, src)
    if reduce not in ("add", "multiply"):
        errors.value_error(name, "reduce", "'add', 'multiply' or None", repr(reduce))
    if not hasattr(src, "dtype"):
        src = ops.full(tuple(index.shape), src, dtype=input.dtype, device=input.device)
    if reduce == "add":
        return ops.scatter_add, (input, dim, index, src)
    return ops.scatter_reduce, (input, dim, index, src, "prod", True)


@composed()
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Tensor | float, *, reduce: str | None = None, out: Tensor | None = None
) -> Tensor:
    """``input`` with elements replaced along a dimension: ``result[index[i][j]][j] = src[i][j]`` for ``dim`` 0 of two.

    Args:
        input: Tensor of any shape and dtype, which the result has too.
        dim: the dimension that ``index`` counts along.
        index: Tensor of integers with as many dimensions as ``input``. Of a place named twice, either value wins.
        src: Tensor at least as large as ``index`` everywhere, or a number.
        reduce: ``"add"`` or ``"multiply"``, to do that with the elements instead of replacing them.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is negative or too large.
        ShapeError: ``index`` does not fit ``input``, or ``src`` does not fit ``index``.
        ValueError: ``src`` is a number that ``input``'s dtype does not hold; no such ``reduce``.

    Example:
        >>> ft.scatter(ft.zeros(2, 2), 1, ft.tensor([[0], [1]]), 1.0).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
        >>> ft.scatter(ft.ones(2), 0, ft.tensor([1, 1]), 3, reduce="multiply").tolist()
        [1.0, 9.0]
    """
    record, arguments = _scattering("scatter", input, dim, index, src, reduce)
    with renamed("scatter", record.name):
        return record(*arguments) if out is None else record(*arguments, out=out)


@composed()
def scatter_(input: Tensor, dim: int, index: Tensor, src: Tensor | float, *, reduce: str | None = None) -> Tensor:
    """In place: ``scatter``, written to ``input``, which is returned.

    Example:
        >>> ft.zeros(2).scatter_(0, ft.tensor([1]), 5.0).tolist()
        [0.0, 5.0]
    """
    record, arguments = _scattering("scatter_", input, dim, index, src, reduce)
    with renamed("scatter_", record.name):
        return record(*arguments, out=input)


@composed()
def index(input: Tensor, index: Any) -> Tensor:
    """``input[index]``: what PyTorch 0.3 called so.

    Args:
        input: Tensor of any shape and dtype.
        index: what may stand between the brackets: ints, slices, Tensors of integers or bools, or a tuple of these.

    Returns:
        Tensor: a view for ints and slices, a copy when a Tensor is among them.

    Raises:
        IndexError: an index is out of range.

    Example:
        >>> ft.tensor([1, 2, 3]).index(ft.tensor([True, False, True])).tolist()
        [1, 3]
    """
    return ops.index(input, index)


@composed()
def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """``input`` with ``src`` for one slice of a dimension: the counterpart of :func:`select`.

    Args:
        input: Tensor of at least 1 dimension.
        src: Tensor of the slice's shape.
        dim: the dimension.
        index: which slice; negative ones count from the end.

    Returns:
        Tensor like ``input``, with memory of its own.

    Raises:
        IndexError: no such dimension, or no such slice.
        ShapeError: ``src`` has another shape.

    Example:
        >>> ft.select_scatter(ft.zeros(2, 2), ft.ones(2), 1, 0).tolist()
        [[1.0, 0.0], [1.0, 0.0]]
    """
    return _written("select_scatter", input, _checked_slice("select_scatter", input, dim, index), src)


@composed()
def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    """``input`` with ``src`` in place of ``input[start:end:step]`` along a dimension.

    Args:
        input: Tensor of at least 1 dimension.
        src: Tensor of the shape of what it replaces.
        dim: the dimension.
        start: the first slice; by default the first there is. Negative ones count from the end.
        end: the slice before which to stop; by default there is no limit.
        step: the distance between slices.

    Returns:
        Tensor like ``input``, with memory of its own.

    Raises:
        IndexError: no such dimension.
        ShapeError: ``src`` has another shape.
        ValueError: ``step`` is not positive.

    Example:
        >>> ft.slice_scatter(ft.zeros(4), ft.ones(2), start=0, step=2).tolist()
        [1.0, 0.0, 1.0, 0.0]
    """
    if step < 1:
        errors.value_error("slice_scatter", "step", "1 or more", str(step))
    dim = existing_dim("slice_scatter", "dim", dim, input.ndim)
    return _written("slice_scatter", input, _at(dim, slice(start, end, step)), src)


@composed()
def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """``input`` with ``src`` on a diagonal of two dimensions: the counterpart of :func:`diagonal`.

    Args:
        input: Tensor of at least 2 dimensions.
        src: Tensor of the diagonal's shape: the diagonal is its last dimension.
        offset: which diagonal: 0 is the main one, 1 the one above it, -1 the one below.
        dim1: the dimension of the rows.
        dim2: the dimension of the columns.

    Returns:
        Tensor like ``input``, with memory of its own.

    Raises:
        ShapeError: fewer than 2 dimensions, or ``src`` has another shape.
        ValueError: ``dim1`` and ``dim2`` are the same dimension.

    Example:
        >>> ft.diagonal_scatter(ft.zeros(2, 2), ft.ones(2)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    wanted = called("diagonal_scatter", ops.diagonal, input, offset, dim1, dim2).shape
    if tuple(src.shape) != wanted:
        got = f"shape {tuple(src.shape)}"
        errors.shape_error("diagonal_scatter", "src", f"shape {wanted}, of what it replaces", got)
    along = ops.arange(0, wanted[-1], device=input.device)
    index: list[Any] = [slice(None)] * input.ndim
    index[dim1] = ops.add(along, max(-offset, 0))
    index[dim2] = ops.add(along, max(offset, 0))
    # Where the two index Tensors are neighbours the diagonal takes their place; where not, it comes first.
    first, second = sorted((dim1 % input.ndim, dim2 % input.ndim))
    place = first if second == first + 1 else 0
    last = input.ndim - 2
    order = [d for d in range(last)]
    order.insert(place, last)
    return ops.index_put(input, tuple(index), ops.permute(src, order))


@composed()
def as_strided_scatter(
    input: Tensor, src: Tensor, size: tuple[int, ...], stride: tuple[int, ...], storage_offset: int = 0
) -> Tensor:
    """``input`` with ``src`` at places that strides name.

    Places count through the elements of ``input`` in order, as they lie in memory when ``input`` is contiguous.

    Args:
        input: Tensor of any shape and dtype.
        src: Tensor of shape ``size``.
        size: the shape.
        stride: for each of its dimensions, the distance between the places of neighbours.
        storage_offset: the place of the first element.

    Returns:
        Tensor like ``input``, with memory of its own.

    Raises:
        ShapeError: ``src`` has another shape, or ``stride`` another length.
        ValueError: a stride, a size or the offset is negative, or a place is beyond the last element.

    Example:
        >>> ft.as_strided_scatter(ft.zeros(2, 2), ft.ones(2), (2,), (3,)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride):
        errors.shape_error("as_strided_scatter", "stride", f"{len(size)} strides as size", str(stride))
    for name, numbers in (("size", size), ("stride", stride), ("storage_offset", (storage_offset,))):
        if any(n < 0 for n in numbers):
            errors.value_error("as_strided_scatter", name, "0 or more", str(min(numbers)))
    if tuple(src.shape) != size:
        errors.shape_error("as_strided_scatter", "src", f"shape {size}, as size", f"shape {tuple(src.shape)}")
    if 0 in size:
        return ops.clone(input)
    last = storage_offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    if last >= input.numel():
        errors.value_error("as_strided_scatter", "size", f"places below {input.numel()}, input's elements", str(last))
    places = ops.full((), storage_offset, device=input.device)
    for n, s in zip(size, stride, strict=True):
        along = ops.mul(ops.arange(0, n, device=input.device), s)
        places = ops.add(ops.unsqueeze(places, places.ndim), along)
    return ops.reshape(ops.index_put(ops.reshape(input, (-1,)), places, src), input.shape)


# Segments -------------------------------------------------------------------------------------------------------

_SEGMENT_REDUCTIONS = {"sum": "sum", "mean": "sum", "max": "amax", "min": "amin", "prod": "prod"}
_OF_NOTHING = {"sum": 0.0, "mean": 0.0, "max": float("-inf"), "min": float("inf"), "prod": 1.0}


@composed(method=False)
def segment_reduce(
    data: Tensor,
    reduce: str,
    *,
    lengths: Tensor | None = None,
    offsets: Tensor | None = None,
    axis: int = 0,
    initial: float | None = None,
) -> Tensor:
    """A reduction of each of the segments that lie one after the other along a dimension.

    Args:
        data: Tensor of at least 1 dimension and a floating dtype.
        reduce: ``"sum"``, ``"mean"``, ``"max"``, ``"min"`` or ``"prod"``.
        lengths: Tensor of integers, of shape (n,): how long the segments are.
        offsets: Tensor of integers, of shape (n + 1,): where they begin, and where the last one ends.
        axis: the dimension.
        initial: where each reduction begins. By default a segment without elements has the sum 0, the product 1, the
            mean nan, the maximum -inf and the minimum inf.

    Returns:
        Tensor like ``data``, with size n in that dimension.

    Raises:
        ValueError: no such reduction, a negative length, or segments that do not cover the dimension; or not just one
            of ``lengths`` and ``offsets``.
        ShapeError: ``lengths`` or ``offsets`` does not have 1 dimension.

    Example:
        >>> ft.segment_reduce(ft.tensor([1.0, 2.0, 3.0]), "sum", lengths=ft.tensor([2, 0, 1])).tolist()
        [3.0, 0.0, 3.0]
    """
    operation = "segment_reduce"
    if reduce not in _SEGMENT_REDUCTIONS:
        errors.value_error(operation, "reduce", f"one of {', '.join(map(repr, _SEGMENT_REDUCTIONS))}", repr(reduce))
    if (lengths is None) == (offsets is None):
        errors.value_error(operation, "lengths", "one of lengths and offsets", "none" if lengths is None else "both")
    if not data.is_floating_point():
        errors.dtype_error(operation, "data", "a floating dtype", data.dtype.name, "convert it with .float()")
    dim = existing_dim(operation, "axis", axis, data.ndim)
    name, given = ("lengths", lengths) if offsets is None else ("offsets", offsets)
    assert given is not None
    if given.dtype.kind not in "iu":
        errors.dtype_error(operation, name, "integers", given.dtype.name, "convert it with .long()")
    if given.ndim != 1 or (offsets is not None and given.shape[0] == 0):
        wanted = "1 dimension" + (" and at least one element" if offsets is not None else "")
        errors.shape_error(operation, name, wanted, f"shape {tuple(given.shape)}")
    given = ops.cast(given, "int64")
    if offsets is not None:
        if given[0].item() != 0:
            errors.value_error(operation, "offsets", "the first one to be 0", str(given[0].item()))
        given = ops.sub(given[1:], given[:-1])
    if given.numel() and ops.amin(given).item() < 0:
        errors.value_error(operation, name, "segments of 0 or more elements", str(ops.amin(given).item()))
    size = data.shape[dim]
    if ops.sum(given).item() != size:
        errors.value_error(operation, name, f"{size} elements in all, as in data", str(ops.sum(given).item()))
    index = ops.insertion_points(ops.cumsum(given, 0), ops.arange(0, size, device=data.device), True)
    start = _OF_NOTHING[reduce] if initial is None else initial
    shape = list(data.shape)
    shape[dim] = given.shape[0]
    begin = ops.full(tuple(shape), float(start), dtype=data.dtype, device=data.device)
    own = initial is not None or reduce in ("sum", "mean", "prod")
    result = ops.index_reduce(begin, dim, index, data, _SEGMENT_REDUCTIONS[reduce], include_self=own)
    if reduce != "mean":
        return result
    count = ops.cast(given if initial is None else ops.clamp(given, 1), data.dtype)
    return ops.div(result, ops.reshape(count, [-1 if d == dim else 1 for d in range(data.ndim)]))
