"""Reductions on the CPU: arguments as they are usually given go to the iterator without ceremony."""

include "_arrays.pxi"
include "_reduction.pxi"

from flambeau.tensor._defaults import default_float

cdef enum:
    # Which results a reduction gives.
    VALUES = 1
    PLACES = 2


cdef bint _mark(object dim, int ndim, ReductionLayout* layout) except -1:
    """Mark the dimensions to reduce; False where the general path must look at them."""
    cdef int d, at
    for d in range(ndim):
        layout.reduced[d] = dim is None
    if dim is None:
        return True
    if type(dim) is tuple:
        for one in <tuple>dim:
            at = _dim_of(one, ndim)
            if at < 0 or layout.reduced[at]:
                return False
            layout.reduced[at] = True
        return True
    at = _dim_of(dim, ndim)
    if at >= 0:
        layout.reduced[at] = True
    return at >= 0


cdef object _reduce(int name, object input, object dim, object keepdim, object dtype, double parameter, int wanted,
                    object into):
    """An array, a pair of arrays, or None when the general path must do it."""
    cdef cnp.ndarray x = _array_of(input)
    cdef const Reduction* reduction
    cdef ReductionLayout layout
    cdef cnp.npy_intp dims[16]
    cdef cnp.npy_intp count = 1
    cdef ptrdiff_t step = 1
    cdef int d, t, ndim, kept = 0
    cdef bint done, keep = keepdim is True
    cdef object values = None, places = None
    if x is None or (not keep and keepdim is not False):
        return None
    t = stored_type(x)
    if t < 0:
        return None
    reduction = &reduction_kernels().reductions[name * StoredTypes + t]
    ndim = cnp.PyArray_NDIM(x)
    if reduction.rows is NULL or not _mark(dim, ndim, &layout):
        return None
    if reduction.ordered and dim is None and ndim > 1:
        x = cnp.PyArray_GETCONTIGUOUS(x)
    layout.in_ = cnp.PyArray_BYTES(x)
    layout.ndim = ndim
    layout.parameter = parameter
    for d in range(ndim):
        layout.shape[d] = cnp.PyArray_DIM(x, d)
        layout.stride[d] = cnp.PyArray_STRIDE(x, d)
        if layout.reduced[d]:
            count *= layout.shape[d]
            if keep:
                dims[kept] = 1
                kept += 1
        else:
            dims[kept] = layout.shape[d]
            kept += 1
    if count == 0 and not reduction.empty:
        return None
    for d in range(ndim - 1, -1, -1):
        if layout.reduced[d]:
            layout.out_stride[d] = 0
        else:
            layout.out_stride[d] = step
            step *= layout.shape[d]
    t = _result_type(name, t)
    if dtype is not None and (not isinstance(dtype, cnp.dtype) or (<cnp.dtype>dtype).type_num != numpy_number(t)):
        return None
    layout.out[0] = layout.out[1] = NULL
    if wanted & VALUES:
        values = _result(kept, dims, t, into, x)
        if values is None:
            return None
        layout.out[0] = cnp.PyArray_BYTES(<cnp.ndarray>values)
    if wanted & PLACES:
        places = _result(kept, dims, Int64, into, x)
        if places is None:
            return None
        layout.out[1] = cnp.PyArray_BYTES(<cnp.ndarray>places)
    if cnp.PyArray_SIZE(x) >= WORTH_RELEASING:
        with nogil:
            done = run_reduction(reduction[0], layout)
    else:
        done = run_reduction(reduction[0], layout)
    if not done:
        raise MemoryError
    if wanted == VALUES:
        return values
    return places if wanted == PLACES else (values, places)


cdef inline int _result_type(int name, int t) except -1:
    if name == ReduceSum or name == ReduceProd:
        return t if t >= Float32 else Int64
    if name == ReduceMean:
        return t if t >= Float32 else _default_float_type()
    if name == ReduceAny or name == ReduceAll:
        return Bool
    return Int64 if name == ReduceCount else t


cdef int _default_float_type() except -1:
    cdef int t, typenum = default_float().num
    for t in range(StoredTypes):
        if numpy_number(t) == typenum:
            return t


