"""Pooling and its gradients on the compiled passes, for floats; other dtypes go to the reference.

Floats of 16 bits are computed as float32. Dimensions that are not there have size 1.
"""

include "_arrays.pxi"

from libc.stdint cimport int64_t

from functools import lru_cache

from flambeau.tensor import _backends
from flambeau.tensor._reference._pooled import WHOLE, even_axes, shared_axes

cdef extern from "flambeau/pooling.hpp" namespace "flambeau" nogil:
    struct PooledAxis:
        ptrdiff_t size, windows, dilation
        const int64_t* begins
        const int64_t* counts
        const int64_t* divisors
        ptrdiff_t kernel, stride, start

    struct Pooling:
        ptrdiff_t planes
        PooledAxis z, y, x
        double divisor

    cdef cppclass PoolingPasses[T]:
        bint greatest(const Pooling&, const T*, T*, int64_t*) noexcept nogil
        bint means(const Pooling&, const T*, T*) noexcept nogil
        bint spread(const Pooling&, const T*, T*) noexcept nogil
        bint add_at(ptrdiff_t, ptrdiff_t, ptrdiff_t, const T*, const int64_t*, T*) noexcept nogil
        bint put_at(ptrdiff_t, ptrdiff_t, ptrdiff_t, const T*, const int64_t*, T*) noexcept nogil

    struct PoolingKernels:
        PoolingPasses[float] float32
        PoolingPasses[double] float64

    const PoolingKernels& pooling_kernels() noexcept nogil

ctypedef fused Real:
    float
    double

cdef enum Pass:
    GREATEST, MEANS, SPREAD, ADD_AT, PUT_AT


cdef class _Axis:
    """An axis as the passes take it, and the memory that it points to."""

    cdef PooledAxis axis
    cdef cnp.ndarray table

    def __init__(self, axis):
        cdef ptrdiff_t windows = len(axis.begins)
        self.table = np.array([axis.begins, axis.counts, axis.divisors], dtype=np.int64)
        cdef const int64_t* data = <const int64_t*>cnp.PyArray_DATA(self.table)
        self.axis.size, self.axis.windows, self.axis.dilation = axis.size, windows, axis.dilation
        self.axis.begins, self.axis.counts, self.axis.divisors = data, data + windows, data + 2 * windows
        self.axis.kernel, self.axis.stride, self.axis.start = axis.even or (0, 1, 0)


_prepared = lru_cache(maxsize=512)(_Axis)
cdef _Axis _whole = _Axis(WHOLE)


cdef bint _pass(const PoolingPasses[Real]& passes, Pass which, const Pooling& p, void* a, void* out,
                int64_t* places) noexcept nogil:
    if which == GREATEST:
        return passes.greatest(p, <Real*>a, <Real*>out, places)
    if which == MEANS:
        return passes.means(p, <Real*>a, <Real*>out)
    return passes.spread(p, <Real*>a, <Real*>out)


cdef object _run(Pass which, tuple axes, divisor, x, tuple shape):
    """What a pass gives for an array; NotImplemented where the definition must do it."""
    cdef Pooling p
    cdef Py_ssize_t count = len(axes)
    cdef _Axis last = _prepared(axes[count - 1])
    cdef _Axis middle = _prepared(axes[count - 2]) if count > 1 else _whole
    cdef _Axis first = _prepared(axes[0]) if count > 2 else _whole
    dtype = x.dtype
    cdef bint half = dtype.itemsize == 2 and dtype.kind in "fV", done
    if half:
        x = x.astype(np.float32)
    cdef bint single = x.dtype.char == "f"
    if not single and x.dtype.char != "d":
        return NotImplemented
    x = cnp.PyArray_GETCONTIGUOUS(<cnp.ndarray>x)
    p.z, p.y, p.x = first.axis, middle.axis, last.axis
    p.planes = x.shape[0] * x.shape[1]
    p.divisor = 0 if divisor is None else divisor
    result = _new(shape, x.dtype.num)
    places = _new(shape, cnp.NPY_INT64) if which == GREATEST else None
    cdef void* a = cnp.PyArray_DATA(<cnp.ndarray>x)
    cdef void* out = cnp.PyArray_DATA(<cnp.ndarray>result)
    cdef int64_t* at = NULL
    if places is not None:
        at = <int64_t*>cnp.PyArray_DATA(<cnp.ndarray>places)
    with nogil:
        if single:
            done = _pass[float](pooling_kernels().float32, which, p, a, out, at)
        else:
            done = _pass[double](pooling_kernels().float64, which, p, a, out, at)
    if not done:
        return NotImplemented
    result = result.astype(dtype) if half else result
    return (result, places) if which == GREATEST else result


cdef tuple _out(x, tuple axes):
    return (*x.shape[:2], *[len(axis.begins) for axis in axes])


