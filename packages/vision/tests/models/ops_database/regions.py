"""Regions of feature maps, sample by sample and place by place."""

import numpy as np
from flambeau.tensor import DTypeError, ShapeError
from flambeau.tensor.testing import opdb

from ._helpers import LAYOUTS, info

# Regions that lie inside, hang over the border, are less than a place wide, and are of the second image.
REGIONS = [[1, 0, 0, 6, 4], [0, -3, -2, 9, 3.5], [1, 2.2, 1.1, 3, 1.3], [0, 2, 2, 8, 9]]


def interpolated(plane, y, x):
    height, width = plane.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return 0.0
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    up = plane[top, left] * (1 - (x - left)) + plane[top, right] * (x - left)
    down = plane[bottom, left] * (1 - (x - left)) + plane[bottom, right] * (x - left)
    return up * (1 - (y - top)) + down * (y - top)


def size_of(output_size):
    return (output_size, output_size) if isinstance(output_size, int) else output_size


def as_rows(boxes):
    """Regions of each image as regions with the image's number."""
    if isinstance(boxes, np.ndarray):
        return boxes.astype(np.float64)
    return np.array([[i, *box] for i, one in enumerate(boxes) for box in one.astype(np.float64)]).reshape(-1, 5)


def aligned_regions(maps, boxes, output_size, spatial_scale=1.0, sampling_ratio=-1, aligned=False):
    size, boxes = size_of(output_size), as_rows(boxes)
    wide = maps.astype(np.float64)
    result = np.zeros((len(boxes), maps.shape[1], *size))
    for k, (image, *box) in enumerate(boxes):
        x1, y1, x2, y2 = np.array(box) * spatial_scale - (0.5 if aligned else 0)
        width, height = x2 - x1, y2 - y1
        if not aligned:
            width, height = max(width, 1), max(height, 1)
        ratio = sampling_ratio
        counts = [ratio if ratio > 0 else int(np.ceil(v / n)) for v, n in ((height, size[0]), (width, size[1]))]
        for c, i, j in np.ndindex(maps.shape[1], *size):
            samples = [
                interpolated(
                    wide[int(image), c],
                    y1 + (i + (a + 0.5) / counts[0]) * height / size[0],
                    x1 + (j + (b + 0.5) / counts[1]) * width / size[1],
                )
                for a, b in np.ndindex(*counts)
            ]
            result[k, c, i, j] = np.mean(samples) if samples else 0
    return result.astype(maps.dtype)


def pooled_regions(maps, boxes, output_size, spatial_scale=1.0):
    size, boxes = size_of(output_size), as_rows(boxes)
    result = np.zeros((len(boxes), maps.shape[1], *size), maps.dtype)
    for k, (image, *box) in enumerate(boxes):
        x1, y1, x2, y2 = (int(np.trunc(v * spatial_scale + np.copysign(0.5, v))) for v in box)
        width, height = max(x2 - x1 + 1, 1), max(y2 - y1 + 1, 1)
        for i, j in np.ndindex(*size):
            rows = slice(*np.clip([y1 + i * height // size[0], y1 + -(-(i + 1) * height // size[0])], 0, maps.shape[2]))
            columns = slice(
                *np.clip([x1 + j * width // size[1], x1 + -(-(j + 1) * width // size[1])], 0, maps.shape[3])
            )
            part = maps[int(image), :, rows, columns]
            if part.size:
                result[k, :, i, j] = part.max((1, 2))
    return result


def regions(make):
    """Maps, regions and sizes; values all different, so that maxima are of one place."""
    yield opdb.sample(make.distinct((2, 2, 5, 6)), make.array(REGIONS, np.float32), 2)
    yield opdb.sample(make.distinct((2, 1, 5, 6)), make.array(REGIONS, np.float32), (1, 3), spatial_scale=0.5)
    by_image = [make.array([row[1:] for row in REGIONS if row[0] == image], np.float32) for image in (0, 1)]
    yield opdb.sample(make.distinct((2, 1, 5, 6)), by_image, 2)
    yield opdb.sample(make.distinct((2, 1, 5, 6)), make.array(np.zeros((0, 5)), np.float32), 2)
    yield opdb.sample(make.distinct((0, 1, 5, 6)), make.array(np.zeros((0, 5)), np.float32), 2)
    yield opdb.sample(make.distinct((2, 0, 5, 6)), make.array(REGIONS, np.float32), 2)
    for layout in LAYOUTS:
        yield opdb.sample(make.distinct((2, 1, 4, 5), layout), make.array(REGIONS, np.float32), 2)


def sampled(make):
    yield from regions(make)
    for ratio in (-1, 1, 2):
        for aligned in (False, True):
            rest = {"sampling_ratio": ratio, "aligned": aligned}
            yield opdb.sample(make((2, 1, 4, 5)), make.array(REGIONS, np.float32), (2, 1), 0.75, **rest)


def errors(name):
    def bad(make):
        maps, rows = make((2, 1, 4, 4)), make.array(REGIONS, np.float32)
        message = f"{name}(): argument 'input': expected (N, C, H, W), got (1, 4, 4)"
        yield opdb.error(ShapeError, message, make((1, 4, 4)), rows, 2)
        message = f"{name}(): argument 'boxes': expected (K, 5), a row being image, x1, y1, x2, y2, got (3, 4)"
        yield opdb.error(ShapeError, message, maps, make((3, 4)), 2)
        message = f"{name}(): argument 'boxes': expected 2 Tensors, one for each image, got 1"
        yield opdb.error(ShapeError, message, maps, [make((3, 4))], 2)
        message = f"{name}(): argument 'boxes': expected Tensors of shape (L, 4), got (3, 5)"
        yield opdb.error(ShapeError, message, maps, [make((3, 5)), make((3, 4))], 2)
        message = f"{name}(): argument 'boxes': expected numbers of images below 2, got 2"
        yield opdb.error(ValueError, message, maps, make.array([[2.0, 0, 0, 1, 1]], np.float32), 2)
        message = f"{name}(): argument 'output_size': expected a positive height and width, got 0"
        yield opdb.error(ValueError, message, maps, rows, 0)
        message = f"{name}(): argument 'input': expected Tensor, got str"
        yield opdb.error(TypeError, message, "maps", rows, 2)
        message = f"{name}(): argument 'boxes': expected Tensor, or a list of Tensors, got str"
        yield opdb.error(TypeError, message, maps, "xy", 2)
        message = f"{name}(): argument 'input': expected a floating dtype, got int64; convert it with .float()"
        yield opdb.error(DTypeError, message, make.integers((2, 1, 4, 4), 0, 9), rows, 2)

    return bad


ENTRIES = [
    info(
        "roi_align", sampled, aligned_regions, dtypes=opdb.FLOATS, errors=errors("roi_align"),
        tolerance={opdb.FLOATS[0]: (1e-2, 2e-3), opdb.FLOATS[1]: (5e-2, 2e-2)},  # the weights are of this dtype, too
    ),
    info("roi_pool", regions, pooled_regions, dtypes=opdb.FLOATS, errors=errors("roi_pool")),
]  # fmt: skip
