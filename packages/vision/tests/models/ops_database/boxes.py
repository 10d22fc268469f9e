"""Boxes one by one: other formats, areas, borders, and which are large enough."""

import numpy as np
from flambeau.tensor.testing import opdb

from ._helpers import LAYOUTS, boxes, each, info, not_boxes, wide

CORNERS = {
    "xyxy": lambda a, b, c, d: (a, b, c, d),
    "xywh": lambda x, y, w, h: (x, y, x + w, y + h),
    "cxcywh": lambda x, y, w, h: (x - w / 2, y - h / 2, x + w / 2, y + h / 2),
}
FROM_CORNERS = {
    "xyxy": lambda a, b, c, d: (a, b, c, d),
    "xywh": lambda a, b, c, d: (a, b, c - a, d - b),
    "cxcywh": lambda a, b, c, d: ((a + c) / 2, (b + d) / 2, c - a, d - b),
}


def shapes(make):
    yield boxes(make)
    yield boxes(make, 3)
    yield boxes(make, 2, 2)
    yield boxes(make, 0)
    for layout in LAYOUTS:
        yield boxes(make, 3, layout=layout)


def formats(make):
    for given in CORNERS:
        for wanted in FROM_CORNERS:
            yield opdb.sample(boxes(make, 3), given, wanted)
    for x in shapes(make):
        yield opdb.sample(x, "xyxy", out_fmt="cxcywh")


def converted(x, in_fmt, out_fmt):
    halves = in_fmt != out_fmt and "cxcywh" in (in_fmt, out_fmt) and not opdb.is_float(x.dtype)
    found = each(lambda box: FROM_CORNERS[out_fmt](*CORNERS[in_fmt](*box)), np.float32 if halves else x.dtype, x)
    return found.reshape(x.shape)


def format_errors(make):
    message = "box_convert(): argument 'out_fmt': expected one of 'xyxy', 'xywh', 'cxcywh', got 'yxyx'"
    yield opdb.error(ValueError, message, boxes(make, 2), "xyxy", "yxyx")
    yield from not_boxes("box_convert", "boxes", "xyxy", "xywh")(make)


def alone(make):
    for x in shapes(make):
        yield opdb.sample(x)


def area(x):
    return each(lambda box: (box[2] - box[0]) * (box[3] - box[1]), wide(x.dtype), x)


def bordered(make):
    for x in shapes(make):
        yield opdb.sample(x, (6, 5))


def clipped(x, size):
    height, width = size
    ends = (width, height, width, height)
    found = each(lambda box: [min(max(v, 0), end) for v, end in zip(box, ends, strict=True)], x.dtype, x)
    return found.reshape(x.shape)


def listed(make):
    yield opdb.sample(boxes(make, 6), 4)
    yield opdb.sample(boxes(make, 0), 4)
    for layout in LAYOUTS:
        yield opdb.sample(boxes(make, 6, layout=layout), 3)


def large(x, min_size):
    wide = x.astype(np.float64)
    return np.flatnonzero([min(box[2] - box[0], box[3] - box[1]) >= min_size for box in wide]).astype(np.int64)


ENTRIES = [
    info("box_convert", formats, converted, errors=format_errors),
    info("box_area", alone, area, errors=not_boxes("box_area")),
    info("clip_boxes_to_image", bordered, clipped, errors=not_boxes("clip_boxes_to_image", "boxes", (6, 5))),
    info("remove_small_boxes", listed, large, errors=not_boxes("remove_small_boxes", "boxes", 4), derivative=False),
]
