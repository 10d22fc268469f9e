"""Planes put together anew."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import ALL, NUMERIC, error, sample

# (planes, height, width), shape of rows, shape of columns
SIZES = (
    ((2, 4, 5), (2, 3), (3, 6)),
    ((1, 1, 1), (1, 1), (1, 1)),
    ((3, 2, 4), (1, 5), (1, 2)),
    ((0, 2, 4), (1, 2), (1, 2)),
    ((2, 2, 4), (0, 2), (1, 2)),
    ((2, 2, 4), (1, 2), (2, 0)),
    ((2, 0, 4), (1, 2), (1, 3)),
    ((2, 3, 0), (1, 2), (1, 3)),
)


def _maps(make, planes, rows, columns):
    """Some of them outside."""
    return make.integers(rows, -1, planes[1] + 1), make.integers(columns, -1, planes[2] + 1)


def _neighbours(make, step):
    """Rows and columns of windows of 3 and of 2 every ``step`` elements, with an edge."""
    rows = np.arange(3)[:, None] + np.arange(0, 5, step) - 1
    return make.array(rows), make.array(np.arange(2)[:, None] + np.arange(0, 40, step) - 1)


def remap_samples(make):
    for planes, rows, columns in SIZES:
        yield sample(make(planes), *_maps(make, planes, rows, columns))
    for step in (1, 2):
        yield sample(make((2, 5, 40)), *_neighbours(make, step))
    yield sample(
        make((3, 4, 5), layout="transposed"), make.integers((2, 3), 0, 4, "strided"), make.integers((2, 2), 0, 5)
    )
    yield sample(
        make((3, 4, 5), layout="reversed"), make.integers((2, 3), 0, 4, "reversed"), make.integers((2, 2), 0, 5)
    )


def gradient_samples(make):
    for planes, rows, columns in SIZES:
        shape = (planes[0], rows[0], columns[0], rows[1], columns[1])
        yield sample(make(shape), *_maps(make, planes, rows, columns), planes[1], planes[2])
    for step, shape in ((1, (2, 3, 2, 5, 40)), (2, (2, 3, 2, 3, 20))):
        yield sample(make(shape), *_neighbours(make, step), 5, 40)
    for layout in ("transposed", "strided"):
        yield sample(make((2, 2, 2, 2, 2), layout=layout), *_maps(make, (0, 4, 5), (2, 2), (2, 2)), 4, 5)


def _taken(rows, columns, height, width):
    """Where an element of the result is, and the element of a plane."""
    for (a, r), row in np.ndenumerate(rows):
        for (b, s), column in np.ndenumerate(columns):
            if 0 <= row < height and 0 <= column < width:
                yield (a, b, r, s), (row, column)


def remap_planes(x, rows, columns):
    result = np.zeros((len(x), len(rows), len(columns), rows.shape[1], columns.shape[1]), x.dtype)
    for to, at in _taken(rows, columns, *x.shape[1:]):
        result[(slice(None), *to)] = x[(slice(None), *at)]
    return result


def remap_planes_gradient(grad, rows, columns, height, width):
    result = np.zeros((len(grad), height, width), grad.dtype)
    for to, at in _taken(rows, columns, height, width):
        result[(slice(None), *at)] += grad[(slice(None), *to)]
    return result


def remap_errors(make):
    rows = make.integers((1, 2), 0, 3)
    message = "remap_planes(): argument 'input': expected 3 dimensions, got (3, 5)"
    yield error(ShapeError, message, make((3, 5)), rows, rows)
    message = "remap_planes(): argument 'columns': expected 2 dimensions, got (4,)"
    yield error(ShapeError, message, make((2, 3, 5)), rows, make.integers((4,), 0, 3))
    message = "remap_planes(): argument 'rows': expected integers, got float32; convert it with .long()"
    yield error(DTypeError, message, make((2, 3, 5)), make.array(np.zeros((1, 2), np.float32)), rows)


def gradient_errors(make):
    name, rows = "remap_planes_gradient()", make.integers((1, 2), 0, 3)
    message = f"{name}: argument 'grad_output': expected shape (N, 1, 1, 2, 2), got (3, 1, 1, 2, 4)"
    yield error(ShapeError, message, make((3, 1, 1, 2, 4)), rows, rows, 3, 3)
    message = f"{name}: argument 'width': expected 0 or more, got -1"
    yield error(ValueError, message, make((3, 1, 1, 2, 2)), rows, rows, 3, -1)


ENTRIES = (
    OpInfo("remap_planes", remap_samples, remap_planes, ALL, errors=remap_errors),
    OpInfo(
        "remap_planes_gradient",
        gradient_samples,
        remap_planes_gradient,
        NUMERIC,
        errors=gradient_errors,
        tolerance=SEVERAL_STEPS,
    ),
)
