"""Derivatives of Fourier transforms, which are linear: their adjoints, transforms too."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient

gradient(ops.fft_c2c, "input")(lambda grad, dim, forward, scale: ops.fft_c2c(grad, dim, not forward, scale))


@gradient(ops.fft_r2c, "input")
def r2c(grad, input_shape, dim, scale):
    """The transform back of what is there, the rest being 0: its real part, which the engine takes."""
    n = input_shape[dim]
    rest = list(grad.shape)
    rest[dim] = n - rest[dim]
    whole = ft.cat([grad, ft.zeros(rest, dtype=grad.dtype, device=grad.device)], dim) if rest[dim] else grad
    return ops.fft_c2c(whole, (dim,), False, scale)


@gradient(ops.fft_c2r, "input")
def c2r(grad, dim, n, scale):
    """The transform; what stands for itself and for its conjugate counts twice."""
    result = ops.fft_r2c(grad, dim, scale)
    weights = [1.0 if k == 0 or 2 * k == n else 2.0 for k in range(n // 2 + 1)]
    shape = [1] * len(result.shape)
    shape[dim] = len(weights)
    return result * ft.tensor(weights, dtype=grad.dtype, device=grad.device).reshape(shape)
