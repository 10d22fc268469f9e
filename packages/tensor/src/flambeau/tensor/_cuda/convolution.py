"""Convolution and its two gradients over one, two and three dimensions: by cuDNN, or as matrix products without it.

Filters of one pixel over images with their channels last are one product, which cuDNN would ask the same library for.

Images may have their channels first or last in memory (of a Tensor whose dimensions are (N, C, sizes) always): results
are like what they are made of, and gradients of filters like the images.
"""

from __future__ import annotations

import math

from .._composed.determinism import are_deterministic_algorithms_enabled
from .._reference._windows import output_sizes, sides
from .._reference.transposed_convolution import transposed_shape
from . import _cudnn, _settings, kernel
from ._blas import Product
from ._columns import Windows, add_bias, forward, to_input, to_weight
from ._copy import dense
from ._images import Images
from ._layouts import product as _layout
from ._plans import keep
from ._source import is_float
from .products import takes


def dense_order(shape, strides, itemsize: int) -> bool | None:
    """Whether an array's channels are last in memory; None if it is dense in neither order."""
    if _is_dense(shape, strides, itemsize):
        return False
    if _is_dense((shape[0], *shape[2:], shape[1]), (strides[0], *strides[2:], strides[1]), itemsize):
        return True
    return None


def _is_dense(shape, strides, itemsize: int) -> bool:
    expected = itemsize
    for size, stride in zip(reversed(shape), reversed(strides), strict=True):
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True


def _described(shape, channels_last: bool):
    """Sizes and steps in elements as cuDNN has them: sequences are images of one row."""
    if len(shape) == 3:
        shape = (*shape[:2], 1, shape[2])
    order = (0, *range(2, len(shape)), 1) if channels_last else range(len(shape))
    steps, step = [0] * len(shape), 1
    for d in reversed(order):
        steps[d] = step
        step *= shape[d]
    return tuple(shape), tuple(steps)


def _along(values, fill: int):
    return (fill, *values) if len(values) == 1 else tuple(values)


def _of_pixels(kind, first, second, dtype) -> Product:
    """A pass over filters of one pixel, as a product of matrices: pixels are rows, of channels."""
    size = dtype.itemsize
    count = first.size // first.shape[1]
    inputs, outputs = first.shape[1], second.shape[1]
    pixels = (count, inputs), (inputs * size, size)
    if kind == "weight":  # the result's gradient, turned, times the images
        factors = (outputs, count), (size, outputs * size), *pixels
    elif kind == "forward":  # the images times the filters, turned
        factors = *pixels, (inputs, second.shape[0]), (size, inputs * size)
    else:
        factors = *pixels, (inputs, outputs), (outputs * size, size)
    return Product(_layout(*factors, size), dtype)


