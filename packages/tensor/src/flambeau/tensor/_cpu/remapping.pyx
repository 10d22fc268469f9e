"""Planes put together anew on the CPU: by the size of elements; sums of floats of 16 bits are float32."""

include "_arrays.pxi"

from libcpp cimport bool as cbool

from flambeau.tensor import _backends

cdef extern from "flambeau/remapping.hpp" namespace "flambeau" nogil:
    struct Remapping:
        ptrdiff_t planes, height, width
        ptrdiff_t row_sets, rows, column_sets, columns
        const int64_t* row_index
        const int64_t* column_index
        const void* input
        void* out

    struct RemappingKernels:
        cbool (*remap[5])(const Remapping& remapping) noexcept nogil
        cbool (*gradient[15])(const Remapping& remapping) noexcept nogil

    const RemappingKernels& remapping_kernels() noexcept


ctypedef cbool (*remapping_t)(const Remapping& remapping) noexcept nogil


cdef object _run(remapping_t kernel, cnp.ndarray source, object rows, object columns, ptrdiff_t height, ptrdiff_t width,
                 cnp.ndarray out):
    cdef Remapping m
    cdef bint done = True
    rows, columns = np.ascontiguousarray(rows, np.int64), np.ascontiguousarray(columns, np.int64)
    m.planes, m.height, m.width = source.shape[0], height, width
    m.row_sets, m.rows = rows.shape
    m.column_sets, m.columns = columns.shape
    m.row_index = <const int64_t*>cnp.PyArray_DATA(<cnp.ndarray>rows)
    m.column_index = <const int64_t*>cnp.PyArray_DATA(<cnp.ndarray>columns)
    m.input, m.out = cnp.PyArray_DATA(source), cnp.PyArray_DATA(out)
    if cnp.PyArray_SIZE(out):
        with nogil:
            done = kernel(m)
    if not done:
        raise MemoryError
    return out


def remap(xp, input, rows, columns):
    cdef cnp.ndarray x = np.ascontiguousarray(input)
    cdef int size = cnp.PyArray_ITEMSIZE(x)
    (a, r), (b, s) = rows.shape, columns.shape
    return _run(remapping_kernels().remap[size.bit_length() - 1], x, rows, columns, x.shape[1], x.shape[2],
                _new((x.shape[0], a, b, r, s), x.dtype.num))


def gradient(xp, grad_output, rows, columns, height, width):
    dtype = grad_output.dtype
    cdef bint half = dtype.itemsize == 2 and dtype.kind in "fV"
    cdef cnp.ndarray grad = np.ascontiguousarray(grad_output, np.float32 if half else dtype)
    cdef int t = stored_type(grad)
    if t < 0 or remapping_kernels().gradient[t] is NULL:
        return NotImplemented
    result = _run(remapping_kernels().gradient[t], grad, rows, columns, height, width,
                  _new((grad.shape[0], height, width), grad.dtype.num))
    return result.astype(dtype) if half else result


_backends.CPU.kernels["remap_planes"] = remap
_backends.CPU.kernels["remap_planes_gradient"] = gradient
