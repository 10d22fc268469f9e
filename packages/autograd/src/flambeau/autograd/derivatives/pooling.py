"""Derivatives of pooling."""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient


def _picked(grad, indices):
    """The elements of images at places in the flattened ones."""
    n, c, *sizes = grad.shape
    places = indices.reshape(n, c, math.prod(indices.shape[2:]))
    return ft.gather(grad.reshape(n, c, math.prod(sizes)), 2, places).reshape(indices.shape)


def _attach(pool, adaptive, drawn, scatter):
    """The greatest elements' gradients go back to their places."""

    @gradient(pool, "input")
    def _(grad, indices, input_shape, kernel_size, stride, padding, dilation):
        return scatter(grad, indices, input_shape, (kernel_size, stride, padding, dilation))

    @gradient(adaptive, "input")
    def _(grad, indices, input_shape):
        return scatter(grad, indices, input_shape, ())

    if drawn is not None:

        @gradient(drawn, "input")
        def _(grad, indices, input_shape):
            return scatter(grad, indices, input_shape)


def _attach_average(pool, back):
    @gradient(pool, "input")
    def _(grad, input_shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        return back(grad, input_shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)

    @gradient(back, "grad_output")
    def _(grad, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        return pool(grad, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _attach_adaptive(pool, back):
    @gradient(pool, "input")
    def _(grad, input_shape):
        return back(grad, input_shape)

    @gradient(back, "grad_output")
    def _(grad, grad_output_shape):
        return pool(grad, grad_output_shape[2:])


def _attach_places(dims):
    gradient(getattr(ops, f"max_pool{dims}d_scatter"), "input")(_picked)
    gradient(getattr(ops, f"max_unpool{dims}d_scatter"), "input")(_unpooled)


def _unpooled(grad, input, indices):
    # Of elements that went to one place, only the last is seen there.
    n, c, *sizes = grad.shape
    flat = indices.reshape(n, c, math.prod(indices.shape[2:]))
    order = ft.arange(flat.shape[2], device=grad.device).expand(flat.shape)
    places = ft.zeros((n, c, math.prod(sizes)), dtype=ft.int64, device=grad.device)
    last = ft.scatter_reduce(places, 2, flat, order, "amax")
    seen = (ft.gather(last, 2, flat) == order).reshape(indices.shape)
    return _picked(grad, indices) * seen


for _n in (1, 2, 3):
    _scatter = getattr(ops, f"max_pool{_n}d_scatter")
    _pools = [getattr(ops, f"{kind}max_pool{_n}d_with_indices", None) for kind in ("", "adaptive_", "fractional_")]
    _attach(*_pools, _scatter)
    _attach_places(_n)
    _attach_average(getattr(ops, f"avg_pool{_n}d"), getattr(ops, f"avg_pool{_n}d_input_gradient"))
    _attach_adaptive(getattr(ops, f"adaptive_avg_pool{_n}d"), getattr(ops, f"adaptive_avg_pool{_n}d_input_gradient"))
