"""Linear algebra on the CPU: small real matrices on compiled kernels, large and complex ones on NumPy's LAPACK.

What LAPACK refuses (singular matrices, among them those that nan makes look so) goes to the reference, which says which.
"""

cimport numpy as cnp
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t

from flambeau.tensor._core.tensor cimport new_array

import importlib

import numpy as np

from flambeau.tensor import _backends

cnp.import_array()

cdef extern from "flambeau/small_matrices.hpp" namespace "flambeau" nogil:
    enum:
        LargestSmall "flambeau::LargestSmall"
        WidestSmall "flambeau::WidestSmall"

    cdef cppclass SmallMatrixKernels[T]:
        bint solve(ptrdiff_t, ptrdiff_t, ptrdiff_t, const T*, const T*, T*, int32_t*) noexcept nogil
        bint cholesky(ptrdiff_t, ptrdiff_t, const T*, T*, int32_t*) noexcept nogil
        bint determinant(ptrdiff_t, ptrdiff_t, const T*, T*) noexcept nogil
        bint factors(ptrdiff_t, ptrdiff_t, const T*, T*, int32_t*, int32_t*) noexcept nogil
        bint triangular(ptrdiff_t, ptrdiff_t, ptrdiff_t, bint, bint, const T*, const T*, T*) noexcept nogil

    struct SmallMatrices:
        SmallMatrixKernels[float] float32
        SmallMatrixKernels[double] float64

    const SmallMatrices& small_matrix_kernels() noexcept nogil


cdef object _reference(str family, str name):
    """The definition, imported when something needs it."""
    return getattr(importlib.import_module(f"flambeau.tensor._reference.{family}"), name)


cdef inline bint _is_real(array):
    return array.dtype.char in "fd"


cdef inline bint _has_lapack(array):
    return array.dtype.char in "fdFD"


cdef inline bint _is_small(array):
    return _is_real(array) and array.shape[array.ndim - 1] <= LargestSmall


cdef inline tuple _batch(array):
    return array.shape[:array.ndim - 2]


cdef inline tuple _matrix(array):
    return array.shape[array.ndim - 2:]


cdef object _spread(array, tuple batch):
    return np.ascontiguousarray(np.broadcast_to(array, batch + _matrix(array)))


cdef cnp.ndarray _empty(tuple shape, cnp.ndarray like):
    cdef cnp.npy_intp sizes[64]
    cdef int d
    for d in range(len(shape)):
        sizes[d] = shape[d]
    return new_array(<int>len(shape), sizes, cnp.PyArray_TYPE(like))


def solve_ex(xp, A, B, *, left=True):
    if not left:
        result, info = solve_ex(xp, A.swapaxes(-2, -1), B.swapaxes(-2, -1))
        return result.swapaxes(-2, -1), info
    if _is_small(A) and B.shape[B.ndim - 1] <= WidestSmall:
        batch = np.broadcast_shapes(_batch(A), _batch(B))
        return _solve(_spread(A, batch), _spread(B, batch))
    if _has_lapack(A):
        try:
            result = np.linalg.solve(A, B)
            return result, np.zeros(_batch(result), np.int32)
        except np.linalg.LinAlgError:
            pass
    return _reference("solving", "solve_ex")(xp, A, B, left=left)


def inv_ex(xp, A):
    if _is_small(A):
        return _solve(A, None)
    if _has_lapack(A):
        try:
            return np.linalg.inv(A), np.zeros(_batch(A), np.int32)
        except np.linalg.LinAlgError:
            pass
    return _reference("solving", "inv_ex")(xp, A)


cdef tuple _solve(A, B):
    """Of matrices of one batch; without ``B`` the inverse."""
    cdef cnp.ndarray a = np.ascontiguousarray(A)
    cdef cnp.ndarray b = a if B is None else np.ascontiguousarray(B)
    cdef cnp.ndarray x = _empty(A.shape if B is None else B.shape, a)
    cdef cnp.ndarray info = np.empty(_batch(A), np.int32)
    cdef ptrdiff_t n = a.shape[a.ndim - 1], k = x.shape[x.ndim - 1], count = info.size
    cdef bint single = a.dtype.char == "f", given = B is not None, done
    if x.size == 0:
        info.fill(0)
        return x, info
    cdef void* pa = cnp.PyArray_DATA(a)
    cdef void* pb = cnp.PyArray_DATA(b) if given else NULL
    cdef void* px = cnp.PyArray_DATA(x)
    cdef int32_t* failed = <int32_t*>cnp.PyArray_DATA(info)
    with nogil:
        if single:
            done = small_matrix_kernels().float32.solve(count, n, k, <float*>pa, <float*>pb, <float*>px, failed)
        else:
            done = small_matrix_kernels().float64.solve(count, n, k, <double*>pa, <double*>pb, <double*>px, failed)
    if not done:
        raise MemoryError
    return x, info