cdef object _sum(Operator op, tuple args, object into):
    return _reduce(ReduceSum, args[0], args[1], args[2], args[3], 0, VALUES, into)


cdef object _prod(Operator op, tuple args, object into):
    return _reduce(ReduceProd, args[0], args[1], args[2], args[3], 0, VALUES, into)


cdef object _mean(Operator op, tuple args, object into):
    return _reduce(ReduceMean, args[0], args[1], args[2], args[3], 0, VALUES, into)


cdef object _amax(Operator op, tuple args, object into):
    return _reduce(ReduceMax, args[0], args[1], args[2], None, 0, VALUES, into)


cdef object _amin(Operator op, tuple args, object into):
    return _reduce(ReduceMin, args[0], args[1], args[2], None, 0, VALUES, into)


cdef object _argmax(Operator op, tuple args, object into):
    return None if type(args[1]) is tuple else _reduce(ReduceArgMax, args[0], args[1], args[2], None, 0, PLACES, into)


cdef object _argmin(Operator op, tuple args, object into):
    return None if type(args[1]) is tuple else _reduce(ReduceArgMin, args[0], args[1], args[2], None, 0, PLACES, into)


cdef object _max_with_indices(Operator op, tuple args, object into):
    if type(args[1]) is not int or into is not None:
        return None
    return _reduce(ReduceArgMax, args[0], args[1], args[2], None, 0, VALUES | PLACES, None)


cdef object _min_with_indices(Operator op, tuple args, object into):
    if type(args[1]) is not int or into is not None:
        return None
    return _reduce(ReduceArgMin, args[0], args[1], args[2], None, 0, VALUES | PLACES, None)


cdef object _any(Operator op, tuple args, object into):
    return _reduce(ReduceAny, args[0], args[1], args[2], None, 0, VALUES, into)


cdef object _all(Operator op, tuple args, object into):
    return _reduce(ReduceAll, args[0], args[1], args[2], None, 0, VALUES, into)


cdef object _count_nonzero(Operator op, tuple args, object into):
    return _reduce(ReduceCount, args[0], args[1], False, None, 0, VALUES, into)


cdef inline bint _is_number(object value):
    """Whether this is a number that a double holds."""
    return type(value) is float or (type(value) is int and -_GREAT < value < _GREAT)


cdef object _var(Operator op, tuple args, object into):
    if not _is_number(args[3]):
        return None
    return _reduce(ReduceVar, args[0], args[1], args[2], None, args[3], VALUES, into)


cdef object _std(Operator op, tuple args, object into):
    if not _is_number(args[3]):
        return None
    return _reduce(ReduceStd, args[0], args[1], args[2], None, args[3], VALUES, into)


cdef object _norm(Operator op, tuple args, object into):
    cdef int name
    cdef object p = args[1]
    if not _is_number(p):
        return None
    if p == 2:
        name = ReduceNorm2
    elif p == 1:
        name = ReduceNorm1
    elif p == 0:
        name = ReduceNorm0
    elif p == _INFINITY:
        name = ReduceNormMax
    elif p == -_INFINITY:
        name = ReduceNormMin
    else:
        return None
    return _reduce(name, args[0], args[2], args[3], None, 0, VALUES, into)


cdef object _logsumexp(Operator op, tuple args, object into):
    return _reduce(ReduceLogSumExp, args[0], args[1], args[2], None, 0, VALUES, into)


cdef object _GREAT = 2**53
cdef double _INFINITY = float("inf")

set_native("sum", &_sum)
set_native("prod", &_prod)
set_native("mean", &_mean)
set_native("amax", &_amax)
set_native("amin", &_amin)
set_native("argmax", &_argmax)
set_native("argmin", &_argmin)
set_native("max_with_indices", &_max_with_indices)
set_native("min_with_indices", &_min_with_indices)
set_native("any", &_any)
set_native("all", &_all)
set_native("count_nonzero", &_count_nonzero)
set_native("var", &_var)
set_native("std", &_std)
set_native("norm", &_norm)
set_native("logsumexp", &_logsumexp)
