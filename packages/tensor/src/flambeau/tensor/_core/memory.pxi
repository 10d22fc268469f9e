# Large arrays in memory of the pool. Each owns its memory and says how it is freed and resized, by NumPy's allocation
# handlers (NEP 49); these are set array by array, so that arrays made by others are not touched.

from cpython.pycapsule cimport PyCapsule_New
from libc.stdint cimport uintptr_t
from libc.string cimport memset, strcpy

cdef extern from "flambeau/memory.hpp" namespace "flambeau":
    size_t PoolSmallest
    void* pool_allocate(size_t bytes) noexcept nogil
    void* pool_reallocate(void* block, size_t bytes) noexcept nogil
    void pool_release(void* block) noexcept nogil

cdef extern from "Python.h":
    size_t PY_SSIZE_T_MAX

cdef extern from *:
    """
    // PyTraceMalloc_Track, which Python's header declares for C alone (3.11's has no extern "C").
    #define FLAMBEAU_TEXT(x) #x
    #define FLAMBEAU_SYMBOL(prefix, name) FLAMBEAU_TEXT(prefix) name
    extern int flambeau_track(unsigned int domain, uintptr_t address, size_t size)
        __asm__(FLAMBEAU_SYMBOL(__USER_LABEL_PREFIX__, "PyTraceMalloc_Track"));
    """
    int flambeau_track(unsigned int domain, uintptr_t address, size_t size)

cdef extern from "numpy/arrayobject.h":
    ctypedef struct PyDataMemAllocator:
        void* ctx
        void* (*malloc)(void* ctx, size_t size) noexcept
        void* (*calloc)(void* ctx, size_t count, size_t size) noexcept
        void* (*realloc)(void* ctx, void* block, size_t size) noexcept
        void (*free)(void* ctx, void* block, size_t size) noexcept
    ctypedef struct PyDataMem_Handler:
        char name[127]
        unsigned char version
        PyDataMemAllocator allocator
    # What PyArray_ENABLEFLAGS and PyArray_HANDLER read and write: part of NumPy's binary interface since 1.22.
    ctypedef struct PyArrayObject_fields:
        PyObject* mem_handler
        int flags
    ctypedef struct PyArray_Descr:
        pass
    cnp.ndarray PyArray_NewFromDescr(PyTypeObject* subtype, PyArray_Descr* descr, int ndim, cnp.npy_intp* dims,
                                     cnp.npy_intp* strides, void* data, int flags, PyObject* like)
    PyArray_Descr* PyArray_DescrFromType(int typenum)  # a new reference, which PyArray_NewFromDescr takes
    size_t PyDataType_ELSIZE(PyArray_Descr* descr)

cdef enum:
    TRACE_DOMAIN = 389047  # NumPy's, among tracemalloc's domains


cdef void* _handler_malloc(void* ctx, size_t size) noexcept:
    return pool_allocate(size)


cdef void* _handler_calloc(void* ctx, size_t count, size_t size) noexcept:
    if size != 0 and count > <size_t>-1 // size:
        return NULL
    cdef void* block = pool_allocate(count * size)
    if block is not NULL:
        memset(block, 0, count * size)
    return block


cdef void* _handler_realloc(void* ctx, void* block, size_t size) noexcept:
    return pool_reallocate(block, size)


cdef void _handler_free(void* ctx, void* block, size_t size) noexcept:
    pool_release(block)


cdef PyDataMem_Handler _handler
strcpy(_handler.name, b"flambeau")
_handler.version = 1
_handler.allocator.ctx = NULL
_handler.allocator.malloc = _handler_malloc
_handler.allocator.calloc = _handler_calloc
_handler.allocator.realloc = _handler_realloc
_handler.allocator.free = _handler_free
cdef object _handler_capsule = PyCapsule_New(&_handler, "mem_handler", NULL)


cdef cnp.ndarray new_array(int ndim, cnp.npy_intp* dims, int typenum):
    cdef PyArray_Descr* descr = PyArray_DescrFromType(typenum)
    cdef size_t bytes = PyDataType_ELSIZE(descr)
    cdef PyArrayObject_fields* fields
    cdef cnp.ndarray array
    cdef void* data
    cdef int i
    for i in range(ndim):
        if dims[i] <= 0 or bytes > PY_SSIZE_T_MAX // <size_t>dims[i]:
            bytes = 0  # empty, or more than there can be: NumPy knows what to say
            break
        bytes *= <size_t>dims[i]
    data = NULL
    if bytes >= PoolSmallest:
        data = pool_allocate(bytes)
    if data is NULL:
        # Small; or there is no memory, and NumPy gives the error.
        return PyArray_NewFromDescr(<PyTypeObject*>cnp.ndarray, descr, ndim, dims, NULL, NULL, 0, NULL)
    try:
        array = PyArray_NewFromDescr(<PyTypeObject*>cnp.ndarray, descr, ndim, dims, NULL, data,
                                     cnp.NPY_ARRAY_CARRAY, NULL)
    except BaseException:
        pool_release(data)
        raise
    fields = <PyArrayObject_fields*>array
    Py_INCREF(_handler_capsule)
    fields.mem_handler = <PyObject*>_handler_capsule
    fields.flags |= cnp.NPY_ARRAY_OWNDATA
    flambeau_track(TRACE_DOMAIN, <uintptr_t>data, bytes)
    return array
