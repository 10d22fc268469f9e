"""Activation functions."""

import math

import numpy as np

from ._helpers import LAYOUTS, TO_FLOAT, dim_error, sigmoid, unary, unary_samples
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, sample


def leaky_relu_samples(make):
    yield from unary_samples(make)
    yield sample(make((2, 3)), 0.2)


def parametric_samples(make):
    for shape, slopes in (((2, 3), (2, 3)), ((), ()), ((2, 3, 2), (3, 1)), ((2, 3), (1,)), ((0, 3), (3,))):
        yield sample(make(shape), make(slopes))
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), make((4,)))
    yield sample(make.extremes(), make((1,)), smooth=False)


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


def alpha_samples(make):
    yield from unary_samples(make)
    yield sample(make((2, 3)), 0.5)
    yield sample(make.extremes(), 2.0, smooth=False)


def limited(function, low=-np.inf):
    """A function that is 0 from ``low`` down, where its formula says inf * 0."""
    return lambda x: np.where(x < low, 0.0, function(np.maximum(x, low)))


def gelu(x):
    return x * np.vectorize(lambda v: math.erfc(-v / math.sqrt(2)) / 2, otypes=[float])(x)


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def mish(x):
    return x * np.tanh(np.logaddexp(0.0, x))


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def celu(x, alpha=1.0):
    return np.maximum(x, 0) + np.minimum(0, alpha * np.expm1(x / alpha))


# The scale and alpha that Klambauer et al. (2017) derive from fixed points of mean 0 and variance 1.
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772


ENTRIES = (
    unary("relu", lambda x: np.maximum(x, 0), kinks=(0.0,)),
    OpInfo(
        "leaky_relu",
        leaky_relu_samples,
        lambda x, negative_slope=0.01: np.where(x > 0, x, x * negative_slope),
        FLOATS,
        kinks=(0.0,),
    ),
    OpInfo("parametric_relu", parametric_samples, lambda x, slope: np.where(x > 0, x, x * slope), FLOATS, kinks=(0.0,)),
    unary("sigmoid", sigmoid, **TO_FLOAT),
    OpInfo("softplus", softplus_samples, softplus, FLOATS, kinks=(1.5,), tolerance=SEVERAL_STEPS),
    unary("silu", limited(lambda x: x * sigmoid(x), -1000), dtypes=FLOATS),
    unary("mish", limited(mish, -1000), dtypes=FLOATS),
    unary("gelu_exact", limited(gelu, -50), dtypes=FLOATS),
    unary("gelu_tanh", limited(gelu_tanh, -50), dtypes=FLOATS),
    unary("logsigmoid", lambda x: -np.logaddexp(0.0, -x), dtypes=FLOATS),
    unary("softsign", lambda x: x / (1 + np.abs(x)), kinks=(0.0,), **TO_FLOAT),
    unary("tanhshrink", lambda x: x - np.tanh(x), dtypes=FLOATS),
    unary("elu", elu, samples=alpha_samples, dtypes=FLOATS, kinks=(0.0,)),
    unary("selu", lambda x: SCALE * elu(x, ALPHA), dtypes=FLOATS, kinks=(0.0,)),
    unary("celu", celu, samples=alpha_samples, dtypes=FLOATS, kinks=(0.0,)),
    OpInfo("softmax", softmax_samples, softmax, FLOATS, errors=dim_error("softmax")),
    OpInfo("log_softmax", softmax_samples, log_softmax, FLOATS, errors=dim_error("log_softmax")),
)
