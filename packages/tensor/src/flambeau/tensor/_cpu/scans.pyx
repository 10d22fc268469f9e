"""Running sums on the CPU."""

include "_arrays.pxi"

cdef extern from "flambeau/scan.hpp" namespace "flambeau":
    struct ScanLayout:
        const char* in_ "in"
        char* out
        int ndim
        int dim
        ptrdiff_t shape[16]
        ptrdiff_t stride[16]
        ptrdiff_t out_stride[16]
    struct ScanKernels:
        void (*cumsum[15])(const ScanLayout& layout) noexcept nogil
    const ScanKernels& scan_kernels() noexcept

ctypedef void (*scan_t)(const ScanLayout& layout) noexcept nogil


cdef object _cumsum(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0])
    cdef cnp.ndarray out
    cdef ScanLayout layout
    cdef scan_t scan
    cdef int d, dim, t
    if x is None:
        return None
    t = stored_type(x)
    dim = _dim_of(args[1], cnp.PyArray_NDIM(x))
    if t < 0 or dim < 0:
        return None
    scan = scan_kernels().cumsum[t]
    if scan is NULL:
        return None
    t = t if t >= Float32 else Int64
    if args[2] is not None and (not isinstance(args[2], cnp.dtype) or (<cnp.dtype>args[2]).type_num != numpy_number(t)):
        return None
    result = _result(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), t, into, x)
    if result is None:
        return None
    out = <cnp.ndarray>result
    layout.in_ = cnp.PyArray_BYTES(x)
    layout.out = cnp.PyArray_BYTES(out)
    layout.ndim = cnp.PyArray_NDIM(x)
    layout.dim = dim
    for d in range(layout.ndim):
        layout.shape[d] = cnp.PyArray_DIM(x, d)
        layout.stride[d] = cnp.PyArray_STRIDE(x, d)
        layout.out_stride[d] = cnp.PyArray_STRIDE(out, d)
    if cnp.PyArray_SIZE(x) >= WORTH_RELEASING:
        with nogil:
            scan(layout)
    else:
        scan(layout)
    return result


set_native("cumsum", &_cumsum)
