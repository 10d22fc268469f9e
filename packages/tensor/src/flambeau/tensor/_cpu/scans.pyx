"""Running sums, products and extremes on the CPU."""

include "_arrays.pxi"

cdef extern from "flambeau/scan.hpp" namespace "flambeau":
    struct ScanLayout:
        const char* in_ "in"
        char* out
        int64_t* places
        int ndim
        int dim
        ptrdiff_t shape[16]
        ptrdiff_t stride[16]
        ptrdiff_t out_stride[16]
    ctypedef void (*scan_t "flambeau::ScanKernel")(const ScanLayout& layout) noexcept nogil
    struct ScanKernels:
        scan_t cumsum[15]
        scan_t cumprod[15]
        scan_t cummax[15]
        scan_t cummin[15]
        scan_t logcumsumexp[15]
    const ScanKernels& scan_kernels() noexcept


cdef object _cumsum(Operator op, tuple args, object into):
    return _sums(scan_kernels().cumsum, args, into)


cdef object _cumprod(Operator op, tuple args, object into):
    return _sums(scan_kernels().cumprod, args, into)


cdef object _sums(const scan_t* kernels, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0])
    cdef scan_t scan
    cdef int dim, t
    if x is None:
        return None
    t = stored_type(x)
    dim = _dim_of(args[1], cnp.PyArray_NDIM(x))
    if t < 0 or dim < 0:
        return None
    scan = kernels[t]
    if scan is NULL:
        return None
    t = t if t >= Float32 else Int64
    if args[2] is not None and (not isinstance(args[2], cnp.dtype) or (<cnp.dtype>args[2]).type_num != numpy_number(t)):
        return None
    result = _result(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), t, into, x)
    if result is None:
        return None
    _run(scan, x, <cnp.ndarray>result, dim, NULL)
    return result


cdef object _logcumsumexp(Operator op, tuple args, object into):
    return _sums(scan_kernels().logcumsumexp, (args[0], args[1], None), into)


cdef object _cummax(Operator op, tuple args, object into):
    return _extremes(scan_kernels().cummax, args)


cdef object _cummin(Operator op, tuple args, object into):
    return _extremes(scan_kernels().cummin, args)


cdef object _extremes(const scan_t* kernels, tuple args):
    cdef cnp.ndarray x = _array_of(args[0])
    cdef int dim, t
    if x is None:
        return None
    t = stored_type(x)
    dim = _dim_of(args[1], cnp.PyArray_NDIM(x))
    if t < 0 or dim < 0 or kernels[t] is NULL:
        return None
    values = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), numpy_number(t))
    places = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), cnp.NPY_INT64)
    _run(kernels[t], x, <cnp.ndarray>values, dim, <int64_t*>cnp.PyArray_DATA(<cnp.ndarray>places))
    return values, places


cdef void _run(scan_t scan, cnp.ndarray x, cnp.ndarray out, int dim, int64_t* places):
    cdef ScanLayout layout
    cdef int d
    layout.in_ = cnp.PyArray_BYTES(x)
    layout.out = cnp.PyArray_BYTES(out)
    layout.places = places
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


set_native("cumsum", &_cumsum)
set_native("cumprod", &_cumprod)
set_native("cummax", &_cummax)
set_native("cummin", &_cummin)
set_native("logcumsumexp", &_logcumsumexp)
