"""Normalisation of each sample by itself."""

import numpy as np

from ...errors import ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample


def _wide(x):
    return np.float64 if x.dtype == np.float64 else np.float32


def _statistics(rows, eps, centred=True):
    mean = rows.mean(1) if centred else np.zeros(len(rows))
    return mean, (np.square(rows - mean[:, None]).mean(1) + eps) ** -0.5


def layer_samples(make):
    for weight, bias in ((None, None), (make((4,)), None), (make((4,)), make((4,))), (None, make((4,)))):
        yield sample(make((3, 4)), 1, weight, bias)
    yield sample(make((2, 3, 4)), 2, make((3, 4)), make((3, 4)), 1e-3)
    yield sample(make((5,)), 1, eps=0.1)
    yield sample(make((3, 4), layout="transposed"), 1, make((4,), layout="strided"), make((4,), layout="reversed"))
    yield sample(make((3, 4), layout="reversed"), dims=2)
    yield sample(make((0, 4)), 1, make((4,)), make((4,)))
    yield sample(make.values([[1.0, np.nan, 2.0], [1.0, np.inf, 2.0], [3.0, 3.0, 3.0]]), 1, smooth=False)


def layer_norm(x, dims, weight=None, bias=None, eps=1e-5):
    values = x.astype(np.float64).reshape(-1, int(np.prod(x.shape[x.ndim - dims :])))
    mean, invstd = _statistics(values, eps)
    result = ((values - mean[:, None]) * invstd[:, None]).reshape(x.shape)
    result = result * (1 if weight is None else weight.astype(np.float64))
    result = result + (0 if bias is None else bias.astype(np.float64))
    return result.astype(x.dtype), mean.astype(_wide(x)), invstd.astype(_wide(x))


def layer_errors(make):
    message = "layer_norm(): argument 'weight': expected shape (3,), input's last, got (2,)"
    yield error(ShapeError, message, make((2, 3)), 1, make((2,)))
    message = "layer_norm(): argument 'bias': expected shape (2, 3), input's last, got (3,)"
    yield error(ShapeError, message, make((2, 3)), 2, None, make((3,)))
    message = "layer_norm(): argument 'dims': expected 1 to 2 dimensions to normalise over, got 3 of shape (2, 3)"
    yield error(ShapeError, message, make((2, 3)), 3)


def rms_samples(make):
    for weight in (None, make((4,))):
        yield sample(make((3, 4)), 1, weight)
    yield sample(make((2, 3, 4)), 2, make((3, 4)), 1e-3)
    yield sample(make((3, 4), layout="transposed"), 1, make((4,), layout="strided"))
    yield sample(make((0, 4)), 1, make((4,)))
    yield sample(make.values([[1.0, np.nan, 2.0], [0.0, 0.0, 0.0]]), 1, smooth=False)


def rms_norm(x, dims, weight=None, eps=1e-5):
    values = x.astype(np.float64).reshape(-1, int(np.prod(x.shape[x.ndim - dims :])))
    _, factor = _statistics(values, eps, centred=False)
    result = (values * factor[:, None]).reshape(x.shape) * (1 if weight is None else weight.astype(np.float64))
    return result.astype(x.dtype), factor.astype(_wide(x))


def rms_errors(make):
    message = "rms_norm(): argument 'weight': expected shape (3,), input's last, got (2,)"
    yield error(ShapeError, message, make((2, 3)), 1, make((2,)))


def group_samples(make):
    for weight, bias in ((None, None), (make((4,)), None), (make((4,)), make((4,))), (None, make((4,)))):
        yield sample(make((2, 4, 3)), 2, weight, bias)
    yield sample(make((2, 4)), 2, make((4,)), make((4,)))
    yield sample(make((2, 4, 2, 3)), 4, make((4,)), make((4,)), 1e-3)
    yield sample(make((2, 4, 3)), groups=1, eps=0.1)
    yield sample(make((3, 4, 2), layout="transposed"), 2, make((4,), layout="strided"), make((4,), layout="reversed"))
    yield sample(make((0, 4, 2)), 2, make((4,)), make((4,)))
    yield sample(make.values([[[1.0, np.nan], [2.0, 3.0]], [[4.0, np.inf], [5.0, 5.0]]]), 2, smooth=False)


