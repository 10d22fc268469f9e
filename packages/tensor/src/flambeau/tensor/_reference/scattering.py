"""Writing elements, slices and groups of elements at the places that indices name."""

import math

from numpy import ndarray

from .. import errors
from .._schema import Anything, Array, Bool, Dim, Mask, Operand, operator
from ._helpers import (
    add_at,
    check_bounds,
    check_broadcast,
    check_integers,
    check_same_dtype,
    is_floating,
    narrowed,
    select,
    widened,
)
from ._indices import along, check_along, check_source, check_vector_index, corner

_COMBINE = {"prod": "multiply", "amax": "maximum", "amin": "minimum"}
REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")


# Places counted through all elements -----------------------------------------------------------------------------


def _check_places(operation, input, index) -> None:
    check_integers(operation, "index", index)
    check_bounds(operation, "index", index, input.size, -input.size)


@operator()
def take(xp, input: Array, index: Array):
    """Elements by their places in ``input`` seen as one dimension.

    Args:
        input: Tensor of any shape and dtype.
        index: Tensor of integers, of any shape; negative ones count from the end.

    Returns:
        Tensor of ``index``'s shape and ``input``'s dtype.

    Raises:
        IndexError: an index is out of range.
        DTypeError: ``index`` does not hold integers.

    Example:
        >>> ft.take(ft.tensor([[1, 2], [3, 4]]), ft.tensor([0, -1])).tolist()
        [1, 4]
    """
    return input.reshape(-1)[index] if index.size else xp.empty(index.shape, dtype=input.dtype)


@take.check
def _(input, index):
    _check_places("take", input, index)


def _put(xp, input, index, source, accumulate=False):
    if index.size == 0:
        return
    target = input if input.ndim else input.reshape(1)
    numbers = xp.where(index < 0, index + input.size, index).reshape(-1)
    places = xp.unravel_index(numbers, target.shape)
    if accumulate:
        add_at(xp, target, places, source.reshape(-1))
    else:
        target[places] = source.reshape(-1)


@operator(inplace=True)
def put(xp, input: Array, index: Array, source: Array, accumulate: Bool = False):
    """``input`` with elements of ``source`` at places that count through all elements.

    Args:
        input: Tensor of any shape and dtype, which the result has too.
        index: Tensor of integers; negative ones count from the end. Of a place named twice, either value wins.
        source: Tensor of ``input``'s dtype with as many elements as ``index``.
        accumulate: add instead of replacing; an element named several times gets all of it.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is out of range.
        ShapeError: ``source`` has another number of elements than ``index``.
        DTypeError: ``index`` does not hold integers, or ``source`` has another dtype.

    Example:
        >>> ft.put(ft.zeros(2, 2), ft.tensor([1, -1]), ft.tensor([5.0, 6.0])).tolist()
        [[0.0, 5.0], [0.0, 6.0]]
    """
    result = input.copy()
    _put(xp, result, index, source, accumulate)
    return result


@put.check
def _(input, index, source, accumulate):
    _check_places("put", input, index)
    check_same_dtype("put", "source", source.dtype, "input", input.dtype)
    if source.size != index.size:
        errors.shape_error("put", "source", f"{index.size} elements as index", f"shape {tuple(source.shape)}")


put.inplace_with(_put)


# Slices of a dimension -------------------------------------------------------------------------------------------


def _slices(dim, index) -> tuple:
    return (*[slice(None)] * dim, index)


def _index_copy(xp, input, dim, index, source):
    input[_slices(dim, index)] = source


@operator(inplace=True)
def index_copy(xp, input: Array, dim: Dim, index: Array, source: Array):
    """``input`` with slices of a dimension replaced by slices of ``source``.

    Args:
        input: Tensor of at least 1 dimension, whose shape and dtype the result has too.
        dim: the dimension.
        index: Tensor of integers, of shape (n,). Of a slice named twice, either one wins.
        source: Tensor like ``input``, with size n in dimension ``dim``.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is negative or too large.
        ShapeError: ``source`` does not fit.
        DTypeError: ``source`` has another dtype.

    Example:
        >>> ft.index_copy(ft.zeros(3, 2), 0, ft.tensor([2, 0]), ft.tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
        [[3.0, 4.0], [0.0, 0.0], [1.0, 2.0]]
    """
    result = input.copy()
    _index_copy(xp, result, dim, index, source)
    return result


@index_copy.check
def _(input, dim, index, source):
    check_vector_index("index_copy", input, dim, index)
    check_source("index_copy", input, dim, index, source)


index_copy.inplace_with(_index_copy)


def _index_fill(xp, input, dim, index, value):
    input[_slices(dim, index)] = value.astype(input.dtype) if hasattr(value, "dtype") else value


