# DLPack capsules, out of arrays and into arrays.

cdef extern from "Python.h":
    int Py_IsInitialized() nogil
    ctypedef void (*PyCapsule_Destructor)(PyObject*) noexcept

cdef extern from "numpy/arrayobject.h":
    ctypedef struct PyArray_Descr:
        pass
    PyObject* PyArray_NewFromDescr(PyTypeObject* subtype, PyArray_Descr* descr, int ndim, cnp.npy_intp* dims,
                                   cnp.npy_intp* strides, void* data, int flags, PyObject* like)
    void PyArray_UpdateFlags(cnp.ndarray array, int mask)

cdef struct DLDevice:
    int32_t device_type
    int32_t device_id

cdef struct DLDataType:
    uint8_t code
    uint8_t bits
    uint16_t lanes

cdef struct DLTensor:
    void* data
    DLDevice device
    int32_t ndim
    DLDataType dtype
    int64_t* shape
    int64_t* strides  # in elements; NULL: C order
    uint64_t byte_offset

cdef struct Managed:  # DLManagedTensor, before version 1.0
    DLTensor tensor
    void* context
    void (*deleter)(Managed* managed) noexcept

cdef struct Versioned:  # DLManagedTensorVersioned
    uint32_t major
    uint32_t minor
    void* context
    void (*deleter)(Versioned* managed) noexcept
    uint64_t flags
    DLTensor tensor

cdef enum:
    CPU = 1
    CUDA_HOST = 3
    CUDA_MANAGED = 13
    READ_ONLY = 1
    IS_COPIED = 2
    MAJOR = 1
    MINOR = 0
    MAX_NDIM = 64  # NumPy's

cdef dict _CODES = {np.dtype(t): (code, 8 * np.dtype(t).itemsize) for code, types in (
    (0, ("i1", "i2", "i4", "i8")), (1, ("u1", "u2", "u4", "u8")), (2, ("f2", "f4", "f8")), (4, (ml_dtypes.bfloat16,)),
    (5, ("c8", "c16")), (6, ("?",))) for t in types}
cdef dict _DTYPES = {code: dtype for dtype, code in _CODES.items()}


cdef tuple _NEWEST = (MAJOR, MINOR)


# Out ------------------------------------------------------------------------------------------------------------

def to_capsule(cnp.ndarray array, bint versioned, bint copied):
    """A capsule that keeps ``array`` alive until its consumer is done."""
    cdef Versioned* managed
    cdef Managed* old
    cdef int ndim = cnp.PyArray_NDIM(array)
    cdef bint writable = cnp.PyArray_ISWRITEABLE(array)
    if array.dtype not in _CODES:
        raise BufferError(errors.message("__dlpack__", None, "a dtype that DLPack has", str(array.dtype)))
    if not versioned and not writable:
        raise BufferError(errors.message("__dlpack__", "max_version", "(1, 0) or more, which can say read-only",
                                         "an older version", "clone() it first"))
    if versioned:
        managed = <Versioned*>calloc(1, sizeof(Versioned) + 2 * ndim * sizeof(int64_t))
        if managed is NULL:
            raise MemoryError()
        managed.major, managed.minor = MAJOR, MINOR
        managed.flags = (0 if writable else READ_ONLY) | (IS_COPIED if copied else 0)
        managed.deleter = _delete_versioned
        _describe(&managed.tensor, <int64_t*>(managed + 1), array)
        managed.context = <void*>array
        Py_INCREF(array)
        return PyCapsule_New(managed, "dltensor_versioned", <PyCapsule_Destructor>_unused)
    old = <Managed*>calloc(1, sizeof(Managed) + 2 * ndim * sizeof(int64_t))
    if old is NULL:
        raise MemoryError()
    old.deleter = _delete
    _describe(&old.tensor, <int64_t*>(old + 1), array)
    old.context = <void*>array
    Py_INCREF(array)
    return PyCapsule_New(old, "dltensor", <PyCapsule_Destructor>_unused)


def lend(x, max_version):
    """A capsule of the memory of a plain Tensor on the CPU, for who asks nothing special; None for the general way."""
    cdef cnp.ndarray array
    cdef ptrdiff_t itemsize
    cdef int i
    if type(x) is not Tensor or type((<Tensor>x).array) is not cnp.ndarray:
        return None
    if max_version is not None and (type(max_version) is not tuple or not max_version or type(max_version[0]) is not int):
        return None
    array = <cnp.ndarray>(<Tensor>x).array
    itemsize = cnp.PyArray_ITEMSIZE(array)
    for i in range(cnp.PyArray_NDIM(array)):
        if cnp.PyArray_STRIDE(array, i) % itemsize:
            return None
    return to_capsule(x.numpy(), max_version is not None and max_version[0] >= 1, False)


cdef object _describe(DLTensor* tensor, int64_t* numbers, cnp.ndarray array):
    cdef int i, ndim = cnp.PyArray_NDIM(array)
    cdef ptrdiff_t itemsize = array.dtype.itemsize
    tensor.data = cnp.PyArray_DATA(array) if cnp.PyArray_SIZE(array) else NULL
    tensor.device.device_type = CPU
    tensor.ndim = ndim
    tensor.dtype.code, tensor.dtype.bits = _CODES[array.dtype]
    tensor.dtype.lanes = 1
    tensor.shape = numbers
    tensor.strides = numbers + ndim
    for i in range(ndim):
        numbers[i] = cnp.PyArray_DIM(array, i)
        numbers[ndim + i] = cnp.PyArray_STRIDE(array, i) // itemsize


