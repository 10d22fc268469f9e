"""Losses of each element."""

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS, TO_FLOAT
from ._info import SEVERAL_STEPS, OpInfo
from ._make import error, sample


def pairs(make, low=None, high=None):
    """Predictions and targets that broadcast, in every layout."""
    for shape, other in (((2, 3), (2, 3)), ((), ()), ((2, 1), (3,)), ((0, 3), (1, 3))):
        yield make(shape), make(other, low, high)
    for layout in LAYOUTS:
        yield make((3, 4), layout=layout), make((3, 4), low, high)


def distance_samples(make):
    for x, y in pairs(make, 4.2, 6):
        yield sample(x, y)
        yield sample(x, y, 0)
    yield sample(make((8,), 0, 1), make((8,), 0, 1), beta=9, scale=3)
    yield sample(make((8,), 0, 1), make((8,), 3, 4), 0.5, 0.25)
    yield sample(make((8,), 4, 4.9), make((8,), 4, 4.9))
    yield sample(make.extremes(), make(()), smooth=False)
    yield sample(make.values([1, 1, 0]), make.values([1, 2, 0]), 0, smooth=False)


def smooth_l1(x, y, beta=1.0, scale=1.0):
    d = np.abs(x - y)
    return np.where(d < beta, d * d / (2 * (beta or 1)), d - beta / 2) * scale


def chance_samples(make):
    for x, y in pairs(make):
        yield sample(x, y)
    if make.is_float:
        yield sample(
            make.values([0.0, 1.0, 0.0, 1.0, np.nan, 0.5]), make.values([0.0, 1.0, 1.0, 0.0, 1.0, np.nan]), smooth=False
        )


def binary_entropy(x, y):
    return (y - 1) * np.maximum(np.log1p(-x), -100) - y * np.maximum(np.log(x), -100)


def score_samples(make):
    for x, y in pairs(make, 0, 1):
        yield sample(x, y)
        yield sample(x, y, 3)
    yield sample(make((2, 3)), make((2, 3), 0, 1), make((3,), 0.5, 2))
    if make.is_float:
        ends = make.values([np.inf, -np.inf, np.nan, 1e4, -1e4])
        yield sample(ends, make.values([0.0, 1.0, 1.0, 0.25, 0.25]), 2.0, smooth=False)


def logistic_entropy(x, y, pos_weight=1):
    return (1 - y) * x + (1 + (pos_weight - 1) * y) * np.logaddexp(0, -x)


def shape_error(name):
    def errors(make):
        message = f"{name}(): argument 'target': expected a shape that broadcasts with input's (2, 3), got (2,)"
        yield error(ShapeError, message, make((2, 3)), make((2,)))

    return errors


ENTRIES = tuple(
    OpInfo(name, samples, reference, tolerance=SEVERAL_STEPS, errors=shape_error(name), **options, **TO_FLOAT)
    for name, samples, reference, options in (
        ("smooth_l1", distance_samples, smooth_l1, {}),
        ("binary_entropy", chance_samples, binary_entropy, {"domain": (0.05, 0.95)}),
        ("logistic_entropy", score_samples, logistic_entropy, {}),
    )
)
