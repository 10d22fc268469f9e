"""Statistics that are made of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import errors, ops
from ._composed import composed, named, renamed

if TYPE_CHECKING:
    from ._core.tensor import Tensor


def _one_of(operation: str, dim, axis, keepdim, keepdims):
    if dim is not None and axis is not None:
        errors.type_error(operation, "axis", "one of dim and axis", "both")
    return axis if dim is None else dim, keepdim if keepdims is None else keepdims


# Extrema and ranks ----------------------------------------------------------------------------------------------


@composed()
def aminmax(
    input: Tensor,
    *,
    dim: int | None = None,
    keepdim: bool = False,
    axis: int | None = None,
    keepdims: bool | None = None,
) -> Any:
    """The smallest and the greatest element, of all or along a dimension; nan when there is one.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along; all by default.
        keepdim: keep the dimensions, with size 1.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        The pair ``min`` and ``max``.

    Raises:
        ShapeError: there are no elements to choose from.

    Example:
        >>> least, greatest = ft.aminmax(ft.tensor([[1.0, 4.0], [3.0, 2.0]]), dim=1)
        >>> least.tolist(), greatest.tolist()
        ([1.0, 2.0], [4.0, 3.0])
    """
    dim, keepdim = _one_of("aminmax", dim, axis, keepdim, keepdims)
    with renamed("aminmax", "amin"):
        least = ops.amin(input, dim, keepdim)
    return named("aminmax", "min max", least, ops.amax(input, dim, keepdim))


@composed()
def median(
    input: Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    axis: int | None = None,
    keepdims: bool | None = None,
) -> Any:
    """The median, of all elements or along a dimension: the lower one of two; nan when there is one.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along; all by default.
        keepdim: keep the dimension, with size 1.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        With no ``dim`` a Tensor without dimensions, nan for no elements. With a ``dim`` a pair: ``values``, and their
        ``indices`` along it (the first of equal ones).

    Raises:
        ShapeError: there are no elements to choose from.

    Example:
        >>> x = ft.tensor([[1.0, 4.0, 3.0], [6.0, 5.0, 2.0]])
        >>> ft.median(x).item()
        3.0
        >>> values, indices = ft.median(x, dim=1)
        >>> values.tolist(), indices.tolist()
        ([3.0, 5.0], [2, 1])
    """
    return _median("median", ops.median_with_indices, input, dim, keepdim, axis, keepdims)


@composed()
def nanmedian(
    input: Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    axis: int | None = None,
    keepdims: bool | None = None,
) -> Any:
    """The median of what is not nan, of all elements or along a dimension: the lower one of two.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along; all by default.
        keepdim: keep the dimension, with size 1.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        With no ``dim`` a Tensor without dimensions, nan when nothing is left. With a ``dim`` a pair: ``values``, and
        their ``indices`` along it (the first of equal ones).

    Raises:
        ShapeError: there are no elements to choose from.

    Example:
        >>> ft.nanmedian(ft.tensor([1.0, float("nan"), 3.0, 2.0])).item()
        2.0
    """
    return _median("nanmedian", ops.nanmedian_with_indices, input, dim, keepdim, axis, keepdims)


def _median(operation, record, input, dim, keepdim, axis, keepdims):
    dim, keepdim = _one_of(operation, dim, axis, keepdim, keepdims)
    if dim is not None:
        with renamed(operation, record.name):
            return record(input, dim, keepdim)
    if keepdim:
        errors.value_error(operation, "keepdim", "a dim to keep", "none", "give dim")
    with renamed(operation, "reshape"):
        flat = ops.reshape(input, (-1,))
    if flat.shape[0] == 0 and flat.is_floating_point():
        return ops.mean(flat)  # nan
    with renamed(operation, record.name):
        return record(flat, 0, False)[0]


@composed()
def quantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    axis: int | None = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The value below which the fraction ``q`` of the elements is, of all or along a dimension.

    Between two elements it is interpolated, where ``q (n - 1)`` falls between their ranks 0 to n - 1.

    Args:
        input: Tensor of any shape and floating dtype.
        q: number from 0 to 1, or Tensor of such of at most 1 dimension.
        dim: dimension to look along; all by default.
        keepdim: keep the dimension, with size 1.
        interpolation: ``"linear"``, ``"lower"``, ``"higher"``, ``"nearest"`` or ``"midpoint"``.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        Tensor without ``dim``; the dimension of ``q``, where it has one, comes first. nan where there is one.

    Raises:
        DTypeError: ``input`` is not of floats.
        ShapeError: there are no elements.
        ValueError: ``q`` is not in [0, 1], or no such interpolation.

    Example:
        >>> ft.quantile(ft.tensor([1.0, 2.0, 3.0, 4.0]), ft.tensor([0.0, 0.5, 1.0])).tolist()
        [1.0, 2.5, 4.0]
    """
    dim, keepdim = _one_of("quantile", dim, axis, keepdim, keepdims)
    return _quantile("quantile", input, q, dim, keepdim, interpolation, False)


