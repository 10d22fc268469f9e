"""Normalisation."""

import numpy as np

from ...errors import ShapeError
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
    OpInfo("batch_norm_backward", backward_samples, batch_norm_backward, FLOATS, tolerance=SEVERAL_STEPS),
)
