"""Rows looked up and added up on the CPU."""

include "_arrays.pxi"
include "_places.pxi"

cdef extern from "flambeau/embedding.hpp" namespace "flambeau":
    struct AddRows:
        const void* input
        const int64_t* source
        const int64_t* target
        const void* scale
        void* out
        ptrdiff_t n
        ptrdiff_t size
        ptrdiff_t width
    struct EmbeddingKernels:
        void (*add_rows[15])(const AddRows& rows) noexcept nogil
    const EmbeddingKernels& embedding_kernels() noexcept nogil


cdef object _embedding(Operator op, tuple args, object into):
    cdef cnp.ndarray table = _array_of(args[0]), index
    cdef RowsLayout rows
    cdef cnp.npy_intp dims[32]
    cdef int d, ndim = 0
    if table is None or into is not None or stored_type(table) not in (Float16, BFloat16, Float32, Float64):
        return None
    if type(args[2]) is not int or type(args[3]) is not bool or cnp.PyArray_NDIM(table) == 0:
        return None
    if not -(1 << 62) < args[2] < cnp.PyArray_DIM(table, 0) or not cnp.PyArray_IS_C_CONTIGUOUS(table):
        return None
    index = _places_in(args[1], 0, cnp.PyArray_DIM(table, 0))
    if index is None or cnp.PyArray_NDIM(index) + cnp.PyArray_NDIM(table) - 1 > MaxDims:
        return None
    for d in range(cnp.PyArray_NDIM(index)):
        dims[ndim] = cnp.PyArray_DIM(index, d)
        ndim += 1
    rows.row = cnp.PyArray_ITEMSIZE(table)
    for d in range(1, cnp.PyArray_NDIM(table)):
        dims[ndim] = cnp.PyArray_DIM(table, d)
        rows.row *= dims[ndim]
        ndim += 1
    result = new_array(ndim, dims, cnp.PyArray_TYPE(table))
    rows.outer, rows.size, rows.n = 1, cnp.PyArray_DIM(table, 0), cnp.PyArray_SIZE(index)
    rows.step = rows.row
    rows.data, rows.rows = cnp.PyArray_BYTES(table), cnp.PyArray_BYTES(<cnp.ndarray>result)
    rows.index = <int64_t*>cnp.PyArray_DATA(index)
    _run_rows(indexing_kernels().take, &rows)
    return result


cdef object _add_rows(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0]), source = None, target = None, scale = None
    cdef AddRows rows
    cdef cnp.npy_intp dims[16]
    cdef int d, t
    if x is None or into is not None or cnp.PyArray_NDIM(x) == 0 or type(args[3]) is not int:
        return None
    t = stored_type(x)
    if t < 0 or embedding_kernels().add_rows[t] is NULL or not 0 <= args[3] < 1 << 40:
        return None
    rows.size = args[3]
    rows.n = cnp.PyArray_DIM(x, 0)
    rows.source = rows.target = NULL
    rows.scale = NULL
    if args[1] is not None:
        source = _places_in(args[1], 0, cnp.PyArray_DIM(x, 0))
        if source is None or cnp.PyArray_NDIM(source) != 1:
            return None
        rows.n = cnp.PyArray_SIZE(source)
        rows.source = <int64_t*>cnp.PyArray_DATA(source)
    if args[2] is not None:
        target = _places_in(args[2], 0, rows.size)
        if target is None or cnp.PyArray_NDIM(target) != 1 or cnp.PyArray_SIZE(target) != rows.n:
            return None
        rows.target = <int64_t*>cnp.PyArray_DATA(target)
    elif rows.n != rows.size:
        return None
    if args[4] is not None:
        scale = _contiguous(args[4], t)
        if scale is None or cnp.PyArray_NDIM(scale) != 1 or cnp.PyArray_SIZE(scale) != rows.n:
            return None
        rows.scale = cnp.PyArray_DATA(scale)
    x = cnp.PyArray_GETCONTIGUOUS(x)
    rows.width = 1
    dims[0] = rows.size
    for d in range(1, cnp.PyArray_NDIM(x)):
        dims[d] = cnp.PyArray_DIM(x, d)
        rows.width *= dims[d]
    result = new_array(cnp.PyArray_NDIM(x), dims, numpy_number(t))
    rows.input = cnp.PyArray_DATA(x)
    rows.out = cnp.PyArray_DATA(<cnp.ndarray>result)
    with nogil:
        embedding_kernels().add_rows[t](rows)
    return result


set_native("embedding", &_embedding)
set_native("add_rows", &_add_rows)
