# Indices, targets and elements as the kernels of indexing.hpp take them.

from libc.stdint cimport uint8_t, uint16_t
from libc.string cimport memcpy
from libcpp cimport bool as cbool

cdef extern from "flambeau/indexing.hpp" namespace "flambeau":
    struct RowsLayout:
        char* data
        char* rows
        const int64_t* index
        ptrdiff_t outer
        ptrdiff_t size
        ptrdiff_t n
        ptrdiff_t row
        ptrdiff_t step
    struct AlongLayout:
        char* data
        char* elements
        const int64_t* index
        ptrdiff_t outer
        ptrdiff_t size
        ptrdiff_t n
        ptrdiff_t inner
        ptrdiff_t step
        const uint16_t* narrow
    struct IndexingKernels:
        cbool (*inside)(const int64_t* index_n, ptrdiff_t n, int64_t low, int64_t high) noexcept nogil
        cbool (*narrow)(const int64_t* index_n, ptrdiff_t n, int64_t size, uint16_t* out) noexcept nogil
        void (*combine)(int64_t* place_n, const int64_t* index_n, ptrdiff_t n, ptrdiff_t size) noexcept nogil
        void (*take)(const RowsLayout& layout) noexcept nogil
        void (*put)(const RowsLayout& layout) noexcept nogil
        void (*add[15])(const RowsLayout& layout) noexcept nogil
        cbool (*gather[5])(const AlongLayout& layout) noexcept nogil
        void (*scatter[5])(const AlongLayout& layout) noexcept nogil
        void (*scatter_add[15])(const AlongLayout& layout) noexcept nogil
        ptrdiff_t (*count)(const uint8_t* mask_n, ptrdiff_t n) noexcept nogil
        cbool (*select)(const uint8_t* mask_n, ptrdiff_t n, const char* in_, ptrdiff_t row, char* out) noexcept nogil
        void (*fill[5])(const uint8_t* mask_n, ptrdiff_t n, char* data, const void* value) noexcept nogil
        cbool (*places)(const uint8_t* mask_n, int ndim, const cnp.npy_intp* shape, int64_t* out) noexcept nogil
    const IndexingKernels& indexing_kernels() noexcept nogil

ctypedef void (*rows_t)(const RowsLayout& layout) noexcept nogil
ctypedef void (*along_t)(const AlongLayout& layout) noexcept nogil

cdef extern from "numpy/arrayobject.h":
    int PyArray_SETITEM(cnp.ndarray, char*, object) except -1
    bint PyTypeNum_ISFLOAT(int)
    bint PyTypeNum_ISINTEGER(int)
    bint PyTypeNum_ISUNSIGNED(int)


cdef inline bint _same_type(cnp.ndarray a, cnp.ndarray b) noexcept:
    return cnp.PyArray_TYPE(a) == cnp.PyArray_TYPE(b)


cdef inline int _size_number(cnp.ndarray x) noexcept:
    """Which of the sizes of elements that have kernels; -1 for none."""
    cdef int size = cnp.PyArray_ITEMSIZE(x)
    if size == 4:
        return 2
    if size == 8:
        return 3
    return 0 if size == 1 else 1 if size == 2 else 4 if size == 16 else -1


cdef cnp.ndarray _places_in(object value, int64_t low, int64_t high):
    """An array of int64 in C order, all of them in [low, high); None where the general path must look at it."""
    cdef cnp.ndarray index = _array_of(value)
    if index is None or cnp.PyArray_TYPE(index) != cnp.NPY_INT64:
        return None
    index = cnp.PyArray_GETCONTIGUOUS(index)
    if not indexing_kernels().inside(<int64_t*>cnp.PyArray_DATA(index), cnp.PyArray_SIZE(index), low, high):
        return None
    return index


cdef bint _is_whole(object part):
    return part.start is None and part.stop is None and part.step is None


cdef bint _is_basic(object index):
    """Whether an index names a view: ints, slices, None and ... ."""
    if type(index) is tuple:
        for part in <tuple>index:
            if type(part) is not int and type(part) is not slice and part is not None and part is not Ellipsis:
                return False
        return True
    return type(index) is int or type(index) is slice or index is None or index is Ellipsis


cdef cnp.ndarray _combined_again(cnp.ndarray places, cnp.ndarray index, ptrdiff_t size):
    """places * size + index, in place."""
    indexing_kernels().combine(<int64_t*>cnp.PyArray_DATA(places), <int64_t*>cnp.PyArray_DATA(index),
                               cnp.PyArray_SIZE(index), size)
    return places


cdef cnp.ndarray _combined(cnp.ndarray first, cnp.ndarray second, ptrdiff_t first_size, ptrdiff_t second_size):
    """The places in two dimensions as places in one."""
    cdef cnp.ndarray places = new_array(cnp.PyArray_NDIM(first), cnp.PyArray_DIMS(first), cnp.NPY_INT64)
    cnp.PyArray_FILLWBYTE(places, 0)
    return _combined_again(_combined_again(places, first, first_size), second, second_size)


cdef bint _element(object value, cnp.ndarray x, char* element) except -1:
    """Store a plain number as an element of `x`; False where it is none, or promotion or a range check must decide."""
    cdef int typenum = cnp.PyArray_TYPE(x)
    cdef bint floating = PyTypeNum_ISFLOAT(typenum) or stored_type(x) == BFloat16
    if cnp.PyArray_ITEMSIZE(x) > 16:
        return False
    if type(value) is float:
        if not floating:
            return False
    elif type(value) is int:
        if not (floating or PyTypeNum_ISINTEGER(typenum)) or not -128 <= value <= 127:
            return False
        if value < 0 and not floating and PyTypeNum_ISUNSIGNED(typenum):
            return False
    else:
        return False
    PyArray_SETITEM(x, element, value)
    return True


cdef void _fill(char* data, ptrdiff_t n, int size, const char* element) noexcept:
    cdef ptrdiff_t i
    for i in range(n):
        memcpy(data + i * size, element, size)


cdef cnp.ndarray _filled(cnp.ndarray x, const char* element, ptrdiff_t row):
    """A row of `row` bytes, all of them one element."""
    cdef cnp.npy_intp n = row // cnp.PyArray_ITEMSIZE(x)
    cdef cnp.ndarray filled = new_array(1, &n, cnp.PyArray_TYPE(x))
    _fill(cnp.PyArray_BYTES(filled), n, cnp.PyArray_ITEMSIZE(x), element)
    return filled


cdef bint _has_shape(cnp.ndarray x, int ndim, const cnp.npy_intp* dims) noexcept:
    cdef int d
    if cnp.PyArray_NDIM(x) != ndim:
        return False
    for d in range(ndim):
        if cnp.PyArray_DIM(x, d) != dims[d]:
            return False
    return True


cdef cnp.ndarray _target(cnp.ndarray x, object into, cnp.ndarray index, cnp.ndarray source):
    """The array to write: a copy of `x`; or `x` itself, where that was asked for and overlaps with nothing that is read.
    None where the general path must do it."""
    cdef cnp.ndarray target
    if into is None:
        target = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), cnp.PyArray_TYPE(x))
        cnp.PyArray_CopyInto(target, x)
        return target
    if into is not x or not PyArray_ISCARRAY(x) or not apart(x, index):
        return None
    if source is not None and not apart(x, source):
        return None
    return x


cdef void _run_rows(rows_t kernel, RowsLayout* rows) noexcept:
    if rows.outer * rows.n * rows.row >= 4 * WORTH_RELEASING:
        with nogil:
            kernel(rows[0])
    else:
        kernel(rows[0])
