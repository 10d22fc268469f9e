"""Non-maximum suppression: of boxes that overlap, the best stays."""

from __future__ import annotations

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import Tensor, errors

from ._checks import check_boxes, check_tensor

__all__ = ["batched_nms", "nms"]


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """The boxes that stay when each removes all that overlap it and have a lower score.

    Args:
        boxes: of shape (N, 4), as x1, y1, x2, y2.
        scores: of shape (N,).
        iou_threshold: a box whose intersection over union with a better one is more than this is removed.

    Returns:
        Indices of the boxes that stay, int64, the best first. Of equal scores the first is the better.

    Raises:
        ShapeError: boxes or scores of another shape.

    Example:
        >>> from flambeau.vision import ops
        >>> boxes = ft.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 1.9], [5.0, 5.0, 6.0, 6.0]])
        >>> ops.nms(boxes, ft.tensor([0.5, 0.9, 0.3]), 0.5).tolist()
        [1, 2]
    """
    _check("nms", boxes, scores)
    device = boxes.device
    # One box after the other: on the host, where a step costs microseconds and no synchronisation.
    corners = boxes.data.cpu().double().numpy()
    order = np.argsort(-scores.data.cpu().double().numpy(), kind="stable")
    return ft.from_numpy(_kept(corners, order, iou_threshold)).to(device)


def _check(op: str, boxes: Tensor, scores: Tensor) -> None:
    check_boxes(op, "boxes", boxes)
    check_tensor(op, "scores", scores)
    if boxes.ndim != 2:
        errors.shape_error(op, "boxes", "(N, 4)", str(boxes.shape))
    if scores.shape != boxes.shape[:1]:
        errors.shape_error(op, "scores", f"({boxes.shape[0]},), one for each box", str(scores.shape))


def _kept(corners: np.ndarray, order: np.ndarray, threshold: float) -> np.ndarray:
    x1, y1, x2, y2 = np.ascontiguousarray(corners[order].T)
    areas = (x2 - x1) * (y2 - y1)
    alive = np.ones(len(order), dtype=bool)
    for i in range(len(order)):
        if not alive[i]:
            continue
        rest = slice(i + 1, None)
        width = np.minimum(x2[i], x2[rest]) - np.maximum(x1[i], x1[rest])
        height = np.minimum(y2[i], y2[rest]) - np.maximum(y1[i], y1[rest])
        inside = np.maximum(width, 0) * np.maximum(height, 0)
        # a product rather than a quotient: no division by the area of an empty box
        alive[rest] &= ~(inside > threshold * (areas[i] + areas[rest] - inside))
    return order[alive]


def batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: float) -> Tensor:
    """:func:`nms` within each class: boxes of different classes do not remove each other.

    Args:
        boxes: of shape (N, 4), as x1, y1, x2, y2.
        scores: of shape (N,).
        idxs: class of each box, of shape (N,).
        iou_threshold: a box whose intersection over union with a better one is more than this is removed.

    Returns:
        Indices of the boxes that stay, int64, the best first.

    Raises:
        ShapeError: arguments of another shape.

    Example:
        >>> from flambeau.vision import ops
        >>> boxes = ft.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 1.9]])
        >>> ops.batched_nms(boxes, ft.tensor([0.5, 0.9]), ft.tensor([0, 1]), 0.5).tolist()
        [1, 0]
    """
    _check("batched_nms", boxes, scores)
    check_tensor("batched_nms", "idxs", idxs)
    if idxs.shape != scores.shape:
        errors.shape_error("batched_nms", "idxs", f"({boxes.shape[0]},), one for each box", str(idxs.shape))
    kept = []
    for group in idxs.unique():
        members = (idxs == group).nonzero().squeeze(1)
        kept.append(members[nms(boxes[members], scores[members], iou_threshold)])
    if not kept:
        return ft.zeros(0, dtype=ft.int64, device=boxes.device)
    all_kept = ft.cat(kept).sort().values
    return all_kept[scores[all_kept].argsort(descending=True, stable=True)]
