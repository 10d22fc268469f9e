"""Regions of a feature map, each brought to the same size."""

from __future__ import annotations

from collections.abc import Sequence

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import Tensor, errors

from ._checks import check_floats

__all__ = ["RoIAlign", "RoIPool", "roi_align", "roi_pool"]

Size = int | tuple[int, int]


def _size(op: str, output_size: Size) -> tuple[int, int]:
    pair = (output_size, output_size) if isinstance(output_size, int) else tuple(output_size)
    if len(pair) != 2 or min(pair) < 1:
        errors.value_error(op, "output_size", "a positive height and width", str(output_size))
    return pair


def _regions(op: str, input: Tensor, boxes: Tensor | Sequence[Tensor]) -> np.ndarray:
    """On the host: of each region, the number of its image and x1, y1, x2, y2."""
    check_floats(op, "input", input)
    if input.ndim != 4:
        errors.shape_error(op, "input", "(N, C, H, W)", str(input.shape))
    if not isinstance(boxes, Tensor):
        if not isinstance(boxes, (list, tuple)) or not all(isinstance(one, Tensor) for one in boxes):
            errors.type_error(op, "boxes", "Tensor, or a list of Tensors", type(boxes).__name__)
        if len(boxes) != input.shape[0]:
            errors.shape_error(op, "boxes", f"{input.shape[0]} Tensors, one for each image", f"{len(boxes)}")
        for one in boxes:
            if one.ndim != 2 or one.shape[1] != 4:
                errors.shape_error(op, "boxes", "Tensors of shape (L, 4)", str(one.shape))
        rows = [ft.cat([one.new_full((one.shape[0], 1), i), one], 1) for i, one in enumerate(boxes)]
        boxes = ft.cat(rows)
    if boxes.ndim != 2 or boxes.shape[1] != 5:
        errors.shape_error(op, "boxes", "(K, 5), a row being image, x1, y1, x2, y2", str(boxes.shape))
    regions = boxes.data.cpu().double().numpy()
    numbers = regions[:, 0]
    if len(regions) and not ((numbers >= 0) & (numbers < input.shape[0])).all():
        bad = int(numbers[(numbers < 0) | (numbers >= input.shape[0])][0])
        errors.value_error(op, "boxes", f"numbers of images below {input.shape[0]}", str(bad))
    return regions


def _none(input: Tensor, bins: tuple[int, int]) -> Tensor:
    """The result for no regions, of which a gradient goes back to the map all the same: images may have nothing."""
    return input[:0].sum((2, 3), keepdim=True).expand(0, input.shape[1], *bins)


def _sampling(start: np.ndarray, length: np.ndarray, bins: int, extent: int, ratio: int) -> np.ndarray:
    """Of shape (K, bins, extent): how much each place of a line counts in each bin of each region.

    A bin is the mean of ``ratio`` samples, or of as many as it has places; a sample is interpolated between two places,
    and is nothing more than one place outside.
    """
    weights = np.zeros((len(start), bins, extent))
    counts = np.full(len(start), ratio) if ratio > 0 else np.ceil(length / bins).astype(int)
    for count in np.unique(counts[counts > 0]):
        rows = np.flatnonzero(counts == count)
        step = length[rows, None, None] / bins
        at = start[rows, None, None] + (np.arange(bins)[:, None] + (np.arange(count) + 0.5) / count) * step
        inside = (at >= -1) & (at <= extent)
        at = np.clip(at, 0, extent - 1)
        low = np.floor(at).astype(int)
        part = at - low
        place = np.broadcast_to(rows[:, None, None], at.shape), np.broadcast_to(np.arange(bins)[:, None], at.shape)
        np.add.at(weights, (*place, low), inside * (1 - part) / count)
        np.add.at(weights, (*place, np.minimum(low + 1, extent - 1)), inside * part / count)
    return weights


