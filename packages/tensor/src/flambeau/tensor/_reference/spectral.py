"""Discrete Fourier transforms."""

import math

from .. import errors
from .._schema import Anything, Array, Int, operator

# The dimensions, sizes and names of norms are seen to by flambeau.tensor.fft, which calls these.


def _double(dtype):
    return dtype.itemsize == (16 if dtype.kind == "c" else 8)


def _computable(x):
    """What libraries transform in its own precision: floats of 16 bits as float32."""
    return x.astype("float32") if x.dtype.itemsize == 2 else x


def _complex(result, dtype):
    return result.astype("complex128" if _double(dtype) else "complex64")


@operator(promote="float", dtypes="float", function=False, method=False)
def fft_c2c(xp, input: Array, dim: Anything, forward: Anything, scale: Anything):
    """The discrete Fourier transform over dimensions, of complex numbers (or real ones).

    Args:
        input: Tensor of any shape and dtype.
        dim: tuple of dimensions.
        forward: with ``exp(-2 pi i ...)``; if not, with ``exp(2 pi i ...)``.
        scale: what the sums are multiplied by.

    Returns:
        complex Tensor of ``input``'s shape.
    """
    x = _computable(input)
    # Without a factor of the library's own.
    result = xp.fft.fftn(x, axes=dim) if forward else xp.fft.ifftn(x, axes=dim, norm="forward")
    result = _complex(result, input.dtype)
    return result if scale == 1 else result * result.dtype.type(scale)


@operator(promote="float", dtypes="float", real=True, function=False, method=False)
def fft_r2c(xp, input: Array, dim: Int, scale: Anything):
    """The first half of the discrete Fourier transform of real numbers; the other half is its conjugate.

    Args:
        input: real Tensor.
        dim: the dimension.
        scale: what the sums are multiplied by.

    Returns:
        complex Tensor, of size ``n // 2 + 1`` in ``dim``.
    """
    result = _complex(xp.fft.rfft(_computable(input), axis=dim), input.dtype)
    return result if scale == 1 else result * result.dtype.type(scale)


@operator(promote="float", dtypes="float", function=False, method=False)
def fft_c2r(xp, input: Array, dim: Int, n: Int, scale: Anything):
    """The real numbers whose transform, with ``exp(2 pi i ...)``, begins with ``input``; its other half is the
    conjugate.

    Args:
        input: complex Tensor, of size ``n // 2 + 1`` in ``dim``.
        dim: the dimension.
        n: the size of the result.
        scale: what the sums are multiplied by.

    Returns:
        real Tensor, of size ``n`` in ``dim``.
    """
    x = _complex(input, input.dtype)
    result = xp.fft.irfft(x, n, axis=dim, norm="forward")
    result = result.astype("float64" if _double(x.dtype) else "float32")
    return result if scale == 1 else result * result.dtype.type(scale)


def _check_size(name, input, dims):
    for dim in dims:
        if input.shape[dim] == 0:
            errors.shape_error(name, "input", f"elements along dimension {dim}", f"shape {tuple(input.shape)}")


@fft_c2c.check
def _(input, dim, forward, scale):
    _check_size("fft_c2c", input, dim)


@fft_r2c.check
def _(input, dim, scale):
    _check_size("fft_r2c", input, (dim,))


@fft_c2r.check
def _(input, dim, n, scale):
    if n < 1 or input.shape[dim] != n // 2 + 1:
        wanted = f"size {math.floor(n / 2) + 1} in dimension {dim}"
        errors.shape_error("fft_c2r", "input", wanted, f"shape {tuple(input.shape)}")
