"""Boxes as four numbers: conversions, areas, overlaps and what is done with them."""

from __future__ import annotations

import math

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._checks import check_boxes, check_tensor

__all__ = [
    "box_area",
    "box_convert",
    "box_iou",
    "clip_boxes_to_image",
    "complete_box_iou",
    "distance_box_iou",
    "generalized_box_iou",
    "masks_to_boxes",
    "remove_small_boxes",
]

FORMATS = ("xyxy", "xywh", "cxcywh")


def box_convert(boxes: Tensor, in_fmt: str, out_fmt: str) -> Tensor:
    """Boxes in another format.

    Args:
        boxes: of shape (..., 4).
        in_fmt: their format: ``"xyxy"`` (two corners), ``"xywh"`` (corner, width and height) or ``"cxcywh"`` (centre,
            width and height).
        out_fmt: the format wanted, one of the same.

    Raises:
        ValueError: no such format.
        ShapeError: the last dimension is not 4.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.box_convert(ft.tensor([[1.0, 2.0, 4.0, 8.0]]), "xyxy", "cxcywh").tolist()
        [[2.5, 5.0, 3.0, 6.0]]
    """
    for argument, value in (("in_fmt", in_fmt), ("out_fmt", out_fmt)):
        if value not in FORMATS:
            errors.value_error("box_convert", argument, f"one of {', '.join(map(repr, FORMATS))}", repr(value))
    check_boxes("box_convert", "boxes", boxes)
    if in_fmt == out_fmt:
        return boxes.clone()
    a, b, c, d = boxes.unbind(-1)
    if in_fmt == "xywh":
        a, b, c, d = a, b, a + c, b + d
    elif in_fmt == "cxcywh":
        a, b, c, d = a - c / 2, b - d / 2, a + c / 2, b + d / 2
    if out_fmt == "xywh":
        a, b, c, d = a, b, c - a, d - b
    elif out_fmt == "cxcywh":
        a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
    return ft.stack([a, b, c, d], -1)


def box_area(boxes: Tensor) -> Tensor:
    """Areas of boxes.

    Args:
        boxes: of shape (..., 4), as x1, y1, x2, y2.

    Returns:
        Areas of shape (...).

    Example:
        >>> from flambeau.vision import ops
        >>> ops.box_area(ft.tensor([[1.0, 2.0, 4.0, 8.0]])).tolist()
        [18.0]
    """
    check_boxes("box_area", "boxes", boxes)
    x1, y1, x2, y2 = _wide(boxes).unbind(-1)
    return (x2 - x1) * (y2 - y1)


def _wide(boxes: Tensor) -> Tensor:
    """In a dtype that holds an area: float32 for shorter floats, int64 for shorter integers."""
    if boxes.is_floating_point():
        return boxes if boxes.dtype in (ft.float32, ft.float64) else boxes.float()
    return boxes.long()


