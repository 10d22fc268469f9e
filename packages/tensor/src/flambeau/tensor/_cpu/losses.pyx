"""Losses on the CPU. A wrong target is found by the kernel; the general path then says which."""

include "_arrays.pxi"

cdef extern from "flambeau/losses.hpp" namespace "flambeau":
    cdef enum LossReduction:
        LossNone "flambeau::LossNone"
        LossMean "flambeau::LossMean"
        LossSum "flambeau::LossSum"
    cdef enum class LossStatus:
        Done
        BadTarget
        NoMemory
    struct ClassLoss:
        const void* input
        const int64_t* target
        const void* weight
        int64_t ignored
        LossReduction reduction
        double smoothing
        ptrdiff_t outer
        ptrdiff_t classes
        ptrdiff_t inner
        const void* grad
        void* out
    struct LossKernels:
        LossStatus (*cross_entropy[15])(const ClassLoss& loss) noexcept nogil
        LossStatus (*cross_entropy_backward[15])(const ClassLoss& loss) noexcept nogil
        LossStatus (*nll[15])(const ClassLoss& loss) noexcept nogil
        LossStatus (*mse[15])(const void* input, const void* target, ptrdiff_t n, LossReduction reduction,
                              void* out) noexcept nogil
    const LossKernels& loss_kernels() noexcept

ctypedef LossStatus (*class_loss_t)(const ClassLoss& loss) noexcept nogil
ctypedef LossStatus (*mse_t)(const void* input, const void* target, ptrdiff_t n, LossReduction reduction,
                             void* out) noexcept nogil


cdef enum:
    # Fewer elements are done before another Python thread could start.
    WORTH_RELEASING_FOR_EXP = 2048


cdef inline bint _reduction(object name, LossReduction* reduction):
    if type(name) is not str:
        return False
    if <str>name == "mean":
        reduction[0] = LossMean
    elif <str>name == "sum":
        reduction[0] = LossSum
    elif <str>name == "none":
        reduction[0] = LossNone
    else:
        return False
    return True


cdef object _class_loss(class_loss_t* kernels, object grad, object input, object target, object weight,
                        object ignored, object reduction, object smoothing, object into):
    """The loss, or its gradient when there is a `grad`; None when the general path must do it."""
    cdef cnp.ndarray x = _array_of(input), y, w = None, g = None
    cdef ClassLoss loss
    cdef class_loss_t run
    cdef LossStatus status
    cdef int d, ndim, t, axis
    if x is None or type(ignored) is not int or not _reduction(reduction, &loss.reduction):
        return None
    if (type(smoothing) is not float and type(smoothing) is not int) or not 0 <= smoothing <= 1:
        return None
    loss.smoothing = smoothing
    t = stored_type(x)
    ndim = cnp.PyArray_NDIM(x)
    if t < 0 or ndim == 0 or kernels[t] is NULL or not -_GREATEST <= ignored < _GREATEST:
        return None
    run = kernels[t]
    x = cnp.PyArray_GETCONTIGUOUS(x)
    y = _contiguous(target, Int64)
    if y is None or cnp.PyArray_NDIM(y) != ndim - 1:
        return None
    axis = 0 if ndim == 1 else 1
    loss.outer = cnp.PyArray_DIM(x, 0) if axis else 1
    loss.classes = cnp.PyArray_DIM(x, axis)
    loss.inner = 1
    if axis and cnp.PyArray_DIM(y, 0) != loss.outer:
        return None
    for d in range(axis + 1, ndim):
        loss.inner *= cnp.PyArray_DIM(x, d)
        if cnp.PyArray_DIM(y, d - 1) != cnp.PyArray_DIM(x, d):
            return None
    if loss.classes == 0:
        return None
    if weight is not None:
        w = _contiguous(weight, t)
        if w is None or cnp.PyArray_NDIM(w) != 1 or cnp.PyArray_DIM(w, 0) != loss.classes:
            return None
    if grad is not None:
        g = _contiguous(grad, t)
        if g is None or not (PyArray_SAMESHAPE(g, y) if loss.reduction == LossNone else cnp.PyArray_NDIM(g) == 0):
            return None
        result = _result(ndim, cnp.PyArray_DIMS(x), t, into, x)
    elif loss.reduction == LossNone:
        result = _result(ndim - 1, cnp.PyArray_DIMS(y), t, into, x)
    else:
        result = _result(0, NULL, t, into, x)
    if result is None or (into is not None and not (apart(<cnp.ndarray>result, y) and (w is None or apart(
            <cnp.ndarray>result, w)) and (g is None or apart(<cnp.ndarray>result, g)))):
        return None
    loss.input = cnp.PyArray_DATA(x)
    loss.target = <const int64_t*>cnp.PyArray_DATA(y)
    loss.weight = NULL if w is None else cnp.PyArray_DATA(w)
    loss.grad = NULL if g is None else cnp.PyArray_DATA(g)
    loss.ignored = ignored
    loss.out = cnp.PyArray_DATA(<cnp.ndarray>result)
    if cnp.PyArray_SIZE(x) >= WORTH_RELEASING_FOR_EXP:
        with nogil:
            status = run(loss)
    else:
        status = run(loss)
    if status == LossStatus.NoMemory:
        raise MemoryError
    return result if status == LossStatus.Done else None


cdef object _GREATEST = 2**63


cdef object _cross_entropy(Operator op, tuple args, object into):
    return _class_loss(<class_loss_t*>loss_kernels().cross_entropy, None, args[0], args[1], args[2], args[3], args[4],
                       args[5], into)


cdef object _cross_entropy_backward(Operator op, tuple args, object into):
    return _class_loss(<class_loss_t*>loss_kernels().cross_entropy_backward, args[0], args[1], args[2], args[3], args[4],
                       args[5], args[6], into)


cdef object _nll_loss(Operator op, tuple args, object into):
    return _class_loss(<class_loss_t*>loss_kernels().nll, None, args[0], args[1], args[2], args[3], args[4], 0.0,
                       into)


cdef object _mse_loss(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0]), y
    cdef LossReduction reduction = LossNone
    cdef mse_t run
    cdef LossStatus status
    cdef int t
    if x is None or not _reduction(args[2], &reduction) or reduction == LossNone:
        return None
    t = stored_type(x)
    if t < 0 or loss_kernels().mse[t] is NULL:
        return None
    run = loss_kernels().mse[t]
    y = _array_of(args[1])
    if y is None or stored_type(y) != t or not PyArray_SAMESHAPE(x, y):
        return None
    x, y = cnp.PyArray_GETCONTIGUOUS(x), cnp.PyArray_GETCONTIGUOUS(y)
    result = _result(0, NULL, t, into, x)
    if result is None or (into is not None and not apart(<cnp.ndarray>result, y)):
        return None
    if cnp.PyArray_SIZE(x) >= WORTH_RELEASING:
        with nogil:
            status = run(cnp.PyArray_DATA(x), cnp.PyArray_DATA(y), cnp.PyArray_SIZE(x), reduction,
                         cnp.PyArray_DATA(<cnp.ndarray>result))
    else:
        status = run(cnp.PyArray_DATA(x), cnp.PyArray_DATA(y), cnp.PyArray_SIZE(x), reduction,
                     cnp.PyArray_DATA(<cnp.ndarray>result))
    if status == LossStatus.NoMemory:
        raise MemoryError
    return result


set_native("cross_entropy", &_cross_entropy)
set_native("cross_entropy_backward", &_cross_entropy_backward)
set_native("nll_loss", &_nll_loss)
set_native("mse_loss", &_mse_loss)
