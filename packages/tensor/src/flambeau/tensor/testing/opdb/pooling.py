"""Pooling, against loops over every window."""

import itertools

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample
from .convolution import ints

# (input, kernel_size, stride, padding, dilation, ceil_mode)
CASES = {
    1: (
        ((2, 2, 7), 2, None, 0, 1, False),
        ((1, 2, 6), 3, 1, 1, 1, False),
        ((1, 2, 7), 2, 3, 1, 2, True),
        ((1, 1, 6), 3, 2, 0, 1, True),
        ((0, 2, 4), 2, None, 0, 1, False),
    ),
    2: (
        ((2, 2, 4, 4), 2, None, 0, 1, False),
        ((1, 2, 5, 4), 3, 1, 1, 1, False),
        ((1, 1, 5, 5), (2, 3), (2, 1), (1, 0), 1, False),
        ((1, 2, 6, 5), 2, 2, 0, 2, False),
        ((1, 2, 5, 6), 2, 1, 1, 3, False),
        ((1, 2, 5, 6), (2, 3), 2, (1, 1), 1, True),
        ((1, 1, 3, 2), 2, (2, 3), 0, 1, True),
        ((0, 2, 4, 4), 2, None, 0, 1, False),
        ((1, 2, 2, 3), 1, None, 0, 1, False),
    ),
    3: (
        ((1, 2, 3, 4, 2), 2, 1, 0, 1, False),
        ((1, 1, 4, 3, 3), (2, 1, 3), (1, 2, 1), (1, 0, 1), 1, False),
        ((1, 1, 3, 4, 3), 2, 2, 1, (1, 2, 1), True),
        ((0, 2, 2, 2, 2), 2, None, 0, 1, False),
    ),
}
# (input, output_size)
ADAPTIVE = {
    1: (((2, 2, 7), 3), ((1, 2, 4), (6,)), ((1, 1, 6), 3), ((1, 2, 3), None), ((0, 2, 4), 2)),
    2: (((2, 2, 5, 4), 2), ((1, 2, 3, 5), (5, 3)), ((1, 1, 4, 3), (None, 2)), ((0, 2, 3, 3), 1), ((1, 2, 3, 2), 1)),
    3: (((1, 2, 3, 4, 2), 2), ((1, 1, 2, 3, 5), (1, None, 3)), ((0, 1, 2, 2, 2), 1)),
}


def even(size, kernel, stride, padding, dilation, ceil_mode):
    """Of every window along a dimension: its elements in the image, and how many count with the padding."""
    over = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-over // stride) if ceil_mode else over // stride) + 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    for i in range(count):
        start = i * stride - padding
        members = [x for x in range(start, start + kernel * dilation, dilation) if 0 <= x < size]
        yield members, min(start + kernel, size + padding) - start


def shared(size, count):
    for i in range(count):
        members = [x for x in range(size) if (x + 1) * count > i * size and x * count < (i + 1) * size]
        yield members, len(members)


def windows(shape, axes):
    """Every output place, with the places in the image that its window covers, and by what a mean is divided."""
    out = (*shape[:2], *map(len, axes))
    found = []
    for place in np.ndindex(out):
        along = [axis[i] for axis, i in zip(axes, place[2:], strict=True)]
        members = [(*place[:2], *rest) for rest in itertools.product(*(m for m, _ in along))]
        found.append((place, members, int(np.prod([count for _, count in along]))))
    return out, found


