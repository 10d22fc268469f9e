"""Sorting and selecting on the CPU."""

include "_arrays.pxi"

from libcpp cimport bool as cbool

from flambeau.tensor._backends import CPU
from flambeau.tensor._core.tensor import instruction_set

cdef extern from "flambeau/sorting.hpp" namespace "flambeau":
    ptrdiff_t SortLongest
    struct SortLayout:
        const char* in_ "in"
        char* values
        int64_t* indices
        ptrdiff_t outer
        ptrdiff_t n
        ptrdiff_t inner
        ptrdiff_t k
        cbool descending
    struct RunLayout:
        const void* in_ "in"
        const int64_t* order
        void* values
        int64_t* inverse
        int64_t* counts
        ptrdiff_t n
    struct SearchLayout:
        const void* sequences
        const void* values
        int64_t* out
        ptrdiff_t rows
        ptrdiff_t n
        ptrdiff_t m
        ptrdiff_t step
        cbool right
    struct SortingKernels:
        void (*search[15])(const SearchLayout& layout) noexcept nogil
        cbool (*sort[15])(const SortLayout& layout) noexcept nogil
        ptrdiff_t (*runs[15])(const RunLayout& layout) noexcept nogil
    const SortingKernels& sorting_kernels() noexcept

cdef extern from "flambeau/counting.hpp" namespace "flambeau":
    struct HistogramLayout:
        const void* in_ "in"
        const void* edges
        const double* weights
        void* out
        ptrdiff_t n
        ptrdiff_t bins
    struct ModeLayout:
        const void* sorted
        const int64_t* order
        void* values
        int64_t* places
        ptrdiff_t outer
        ptrdiff_t n
        ptrdiff_t inner
    struct CountingKernels:
        cbool (*histogram[15])(const HistogramLayout& layout) noexcept nogil
        void (*mode[15])(const ModeLayout& layout) noexcept nogil
    const CountingKernels& counting_kernels() noexcept nogil

ctypedef cbool (*sort_t)(const SortLayout& layout) noexcept nogil

cdef enum:
    VALUES = 1
    INDICES = 2
    LIBRARY = 512  # elements from which on NumPy's call is worth its price

cdef bint _vectors_sort = instruction_set() in ("v3", "v4")


cdef bint _has_vectors(cnp.ndarray x):
    """Whether NumPy sorts such elements by vectors of AVX2 or AVX-512, which nothing of ours comes near. What is equal
    must be the same to the bit, for those sorts are not stable: no zeros of both signs, no nan."""
    if not _vectors_sort or (cnp.PyArray_ITEMSIZE(x) != 4 and cnp.PyArray_ITEMSIZE(x) != 8):
        return False
    if x.dtype.kind != "f":
        return True
    signs = x.view(f"i{cnp.PyArray_ITEMSIZE(x)}")
    return not (signs == np.iinfo(signs.dtype).min).any() and not np.isnan(x).any()


cdef object _values_in_order(cnp.ndarray x, int dim):
    values = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), cnp.PyArray_TYPE(x))
    cnp.PyArray_CopyInto(<cnp.ndarray>values, x)
    values.sort(dim)
    return values


cdef object _ordered(object input, object dim, object count, bint descending, int wanted, object into):
    """The first `count` (all when None) of an order along a dimension: an array, a pair of them, or None when the general
    path must do it."""
    cdef cnp.ndarray x = _array_of(input)
    cdef SortLayout layout
    cdef cnp.npy_intp dims[16]
    cdef object values = None, indices = None
    cdef sort_t sort
    cdef int d, at, t, ndim
    cdef bint done
    if x is None:
        return None
    t = stored_type(x)
    ndim = cnp.PyArray_NDIM(x)
    at = _dim_of(dim, ndim)
    if t < 0 or at < 0 or cnp.PyArray_DIM(x, at) >= SortLongest:
        return None
    sort = sorting_kernels().sort[t]
    if sort is NULL:
        return None
    layout.n = layout.k = cnp.PyArray_DIM(x, at)
    if count is not None:
        if type(count) is not int or not 0 <= count <= layout.n:
            return None
        layout.k = count
    x = cnp.PyArray_GETCONTIGUOUS(x)
    if wanted == VALUES and not descending and count is None and cnp.PyArray_SIZE(x) >= LIBRARY and _has_vectors(x):
        return _values_in_order(x, at)
    layout.outer = layout.inner = 1
    for d in range(ndim):
        dims[d] = layout.k if d == at else cnp.PyArray_DIM(x, d)
        if d < at:
            layout.outer *= dims[d]
        elif d > at:
            layout.inner *= dims[d]
    layout.in_ = cnp.PyArray_BYTES(x)
    layout.descending = descending
    layout.values = NULL
    layout.indices = NULL
    if wanted & VALUES:
        values = new_array(ndim, dims, cnp.PyArray_TYPE(x))
        layout.values = cnp.PyArray_BYTES(<cnp.ndarray>values)
    if wanted & INDICES:
        indices = _result(ndim, dims, Int64, into, x)
        if indices is None:
            return None
        layout.indices = <int64_t*>cnp.PyArray_DATA(<cnp.ndarray>indices)
    if cnp.PyArray_SIZE(x) >= WORTH_RELEASING // 16:
        with nogil:
            done = sort(layout)
    else:
        done = sort(layout)
    if not done:
        raise MemoryError
    if wanted == INDICES:
        return indices
    return values if wanted == VALUES else (values, indices)


