"""Reductions over dimensions."""

from .. import errors
from .._schema import Array, Bool, Dim, Dims, DType, Number, OptionalDim, operator
from ._helpers import check_not_empty, count_along, is_half, narrowed, normalized_dims, widened


def total_dtype(input, dtype):
    """The dtype of a sum: what was asked for, int64 for integers and bools, the input's for floats."""
    if dtype is not None:
        return dtype
    return "int64" if input.dtype.kind in "iub" else input.dtype


def _accumulated(xp, function, input, dim, keepdim, dtype):
    dtype = xp.dtype(total_dtype(input, dtype))
    wide = widened(input) if dtype.kind in "fV" else input
    result = function(wide, axis=dim, keepdims=keepdim, dtype="float32" if is_half(dtype) else dtype)
    return narrowed(result, dtype)


@operator()
def sum(xp, input: Array, dim: Dims = None, keepdim: Bool = False, *, dtype: DType = None):
    """The sum of the elements, over all or some dimensions.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension or dimensions to sum over; all by default.
        keepdim: keep those dimensions, with size 1.
        dtype: dtype to sum in and to give; by default int64 for integers and bools, ``input``'s for floats (those of
            16 bits are summed in float32).

    Returns:
        Tensor without the dimensions ``dim``. The sum of nothing is 0.

    Example:
        >>> ft.sum(ft.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1).tolist()
        [3.0, 7.0]
    """
    return _accumulated(xp, xp.sum, input, dim, keepdim, dtype)


@operator(promote="float", dtypes="float")
def mean(xp, input: Array, dim: Dims = None, keepdim: Bool = False, *, dtype: DType = None):
    """The mean of the elements, over all or some dimensions.

    Args:
        input: Tensor of any shape; integers give the default float.
        dim: dimension or dimensions to average over; all by default.
        keepdim: keep those dimensions, with size 1.
        dtype: floating dtype to compute in and to give.

    Returns:
        Tensor without the dimensions ``dim``. The mean of nothing is nan.

    Raises:
        DTypeError: ``dtype`` is not a floating one.

    Example:
        >>> ft.mean(ft.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=0).tolist()
        [2.0, 3.0]
    """
    dtype = input.dtype if dtype is None else dtype
    count = count_along(input.shape, dim)
    wide = widened(input) if is_half(dtype) else input.astype(dtype, copy=False)
    return narrowed(xp.true_divide(xp.sum(wide, axis=dim, keepdims=keepdim), count), dtype)


@mean.check
def _(input, dim, keepdim, dtype):
    if dtype is not None and dtype.kind not in "fVc":
        errors.dtype_error("mean", "dtype", "a floating dtype", dtype.name)


@operator()
def prod(xp, input: Array, dim: Dims = None, keepdim: Bool = False, *, dtype: DType = None):
    """The product of the elements, over all or some dimensions.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension or dimensions to multiply over; all by default.
        keepdim: keep those dimensions, with size 1.
        dtype: dtype to multiply in and to give; by default int64 for integers and bools, ``input``'s for floats.

    Returns:
        Tensor without the dimensions ``dim``. The product of nothing is 1.

    Example:
        >>> ft.prod(ft.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1).tolist()
        [2.0, 12.0]
    """
    return _accumulated(xp, xp.prod, input, dim, keepdim, dtype)


@operator()
def amax(xp, input: Array, dim: Dims = None, keepdim: Bool = False):
    """The greatest element, over all or some dimensions; nan when there is one.

    Where several elements are the greatest, the gradient is shared among them.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.

    Returns:
        Tensor without the dimensions ``dim``.

    Raises:
        ShapeError: there are no elements along ``dim``.

    Example:
        >>> ft.amax(ft.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1).tolist()
        [2.0, 4.0]
    """
    return xp.max(input, axis=dim, keepdims=keepdim)


@operator()
def amin(xp, input: Array, dim: Dims = None, keepdim: Bool = False):
    """The smallest element, over all or some dimensions; nan when there is one.

    Where several elements are the smallest, the gradient is shared among them.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.

    Returns:
        Tensor without the dimensions ``dim``.

    Raises:
        ShapeError: there are no elements along ``dim``.

    Example:
        >>> ft.amin(ft.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1).tolist()
        [1.0, 3.0]
    """
    return xp.min(input, axis=dim, keepdims=keepdim)


@operator(differentiable=False)
def argmax(xp, input: Array, dim: OptionalDim = None, keepdim: Bool = False):
    """Where the greatest element is: the first one, or the first nan.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along; by default the place in the flattened Tensor.
        keepdim: keep the dimension, with size 1.

    Returns:
        int64 Tensor without the dimension ``dim``.

    Raises:
        ShapeError: there are no elements along ``dim``.

    Example:
        >>> ft.argmax(ft.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1).tolist()
        [1, 0]
    """
    return narrowed(_place(xp.argmax, input, dim, keepdim), "int64")


