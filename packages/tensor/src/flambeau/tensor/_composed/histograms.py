"""Counts of elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import composed, named, renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements are in each of ``bins`` bins of equal width between ``min`` and ``max``.

    Args:
        input: Tensor of any shape and floating dtype. What is out of range, or nan, is not counted.
        bins: how many.
        min: the lower edge of the first bin. If it equals ``max``, the smallest element is taken,
        max: and the greatest for the upper edge of the last bin, which belongs to it.

    Returns:
        Tensor of shape (bins,), like ``input``.

    Raises:
        ValueError: ``bins`` is not positive, ``min`` exceeds ``max``, or the elements that should say the range are
            not finite.

    Example:
        >>> ft.histc(ft.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3).tolist()
        [0.0, 2.0, 1.0, 0.0]
    """
    edges = _edges("histc", input, bins, None if min == max else (min, max))
    with renamed("histc", "histogram_counts"):
        return ops.histogram_counts(input, edges, None)


@composed()
def histogram(
    input: Tensor,
    bins: int | Tensor,
    *,
    range: tuple[float, float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> Any:
    """How many elements are in each bin.

    Args:
        input: Tensor of any shape and floating dtype. What is out of range, or nan, is not counted.
        bins: how many, of equal width; or their edges in order, of shape (n + 1,).
        range: the edges of the first and the last bin; the smallest and the greatest element by default. The last bin
            includes its upper edge.
        weight: Tensor of ``input``'s shape: what each element counts.
        density: divide, so that the integral is 1.

    Returns:
        The pair ``hist`` and ``bin_edges``.

    Raises:
        ShapeError: ``weight`` has another shape than ``input``.
        ValueError: ``bins`` is not positive or not in order, or the range is not finite.

    Example:
        >>> hist, edges = ft.histogram(ft.tensor([1.0, 2.0, 1.0]), bins=2, range=(0.0, 3.0))
        >>> hist.tolist(), edges.tolist()
        ([2.0, 1.0], [0.0, 1.5, 3.0])
    """
    edges = bins if hasattr(bins, "dtype") else _edges("histogram", input, bins, range)
    with renamed("histogram", "histogram_counts"):
        hist = ops.histogram_counts(input, edges, weight)
    if density:
        hist = hist / (ops.sum(hist) * (edges[1:] - edges[:-1]))
    return named("histogram", "hist bin_edges", hist, edges)


def _edges(operation, input, bins, range):
    import math

    if not isinstance(bins, int) or bins < 1:
        errors.value_error(operation, "bins", "1 or more", repr(bins))
    if not input.is_floating_point():
        errors.dtype_error(operation, "input", "a floating dtype", input.dtype.name, "convert it with .float()")
    given = "range"
    if range is None:
        given = "input"
        range = (ops.amin(input).item(), ops.amax(input).item()) if input.numel() else (0.0, 0.0)
    low, high = range
    if not (math.isfinite(low) and math.isfinite(high)):
        errors.value_error(operation, given, "a finite range", f"({low}, {high})")
    if low > high:
        errors.value_error(operation, given, "edges in order", f"({low}, {high})")
    if low == high:
        low, high = low - 1, high + 1
    return ops.linspace(low, high, bins + 1, dtype=input.dtype, device=input.device)
