"""Batch normalisation on the CPU: one reduction to moments, and one pass that applies them."""

include "_arrays.pxi"
include "_reduction.pxi"

from libcpp cimport bool as cbool

cdef extern from "flambeau/normalization.hpp" namespace "flambeau":
    struct BatchNorm:
        const void* input
        const void* weight
        const void* bias
        const void* mean
        const void* invstd
        const void* grad
        void* out
        void* grad_weight
        void* grad_bias
        ptrdiff_t outer
        ptrdiff_t channels
        ptrdiff_t inner
    struct NormalizationKernels:
        void (*apply[15])(const BatchNorm& norm) noexcept nogil
        cbool (*backward[15])(const BatchNorm& norm) noexcept nogil
    const NormalizationKernels& normalization_kernels() noexcept

ctypedef void (*norm_t)(const BatchNorm& norm) noexcept nogil
ctypedef cbool (*backward_t)(const BatchNorm& norm) noexcept nogil


cdef bint _set_shape(cnp.ndarray x, BatchNorm* norm) noexcept:
    """Whether there is something to normalise in each channel."""
    cdef int d
    if cnp.PyArray_NDIM(x) < 2 or cnp.PyArray_SIZE(x) == 0:
        return False
    norm.outer = cnp.PyArray_DIM(x, 0)
    norm.channels = cnp.PyArray_DIM(x, 1)
    norm.inner = 1
    for d in range(2, cnp.PyArray_NDIM(x)):
        norm.inner *= cnp.PyArray_DIM(x, d)
    return True


cdef cnp.ndarray _per_channel(object value, int t, const BatchNorm* norm):
    cdef cnp.ndarray x = _contiguous(value, t)
    if x is None or cnp.PyArray_NDIM(x) != 1 or cnp.PyArray_DIM(x, 0) != norm.channels:
        return None
    return x


cdef object _batch_norm(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0]), weight = None, bias = None, out, mean, invstd
    cdef ReductionLayout layout
    cdef BatchNorm norm
    cdef norm_t run
    cdef const Reduction* moments
    cdef int t
    cdef bint done
    cdef cnp.npy_intp channels[1]
    if x is None or into is not None or (type(args[3]) is not float and type(args[3]) is not int):
        return None
    t = stored_type(x)
    if t < 0 or normalization_kernels().apply[t] is NULL or not _set_shape(x, &norm):
        return None
    x = cnp.PyArray_GETCONTIGUOUS(x)
    if args[1] is not None:
        weight = _per_channel(args[1], t, &norm)
        if weight is None:
            return None
    if args[2] is not None:
        bias = _per_channel(args[2], t, &norm)
        if bias is None:
            return None
    run = normalization_kernels().apply[t]
    moments = &reduction_kernels().reductions[ReduceMoments * StoredTypes + t]
    channels[0] = norm.channels
    out = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), numpy_number(t))
    mean, invstd = new_array(1, channels, numpy_number(t)), new_array(1, channels, numpy_number(t))
    layout.in_ = cnp.PyArray_BYTES(x)
    layout.out[0], layout.out[1] = cnp.PyArray_BYTES(mean), cnp.PyArray_BYTES(invstd)
    layout.parameter = args[3]
    layout.ndim = 3
    layout.shape[0], layout.shape[1], layout.shape[2] = norm.outer, norm.channels, norm.inner
    layout.stride[2] = cnp.PyArray_ITEMSIZE(x)
    layout.stride[1] = layout.stride[2] * norm.inner
    layout.stride[0] = layout.stride[1] * norm.channels
    layout.out_stride[0], layout.out_stride[1], layout.out_stride[2] = 0, 1, 0
    layout.reduced[0], layout.reduced[1], layout.reduced[2] = True, False, True
    norm.input = cnp.PyArray_DATA(x)
    norm.weight = NULL if weight is None else cnp.PyArray_DATA(weight)
    norm.bias = NULL if bias is None else cnp.PyArray_DATA(bias)
    norm.mean, norm.invstd = cnp.PyArray_DATA(mean), cnp.PyArray_DATA(invstd)
    norm.out = cnp.PyArray_DATA(out)
    with nogil:
        done = run_reduction(moments[0], layout)
        if done:
            run(norm)
    if not done:
        raise MemoryError
    return out, mean, invstd


cdef object _batch_norm_backward(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[1]), grad, weight = None, mean, invstd, out, grad_weight, grad_bias
    cdef BatchNorm norm
    cdef backward_t run
    cdef int t
    cdef bint done
    cdef cnp.npy_intp channels[1]
    if x is None or into is not None:
        return None
    t = stored_type(x)
    if t < 0 or normalization_kernels().backward[t] is NULL or not _set_shape(x, &norm):
        return None
    grad = _contiguous(args[0], t)
    mean, invstd = _per_channel(args[3], t, &norm), _per_channel(args[4], t, &norm)
    if grad is None or mean is None or invstd is None or not PyArray_SAMESHAPE(x, grad):
        return None
    if args[2] is not None:
        weight = _per_channel(args[2], t, &norm)
        if weight is None:
            return None
    x = cnp.PyArray_GETCONTIGUOUS(x)
    run = normalization_kernels().backward[t]
    channels[0] = norm.channels
    out = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), numpy_number(t))
    grad_weight, grad_bias = new_array(1, channels, numpy_number(t)), new_array(1, channels, numpy_number(t))
    norm.input, norm.grad = cnp.PyArray_DATA(x), cnp.PyArray_DATA(grad)
    norm.weight = NULL if weight is None else cnp.PyArray_DATA(weight)
    norm.bias = NULL
    norm.mean, norm.invstd = cnp.PyArray_DATA(mean), cnp.PyArray_DATA(invstd)
    norm.out = cnp.PyArray_DATA(out)
    norm.grad_weight, norm.grad_bias = cnp.PyArray_DATA(grad_weight), cnp.PyArray_DATA(grad_bias)
    with nogil:
        done = run(norm)
    if not done:
        raise MemoryError
    return out, grad_weight, grad_bias


set_native("batch_norm", &_batch_norm)
set_native("batch_norm_backward", &_batch_norm_backward)