def roi_align(
    input: Tensor,
    boxes: Tensor | Sequence[Tensor],
    output_size: Size,
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Tensor:
    """Regions of feature maps, each as a grid of bins that are means of interpolated samples.

    After He and others, "Mask R-CNN" (arXiv:1703.06870). Samples lie on a grid, so that a region's result is a product
    of its rows' weights, the map, and its columns' weights: it is differentiable any number of times by the map.

    Args:
        input: feature maps of shape (N, C, H, W).
        boxes: of shape (K, 5), a row being the number of the image and x1, y1, x2, y2; or for each image a Tensor of
            shape (L, 4).
        output_size: height and width of the grid.
        spatial_scale: size of the map over that of the image the boxes refer to.
        sampling_ratio: samples per bin in each direction; a number below 1 for as many as a bin has places.
        aligned: whether boxes are shifted by half a pixel, so that pixels are areas and not points; without it regions
            are at least one pixel wide and high.

    Returns:
        Of shape (K, C, height, width).

    Raises:
        ShapeError: arguments of another shape.
        ValueError: the number of an image that is not there.

    Example:
        >>> from flambeau.vision import ops
        >>> x = ft.arange(16.0).reshape(1, 1, 4, 4)
        >>> ops.roi_align(x, ft.tensor([[0.0, 0.0, 0.0, 4.0, 4.0]]), 2, aligned=True).tolist()
        [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    bins = _size("roi_align", output_size)
    regions = _regions("roi_align", input, boxes)
    numbers, corners = regions[:, 0].astype(int), regions[:, 1:] * spatial_scale - (0.5 if aligned else 0.0)
    sides = corners[:, 2:] - corners[:, :2]
    if not aligned:
        sides = np.maximum(sides, 1.0)
    weights = [
        _sampling(corners[:, 1 - dim], sides[:, 1 - dim], bins[dim], input.shape[2 + dim], sampling_ratio)
        for dim in (0, 1)
    ]
    rows, columns = (ft.from_numpy(w).to(device=input.device, dtype=input.dtype) for w in weights)
    parts, order = [], []
    for image in np.unique(numbers):  # no copy of the map for each region
        members = np.flatnonzero(numbers == image)
        chosen = ft.from_numpy(members).to(input.device)
        parts.append(rows[chosen, None] @ input[int(image)] @ columns[chosen, None].transpose(-1, -2))
        order.append(members)
    if not parts:
        return _none(input, bins)
    back = ft.from_numpy(np.argsort(np.concatenate(order))).to(input.device)
    return ft.cat(parts)[back]


def roi_pool(input: Tensor, boxes: Tensor | Sequence[Tensor], output_size: Size, spatial_scale: float = 1.0) -> Tensor:
    """Regions of feature maps, each as a grid of bins that are maxima of whole places.

    After Girshick, "Fast R-CNN" (arXiv:1504.08083). The corners are rounded to places; an empty bin is 0.

    Args:
        input: feature maps of shape (N, C, H, W).
        boxes: of shape (K, 5), a row being the number of the image and x1, y1, x2, y2; or for each image a Tensor of
            shape (L, 4).
        output_size: height and width of the grid.
        spatial_scale: size of the map over that of the image the boxes refer to.

    Returns:
        Of shape (K, C, height, width).

    Raises:
        ShapeError: arguments of another shape.
        ValueError: the number of an image that is not there.

    Example:
        >>> from flambeau.vision import ops
        >>> x = ft.arange(16.0).reshape(1, 1, 4, 4)
        >>> ops.roi_pool(x, ft.tensor([[0.0, 0.0, 0.0, 3.0, 3.0]]), 2).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    bins = _size("roi_pool", output_size)
    regions = _regions("roi_pool", input, boxes)
    if not len(regions):
        return _none(input, bins)
    # half away from zero, as C rounds
    corners = np.trunc(regions[:, 1:] * spatial_scale + np.copysign(0.5, regions[:, 1:])).astype(int)
    pooled = []
    for number, (x1, y1, x2, y2) in zip(regions[:, 0].astype(int), corners, strict=True):
        lines = input[int(number)]
        for dim, start, end in ((1, y1, y2), (2, x1, x2)):
            lines = _maxima(lines, dim, start, max(end - start + 1, 1), bins[dim - 1])
        pooled.append(lines)
    return ft.stack(pooled)


def _maxima(x: Tensor, dim: int, start: int, length: int, bins: int) -> Tensor:
    """Maxima over the bins of one dimension; 0 where a bin has no place."""
    extent = x.shape[dim]
    parts = []
    for i in range(bins):
        low, high = (int(np.clip(at + start, 0, extent)) for at in (i * length // bins, -(-(i + 1) * length // bins)))
        if low < high:
            parts.append(x.narrow(dim, low, high - low).max(dim, keepdim=True).values)
        else:
            parts.append(ft.zeros_like(x.narrow(dim, 0, 1)))
    return ft.cat(parts, dim)


class RoIAlign(nn.Module):
    """:func:`roi_align` as a layer; arguments are the function's.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.RoIAlign(2, 0.5, 2)(ft.ones(1, 3, 8, 8), [ft.tensor([[0.0, 0.0, 8.0, 8.0]])]).shape
        (1, 3, 2, 2)
    """

    def __init__(self, output_size: Size, spatial_scale: float, sampling_ratio: int, aligned: bool = False) -> None:
        super().__init__()
        self.output_size, self.spatial_scale = output_size, spatial_scale
        self.sampling_ratio, self.aligned = sampling_ratio, aligned

    def forward(self, input: Tensor, boxes: Tensor | Sequence[Tensor]) -> Tensor:
        return roi_align(input, boxes, self.output_size, self.spatial_scale, self.sampling_ratio, self.aligned)

    def extra_repr(self) -> str:
        sampling = f"sampling_ratio={self.sampling_ratio}, aligned={self.aligned}"
        return f"output_size={self.output_size}, spatial_scale={self.spatial_scale}, {sampling}"


class RoIPool(nn.Module):
    """:func:`roi_pool` as a layer; arguments are the function's.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.RoIPool(2, 0.5)(ft.ones(1, 3, 8, 8), [ft.tensor([[0.0, 0.0, 8.0, 8.0]])]).shape
        (1, 3, 2, 2)
    """

    def __init__(self, output_size: Size, spatial_scale: float) -> None:
        super().__init__()
        self.output_size, self.spatial_scale = output_size, spatial_scale

    def forward(self, input: Tensor, boxes: Tensor | Sequence[Tensor]) -> Tensor:
        return roi_pool(input, boxes, self.output_size, self.spatial_scale)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}, spatial_scale={self.spatial_scale}"
