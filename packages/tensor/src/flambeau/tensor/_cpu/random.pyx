"""Random draws on the CPU: float32, float64 and integers by kernels, 16-bit floats by the reference."""

cimport numpy as cnp
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int64_t, uint64_t
from libcpp cimport bool as cbool

from flambeau.tensor._core.tensor cimport Operator, cpu_array, new_array, set_native

import numpy as np

from flambeau.tensor._backends import CPU
from flambeau.tensor._cpu.runtime import empty
from flambeau.tensor._defaults import default_float
from flambeau.tensor.random import Generator, default_generator

cnp.import_array()

cdef extern from "flambeau/philox.hpp" namespace "flambeau":
    struct Place:
        uint64_t seed, offset
    struct RandomKernels:
        void (*uniform_f32)(float* out, ptrdiff_t n, Place place, float span, float low, float high) noexcept nogil
        void (*uniform_f64)(double* out, ptrdiff_t n, Place place, double span, double low, double high) noexcept nogil
        void (*normal_f32)(float* out, ptrdiff_t n, Place place, float std, float mean) noexcept nogil
        void (*normal_f64)(double* out, ptrdiff_t n, Place place, double std, double mean) noexcept nogil
        void (*integers)(uint64_t* out, ptrdiff_t n, Place place, uint64_t span, uint64_t low) noexcept nogil
        void (*bernoulli_f32)(float* out, ptrdiff_t n, Place place, const float* p, float all) noexcept nogil
        void (*bernoulli_f64)(double* out, ptrdiff_t n, Place place, const double* p, double all) noexcept nogil
        void (*bernoulli_bool)(cbool* out, ptrdiff_t n, Place place, float all) noexcept nogil
        void (*dropout_f32)(const float* x, float* out, ptrdiff_t n, Place place, float p, float scale) noexcept nogil
        void (*dropout_f64)(const double* x, double* out, ptrdiff_t n, Place place, float p, double scale) noexcept nogil
    const RandomKernels& random_kernels() noexcept nogil
    bint order_random_keys(const uint64_t* keys, int64_t* places, ptrdiff_t n) noexcept nogil

cdef extern from "numpy/arrayobject.h":
    bint PyArray_ISCARRAY_RO(cnp.ndarray)
    bint PyArray_ISCARRAY(cnp.ndarray)


cdef inline bint _is_number(object value) noexcept:
    return type(value) is float or type(value) is int


cdef inline bint _is_float(object array) noexcept:
    """Whether it is an array of a dtype that has kernels."""
    return type(array) is cnp.ndarray and cnp.PyArray_TYPE(<cnp.ndarray>array) in (cnp.NPY_FLOAT, cnp.NPY_DOUBLE)


cdef Place _place(object seed, object offset):
    cdef Place place
    place.seed = seed % 2**64
    place.offset = offset % 2**64
    return place


cdef Place _reserved(object generator, object words):
    seed, offset = (default_generator if generator is None else generator).reserve(words)
    return _place(seed, offset)


cdef object _fill_uniform(cnp.ndarray out, object generator, object low, object high):
    cdef ptrdiff_t n = cnp.PyArray_SIZE(out)
    cdef void* data = cnp.PyArray_DATA(out)
    cdef bint wide = cnp.PyArray_TYPE(out) == cnp.NPY_DOUBLE
    cdef double span = high - low, first = low, end = high
    cdef Place place = _reserved(generator, 2 * n if wide else n)
    with nogil:
        if wide:
            random_kernels().uniform_f64(<double*>data, n, place, span, first, end)
        else:
            random_kernels().uniform_f32(<float*>data, n, place, <float>span, <float>first, <float>end)
    return out