@operator(inplace=True)
def index_fill(xp, input: Array, dim: Dim, index: Array, value: Operand):
    """``input`` with a value in the slices of a dimension that ``index`` names.

    Args:
        input: Tensor of at least 1 dimension, whose shape and dtype the result has too.
        dim: the dimension.
        index: Tensor of integers, of shape (n,); negative ones count from the end.
        value: number, or Tensor without dimensions.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is out of range.
        ShapeError: ``value`` has dimensions.
        ValueError: ``value`` is a number that ``input``'s dtype does not hold.

    Example:
        >>> ft.index_fill(ft.zeros(2, 2), 1, ft.tensor([-1]), 5).tolist()
        [[0.0, 5.0], [0.0, 5.0]]
    """
    result = input.copy()
    _index_fill(xp, result, dim, index, value)
    return result


@index_fill.check
def _(input, dim, index, value):
    check_vector_index("index_fill", input, dim, index, from_end=True)
    if getattr(value, "ndim", 0):
        errors.shape_error(
            "index_fill", "value", "a number or a Tensor without dimensions", f"shape {tuple(value.shape)}"
        )


index_fill.inplace_with(_index_fill)


# Several elements for one place ----------------------------------------------------------------------------------


def _neutral(xp, reduce, dtype):
    """What changes nothing in a reduction."""
    if reduce in ("sum", "mean"):
        value = 0
    elif reduce == "prod":
        value = 1
    elif is_floating(dtype):
        value = -math.inf if reduce == "amax" else math.inf
    elif dtype.kind == "b":
        value = reduce == "amin"
    else:
        bits = 8 * dtype.itemsize - (dtype.kind == "i")
        value = 2**bits - 1 if reduce == "amin" else -(2**bits) if dtype.kind == "i" else 0
    return xp.asarray(value, dtype=dtype)


def _combine_at(xp, combine, target, places, values) -> None:
    """``combine.at``, which CuPy lacks or has of few dtypes: what is for one place is brought together, and combined by
    doubling."""
    if isinstance(target, ndarray):
        combine.at(target, places, values)
        return
    order = xp.argsort(places, kind="stable")
    places, values = places[order], values[order]
    step = 1
    while step < places.shape[0]:
        together = combine(values[:-step], values[step:])
        rest = xp.where(places[step:] == places[:-step], together, values[step:])
        values = xp.concatenate((values[:step], rest))
        step *= 2
    last = xp.concatenate((places[1:] != places[:-1], xp.ones(1, dtype=bool)))
    target[places[last]] = combine(target[places[last]], values[last])


def _reduced(xp, input, places, values, reduce, include_self):
    """``input`` reduced with ``values`` at ``places`` (an index of it)."""
    dtype = input.dtype
    flat, values = widened(input).reshape(-1).copy(), widened(values).reshape(-1)
    numbers = xp.arange(input.size).reshape(input.shape)[places].reshape(-1)
    if numbers.shape[0] == 0:
        return input.copy()
    if not include_self:
        flat[numbers] = _neutral(xp, reduce, flat.dtype)
    if reduce in ("sum", "mean"):
        add_at(xp, flat, numbers, values)
    else:
        _combine_at(xp, getattr(xp, _COMBINE[reduce]), flat, numbers, values)
    if reduce == "mean":
        counts = xp.full(flat.shape, 1 if include_self else 0)
        xp.add.at(counts, numbers, 1)
        counts = xp.maximum(counts, 1).astype(flat.dtype)
        flat = flat / counts if is_floating(flat.dtype) or flat.dtype.kind == "c" else flat // counts
    return narrowed(flat, dtype).reshape(input.shape)


def _check_reduce(operation, reduce, dtype) -> None:
    if reduce not in REDUCTIONS:
        errors.value_error(operation, "reduce", f"one of {', '.join(map(repr, REDUCTIONS))}", repr(reduce))
    if reduce == "mean" and dtype.kind == "b":
        errors.dtype_error(operation, "input", "a numeric dtype for the mean", "bool", "convert it with .long()")


