# What the wrappers of kernels share: arrays as kernels see them. Included by the modules that need it.

cimport numpy as cnp
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int64_t

from flambeau.tensor._core.kernels cimport (
    BFloat16, Bool, Float16, Float32, Float64, Int64, MaxDims, StoredTypes, apart,
)
from flambeau.tensor._core.tensor cimport Operator, Tensor, native_t, new_array, numpy_number, set_native, stored_type

import numpy as np

cnp.import_array()

cdef enum:
    # Elements from which on other Python threads may run meanwhile.
    WORTH_RELEASING = 16384

cdef inline cnp.ndarray _array_of(object value):
    """The NumPy array that is a Tensor's or is given, where kernels take it; else None."""
    if isinstance(value, Tensor):
        value = (<Tensor>value).array
    if type(value) is not cnp.ndarray or cnp.PyArray_NDIM(<cnp.ndarray>value) > MaxDims:
        return None
    if not cnp.PyArray_ISALIGNED(<cnp.ndarray>value) or not cnp.PyArray_ISNOTSWAPPED(<cnp.ndarray>value):
        return None
    return <cnp.ndarray>value


cdef inline cnp.ndarray _contiguous(object value, int t):
    """An array of our type `t` in C order; None for anything else."""
    cdef cnp.ndarray x = _array_of(value)
    if x is None or stored_type(x) != t:
        return None
    return cnp.PyArray_GETCONTIGUOUS(x)


cdef inline int _dim_of(object value, int ndim) except -2:
    """A dimension as it is usually given, 0 <= dim < ndim; -1 where the general path must look at it."""
    cdef Py_ssize_t dim
    if type(value) is not int or ndim == 0:
        return -1
    try:
        dim = <Py_ssize_t>value
    except OverflowError:
        return -1
    if dim < 0:
        dim += ndim
    return <int>dim if 0 <= dim < ndim else -1


cdef cnp.ndarray _new(tuple shape, int typenum):
    """A new array in C order, whose elements are anything."""
    cdef cnp.npy_intp dims[MaxDims]
    cdef Py_ssize_t d
    for d in range(len(shape)):
        dims[d] = shape[d]
    return new_array(<int>len(shape), dims, typenum)


cdef object _result(int ndim, cnp.npy_intp* dims, int t, object into, cnp.ndarray x):
    """A new array of our type `t`, or `into` where it is fit; None where it is not."""
    cdef int d
    cdef cnp.ndarray out
    if into is None:
        return new_array(ndim, dims, numpy_number(t))
    if type(into) is not cnp.ndarray:
        return None
    out = <cnp.ndarray>into
    if not PyArray_ISCARRAY(out) or cnp.PyArray_TYPE(out) != numpy_number(t) or cnp.PyArray_NDIM(out) != ndim:
        return None
    for d in range(ndim):
        if cnp.PyArray_DIM(out, d) != dims[d]:
            return None
    return out if apart(out, x) else None


cdef extern from "numpy/arrayobject.h":
    bint PyArray_ISCARRAY(cnp.ndarray)
    bint PyArray_SAMESHAPE(cnp.ndarray, cnp.ndarray)
