# Memory shared between processes, and Tensors that move to other memory in place.

cdef extern from *:
    """
    #include <errno.h>
    #include <fcntl.h>
    #include <sys/mman.h>
    #include <sys/stat.h>
    #include <unistd.h>

    // A file of no name: it is gone with the last process that has it open or mapped, however that process ends.
    static int flambeau_open_shared(size_t size) {
    #ifdef MFD_ALLOW_SEALING
        int fd = memfd_create("flambeau", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0) return -1;
        // Nobody can take away what others have mapped.
        if (ftruncate(fd, (off_t)size) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
            return fd;
    #else
        static unsigned counter = 0;
        char name[32];
        snprintf(name, sizeof name, "/flambeau-%d-%u", (int)getpid(), counter++);
        int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd < 0) return -1;
        shm_unlink(name);
        if (ftruncate(fd, (off_t)size) == 0) return fd;
    #endif
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    static long long flambeau_file_size(int fd) {
        struct stat status;
        return fstat(fd, &status) == 0 ? (long long)status.st_size : -1;
    }
    static void* flambeau_map(int fd, size_t size) {
        void* data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        return data == MAP_FAILED ? NULL : data;
    }
    """
    int flambeau_open_shared(size_t size) nogil
    long long flambeau_file_size(int fd) nogil
    void* flambeau_map(int fd, size_t size) nogil
    int munmap(void* data, size_t size) nogil
    int close(int fd) nogil

cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(object x)


cdef class SharedMemory:
    """Memory that other processes can map: those that are forked from this one, and those that get ``fd``.

    Args:
        size: bytes, at least 1.
        fd: the descriptor of memory that another process made, which is closed with this object; a new one if not given.
    """

    cdef readonly int fd
    cdef readonly size_t size
    cdef void* data

    def __cinit__(self, size_t size, int fd=-1):
        cdef long long there
        self.fd = fd
        if fd < 0:
            self.fd = flambeau_open_shared(size)
            if self.fd < 0:
                PyErr_SetFromErrno(OSError)
        else:
            there = flambeau_file_size(fd)
            if there < 0 or <size_t>there < size:  # reading beyond the end would kill the process
                raise ValueError(errors.message("SharedMemory", "fd", f"{size} bytes", str(there)))
        self.data = flambeau_map(self.fd, size)
        if self.data is NULL:
            PyErr_SetFromErrno(OSError)
        self.size = size

    def __dealloc__(self):
        if self.data is not NULL:
            munmap(self.data, self.size)
        if self.fd >= 0:
            close(self.fd)

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.data, <Py_ssize_t>self.size, 0, flags)

    def array(self):
        """All bytes, as a NumPy array."""
        cdef cnp.npy_intp size = <cnp.npy_intp>self.size
        cdef cnp.ndarray array = cnp.PyArray_SimpleNewFromData(1, &size, cnp.NPY_UINT8, self.data)
        cnp.set_array_base(array, self)
        return array


cdef cnp.ndarray _owner(cnp.ndarray array):
    """The array that the others, of the same memory, are views of."""
    cdef object base = cnp.get_array_base(array)
    while isinstance(base, np.ndarray):
        array = base
        base = cnp.get_array_base(array)
    return array


def array_inside(Tensor x):
    """The array of a Tensor itself; not for users, who could change its shape."""
    return x.array


def memory_of(Tensor x):
    """``(bytes, offset)``: all memory behind a Tensor on the CPU as a flat NumPy array, and where the Tensor begins."""
    cdef cnp.ndarray array = x.array
    cdef cnp.ndarray owner = _owner(array)
    cdef char* low = NULL
    cdef cnp.npy_intp size = _extent(owner, &low)
    cdef cnp.ndarray flat = cnp.PyArray_SimpleNewFromData(1, &size, cnp.NPY_UINT8, low)
    cnp.set_array_base(flat, owner)
    if not cnp.PyArray_ISWRITEABLE(array):
        flat.flags.writeable = False
    return flat, <char*>cnp.PyArray_DATA(array) - low


