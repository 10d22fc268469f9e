"""Of boxes that overlap, the best; and the boxes around masks."""

import numpy as np
from flambeau.tensor import ShapeError
from flambeau.tensor.testing import opdb

from ._helpers import LAYOUTS, boxes, info
from .overlaps import iou


def scored(make):
    for count in (8, 1, 0):
        yield opdb.sample(boxes(make, count), make.distinct((count,)), 0.3)
    for layout in LAYOUTS:
        yield opdb.sample(boxes(make, 8, layout=layout), make.distinct((8,), "reversed"), 0.3)


def kept(x, scores, iou_threshold):
    left = sorted(range(len(x)), key=lambda i: (-float(scores[i]), i))
    found = []
    while left:
        best, *rest = left
        found.append(best)
        left = [i for i in rest if iou(*x[[best, i]].astype(np.float64)) <= iou_threshold]
    return np.array(found, np.int64)


def classified(make):
    for call in scored(make):
        x, scores, threshold = call.args
        yield opdb.sample(x, scores, make.integers((len(x),), 0, 3), threshold)


def kept_in_classes(x, scores, idxs, iou_threshold):
    found = [
        members[kept(x[members], scores[members], iou_threshold)]
        for members in (np.flatnonzero(idxs == c) for c in np.unique(idxs))
    ]
    return np.array(sorted(np.concatenate([*found, []]).astype(int), key=lambda i: -float(scores[i])), np.int64)


def errors(name, *classes):
    def bad(make):
        message = f"{name}(): argument 'boxes': expected (N, 4), got (4,)"
        yield opdb.error(ShapeError, message, boxes(make), make((1,)), *classes, 0.5)
        message = f"{name}(): argument 'scores': expected (3,), one for each box, got (2,)"
        yield opdb.error(ShapeError, message, boxes(make, 3), make((2,)), *classes, 0.5)
        message = f"{name}(): argument 'boxes': expected Tensor, got list"
        yield opdb.error(TypeError, message, [[0.0, 0.0, 1.0, 1.0]], make((1,)), *classes, 0.5)

    return bad


def masks(make):
    for shape in ((3, 5, 6), (2, 1, 1), (0, 3, 3), (2, 0, 3)):
        yield opdb.sample(make.bools(shape))
    yield opdb.sample(make.bools((3, 5, 6), "transposed"))
    yield opdb.sample(make((3, 5, 6), 0, 1))


def around(masks):
    found = np.zeros((len(masks), 4), np.float32)
    for i, mask in enumerate(masks):
        rows, columns = np.nonzero(mask)
        if len(rows):
            found[i] = columns.min(), rows.min(), columns.max(), rows.max()
    return found


def mask_errors(make):
    message = "masks_to_boxes(): argument 'masks': expected (N, H, W), got (5, 6)"
    yield opdb.error(ShapeError, message, make.bools((5, 6)))


ENTRIES = [
    info("nms", scored, kept, errors=errors("nms"), derivative=False),
    info("batched_nms", classified, kept_in_classes, errors=errors("batched_nms", None), derivative=False),
    info("masks_to_boxes", masks, around, errors=mask_errors, dtypes=opdb.ALL, derivative=False),
]
