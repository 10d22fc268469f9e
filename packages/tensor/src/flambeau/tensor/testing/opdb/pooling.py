"""Pooling, against loops over every window."""

import itertools

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample
from .convolution import pair

# (input, kernel_size, stride, padding, dilation)
CASES = (
    ((2, 2, 4, 4), 2, None, 0, 1),
    ((1, 2, 5, 4), 3, 1, 1, 1),
    ((1, 1, 5, 5), (2, 3), (2, 1), (1, 0), 1),
    ((1, 2, 6, 5), 2, 2, 0, 2),
    ((1, 2, 5, 6), 2, 1, 1, 3),
    ((0, 2, 4, 4), 2, None, 0, 1),
    ((1, 2, 2, 3), 1, None, 0, 1),
)


def windows(shape, kernel_size, stride, padding, dilation):
    """Every output place, with the places in the image that its window covers."""
    kernel, paddings, dilations = pair(kernel_size), pair(padding), pair(dilation)
    strides = kernel if stride is None else pair(stride)
    sizes = zip(shape[2:], kernel, strides, paddings, dilations, strict=True)
    out = (*shape[:2], *((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in sizes))
    return out, [
        (
            place,
            [
                (*place[:2], row, column)
                for i, j in itertools.product(range(kernel[0]), range(kernel[1]))
                if 0 <= (row := place[2] * strides[0] - paddings[0] + i * dilations[0]) < shape[2]
                and 0 <= (column := place[3] * strides[1] - paddings[1] + j * dilations[1]) < shape[3]
            ],
        )
        for place in np.ndindex(out)
    ]


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1):
    out, covered = windows(input.shape, kernel_size, stride, padding, dilation)
    values, indices = np.zeros(out, input.dtype), np.zeros(out, np.int64)
    for place, members in covered:
        best = members[0]
        for m in members:  # the first of equals; the last NaN, as in PyTorch
            if input[m] > input[best] or np.isnan(input[m]):
                best = m
        values[place], indices[place] = input[best], best[2] * input.shape[3] + best[3]
    return values, indices


def max_pool2d_samples(make):
    for shape, *options in CASES:
        yield sample(make.distinct(shape), *options)
    yield sample(make.distinct((1, 2, 4, 4), "transposed"), 2)
    yield sample(make.distinct((2, 1, 4, 4), "reversed"), 2, padding=1)
    yield sample(make.distinct((1, 1, 4, 4), "strided"), kernel_size=2, stride=1)
    yield sample(make.values([[[[1, 1, 0, 0], [1, 1, 0, 0]]]]), 2, smooth=False)
    lowest = False if make.dtype == bool else -np.inf if make.is_float else np.iinfo(make.dtype).min
    for kernel_size in (2, 3):  # the padding wins nowhere
        yield sample(make.values(np.full((1, 1, 3, 2), lowest)), kernel_size, 1, 1, smooth=False)
    if make.is_float:
        yield sample(make.values([[[[np.nan, 1, -np.inf, -np.inf], [1, 2, -np.inf, -np.inf]]]]), 2, smooth=False)
        yield sample(make.values([[[[1, np.nan], [2, np.nan]]]]), 2, smooth=False)


def scatter_samples(make):
    """Windows that overlap, so that one place of the image collects several values."""
    indices = make.array([[[[0, 1], [5, 5]]], [[[3, 3], [3, 8]]]])
    yield sample(make((2, 1, 2, 2)), indices, (2, 1, 3, 3))
    yield sample(make((2, 1, 2, 2), layout="transposed"), indices, (2, 1, 3, 3))
    yield sample(make((2, 1, 2, 2), layout="strided"), indices, [2, 1, 4, 4])
    yield sample(make((0, 1, 2, 2)), make.integers((0, 1, 2, 2), 0, 9), (0, 1, 3, 3))


def max_pool2d_scatter(input, indices, image_shape):
    result = np.zeros(image_shape, input.dtype)
    for place in np.ndindex(input.shape):
        row, column = divmod(int(indices[place]), image_shape[3])
        result[(*place[:2], row, column)] += input[place]
    return result


def scatter_errors(make):
    message = "max_pool2d_scatter(): argument 'indices': expected shape (1, 1, 2, 2) as input, got (1, 1, 1, 2)"
    yield error(ShapeError, message, make((1, 1, 2, 2)), make.array([[[[0, 1]]]]), (1, 1, 4, 4))