def cholesky_ex(xp, A, *, upper=False):
    cdef cnp.ndarray a, l, info
    cdef ptrdiff_t n, count
    cdef bint single, done
    if upper:
        factor, info = cholesky_ex(xp, np.conj(A.swapaxes(-2, -1)))
        return np.conj(factor.swapaxes(-2, -1)), info
    if _is_small(A) and A.size:
        a = np.ascontiguousarray(A)
        l = _empty(A.shape, a)
        info = np.empty(_batch(A), np.int32)
        n, count, single = a.shape[a.ndim - 1], info.size, a.dtype.char == "f"
        with nogil:
            if single:
                done = small_matrix_kernels().float32.cholesky(
                    count, n, <float*>cnp.PyArray_DATA(a), <float*>cnp.PyArray_DATA(l),
                    <int32_t*>cnp.PyArray_DATA(info))
            else:
                done = small_matrix_kernels().float64.cholesky(
                    count, n, <double*>cnp.PyArray_DATA(a), <double*>cnp.PyArray_DATA(l),
                    <int32_t*>cnp.PyArray_DATA(info))
        if not done:
            raise MemoryError
        return l, info
    if _has_lapack(A):
        try:
            return np.linalg.cholesky(A), np.zeros(_batch(A), np.int32)
        except np.linalg.LinAlgError:
            pass
    return _reference("factorizations", "cholesky_ex")(xp, A, upper=upper)


def lu_factor_ex(xp, A, *, pivot=True):
    cdef cnp.ndarray a, lu, info, pivots
    cdef ptrdiff_t n, count
    cdef bint single, done
    if not pivot or not _is_small(A) or not A.size or A.shape[A.ndim - 2] != A.shape[A.ndim - 1]:
        return _reference("factorizations", "lu_factor_ex")(xp, A, pivot=pivot)
    a = np.ascontiguousarray(A)
    lu = _empty(A.shape, a)
    info = np.empty(_batch(A), np.int32)
    pivots = np.empty(A.shape[:A.ndim - 1], np.int32)
    n, count, single = a.shape[a.ndim - 1], info.size, a.dtype.char == "f"
    with nogil:
        if single:
            done = small_matrix_kernels().float32.factors(
                count, n, <float*>cnp.PyArray_DATA(a), <float*>cnp.PyArray_DATA(lu),
                <int32_t*>cnp.PyArray_DATA(pivots), <int32_t*>cnp.PyArray_DATA(info))
        else:
            done = small_matrix_kernels().float64.factors(
                count, n, <double*>cnp.PyArray_DATA(a), <double*>cnp.PyArray_DATA(lu),
                <int32_t*>cnp.PyArray_DATA(pivots), <int32_t*>cnp.PyArray_DATA(info))
    if not done:
        raise MemoryError
    return lu, pivots, info


def det(xp, A):
    cdef cnp.ndarray a, result
    cdef ptrdiff_t n, count
    cdef bint single, done
    if not _is_small(A) or not A.size:
        return _reference("solving", "det")(xp, A)
    a = np.ascontiguousarray(A)
    result = np.empty(_batch(A), A.dtype)
    n, count, single = a.shape[a.ndim - 1], result.size, a.dtype.char == "f"
    with nogil:
        if single:
            done = small_matrix_kernels().float32.determinant(
                count, n, <float*>cnp.PyArray_DATA(a), <float*>cnp.PyArray_DATA(result))
        else:
            done = small_matrix_kernels().float64.determinant(
                count, n, <double*>cnp.PyArray_DATA(a), <double*>cnp.PyArray_DATA(result))
    if not done:
        raise MemoryError
    return result


def solve_triangular(xp, A, B, *, upper, left=True, unitriangular=False):
    cdef cnp.ndarray a, b, x
    cdef ptrdiff_t n, k, count
    cdef bint single, done, above = upper, unit = unitriangular
    if not _is_small(A) or B.shape[B.ndim - (1 if left else 2)] > WidestSmall:
        solved = _reference("solving", "solve_triangular")
        return solved(xp, A, B, upper=upper, left=left, unitriangular=unitriangular)
    if not left:
        turned = A.swapaxes(-2, -1), B.swapaxes(-2, -1)
        return solve_triangular(xp, *turned, upper=not upper, unitriangular=unitriangular).swapaxes(-2, -1)
    batch = np.broadcast_shapes(_batch(A), _batch(B))
    a, b = _spread(A, batch), _spread(B, batch)
    x = _empty(batch + _matrix(B), a)
    if x.size == 0:
        return x
    n, k, single = a.shape[a.ndim - 1], b.shape[b.ndim - 1], a.dtype.char == "f"
    count = x.size // (n * k)
    with nogil:
        if single:
            done = small_matrix_kernels().float32.triangular(
                count, n, k, above, unit, <float*>cnp.PyArray_DATA(a), <float*>cnp.PyArray_DATA(b),
                <float*>cnp.PyArray_DATA(x))
        else:
            done = small_matrix_kernels().float64.triangular(
                count, n, k, above, unit, <double*>cnp.PyArray_DATA(a), <double*>cnp.PyArray_DATA(b),
                <double*>cnp.PyArray_DATA(x))
    if not done:
        raise MemoryError
    return x


for _kernel in (solve_ex, inv_ex, cholesky_ex, lu_factor_ex, det, solve_triangular):
    _backends.CPU.kernels[_kernel.__name__] = _kernel
