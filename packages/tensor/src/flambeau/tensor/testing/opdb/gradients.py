"""Parts of derivatives."""

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS, binary
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample


def gate(x, y):
    return np.where(y <= 0, 0.0, x)


def order(x, y):
    with np.errstate(invalid="ignore"):
        return np.where(x == y, 0.0, np.sign(x - y))


def slope_samples(make):
    """Gradients of any size, and results between 0 and 1."""
    for shape in [(2, 3), (), (0, 3)]:
        yield sample(make(shape), make(shape, 0, 1))
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), make((3, 4), 0, 1))
        yield sample(make((4,)), make((3, 4), 0, 1, layout))
    yield sample(make.extremes()[:, None], make.values([0.0, 0.5, 1.0]), smooth=False)


def slope(name, reference):
    """The gradient of a function of which the result says enough."""

    def errors(make):
        message = f"{name}(): argument 'output': expected a shape that broadcasts with grad_output's (2, 3), got (2,)"
        yield error(ShapeError, message, make((2, 3)), make((2,)))

    return OpInfo(name, slope_samples, reference, FLOATS, errors=errors, tolerance=SEVERAL_STEPS)


def weight_samples(make):
    """Gradients of any size, and results of a softmax."""
    for dim in (0, 1, -1):
        yield sample(make((2, 3, 2)), make((2, 3, 2), 0, 1), dim)
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), make((3, 4), 0, 1, layout), 1)
        yield sample(make((3, 4)), make((3, 4), 0, 1, layout), 0)
    yield sample(make((2, 40)), make((2, 40), 0, 1), 0, smooth=False)
    yield sample(make(()), make((), 0, 0), 0, smooth=False)
    yield sample(make((0, 3)), make((0, 3), 0, 1), 1)
    yield sample(make((3, 0)), make((3, 0), 0, 1), 1)


def weights(name, reference):
    def errors(make):
        message = f"{name}(): argument 'output': expected shape (2, 3) as grad_output, got (2,)"
        yield error(ShapeError, message, make((2, 3)), make((2,)), 0)

    return OpInfo(name, weight_samples, reference, FLOATS, errors=errors, tolerance=SEVERAL_STEPS)


def softmax_backward(grad, y, dim):
    return y * (grad - (grad * y).sum(axis=dim, keepdims=True)) if y.ndim else np.zeros(())


def log_softmax_backward(grad, y, dim):
    return grad - np.exp(y) * grad.sum(axis=dim, keepdims=True) if y.ndim else np.zeros(())


# (shape of what was reduced, dim, keepdim)
REDUCED = (
    ((2, 3), None, False),
    ((2, 3), None, True),
    ((2, 3, 2), (0, 2), False),
    ((2, 3, 2), (1,), True),
    ((3,), (), False),
    ((), None, False),
    ((2, 0), (1,), False),
    ((2, 0), None, False),
)


def spread_samples(make):
    for shape, dim, keepdim in REDUCED:
        yield sample(make(np.sum(np.ones(shape), dim, keepdims=keepdim).shape), shape, dim, keepdim)
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), (3, 5, 4), (1,))
    yield sample(make((3,)), (3, 2000), dim=(1,), smooth=False)  # large enough to be a view


def spread(x, shape, dim=None, keepdim=False):
    return np.broadcast_to(x if dim is None or keepdim else np.expand_dims(x, dim), shape)


ENTRIES = (
    binary("gate", gate, dtypes=FLOATS, kinks=(0.0,)),
    binary("order", order, dtypes=FLOATS),
    slope("sigmoid_backward", lambda grad, y: grad * (y * (1 - y))),
    slope("tanh_backward", lambda grad, y: grad * (1 - y**2)),
    weights("softmax_backward", softmax_backward),
    weights("log_softmax_backward", log_softmax_backward),
    OpInfo("spread", spread_samples, spread),
)
