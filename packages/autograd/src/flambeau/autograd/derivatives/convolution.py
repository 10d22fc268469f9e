"""Derivatives of convolution: the three operators are linear in each Tensor, and one another's gradients."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import conj, zeros


def _attach(forward, to_input, to_weight):
    """The rules of the three operators of so many dimensions."""

    @gradient(forward, "input")
    def _(grad, input_shape, weight, stride, padding, dilation, groups):
        return to_input(grad, conj(weight), input_shape, stride, padding, dilation, groups)

    @gradient(forward, "weight")
    def _(grad, input, weight_shape, stride, padding, dilation, groups):
        return to_weight(grad, conj(input), weight_shape, stride, padding, dilation, groups)

    gradient(forward, "bias")(_of_bias)

    @gradient(to_input, "grad_output")
    def _(grad, weight, stride, padding, dilation, groups):
        return forward(grad, conj(weight), None, stride, padding, dilation, groups)

    @gradient(to_input, "weight")
    def _(grad, grad_output, weight_shape, stride, padding, dilation, groups):
        return to_weight(conj(grad_output), grad, weight_shape, stride, padding, dilation, groups)

    @gradient(to_weight, "grad_output")
    def _(grad, input, stride, padding, dilation, groups):
        return forward(conj(input), grad, None, stride, padding, dilation, groups)

    @gradient(to_weight, "input")
    def _(grad, grad_output, input_shape, stride, padding, dilation, groups):
        return to_input(conj(grad_output), grad, input_shape, stride, padding, dilation, groups)


def _of_bias(grad):
    return grad.sum((0, *range(2, grad.ndim)))


def _attach_transposed(transposed, forward, to_weight):
    """Those of the transposed convolution: it is the pass to a convolution's input, with a bias."""

    @gradient(transposed, "input")
    def _(grad, input_shape, weight, stride, padding, groups, dilation):
        result = forward(grad, conj(weight), None, stride, padding, dilation, groups)
        # An output padding beyond the stride has room for windows that the input has none for.
        for dim, size in enumerate(input_shape[2:], 2):
            result = ft.narrow(result, dim, 0, size) if result.shape[dim] > size else result
        return result

    @gradient(transposed, "weight")
    def _(grad, input, weight_shape, stride, padding, output_padding, groups, dilation):
        for dim, (more, step) in enumerate(zip(output_padding, stride, strict=True), 2):
            if more >= step:
                shape = (*input.shape[:dim], more // step, *input.shape[dim + 1 :])
                input = ft.cat([input, zeros(shape, input)], dim)
        return to_weight(conj(input), grad, weight_shape, stride, padding, dilation, groups)

    gradient(transposed, "bias")(_of_bias)


for _n in (1, 2, 3):
    _forward = getattr(ops, f"conv{_n}d")
    _to_input, _to_weight = (getattr(ops, f"conv{_n}d_{what}_gradient") for what in ("input", "weight"))
    _attach(_forward, _to_input, _to_weight)
    _attach_transposed(getattr(ops, f"conv_transpose{_n}d"), _forward, _to_weight)
