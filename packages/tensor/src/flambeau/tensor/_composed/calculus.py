"""Differences, slopes and areas under samples of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import composed, existing_dim, renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


def _part(input, dim, start, stop):
    """``input[..., start:stop, ...]``; a negative ``stop`` counts from the end."""
    size = input.shape[dim]
    stop = size + stop if stop < 0 else stop
    return ops.narrow(input, dim, start, max(stop - start, 0))


@composed()
def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None
) -> Tensor:
    """The differences between neighbours along a dimension, ``n`` times over.

    Args:
        input: Tensor of at least 1 dimension and any dtype; of bools it is whether neighbours differ.
        n: how often.
        dim: the dimension.
        prepend: what to put before ``input`` first: of its shape, but for ``dim``.
        append: what to put behind it.

    Returns:
        Tensor with ``n`` elements less along ``dim``, but no less than none.

    Raises:
        ShapeError: no dimension, or ``prepend`` or ``append`` does not fit.
        ValueError: ``n`` is negative.

    Example:
        >>> ft.diff(ft.tensor([1, 4, 9, 16])).tolist()
        [3, 5, 7]
        >>> ft.diff(ft.tensor([1, 4, 9, 16]), n=2).tolist()
        [2, 2]
    """
    dim = existing_dim("diff", "dim", dim, input.ndim)
    if n < 0:
        errors.value_error("diff", "n", "0 or more", str(n))
    parts = [part for part in (prepend, input, append) if part is not None]
    if len(parts) > 1:
        with renamed("diff", "cat"):
            input = ops.cat(parts, dim)
    for _ in range(min(n, input.shape[dim])):
        later, earlier = _part(input, dim, 1, input.shape[dim]), _part(input, dim, 0, -1)
        input = ops.logical_xor(later, earlier) if input.dtype == "bool" else later - earlier
    return input if n else ops.clone(input)


@composed(method=False, aliases=("trapz",))
def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """The area under samples by the trapezoidal rule, along a dimension.

    Args:
        y: the samples: Tensor of at least 1 dimension.
        x: where they were taken: of 1 dimension, or of a shape that broadcasts with ``y``'s.
        dx: their distance, where there is no ``x``; 1 by default.
        dim: the dimension.

    Returns:
        Tensor without ``dim``. Fewer than two samples have no area: 0.

    Raises:
        ShapeError: ``x`` does not fit.

    Example:
        >>> ft.trapezoid(ft.tensor([1.0, 5.0, 10.0])).item()
        10.5
        >>> ft.trapezoid(ft.tensor([1.0, 5.0, 10.0]), ft.tensor([1.0, 3.0, 6.0])).item()
        28.5
    """
    dim = existing_dim("trapezoid", "dim", dim, y.ndim)
    return ops.sum(_areas("trapezoid", y, x, dx, dim), dim)


@composed(method=False)
def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """The areas under samples up to each of them but the first, by the trapezoidal rule, along a dimension.

    Args:
        y: the samples: Tensor of at least 1 dimension.
        x: where they were taken: of 1 dimension, or of a shape that broadcasts with ``y``'s.
        dx: their distance, where there is no ``x``; 1 by default.
        dim: the dimension.

    Returns:
        Tensor with one element less along ``dim``.

    Raises:
        ShapeError: ``x`` does not fit.

    Example:
        >>> ft.cumulative_trapezoid(ft.tensor([1.0, 5.0, 10.0])).tolist()
        [3.0, 10.5]
    """
    dim = existing_dim("cumulative_trapezoid", "dim", dim, y.ndim)
    return ops.cumsum(_areas("cumulative_trapezoid", y, x, dx, dim), dim)


def _areas(operation, y, x, dx, dim):
    if x is not None and dx is not None:
        errors.type_error(operation, "dx", "one of x and dx", "both")
    size = y.shape[dim]
    y = y if y.is_floating_point() or y.is_complex() else y.float()
    sums = (_part(y, dim, 1, size) + _part(y, dim, 0, max(size - 1, 0))) / 2 if size else y
    if x is None:
        return sums if dx is None else sums * dx
    place = 0 if x.ndim == 1 else dim - y.ndim
    if x.ndim == 0 or x.ndim < -place or x.shape[place] != size:
        errors.shape_error(operation, "x", f"size {size} in dimension {dim - y.ndim}, as y", f"shape {tuple(x.shape)}")
    width = diff(x, 1, place)
    if x.ndim == 1:
        width = ops.reshape(width, (-1, *[1] * (y.ndim - 1 - dim)))
    with renamed(operation, "mul"):
        return sums * width


@composed(method=False)
def gradient(input: Tensor, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> tuple[Tensor, ...]:
    """The slope of a sampled function along each dimension: from both neighbours, at the edges from one.

    Inside, it is exact for polynomials of degree 2, whatever the distances (NumPy's ``gradient``, after B. Fornberg,
    "Generation of finite difference formulas on arbitrarily spaced grids", Math. Comp. 51, 1988).

    Args:
        input: the samples: Tensor of at least 1 dimension.
        spacing: the distance of samples, for all dimensions or a list of one for each; a Tensor of 1 dimension says
            where along the dimension they were taken.
        dim: the dimension or dimensions; all by default.
        edge_order: 1, or 2 for slopes at the edges as exact as inside.

    Returns:
        tuple of one Tensor like ``input`` for each dimension.

    Raises:
        ShapeError: fewer than ``edge_order + 1`` samples, or coordinates that do not fit.
        ValueError: another ``edge_order``, or as many spacings as there are no dimensions.

    Example:
        >>> ft.gradient(ft.tensor([1.0, 4.0, 9.0, 16.0]))[0].tolist()
        [3.0, 4.0, 6.0, 7.0]
        >>> ft.gradient(ft.tensor([1.0, 4.0, 9.0]), spacing=2.0, edge_order=2)[0].tolist()
        [1.0, 2.0, 3.0]
    """
    if edge_order not in (1, 2):
        errors.value_error("gradient", "edge_order", "1 or 2", str(edge_order))
    dims = tuple(range(input.ndim)) if dim is None else tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)
    dims = tuple(existing_dim("gradient", "dim", d, input.ndim) for d in dims)
    spacings = tuple(spacing) if isinstance(spacing, (tuple, list)) else (spacing,) * len(dims)
    if len(spacings) != len(dims):
        errors.value_error("gradient", "spacing", f"one for each of {len(dims)} dimensions", str(len(spacings)))
    if not (input.is_floating_point() or input.is_complex()):
        input = input.float()
    return tuple(_slopes(input, d, h, edge_order) for d, h in zip(dims, spacings, strict=True))


def _slopes(y, dim, spacing, edge_order):
    size = y.shape[dim]
    if size <= edge_order:
        expected = f"at least {edge_order + 1} samples along dimension {dim}"
        errors.shape_error("gradient", "input", expected, f"shape {tuple(y.shape)}")
    uneven = getattr(spacing, "ndim", 0) > 0
    if uneven and tuple(spacing.shape) != (size,):
        expected = f"shape {(size,)}, a place for each sample along dimension {dim}"
        errors.shape_error("gradient", "spacing", expected, f"shape {tuple(spacing.shape)}")
    if uneven:
        steps = ops.reshape(diff(ops.cast(spacing, y.dtype)), (-1, *[1] * (y.ndim - 1 - dim)))

    def step(start, stop):
        return _part(steps, 0, start, stop) if uneven else spacing

    slope = diff(y, 1, dim) / step(0, size - 1)

    def edge(at, inward):
        """Of the first or last three samples: the line through two, or the parabola."""
        slope_at = _part(slope, dim, at, at + 1)
        if edge_order == 1:
            return slope_at
        next_at = at + inward
        near, far = step(at, at + 1), step(next_at, next_at + 1)
        return slope_at + (slope_at - _part(slope, dim, next_at, next_at + 1)) * (near / (near + far))

    if uneven:
        before, after = step(0, size - 2), step(1, size - 1)
        falling, rising = _part(slope, dim, 0, size - 2), _part(slope, dim, 1, size - 1)
        inner = (falling * after + rising * before) / (before + after)
    else:
        inner = (_part(y, dim, 2, size) - _part(y, dim, 0, size - 2)) / (spacing * 2)
    return ops.cat((edge(0, 1), inner, edge(size - 2, -1)), dim)
