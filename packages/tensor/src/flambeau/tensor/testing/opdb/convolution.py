"""Convolution and its gradients, against loops over every output element."""

import itertools

import numpy as np

from ...errors import ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import NUMERIC, error, sample

# (input, weight, stride, padding, dilation, groups)
PLANES = (
    ((2, 2, 4, 5), (3, 2, 3, 3), 1, 0, 1, 1),
    ((1, 1, 4, 4), (2, 1, 3, 3), 1, 1, 1, 1),
    ((1, 2, 5, 4), (2, 2, 2, 3), 2, 1, 1, 1),
    ((1, 2, 5, 5), (1, 2, 2, 2), (2, 1), (0, 1), 2, 1),
    ((1, 4, 3, 3), (2, 2, 2, 2), 1, 0, 1, 2),
    ((2, 3, 2, 2), (3, 1, 1, 1), 1, 0, 1, 3),
    ((0, 2, 4, 4), (3, 2, 3, 3), 1, 0, 1, 1),
    ((1, 2, 3, 4), (2, 2, 2, 3), 1, "same", (1, 2), 1),
    ((1, 1, 4, 4), (2, 1, 2, 3), 2, ((0, 1), (2, 1)), 1, 1),
)
SEQUENCES = (
    ((2, 2, 6), (3, 2, 3), 1, 0, 1, 1),
    ((1, 4, 7), (2, 2, 2), 2, 1, 2, 2),
    ((2, 3, 5), (3, 1, 3), 1, 1, 1, 3),
    ((1, 2, 5), (1, 2, 4), 1, "same", 1, 1),
    ((1, 1, 4), (2, 1, 3), 3, "valid", 1, 1),
    ((0, 2, 4), (3, 2, 3), 1, 0, 1, 1),
)
VOLUMES = (
    ((1, 2, 3, 3, 4), (2, 2, 2, 2, 3), 1, 0, 1, 1),
    ((1, 2, 3, 2, 3), (2, 1, 3, 2, 2), (2, 1, 2), (1, 0, 1), 1, 2),
    ((1, 1, 4, 3, 3), (1, 1, 2, 2, 1), 1, "same", (2, 1, 1), 1),
    ((1, 2, 2, 1, 2), (2, 2, 1, 1, 1), 1, 0, 1, 1),
    ((0, 2, 3, 3, 3), (3, 2, 3, 3, 3), 1, 0, 1, 1),
)
CASES = {1: SEQUENCES, 2: PLANES, 3: VOLUMES}


def ints(value, count):
    return value if isinstance(value, tuple) else (value,) * count


def pair(value):
    return ints(value, 2)