@operator(differentiable=False)
def argmin(xp, input: Array, dim: OptionalDim = None, keepdim: Bool = False):
    """Where the smallest element is: the first one, or the first nan.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along; by default the place in the flattened Tensor.
        keepdim: keep the dimension, with size 1.

    Returns:
        int64 Tensor without the dimension ``dim``.

    Raises:
        ShapeError: there are no elements along ``dim``.

    Example:
        >>> ft.argmin(ft.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1).tolist()
        [0, 1]
    """
    return narrowed(_place(xp.argmin, input, dim, keepdim), "int64")


def _place(function, input, dim, keepdim):
    if input.ndim == 0:
        return function(input.reshape(1), axis=0)
    # CuPy keeps dimensions only when given one.
    places = function(input, axis=dim)
    if not keepdim:
        return places
    shape = tuple(1 if dim is None or d == dim else n for d, n in enumerate(input.shape))
    return places.reshape(shape)


@operator(outputs=("values",), auxiliary=("indices",), function=False, method=False)
def max_with_indices(xp, input: Array, dim: Dim, keepdim: Bool = False):
    """The greatest elements along a dimension, and where they are: the first one, or the first nan.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along.
        keepdim: keep the dimension, with size 1.

    Returns:
        ``values``, like ``input`` without ``dim``, and their ``indices`` along it (int64).

    Raises:
        ShapeError: there are no elements along ``dim``.
    """
    return _extreme(xp, argmax, input, dim, keepdim)


@operator(outputs=("values",), auxiliary=("indices",), function=False, method=False)
def min_with_indices(xp, input: Array, dim: Dim, keepdim: Bool = False):
    """The smallest elements along a dimension, and where they are: the first one, or the first nan.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along.
        keepdim: keep the dimension, with size 1.

    Returns:
        ``values``, like ``input`` without ``dim``, and their ``indices`` along it (int64).

    Raises:
        ShapeError: there are no elements along ``dim``.
    """
    return _extreme(xp, argmin, input, dim, keepdim)


def _extreme(xp, place, input, dim, keepdim):
    if input.ndim == 0:
        return input.copy(), xp.zeros((), dtype="int64")
    indices = place(xp, input, dim, keepdim=True)
    values = xp.take_along_axis(input, indices, dim)
    if keepdim:
        return values, indices
    return xp.squeeze(values, axis=dim), xp.squeeze(indices, axis=dim)


def _nonempty_check(definition):
    @definition.check
    def check(input, dim, keepdim):
        check_not_empty(definition.name, input.shape, dim)


for _definition in (amax, amin, argmax, argmin, max_with_indices, min_with_indices):
    _nonempty_check(_definition)


@operator(differentiable=False)
def any(xp, input: Array, dim: Dims = None, keepdim: Bool = False):
    """Whether at least one element is true (not zero), over all or some dimensions.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.

    Returns:
        bool Tensor without the dimensions ``dim``. Of nothing it is False.

    Example:
        >>> ft.any(ft.tensor([[True, False], [False, False]]), dim=1).tolist()
        [True, False]
    """
    return xp.any(input, axis=dim, keepdims=keepdim)


@operator(differentiable=False)
def all(xp, input: Array, dim: Dims = None, keepdim: Bool = False):
    """Whether every element is true (not zero), over all or some dimensions.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.

    Returns:
        bool Tensor without the dimensions ``dim``. Of nothing it is True.

    Example:
        >>> ft.all(ft.tensor([[True, False], [True, True]]), dim=1).tolist()
        [False, True]
    """
    return xp.all(input, axis=dim, keepdims=keepdim)


@operator(dtypes="float")
def var(xp, input: Array, dim: Dims = None, keepdim: Bool = False, *, correction: Number = 1):
    """The variance: ``sum(abs(input - mean)**2) / (n - correction)``, over all or some dimensions.

    Args:
        input: Tensor of any shape and floating or complex dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.
        correction: 1 for the unbiased estimate from a sample (Bessel), 0 for the mean square.
        unbiased: another name: True is a correction by 1, False by 0.

    Returns:
        Tensor without the dimensions ``dim``, of a real dtype; nan or inf where ``n <= correction``.

    Example:
        >>> ft.var(ft.tensor([1.0, 2.0, 3.0])).item()
        1.0
    """
    return _real(_variance(xp, input, dim, keepdim, correction), input.dtype)


@operator(dtypes="float")
def std(xp, input: Array, dim: Dims = None, keepdim: Bool = False, *, correction: Number = 1):
    """The standard deviation: the square root of :func:`var`.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.
        correction: 1 for the unbiased estimate from a sample (Bessel), 0 for the mean square.
        unbiased: another name: True is a correction by 1, False by 0.

    Returns:
        Tensor without the dimensions ``dim``, of a real dtype; nan or inf where ``n <= correction``.

    Example:
        >>> ft.std(ft.tensor([1.0, 2.0, 3.0])).item()
        1.0
    """
    return _real(xp.sqrt(_variance(xp, input, dim, keepdim, correction)), input.dtype)