cdef object _fill_normal(cnp.ndarray out, object generator, object mean, object std):
    cdef ptrdiff_t n = cnp.PyArray_SIZE(out), even = n + n % 2
    cdef void* data = cnp.PyArray_DATA(out)
    cdef bint wide = cnp.PyArray_TYPE(out) == cnp.NPY_DOUBLE
    cdef double shift = mean, scale = std
    cdef Place place = _reserved(generator, 2 * even if wide else even)
    with nogil:
        if wide:
            random_kernels().normal_f64(<double*>data, n, place, scale, shift)
        else:
            random_kernels().normal_f32(<float*>data, n, place, <float>scale, <float>shift)
    return out


def _rand(xp, shape, *, generator=None, dtype=None, device=None):
    array = empty(tuple(shape), dtype or default_float())
    if not _is_float(array):
        return NotImplemented
    return _fill_uniform(array, generator, 0, 1)


def _randn(xp, shape, *, generator=None, dtype=None, device=None):
    array = empty(tuple(shape), dtype or default_float())
    if not _is_float(array):
        return NotImplemented
    return _fill_normal(array, generator, 0, 1)


def _rand_like(xp, input, *, dtype=None, device=None, generator=None):
    if device is not None:
        return NotImplemented
    return _rand(xp, input.shape, generator=generator, dtype=dtype)


def _randn_like(xp, input, *, dtype=None, device=None, generator=None):
    if device is not None:
        return NotImplemented
    return _randn(xp, input.shape, generator=generator, dtype=dtype)


cdef cnp.ndarray _integers(tuple shape, object generator, object low, object span):
    cdef cnp.ndarray array = empty(shape, "int64")
    cdef ptrdiff_t n = cnp.PyArray_SIZE(array)
    cdef uint64_t* data = <uint64_t*>cnp.PyArray_DATA(array)
    cdef uint64_t first = low % 2**64, width = span % 2**64
    cdef Place place = _reserved(generator, 2 * n)
    with nogil:
        random_kernels().integers(data, n, place, width, first)
    return array


def _randint(xp, low, high, shape, *, generator=None, dtype=None, device=None):
    return _integers(tuple(shape), generator, low, high - low).astype(dtype or "int64", copy=False)


def _randperm(xp, n, *, generator=None, dtype=None, device=None):
    cdef cnp.ndarray keys = _integers((n,), generator, 0, 2**64), order = empty((n,), "int64")
    cdef const uint64_t* key = <const uint64_t*>cnp.PyArray_DATA(keys)
    cdef int64_t* place = <int64_t*>cnp.PyArray_DATA(order)
    cdef ptrdiff_t count = n
    cdef bint done
    with nogil:
        done = order_random_keys(key, place, count)
    if not done:
        raise MemoryError("randperm(): no memory to sort in")
    return order.astype(dtype or "int64", copy=False)


def _uniform(xp, input, low=0, high=1, *, generator=None):
    if not _is_float(input):
        return NotImplemented
    return _fill_uniform(empty(input.shape, input.dtype), generator, low, high)


def _normal(xp, input, mean=0, std=1, *, generator=None):
    if not _is_float(input):
        return NotImplemented
    return _fill_normal(empty(input.shape, input.dtype), generator, mean, std)


cdef object _bernoulli_of(cnp.ndarray out, object probabilities, object p, object generator):
    """The draw in a floating dtype, against one probability or an array of them, or in bool against one."""
    cdef ptrdiff_t n = cnp.PyArray_SIZE(out)
    cdef void* data = cnp.PyArray_DATA(out)
    cdef const void* each = NULL
    cdef int typenum = cnp.PyArray_TYPE(out)
    cdef double all = 0
    if p is None:
        each = cnp.PyArray_DATA(<cnp.ndarray>probabilities)
    else:
        all = p
    cdef Place place = _reserved(generator, 2 * n if typenum == cnp.NPY_DOUBLE else n)
    with nogil:
        if typenum == cnp.NPY_DOUBLE:
            random_kernels().bernoulli_f64(<double*>data, n, place, <const double*>each, all)
        elif typenum == cnp.NPY_FLOAT:
            random_kernels().bernoulli_f32(<float*>data, n, place, <const float*>each, <float>all)
        else:
            random_kernels().bernoulli_bool(<cbool*>data, n, place, <float>all)
    return out


