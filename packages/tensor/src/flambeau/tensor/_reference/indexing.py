"""Reading and writing elements by their places."""

from .. import errors
from .._schema import Array, Bool, Dim, Index, Int, Mask, Number, Operand, operator
from ._helpers import (
    add_at,
    apart,
    check_bounds,
    check_broadcast,
    check_elements,
    check_integers,
    check_same_dtype,
    expands_to,
    select,
)
from ._indices import along, check_along, check_index, check_source, check_vector_index, corner, entries


@operator(view="maybe", function=False, method=False)
def index(xp, input: Array, index: Index):
    """``input[index]``: a view for ints, slices, ``None`` and ``...``; a copy when a Tensor is among them.

    Args:
        input: Tensor of any shape and dtype.
        index: int, slice, None, ``...``, a Tensor (or list) of ints or bools, or a tuple of these.

    Returns:
        Tensor.

    Raises:
        IndexError: an index is out of range, there are too many, or a mask has another shape.
    """
    return input[entries(index)]


@index.check
def _(input, index):
    check_index("index", input.shape, index)


def _put(xp, input, index, value, accumulate=False):
    places, value = entries(index), apart(xp, input, value)
    try:
        if accumulate:
            add_at(xp, input, places, value)
        else:
            input[places] = value
    except ValueError:
        wanted, given = input[places].shape, getattr(value, "shape", ())
        if expands_to(given, wanted):
            raise
        errors.shape_error("index_put", "value", f"a shape that broadcasts to {tuple(wanted)}", str(tuple(given)))


@operator(inplace=True)
def index_put(xp, input: Array, index: Index, value: Operand, accumulate: Bool = False):
    """``input`` with ``value`` at ``index``; ``x.index_put_(index, value)`` is ``x[index] = value``.

    Args:
        input: Tensor of any shape and dtype, which the result has too.
        index: what ``input[...]`` takes.
        value: Tensor that broadcasts to ``input[index]``, or a number.
        accumulate: add instead of replacing; an element named several times gets all of it.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is out of range, there are too many, or a mask has another shape.
        ShapeError: ``value`` does not broadcast to ``input[index]``.
        ValueError: ``value`` is a number that ``input``'s dtype does not hold.

    Example:
        >>> ft.zeros(3).index_put(ft.tensor([0, 2]), 5).tolist()
        [5.0, 0.0, 5.0]
    """
    result = input.copy()
    _put(xp, result, index, value, accumulate)
    return result


@index_put.check
def _(input, index, value, accumulate):
    check_index("index_put", input.shape, index)


index_put.inplace_with(_put)


@operator()
def gather(xp, input: Array, dim: Dim, index: Array):
    """Elements along a dimension: ``result[i][j] = input[index[i][j]][j]`` for ``dim`` 0 of two.

    Args:
        input: Tensor of any shape and dtype.
        dim: the dimension that ``index`` counts along.
        index: Tensor of integers with as many dimensions as ``input``, elsewhere no larger.

    Returns:
        Tensor of ``index``'s shape and ``input``'s dtype.

    Raises:
        IndexError: an index is negative or too large.
        ShapeError: ``index`` does not fit ``input``.

    Example:
        >>> ft.gather(ft.tensor([[1, 2], [3, 4]]), 1, ft.tensor([[0], [1]])).tolist()
        [[1], [4]]
    """
    return input[along(xp, index, dim)] if input.ndim else input.copy()


@gather.check
def _(input, dim, index):
    check_along("gather", input, dim, index)


def _scatter(xp, input, dim, index, src):
    if hasattr(src, "shape"):
        src = corner(src, index.shape)
    input[along(xp, index, dim) if input.ndim else ...] = src


