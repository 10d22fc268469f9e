"""Losses between boxes and targets, pair by pair, made of overlaps."""

from __future__ import annotations

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._checks import check_boxes
from .boxes import _wide, box_area, generalized, misshape, remoteness

__all__ = ["complete_box_iou_loss", "distance_box_iou_loss", "generalized_box_iou_loss"]


def _pairs(op: str, boxes1: Tensor, boxes2: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Both, and the areas of intersection and union of each pair."""
    check_boxes(op, "boxes1", boxes1)
    check_boxes(op, "boxes2", boxes2)
    if boxes2.shape != boxes1.shape:
        errors.shape_error(op, "boxes2", f"{boxes1.shape}, as boxes1", str(boxes2.shape))
    a, b = _wide(boxes1), _wide(boxes2)
    size = ft.minimum(a[..., 2:], b[..., 2:]) - ft.maximum(a[..., :2], b[..., :2])
    inside = size[..., 0].clamp(min=0) * size[..., 1].clamp(min=0)
    return a, b, inside, box_area(a) + box_area(b) - inside


def reduced(op: str, loss: Tensor, reduction: str) -> Tensor:
    """All losses, their mean (0 of none) or their sum."""
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    if reduction == "mean":
        return loss.mean() if loss.numel() else loss.sum()
    errors.value_error(op, "reduction", "'none', 'mean' or 'sum'", repr(reduction))


def generalized_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """1 - GIoU of each pair; see :func:`generalized_box_iou`.

    Args:
        boxes1: of shape (..., 4), as x1, y1, x2, y2.
        boxes2: of the same shape.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        eps: added to what is divided by.

    Example:
        >>> from flambeau.vision import ops
        >>> boxes = ft.tensor([[0.0, 0.0, 1.0, 1.0]])
        >>> ops.generalized_box_iou_loss(boxes, boxes + 1).tolist()
        [1.5]
    """
    return reduced(
        "generalized_box_iou_loss", 1 - generalized(*_pairs("generalized_box_iou_loss", boxes1, boxes2), eps), reduction
    )


def distance_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """1 - DIoU of each pair; see :func:`distance_box_iou`.

    Args:
        boxes1: of shape (..., 4), as x1, y1, x2, y2.
        boxes2: of the same shape.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        eps: added to what is divided by.

    Example:
        >>> from flambeau.vision import ops
        >>> boxes = ft.tensor([[0.0, 0.0, 1.0, 1.0]])
        >>> ops.distance_box_iou_loss(boxes, boxes + 1).tolist()
        [1.25]
    """
    a, b, inside, union = _pairs("distance_box_iou_loss", boxes1, boxes2)
    loss = 1 - inside / (union + eps) + remoteness(a, b, eps)
    return reduced("distance_box_iou_loss", loss, reduction)


def complete_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """1 - CIoU of each pair; see :func:`complete_box_iou`.

    Args:
        boxes1: of shape (..., 4), as x1, y1, x2, y2.
        boxes2: of the same shape.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        eps: added to what is divided by.

    Example:
        >>> from flambeau.vision import ops
        >>> boxes = ft.tensor([[0.0, 0.0, 1.0, 1.0]])
        >>> ops.complete_box_iou_loss(boxes, boxes + 1).tolist()
        [1.25]
    """
    a, b, inside, union = _pairs("complete_box_iou_loss", boxes1, boxes2)
    iou = inside / (union + eps)
    loss = 1 - iou + remoteness(a, b, eps) + misshape(a, b, iou, eps)
    return reduced("complete_box_iou_loss", loss, reduction)
