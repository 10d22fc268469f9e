"""Factors of matrices by cuSOLVER and cuBLAS, as far as CuPy wraps them: whole batches, none of them empty."""

from __future__ import annotations

import math

# The letters that functions for a dtype begin with.
LETTERS = {"float32": "s", "float64": "d", "complex64": "c", "complex128": "z"}


class Cusolver:
    """The factorizations on a GPU."""

    def lu(self, a):
        """``L`` and ``U`` of square matrices in one, the number from 1 of the row swapped at each step, and 0 or the
        number of the first zero on the diagonal of ``U``."""
        from cupy.linalg._decomposition import _lu_factor

        triangles, pivots, info = _lu_factor(a.swapaxes(-1, -2), a.dtype)
        return triangles.swapaxes(-1, -2), pivots, info

    def triangular(self, a, b, lower: bool, unit: bool):
        """The solution of ``a @ x = b`` for a triangle ``a``."""
        from cupyx.scipy.linalg import solve_triangular

        return solve_triangular(a, b, lower=lower, unit_diagonal=unit, check_finite=False)

    def cholesky(self, a):
        """The lower factors, from the lower triangles, with anything above; and 0 or the first minor that is not
        positive."""
        import cupy
        from cupy.cuda.device import get_cusolver_handle
        from cupy_backends.cuda.libs import cublas, cusolver

        x = a.astype(a.dtype, order="C", copy=True)
        n, count = x.shape[-1], math.prod(x.shape[:-2])
        info = cupy.empty(x.shape[:-2], "int32")
        letter, handle = LETTERS[a.dtype.name], get_cusolver_handle()
        upper = cublas.CUBLAS_FILL_MODE_UPPER  # by columns, in which cuSOLVER thinks
        if count == 1:
            size = getattr(cusolver, f"{letter}potrf_bufferSize")(handle, upper, n, x.data.ptr, n)
            work = cupy.empty(size, a.dtype)
            potrf = getattr(cusolver, f"{letter}potrf")
            potrf(handle, upper, n, x.data.ptr, n, work.data.ptr, size, info.data.ptr)
        else:
            step = n * n * x.itemsize
            pointers = cupy.arange(x.data.ptr, x.data.ptr + step * count, step, dtype="uintp")
            potrf = getattr(cusolver, f"{letter}potrfBatched")
            potrf(handle, upper, n, pointers.data.ptr, n, info.data.ptr, count)
        return x, info


_library: object | None = None


def use(library):
    """Factor with another library from now on; None: by the reference kernels. Gives the one so far."""
    global _library
    previous, _library = _library, library
    return previous


def library(xp):
    """The library in use, or None."""
    if _library is None and getattr(xp, "__name__", "") == "cupy":
        use(Cusolver())
    return _library