def _intersection(op: str, boxes1: Tensor, boxes2: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of each pair: both boxes, broadcast, and the areas of intersection and union."""
    check_boxes(op, "boxes1", boxes1)
    check_boxes(op, "boxes2", boxes2)
    a, b = _wide(boxes1).unsqueeze(-2), _wide(boxes2).unsqueeze(-3)
    corner = ft.maximum(a[..., :2], b[..., :2])
    size = (ft.minimum(a[..., 2:], b[..., 2:]) - corner).clamp(min=0)
    inside = size[..., 0] * size[..., 1]
    union = box_area(a) + box_area(b) - inside
    return a, b, inside, union


def box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    r"""Intersection over union of all pairs of boxes.

    .. math:: \text{IoU} = |A \cap B| / |A \cup B|

    Args:
        boxes1: of shape (..., N, 4), as x1, y1, x2, y2.
        boxes2: of shape (..., M, 4).

    Returns:
        Ratios of shape (..., N, M).

    Example:
        >>> from flambeau.vision import ops
        >>> a = ft.tensor([[0.0, 0.0, 2.0, 2.0]])
        >>> ops.box_iou(a, ft.tensor([[0.0, 0.0, 2.0, 1.0], [0.0, 0.0, 2.0, 2.0]])).tolist()
        [[0.5, 1.0]]
    """
    _, _, inside, union = _intersection("box_iou", boxes1, boxes2)
    return inside / union


def _hull(a: Tensor, b: Tensor) -> Tensor:
    """Width and height of the smallest box around both."""
    return (ft.maximum(a[..., 2:], b[..., 2:]) - ft.minimum(a[..., :2], b[..., :2])).clamp(min=0)


def generalized_box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    r"""Generalised IoU of all pairs of boxes: also says how far apart those are that do not meet.

    .. math:: \text{GIoU} = \text{IoU} - \frac{|C| - |A \cup B|}{|C|},\quad C \text{ the smallest box around both}

    After Rezatofighi and others (arXiv:1902.09630).

    Args:
        boxes1: of shape (..., N, 4), as x1, y1, x2, y2.
        boxes2: of shape (..., M, 4).

    Returns:
        Numbers in (-1, 1] of shape (..., N, M).

    Example:
        >>> from flambeau.vision import ops
        >>> ops.generalized_box_iou(ft.tensor([[0.0, 0.0, 1.0, 1.0]]), ft.tensor([[3.0, 0.0, 4.0, 1.0]])).tolist()
        [[-0.5]]
    """
    a, b, inside, union = _intersection("generalized_box_iou", boxes1, boxes2)
    return generalized(a, b, inside, union)


def generalized(a: Tensor, b: Tensor, inside: Tensor, union: Tensor, eps: float = 0.0) -> Tensor:
    size = _hull(a, b)
    around = size[..., 0] * size[..., 1]
    return inside / (union + eps) - (around - union) / (around + eps)


def distance_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    r"""Distance IoU of all pairs of boxes.

    .. math:: \text{DIoU} = \text{IoU} - \rho^2 / c^2

    where :math:`\rho` is the distance of the centres and c the diagonal of the smallest box around both. After Zheng
    and others (arXiv:1911.08287).

    Args:
        boxes1: of shape (..., N, 4), as x1, y1, x2, y2.
        boxes2: of shape (..., M, 4).
        eps: added to :math:`c^2`.

    Returns:
        Numbers in (-1, 1] of shape (..., N, M).

    Example:
        >>> from flambeau.vision import ops
        >>> boxes = ft.tensor([[0.0, 0.0, 1.0, 1.0]])
        >>> ops.distance_box_iou(boxes, boxes).tolist()
        [[1.0]]
    """
    a, b, inside, union = _intersection("distance_box_iou", boxes1, boxes2)
    return inside / union - remoteness(a, b, eps)


def remoteness(a: Tensor, b: Tensor, eps: float) -> Tensor:
    """Square of the distance of the centres over that of the diagonal of the smallest box around both."""
    size = _hull(a, b)
    apart = (a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) / 2
    return (apart * apart).sum(-1) / ((size * size).sum(-1) + eps)


def complete_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    r"""Complete IoU of all pairs of boxes: the distance IoU less a penalty for another shape.

    .. math:: \text{CIoU} = \text{DIoU} - \alpha v,\quad
        v = \frac{4}{\pi^2} \Bigl(\arctan\frac{w_1}{h_1} - \arctan\frac{w_2}{h_2}\Bigr)^2,\quad
        \alpha = \frac{v}{1 - \text{IoU} + v}

    After Zheng and others (arXiv:1911.08287). No gradient flows through :math:`\alpha`.

    Args:
        boxes1: of shape (..., N, 4), as x1, y1, x2, y2.
        boxes2: of shape (..., M, 4).
        eps: added to what is divided by.

    Returns:
        Numbers of shape (..., N, M).

    Example:
        >>> from flambeau.vision import ops
        >>> boxes = ft.tensor([[0.0, 0.0, 1.0, 1.0]])
        >>> ops.complete_box_iou(boxes, boxes).tolist()
        [[1.0]]
    """
    a, b, inside, union = _intersection("complete_box_iou", boxes1, boxes2)
    iou = inside / union
    return iou - remoteness(a, b, eps) - misshape(a, b, iou, eps)


def misshape(a: Tensor, b: Tensor, iou: Tensor, eps: float) -> Tensor:
    """The penalty of CIoU for another ratio of width to height."""
    angles = [((x[..., 2] - x[..., 0]) / (x[..., 3] - x[..., 1])).atan() for x in (a, b)]
    v = 4 / math.pi**2 * (angles[0] - angles[1]) ** 2
    alpha = (v / (1 - iou + v + eps)).data
    return alpha * v


def clip_boxes_to_image(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes cut off at the borders of the image.

    Args:
        boxes: of shape (..., 4), as x1, y1, x2, y2.
        size: height and width of the image.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.clip_boxes_to_image(ft.tensor([[-1.0, 2.0, 30.0, 8.0]]), (5, 20)).tolist()
        [[0.0, 2.0, 20.0, 5.0]]
    """
    check_boxes("clip_boxes_to_image", "boxes", boxes)
    height, width = size
    x1, y1, x2, y2 = boxes.unbind(-1)
    xs, ys = (ft.stack(pair, -1) for pair in ((x1, x2), (y1, y2)))
    xs, ys = xs.clamp(0, width), ys.clamp(0, height)
    return ft.stack([xs[..., 0], ys[..., 0], xs[..., 1], ys[..., 1]], -1)


def remove_small_boxes(boxes: Tensor, min_size: float) -> Tensor:
    """The numbers of the boxes whose sides are all at least ``min_size``.

    Args:
        boxes: of shape (N, 4), as x1, y1, x2, y2.
        min_size: the least side.

    Returns:
        Indices, int64.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.remove_small_boxes(ft.tensor([[0.0, 0.0, 9.0, 1.0], [0.0, 0.0, 3.0, 3.0]]), 2).tolist()
        [1]
    """
    check_boxes("remove_small_boxes", "boxes", boxes)
    sides = boxes[:, 2:] - boxes[:, :2]
    return (sides >= min_size).all(1).nonzero().squeeze(1)


def masks_to_boxes(masks: Tensor) -> Tensor:
    """The smallest boxes around masks.

    Args:
        masks: of shape (N, H, W); what is not zero belongs to the mask.

    Returns:
        float32 of shape (N, 4), as x1, y1, x2, y2, the last pixel's number included; zeros for an empty mask.

    Raises:
        ShapeError: masks of another number of dimensions.

    Example:
        >>> from flambeau.vision import ops
        >>> mask = ft.zeros(1, 5, 6)
        >>> mask[0, 1:3, 2:5] = 1
        >>> ops.masks_to_boxes(mask).tolist()
        [[2.0, 1.0, 4.0, 2.0]]
    """
    check_tensor("masks_to_boxes", "masks", masks)
    if masks.ndim != 3:
        errors.shape_error("masks_to_boxes", "masks", "(N, H, W)", str(masks.shape))
    filled = masks != 0
    if 0 in masks.shape:
        return ft.zeros(masks.shape[0], 4, device=masks.device)
    ends = []
    for dim in (1, 2):  # the rows of the image, then its columns
        line = filled.any(3 - dim).long()
        first, last = line.argmax(1), line.shape[1] - 1 - line.flip(1).argmax(1)
        some = line.any(1)
        ends.append([ft.where(some, place, 0) for place in (first, last)])
    (top, bottom), (left, right) = ends
    return ft.stack([left, top, right, bottom], 1).float()