class _Pass:
    """What was worked out for one pass over arrays of some shapes: a product, cuDNN's plan, or without one the windows.

    ``kind`` says which pass: see :class:`._cudnn.Convolution`.
    """

    def __init__(self, library, kind, first, second, shape, stride, padding, dilation, groups) -> None:
        orders = [dense_order(x.shape, x.strides, x.dtype.itemsize) for x in (first, second)]
        self.copied = [order is None for order in orders]
        self.channels_last = bool(orders[0])
        both = sides(padding)
        before, after = [low for low, _ in both], [high for _, high in both]
        self.images = Images(shape, self.channels_last)
        self.turned = kind == "weight"  # the second factor comes first
        filters = shape if kind == "weight" else second.shape
        plain = math.prod((*filters[2:], *stride)) == groups == 1 and not any((*before, *after))
        if kind != "weight":  # a transposed one may have pixels beside those that its windows meet
            plain = plain and tuple(shape[2:]) == first.shape[2:]
        lie_so = self.channels_last and (orders[1] is not None if kind != "weight" else orders[1])
        self.product = _of_pixels(kind, first, second, first.dtype) if plain and lie_so else None
        if self.product is not None:
            return
        self.plan = library and library.plan(
            _cudnn.Convolution(
                kind,
                first.dtype.name,
                *(_described(x.shape, bool(order)) for x, order in zip((first, second), orders, strict=True)),
                _described(shape, self.channels_last),
                *(_along(before, 0), _along(after, 0), _along(stride, 1), _along(dilation, 1)),
                _settings.allow_tf32,
                are_deterministic_algorithms_enabled(),
            )
        )
        if self.plan is None:
            self.channels_last = False
            self.by_products, images, filters, result = {
                "forward": (forward, first.shape, second.shape, shape),
                "input": (to_input, shape, second.shape, first.shape),
                "weight": (to_weight, first.shape, shape, second.shape),
            }[kind]
            self.windows = Windows(images, filters, result[2:], stride, before, dilation, groups)

    def __call__(self, xp, first, second):
        """The result."""
        if self.product is not None:
            result = self.images.new(xp, first.dtype)
            factors = (second, first) if self.turned else (first, second)
            self.product(*factors, result, 1.0, 0.0, _settings.allow_tf32)
            return result
        if self.plan is None:
            return self.by_products(xp, first, second, self.windows)
        if self.copied[0]:
            first = dense(first)
        if self.copied[1]:
            second = dense(second)
        result = self.images.new(xp, first.dtype)
        _cudnn.run(xp, self.plan, first, second, result)
        return result


# By what they depend on.
_passes: dict[tuple, _Pass | None] = {}
_MOST = 1024


def _pass(xp, kind, first, second, shape, *windows) -> _Pass | None:
    """The pass over such arrays; None where the reference does it. ``shape`` is the result's, None for forward ones."""
    library = _cudnn.library(xp)
    key = (
        kind, first.shape, first.strides, second.shape, second.strides, shape, first.dtype, windows,
        _settings.allow_tf32, are_deterministic_algorithms_enabled(), library, library and library.device(),
    )  # fmt: skip
    found = _passes.get(key, key)
    if found is key:
        stride, padding, dilation, _ = windows
        if shape is None:
            out = output_sizes(first.shape[2:], second.shape[2:], stride, padding, dilation)
            shape = (first.shape[0], second.shape[0], *out)
        taken = is_float(first.dtype) and first.size > 0 < second.size and math.prod(shape) > 0
        taken = taken and takes(xp, first.dtype)
        found = _Pass(library, kind, first, second, shape, *windows) if taken else None
        keep(_passes, key, found, _MOST)
    return found


def _computed(xp, kind, first, second, bias, shape, *windows):
    found = _pass(xp, kind, first, second, shape, *windows)
    if found is None:
        return NotImplemented
    result = found(xp, first, second)
    if bias is not None:
        add_bias(result, dense(bias), found.channels_last)
    return result


def _forward(xp, input, weight, bias, stride, padding, dilation, groups):
    return _computed(xp, "forward", input, weight, bias, None, stride, padding, dilation, groups)


def _input_gradient(xp, grad_output, weight, input_shape, stride, padding, dilation, groups):
    return _computed(xp, "input", grad_output, weight, None, input_shape, stride, padding, dilation, groups)


def _weight_gradient(xp, grad_output, input, shape, stride, padding, dilation, groups):
    return _computed(xp, "weight", input, grad_output, None, shape, stride, padding, dilation, groups)


def _transposed(xp, input, weight, bias, stride, padding, output_padding, groups, dilation):
    shape = transposed_shape(input.shape, weight.shape, stride, padding, output_padding, groups, dilation)
    return _computed(xp, "input", input, weight, bias, shape, stride, padding, dilation, groups)


for _dims in (1, 2, 3):
    kernel(f"conv{_dims}d")(_forward)
    kernel(f"conv{_dims}d_input_gradient")(_input_gradient)
    kernel(f"conv{_dims}d_weight_gradient")(_weight_gradient)
    kernel(f"conv_transpose{_dims}d")(_transposed)
