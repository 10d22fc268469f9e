"""Layer, group and RMS normalisation on the CPU: one kernel for rows, and one for their gradients."""

include "_arrays.pxi"

cdef extern from "flambeau/row_normalization.hpp" namespace "flambeau":
    struct RowNorm:
        const void* input
        const void* weight
        const void* bias
        const void* grad
        void* mean
        void* invstd
        void* out
        void* grad_weight
        void* grad_bias
        ptrdiff_t rows
        ptrdiff_t groups
        ptrdiff_t channels
        ptrdiff_t inner
        double eps
    struct RowNormalizationKernels:
        void (*forward[15])(const RowNorm& norm) noexcept nogil
        bint (*backward[15])(const RowNorm& norm) noexcept nogil
    const RowNormalizationKernels& row_normalization_kernels() noexcept nogil


cdef bint _layer(cnp.ndarray x, object dims, RowNorm* norm) noexcept:
    """Rows are the last `dims` dimensions."""
    cdef int d, split
    if type(dims) is not int or not 1 <= dims <= cnp.PyArray_NDIM(x):
        return False
    split = cnp.PyArray_NDIM(x) - <int>dims
    norm.rows = norm.channels = norm.groups = norm.inner = 1
    for d in range(cnp.PyArray_NDIM(x)):
        if d < split:
            norm.rows *= cnp.PyArray_DIM(x, d)
        else:
            norm.channels *= cnp.PyArray_DIM(x, d)
    return norm.channels > 0


cdef bint _group(cnp.ndarray x, object groups, RowNorm* norm) noexcept:
    """Rows are `groups` parts of the channels."""
    cdef int d
    cdef ptrdiff_t channels
    if type(groups) is not int or cnp.PyArray_NDIM(x) < 2 or not 1 <= groups <= cnp.PyArray_DIM(x, 1):
        return False
    channels = cnp.PyArray_DIM(x, 1)
    norm.groups = groups
    if channels % norm.groups:
        return False
    norm.channels = channels // norm.groups
    norm.rows = cnp.PyArray_DIM(x, 0) * norm.groups
    norm.inner = 1
    for d in range(2, cnp.PyArray_NDIM(x)):
        norm.inner *= cnp.PyArray_DIM(x, d)
    return norm.inner > 0


cdef bint _parameter(object value, int t, cnp.ndarray x, int first, int end, const void** data, list kept):
    """Whether there is none, or one of the shape that `x` has in the dimensions from `first` to `end`."""
    cdef cnp.ndarray array
    cdef int d
    data[0] = NULL
    if value is None:
        return True
    array = _contiguous(value, t)
    if array is None or cnp.PyArray_NDIM(array) != end - first:
        return False
    for d in range(first, end):
        if cnp.PyArray_DIM(array, d - first) != cnp.PyArray_DIM(x, d):
            return False
    kept.append(array)
    data[0] = cnp.PyArray_DATA(array)
    return True


cdef object _forward(cnp.ndarray x, RowNorm* norm, object weight, object bias, object eps, int first, int end, bint centred):
    """The result, the means where rows are centred, and the factors."""
    cdef int t = stored_type(x)
    cdef list kept = []
    cdef cnp.npy_intp rows[1]
    if t < 0 or row_normalization_kernels().forward[t] is NULL or (type(eps) is not float and type(eps) is not int):
        return None
    if not _parameter(weight, t, x, first, end, &norm.weight, kept):
        return None
    if not _parameter(bias, t, x, first, end, &norm.bias, kept):
        return None
    x = cnp.PyArray_GETCONTIGUOUS(x)
    rows[0] = norm.rows
    out = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), numpy_number(t))
    invstd = new_array(1, rows, numpy_number(t))
    mean = new_array(1, rows, numpy_number(t)) if centred else None
    norm.eps = eps
    norm.input = cnp.PyArray_DATA(x)
    norm.out = cnp.PyArray_DATA(<cnp.ndarray>out)
    norm.invstd = cnp.PyArray_DATA(<cnp.ndarray>invstd)
    norm.mean = cnp.PyArray_DATA(<cnp.ndarray>mean) if centred else NULL
    with nogil:
        row_normalization_kernels().forward[t](norm[0])
    return (out, mean, invstd) if centred else (out, invstd)