def _max_pool(name):
    def kernel(xp, input, kernel_size, stride, padding, dilation, ceil_mode):
        axes = even_axes(name, input.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
        return _run(GREATEST, axes, None, input, _out(input, axes))

    return kernel


def _adaptive_max_pool(name):
    def kernel(xp, input, output_size):
        axes = shared_axes(name, input.shape[2:], output_size)
        return _run(GREATEST, axes, None, input, _out(input, axes))

    return kernel


def _avg_pool(name):
    def kernel(xp, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        axes = even_axes(name, input.shape[2:], kernel_size, stride, padding, 1, ceil_mode, count_include_pad)
        return _run(MEANS, axes, divisor_override, input, _out(input, axes))

    return kernel


def _avg_pool_gradient(name):
    def kernel(xp, grad_output, input_shape, kernel_size, stride, padding, ceil_mode, count_include_pad,
               divisor_override):
        shape = tuple(input_shape)
        axes = even_axes(name, shape[2:], kernel_size, stride, padding, 1, ceil_mode, count_include_pad)
        return _run(SPREAD, axes, divisor_override, grad_output, shape)

    return kernel


def _adaptive_avg_pool(name):
    def kernel(xp, input, output_size):
        axes = shared_axes(name, input.shape[2:], output_size)
        return _run(MEANS, axes, None, input, _out(input, axes))

    return kernel


def _adaptive_avg_pool_gradient(name):
    def kernel(xp, grad_output, input_shape):
        shape = tuple(input_shape)
        return _run(SPREAD, shared_axes(name, shape[2:], grad_output.shape[2:]), None, grad_output, shape)

    return kernel


cdef object _at_places(Operator op, tuple args, object into, Pass which):
    """Elements added, or put, at places; None unless all is as usual and every place is in its image."""
    cdef cnp.ndarray x = _array_of(args[0]), places = _array_of(args[1]), out
    cdef ptrdiff_t planes, count = 1, size = 1
    cdef int d, ndim
    cdef bint done, single
    if x is None or places is None or into is not None or type(args[2]) is not tuple:
        return None
    ndim = cnp.PyArray_NDIM(x)
    single = cnp.PyArray_TYPE(x) == cnp.NPY_FLOAT32
    if not (single or cnp.PyArray_TYPE(x) == cnp.NPY_FLOAT64) or cnp.PyArray_TYPE(places) != cnp.NPY_INT64:
        return None
    if not 3 <= ndim <= 5 or cnp.PyArray_NDIM(places) != ndim or len(args[2]) != ndim:
        return None
    for d in range(ndim):
        if cnp.PyArray_DIM(x, d) != cnp.PyArray_DIM(places, d) or type(args[2][d]) is not int:
            return None
        if d < 2 and args[2][d] != cnp.PyArray_DIM(x, d):
            return None
        if d >= 2:
            count *= cnp.PyArray_DIM(x, d)
            size *= args[2][d]
    planes = cnp.PyArray_DIM(x, 0) * cnp.PyArray_DIM(x, 1)
    x, places = cnp.PyArray_GETCONTIGUOUS(x), cnp.PyArray_GETCONTIGUOUS(places)
    out = _new(args[2], cnp.PyArray_TYPE(x))
    cdef const void* a = cnp.PyArray_DATA(x)
    cdef const int64_t* at = <const int64_t*>cnp.PyArray_DATA(places)
    cdef void* to = cnp.PyArray_DATA(out)
    with nogil:
        if single and which == ADD_AT:
            done = pooling_kernels().float32.add_at(planes, count, size, <const float*>a, at, <float*>to)
        elif single:
            done = pooling_kernels().float32.put_at(planes, count, size, <const float*>a, at, <float*>to)
        elif which == ADD_AT:
            done = pooling_kernels().float64.add_at(planes, count, size, <const double*>a, at, <double*>to)
        else:
            done = pooling_kernels().float64.put_at(planes, count, size, <const double*>a, at, <double*>to)
    return out if done else None


cdef object _add_at(Operator op, tuple args, object into):
    return _at_places(op, args, into, ADD_AT)


cdef object _put_at(Operator op, tuple args, object into):
    return _at_places(op, args, into, PUT_AT)


for _n in (1, 2, 3):
    for _name, _made in (
        (f"max_pool{_n}d_with_indices", _max_pool),
        (f"adaptive_max_pool{_n}d_with_indices", _adaptive_max_pool),
        (f"avg_pool{_n}d", _avg_pool),
        (f"avg_pool{_n}d_input_gradient", _avg_pool_gradient),
        (f"adaptive_avg_pool{_n}d", _adaptive_avg_pool),
        (f"adaptive_avg_pool{_n}d_input_gradient", _adaptive_avg_pool_gradient),
    ):
        _backends.CPU.kernels[_name] = _made(_name)
    set_native(f"max_pool{_n}d_scatter", &_add_at)
    set_native(f"max_unpool{_n}d_scatter", &_put_at)
