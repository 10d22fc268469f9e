"""Statistics that are made of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from .._core import functions
from . import composed, one_of, renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


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
    dim, keepdim = one_of("nansum", dim, axis, keepdim, keepdims)
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
    dim, keepdim = one_of("nanmean", dim, axis, keepdim, keepdims)
    with renamed("nanmean", "isnan"):
        missing = ops.isnan(input)
    with renamed("nanmean", "mean"):
        # The mean with 0 for nan, made larger by those that should not have been counted.
        mean = ops.mean(ops.where(missing, 0, input), dim, keepdim, dtype=dtype)
        share = ops.mean(ops.cast(~missing, "float64"), dim, keepdim)
    return mean / ops.cast(share, mean.dtype)


@composed()
def std_mean(
    input: Tensor,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    correction: float = 1,
    unbiased: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean, over all or some dimensions: :func:`std` and :func:`mean`.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.
        correction: 1 for the unbiased estimate from a sample (Bessel), 0 for the mean square.
        unbiased: another name: True is a correction by 1, False by 0.

    Returns:
        The two Tensors.

    Example:
        >>> [part.item() for part in ft.std_mean(ft.tensor([1.0, 2.0, 3.0]))]
        [1.0, 2.0]
    """
    with renamed("std_mean", "std"):
        spread = functions.std(input, dim, keepdim, correction=correction, unbiased=unbiased)
    return spread, ops.mean(input, dim, keepdim)


@composed()
def var_mean(
    input: Tensor,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    correction: float = 1,
    unbiased: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """Variance and mean, over all or some dimensions: :func:`var` and :func:`mean`.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: dimension or dimensions to look along; all by default.
        keepdim: keep those dimensions, with size 1.
        correction: 1 for the unbiased estimate from a sample (Bessel), 0 for the mean square.
        unbiased: another name: True is a correction by 1, False by 0.

    Returns:
        The two Tensors.

    Example:
        >>> [part.item() for part in ft.var_mean(ft.tensor([1.0, 2.0, 3.0]))]
        [1.0, 2.0]
    """
    with renamed("var_mean", "var"):
        spread = functions.var(input, dim, keepdim, correction=correction, unbiased=unbiased)
    return spread, ops.mean(input, dim, keepdim)


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
    count, real = rows.shape[1], ops.real(input).dtype
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
        given = ops.cast(given, real)
        weights = given if weights is None else weights * given
    if weights is None:
        total, mean = count, ops.mean(rows, 1, True)
        freedom = total - correction
    else:
        total = ops.sum(weights)
        mean = ops.sum(rows * weights, 1, True) / total
        squares = 1 if aweights is None else ops.sum(weights * ops.cast(aweights, real)) / total
        freedom = total - correction * squares
    centered = rows - mean
    scaled = centered if weights is None else centered * weights
    freedom = ops.clamp(freedom, 0, None) if hasattr(freedom, "dtype") else max(freedom, 0)
    turned = ops.transpose(centered, 0, 1)
    result = ops.matmul(scaled, ops.conj_physical(turned) if turned.is_complex() else turned) / freedom
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
    result = covariance / ops.unsqueeze(deviation, 1) / deviation
    if not result.is_complex():
        return ops.clamp(result, -1, 1)
    return ops.complex(ops.clamp(ops.real(result), -1, 1), ops.clamp(ops.imag(result), -1, 1))