@operator(inplace=True, function=False, method=False)
def scatter(xp, input: Array, dim: Dim, index: Array, src: Operand):
    """``input`` with elements replaced along a dimension: ``result[index[i][j]][j] = src[i][j]`` for ``dim`` 0 of two.

    Args:
        input: Tensor of any shape and dtype, which the result has too.
        dim: the dimension that ``index`` counts along.
        index: Tensor of integers with as many dimensions as ``input``. Of a place named twice, either value wins.
        src: Tensor at least as large as ``index`` everywhere, or a number.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is negative or too large.
        ShapeError: ``index`` does not fit ``input``, or ``src`` does not fit ``index``.
        ValueError: ``src`` is a number that ``input``'s dtype does not hold.

    Example:
        >>> ft.scatter(ft.zeros(2, 2), 1, ft.tensor([[0], [1]]), 1.0).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    result = input.copy()
    _scatter(xp, result, dim, index, src)
    return result


@scatter.check
def _(input, dim, index, src):
    check_along("scatter", input, dim, index, source=src)
    if hasattr(src, "dtype"):
        check_same_dtype("scatter", "src", src.dtype, "input", input.dtype)


scatter.inplace_with(_scatter)


def _scatter_add(xp, input, dim, index, src):
    add_at(xp, input, along(xp, index, dim) if input.ndim else ..., corner(src, index.shape))


@operator(inplace=True)
def scatter_add(xp, input: Array, dim: Dim, index: Array, src: Array):
    """``input`` with elements added along a dimension: ``result[index[i][j]][j] += src[i][j]`` for ``dim`` 0 of two.

    Args:
        input: Tensor of any shape and dtype, which the result has too.
        dim: the dimension that ``index`` counts along.
        index: Tensor of integers with as many dimensions as ``input``.
        src: Tensor at least as large as ``index`` everywhere, of ``input``'s dtype.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is negative or too large.
        ShapeError: ``index`` does not fit ``input``, or ``src`` does not fit ``index``.
        DTypeError: ``src`` has another dtype.

    Example:
        >>> ft.scatter_add(ft.zeros(2), 0, ft.tensor([1, 1]), ft.ones(2)).tolist()
        [0.0, 2.0]
    """
    result = input.copy()
    _scatter_add(xp, result, dim, index, src)
    return result


@scatter_add.check
def _(input, dim, index, src):
    check_along("scatter_add", input, dim, index, source=src)
    check_same_dtype("scatter_add", "src", src.dtype, "input", input.dtype)


scatter_add.inplace_with(_scatter_add)


@operator()
def index_select(xp, input: Array, dim: Dim, index: Array):
    """The slices of a dimension that ``index`` names.

    Args:
        input: Tensor of at least 1 dimension.
        dim: the dimension.
        index: Tensor of integers, of shape (n,).

    Returns:
        Tensor like ``input``, with size n in dimension ``dim``.

    Raises:
        IndexError: an index is negative or too large.

    Example:
        >>> ft.index_select(ft.tensor([[1, 2], [3, 4]]), 1, ft.tensor([1, 1])).tolist()
        [[2, 2], [4, 4]]
    """
    return xp.take(input, index, axis=dim)


@index_select.check
def _(input, dim, index):
    check_vector_index("index_select", input, dim, index)


def _index_add(xp, input, dim, index, source, alpha=1):
    scaled = source if alpha == 1 else xp.multiply(source, xp.asarray(alpha, dtype=source.dtype))
    add_at(xp, input, (slice(None),) * dim + (index,), scaled)


@operator(inplace=True)
def index_add(xp, input: Array, dim: Dim, index: Array, source: Array, *, alpha: Number = 1):
    """``input`` with slices of ``source`` added to the slices of a dimension that ``index`` names.

    Args:
        input: Tensor of at least 1 dimension, whose shape and dtype the result has too.
        dim: the dimension.
        index: Tensor of integers, of shape (n,).
        source: Tensor like ``input``, with size n in dimension ``dim``.
        alpha: a factor for ``source``.

    Returns:
        Tensor like ``input``.

    Raises:
        IndexError: an index is negative or too large.
        ShapeError: ``source`` does not fit.
        DTypeError: ``source`` has another dtype.

    Example:
        >>> ft.index_add(ft.zeros(2, 2), 0, ft.tensor([1, 1]), ft.ones(2, 2)).tolist()
        [[0.0, 0.0], [2.0, 2.0]]
    """
    result = input.copy()
    _index_add(xp, result, dim, index, source, alpha)
    return result


@index_add.check
def _(input, dim, index, source, alpha):
    check_vector_index("index_add", input, dim, index)
    check_source("index_add", input, dim, index, source)


index_add.inplace_with(_index_add)


@operator(cpp="select(mask, value, input)", inplace=True)
def masked_fill(xp, input: Array, mask: Mask, value: Operand):
    """``input`` with a value where a mask is true.

    Args:
        input: Tensor of any shape and dtype.
        mask: bool Tensor whose shape broadcasts with ``input``'s.
        value: number, or Tensor without dimensions.

    Returns:
        Tensor of the broadcast shape and ``input``'s dtype.

    Raises:
        ShapeError: the shapes do not broadcast, or ``value`` has dimensions.
        DTypeError: ``mask`` is not of bools.
        ValueError: ``value`` is a number that ``input``'s dtype does not hold.

    Example:
        >>> ft.masked_fill(ft.tensor([1.0, 2.0]), ft.tensor([True, False]), 0).tolist()
        [0.0, 2.0]
    """
    filler = value.astype(input.dtype) if hasattr(value, "dtype") else xp.asarray(value, dtype=input.dtype)
    return select(xp, mask, filler, input)


@masked_fill.check
def _(input, mask, value):
    check_broadcast("masked_fill", input=input, mask=mask)
    if getattr(value, "ndim", 0):
        errors.shape_error("masked_fill", "value", "a number or a Tensor without dimensions",
                           f"shape {tuple(value.shape)}")  # fmt: skip


@operator()
def masked_select(xp, input: Array, mask: Mask):
    """The elements where a mask is true, in order, as one dimension.

    Args:
        input: Tensor of any shape and dtype.
        mask: bool Tensor whose shape broadcasts with ``input``'s.

    Returns:
        Tensor of shape (number of true elements,).

    Raises:
        ShapeError: the shapes do not broadcast.
        DTypeError: ``mask`` is not of bools.

    Example:
        >>> ft.masked_select(ft.tensor([1, 2, 3]), ft.tensor([True, False, True])).tolist()
        [1, 3]
    """
    input, mask = xp.broadcast_arrays(input, mask)
    return input[mask].reshape(-1)


@masked_select.check
def _(input, mask):
    check_broadcast("masked_select", input=input, mask=mask)


@operator(function=False, method=False, differentiable=False)
def nonzero(xp, input: Array):
    """The places of all elements that are not zero, in order.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        int64 Tensor of shape (how many, ``input.ndim``): one place a row.

    Example:
        >>> ft.nonzero(ft.tensor([[0, 5], [6, 0]])).tolist()
        [[0, 1], [1, 0]]
    """
    return xp.argwhere(input).astype("int64")


@operator(method=False, differentiable=False)
def one_hot(xp, input: Array, num_classes: Int = -1):
    """A new last dimension that is 1 at the place the element names, and 0 elsewhere.

    Args:
        input: Tensor of integers, of any shape.
        num_classes: the size of the new dimension; by default one more than the greatest element.

    Returns:
        int64 Tensor of shape ``(..., num_classes)``.

    Raises:
        IndexError: an element is negative or not below ``num_classes``.
        DTypeError: ``input`` does not hold integers.

    Example:
        >>> ft.one_hot(ft.tensor([0, 2])).tolist()
        [[1, 0, 0], [0, 0, 1]]
    """
    return (input[..., None] == xp.arange(num_classes)).astype("int64")


@one_hot.check
def _(input, num_classes):
    check_integers("one_hot", "input", input)
    if num_classes == -1:
        if input.size == 0:
            errors.value_error("one_hot", "num_classes", "a number of classes for a Tensor without elements", "-1")
        num_classes = max(input.max().item() + 1, 1)
    elif num_classes < 1:
        errors.value_error("one_hot", "num_classes", "1 or more classes, or -1", str(num_classes))
    check_elements("one_hot", "num_classes", input.size, num_classes)
    check_bounds("one_hot", "input", input, num_classes)
    return input, num_classes
