"""Softmax and its kin on the CPU."""

include "_arrays.pxi"

from libcpp cimport bool as cbool

cdef extern from "flambeau/rows.hpp" namespace "flambeau":
    enum:
        RowSoftmax "flambeau::RowSoftmax"
        RowLogSoftmax "flambeau::RowLogSoftmax"
        RowSoftmaxBackward "flambeau::RowSoftmaxBackward"
        RowLogSoftmaxBackward "flambeau::RowLogSoftmaxBackward"
        RowNames "flambeau::RowNames"
    struct RowLayout:
        const void* in_ "in"[2]
        void* out
        ptrdiff_t outer
        ptrdiff_t n
        ptrdiff_t inner
    struct RowKernels:
        cbool (*run[4][15])(const RowLayout& layout) noexcept nogil
    const RowKernels& row_kernels() noexcept

ctypedef cbool (*row_t)(const RowLayout& layout) noexcept nogil


cdef object _along(int name, object input, object other, object dim, object into):
    """A result like the input, or None when the general path must do it."""
    cdef cnp.ndarray x = _array_of(input), y = None
    cdef RowLayout layout
    cdef row_t run
    cdef int d, at, t, ndim
    cdef bint done
    if x is None:
        return None
    t = stored_type(x)
    ndim = cnp.PyArray_NDIM(x)
    at = _dim_of(dim, ndim)
    if t < 0 or at < 0:
        return None
    run = row_kernels().run[name][t]
    if run is NULL:
        return None
    if other is not None:
        y = _array_of(other)
        if y is None or stored_type(y) != t or not PyArray_SAMESHAPE(x, y):
            return None
        y = cnp.PyArray_GETCONTIGUOUS(y)
    x = cnp.PyArray_GETCONTIGUOUS(x)
    result = _result(ndim, cnp.PyArray_DIMS(x), t, into, x)
    if result is None or (into is not None and y is not None and not apart(<cnp.ndarray>result, y)):
        return None
    layout.in_[0] = cnp.PyArray_DATA(x)
    layout.in_[1] = NULL if y is None else cnp.PyArray_DATA(y)
    layout.out = cnp.PyArray_DATA(<cnp.ndarray>result)
    layout.outer = layout.inner = 1
    layout.n = cnp.PyArray_DIM(x, at)
    for d in range(at):
        layout.outer *= cnp.PyArray_DIM(x, d)
    for d in range(at + 1, ndim):
        layout.inner *= cnp.PyArray_DIM(x, d)
    if cnp.PyArray_SIZE(x) >= WORTH_RELEASING // 8:
        with nogil:
            done = run(layout)
    else:
        done = run(layout)
    if not done:
        raise MemoryError
    return result


cdef object _softmax(Operator op, tuple args, object into):
    return _along(RowSoftmax, args[0], None, args[1], into)


cdef object _log_softmax(Operator op, tuple args, object into):
    return _along(RowLogSoftmax, args[0], None, args[1], into)


cdef object _softmax_backward(Operator op, tuple args, object into):
    return _along(RowSoftmaxBackward, args[0], args[1], args[2], into)


cdef object _log_softmax_backward(Operator op, tuple args, object into):
    return _along(RowLogSoftmaxBackward, args[0], args[1], args[2], into)


set_native("softmax", &_softmax)
set_native("log_softmax", &_log_softmax)
set_native("softmax_backward", &_softmax_backward)
set_native("log_softmax_backward", &_log_softmax_backward)