def _bernoulli(xp, input, p=None, *, generator=None):
    if _is_float(input):
        probabilities = np.ascontiguousarray(input) if p is None else None
        return _bernoulli_of(empty(input.shape, input.dtype), probabilities, p, generator)
    if p is None:
        return NotImplemented
    return _bernoulli_of(empty(input.shape, "bool"), None, p, generator).astype(input.dtype, copy=False)


cdef object _dropout_into(cnp.ndarray x, cnp.ndarray out, object p, object seed, object offset):
    cdef ptrdiff_t n = cnp.PyArray_SIZE(x)
    cdef void* data = cnp.PyArray_DATA(out)
    cdef const void* source = cnp.PyArray_DATA(x)
    cdef double dropped = p, scale = 1 / (1 - p) if p < 1 else 0.0
    cdef bint wide = cnp.PyArray_TYPE(x) == cnp.NPY_DOUBLE
    cdef Place place = _place(seed, offset)
    with nogil:
        if wide:
            random_kernels().dropout_f64(<const double*>source, <double*>data, n, place, <float>dropped, scale)
        else:
            random_kernels().dropout_f32(<const float*>source, <float*>data, n, place, <float>dropped, <float>scale)
    return out


def _dropout(xp, input, p, seed, offset):
    if not _is_float(input):
        return NotImplemented
    source = np.ascontiguousarray(input).reshape(input.shape)  # which makes arrays without dimensions one of one
    return _dropout_into(source, empty(input.shape, input.dtype), p, seed, offset)


cdef object _distributions():
    from flambeau.tensor._reference import distributions

    return distributions


cdef object _uniforms(object shape, object dtype, object generator):
    """Uniform numbers for elements of a dtype, as the definitions draw them."""
    return _fill_uniform(empty(tuple(shape), _distributions().uniform_dtype(dtype)), generator, 0, 1)


def _exponential(xp, input, lambd=1, *, generator=None):
    drawn = _uniforms(input.shape, input.dtype, generator)
    return _distributions().from_exponential(np, drawn, lambd).astype(input.dtype)


def _cauchy(xp, input, median=0, sigma=1, *, generator=None):
    drawn = _uniforms(input.shape, input.dtype, generator)
    return _distributions().from_cauchy(np, drawn, median, sigma).astype(input.dtype)


def _geometric(xp, input, p, *, generator=None):
    return _distributions().from_geometric(np, _uniforms(input.shape, input.dtype, generator), p).astype(input.dtype)


def _log_normal(xp, input, mean=1, std=2, *, generator=None):
    drawn = empty(input.shape, _distributions().uniform_dtype(input.dtype))
    return _distributions().from_log_normal(np, _fill_normal(drawn, generator, 0, 1), mean, std).astype(input.dtype)


def _random(xp, input, low=None, high=None, *, generator=None):
    drawn = _integers(input.shape, generator, low, high - low)
    return _distributions().from_random(drawn.view("uint64"), input.dtype)


def _multinomial(xp, input, num_samples, replacement=False, *, generator=None):
    def draw(shape):
        return _fill_uniform(empty(shape, "float64"), generator, 0, 1)

    return _distributions().drawn_indices(np, input, num_samples, replacement, draw)


CPU.kernels.update(
    rand=_rand, randn=_randn, rand_like=_rand_like, randn_like=_randn_like, randint=_randint, randperm=_randperm,
    uniform=_uniform, normal=_normal, bernoulli=_bernoulli, dropout=_dropout,
    exponential=_exponential, cauchy=_cauchy, geometric=_geometric, log_normal=_log_normal, random=_random,
    multinomial=_multinomial,
)


# The usual calls, without more ado: draws of float32 or float64, filling of contiguous arrays, dropout of them.

