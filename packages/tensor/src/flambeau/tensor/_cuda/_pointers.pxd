# Where arrays are in a device's memory.
from libc.stdint cimport uint64_t


cdef inline uint64_t pointer(object value) except? 0:
    """The address of an array's first element; 0 for None."""
    if value is None:
        return 0
    if type(value) is int:
        return value
    return value.data.ptr