cdef cnp.npy_intp _extent(cnp.ndarray array, char** low):
    """How many bytes there are from the lowest to the highest element, and where the lowest is."""
    cdef char* data = <char*>cnp.PyArray_DATA(array)
    cdef cnp.npy_intp below = 0, above = array.dtype.itemsize
    cdef int i
    low[0] = data
    if cnp.PyArray_SIZE(array) == 0:
        return 0
    for i in range(cnp.PyArray_NDIM(array)):
        reach = (cnp.PyArray_DIM(array, i) - 1) * cnp.PyArray_STRIDE(array, i)
        if reach < 0:
            below -= reach
        else:
            above += reach
    low[0] = data - below
    return below + above


def lender(Tensor x):
    """What owns the memory of a Tensor on the CPU, where that is no NumPy array; else None."""
    return cnp.get_array_base(_owner(x.array))


cdef cnp.ndarray view_memory(cnp.ndarray flat, size_t offset, Tensor like):
    """An array of the dtype, shape and strides of ``like``'s, in other memory."""
    cdef cnp.ndarray array = like.array
    cdef object dtype = array.dtype
    Py_INCREF(dtype)
    result = <cnp.ndarray>PyArray_NewFromDescr(
        <PyTypeObject*>cnp.ndarray, <PyArray_Descr*>dtype, cnp.PyArray_NDIM(array), cnp.PyArray_DIMS(array),
        cnp.PyArray_STRIDES(array), <char*>cnp.PyArray_DATA(flat) + offset, cnp.NPY_ARRAY_WRITEABLE, NULL)
    Py_DECREF(result)
    cnp.set_array_base(result, flat)
    PyArray_UpdateFlags(result, cnp.NPY_ARRAY_UPDATE_ALL)
    return result


def tensor_in(cnp.ndarray flat, size_t offset, Tensor like, Tensor base):
    """A plain Tensor of the dtype, shape and strides of ``like``'s in other memory, which is that of ``base`` if given."""
    return wrap(view_memory(flat, offset, like), base)


def move_memory(Tensor x, str operation, allocate):
    """Put a Tensor into other memory, in place. Whoever else sees the old memory would be left behind, so there must be
    nobody: neither views nor NumPy arrays.

    ``allocate(size)`` gives the new memory as a flat array of bytes.
    """
    cdef Tensor base = root(x)
    cdef cnp.ndarray array = x.array
    cdef cnp.ndarray owner = _owner(array)
    cdef bint one = base is x
    cdef bint same = base.array is array  # a Variable made of a Tensor holds the very array, and both move
    cdef Py_ssize_t of_array = 2 + (same and not one) + (owner is array)
    cdef Py_ssize_t of_owner = 2 + (not one and not same)
    cdef bint alone = cnp.get_array_base(owner) is None and Py_REFCNT(array) == of_array
    if owner is not array:
        alone = alone and cnp.get_array_base(array) is owner and Py_REFCNT(owner) == of_owner
    if not one and not same:  # a view of what nobody else holds: x.base, and `base` here
        alone = alone and Py_REFCNT(base) == 2
        if base.array is not owner:
            alone = alone and Py_REFCNT(base.array) == 1
    if not alone:
        errors.value_error(operation, "input", "memory that no view and no array of others shares", "memory that is shared",
                           f"use x.clone().{operation}()")
    cdef char* low = NULL
    cdef cnp.npy_intp size = _extent(owner, &low)
    cdef cnp.ndarray flat = allocate(max(size, 1))
    memcpy(cnp.PyArray_DATA(flat), low, size)
    moved = view_memory(flat, <char*>cnp.PyArray_DATA(array) - low, x)
    if not cnp.PyArray_ISWRITEABLE(array):
        moved.flags.writeable = False
    x.array = moved
    if same:
        base.array = moved
    else:
        x.changes = base.changes
        x.changed_by = base.changed_by
        x.watcher = base.watcher
        x.base = None
