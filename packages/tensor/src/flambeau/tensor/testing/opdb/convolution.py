"""Convolution and its gradients, against loops over every output element."""

import itertools

import numpy as np

from ...errors import ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import NUMERIC, error, sample

# (input, weight, stride, padding, dilation, groups)
CASES = (
    ((2, 2, 4, 5), (3, 2, 3, 3), 1, 0, 1, 1),
    ((1, 1, 4, 4), (2, 1, 3, 3), 1, 1, 1, 1),
    ((1, 2, 5, 4), (2, 2, 2, 3), 2, 1, 1, 1),
    ((1, 2, 5, 5), (1, 2, 2, 2), (2, 1), (0, 1), 2, 1),
    ((1, 4, 3, 3), (2, 2, 2, 2), 1, 0, 1, 2),
    ((2, 3, 2, 2), (3, 1, 1, 1), 1, 0, 1, 3),
    ((0, 2, 4, 4), (3, 2, 3, 3), 1, 0, 1, 1),
)


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def output_shape(shape, weight, stride, padding, dilation):
    sizes = zip(shape[2:], weight[2:], pair(stride), pair(padding), pair(dilation), strict=True)
    return (shape[0], weight[0], *((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in sizes))


def products(shape, weight, stride, padding, dilation, groups):
    """Every (output place, input place, weight place) whose product the convolution adds up."""
    strides, paddings, dilations = pair(stride), pair(padding), pair(dilation)
    out = output_shape(shape, weight, stride, padding, dilation)
    for n, o, y, x in np.ndindex(out):
        first = o // (weight[0] // groups) * weight[1]
        for c, i, j in itertools.product(range(weight[1]), range(weight[2]), range(weight[3])):
            row = y * strides[0] - paddings[0] + i * dilations[0]
            column = x * strides[1] - paddings[1] + j * dilations[1]
            if 0 <= row < shape[2] and 0 <= column < shape[3]:
                yield (n, o, y, x), (n, first + c, row, column), (o, c, i, j)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    result = np.zeros(output_shape(input.shape, weight.shape, stride, padding, dilation), input.dtype)
    for out, place, tap in products(input.shape, weight.shape, stride, padding, dilation, groups):
        result[out] += input[place] * weight[tap]
    return result if bias is None else result + bias[:, None, None]


def input_gradient(grad_output, weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    result = np.zeros(input_shape, grad_output.dtype)
    for out, place, tap in products(input_shape, weight.shape, stride, padding, dilation, groups):
        result[place] += grad_output[out] * weight[tap]
    return result


def weight_gradient(grad_output, input, weight_shape, stride=1, padding=0, dilation=1, groups=1):
    result = np.zeros(weight_shape, grad_output.dtype)
    for out, place, tap in products(input.shape, weight_shape, stride, padding, dilation, groups):
        result[tap] += grad_output[out] * input[place]
    return result


def conv2d_samples(make):
    for number, (shape, weight, *options) in enumerate(CASES):
        bias = [make((weight[0],))] if number % 2 else [None]
        yield sample(make(shape), make(weight), *bias, *options)
    yield sample(make((1, 2, 3, 4), layout="transposed"), make((2, 2, 2, 2), layout="strided"))
    yield sample(make((2, 1, 3, 3), layout="reversed"), make((2, 1, 2, 2)), make((2,), layout="reversed"), padding=1)


def input_gradient_samples(make):
    for shape, weight, *options in CASES:
        yield sample(make(output_shape(shape, weight, *options[:3])), make(weight), shape, *options)
    yield sample(make((1, 2, 2, 3), layout="transposed"), make((2, 2, 2, 2), layout="strided"), (1, 2, 3, 4))


def weight_gradient_samples(make):
    for shape, weight, *options in CASES:
        yield sample(make(output_shape(shape, weight, *options[:3])), make(shape), weight, *options)
    yield sample(make((1, 2, 2, 3), layout="transposed"), make((1, 2, 3, 4), layout="reversed"), (2, 2, 2, 2))


def conv2d_errors(make):
    message = "conv2d(): argument 'input': expected 4 dimensions (N, C, H, W), got shape (2, 4, 4)"
    yield error(ShapeError, message, make((2, 4, 4)), make((3, 2, 3, 3)))
    message = "conv2d(): argument 'weight': expected shape (O, 2, KH, KW) for input's 2 channels, got (3, 1, 3, 3)"
    yield error(ShapeError, message, make((1, 2, 4, 4)), make((3, 1, 3, 3)))
    message = "conv2d(): argument 'bias': expected shape (3,) as weight has filters, got (2,)"
    yield error(ShapeError, message, make((1, 2, 4, 4)), make((3, 2, 3, 3)), make((2,)))
    message = (
        "conv2d(): argument 'input': expected at least the window's size (3, 3), padding included, got size (2, 4)"
    )
    yield error(ShapeError, message, make((1, 2, 2, 4)), make((3, 2, 3, 3)))
    message = "conv2d(): argument 'groups': expected a divisor of the 3 input and 2 output channels, got 2"
    yield error(ValueError, message, make((1, 3, 4, 4)), make((2, 1, 3, 3)), groups=2)
    message = "conv2d(): argument 'stride': expected 1 or more, got (0, 1)"
    yield error(ValueError, message, make((1, 2, 4, 4)), make((3, 2, 3, 3)), stride=(0, 1))
    message = "conv2d(): argument 'stride': expected an int or two ints, got float"
    yield error(TypeError, message, make((1, 2, 4, 4)), make((3, 2, 3, 3)), stride=1.5)


def gradient_errors(name, second, rest):
    def errors(make):
        message = f"{name}(): argument 'grad_output': expected shape (1, 3, 2, 2), the convolution's, got (1, 3, 4, 4)"
        yield error(ShapeError, message, make((1, 3, 4, 4)), make(second), rest)

    return errors


ENTRIES = (
    OpInfo("conv2d", conv2d_samples, conv2d, NUMERIC, errors=conv2d_errors, tolerance=SEVERAL_STEPS),
    OpInfo(
        "conv2d_input_gradient",
        input_gradient_samples,
        input_gradient,
        NUMERIC,
        errors=gradient_errors("conv2d_input_gradient", (3, 2, 3, 3), (1, 2, 4, 4)),
        tolerance=SEVERAL_STEPS,
    ),
    OpInfo(
        "conv2d_weight_gradient",
        weight_gradient_samples,
        weight_gradient,
        NUMERIC,
        errors=gradient_errors("conv2d_weight_gradient", (1, 2, 4, 4), (3, 2, 3, 3)),
        tolerance=SEVERAL_STEPS,
    ),
)