cdef object _sort(Operator op, tuple args, object into):
    if into is not None or type(args[2]) is not bool or type(args[3]) is not bool:
        return None
    return _ordered(args[0], args[1], None, args[2], VALUES | INDICES, None)


cdef object _sorted_values(Operator op, tuple args, object into):
    if into is not None or type(args[2]) is not bool:
        return None
    return _ordered(args[0], args[1], None, args[2], VALUES, None)


cdef object _argsort(Operator op, tuple args, object into):
    if type(args[2]) is not bool or type(args[3]) is not bool:
        return None
    return _ordered(args[0], args[1], None, args[2], INDICES, into)


cdef object _topk(Operator op, tuple args, object into):
    if into is not None or args[1] is None or type(args[3]) is not bool or type(args[4]) is not bool:
        return None
    return _ordered(args[0], args[2], args[1], args[3], VALUES | INDICES, None)


cdef object _elements(object input, object dim, object return_inverse, object return_counts, bint sorted):
    """The elements each once, or without those that equal the one before; None for slices of a dimension."""
    cdef cnp.ndarray x = _array_of(input), values, inverse, counts
    cdef RunLayout layout
    cdef ptrdiff_t (*runs)(const RunLayout& layout) noexcept nogil
    cdef cnp.npy_intp n, count
    cdef object order = None
    cdef list parts
    cdef int t
    if x is None or dim is not None or type(return_inverse) is not bool or type(return_counts) is not bool:
        return None
    t = stored_type(x)
    if t < 0 or sorting_kernels().runs[t] is NULL:
        return None
    runs = sorting_kernels().runs[t]
    shape = (<object>x).shape
    n = cnp.PyArray_SIZE(x)
    flat = x.reshape(-1)
    if sorted:
        ordered = _ordered(flat, 0, None, False, VALUES | (INDICES if return_inverse else 0), None)
        if ordered is None:
            return None
        flat, order = ordered if return_inverse else (ordered, None)
    flat = cnp.PyArray_GETCONTIGUOUS(flat)
    values = new_array(1, &n, cnp.PyArray_TYPE(x))
    layout.in_ = cnp.PyArray_DATA(<cnp.ndarray>flat)
    layout.order = NULL
    if order is not None:
        layout.order = <const int64_t*>cnp.PyArray_DATA(<cnp.ndarray>order)
    layout.values = cnp.PyArray_DATA(values)
    layout.inverse = NULL
    layout.counts = NULL
    layout.n = n
    if return_inverse:
        inverse = new_array(1, &n, numpy_number(Int64))
        layout.inverse = <int64_t*>cnp.PyArray_DATA(inverse)
    if return_counts:
        counts = new_array(1, &n, numpy_number(Int64))
        layout.counts = <int64_t*>cnp.PyArray_DATA(counts)
    with nogil:
        count = runs(layout)
    # The results have as much memory as they need.
    parts = [values[:count].copy()]
    if return_inverse:
        parts.append(inverse.reshape(shape))
    if return_counts:
        parts.append(counts[:count].copy())
    return tuple(parts)


cdef object _unique(Operator op, tuple args, object into):
    return _elements(args[0], args[1], args[2], args[3], True)


cdef object _consecutive(Operator op, tuple args, object into):
    return _elements(args[0], args[1], args[2], args[3], False)


