"""Planes read at places that are computed."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample

# (images, channels, size, reads, points)
SIZES = (
    (2, 3, 5, 4, 6),
    (1, 1, 1, 1, 1),
    (2, 5, 4, 2, 3),
    (2, 0, 5, 2, 3),
    (0, 2, 5, 2, 3),
    (1, 2, 5, 0, 3),
    (1, 2, 5, 2, 0),
)


def _places(make, images, size, reads, points, layout="contiguous"):
    """Some of them outside."""
    return make.integers((images, reads, points), -1, size + 1, layout)


def sample_planes_samples(make):
    for n, c, size, reads, points in SIZES:
        yield sample(make((n, c, size)), _places(make, n, size, reads, points), make((n, reads, points)))
    yield sample(make((2, 3, 0)), _places(make, 2, 0, 1, 4), make((2, 1, 4)))
    layouts = make((2, 3, 5), layout="transposed"), make((2, 2, 6), layout="strided")
    yield sample(layouts[0], _places(make, 2, 5, 2, 6, "reversed"), layouts[1])


def input_gradient_samples(make):
    for n, c, size, reads, points in SIZES:
        yield sample(make((n, c, points)), _places(make, n, size, reads, points), make((n, reads, points)), size)
    yield sample(make((2, 3, 4)), _places(make, 2, 0, 1, 4), make((2, 1, 4)), 0)
    yield sample(make((2, 3, 6), layout="transposed"), _places(make, 2, 5, 2, 6), make((2, 2, 6)), 5)


def weight_gradient_samples(make):
    for n, c, size, reads, points in SIZES:
        yield sample(make((n, c, points)), make((n, c, size)), _places(make, n, size, reads, points))
    yield sample(make((2, 3, 4)), make((2, 3, 0)), _places(make, 2, 0, 1, 4))
    yield sample(make((2, 3, 6), layout="transposed"), make((2, 3, 5), layout="reversed"), _places(make, 2, 5, 2, 6))


def _reads(index, size):
    """(image, read, point, place) of all that are inside."""
    return [(*at, place) for at, place in np.ndenumerate(index) if 0 <= place < size]


def sample_planes(x, index, weight):
    result = np.zeros((*x.shape[:2], index.shape[2]))
    for n, k, p, place in _reads(index, x.shape[2]):
        result[n, :, p] += x[n, :, place] * weight[n, k, p]
    return result


def input_gradient(grad, index, weight, size):
    result = np.zeros((*grad.shape[:2], size))
    for n, k, p, place in _reads(index, size):
        result[n, :, place] += grad[n, :, p] * weight[n, k, p]
    return result


def weight_gradient(grad, x, index):
    result = np.zeros(index.shape)
    for n, k, p, place in _reads(index, x.shape[2]):
        result[n, k, p] = grad[n, :, p] @ x[n, :, place]
    return result


def sample_planes_errors(make):
    message = "sample_planes(): argument 'input': expected 3 dimensions, got (3, 5)"
    yield error(ShapeError, message, make((3, 5)), make.integers((2, 1, 4), 0, 5), make((2, 1, 4)))
    message = "sample_planes(): argument 'index': expected shape (2, K, P), got (3, 1, 4)"
    yield error(ShapeError, message, make((2, 3, 5)), make.integers((3, 1, 4), 0, 5), make((3, 1, 4)))
    message = "sample_planes(): argument 'weight': expected shape (2, 1, 4) as index, got (2, 2, 4)"
    yield error(ShapeError, message, make((2, 3, 5)), make.integers((2, 1, 4), 0, 5), make((2, 2, 4)))
    message = "sample_planes(): argument 'weight': expected input's dtype float32, got float64"
    yield error(DTypeError, message, make((2, 3, 5)), make.integers((2, 1, 4), 0, 5), make.array(np.zeros((2, 1, 4))))
    message = "sample_planes(): argument 'index': expected integers, got float32; convert it with .long()"
    yield error(DTypeError, message, make((2, 3, 5)), make((2, 1, 4)), make((2, 1, 4)))


def input_gradient_errors(make):
    name = "sample_planes_input_gradient()"
    message = f"{name}: argument 'index': expected 3 places, as grad_output has elements, got (2, 1, 4)"
    yield error(ShapeError, message, make((2, 3, 3)), make.integers((2, 1, 4), 0, 5), make((2, 1, 4)), 5)
    message = f"{name}: argument 'size': expected 0 or more, got -1"
    yield error(ValueError, message, make((2, 3, 4)), make.integers((2, 1, 4), 0, 5), make((2, 1, 4)), -1)


def weight_gradient_errors(make):
    name = "sample_planes_weight_gradient()"
    message = f"{name}: argument 'input': expected shape (2, 3) and the size of a plane, got (2, 4, 5)"
    yield error(ShapeError, message, make((2, 3, 4)), make((2, 4, 5)), make.integers((2, 1, 4), 0, 5))
    message = f"{name}: argument 'input': expected grad_output's dtype float32, got float64"
    yield error(DTypeError, message, make((2, 3, 4)), make.array(np.zeros((2, 3, 5))), make.integers((2, 1, 4), 0, 5))


ENTRIES = (
    OpInfo(
        "sample_planes",
        sample_planes_samples,
        sample_planes,
        FLOATS,
        errors=sample_planes_errors,
        tolerance=SEVERAL_STEPS,
    ),
    OpInfo(
        "sample_planes_input_gradient",
        input_gradient_samples,
        input_gradient,
        FLOATS,
        errors=input_gradient_errors,
        tolerance=SEVERAL_STEPS,
    ),
    OpInfo(
        "sample_planes_weight_gradient",
        weight_gradient_samples,
        weight_gradient,
        FLOATS,
        errors=weight_gradient_errors,
        tolerance=SEVERAL_STEPS,
    ),
)