def _real(result, dtype):
    """A real result back in the operator's dtype; that of complex elements stays real."""
    return result if dtype.kind == "c" else narrowed(result, dtype)


def _variance(xp, input, dim, keepdim, correction):
    x = widened(input)
    count = count_along(x.shape, dim)
    mean = xp.true_divide(xp.sum(x, axis=dim, keepdims=True), count)
    distances = xp.absolute(x - mean) if x.dtype.kind == "c" else x - mean
    squares = xp.sum(xp.square(distances), axis=dim, keepdims=keepdim)
    return xp.true_divide(squares, max(count - correction, 0))


@operator(dtypes="float")
def norm(xp, input: Array, p: Number = 2, dim: Dims = None, keepdim: Bool = False):
    """The p-norm: ``sum(abs(input)**p) ** (1/p)``, over all or some dimensions.

    Args:
        input: Tensor of any shape and floating dtype.
        p: the exponent; inf gives the greatest absolute value, -inf the smallest, 0 counts what is not zero.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.

    Returns:
        Tensor without the dimensions ``dim``.

    Raises:
        ShapeError: ``p`` is inf or -inf and there are no elements along ``dim``.

    Example:
        >>> ft.norm(ft.tensor([[3.0, 4.0], [6.0, 8.0]]), dim=1).tolist()
        [5.0, 10.0]
    """
    sizes = xp.absolute(widened(input))
    if p == float("inf"):
        result = xp.max(sizes, axis=dim, keepdims=keepdim)
    elif p == float("-inf"):
        result = xp.min(sizes, axis=dim, keepdims=keepdim)
    elif p == 0:
        result = xp.sum((sizes != 0).astype(sizes.dtype), axis=dim, keepdims=keepdim)
    elif p == 1:
        result = xp.sum(sizes, axis=dim, keepdims=keepdim)
    elif p == 2:
        result = xp.sqrt(xp.sum(xp.square(sizes), axis=dim, keepdims=keepdim))
    else:
        result = xp.power(xp.sum(xp.power(sizes, p), axis=dim, keepdims=keepdim), 1 / p)
    return _real(result, input.dtype)


@norm.check
def _(input, p, dim, keepdim):
    if p in (float("inf"), float("-inf")):
        check_not_empty("norm", input.shape, dim)


@operator(dtypes="float")
def logsumexp(xp, input: Array, dim: Dims, keepdim: Bool = False):
    """``log(sum(exp(input), dim))``, without overflow.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: dimension or dimensions to sum over; None for all.
        keepdim: keep those dimensions, with size 1.

    Returns:
        Tensor without the dimensions ``dim``. Of nothing it is -inf.

    Example:
        >>> ft.logsumexp(ft.tensor([[1000.0, 1000.0], [0.0, -1000.0]]), dim=1).tolist()
        [1000.6931762695312, 0.0]
    """
    x = widened(input)
    if count_along(x.shape, dim) == 0:
        result = xp.log(xp.sum(x, axis=dim, keepdims=keepdim))
    else:
        top = xp.max(x, axis=dim, keepdims=True)
        top = xp.where(xp.isfinite(top), top, xp.zeros_like(top))
        result = xp.log(xp.sum(xp.exp(x - top), axis=dim, keepdims=True)) + top
        if not keepdim:
            result = xp.squeeze(result, axis=normalized_dims(dim, x.ndim))
    return narrowed(result, input.dtype)


@operator(inplace=True)
def cumsum(xp, input: Array, dim: Dim, *, dtype: DType = None):
    """The sum of each element and all before it along a dimension.

    Args:
        input: Tensor of any shape and dtype.
        dim: the dimension.
        dtype: dtype to sum in and to give; by default int64 for integers and bools, ``input``'s for floats.

    Returns:
        Tensor of ``input``'s shape.

    Example:
        >>> ft.cumsum(ft.tensor([1.0, 2.0, 3.0]), dim=0).tolist()
        [1.0, 3.0, 6.0]
    """
    dtype = xp.dtype(total_dtype(input, dtype))
    if input.ndim == 0:
        return input.astype(dtype)
    wide = widened(input) if dtype.kind in "fV" else input
    return narrowed(xp.cumsum(wide, axis=dim, dtype="float32" if is_half(dtype) else dtype), dtype)


@operator(differentiable=False)
def count_nonzero(xp, input: Array, dim: Dims = None):
    """How many elements are not zero, over all or some dimensions.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension or dimensions to count along; all by default.

    Returns:
        int64 Tensor without the dimensions ``dim``.

    Example:
        >>> ft.count_nonzero(ft.tensor([[1, 0], [2, 3]]), dim=1).tolist()
        [1, 2]
    """
    return xp.sum(input != 0, axis=dim, dtype="int64")