# (input, kernel_size, stride, padding, count_include_pad)
AVERAGED = (
    ((2, 2, 4, 4), 2, None, 0, True),
    ((1, 2, 5, 4), 3, 1, 1, True),
    ((1, 2, 5, 4), 3, 1, 1, False),
    ((1, 1, 5, 5), (2, 3), (2, 1), (1, 0), False),
    ((0, 2, 4, 4), 2, None, 0, True),
)


def shares(shape, kernel_size, stride, padding, count_include_pad):
    """Every output place, the places it averages, and what part each of them has."""
    out, covered = windows(shape, kernel_size, stride, padding, 1)
    area = int(np.prod(pair(kernel_size)))
    return out, [(place, members, 1 / (area if count_include_pad else len(members))) for place, members in covered]


def avg_pool2d(input, kernel_size, stride=None, padding=0, count_include_pad=True):
    out, averaged = shares(input.shape, kernel_size, stride, padding, count_include_pad)
    result = np.zeros(out, input.dtype)
    for place, members, share in averaged:
        result[place] = share * sum(input[m] for m in members)
    return result


def avg_pool2d_input_gradient(grad, input_shape, kernel_size, stride=None, padding=0, count_include_pad=True):
    result = np.zeros(input_shape, grad.dtype)
    for place, members, share in shares(input_shape, kernel_size, stride, padding, count_include_pad)[1]:
        for m in members:
            result[m] += share * grad[place]
    return result


def avg_pool2d_samples(make):
    for shape, *options in AVERAGED:
        yield sample(make(shape), *options)
    for layout in LAYOUTS:
        yield sample(make((2, 2, 4, 4), layout=layout), 2, padding=1)


def avg_pool2d_gradient_samples(make):
    for shape, *options in AVERAGED:
        yield sample(make(shares(shape, *options)[0]), shape, *options)
    for layout in LAYOUTS:
        yield sample(make((1, 2, 2, 2), layout=layout), (1, 2, 4, 4), 2)


def avg_pool2d_gradient_errors(make):
    message = (
        "avg_pool2d_input_gradient(): argument 'grad_output': expected shape (1, 1, 2, 2), the pooling's, "
        "got (1, 1, 3, 3)"
    )
    yield error(ShapeError, message, make((1, 1, 3, 3)), (1, 1, 4, 4), 2)


def pool_errors(name):
    def errors(make):
        message = f"{name}(): argument 'input': expected 4 dimensions (N, C, H, W), got shape (4, 4)"
        yield error(ShapeError, message, make((4, 4)), 2)
        message = f"{name}(): argument 'padding': expected at most half the window's size (2, 2), got (2, 2)"
        yield error(ValueError, message, make((1, 1, 4, 4)), 2, padding=2)
        message = f"{name}(): argument 'kernel_size': expected 1 or more, got (0, 2)"
        yield error(ValueError, message, make((1, 1, 4, 4)), (0, 2))
        message = f"{name}(): argument 'stride': expected an int or two ints, got 'two'"
        yield error(TypeError, message, make((1, 1, 4, 4)), 2, "two")
        message = (
            f"{name}(): argument 'input': expected at least the window's size (5, 5), padding included, got size (4, 4)"
        )
        yield error(ShapeError, message, make((1, 1, 4, 4)), 5)

    return errors


def max_pool2d_errors(make):
    yield from pool_errors("max_pool2d_with_indices")(make)
    message = "max_pool2d_with_indices(): argument 'input': expected an element in every window of size"
    yield error(ShapeError, f"{message} (4, 4), got size (2, 2)", make((1, 1, 2, 2)), 2, 1, 1, 3)
    yield error(ShapeError, f"{message} (2, 2), got size (0, 3)", make((1, 1, 0, 3)), 2, 1, 1)


ENTRIES = (
    OpInfo("max_pool2d_with_indices", max_pool2d_samples, max_pool2d, errors=max_pool2d_errors),
    OpInfo(
        "max_pool2d_scatter",
        scatter_samples,
        max_pool2d_scatter,
        errors=scatter_errors,
        tolerance=SEVERAL_STEPS,
    ),
    OpInfo("avg_pool2d", avg_pool2d_samples, avg_pool2d, FLOATS, errors=pool_errors("avg_pool2d")),
    OpInfo(
        "avg_pool2d_input_gradient",
        avg_pool2d_gradient_samples,
        avg_pool2d_input_gradient,
        FLOATS,
        errors=avg_pool2d_gradient_errors,
        tolerance=SEVERAL_STEPS,
    ),
)
