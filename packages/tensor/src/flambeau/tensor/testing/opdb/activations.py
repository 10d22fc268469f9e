"""Activation functions."""

import numpy as np

from ._helpers import LAYOUTS, TO_FLOAT, dim_error, sigmoid, unary, unary_samples
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, sample


def leaky_relu_samples(make):
    yield from unary_samples(make)
    yield sample(make((2, 3)), 0.2)


def softplus_samples(make):
    yield from unary_samples(make)
    yield sample(make((2, 3)), 2.0)
    yield sample(make((4,)), beta=2.0, threshold=3.0)


def softplus(x, beta=1.0, threshold=20.0):
    return np.where(x * beta > threshold, x, np.logaddexp(0.0, x * beta) / beta)


def softmax_samples(make):
    yield sample(make(()), 0)
    for dim in (0, 1, -1):
        yield sample(make((2, 3, 2)), dim)
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), dim=1)
    yield sample(make((0, 3)), 1)
    yield sample(make((3, 0)), 1)
    for shape in [(40, 33), (2, 5000)]:  # whole tiles of columns, more than one block of a row
        yield sample(make(shape), 0, smooth=False)
        yield sample(make(shape), 1, smooth=False)
    yield sample(make.values([[100.0, -100.0, 99.0], [-100.0, -100.0, -100.0]]), 1, smooth=False)
    yield sample(make.values([[np.nan, 1.0], [0.0, -np.inf], [5.0, 5.0]]), 1, smooth=False)


def softmax(x, dim):
    shifted = np.exp(x - x.max(axis=dim, keepdims=True, initial=-np.inf))
    return shifted / shifted.sum(axis=dim, keepdims=True)


def log_softmax(x, dim):
    shifted = x - x.max(axis=dim, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))


ENTRIES = (
    unary("relu", lambda x: np.maximum(x, 0), kinks=(0.0,)),
    OpInfo(
        "leaky_relu",
        leaky_relu_samples,
        lambda x, negative_slope=0.01: np.where(x > 0, x, x * negative_slope),
        FLOATS,
        kinks=(0.0,),
    ),
    unary("sigmoid", sigmoid, **TO_FLOAT),
    OpInfo("softplus", softplus_samples, softplus, FLOATS, kinks=(1.5,), tolerance=SEVERAL_STEPS),
    OpInfo("softmax", softmax_samples, softmax, FLOATS, errors=dim_error("softmax")),
    OpInfo("log_softmax", softmax_samples, log_softmax, FLOATS, errors=dim_error("log_softmax")),
)