@composed()
def nanquantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    axis: int | None = None,
    keepdims: bool | None = None,
) -> Tensor:
    """:func:`quantile` of what is not nan.

    Args:
        input: Tensor of any shape and floating dtype.
        q: number from 0 to 1, or Tensor of such of at most 1 dimension.
        dim: dimension to look along; all by default.
        keepdim: keep the dimension, with size 1.
        interpolation: ``"linear"``, ``"lower"``, ``"higher"``, ``"nearest"`` or ``"midpoint"``.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        Tensor without ``dim``; the dimension of ``q``, where it has one, comes first. nan where nothing is left.

    Raises:
        DTypeError: ``input`` is not of floats.
        ShapeError: there are no elements.
        ValueError: ``q`` is not in [0, 1], or no such interpolation.

    Example:
        >>> ft.nanquantile(ft.tensor([1.0, float("nan"), 3.0]), 0.5).item()
        2.0
    """
    dim, keepdim = _one_of("nanquantile", dim, axis, keepdim, keepdims)
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation, True)


_INTERPOLATIONS = ("linear", "lower", "higher", "nearest", "midpoint")


def _quantile(operation, input, q, dim, keepdim, interpolation, skip_nan):
    import flambeau.tensor as ft

    if not isinstance(input, ft.Tensor):
        errors.type_error(operation, "input", "Tensor", type(input).__name__)
    if not input.is_floating_point():
        errors.dtype_error(operation, "input", "a floating dtype", input.dtype.name, "convert it with .float()")
    if interpolation not in _INTERPOLATIONS:
        expected = f"one of {', '.join(_INTERPOLATIONS)}"
        errors.value_error(operation, "interpolation", expected, repr(interpolation))
    if not isinstance(q, ft.Tensor):
        q = ft.tensor(q, dtype="float64", device=input.device)
    if q.ndim > 1:
        errors.shape_error(operation, "q", "at most 1 dimension", f"shape {tuple(q.shape)}")
    if not bool(((q >= 0) & (q <= 1)).all().item()):
        errors.value_error(operation, "q", "0 to 1", str(q.tolist()))
    whole = dim is None or input.ndim == 0
    with renamed(operation, "sort"):
        ordered = ops.sort(ops.reshape(input, (-1,)) if whole else input, -1 if whole else dim)[0]
    ordered = ordered if whole else ops.transpose(ordered, dim, -1)
    size = ordered.shape[-1]
    if size == 0:
        errors.shape_error(operation, "input", "at least one element", f"shape {tuple(input.shape)}")
    flat = ops.reshape(ops.cast(q, "float64"), (-1,))
    if skip_nan:
        last = ops.clamp(ops.sum(~ops.isnan(ordered), -1, True) - 1, 0, None)
        ranks = flat * ops.cast(last, "float64")
    else:
        ranks = ops.where(ops.isnan(ordered[..., -1:]), size - 1, flat * (size - 1))  # a nan is the last
    result = _ranked(ordered, ranks, interpolation)
    if whole:
        result = ops.reshape(result, (-1, *[1] * (input.ndim if keepdim else 0)))
    else:
        # The elements of q lie along the last dimension; they come first, before all others in their order.
        dim = dim % input.ndim
        others = [d for d in range(input.ndim) if d != dim]
        result = ops.permute(ops.transpose(result, dim, -1), (dim, *others))
        result = ops.unsqueeze(result, dim + 1) if keepdim else result
    return result if q.ndim else ops.squeeze(result, 0)


