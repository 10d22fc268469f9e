"""Overlaps of boxes, of all pairs or of one with one, and the losses made of them."""

import math

import numpy as np
from flambeau.tensor import ShapeError
from flambeau.tensor.testing import opdb

from ._helpers import LAYOUTS, boxes, each, info, not_boxes, quotient, reduced

EPS = 1e-7  # the usual one of the functions


def area(box):
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def inside(a, b):
    return area([max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])])


def iou(a, b):
    return inside(a, b) / (area(a) + area(b) - inside(a, b))


def around(a, b):
    return [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]


def giou(a, b):
    hull = area(around(a, b))
    return iou(a, b) - (hull - (area(a) + area(b) - inside(a, b))) / hull


def diou(a, b):
    hull = around(a, b)
    distance = math.hypot((a[0] + a[2] - b[0] - b[2]) / 2, (a[1] + a[3] - b[1] - b[3]) / 2)
    return iou(a, b) - distance**2 / ((hull[2] - hull[0]) ** 2 + (hull[3] - hull[1]) ** 2 + EPS)


def ciou(a, b):
    angles = [math.atan((x[2] - x[0]) / (x[3] - x[1])) for x in (a, b)]
    v = 4 / math.pi**2 * (angles[0] - angles[1]) ** 2
    return diou(a, b) - v**2 / (1 - iou(a, b) + v + EPS)


def of_all_pairs(overlap):
    def reference(boxes1, boxes2):
        left = np.repeat(boxes1[..., :, None, :], boxes2.shape[-2], -2)
        right = np.repeat(boxes2[..., None, :, :], boxes1.shape[-2], -3)
        both = np.broadcast_arrays(left, right)
        return each(overlap, quotient(np.result_type(boxes1.dtype)), *both)

    return reference


def samples_of_pairs(make):
    yield opdb.sample(boxes(make, 3), boxes(make, 2))
    yield opdb.sample(boxes(make, 2, 2), boxes(make, 2, 3))
    yield opdb.sample(boxes(make, 0), boxes(make, 3))
    yield opdb.sample(boxes(make, 2), boxes(make, 0))
    for layout in LAYOUTS:
        yield opdb.sample(boxes(make, 3, layout=layout), boxes(make, 2))
        yield opdb.sample(boxes(make, 2), boxes(make, 3, layout=layout))


def errors_of_pairs(name):
    def errors(make):
        yield from not_boxes(name, "boxes1", boxes(make, 2))(make)
        message = f"{name}(): argument 'boxes2': expected (..., 4), the last dimension being x1, y1, x2, y2, got (2, 5)"
        yield opdb.error(ShapeError, message, boxes(make, 2), make((2, 5)))

    return errors


def pairs(name, overlap, **options):
    return info(name, samples_of_pairs, of_all_pairs(overlap), errors=errors_of_pairs(name), **options)


def loss_of(overlap):
    def reference(boxes1, boxes2, reduction="none"):
        losses = each(lambda a, b: 1 - overlap(a, b), quotient(boxes1.dtype), boxes1, boxes2)
        return reduced(losses, reduction)

    return reference


def samples_of_losses(make):
    yield opdb.sample(boxes(make), boxes(make))
    yield opdb.sample(boxes(make, 2, 3), boxes(make, 2, 3))
    for reduction in ("none", "sum", "mean"):
        yield opdb.sample(boxes(make, 3), boxes(make, 3), reduction)
        yield opdb.sample(boxes(make, 0), boxes(make, 0), reduction=reduction)
    for layout in LAYOUTS:
        yield opdb.sample(boxes(make, 3, layout=layout), boxes(make, 3))
        yield opdb.sample(boxes(make, 3), boxes(make, 3, layout=layout))


def errors_of_losses(name):
    def errors(make):
        yield from not_boxes(name, "boxes1", boxes(make, 2))(make)
        message = f"{name}(): argument 'boxes2': expected (3, 4), as boxes1, got (2, 4)"
        yield opdb.error(ShapeError, message, boxes(make, 3), boxes(make, 2))
        message = f"{name}(): argument 'reduction': expected 'none', 'mean' or 'sum', got 'max'"
        yield opdb.error(ValueError, message, boxes(make, 3), boxes(make, 3), "max")

    return errors


def loss(name, overlap, **options):
    return info(name, samples_of_losses, loss_of(overlap), errors=errors_of_losses(name), **options)


# No gradient flows through a factor of CIoU, by definition: test_ops.py has its gradients.
ENTRIES = [
    pairs("box_iou", iou),
    pairs("generalized_box_iou", giou),
    pairs("distance_box_iou", diou),
    pairs("complete_box_iou", ciou, derivative=False),
    loss("generalized_box_iou_loss", giou),
    loss("distance_box_iou_loss", diou),
    loss("complete_box_iou_loss", ciou, derivative=False),
]
