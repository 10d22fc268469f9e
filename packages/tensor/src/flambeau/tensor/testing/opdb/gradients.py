"""Parts of derivatives."""

import math

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS, binary, sigmoid
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


def slope(name, reference, argument="output", samples=slope_samples):
    """The gradient of a function of which the result, or another Tensor, says enough."""

    def errors(make):
        fits = "a shape that broadcasts with grad_output's (2, 3)"
        yield error(ShapeError, f"{name}(): argument '{argument}': expected {fits}, got (2,)", make((2, 3)), make((2,)))

    return OpInfo(name, samples, reference, FLOATS, errors=errors, tolerance=SEVERAL_STEPS)


def chain_samples(make):
    """Gradients of any size, 0 among them, and slopes that are not; also infinite ones."""
    yield sample(make.values([0.0, 1.0, -2.0, 0.0]), make((4,), 1, 3))
    for shape in [(2, 3), (), (0, 3)]:
        yield sample(make(shape), make(shape, 1, 3))
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), make((3, 4), 1, 3))
        yield sample(make((4,)), make((3, 4), 1, 3, layout))
    yield sample(make.values([[0.0], [1.0], [np.nan]]), make.extremes(), smooth=False)


def sqrt_samples(make):
    yield from chain_samples(make)
    yield sample(make.values([0.0, 1.0, np.inf, np.nan]), make.values([0.0] * 4), smooth=False)


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


def inside_samples(make):
    for shape in [(2, 3), (), (0, 3)]:
        yield sample(make(shape), make(shape), -1, 1.5)
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), make((4,)), 0, 6)
        yield sample(make((4,)), make((3, 4), layout=layout), 0, 6)
    yield sample(make.extremes()[:, None], make.extremes(), -1, 1, smooth=False)


def inside(x, y, low, high):
    return np.where((y <= low) | (y >= high), 0.0, x)


def elu_slope_samples(make):
    for shape in [(2, 3), (), (0, 3)]:
        yield sample(make(shape), make(shape, -1, 2), 1, 1.5)
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), make((3, 4), -1, 2), 1.05, 1.75)
        yield sample(make((4,)), make((3, 4), -1, 2, layout), 2.0, 2)
    yield sample(make.extremes()[:, None], make.values([-1.0, 0.0, 0.5]), 1, 1, smooth=False)


def elu_backward(grad, y, above, offset):
    return grad * np.where(y > 0, above, y + offset)


def of_input_samples(make):
    """Gradients and arguments of any size."""
    for shape in [(2, 3), (), (0, 3)]:
        yield sample(make(shape), make(shape))
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), make((3, 4)))
        yield sample(make((4,)), make((3, 4), layout=layout))
    yield sample(make((3,))[:, None], make.extremes(), smooth=False)


def slope_of_input(name, reference, **options):
    """The gradient of a function by its argument; beyond 40 all these are 0 or 1."""

    def errors(make):
        message = f"{name}(): argument 'input': expected a shape that broadcasts with grad_output's (2, 3), got (2,)"
        yield error(ShapeError, message, make((2, 3)), make((2,)))

    def clipped(grad, x):
        far = np.where(x > 40, 1.0, 0.0)
        return grad * np.where(np.abs(x) > 40, far, reference(np.clip(x, -40, 40)))

    return OpInfo(name, of_input_samples, clipped, FLOATS, errors=errors, tolerance=SEVERAL_STEPS, **options)


def hardswish_slope(x):
    return np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, x / 3 + 0.5))


def silu_slope(x):
    return sigmoid(x) + x * sigmoid(x) * sigmoid(-x)


def mish_slope(x):
    softplus = np.logaddexp(0.0, x)
    return np.tanh(softplus) + x * sigmoid(x) / np.cosh(softplus) ** 2


def gelu_slope(x):
    below = np.vectorize(lambda v: math.erfc(-v / math.sqrt(2)) / 2, otypes=[float])(x)
    return below + x * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


def gelu_tanh_slope(x):
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    u_slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)
    return 0.5 * (1 + np.tanh(u)) + 0.5 * x * (1 - np.tanh(u) ** 2) * u_slope


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
    slope("chain", lambda grad, s: np.where(grad == 0, 0, grad * s), "slope", chain_samples),
    slope("chain_over", lambda grad, d: np.where(grad == 0, 0, grad / d), "divisor", chain_samples),
    slope("sqrt_backward", lambda grad, y: np.where((y == 0) | (grad == 0), 0, grad / (2 * y)), samples=sqrt_samples),
    slope("sigmoid_backward", lambda grad, y: grad * (y * (1 - y))),
    slope("tanh_backward", lambda grad, y: grad * (1 - y**2)),
    OpInfo("inside", inside_samples, inside, FLOATS, kinks=(-1.0, 0.0, 1.5, 6.0)),
    OpInfo("elu_backward", elu_slope_samples, elu_backward, FLOATS, kinks=(0.0,), tolerance=SEVERAL_STEPS),
    slope_of_input("hardswish_backward", hardswish_slope, kinks=(-3.0, 3.0)),
    slope_of_input("silu_backward", silu_slope),
    slope_of_input("mish_backward", mish_slope),
    slope_of_input("gelu_exact_backward", gelu_slope),
    slope_of_input("gelu_tanh_backward", gelu_tanh_slope),
    weights("softmax_backward", softmax_backward),
    weights("log_softmax_backward", log_softmax_backward),
    OpInfo("spread", spread_samples, spread),
)
