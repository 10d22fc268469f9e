"""Extrema, medians and quantiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import composed, named, one_of, renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


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
    dim, keepdim = one_of("aminmax", dim, axis, keepdim, keepdims)
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
    dim, keepdim = one_of(operation, dim, axis, keepdim, keepdims)
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
    dim, keepdim = one_of("quantile", dim, axis, keepdim, keepdims)
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
    dim, keepdim = one_of("nanquantile", dim, axis, keepdim, keepdims)
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
    with renamed(operation, "ordered"):
        ordered = ops.ordered(ops.reshape(input, (-1,)) if whole else input, -1 if whole else dim)
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