cdef object _insertion_points(Operator op, tuple args, object into):
    cdef cnp.ndarray sequence = _array_of(args[0]), values = _array_of(args[1])
    cdef SearchLayout layout
    cdef void (*search)(const SearchLayout& layout) noexcept nogil
    cdef int d, t, ndim
    if sequence is None or values is None or into is not None or type(args[2]) is not bool:
        return None
    t = stored_type(sequence)
    ndim = cnp.PyArray_NDIM(sequence)
    if t < 0 or stored_type(values) != t or sorting_kernels().search[t] is NULL or ndim == 0:
        return None
    search = sorting_kernels().search[t]
    layout.rows = layout.m = 1
    if ndim == 1:
        layout.m = cnp.PyArray_SIZE(values)
    else:
        if cnp.PyArray_NDIM(values) != ndim:
            return None
        for d in range(ndim - 1):
            if cnp.PyArray_DIM(values, d) != cnp.PyArray_DIM(sequence, d):
                return None
            layout.rows *= cnp.PyArray_DIM(values, d)
        layout.m = cnp.PyArray_DIM(values, ndim - 1)
    sequence = cnp.PyArray_GETCONTIGUOUS(sequence)
    values = cnp.PyArray_GETCONTIGUOUS(values)
    result = new_array(cnp.PyArray_NDIM(values), cnp.PyArray_DIMS(values), numpy_number(Int64))
    layout.n = cnp.PyArray_DIM(sequence, ndim - 1)
    layout.step = 0 if ndim == 1 else layout.n
    layout.sequences = cnp.PyArray_DATA(sequence)
    layout.values = cnp.PyArray_DATA(values)
    layout.out = <int64_t*>cnp.PyArray_DATA(<cnp.ndarray>result)
    layout.right = args[2]
    with nogil:
        search(layout)
    return result


cdef object _mode(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0]), values, places
    cdef ModeLayout layout
    cdef cnp.npy_intp dims[16]
    cdef int d, at, t, ndim, kept = 0
    if x is None or into is not None or type(args[2]) is not bool:
        return None
    t = stored_type(x)
    ndim = cnp.PyArray_NDIM(x)
    at = _dim_of(args[1], ndim)
    if t < 0 or at < 0 or counting_kernels().mode[t] is NULL or cnp.PyArray_DIM(x, at) == 0:
        return None
    ordered = _ordered(x, args[1], None, False, VALUES | INDICES, None)
    if ordered is None:
        return None
    layout.sorted = cnp.PyArray_DATA(<cnp.ndarray>ordered[0])
    layout.order = <const int64_t*>cnp.PyArray_DATA(<cnp.ndarray>ordered[1])
    layout.outer = layout.inner = 1
    layout.n = cnp.PyArray_DIM(x, at)
    for d in range(ndim):
        if d < at:
            layout.outer *= cnp.PyArray_DIM(x, d)
        elif d > at:
            layout.inner *= cnp.PyArray_DIM(x, d)
        if d != at or args[2]:
            dims[kept] = 1 if d == at else cnp.PyArray_DIM(x, d)
            kept += 1
    values = new_array(kept, dims, cnp.PyArray_TYPE(x))
    places = new_array(kept, dims, numpy_number(Int64))
    layout.values = cnp.PyArray_DATA(values)
    layout.places = <int64_t*>cnp.PyArray_DATA(places)
    with nogil:
        counting_kernels().mode[t](layout)
    return values, places


def _histogram_counts(xp, input, edges, weight):
    """Of arrays that the check has seen."""
    cdef cnp.ndarray x = _array_of(input), lines = _array_of(edges), weights = None
    cdef HistogramLayout layout
    cdef cnp.npy_intp bins
    cdef int t = -1 if x is None else stored_type(x)
    cdef bint done
    if t < 0 or counting_kernels().histogram[t] is NULL:
        return NotImplemented
    x = cnp.PyArray_GETCONTIGUOUS(x)
    lines = np.ascontiguousarray(edges, dtype=x.dtype)
    bins = cnp.PyArray_SIZE(lines) - 1
    result = new_array(1, &bins, cnp.PyArray_TYPE(x))
    layout.in_ = cnp.PyArray_DATA(x)
    layout.edges = cnp.PyArray_DATA(lines)
    layout.weights = NULL
    if weight is not None:
        weights = np.ascontiguousarray(weight, dtype=np.float64)
        layout.weights = <const double*>cnp.PyArray_DATA(weights)
    layout.out = cnp.PyArray_DATA(<cnp.ndarray>result)
    layout.n, layout.bins = cnp.PyArray_SIZE(x), bins
    with nogil:
        done = counting_kernels().histogram[t](layout)
    if not done:
        raise MemoryError
    return result


set_native("mode", &_mode)
CPU.kernels["histogram_counts"] = _histogram_counts
set_native("insertion_points", &_insertion_points)
set_native("unique_elements", &_unique)
set_native("consecutive_elements", &_consecutive)
set_native("sort", &_sort)
set_native("argsort", &_argsort)
set_native("ordered", &_sorted_values)
set_native("topk", &_topk)
