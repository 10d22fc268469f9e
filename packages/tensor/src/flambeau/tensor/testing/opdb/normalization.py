"""Normalisation."""

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS, TO_FLOAT
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample


def batch_norm_samples(make):
    yield sample(make((4, 3)))
    yield sample(make((4, 3)), make((3,)), make((3,)))
    yield sample(make((2, 3, 2, 2)), make((3,)), make((3,)), 1e-3)
    yield sample(make((2, 3, 2)), weight=make((3,)))
    yield sample(make((2, 3, 2)), bias=make((3,)), eps=0.1)
    yield sample(make((5, 3), layout="transposed"), make((3,), layout="strided"), make((3,), layout="reversed"))
    yield sample(make((4, 2, 3), layout="reversed"))


def _statistics(x):
    over = (0, *range(2, x.ndim))
    return x.mean(over), x.var(over)


def _column(values, x):
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def batch_norm(x, weight=None, bias=None, eps=1e-5):
    wide = np.float64 if x.dtype == np.float64 else np.float32
    values = x.astype(np.float64)
    mean, variance = _statistics(values)
    invstd = (variance + eps) ** -0.5
    result = (values - _column(mean, x)) * _column(invstd, x)
    if weight is not None:
        result = result * _column(weight.astype(np.float64), x)
    if bias is not None:
        result = result + _column(bias.astype(np.float64), x)
    return result.astype(x.dtype), mean.astype(wide), invstd.astype(wide)


def batch_norm_errors(make):
    message = "batch_norm(): argument 'input': expected at least 2 dimensions (N, C, ...), got shape (3,)"
    yield error(ShapeError, message, make((3,)))
    message = "batch_norm(): argument 'weight': expected shape (3,), one element a channel, got (4,)"
    yield error(ShapeError, message, make((2, 3)), make((4,)))
    message = "batch_norm(): argument 'input': expected at least one element in each channel, got shape (0, 3)"
    yield error(ShapeError, message, make((0, 3)))


def backward_samples(make):
    for shape, layout in [((4, 3), "contiguous"), ((2, 3, 2, 2), "reversed"), ((5, 3), "transposed")]:
        for weight in (None, make((3,))):
            yield sample(make(shape, layout=layout), make(shape), weight, make((3,)), make((3,), 0.5, 2))


def batch_norm_backward(grad, x, weight, mean, invstd):
    """The derivatives of ``(x - mean) * invstd * weight + bias``, with mean and invstd functions of x."""
    over = (0, *range(2, x.ndim))
    normal = (x - _column(mean, x)) * _column(invstd, x)
    inner = grad if weight is None else grad * _column(weight, x)
    centred = inner - inner.mean(over, keepdims=True) - normal * (inner * normal).mean(over, keepdims=True)
    return centred * _column(invstd, x), (grad * normal).sum(over), grad.sum(over)


def variance_samples(make):
    for shape in ((), (3,), (0,)):
        yield sample(make(shape, 0.5, 2), 1e-5, 1.25)
    for layout in LAYOUTS:
        yield sample(make((3, 4), 0.5, 2, layout=layout), 0.1, 1)
    if make.is_float:  # no variance at all, too much to be a number, and more than was added
        yield sample(make.values([np.inf, 0.0, np.nan, 20.0]), 0.01, 2.0, smooth=False)


def batch_variance(invstd, eps, scale):
    with np.errstate(divide="ignore"):  # of a factor of 0, the variance is infinite
        return np.maximum(invstd**-2.0 - eps, 0) * scale


ENTRIES = (
    OpInfo(
        "batch_norm",
        batch_norm_samples,
        batch_norm,
        FLOATS,
        errors=batch_norm_errors,
        tolerance=SEVERAL_STEPS,
        widen=False,
        exact_dtype=True,
    ),
    OpInfo("batch_variance", variance_samples, batch_variance, tolerance=SEVERAL_STEPS, **TO_FLOAT),
    OpInfo("batch_norm_backward", backward_samples, batch_norm_backward, FLOATS, tolerance=SEVERAL_STEPS),
)