def _column(values, x):
    return values.astype(np.float64).reshape(-1, *(1,) * (x.ndim - 2))


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    values = x.astype(np.float64).reshape(x.shape[0] * groups, int(np.prod(x.shape[1:])) // groups)
    mean, invstd = _statistics(values, eps)
    result = ((values - mean[:, None]) * invstd[:, None]).reshape(x.shape)
    result = result * (1 if weight is None else _column(weight, x)) + (0 if bias is None else _column(bias, x))
    return result.astype(x.dtype), mean.astype(_wide(x)), invstd.astype(_wide(x))


def group_errors(make):
    message = "group_norm(): argument 'input': expected at least 2 dimensions (N, C, ...), got shape (3,)"
    yield error(ShapeError, message, make((3,)), 1)
    message = "group_norm(): argument 'groups': expected a divisor of the 4 channels, got 3"
    yield error(ValueError, message, make((2, 4)), 3)
    message = "group_norm(): argument 'weight': expected shape (4,), one element a channel, got (2,)"
    yield error(ShapeError, message, make((2, 4)), 2, make((2,)))


# Gradients ------------------------------------------------------------------------------------------------------


def _slopes(grad, normal, factor, centred=True):
    """Of rows: the gradient of ``(x - mean) * factor``, with mean and factor functions of x."""
    level = grad.mean(1, keepdims=True) if centred else 0
    return (grad - level - normal * (grad * normal).mean(1, keepdims=True)) * factor


def layer_backward_samples(make):
    for shape, dims, last in (((3, 4), 1, (4,)), ((2, 3, 4), 2, (3, 4)), ((70, 3), 1, (3,))):
        for weight in (None, make(last)):
            rows = int(np.prod(shape[: len(shape) - dims]))
            yield sample(make(shape), make(shape), dims, weight, make((rows,)), make((rows,), 0.5, 2))
    yield sample(make((3, 4), layout="reversed"), make((3, 4), layout="transposed"), 1, None, make((3,)), make((3,)))
    yield sample(make((0, 4)), make((0, 4)), 1, make((4,)), make((0,)), make((0,)))


def layer_norm_backward(grad, x, dims, weight, mean, invstd):
    last = x.shape[x.ndim - dims :]
    rows = (len(mean), int(np.prod(last)))
    normal = (x.reshape(rows) - mean[:, None]) * invstd[:, None]
    inner = (grad if weight is None else grad * weight).reshape(rows)
    grad = grad.reshape(rows)
    slopes = _slopes(inner, normal, invstd[:, None])
    return slopes.reshape(x.shape), (grad * normal).sum(0).reshape(last), grad.sum(0).reshape(last)


def rms_backward_samples(make):
    for shape, dims, last in (((3, 4), 1, (4,)), ((2, 3, 4), 2, (3, 4))):
        for weight in (None, make(last)):
            rows = int(np.prod(shape[: len(shape) - dims]))
            yield sample(make(shape), make(shape), dims, weight, make((rows,), 0.5, 2))
    yield sample(make((0, 4)), make((0, 4)), 1, make((4,)), make((0,)))


def rms_norm_backward(grad, x, dims, weight, invrms):
    last = x.shape[x.ndim - dims :]
    rows = (len(invrms), int(np.prod(last)))
    normal = x.reshape(rows) * invrms[:, None]
    inner = (grad if weight is None else grad * weight).reshape(rows)
    slopes = _slopes(inner, normal, invrms[:, None], centred=False)
    return slopes.reshape(x.shape), (grad.reshape(rows) * normal).sum(0).reshape(last)


def group_backward_samples(make):
    for shape, groups in (((2, 4, 3), 2), ((2, 4), 2), ((3, 2, 2, 2), 2), ((2, 4, 5), 1)):
        for weight in (None, make((shape[1],))):
            rows = shape[0] * groups
            yield sample(make(shape), make(shape), groups, weight, make((rows,)), make((rows,), 0.5, 2))
    grad, x = make((2, 4, 3), layout="reversed"), make((2, 4, 3), layout="transposed")
    yield sample(grad, x, 2, None, make((4,)), make((4,)))
    yield sample(make((0, 4, 3)), make((0, 4, 3)), 2, make((4,)), make((0,)), make((0,)))


def group_norm_backward(grad, x, groups, weight, mean, invstd):
    rows, over = (len(mean), int(np.prod(x.shape[1:])) // groups), (0, *range(2, x.ndim))
    normal = (x.reshape(rows) - mean[:, None]) * invstd[:, None]
    inner = (grad if weight is None else grad * _column(weight, x)).reshape(rows)
    slopes = _slopes(inner, normal, invstd[:, None])
    return slopes.reshape(x.shape), (grad * normal.reshape(x.shape)).sum(over), grad.sum(over)


FORWARD = {"dtypes": FLOATS, "tolerance": SEVERAL_STEPS, "widen": False, "exact_dtype": True}
ENTRIES = (
    OpInfo("layer_norm", layer_samples, layer_norm, errors=layer_errors, **FORWARD),
    OpInfo("rms_norm", rms_samples, rms_norm, errors=rms_errors, **FORWARD),
    OpInfo("group_norm", group_samples, group_norm, errors=group_errors, **FORWARD),
    OpInfo("layer_norm_backward", layer_backward_samples, layer_norm_backward, FLOATS, tolerance=SEVERAL_STEPS),
    OpInfo("rms_norm_backward", rms_backward_samples, rms_norm_backward, FLOATS, tolerance=SEVERAL_STEPS),
    OpInfo("group_norm_backward", group_backward_samples, group_norm_backward, FLOATS, tolerance=SEVERAL_STEPS),
)