cdef cnp.ndarray _drawn(tuple args, object into):
    """The array that rand or randn fills; None when the general path must look at the arguments."""
    cdef cnp.npy_intp dims[cnp.NPY_MAXDIMS]
    cdef object size, shape = args[0], generator = args[1], dtype = args[2]
    cdef int ndim = 0, typenum = cnp.NPY_FLOAT
    if into is not None or args[3] is not None or not (generator is None or isinstance(generator, Generator)):
        return None
    if dtype is not None:
        if not isinstance(dtype, np.dtype) or not (<cnp.dtype>dtype).isnative:
            return None
        typenum = (<cnp.dtype>dtype).type_num
        if typenum != cnp.NPY_FLOAT and typenum != cnp.NPY_DOUBLE:
            return None
    if type(shape) is not tuple or len(<tuple>shape) > cnp.NPY_MAXDIMS:
        return None
    if len(<tuple>shape) == 1 and type((<tuple>shape)[0]) is tuple:
        shape = (<tuple>shape)[0]  # rand((2, 3)) as well as rand(2, 3)
    for size in <tuple>shape:
        if type(size) is not int or not 0 <= size < 2**31 or ndim == cnp.NPY_MAXDIMS:
            return None
        dims[ndim] = size
        ndim += 1
    return new_array(ndim, dims, typenum)


cdef object _native_rand(Operator op, tuple args, object into):
    cdef cnp.ndarray out = _drawn(args, into)
    return None if out is None else _fill_uniform(out, args[1], 0, 1)


cdef object _native_randn(Operator op, tuple args, object into):
    cdef cnp.ndarray out = _drawn(args, into)
    return None if out is None else _fill_normal(out, args[1], 0, 1)


cdef inline bint _fillable(object into, object input, object generator):
    return (into is not None and into is cpu_array(input) and _is_float(into) and PyArray_ISCARRAY(<cnp.ndarray>into)
            and (generator is None or isinstance(generator, Generator)))


cdef object _native_uniform(Operator op, tuple args, object into):
    cdef object low = args[1], high = args[2]
    if not (_fillable(into, args[0], args[3]) and _is_number(low) and _is_number(high)):
        return None
    if not -1e30 < low <= high < 1e30:
        return None
    return _fill_uniform(into, args[3], low, high)


cdef object _native_normal(Operator op, tuple args, object into):
    cdef object mean = args[1], std = args[2]
    if not (_fillable(into, args[0], args[3]) and _is_number(mean) and _is_number(std)):
        return None
    if not (-1e30 < mean < 1e30 and 0 <= std < 1e30):
        return None
    return _fill_normal(into, args[3], mean, std)


cdef object _native_dropout(Operator op, tuple args, object into):
    cdef object p = args[1]
    cdef cnp.ndarray x
    array = cpu_array(args[0])
    if not (_is_float(array) and PyArray_ISCARRAY_RO(<cnp.ndarray>array) and _is_number(p) and 0 <= p <= 1
            and type(args[2]) is int and type(args[3]) is int):
        return None
    x = <cnp.ndarray>array
    if into is None:
        into = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), cnp.PyArray_TYPE(x))
    elif into is not array:
        return None
    return _dropout_into(x, into, p, args[2], args[3])


# Counts are drawn as the definitions do, which cannot see without waiting for a device when all are done.

def _poisson(xp, input, *, generator=None):
    from flambeau.tensor._reference import counts

    return counts.drawn_poisson(np, input, generator, np.all)


def _binomial(xp, count, prob, *, generator=None):
    from flambeau.tensor._reference import counts

    return counts.drawn_binomial(np, count, prob, generator, np.all)


CPU.kernels.update(poisson=_poisson, binomial=_binomial)
set_native("rand", _native_rand)
set_native("randn", _native_randn)
set_native("uniform", _native_uniform)
set_native("normal", _native_normal)
set_native("dropout", _native_dropout)
