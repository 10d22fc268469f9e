# What all that calls kernels needs: their types, and whether arrays are apart.
cimport numpy as cnp

cdef extern from "flambeau/layout.hpp" namespace "flambeau":
    enum:
        MaxDims
    enum:
        Bool, Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Float32, Float64, ComputeTypes, Float16, BFloat16
        StoredTypes


cdef inline void extent(cnp.ndarray x, char** begin, char** end) noexcept:
    cdef int d
    cdef cnp.npy_intp reach
    begin[0] = <char*>cnp.PyArray_DATA(x)
    end[0] = begin[0] + cnp.PyArray_ITEMSIZE(x)
    for d in range(cnp.PyArray_NDIM(x)):
        reach = (cnp.PyArray_DIM(x, d) - 1) * cnp.PyArray_STRIDE(x, d)
        if reach < 0:
            begin[0] += reach
        else:
            end[0] += reach


cdef inline bint apart(cnp.ndarray x, cnp.ndarray y) noexcept:
    """Whether two arrays share no memory, as far as their extents tell."""
    cdef char* x_begin
    cdef char* x_end
    cdef char* y_begin
    cdef char* y_end
    extent(x, &x_begin, &x_end)
    extent(y, &y_begin, &y_end)
    return x_end <= y_begin or y_end <= x_begin
