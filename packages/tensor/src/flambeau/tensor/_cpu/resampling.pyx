"""Resampling on the CPU: floats of 16 bits are computed in float32."""

include "_arrays.pxi"

from libcpp cimport bool as cbool

from flambeau.tensor import _backends

cdef extern from "flambeau/resampling.hpp" namespace "flambeau" nogil:
    struct Resampling:
        const void* x
        void* out
        ptrdiff_t outer, size, windows, inner, most
        const int64_t* starts
        const int64_t* counts
        const void* weights

    struct ResamplingKernels:
        cbool (*run[15])(const Resampling& resampling) noexcept nogil

    const ResamplingKernels& resampling_kernels() noexcept


cdef enum:
    PART = 1 << 18  # bytes of what lies between two passes


cdef int _run(Resampling* p, int t) except -1:
    cdef bint done
    run = resampling_kernels().run[t]
    with nogil:
        done = run(p[0])
    if not done:
        raise MemoryError
    return 0


def resample(xp, input, dims, tables):
    cdef Resampling passes[64]
    cdef cnp.npy_intp shape[64]
    cdef cnp.ndarray x, out, weights, starts, counts
    cdef ptrdiff_t outer = 1, count, first, most = 1, i, itemsize
    cdef int d, ndim, number = 0, n = len(dims)
    cdef char *source, *target
    cdef list kept = []
    wide = np.dtype("f8" if input.dtype.char == "d" else "f4")
    x = np.ascontiguousarray(input, wide)
    if n == 0:
        return x.astype(input.dtype)
    ndim = cnp.PyArray_NDIM(x)
    itemsize = cnp.PyArray_ITEMSIZE(x)
    leading = min(dims)
    for d in range(ndim):
        shape[d] = cnp.PyArray_DIM(x, d)
        if d < leading:
            outer *= shape[d]
    for number, (dim, table) in enumerate(zip(dims, tables)):
        starts, counts, weights = table.starts, table.counts, table.weights.astype(wide)
        kept += [starts, counts, weights]
        p = &passes[number]
        p.outer = p.inner = 1
        for d in range(leading, ndim):
            if d < dim:
                p.outer *= shape[d]
            elif d > dim:
                p.inner *= shape[d]
        shape[dim] = cnp.PyArray_DIM(starts, 0)
        p.size, p.windows, p.most = table.size, shape[dim], cnp.PyArray_DIM(weights, 1)
        p.starts, p.counts = <const int64_t*>cnp.PyArray_DATA(starts), <const int64_t*>cnp.PyArray_DATA(counts)
        p.weights = cnp.PyArray_DATA(weights)
        if not counts.any():
            outer = 0  # nothing is made of anything
        if number < n - 1:
            most = max(most, p.outer * p.windows * p.inner)
    out = new_array(ndim, shape, wide.num)
    if outer == 0 or cnp.PyArray_SIZE(x) == 0 or cnp.PyArray_SIZE(out) == 0:
        out.fill(0)
        return out.astype(input.dtype, copy=False)
    # A part of the leading dimensions at a time, so that what lies between two passes stays in the cache.
    count = min(outer, max(1, PART // (most * itemsize)))
    between = [_new((count * most,), wide.num) for _ in range(min(n - 1, 2))]
    for first in range(0, outer, count):
        count = min(count, outer - first)
        for number in range(n):
            p = &passes[number]
            i = p.outer
            if number == 0:
                source = cnp.PyArray_BYTES(x) + first * i * p.size * p.inner * itemsize
            else:
                source = cnp.PyArray_BYTES(<cnp.ndarray>between[(number - 1) % 2])
            if number == n - 1:
                target = cnp.PyArray_BYTES(out) + first * i * p.windows * p.inner * itemsize
            else:
                target = cnp.PyArray_BYTES(<cnp.ndarray>between[number % 2])
            p.x, p.out = source, target
            p.outer = i * count
            _run(p, stored_type(out))
            p.outer = i
    return out.astype(input.dtype, copy=False)


_backends.CPU.kernels["resample"] = resample
