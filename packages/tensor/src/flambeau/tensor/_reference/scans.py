"""Running products, extrema and logarithms of sums along a dimension.

CuPy's ufuncs have no ``accumulate``: what is not a sum or a product goes by doubling, in log2(n) steps over the whole
array (W. D. Hillis and G. L. Steele, "Data parallel algorithms", Communications of the ACM 29, 1986).
"""

from .._schema import Array, Dim, DType, operator
from ._helpers import is_half, narrowed, widened
from .reductions import total_dtype


def running(xp, combine, x, dim):
    """``combine`` of each element and all before it along a dimension."""
    step, size = 1, x.shape[dim]
    part = (slice(None),) * dim
    while step < size:
        later = combine(x[(*part, slice(step, None))], x[(*part, slice(None, -step))])
        x = xp.concatenate((x[(*part, slice(None, step))], later), axis=dim)
        step *= 2
    return x


@operator(inplace=True)
def cumprod(xp, input: Array, dim: Dim, *, dtype: DType = None):
    """The product of each element and all before it along a dimension.

    Args:
        input: Tensor of any shape and dtype.
        dim: the dimension.
        dtype: dtype to multiply in and to give; by default int64 for integers and bools, ``input``'s for floats (on the
            CPU those of less than 64 bits are multiplied in float64).

    Returns:
        Tensor of ``input``'s shape.

    Example:
        >>> ft.cumprod(ft.tensor([1.0, 2.0, 3.0]), dim=0).tolist()
        [1.0, 2.0, 6.0]
    """
    dtype = xp.dtype(total_dtype(input, dtype))
    if input.ndim == 0:
        return input.astype(dtype)
    wide = widened(input) if dtype.kind in "fV" else input
    return narrowed(xp.cumprod(wide, axis=dim, dtype="float32" if is_half(dtype) else dtype), dtype)


@operator(outputs=("values",), auxiliary=("indices",))
def cummax(xp, input: Array, dim: Dim):
    """The greatest of each element and all before it along a dimension, and where it is.

    Args:
        input: Tensor of any shape and dtype. After a nan everything is nan.
        dim: the dimension.

    Returns:
        ``values``, like ``input``, and their ``indices`` along ``dim`` (int64): the last one of equal ones.

    Example:
        >>> values, indices = ft.cummax(ft.tensor([1.0, 3.0, 2.0, 3.0]), dim=0)
        >>> values.tolist(), indices.tolist()
        ([1.0, 3.0, 3.0, 3.0], [0, 1, 1, 3])
    """
    return _running_extreme(xp, xp.maximum, input, dim)


@operator(outputs=("values",), auxiliary=("indices",))
def cummin(xp, input: Array, dim: Dim):
    """The smallest of each element and all before it along a dimension, and where it is.

    Args:
        input: Tensor of any shape and dtype. After a nan everything is nan.
        dim: the dimension.

    Returns:
        ``values``, like ``input``, and their ``indices`` along ``dim`` (int64): the last one of equal ones.

    Example:
        >>> values, indices = ft.cummin(ft.tensor([3.0, 1.0, 2.0, 1.0]), dim=0)
        >>> values.tolist(), indices.tolist()
        ([3.0, 1.0, 1.0, 1.0], [0, 1, 1, 3])
    """
    return _running_extreme(xp, xp.minimum, input, dim)


def _running_extreme(xp, combine, input, dim):
    if input.ndim == 0:
        return input.copy(), xp.zeros((), dtype="int64")
    x = widened(input)
    values = running(xp, combine, x, dim)
    shape = [1] * x.ndim
    shape[dim] = x.shape[dim]
    places = xp.reshape(xp.arange(x.shape[dim], dtype="int64"), tuple(shape))
    found = xp.where(xp.logical_or(x == values, x != x), places, 0)
    indices = running(xp, xp.maximum, found, dim)
    return narrowed(values, input.dtype) if values is not input else input.copy(), indices


@operator(dtypes="float", real=True)
def logcumsumexp(xp, input: Array, dim: Dim):
    """``log(cumsum(exp(input), dim))``, without overflow.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.logcumsumexp(ft.tensor([1000.0, 1000.0]), dim=0).tolist()
        [1000.0, 1000.6931762695312]
    """
    if input.ndim == 0:
        return input.copy()
    result = running(xp, xp.logaddexp, widened(input), dim)
    return input.copy() if result is input else narrowed(result, input.dtype)