def sides(padding, kernel, dilation):
    """The padding at both ends of each dimension."""
    if padding == "same":
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return [(total // 2, total - total // 2) for total in totals]
    if padding == "valid":
        return [(0, 0)] * len(kernel)
    return [p if isinstance(p, tuple) else (p, p) for p in ints(padding, len(kernel))]


def output_shape(shape, weight, stride, padding, dilation):
    count = len(shape) - 2
    around = sides(padding, weight[2:], ints(dilation, count))
    sizes = zip(shape[2:], weight[2:], ints(stride, count), around, ints(dilation, count), strict=True)
    return (shape[0], weight[0], *((n + sum(p) - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in sizes))


def products(shape, weight, stride, padding, dilation, groups):
    """Every (output place, input place, weight place) whose product the convolution adds up."""
    count = len(shape) - 2
    strides, dilations = ints(stride, count), ints(dilation, count)
    lows = [low for low, _ in sides(padding, weight[2:], dilations)]
    for n, o, *window in np.ndindex(output_shape(shape, weight, stride, padding, dilation)):
        first = o // (weight[0] // groups) * weight[1]
        for c, *tap in itertools.product(*map(range, weight[1:])):
            place = [y * s - p + i * d for y, s, p, i, d in zip(window, strides, lows, tap, dilations, strict=True)]
            if all(0 <= x < size for x, size in zip(place, shape[2:], strict=True)):
                yield (n, o, *window), (n, first + c, *place), (o, c, *tap)


def with_bias(result, bias):
    return result if bias is None else result + bias.reshape(-1, *[1] * (result.ndim - 2))


def convolution(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    result = np.zeros(output_shape(input.shape, weight.shape, stride, padding, dilation), input.dtype)
    for out, place, tap in products(input.shape, weight.shape, stride, padding, dilation, groups):
        result[out] += input[place] * weight[tap]
    return with_bias(result, bias)


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


def transposed(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Every element of the input adds its filter to the result, which is cut afterwards."""
    count = input.ndim - 2
    strides, paddings, dilations = (ints(value, count) for value in (stride, padding, dilation))
    options = zip(input.shape[2:], weight.shape[2:], strides, ints(output_padding, count), dilations, strict=True)
    whole = [(n - 1) * s + d * (k - 1) + 1 + extra for n, k, s, extra, d in options]
    result = np.zeros((input.shape[0], weight.shape[1] * groups, *whole), input.dtype)
    outputs = weight.shape[1]
    for n, c, *place in np.ndindex(input.shape):
        first = c // (input.shape[1] // groups) * outputs
        for o, *tap in np.ndindex(weight.shape[1:]):
            target = [x * s + i * d for x, s, i, d in zip(place, strides, tap, dilations, strict=True)]
            result[(n, first + o, *target)] += input[(n, c, *place)] * weight[(c, o, *tap)]
    inside = (..., *(slice(p, size - p) for p, size in zip(paddings, whole, strict=True)))
    return with_bias(result[inside], bias)


# (input, weight, stride, padding, output_padding, groups, dilation)
TRANSPOSED = {
    1: (
        ((2, 2, 4), (2, 3, 3), 1, 0, 0, 1, 1),
        ((1, 4, 3), (4, 2, 3), 2, 1, 1, 2, 1),
        ((1, 2, 3), (2, 1, 2), 2, 0, 2, 1, 3),
        ((0, 2, 4), (2, 3, 3), 1, 0, 0, 1, 1),
    ),
    2: (
        ((2, 2, 3, 2), (2, 3, 2, 3), 1, 0, 0, 1, 1),
        ((1, 4, 2, 3), (4, 1, 3, 2), (2, 1), (1, 0), (1, 0), 2, 1),
        ((1, 2, 2, 2), (2, 2, 2, 2), 1, 1, (1, 0), 1, (2, 3)),
        ((0, 2, 3, 3), (2, 3, 2, 2), 2, 0, 0, 1, 1),
    ),
    3: (
        ((1, 2, 2, 1, 2), (2, 1, 2, 2, 1), 1, 0, 0, 1, 1),
        ((1, 2, 2, 2, 1), (2, 1, 2, 1, 3), (2, 1, 2), (0, 0, 1), (1, 0, 1), 2, 1),
        ((0, 2, 2, 2, 2), (2, 1, 2, 2, 2), 1, 0, 0, 1, 1),
    ),
}


def forward_samples(dims):
    def samples(make):
        for number, (shape, weight, *options) in enumerate(CASES[dims]):
            bias = [make((weight[0],))] if number % 2 else [None]
            yield sample(make(shape), make(weight), *bias, *options)
        sizes = (3, 4, 2)[:dims]
        weight = make((2, 2, *[2] * dims), layout="strided")
        yield sample(make((1, 2, *sizes), layout="transposed"), weight)
        weight, bias = make((2, 1, *[2] * dims)), make((2,), layout="reversed")
        yield sample(make((2, 1, *[3] * dims), layout="reversed"), weight, bias, padding=1)
        if make.is_float:
            values = np.ones((1, 1, *[3] * dims))
            values[(0, 0, *[1] * dims)] = np.nan
            yield sample(make.values(values), make((1, 1, *[2] * dims)), smooth=False)

    return samples


def input_gradient_samples(dims):
    def samples(make):
        for shape, weight, *options in CASES[dims]:
            yield sample(make(output_shape(shape, weight, *options[:3])), make(weight), shape, *options)
        shape, weight = (1, 2, *(3, 4, 2)[:dims]), (2, 2, *[2] * dims)
        grad = output_shape(shape, weight, 1, 0, 1)
        yield sample(make(grad, layout="transposed"), make(weight, layout="strided"), shape)

    return samples


def weight_gradient_samples(dims):
    def samples(make):
        for shape, weight, *options in CASES[dims]:
            yield sample(make(output_shape(shape, weight, *options[:3])), make(shape), weight, *options)
        shape, weight = (1, 2, *(3, 4, 2)[:dims]), (2, 2, *[2] * dims)
        grad = output_shape(shape, weight, 1, 0, 1)
        yield sample(make(grad, layout="transposed"), make(shape, layout="reversed"), weight)

    return samples


def transposed_samples(dims):
    def samples(make):
        for number, (shape, weight, *options) in enumerate(TRANSPOSED[dims]):
            bias = [None] if number % 2 else [make((weight[1] * options[3],))]
            yield sample(make(shape), make(weight), *bias, *options)
        shape, weight = (1, 2, *(3, 2, 2)[:dims]), (2, 2, *[2] * dims)
        yield sample(make(shape, layout="transposed"), make(weight, layout="strided"), make((2,), layout="reversed"))

    return samples


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
    message = "conv2d(): argument 'padding': expected ints, 'same' or 'valid', got 'full'"
    yield error(ValueError, message, make((1, 2, 4, 4)), make((3, 2, 3, 3)), padding="full")
    message = "conv2d(): argument 'padding': expected ints or 'valid' with a stride other than 1, got 'same'"
    yield error(ValueError, message, make((1, 2, 4, 4)), make((3, 2, 3, 3)), stride=2, padding="same")


def conv1d_errors(make):
    message = "conv1d(): argument 'input': expected 3 dimensions (N, C, L), got shape (2, 4)"
    yield error(ShapeError, message, make((2, 4)), make((3, 2, 3)))
    message = "conv1d(): argument 'stride': expected an int, got (1, 1)"
    yield error(ValueError, message, make((1, 2, 4)), make((3, 2, 3)), stride=(1, 1))
    message = "conv1d(): argument 'padding': expected 0 or more, got (-1,)"
    yield error(ValueError, message, make((1, 2, 4)), make((3, 2, 3)), padding=-1)


def conv3d_errors(make):
    message = "conv3d(): argument 'weight': expected 5 dimensions (O, C / groups, KD, KH, KW), got shape (3, 2, 3, 3)"
    yield error(ShapeError, message, make((1, 2, 4, 4, 4)), make((3, 2, 3, 3)))
    message = "conv3d(): argument 'dilation': expected an int or three ints, got (1, 2)"
    yield error(ValueError, message, make((1, 2, 4, 4, 4)), make((3, 2, 2, 2, 2)), dilation=(1, 2))


def transposed_errors(make):
    name = "conv_transpose1d(): argument"
    message = f"{name} 'weight': expected shape (2, O / groups, K) for input's 2 channels, got (3, 2, 3)"
    yield error(ShapeError, message, make((1, 2, 4)), make((3, 2, 3)))
    message = f"{name} 'bias': expected shape (4,) as weight has filters, got (2,)"
    yield error(ShapeError, message, make((1, 2, 4)), make((2, 2, 3)), make((2,)), groups=2)
    message = f"{name} 'groups': expected a divisor of the 2 input channels, got 3"
    yield error(ValueError, message, make((1, 2, 4)), make((2, 2, 3)), groups=3)
    message = f"{name} 'output_padding': expected 0 or more, and less than stride (2,) or dilation (1,), got (2,)"
    yield error(ValueError, message, make((1, 2, 4)), make((2, 2, 3)), stride=2, output_padding=2)
    message = (
        f"{name} 'input': expected a shape with a result of size 1 or more, got (1, 2, 1), for a result of size (0,)"
    )
    yield error(ShapeError, message, make((1, 2, 1)), make((2, 2, 2)), padding=1)


def gradient_errors(name, second, rest):
    def errors(make):
        message = f"{name}(): argument 'grad_output': expected shape (1, 3, 2, 2), the convolution's, got (1, 3, 4, 4)"
        yield error(ShapeError, message, make((1, 3, 4, 4)), make(second), rest)

    return errors


OPTIONS = {"dtypes": NUMERIC, "tolerance": SEVERAL_STEPS}
FORWARD_ERRORS = {1: conv1d_errors, 2: conv2d_errors, 3: conv3d_errors}
FIRST = {"errors": transposed_errors}
TO_INPUT = {"errors": gradient_errors("conv2d_input_gradient", (3, 2, 3, 3), (1, 2, 4, 4))}
TO_WEIGHT = {"errors": gradient_errors("conv2d_weight_gradient", (1, 2, 4, 4), (3, 2, 3, 3))}


def entries(n):
    to_input, to_weight = f"conv{n}d_input_gradient", f"conv{n}d_weight_gradient"
    yield OpInfo(f"conv{n}d", forward_samples(n), convolution, errors=FORWARD_ERRORS[n], **OPTIONS)
    yield OpInfo(to_input, input_gradient_samples(n), input_gradient, **(TO_INPUT if n == 2 else {}), **OPTIONS)
    yield OpInfo(to_weight, weight_gradient_samples(n), weight_gradient, **(TO_WEIGHT if n == 2 else {}), **OPTIONS)
    yield OpInfo(f"conv_transpose{n}d", transposed_samples(n), transposed, **(FIRST if n == 1 else {}), **OPTIONS)


ENTRIES = tuple(entry for n in (1, 2, 3) for entry in entries(n))
