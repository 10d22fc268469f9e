"""Elements chosen by their rank, or by how often they come, along a dimension."""

from .. import errors
from .._schema import Array, Bool, Dim, Int, operator
from ._helpers import check_not_empty, widened
from .scans import running


def _is_nan(xp, x):
    return x != x


def _keys(input):
    """What can be sorted and compared: floats of 16 bits as float32, bools as integers."""
    return input.astype("uint8") if input.dtype.kind == "b" else widened(input)


def _found(xp, input, x, chosen, dim, keepdim):
    """The elements that are `chosen` (which has size 1 along the dimension), and the first place of each."""
    equal = xp.logical_or(x == chosen, xp.logical_and(_is_nan(xp, x), _is_nan(xp, chosen)))
    return _taken(xp, input, xp.expand_dims(xp.argmax(equal, axis=dim), dim), dim, keepdim)


def _taken(xp, input, indices, dim, keepdim):
    indices = indices.astype("int64")
    values = xp.take_along_axis(input, indices, dim)
    if keepdim:
        return values, indices
    return xp.squeeze(values, axis=dim), xp.squeeze(indices, axis=dim)


def _alone(xp, input):
    return input.copy(), xp.zeros((), dtype="int64")


def _slice(array, dim, start, stop):
    return array[(*[slice(None)] * dim, slice(start, stop))]


@operator(outputs=("values",), auxiliary=("indices",))
def kthvalue(xp, input: Array, k: Int, dim: Dim = -1, keepdim: Bool = False):
    """The ``k``-th smallest elements along a dimension, and where they are.

    Args:
        input: Tensor of any shape and dtype; nan counts as the greatest.
        k: 1 for the smallest.
        dim: the dimension.
        keepdim: keep the dimension, with size 1.

    Returns:
        ``values``, like ``input`` without ``dim``, and their ``indices`` along it (int64; the first of equal ones).

    Raises:
        ValueError: there is no such element.

    Example:
        >>> values, indices = ft.kthvalue(ft.tensor([3.0, 1.0, 2.0]), 2)
        >>> values.item(), indices.item()
        (2.0, 2)
    """
    if input.ndim == 0:
        return _alone(xp, input)
    x = _keys(input)
    return _found(xp, input, x, _slice(xp.partition(x, k - 1, axis=dim), dim, k - 1, k), dim, keepdim)


@kthvalue.check
def _(input, k, dim, keepdim):
    size = input.shape[dim] if input.ndim else 1
    if not 1 <= k <= size:
        errors.value_error("kthvalue", "k", f"1 to {size}, the size of dimension {dim}", str(k))


@operator(outputs=("values",), auxiliary=("indices",), function=False, method=False)
def median_with_indices(xp, input: Array, dim: Dim, keepdim: Bool = False):
    """The medians along a dimension, the lower ones of two; nan where there is one.

    Args:
        input: Tensor of any shape and dtype.
        dim: the dimension.
        keepdim: keep the dimension, with size 1.

    Returns:
        ``values``, like ``input`` without ``dim``, and their ``indices`` along it (int64; the first of equal ones).

    Raises:
        ShapeError: there are no elements along ``dim``.
    """
    if input.ndim == 0:
        return _alone(xp, input)
    x = _keys(input)
    size = x.shape[dim]
    middle = (size - 1) // 2
    chosen = _slice(xp.partition(x, middle, axis=dim), dim, middle, middle + 1)
    if x.dtype.kind == "f":
        missing = xp.any(_is_nan(xp, x), axis=dim, keepdims=True)
        chosen = xp.where(missing, xp.asarray(xp.nan, dtype=x.dtype), chosen)
    return _found(xp, input, x, chosen, dim, keepdim)


@operator(outputs=("values",), auxiliary=("indices",), function=False, method=False)
def nanmedian_with_indices(xp, input: Array, dim: Dim, keepdim: Bool = False):
    """The medians along a dimension of what is not nan, the lower ones of two; nan where nothing is left.

    Args:
        input: Tensor of any shape and dtype.
        dim: the dimension.
        keepdim: keep the dimension, with size 1.

    Returns:
        ``values``, like ``input`` without ``dim``, and their ``indices`` along it (int64; the first of equal ones).

    Raises:
        ShapeError: there are no elements along ``dim``.
    """
    if input.ndim == 0 or input.dtype.kind not in "fV":
        return median_with_indices(xp, input, dim, keepdim)
    x = _keys(input)
    counts = xp.sum(xp.logical_not(_is_nan(xp, x)), axis=dim, keepdims=True, dtype="int64")
    middle = xp.maximum(counts - 1, 0) // 2
    return _found(xp, input, x, xp.take_along_axis(xp.sort(x, axis=dim), middle, dim), dim, keepdim)


@operator(outputs=("values",), auxiliary=("indices",))
def mode(xp, input: Array, dim: Dim = -1, keepdim: Bool = False):
    """The most frequent elements along a dimension, and where they are; the smallest of several as frequent.

    Args:
        input: Tensor of any shape and dtype; a nan equals no other.
        dim: the dimension.
        keepdim: keep the dimension, with size 1.

    Returns:
        ``values``, like ``input`` without ``dim``, and their ``indices`` along it (int64; the last of equal ones).

    Raises:
        ShapeError: there are no elements along ``dim``.

    Example:
        >>> values, indices = ft.mode(ft.tensor([3, 1, 3, 2, 1]))
        >>> values.item(), indices.item()
        (1, 4)
    """
    if input.ndim == 0:
        return _alone(xp, input)
    x = _keys(input)
    order = xp.argsort(x, axis=dim, kind="stable")
    ordered = xp.take_along_axis(x, order, dim)
    size = x.shape[dim]
    shape = [1] * x.ndim
    shape[dim] = size
    places = xp.reshape(xp.arange(size, dtype="int64"), tuple(shape))
    # A run of equal elements is longest where it ends: there it is as long as its distance from where it began.
    begins = _slice(ordered, dim, 1, None) != _slice(ordered, dim, None, -1)
    begins = xp.concatenate((xp.ones(_slice(ordered, dim, None, 1).shape, dtype="bool"), begins), axis=dim)
    lengths = places - running(xp, xp.maximum, xp.where(begins, places, 0), dim)
    best = xp.expand_dims(xp.argmax(lengths, axis=dim), dim)
    return _taken(xp, input, xp.take_along_axis(order, best, dim), dim, keepdim)


def _nonempty_check(definition):
    @definition.check
    def check(input, dim, keepdim):
        check_not_empty(definition.name, input.shape, dim)


for _definition in (median_with_indices, nanmedian_with_indices, mode):
    _nonempty_check(_definition)
