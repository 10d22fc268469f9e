"""Products of matrices and vectors, by cuBLAS: whatever the strides, without copies where they allow it.

Half types are added up in float32. float32 is rounded to TF32 only where the user allows it.
"""

from __future__ import annotations

from . import _settings, kernel
from ._blas import Affine, Product, knows, library, use
from ._blas import dot as _dot
from ._copy import dense
from ._layouts import product as _layout
from ._plans import keep

# What was worked out for shapes, strides and dtypes seen before.
_products: dict[tuple, Product | tuple[bool, bool]] = {}
_linear: dict[tuple, tuple[tuple, Affine, Product | None]] = {}


def _product(xp, a, b):
    """The product of arrays of such shapes, or which of them must be copied first; None for dtypes that have none."""
    key = (a.shape, a.strides, b.shape, b.strides, a.dtype)
    found = _products.get(key)
    if found is None and takes(xp, a.dtype):
        layout = _layout(*key[:4], a.dtype.itemsize)
        found = keep(_products, key, layout.copies if any(layout.copies) else Product(layout, a.dtype))
    return found


def _prepared(xp, a, b):
    """The product of two arrays, or None, and these in a form that it takes."""
    found = _product(xp, a, b)
    while type(found) is tuple:
        batch = () if a.ndim == 1 or b.ndim == 1 else xp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a, b = (_dense(xp, x, batch) if copied else x for x, copied in zip((a, b), found, strict=True))
        found = _product(xp, a, b)
    return found, a, b


def _dense(xp, x, batch):
    return dense(xp.broadcast_to(x, (*batch, *x.shape[-2:])) if x.flags.c_contiguous else x)


def takes(xp, dtype) -> bool:
    """Whether products of elements of this dtype are computed here, and not by the reference kernels."""
    if library() is None and getattr(xp, "__name__", "") == "cupy":
        from ._cublas import Cublas  # large: loaded at the first product

        use(Cublas())
    return library() is not None and knows(dtype)


@kernel
def matmul(xp, input, other):
    product, input, other = _prepared(xp, input, other)
    if product is None:
        return NotImplemented
    if product.k == 0:
        return xp.zeros(product.shape, input.dtype)
    result = xp.empty(product.shape, input.dtype)
    product(input, other, result, 1.0, 0.0, _settings.allow_tf32)
    return result


def accumulate(xp, a, b, result, alpha=1.0, beta=1.0) -> None:
    """``result = alpha * a @ b + beta * result``, in place, for a dense result of the product's shape and dtype.

    The dtype is one that :func:`takes` says yes to.
    """
    product, a, b = _prepared(xp, a, b)
    if product.k:
        product(a, b, result, alpha, beta, _settings.allow_tf32)
    elif beta != 1:
        result *= beta


def _combined(xp, input, a, b, beta, alpha):
    product, a, b = _prepared(xp, a, b)
    if product is None or product.k == 0 or alpha == 0:  # a BLAS leaves out what is multiplied by 0, nan too
        return NotImplemented
    result = xp.empty(product.shape, a.dtype)
    if beta != 0:
        result[...] = input
    product(a, b, result, alpha, beta, _settings.allow_tf32)
    return result


@kernel
def addmm(xp, input, mat1, mat2, *, beta, alpha):
    return _combined(xp, input, mat1, mat2, beta, alpha)


@kernel
def addmv(xp, input, mat, vec, *, beta, alpha):
    return _combined(xp, input, mat, vec, beta, alpha)


@kernel
def baddbmm(xp, input, batch1, batch2, *, beta, alpha):
    return _combined(xp, input, batch1, batch2, beta, alpha)


@kernel
def addbmm(xp, input, batch1, batch2, *, beta, alpha):
    b, n, k = batch1.shape
    # The sum over the batch is one more inner dimension of one product.
    rows = batch1.transpose(1, 0, 2).reshape(n, b * k)
    return _combined(xp, input, rows, batch2.reshape(b * k, batch2.shape[2]), beta, alpha)


@kernel
def linear(xp, input, weight, bias=None):
    dtype = input.dtype
    key = (input.shape, input.strides, weight.shape, weight.strides, dtype, _settings.allow_tf32)
    found = _linear.get(key)
    if found is None:
        if not takes(xp, dtype):
            return NotImplemented
        layout = _layout(input.shape, input.strides, weight.shape[::-1], weight.strides[::-1], dtype.itemsize)
        product = None if any(layout.copies) else Product(layout, dtype)
        found = keep(_linear, key, (layout.shape, Affine(layout, dtype, _settings.allow_tf32), product))
    shape, affine, product = found
    result = xp.empty(shape, dtype)
    if bias is not None:
        if bias.flags.c_contiguous and affine(input, weight, bias, result):
            return result
        result[...] = bias
    elif product is None or product.k == 0:
        result.fill(0)
    if product is None:
        accumulate(xp, input, weight.T, result)
    elif product.k:
        product(input, weight, result, 1.0, 0.0 if bias is None else 1.0, _settings.allow_tf32)
    return result


@kernel
def dot(xp, input, other):
    dtype = input.dtype
    if not takes(xp, dtype):
        return NotImplemented
    if input.size == 0:
        return xp.zeros((), dtype)
    size = dtype.itemsize
    (first,), (second,) = input.strides, other.strides
    if first < size or second < size or first % size or second % size:
        return NotImplemented
    result = xp.empty((), dtype)
    _dot(input, other, result, input.size, first // size, second // size, dtype)
    return result