def _ranked(ordered, ranks, interpolation):
    """The elements of these ranks, along the last dimension."""

    def taken(places):
        return ops.gather(ordered, -1, ops.cast(places, "int64"))

    if interpolation == "nearest":
        return taken(ops.round(ranks))
    below, above = ops.floor(ranks), ops.ceil(ranks)
    if interpolation == "lower":
        return taken(below)
    if interpolation == "higher":
        return taken(above)
    share = 0.5 if interpolation == "midpoint" else ops.cast(ranks - below, ordered.dtype)
    return ops.lerp(taken(below), taken(above), share)


# Sums -----------------------------------------------------------------------------------------------------------


@composed()
def nansum(
    input: Tensor,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    axis: int | tuple[int, ...] | None = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The sum of the elements that are not nan, over all or some dimensions.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension or dimensions to sum over; all by default.
        keepdim: keep those dimensions, with size 1.
        dtype: dtype to sum in and to give, as in :func:`sum`.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        Tensor without the dimensions ``dim``. The sum of nothing is 0.

    Example:
        >>> ft.nansum(ft.tensor([1.0, float("nan"), 2.0])).item()
        3.0
    """
    dim, keepdim = _one_of("nansum", dim, axis, keepdim, keepdims)
    with renamed("nansum", "isnan"):
        missing = ops.isnan(input)
    with renamed("nansum", "sum"):
        return ops.sum(ops.where(missing, 0, input), dim, keepdim, dtype=dtype)


@composed()
def nanmean(
    input: Tensor,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    axis: int | tuple[int, ...] | None = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The mean of the elements that are not nan, over all or some dimensions.

    Args:
        input: Tensor of any shape; integers give the default float.
        dim: dimension or dimensions to average over; all by default.
        keepdim: keep those dimensions, with size 1.
        dtype: floating dtype to compute in and to give.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        Tensor without the dimensions ``dim``; nan where nothing is left.

    Raises:
        DTypeError: ``dtype`` is not a floating one.

    Example:
        >>> ft.nanmean(ft.tensor([1.0, float("nan"), 2.0])).item()
        1.5
    """
    dim, keepdim = _one_of("nanmean", dim, axis, keepdim, keepdims)
    with renamed("nanmean", "isnan"):
        missing = ops.isnan(input)
    with renamed("nanmean", "mean"):
        # The mean with 0 for nan, made larger by those that should not have been counted.
        mean = ops.mean(ops.where(missing, 0, input), dim, keepdim, dtype=dtype)
        share = ops.mean(ops.cast(~missing, "float64"), dim, keepdim)
    return mean / ops.cast(share, mean.dtype)


@composed()
def std_mean(
    input: Tensor, dim: int | tuple[int, ...] | None = None, keepdim: bool = False, *, correction: float = 1
) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean, over all or some dimensions: :func:`std` and :func:`mean`.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.
        correction: 1 for the unbiased estimate from a sample (Bessel), 0 for the mean square.

    Returns:
        The two Tensors.

    Example:
        >>> [part.item() for part in ft.std_mean(ft.tensor([1.0, 2.0, 3.0]))]
        [1.0, 2.0]
    """
    with renamed("std_mean", "std"):
        return ops.std(input, dim, keepdim, correction=correction), ops.mean(input, dim, keepdim)


@composed()
def var_mean(
    input: Tensor, dim: int | tuple[int, ...] | None = None, keepdim: bool = False, *, correction: float = 1
) -> tuple[Tensor, Tensor]:
    """Variance and mean, over all or some dimensions: :func:`var` and :func:`mean`.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.
        correction: 1 for the unbiased estimate from a sample (Bessel), 0 for the mean square.

    Returns:
        The two Tensors.

    Example:
        >>> [part.item() for part in ft.var_mean(ft.tensor([1.0, 2.0, 3.0]))]
        [1.0, 2.0]
    """
    with renamed("var_mean", "var"):
        return ops.var(input, dim, keepdim, correction=correction), ops.mean(input, dim, keepdim)


@composed()
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix.

    Args:
        input: Tensor of 2 dimensions and any dtype.

    Returns:
        Tensor without dimensions; int64 for integers and bools.

    Raises:
        ShapeError: not 2 dimensions.

    Example:
        >>> ft.trace(ft.tensor([[1, 2], [3, 4]])).item()
        5
    """
    if input.ndim != 2:
        errors.shape_error("trace", "input", "2 dimensions", f"shape {tuple(input.shape)}")
    return ops.sum(ops.diagonal(input))


# Several variables ----------------------------------------------------------------------------------------------


@composed()
def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    """The covariance matrix of variables: one a row, one observation a column.

    Args:
        input: Tensor of shape (variables, observations), or of one variable's observations.
        correction: 1 for the unbiased estimate from a sample (Bessel), 0 for the mean.
        fweights: integers of shape (observations,): how often each one was made.
        aweights: numbers of shape (observations,): how much each one counts.

    Returns:
        Tensor of shape (variables, variables); without dimensions for one variable.

    Raises:
        DTypeError: ``fweights`` are not integers.
        ShapeError: shapes that do not fit.
        ValueError: negative weights.

    Example:
        >>> ft.cov(ft.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])).tolist()
        [[1.0, -1.0], [-1.0, 1.0]]
    """
    return _covariance("cov", input, correction, fweights, aweights)


def _covariance(operation, input, correction=1, fweights=None, aweights=None):
    if input.ndim > 2:
        errors.shape_error(operation, "input", "at most 2 dimensions", f"shape {tuple(input.shape)}")
    if input.dtype.kind in "iub":
        input = input.float()
    rows = input if input.ndim == 2 else ops.reshape(input, (1, -1))
    count = rows.shape[1]
    weights = None
    for name, given in (("fweights", fweights), ("aweights", aweights)):
        if given is None:
            continue
        if tuple(given.shape) != (count,):
            errors.shape_error(operation, name, f"shape {(count,)}, one for each observation", str(tuple(given.shape)))
        if name == "fweights" and given.dtype.kind not in "iu":
            errors.dtype_error(operation, name, "integers", given.dtype.name)
        if bool((given < 0).any().item()):
            errors.value_error(operation, name, "no negative weights", "some")
        given = ops.cast(given, input.dtype)
        weights = given if weights is None else weights * given
    if weights is None:
        total, mean = count, ops.mean(rows, 1, True)
        freedom = total - correction
    else:
        total = ops.sum(weights)
        mean = ops.sum(rows * weights, 1, True) / total
        squares = 1 if aweights is None else ops.sum(weights * ops.cast(aweights, input.dtype)) / total
        freedom = total - correction * squares
    centered = rows - mean
    scaled = centered if weights is None else centered * weights
    freedom = ops.clamp(freedom, 0, None) if hasattr(freedom, "dtype") else max(freedom, 0)
    result = ops.matmul(scaled, ops.transpose(centered, 0, 1)) / freedom
    return result if input.ndim == 2 and rows.shape[0] > 1 else ops.reshape(result, ())


@composed()
def corrcoef(input: Tensor) -> Tensor:
    """The matrix of Pearson's correlation coefficients of variables: one a row, one observation a column.

    Args:
        input: Tensor of shape (variables, observations), or of one variable's observations.

    Returns:
        Tensor of shape (variables, variables), in [-1, 1]; without dimensions for one variable. nan where a variable
        does not vary.

    Raises:
        ShapeError: more than 2 dimensions.

    Example:
        >>> ft.corrcoef(ft.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])).tolist()
        [[1.0, -1.0], [-1.0, 1.0]]
    """
    covariance = _covariance("corrcoef", input)
    if covariance.ndim == 0:
        return covariance / covariance
    deviation = ops.sqrt(ops.diagonal(covariance))
    return ops.clamp(covariance / ops.unsqueeze(deviation, 1) / deviation, -1, 1)
