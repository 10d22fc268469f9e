"""Arrays made of whole runs of others' memory on the CPU: several as one, their elements moved, their triangles."""

include "_arrays.pxi"

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

cdef extern from "flambeau/indexing.hpp" namespace "flambeau":
    struct JoinLayout:
        char* out
        const char* const* in_ "in"
        const ptrdiff_t* chunk
        ptrdiff_t count
        ptrdiff_t outer
    struct IndexingKernels:
        void (*join)(const JoinLayout& layout) noexcept nogil
    const IndexingKernels& indexing_kernels() noexcept nogil


cdef inline bint _holds_numbers(cnp.ndarray x) noexcept:
    """Text, dates and records have sizes of their own, or are refused: the general path says so."""
    cdef int t = cnp.PyArray_TYPE(x)
    return cnp.PyTypeNum_ISBOOL(t) or cnp.PyTypeNum_ISNUMBER(t) or cnp.PyTypeNum_ISUSERDEF(t)


cdef object _place(int ndim, cnp.npy_intp* dims, cnp.ndarray first, object into, list arrays):
    """A new array, or `into` where it is fit to be written while the arrays are read; else None."""
    cdef cnp.ndarray out
    cdef int d
    if into is None:
        return new_array(ndim, dims, cnp.PyArray_TYPE(first))
    if type(into) is not cnp.ndarray:
        return None
    out = <cnp.ndarray>into
    if not PyArray_ISCARRAY(out) or cnp.PyArray_TYPE(out) != cnp.PyArray_TYPE(first) or cnp.PyArray_NDIM(out) != ndim:
        return None
    for d in range(ndim):
        if cnp.PyArray_DIM(out, d) != dims[d]:
            return None
    for x in arrays:
        if not apart(out, <cnp.ndarray>x):
            return None
    return out


cdef object _joined(object tensors, object dim, object into, bint new_dim):
    """Arrays of one dtype side by side, along a dimension of theirs or a new one; None for the general path."""
    cdef cnp.ndarray x, first
    cdef JoinLayout layout
    cdef cnp.npy_intp dims[17]
    cdef ptrdiff_t chunk
    cdef int d, at, ndim
    cdef Py_ssize_t i, count
    cdef list arrays
    cdef const char** data
    cdef ptrdiff_t* chunks
    if type(tensors) is not list and type(tensors) is not tuple:
        return None
    count = len(tensors)
    if count == 0:
        return None
    first = _array_of(tensors[0])
    if first is None or not _holds_numbers(first):
        return None
    ndim = cnp.PyArray_NDIM(first)
    at = _dim_of(dim, ndim + new_dim)
    if at < 0 or ndim + new_dim > MaxDims:
        return None
    for d in range(ndim):
        dims[d + (new_dim and d >= at)] = cnp.PyArray_DIM(first, d)
    dims[at] = 0
    arrays = []
    for i in range(count):
        x = _array_of(tensors[i])
        if x is None or cnp.PyArray_TYPE(x) != cnp.PyArray_TYPE(first) or cnp.PyArray_NDIM(x) != ndim:
            return None
        for d in range(ndim):
            if (new_dim or d != at) and cnp.PyArray_DIM(x, d) != cnp.PyArray_DIM(first, d):
                return None
        dims[at] += 1 if new_dim else cnp.PyArray_DIM(x, at)
        arrays.append(cnp.PyArray_GETCONTIGUOUS(x))
    result = _place(ndim + new_dim, dims, first, into, arrays)
    if result is None:
        return None
    layout.outer = 1
    for d in range(at):
        layout.outer *= dims[d]
    chunk = cnp.PyArray_ITEMSIZE(first)
    for d in range(at + 1, ndim + new_dim):
        chunk *= dims[d]
    data = <const char**>malloc(count * (sizeof(char*) + sizeof(ptrdiff_t)))
    if data is NULL:
        raise MemoryError
    chunks = <ptrdiff_t*>(data + count)
    for i in range(count):
        x = <cnp.ndarray>arrays[i]
        data[i] = cnp.PyArray_BYTES(x)
        chunks[i] = chunk if new_dim else chunk * cnp.PyArray_DIM(x, at)
    layout.out = cnp.PyArray_BYTES(<cnp.ndarray>result)
    layout.in_ = data
    layout.chunk = chunks
    layout.count = count
    if cnp.PyArray_NBYTES(<cnp.ndarray>result) >= 4 * WORTH_RELEASING:
        with nogil:
            indexing_kernels().join(layout)
    else:
        indexing_kernels().join(layout)
    free(data)
    return result