@operator(inplace=True)
def scatter_reduce(
    xp, input: Array, dim: Dim, index: Array, src: Array, reduce: Anything, *, include_self: Bool = True
):
    """``input`` with elements of ``src`` reduced into it along a dimension.

    For ``reduce="sum"`` and ``dim`` 0 of two, ``result[index[i][j]][j] += src[i][j]``.

    Args:
        input: Tensor of any shape and dtype, which the result has too.
        dim: the dimension that ``index`` counts along.
        index: Tensor of integers with as many dimensions as ``input``.
        src: Tensor at least as large as ``index`` everywhere, of ``input``'s dtype.
        reduce: ``"sum"``, ``"prod"``, ``"mean"`` (of integers rounded down), ``"amax"`` or ``"amin"``.
        include_self: whether the element of ``input`` takes part; elements that ``index`` does not name stay in any
            case.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is negative or too large.
        ShapeError: ``index`` does not fit ``input``, or ``src`` does not fit ``index``.
        DTypeError: ``src`` has another dtype; the mean of bools.
        ValueError: no such reduction.

    Example:
        >>> x, index = ft.tensor([1.0, 2.0]), ft.tensor([0, 0])
        >>> ft.scatter_reduce(x, 0, index, ft.tensor([3.0, 5.0]), "amax").tolist()
        [5.0, 2.0]
        >>> ft.scatter_reduce(x, 0, index, ft.tensor([3.0, 5.0]), "mean", include_self=False).tolist()
        [4.0, 2.0]
    """
    places = along(xp, index, dim) if input.ndim else ...
    return _reduced(xp, input, places, corner(src, index.shape), reduce, include_self)


@scatter_reduce.check
def _(input, dim, index, src, reduce, include_self):
    _check_reduce("scatter_reduce", reduce, input.dtype)
    check_along("scatter_reduce", input, dim, index, source=src)
    check_same_dtype("scatter_reduce", "src", src.dtype, "input", input.dtype)


@operator(inplace=True)
def index_reduce(
    xp, input: Array, dim: Dim, index: Array, source: Array, reduce: Anything, *, include_self: Bool = True
):
    """``input`` with slices of ``source`` reduced into the slices of a dimension that ``index`` names.

    Args:
        input: Tensor of at least 1 dimension, whose shape and dtype the result has too.
        dim: the dimension.
        index: Tensor of integers, of shape (n,).
        source: Tensor like ``input``, with size n in dimension ``dim``.
        reduce: ``"sum"``, ``"prod"``, ``"mean"`` (of integers rounded down), ``"amax"`` or ``"amin"``.
        include_self: whether the slices of ``input`` take part; those that ``index`` does not name stay in any case.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is negative or too large.
        ShapeError: ``source`` does not fit.
        DTypeError: ``source`` has another dtype; the mean of bools.
        ValueError: no such reduction.

    Example:
        >>> ft.index_reduce(ft.ones(2, 2), 0, ft.tensor([1, 1]), ft.full((2, 2), 3.0), "prod").tolist()
        [[1.0, 1.0], [9.0, 9.0]]
    """
    return _reduced(xp, input, _slices(dim, index), source, reduce, include_self)


@index_reduce.check
def _(input, dim, index, source, reduce, include_self):
    _check_reduce("index_reduce", reduce, input.dtype)
    check_vector_index("index_reduce", input, dim, index)
    check_source("index_reduce", input, dim, index, source)


# Masks ----------------------------------------------------------------------------------------------------------


@operator(inplace=True)
def masked_scatter(xp, input: Array, mask: Mask, source: Array):
    """``input`` with the elements of ``source``, in order, where a mask is true.

    Args:
        input: Tensor of any shape and dtype.
        mask: bool Tensor whose shape broadcasts with ``input``'s.
        source: Tensor of ``input``'s dtype with at least as many elements as the mask has true ones.

    Returns:
        Tensor of the broadcast shape and ``input``'s dtype.

    Raises:
        ShapeError: the shapes do not broadcast, or ``source`` has too few elements.
        DTypeError: ``mask`` is not of bools, or ``source`` has another dtype.

    Example:
        >>> mask = ft.tensor([True, False, True])
        >>> ft.masked_scatter(ft.zeros(3), mask, ft.tensor([5.0, 6.0, 7.0])).tolist()
        [5.0, 0.0, 6.0]
    """
    input, mask = xp.broadcast_arrays(input, mask)
    if source.size == 0 or input.size == 0:
        return input.copy()
    turn = xp.cumsum(mask.reshape(-1)) - 1  # which of the true ones an element is
    return select(xp, mask, source.reshape(-1)[xp.maximum(turn, 0)].reshape(mask.shape), input)


@masked_scatter.check
def _(input, mask, source):
    check_broadcast("masked_scatter", input=input, mask=mask)
    check_same_dtype("masked_scatter", "source", source.dtype, "input", input.dtype)
    if mask.size:
        # How often each element of the mask counts, once it is spread over input.
        longest = max(input.ndim, mask.ndim)
        sizes = [(1,) * (longest - x.ndim) + tuple(x.shape) for x in (input, mask)]
        times = math.prod(m if n == 1 else 1 for m, n in zip(*sizes, strict=True))
        wanted = int(mask.sum().item()) * times
        if source.size < wanted:
            errors.shape_error(
                "masked_scatter", "source", f"at least {wanted} elements, one for each true one", str(source.size)
            )
