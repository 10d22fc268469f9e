"""Images read at places that are computed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

__all__ = ["affine_grid", "grid_sample"]

MODES = ("bilinear", "nearest", "bicubic")
PADDING_MODES = ("zeros", "border", "reflection")


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Any:
    """Places to read images at, so that they are moved by affine maps (Jaderberg et al., 2015).

    Args:
        theta: the maps: Tensor of shape (N, 2, 3), or (N, 3, 4) for volumes.
        size: the shape of the images wanted: (N, C, H, W) or (N, C, D, H, W).
        align_corners: whether -1 and 1 are the centres of the outermost pixels, rather than their edges.

    Returns:
        Tensor of shape (N, H, W, 2) or (N, D, H, W, 3), for :func:`grid_sample`.

    Raises:
        ShapeError: ``theta`` does not fit ``size``.

    Example:
        >>> import flambeau.nn.functional as F
        >>> same = ft.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
        >>> F.affine_grid(same, (1, 1, 1, 2), align_corners=False).tolist()
        [[[[-0.5, 0.0], [0.5, 0.0]]]]
    """
    sizes = tuple(size)
    dims = len(sizes) - 2
    if dims not in (2, 3) or min(sizes) < 1:
        errors.shape_error("affine_grid", "size", "(N, C, H, W) or (N, C, D, H, W), all 1 or more", str(sizes))
    if tuple(theta.shape) != (sizes[0], dims, dims + 1):
        errors.shape_error("affine_grid", "theta", f"shape {(sizes[0], dims, dims + 1)}", str(tuple(theta.shape)))
    parts = [_centres(n, bool(align_corners), theta) for n in sizes[2:]]
    axes = list(ft.meshgrid(*parts, indexing="ij"))[::-1]
    points = ft.stack([*axes, ft.ones_like(axes[0])], -1).flatten(0, -2)
    return ft.matmul(points, theta.transpose(1, 2)).unflatten(1, sizes[2:])


def _centres(n: int, align_corners: bool, like: Any) -> Any:
    """The coordinates of n pixels between -1 and 1."""
    if n == 1:
        return ft.zeros(1, dtype=like.dtype, device=like.device)
    places = ft.linspace(-1, 1, n, dtype=like.dtype, device=like.device)
    return places if align_corners else places * ((n - 1) / n)


def grid_sample(
    input: Any, grid: Any, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Any:
    """Images read at places between pixels.

    Args:
        input: images, of shape (N, C, H, W), or volumes, of shape (N, C, D, H, W).
        grid: for each element of the result its place: Tensor of shape (N, OH, OW, 2) or (N, OD, OH, OW, 3), the column
            first, then the row (and the plane); -1 and 1 are the ends of the images.
        mode: ``"bilinear"``, ``"nearest"``, or, for images, ``"bicubic"``.
        padding_mode: what is beyond the ends: ``"zeros"``, ``"border"`` (the outermost pixels) or ``"reflection"``.
        align_corners: whether -1 and 1 are the centres of the outermost pixels, rather than their edges.

    Returns:
        Tensor of shape (N, C, OH, OW) or (N, C, OD, OH, OW).

    Raises:
        ShapeError: the shapes do not fit together, or the images are empty.
        DTypeError: the dtypes differ.
        ValueError: no such mode.

    Example:
        >>> import flambeau.nn.functional as F
        >>> image, grid = ft.tensor([[[[1.0, 3.0]]]]), ft.tensor([[[[0.0, 0.0], [0.5, 0.0]]]])
        >>> F.grid_sample(image, grid, align_corners=False).tolist()
        [[[[2.0, 3.0]]]]
    """
    _check(input, grid, mode, padding_mode)
    corners = bool(align_corners)
    dims = input.ndim - 2
    sizes = input.shape[2:]
    # Column first in the grid, the opposite of the order of dimensions.
    places = [_unnormalized(grid[..., dims - 1 - d], sizes[d], corners) for d in range(dims)]
    if mode != "bicubic":
        places = [_inside(x, n, padding_mode, corners) for x, n in zip(places, sizes, strict=True)]
    if mode == "nearest":
        # The grid's gradient is zero, not absent.
        nowhere = ft.zeros(*grid.shape[:-1], dtype="bool", device=grid.device)
        return _sample(input, [[ft.round(_value(x))] for x in places], [[ft.where(nowhere, x, 1)] for x in places])
    lower = [ft.floor(_value(x)) for x in places]
    if mode == "bilinear":
        return _sample(
            input,
            [[low, low + 1] for low in lower],
            [[(low + 1) - x, x - low] for x, low in zip(places, lower, strict=True)],
        )
    at = [[low + (k - 1) for k in range(4)] for low in lower]
    at = [[_inside(x, n, padding_mode, corners) for x in some] for some, n in zip(at, sizes, strict=True)]
    # Reflected at edges, pixels' centres are again between pixels only in rounding.
    if padding_mode != "zeros":
        at = [[ft.round(x) for x in some] for some in at]
    return _sample(input, at, [_cubic(x - low) for x, low in zip(places, lower, strict=True)])


def _sample(input: Any, places: Sequence[Sequence[Any]], weights: Sequence[Sequence[Any]]) -> Any:
    """Sums over pixels at all combinations of whole-numbered places, times their weights; zeros beyond the image.

    Args:
        input: images.
        places: for each dimension some places, of shape (N, ...).
        weights: for each of them its factor.
    """
    sizes = input.shape[2:]
    everything = math.prod(sizes)
    index: list[Any] = [None]
    weight: list[Any] = [None]
    for d, (at, factors) in enumerate(zip(places, weights, strict=True)):
        step = math.prod(sizes[d + 1 :])
        parts = [_offsets(x, sizes[d], step, everything) for x in at]
        index = [part if i is None else i + part for i in index for part in parts]
        weight = [factor if w is None else w * factor for w in weight for factor in factors]
    shape = tuple(weight[0].shape[1:])
    result = ft.ops.sample_planes(input.flatten(2), ft.stack(index, 1).flatten(2), ft.stack(weight, 1).flatten(2))
    return result.unflatten(2, shape)


def _offsets(x: Any, size: int, step: int, everything: int) -> Any:
    """How far whole-numbered places along a dimension are from its beginning; so far below it that no others make up
    for it where they are outside."""
    seen = (x >= 0) & (x <= size - 1)
    return ft.where(seen, ft.where(seen, x, 0).long() * step, -everything)


def _check(input: Any, grid: Any, mode: str, padding_mode: str) -> None:
    if mode not in MODES:
        errors.value_error("grid_sample", "mode", f"one of {', '.join(MODES)}", repr(mode))
    if padding_mode not in PADDING_MODES:
        errors.value_error("grid_sample", "padding_mode", f"one of {', '.join(PADDING_MODES)}", repr(padding_mode))
    if input.ndim not in (4, 5) or (mode == "bicubic" and input.ndim != 4) or 0 in input.shape[2:]:
        wanted = "(N, C, H, W)" if mode == "bicubic" else "(N, C, H, W) or (N, C, D, H, W)"
        errors.shape_error("grid_sample", "input", f"shape {wanted} with pixels", f"shape {tuple(input.shape)}")
    dims = input.ndim - 2
    if grid.ndim != input.ndim or grid.shape[-1] != dims or grid.shape[0] != input.shape[0]:
        wanted = f"{input.ndim} dimensions ({input.shape[0]}, ..., {dims})"
        errors.shape_error("grid_sample", "grid", wanted, f"shape {tuple(grid.shape)}")
    if grid.dtype != input.dtype:
        errors.dtype_error("grid_sample", "grid", f"input's dtype {input.dtype.name}", grid.dtype.name)


def _value(x: Any) -> Any:
    """What is constant by its derivative: without history."""
    return x.detach() if hasattr(x, "detach") else x


def _unnormalized(x: Any, size: int, corners: bool) -> Any:
    """From [-1, 1] to numbers of pixels."""
    return (x + 1) / 2 * (size - 1) if corners else ((x + 1) * size - 1) / 2


def _inside(x: Any, size: int, padding_mode: str, corners: bool) -> Any:
    """A place as the padding mode brings it back to the image."""
    if padding_mode == "zeros":
        return x
    if padding_mode == "reflection":
        x = _reflected(x, 0, size - 1) if corners else _reflected(x, -0.5, size - 0.5)
    # What is not a number is read at the first pixel, as everything below it.
    return ft.clamp(ft.where(_value(x) == _value(x), x, 0), 0, size - 1)


def _reflected(x: Any, low: float, high: float) -> Any:
    span = high - low
    if span <= 0:
        return x * 0
    distance = ft.abs(x - low)
    times = ft.floor(_value(distance) / span)
    rest = distance - times * span
    return ft.where(times % 2 == 0, rest + low, high - rest)


def _cubic(part: Any) -> list[Any]:
    """The weights of four neighbours, for a place between the second and the third."""
    a = -0.75

    def near(x: Any) -> Any:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: Any) -> Any:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return [far(part + 1), near(part), near(1 - part), far(2 - part)]
