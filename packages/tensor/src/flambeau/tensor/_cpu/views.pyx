"""Views of any shape and strides. NumPy's as_strided does the same by way of Python, and hides who owns the memory."""

cimport numpy as cnp
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_INCREF
from libc.stddef cimport ptrdiff_t

from flambeau.tensor._backends import CPU

cnp.import_array()

cdef extern from "numpy/arrayobject.h":
    ctypedef struct PyArray_Descr:
        pass
    cnp.ndarray PyArray_NewFromDescr(PyTypeObject* subtype, PyArray_Descr* descr, int ndim, cnp.npy_intp* dims,
                                     cnp.npy_intp* strides, void* data, int flags, PyObject* like)
    int PyArray_FLAGS(cnp.ndarray array)


cdef cnp.ndarray _strided(cnp.ndarray x, tuple shape, tuple strides, ptrdiff_t start):
    """The view of shape and strides (in bytes) that begins `start` bytes from the first element; nothing is checked."""
    cdef cnp.npy_intp sizes[cnp.NPY_MAXDIMS]
    cdef cnp.npy_intp steps[cnp.NPY_MAXDIMS]
    cdef int d, ndim = <int>len(shape)
    cdef cnp.ndarray view
    # What one element of the view is written, others must not become.
    cdef int writeable = 0 if _may_overlap(shape, strides, cnp.PyArray_ITEMSIZE(x)) else cnp.NPY_ARRAY_WRITEABLE
    writeable &= PyArray_FLAGS(x)
    if ndim > cnp.NPY_MAXDIMS:
        raise ValueError(f"expected at most {cnp.NPY_MAXDIMS} dimensions, got {ndim}")
    for d in range(ndim):
        sizes[d] = shape[d]
        steps[d] = strides[d]
    descr = x.descr
    Py_INCREF(descr)
    view = PyArray_NewFromDescr(<PyTypeObject*>cnp.ndarray, <PyArray_Descr*>descr, ndim, sizes, steps,
                                <char*>cnp.PyArray_DATA(x) + start, writeable, NULL)
    cnp.set_array_base(view, x)
    return view


cdef bint _may_overlap(tuple shape, tuple strides, ptrdiff_t size):
    """Whether elements of the view may share memory: unless each step leads over all that smaller steps reach."""
    cdef ptrdiff_t reached = size - 1
    cdef ptrdiff_t n, step
    if 0 in shape:
        return False
    for step, n in sorted([(abs(s), n) for n, s in zip(shape, strides) if n > 1]):
        if step <= reached:
            return True
        reached += (n - 1) * step
    return False


def _as_strided(xp, input, size, stride, start, layout):
    cdef ptrdiff_t step = cnp.PyArray_ITEMSIZE(<cnp.ndarray>input)
    return _strided(input, tuple(size), tuple([s * step for s in stride]), start * step)


def _unfold(xp, input, dimension, size, step):
    cdef list shape = list(input.shape), strides = list(input.strides)
    strides.append(strides[dimension])
    strides[dimension] = strides[dimension] * step
    shape[dimension] = (shape[dimension] - size) // step + 1
    shape.append(size)
    return _strided(input, tuple(shape), tuple(strides), 0)


def _diagonal(xp, input, offset=0, dim1=0, dim2=1):
    cdef list shape = list(input.shape), strides = list(input.strides)
    cdef object rows = shape[dim1], columns = shape[dim2], down = strides[dim1], across = strides[dim2]
    cdef object length = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    cdef object start = max(-offset, 0) * down + max(offset, 0) * across if length else 0
    rest = [d for d in range(len(shape)) if d != dim1 and d != dim2]
    return _strided(input, (*[shape[d] for d in rest], length), (*[strides[d] for d in rest], down + across), start)


CPU.kernels.update(as_strided=_as_strided, unfold=_unfold, diagonal=_diagonal)
