"""Activation functions that are straight between kinks."""

import numpy as np

from ._helpers import unary, unary_samples
from ._make import FLOATS, sample


def with_arguments(*calls, required=False):
    """Samples with these further arguments, beside those without any unless some are required."""

    def samples(make):
        if required:
            for each in unary_samples(make):
                yield sample(*each.args, *calls[0], smooth=each.smooth)
        else:
            yield from unary_samples(make)
        for arguments in calls:
            yield sample(make((2, 3)), *arguments)
            yield sample(make.extremes(), *arguments, smooth=False)

    return samples


def hardsigmoid(x):
    return np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, x / 6 + 0.5))


def hardswish(x):
    return np.where(x <= -3, 0.0, np.where(x >= 3, x, x * (x / 6 + 0.5)))


def softshrink(x, lambd=0.5):
    return np.where(x > lambd, x - lambd, np.where(x < -lambd, x + lambd, np.where(np.isnan(x), x, 0.0)))


ENTRIES = (
    unary(
        "hardtanh",
        lambda x, low=-1.0, high=1.0: np.clip(x, low, high),
        samples=with_arguments((-0.5, 1.5)),
        dtypes=FLOATS,
        kinks=(-1.0, -0.5, 1.0, 1.5),
    ),
    unary("relu6", lambda x: np.clip(x, 0, 6), kinks=(0.0, 6.0), domain=(-3.0, 9.0)),
    unary("hardsigmoid", hardsigmoid, dtypes=FLOATS, domain=(-5.0, 5.0), kinks=(-3.0, 3.0)),
    unary("hardswish", hardswish, dtypes=FLOATS, domain=(-5.0, 5.0), kinks=(-3.0, 3.0)),
    unary(
        "hardshrink",
        lambda x, lambd=0.5: np.where(np.abs(x) <= lambd, 0.0, x),
        samples=with_arguments((1.5,)),
        dtypes=FLOATS,
        kinks=(-1.5, -0.5, 0.5, 1.5),
    ),
    unary(
        "softshrink",
        softshrink,
        samples=with_arguments((1.5,)),
        dtypes=FLOATS,
        kinks=(-1.5, -0.5, 0.5, 1.5),
    ),
    unary(
        "threshold",
        lambda x, bound, value: np.where(x <= bound, value, x),
        samples=with_arguments((0.5, 2.0), (-1.0, 0), required=True),
        dtypes=FLOATS,
        kinks=(-1.0, 0.5),
    ),
)