def even_windows(shape, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    count = len(shape) - 2
    stride = kernel_size if stride is None else stride
    options = [ints(value, count) for value in (kernel_size, stride, padding, dilation)]
    return windows(shape, [list(even(*each, ceil_mode)) for each in zip(shape[2:], *options, strict=True)])


def shared_windows(shape, output_size):
    sizes = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * (len(shape) - 2)
    return windows(shape, [list(shared(n, n if m is None else m)) for n, m in zip(shape[2:], sizes, strict=True)])


def greatest(input, found):
    out, covered = found
    values, indices = np.zeros(out, input.dtype), np.zeros(out, np.int64)
    for place, members, _ in covered:
        best = members[0]
        for m in members:  # the first of equals; the last NaN, as in PyTorch
            if input[m] > input[best] or np.isnan(input[m]):
                best = m
        values[place], indices[place] = input[best], np.ravel_multi_index(best[2:], input.shape[2:])
    return values, indices


def max_pool(input, *args, **kwargs):
    return greatest(input, even_windows(input.shape, *args, **kwargs))


def adaptive_max_pool(input, output_size):
    return greatest(input, shared_windows(input.shape, output_size))


def max_pool_samples(dims):
    def samples(make):
        sizes = (4, 4, 2)[:dims]
        for shape, *options in CASES[dims]:
            yield sample(make.distinct(shape), *options)
        yield sample(make.distinct((1, 2, *sizes), "transposed"), 2)
        yield sample(make.distinct((2, 1, *sizes), "reversed"), 2, padding=1)
        yield sample(make.distinct((1, 1, *sizes), "strided"), kernel_size=2, stride=1)
        ties = np.broadcast_to([1, 1, 0, 0, 2, 2], (1, 1, *[2] * (dims - 1), 6))
        yield sample(make.values(ties), 2, smooth=False)
        lowest = False if make.dtype == bool else -np.inf if make.is_float else np.iinfo(make.dtype).min
        for kernel_size in (2, 3):  # the padding wins nowhere
            yield sample(make.values(np.full((1, 1, *(3, 2, 2)[:dims]), lowest)), kernel_size, 1, 1, smooth=False)
        if make.is_float:
            values = np.array([np.nan, 1, -np.inf, -np.inf, 2, np.nan, np.nan, 3])
            yield sample(make.values(np.broadcast_to(values, (1, 1, *[2] * (dims - 1), 8))), 2, smooth=False)
            yield sample(make.values(np.broadcast_to(values, (1, 1, *[3] * (dims - 1), 8))), 3, 2, 1, smooth=False)

    return samples


def adaptive_max_pool_samples(dims):
    def samples(make):
        for shape, out in ADAPTIVE[dims]:
            yield sample(make.distinct(shape), out)
        for layout in LAYOUTS:
            yield sample(make.distinct((1, 2, *(4, 3, 2)[:dims]), layout), 2)
        if make.is_float:
            yield sample(make.values(np.full((1, 1, *[3] * dims), np.nan)), 2, smooth=False)

    return samples


def fractional_max_pool(input, kernel_size, output_size, random_samples):
    dims = input.ndim - 2
    values = np.zeros((*input.shape[:2], *ints(output_size, dims)), input.dtype)
    indices = np.zeros(values.shape, np.int64)
    for n, c in np.ndindex(input.shape[:2]):
        axes = []
        for d, size in enumerate(input.shape[2:]):
            kernel, count = ints(kernel_size, dims)[d], ints(output_size, dims)[d]
            drawn = float(random_samples[n, c, d if dims == 3 else dims - 1 - d])
            step = (size - kernel) / (count - 1) if count > 1 else 0
            begins = [int((i + drawn) * step) - int(drawn * step) for i in range(count - 1)] + [size - kernel]
            axes.append([(list(range(b, b + kernel)), kernel) for b in begins])
        one = greatest(input[n : n + 1, c : c + 1], windows((1, 1, *input.shape[2:]), axes))
        values[n, c], indices[n, c] = one[0][0, 0], one[1][0, 0]
    return values, indices


def fractional_samples(dims):
    def samples(make):
        def drawn(*shape):
            return make.array(np.linspace(0.0, 0.93, int(np.prod(shape))).reshape(shape), np.float64)

        yield sample(make.distinct((2, 2, *(6, 5, 4)[:dims])), 2, 3, drawn(2, 2, dims))
        yield sample(make.distinct((1, 2, *(4, 6, 5)[:dims]), "reversed"), (1, 3, 2)[:dims], 1, drawn(1, 2, dims))
        yield sample(make.distinct((0, 2, *[3] * dims)), 2, 2, drawn(0, 2, dims))

    return samples


def scatter_samples(dims, overlapping):
    """Windows that overlap, so that one place of the image collects several values."""

    def samples(make):
        out, image = (2, *[1] * (dims - 1), 2)[:dims], (2, *[1] * (dims - 2), 6)[-dims:]
        out = (3,) if dims == 1 else out
        count, size = int(np.prod(out)), int(np.prod(image))
        places = [[0, 1, 5, 5], [3, 3, 3, size - 1]] if overlapping else [[0, 3, 5, 1], [4, 2, 0, size - 1]]
        indices = make.array(np.array([p[-count:] for p in places]).reshape(2, 1, *out))
        for layout in ("contiguous", "transposed", "strided"):
            yield sample(make((2, 1, *out), layout=layout), indices, (2, 1, *image))
        if not overlapping:  # all to one place, which shows the last
            yield sample(make((2, 1, *out)), make.array(np.full((2, 1, *out), 3)), (2, 1, *image))
        yield sample(make((0, 1, *out)), make.integers((0, 1, *out), 0, size), [0, 1, *image])

    return samples


def scatter(input, indices, image_shape):
    result = np.zeros(image_shape, input.dtype)
    for place in np.ndindex(input.shape):
        result[(*place[:2], *np.unravel_index(indices[place], tuple(image_shape[2:])))] += input[place]
    return result


def unpool(input, indices, image_shape):
    result = np.zeros(image_shape, input.dtype)
    for place in np.ndindex(input.shape):
        result[(*place[:2], *np.unravel_index(indices[place], tuple(image_shape[2:])))] = input[place]
    return result


def scatter_errors(name):
    def errors(make):
        message = f"{name}(): argument 'indices': expected shape (1, 1, 2, 2) as input, got (1, 1, 1, 2)"
        yield error(ShapeError, message, make((1, 1, 2, 2)), make.array([[[[0, 1]]]]), (1, 1, 4, 4))
        message = f"{name}(): argument 'indices': expected indices in [0, 15], got 16"
        yield error(IndexError, message, make((1, 1, 1, 2)), make.array([[[[0, 16]]]]), (1, 1, 4, 4))

    return errors


# (count_include_pad, divisor_override)
DIVISORS = ((True, None), (False, None), (True, 3), (False, None))


def averaged(dims):
    for number, (shape, kernel_size, stride, padding, dilation, ceil_mode) in enumerate(CASES[dims]):
        if dilation == 1:
            yield shape, kernel_size, stride, padding, ceil_mode, *DIVISORS[number % 4]


def shares(found, count_include_pad=True, divisor_override=None):
    """Every output place, the places it averages, and what part each of them has."""
    for place, members, count in found[1]:
        yield place, members, 1 / (divisor_override or (count if count_include_pad else len(members)))


def means(input, found, *options):
    result = np.zeros(found[0], input.dtype)
    for place, members, share in shares(found, *options):
        result[place] = share * sum(input[m] for m in members)
    return result


def spread(grad, input_shape, found, *options):
    result = np.zeros(input_shape, grad.dtype)
    for place, members, share in shares(found, *options):
        for m in members:
            result[m] += share * grad[place]
    return result


def avg_pool(input, kernel_size, stride=None, padding=0, ceil_mode=False, *options):
    return means(input, even_windows(input.shape, kernel_size, stride, padding, 1, ceil_mode), *options)


def avg_pool_gradient(grad, input_shape, kernel_size, stride=None, padding=0, ceil_mode=False, *options):
    return spread(grad, input_shape, even_windows(input_shape, kernel_size, stride, padding, 1, ceil_mode), *options)


def adaptive_avg_pool(input, output_size):
    return means(input, shared_windows(input.shape, output_size))


def adaptive_avg_pool_gradient(grad, input_shape):
    return spread(grad, input_shape, shared_windows(input_shape, grad.shape[2:]))


def avg_pool_samples(dims):
    def samples(make):
        for shape, *options in averaged(dims):
            yield sample(make(shape), *options)
        for layout in LAYOUTS:
            yield sample(make((2, 2, *(4, 4, 2)[:dims]), layout=layout), 2, padding=1)
        values = np.broadcast_to([np.nan, 1, 2, -np.inf, 3, 4], (1, 1, *[2] * (dims - 1), 6))
        yield sample(make.values(values), 2, smooth=False)

    return samples


def avg_pool_gradient_samples(dims):
    def samples(make):
        for shape, *options in averaged(dims):
            out = even_windows(shape, *options[:3], 1, options[3])[0]
            yield sample(make(out), shape, *options)
        for layout in LAYOUTS:
            yield sample(make((1, 2, *[2] * dims), layout=layout), (1, 2, *[4] * dims), 2)

    return samples


def adaptive_avg_pool_samples(dims):
    def samples(make):
        for shape, out in ADAPTIVE[dims]:
            yield sample(make(shape), out)
        for layout in LAYOUTS:
            yield sample(make((1, 2, *(4, 3, 2)[:dims]), layout=layout), 2)
        yield sample(make.values(np.full((1, 1, *[3] * dims), np.nan)), 2, smooth=False)

    return samples


def adaptive_avg_pool_gradient_samples(dims):
    def samples(make):
        for shape, out in ADAPTIVE[dims]:
            yield sample(make(shared_windows(shape, out)[0]), shape)
        yield sample(make((1, 2, *[2] * dims), layout="transposed"), [1, 2, *(4, 3, 2)[:dims]])

    return samples


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
        message = f"{name}(): argument 'stride': expected an int or two ints, got str"
        yield error(TypeError, message, make((1, 1, 4, 4)), 2, "two")
        message = (
            f"{name}(): argument 'input': expected at least the window's size (5, 5), padding included, got size (4, 4)"
        )
        yield error(ShapeError, message, make((1, 1, 4, 4)), 5)

    return errors


def avg_pool2d_errors(make):
    yield from pool_errors("avg_pool2d")(make)
    message = "avg_pool2d(): argument 'divisor_override': expected another number than 0, got 0"
    yield error(ValueError, message, make((1, 1, 4, 4)), 2, divisor_override=0)


def max_pool2d_errors(make):
    yield from pool_errors("max_pool2d_with_indices")(make)
    message = "max_pool2d_with_indices(): argument 'input': expected an element in every window of size"
    yield error(ShapeError, f"{message} (4, 4), got size (2, 2)", make((1, 1, 2, 2)), 2, 1, 1, 3)
    yield error(ShapeError, f"{message} (2, 2), got size (0, 3)", make((1, 1, 0, 3)), 2, 1, 1)


def adaptive_errors(name):
    def errors(make):
        message = f"{name}(): argument 'input': expected 4 dimensions (N, C, H, W), got shape (4, 4)"
        yield error(ShapeError, message, make((4, 4)), 2)
        message = f"{name}(): argument 'output_size': expected an int or two ints, got (1, 2, 3)"
        yield error(ValueError, message, make((1, 1, 4, 4)), (1, 2, 3))
        message = f"{name}(): argument 'input': expected an element in every window, got size (0, 4)"
        yield error(ShapeError, message, make((1, 1, 0, 4)), 2)

    return errors


def fractional_errors(make):
    name = "fractional_max_pool2d_with_indices(): argument"
    drawn = make.array(np.full((1, 1, 2), 0.5))
    message = f"{name} 'input': expected at least size (4, 4) for so many windows, got size (3, 4)"
    yield error(ShapeError, message, make((1, 1, 3, 4)), 2, 3, drawn)
    message = f"{name} 'random_samples': expected shape (1, 2, 2), got (1, 1, 2)"
    yield error(ShapeError, message, make((1, 2, 4, 4)), 2, 3, drawn)


ROUNDED = {"tolerance": SEVERAL_STEPS}


def entries(n):
    # Errors are those of two dimensions; the checks are the same.
    def planes(errors):
        return {"errors": errors} if n == 2 else {}

    scattered, unpooled = f"max_pool{n}d_scatter", f"max_unpool{n}d_scatter"
    greatest_of, averages_of = f"adaptive_max_pool{n}d_with_indices", f"adaptive_avg_pool{n}d"
    yield OpInfo(f"max_pool{n}d_with_indices", max_pool_samples(n), max_pool, **planes(max_pool2d_errors))
    yield OpInfo(scattered, scatter_samples(n, True), scatter, **planes(scatter_errors(scattered)), **ROUNDED)
    yield OpInfo(unpooled, scatter_samples(n, False), unpool, **planes(scatter_errors(unpooled)))
    yield OpInfo(greatest_of, adaptive_max_pool_samples(n), adaptive_max_pool, **planes(adaptive_errors(greatest_of)))
    yield OpInfo(f"avg_pool{n}d", avg_pool_samples(n), avg_pool, FLOATS, **planes(avg_pool2d_errors), **ROUNDED)
    yield OpInfo(
        f"avg_pool{n}d_input_gradient",
        avg_pool_gradient_samples(n),
        avg_pool_gradient,
        FLOATS,
        **planes(avg_pool2d_gradient_errors),
        **ROUNDED,
    )
    yield OpInfo(
        averages_of,
        adaptive_avg_pool_samples(n),
        adaptive_avg_pool,
        FLOATS,
        **planes(adaptive_errors(averages_of)),
        **ROUNDED,
    )
    yield OpInfo(
        f"adaptive_avg_pool{n}d_input_gradient",
        adaptive_avg_pool_gradient_samples(n),
        adaptive_avg_pool_gradient,
        FLOATS,
        **ROUNDED,
    )
    if n > 1:
        yield OpInfo(
            f"fractional_max_pool{n}d_with_indices",
            fractional_samples(n),
            fractional_max_pool,
            constants=("random_samples",),
            **planes(fractional_errors),
        )


ENTRIES = tuple(entry for n in (1, 2, 3) for entry in entries(n))
