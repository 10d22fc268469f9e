"""Resampling along a dimension, and padding."""

from .. import errors
from .._schema import Anything, Array, Number, operator
from ._helpers import narrowed, widened


@operator(dtypes="float", real=True, function=False, method=False)
def resample(xp, input: Array, dims: Anything, tables: Anything):
    """Each element along a dimension made of neighbours there, one dimension after another: interpolation.

    Args:
        input: Tensor of floats.
        dims: the dimensions, in the order in which it is done: ints from 0 on.
        tables: for each a ``Resampling`` of as many elements: which window each element of the result is made of, and
            how.

    Returns:
        Tensor like ``input``, but for ``dims``, which are as long as their tables.

    Raises:
        ShapeError: a dimension has another size than its table.
    """
    x = widened(input)
    for dim, table in zip(dims, tables, strict=True):
        x = _along(xp, x, dim, table)
    return narrowed(x, input.dtype).copy()


def _along(xp, input, dim, table):
    x = xp.moveaxis(input, dim, -1)
    starts, counts = xp.asarray(table.starts), xp.asarray(table.counts)
    result = xp.zeros((*x.shape[:-1], len(table)), dtype=x.dtype)
    for k in range(table.weights.shape[1] if table.size else 0):
        weight = xp.asarray(table.weights[:, k]).astype(x.dtype)
        # Beyond the end of a window there is nothing, not zero times something infinite.
        part = xp.take(x, xp.minimum(starts + k, table.size - 1), axis=-1) * weight
        result = result + xp.where(k < counts, part, xp.zeros((), dtype=x.dtype))
    return xp.moveaxis(result, -1, dim)


@resample.check
def _(input, dims, tables):
    if len(set(dims)) != len(dims) or len(tables) != len(dims):
        errors.value_error("resample", "dims", "different dimensions, one for each table", str(dims))
    for dim, table in zip(dims, tables, strict=True):
        if not 0 <= dim < input.ndim or input.shape[dim] != table.size:
            wanted = f"size {table.size} of dimension {dim}"
            errors.shape_error("resample", "input", wanted, f"shape {tuple(input.shape)}")


@operator(method=False)
def constant_pad_nd(xp, input: Array, pad: Anything, value: Number = 0):
    """A Tensor with more elements around it, all of one value.

    Args:
        input: Tensor of any shape.
        pad: how many elements to put before and after, for the last dimension first: (before, after) of the last one,
            then (before, after) of the one before it... Negative numbers take elements away.
        value: of the new elements.

    Returns:
        Tensor of the same dtype.

    Raises:
        ShapeError: more pairs than dimensions, or more is taken away than there is.
        TypeError: ``pad`` is not a list of an even number of ints.

    Example:
        >>> ft.constant_pad_nd(ft.tensor([[1, 2]]), (1, 0, 0, 1)).tolist()
        [[0, 1, 2], [0, 0, 0]]
    """
    shape, to, taken = list(input.shape), [slice(None)] * input.ndim, [slice(None)] * input.ndim
    for i in range(len(pad) // 2):
        dim, before, after = input.ndim - 1 - i, pad[2 * i], pad[2 * i + 1]
        shape[dim] += before + after
        to[dim] = slice(max(before, 0), shape[dim] - max(after, 0))
        taken[dim] = slice(max(-before, 0), input.shape[dim] - max(-after, 0))
    result = xp.full(tuple(shape), value, dtype=input.dtype)
    if result.size:
        result[tuple(to)] = input[tuple(taken)]
    return result


@constant_pad_nd.check
def _(input, pad, value):
    if not isinstance(pad, (tuple, list)) or len(pad) % 2 or not all(type(n) is int for n in pad):
        errors.type_error("constant_pad_nd", "pad", "an even number of ints", repr(pad))
    if len(pad) > 2 * input.ndim:
        errors.shape_error("constant_pad_nd", "pad", f"at most {input.ndim} pairs, one a dimension", str(tuple(pad)))
    for i in range(len(pad) // 2):
        size, before, after = input.shape[input.ndim - 1 - i], pad[2 * i], pad[2 * i + 1]
        # What one side takes away the other does not give back.
        if size + before + after < 0 or size + min(before, 0) + min(after, 0) < 0:
            got = f"shape {tuple(input.shape)} padded by {tuple(pad)}"
            errors.shape_error("constant_pad_nd", "input", "no less than nothing left of any dimension", got)
