"""Where arrays' elements lie in memory: what plans depend on, and whether one array may be written over another."""

from libc.stdint cimport uint64_t


cpdef tuple placement(object array):
    """What of an array a plan depends on."""
    return array.dtype, array.shape, array.strides, <uint64_t>array.data.ptr & 15


cpdef bint overlap(object into, object array) except -1:
    """Whether writing ``into`` element by element would change what is still to be read of ``array``."""
    cdef uint64_t low, high, other_low, other_high
    if into is array:
        return False
    shape, strides = into.shape, into.strides
    other_shape, other_strides = array.shape, array.strides
    cdef uint64_t start = into.data.ptr, other = array.data.ptr
    _extent(shape, strides, into.dtype.itemsize, start, &low, &high)
    _extent(other_shape, other_strides, array.dtype.itemsize, other, &other_low, &other_high)
    if high <= other_low or other_high <= low:
        return False
    same = start == other and strides == other_strides and shape == other_shape
    return not (same and into.dtype.itemsize == array.dtype.itemsize)


cdef int _extent(tuple shape, tuple strides, uint64_t itemsize, uint64_t start, uint64_t* low, uint64_t* high) except -1:
    cdef Py_ssize_t d, n, stride
    low[0] = high[0] = start
    for d in range(len(shape)):
        n, stride = shape[d], strides[d]
        if stride < 0:
            low[0] += <uint64_t>(stride * (n - 1))
        else:
            high[0] += <uint64_t>(stride * (n - 1))
    high[0] += itemsize
    return 0
