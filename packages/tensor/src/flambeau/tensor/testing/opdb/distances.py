"""Distances between vectors."""

import numpy as np

from ...errors import ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample


def cdist(x1, x2, p=2.0):
    size = np.abs(x1[..., :, None, :] - x2[..., None, :, :])
    if np.isinf(p):
        return size.max(-1, initial=0)
    return (size != 0).sum(-1).astype(float) if p == 0 else (size**p).sum(-1) ** (1 / p)


def samples(make):
    for p in (2.0, 1, 3, np.inf):
        yield sample(make((3, 4)), make((2, 4)), p)
    yield sample(make((3, 4)), make((2, 4)), 0, smooth=False)
    for layout in ("transposed", "strided", "reversed"):
        yield sample(make((3, 4), layout=layout), make((2, 4)))
    yield sample(make((2, 3, 2)), make((4, 2)))
    yield sample(make((2, 1, 3, 2)), make((2, 1, 2)), 1)
    yield sample(make((0, 4)), make((2, 4)))
    yield sample(make((3, 4)), make((0, 4)), 1)
    yield sample(make((3, 0)), make((2, 0)), np.inf)
    yield sample(make((27, 2)), make((2, 2)))
    yield sample(make.values([[0, 0], [1, 2]]), make.values([[0, 0], [1, 1]]), smooth=False)


def errors(make):
    message = "cdist(): argument 'x2': expected size 4 in the last dimension, got shape (2, 3)"
    yield error(ShapeError, message, make((3, 4)), make((2, 3)))
    message = "cdist(): argument 'x1': expected at least 2 dimensions, got shape (4,)"
    yield error(ShapeError, message, make(4), make((2, 4)))
    message = "cdist(): argument 'x2': expected dimensions before the last two that broadcast with x1's (2,), got shape"
    yield error(ShapeError, f"{message} (3, 2, 4)", make((2, 3, 4)), make((3, 2, 4)))
    yield error(ValueError, "cdist(): argument 'p': expected 0 or more, got -1", make((3, 4)), make((2, 4)), -1)


WIDE = {**SEVERAL_STEPS, FLOATS[2]: (1e-5, 2e-5)}  # a product of matrices rounds the squares

ENTRIES = (OpInfo("cdist", samples, cdist, FLOATS, errors=errors, tolerance=WIDE),)