cdef void _release(void* context, void* block) noexcept nogil:
    # The consumer may be done on any thread, and when Python is no more.
    if Py_IsInitialized():
        with gil:
            Py_DECREF(<object>context)
    free(block)


cdef void _delete_versioned(Versioned* managed) noexcept nogil:
    _release(managed.context, managed)


cdef void _delete(Managed* managed) noexcept nogil:
    _release(managed.context, managed)


cdef void _unused(PyObject* capsule) noexcept:
    """What happens to a capsule that nobody took: a consumer renames the one it takes."""
    if PyCapsule_IsValid(<object>capsule, "dltensor_versioned"):
        _delete_versioned(<Versioned*>PyCapsule_GetPointer(<object>capsule, "dltensor_versioned"))
    elif PyCapsule_IsValid(<object>capsule, "dltensor"):
        _delete(<Managed*>PyCapsule_GetPointer(<object>capsule, "dltensor"))


# In -------------------------------------------------------------------------------------------------------------

cdef class Borrowed:
    """Memory that another library lends, which hears when the last array of it is gone."""

    cdef Versioned* versioned
    cdef Managed* old

    def __dealloc__(self):
        if self.versioned is not NULL and self.versioned.deleter is not NULL:
            self.versioned.deleter(self.versioned)
        if self.old is not NULL and self.old.deleter is not NULL:
            self.old.deleter(self.old)


def from_capsule(capsule):
    """``(array, copied)``: a NumPy array of the memory in a capsule, which is used up, and whether it is nobody else's."""
    cdef Borrowed owner = Borrowed()
    cdef DLTensor* tensor
    cdef uint64_t flags = READ_ONLY  # old capsules cannot say, and JAX's memory must not be written
    if PyCapsule_IsValid(capsule, "dltensor_versioned"):
        owner.versioned = <Versioned*>PyCapsule_GetPointer(capsule, "dltensor_versioned")
        PyCapsule_SetName(capsule, "used_dltensor_versioned")
        if owner.versioned.major != MAJOR:
            _refuse("version 1 of DLPack", f"version {owner.versioned.major}")
        flags = owner.versioned.flags
        tensor = &owner.versioned.tensor
    elif PyCapsule_IsValid(capsule, "dltensor"):
        owner.old = <Managed*>PyCapsule_GetPointer(capsule, "dltensor")
        PyCapsule_SetName(capsule, "used_dltensor")
        tensor = &owner.old.tensor
    else:
        errors.value_error("from_dlpack", "x", "a DLPack capsule that nobody has used",
                           "one that was used, or another capsule")
    return _array_of(tensor, owner, not flags & READ_ONLY), bool(flags & IS_COPIED)


def borrow(x):
    """The array of an object that lends the CPU's memory in the way of version 1.0; None for the general way."""
    try:
        kind, index = x.__dlpack_device__()
        if kind != CPU:
            return None
        capsule = x.__dlpack__(max_version=_NEWEST)
    except (AttributeError, TypeError, ValueError):
        return None  # it cannot, or not like this: the general way asks again, and says what is wrong
    return from_capsule(capsule)[0]


cdef object _refuse(str expected, str got):
    raise BufferError(errors.message("from_dlpack", "x", expected, got))


cdef cnp.ndarray _array_of(DLTensor* tensor, Borrowed owner, bint writable):
    cdef cnp.npy_intp shape[MAX_NDIM]
    cdef cnp.npy_intp strides[MAX_NDIM]
    cdef cnp.npy_intp count = 1
    cdef char* data = <char*>tensor.data
    cdef cnp.npy_intp* steps = NULL
    cdef PyObject* result
    cdef int i
    if tensor.device.device_type not in (CPU, CUDA_HOST, CUDA_MANAGED):
        _refuse("memory the CPU reaches", f"DLPack's device type {tensor.device.device_type}")
    dtype = _DTYPES.get((tensor.dtype.code, tensor.dtype.bits))
    if dtype is None or tensor.dtype.lanes != 1:
        _refuse("a dtype that Tensors have",
                f"DLPack's code {tensor.dtype.code}, {tensor.dtype.bits} bits, {tensor.dtype.lanes} lanes")
    if not 0 <= tensor.ndim <= MAX_NDIM:
        _refuse(f"at most {MAX_NDIM} dimensions", str(tensor.ndim))
    for i in range(tensor.ndim):
        shape[i] = tensor.shape[i]
        if shape[i] < 0:
            _refuse("sizes of 0 or more", str(tensor.shape[i]))
        count = 0 if shape[i] == 0 else count
        if tensor.strides is not NULL:
            strides[i] = tensor.strides[i] * <cnp.npy_intp>dtype.itemsize
    if data is NULL and count != 0:
        _refuse("the address of the elements", "none")
    if data is not NULL:
        data += tensor.byte_offset
    if tensor.strides is not NULL and data is not NULL:
        steps = strides
    Py_INCREF(dtype)  # which the call takes
    result = PyArray_NewFromDescr(<PyTypeObject*>cnp.ndarray, <PyArray_Descr*>dtype, tensor.ndim, shape, steps, data,
                                  cnp.NPY_ARRAY_WRITEABLE if writable and data is not NULL else 0, NULL)
    if result is NULL:
        raise MemoryError()
    array = <cnp.ndarray>result
    Py_DECREF(array)
    if data is not NULL:
        cnp.set_array_base(array, owner)
        PyArray_UpdateFlags(array, cnp.NPY_ARRAY_UPDATE_ALL)
    return array