cdef object _cat(Operator op, tuple args, object into):
    return _joined(args[0], args[1], into, False)


cdef object _stack(Operator op, tuple args, object into):
    return _joined(args[0], args[1], into, True)


cdef object _roll(Operator op, tuple args, object into):
    """Along one dimension, or of a flat Tensor: of each row the end, then the beginning."""
    cdef cnp.ndarray x = _array_of(args[0])
    cdef cnp.ndarray out
    cdef ptrdiff_t row, first, rows = 1, i
    cdef int d, dim
    cdef const char* a
    cdef char* to
    if x is None or not _holds_numbers(x) or cnp.PyArray_SIZE(x) == 0 or type(args[1]) is not int:
        return None
    row = cnp.PyArray_SIZE(x)
    if args[2] is not None:
        dim = _dim_of(args[2], cnp.PyArray_NDIM(x))
        if dim < 0:
            return None
        for d in range(dim):
            rows *= cnp.PyArray_DIM(x, d)
        row //= rows
        first = args[1] % cnp.PyArray_DIM(x, dim) * (row // cnp.PyArray_DIM(x, dim))
    else:
        first = args[1] % row
    x = cnp.PyArray_GETCONTIGUOUS(x)
    result = _place(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), x, into, [x])
    if result is None:
        return None
    out = <cnp.ndarray>result
    row *= cnp.PyArray_ITEMSIZE(x)
    first *= cnp.PyArray_ITEMSIZE(x)
    a, to = cnp.PyArray_BYTES(x), cnp.PyArray_BYTES(out)
    with nogil:
        for i in range(rows):
            memcpy(to + i * row, a + (i + 1) * row - first, first)
            memcpy(to + i * row + first, a + i * row, row - first)
    return result


cdef object _triangle(tuple args, object into, bint lower):
    """Of each row the beginning as far as a diagonal, or what comes after; zeros elsewhere."""
    cdef cnp.ndarray x = _array_of(args[0])
    cdef cnp.ndarray out
    cdef ptrdiff_t n, m, size, i, cut, diagonal, rows
    cdef const char* a
    cdef char* to
    if x is None or not _holds_numbers(x) or cnp.PyArray_NDIM(x) < 2 or type(args[1]) is not int:
        return None
    n, m, size = cnp.PyArray_DIM(x, cnp.PyArray_NDIM(x) - 2), cnp.PyArray_DIM(x, cnp.PyArray_NDIM(x) - 1), cnp.PyArray_ITEMSIZE(x)
    diagonal = max(-n - 1, min(args[1], m + 1))
    x = cnp.PyArray_GETCONTIGUOUS(x)
    result = _place(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), x, into, [] if into is x else [x])
    if result is None:
        return None
    out = <cnp.ndarray>result
    a, to = cnp.PyArray_BYTES(x), cnp.PyArray_BYTES(out)
    rows = cnp.PyArray_SIZE(x) // m if m else 0
    with nogil:
        for i in range(rows):
            # the first element beyond the diagonal of a lower triangle, or of an upper one
            cut = size * min(m, max(<ptrdiff_t>0, i % n + diagonal + lower))
            if lower:
                if a != to:
                    memcpy(to, a, cut)
                memset(to + cut, 0, m * size - cut)
            else:
                memset(to, 0, cut)
                if a != to:
                    memcpy(to + cut, a + cut, m * size - cut)
            a += m * size
            to += m * size
    return result


cdef object _tril(Operator op, tuple args, object into):
    return _triangle(args, into, True)


cdef object _triu(Operator op, tuple args, object into):
    return _triangle(args, into, False)


set_native("cat", &_cat)
set_native("roll", &_roll)
set_native("tril", &_tril)
set_native("triu", &_triu)
set_native("stack", &_stack)