cdef object _backward(object grad, cnp.ndarray x, RowNorm* norm, object weight, object mean, object invstd, int first,
                      int end):
    cdef int t = stored_type(x)
    cdef list kept = []
    cdef cnp.ndarray g, means = None, factors
    cdef bint done
    if t < 0 or row_normalization_kernels().backward[t] is NULL:
        return None
    if not _parameter(weight, t, x, first, end, &norm.weight, kept):
        return None
    g, factors = _contiguous(grad, t), _contiguous(invstd, t)
    if g is None or factors is None or not PyArray_SAMESHAPE(x, g) or cnp.PyArray_SIZE(factors) != norm.rows:
        return None
    norm.mean = NULL
    if mean is not None:
        means = _contiguous(mean, t)
        if means is None or cnp.PyArray_SIZE(means) != norm.rows:
            return None
        norm.mean = cnp.PyArray_DATA(means)
    x = cnp.PyArray_GETCONTIGUOUS(x)
    out = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), numpy_number(t))
    grad_weight = new_array(end - first, cnp.PyArray_DIMS(x) + first, numpy_number(t))
    grad_bias = new_array(end - first, cnp.PyArray_DIMS(x) + first, numpy_number(t))
    norm.input, norm.grad = cnp.PyArray_DATA(x), cnp.PyArray_DATA(g)
    norm.invstd = cnp.PyArray_DATA(factors)
    norm.out = cnp.PyArray_DATA(<cnp.ndarray>out)
    norm.grad_weight = cnp.PyArray_DATA(<cnp.ndarray>grad_weight)
    norm.grad_bias = cnp.PyArray_DATA(<cnp.ndarray>grad_bias)
    with nogil:
        done = row_normalization_kernels().backward[t](norm[0])
    if not done:
        raise MemoryError
    return (out, grad_weight, grad_bias) if mean is not None else (out, grad_weight)


cdef object _layer_norm(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0])
    cdef RowNorm norm
    if x is None or into is not None or not _layer(x, args[1], &norm):
        return None
    return _forward(x, &norm, args[2], args[3], args[4], cnp.PyArray_NDIM(x) - <int>args[1], cnp.PyArray_NDIM(x), True)


cdef object _rms_norm(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0])
    cdef RowNorm norm
    if x is None or into is not None or not _layer(x, args[1], &norm):
        return None
    return _forward(x, &norm, args[2], None, args[3], cnp.PyArray_NDIM(x) - <int>args[1], cnp.PyArray_NDIM(x), False)


cdef object _group_norm(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0])
    cdef RowNorm norm
    if x is None or into is not None or not _group(x, args[1], &norm):
        return None
    return _forward(x, &norm, args[2], args[3], args[4], 1, 2, True)


cdef object _layer_norm_backward(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[1])
    cdef RowNorm norm
    if x is None or into is not None or not _layer(x, args[2], &norm):
        return None
    return _backward(args[0], x, &norm, args[3], args[4], args[5], cnp.PyArray_NDIM(x) - <int>args[2], cnp.PyArray_NDIM(x))


cdef object _rms_norm_backward(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[1])
    cdef RowNorm norm
    if x is None or into is not None or not _layer(x, args[2], &norm):
        return None
    return _backward(args[0], x, &norm, args[3], None, args[4], cnp.PyArray_NDIM(x) - <int>args[2], cnp.PyArray_NDIM(x))


cdef object _group_norm_backward(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[1])
    cdef RowNorm norm
    if x is None or into is not None or not _group(x, args[2], &norm):
        return None
    return _backward(args[0], x, &norm, args[3], args[4], args[5], 1, 2)


set_native("layer_norm", &_layer_norm)
set_native("rms_norm", &_rms_norm)
set_native("group_norm", &_group_norm)
set_native("layer_norm_backward", &_layer_norm_backward)
set_native("rms_norm_backward", &_rms_norm_backward)
set_native("group_norm_backward", &_group_norm_backward)
