"""Arithmetic on each element."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._helpers import TO_FLOAT, binary, binary_samples, unary
from ._info import SEVERAL_STEPS, OpInfo
from ._make import NUMERIC, error, sample


def pow_samples(make):
    yield from binary_samples(0, 3, extremes=make.is_float)(make)
    if make.is_float:
        yield sample(make((2, 3)), 0.5)
        yield sample(make((2, 3)), -1)
        yield sample(0.0, make((2, 3)))
    for exponent in (0, 1, 3):
        yield sample(make((2, 3)), exponent)


def pow_errors(make):
    yield error(
        ValueError,
        "pow(): argument 'other': expected exponents of 0 or more for integers, got -1; convert input with .float()",
        make.array([2, 3]),
        -1,
    )
    message = (
        "pow(): argument 'other': expected exponents of 0 or more for integers, got -2; convert input with .float()"
    )
    yield error(ValueError, message, make.array([2, 3]), make.array([1, -2]))
    yield error(ValueError, message, 2, make.array([1, -2]))


def clamp_samples(make):
    for shape, layout in [((2, 3), "contiguous"), ((), "contiguous"), ((0,), "contiguous"), ((3, 4), "transposed")]:
        yield sample(make(shape, layout=layout), 1, 2)
    yield sample(make((3, 4), layout="reversed"), min=2)
    yield sample(make((3, 4), layout="strided"), max=1)
    yield sample(make((5,)), 2, 1)
    yield sample(make((5,)), np.int64(1))
    if make.is_float:
        yield sample(make((5,)), 0.5, np.float64(1.5))  # NumPy's numbers have no say in the dtype
    yield sample(make.extremes(), 0, 1, smooth=False)


def clamp_errors(make):
    yield error(ValueError, "clamp(): expected min, max or both, got neither", make((2,)))
    yield error(
        DTypeError,
        "clamp(): argument 'max': expected an int for a Tensor of int64, got float 0.5",
        make.array([1, 2]),
        max=0.5,
    )
    message = "clamp(): argument 'min': expected a number in the range of uint8, got -1"
    yield error(ValueError, message, make.array([1, 2], np.uint8), -1)


def clamp(x, min=None, max=None):
    return np.clip(x, min, max).astype(x.dtype)


def ternary_samples(make):
    yield sample(make((2, 3)), make((2, 3)), make((2, 3), 1, 3))
    yield sample(make(()), make((3,)), make((2, 1), 1, 3))
    yield sample(make((3, 4), layout="transposed"), make((3, 4), layout="strided"), make((3, 4), 1, 3, "reversed"))
    yield sample(make((0, 2)), make((2,)), make((1, 1), 1, 3))
    yield sample(make((3,)), make((3,)), 2)


def scaled_samples(make):
    yield from ternary_samples(make)
    yield sample(make((2, 3)), make((2, 3)), make((2, 3), 1, 3), value=2)
    if make.is_float:
        yield sample(make((2, 3)), make((2, 3)), make((2, 3), 1, 3), value=0.5)


def addcmul_errors(make):
    message = "addcmul(): argument 'value': expected an int for Tensors of int64, got float 0.5"
    yield error(DTypeError, message, make.array([1]), make.array([1]), make.array([2]), value=0.5)
    message = "addcmul(): argument 'tensor2': expected a shape that broadcasts with input's (2,), got (3,)"
    yield error(ShapeError, message, make((2,)), make((2,)), make((3,)))


def lerp(x, end, weight):
    return x + weight * (end - x)


def addcmul(x, tensor1, tensor2, value=1):
    return x + value * tensor1 * tensor2


def addcdiv(x, tensor1, tensor2, value=1):
    return x + value * tensor1 / tensor2


ENTRIES = (
    binary("add", np.add),
    binary("sub", np.subtract, dtypes=NUMERIC),
    binary("mul", np.multiply),
    binary("div", np.true_divide, samples=binary_samples(1, 3), **TO_FLOAT),
    binary("floor_divide", np.floor_divide, samples=binary_samples(1, 3, extremes=False), dtypes=NUMERIC),
    binary("remainder", np.remainder, samples=binary_samples(4, 7, numbers=(7,), extremes=False), dtypes=NUMERIC),
    OpInfo("pow", pow_samples, np.power, dtypes=NUMERIC, domain=(0.5, 3), errors=pow_errors, tolerance=SEVERAL_STEPS),
    unary("neg", np.negative),
    unary("abs", np.abs, kinks=(0.0,)),
    unary("sign", np.sign, kinks=(0.0,)),
    binary("maximum", np.maximum),
    binary("minimum", np.minimum),
    unary("reciprocal", np.reciprocal, domain=(1, 3), **TO_FLOAT),
    unary("square", np.square),
    OpInfo("clamp", clamp_samples, clamp, dtypes=NUMERIC, kinks=(0.5, 1.0, 1.5, 2.0), errors=clamp_errors),
    OpInfo("lerp", ternary_samples, lerp, tolerance=SEVERAL_STEPS, **TO_FLOAT),
    OpInfo("addcmul", scaled_samples, addcmul, NUMERIC, errors=addcmul_errors, tolerance=SEVERAL_STEPS),
    OpInfo("addcdiv", scaled_samples, addcdiv, tolerance=SEVERAL_STEPS, **TO_FLOAT),
)
