"""Activation functions of which one half of the input gates the other."""

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS, sigmoid
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample


def glu_samples(make):
    for shape, dim in (((4, 3), 0), ((2, 3, 4), -1), ((3, 2, 2), 1), ((6,), 0), ((0, 4), 1), ((4, 0), 0), ((3, 0), 1)):
        yield sample(make(shape), dim)
    yield sample(make((3, 4)))
    for layout in LAYOUTS:
        yield sample(make((4, 6), layout=layout), dim=1)
    yield sample(make.values([[1.0, np.nan, 3.0, -np.inf], [-1e3, 1e3, 1e3, -1e3]]), smooth=False)


def glu(x, dim=-1):
    values, gates = np.split(x, 2, dim)
    return values * sigmoid(gates)


def backward_samples(make):
    for shape, dim in (((4, 3), 0), ((2, 3, 4), 2), ((3, 2, 2), 1), ((6,), 0), ((0, 4), 1)):
        half = tuple(n // 2 if d == dim else n for d, n in enumerate(shape))
        yield sample(make(half), make(shape), dim)
    yield sample(make((4, 3), layout="transposed"), make((4, 6), layout="reversed"), 1)


def glu_backward(grad, x, dim):
    values, gates = np.split(x, 2, dim)
    return np.concatenate([grad * sigmoid(gates), grad * values * sigmoid(gates) * sigmoid(-gates)], dim)


def glu_errors(make):
    message = "glu(): argument 'input': expected an even size in the dimension that is halved, got shape (2, 3)"
    yield error(ShapeError, message, make((2, 3)))
    message = "glu(): argument 'input': expected an even size in the dimension that is halved, got shape ()"
    yield error(ShapeError, message, make(()))


def backward_errors(make):
    message = "glu_backward(): argument 'grad_output': expected shape (2, 2), got (2, 4)"
    yield error(ShapeError, message, make((2, 4)), make((2, 4)), 1)


ENTRIES = (
    OpInfo("glu", glu_samples, glu, FLOATS, errors=glu_errors, tolerance=SEVERAL_STEPS),
    OpInfo("glu_backward", backward_samples, glu_backward, FLOATS, errors=backward_errors, tolerance=SEVERAL_STEPS),
)
