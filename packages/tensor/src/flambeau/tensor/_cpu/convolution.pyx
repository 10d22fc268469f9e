"""conv2d and its gradients on the compiled passes, for float32 and float64; other dtypes go to the reference."""

cimport numpy as cnp
from libc.stddef cimport ptrdiff_t

from flambeau.tensor._core.tensor cimport new_array

import numpy as np

from flambeau.tensor import _backends

cnp.import_array()

cdef extern from "flambeau/convolution.hpp" namespace "flambeau" nogil:
    struct Convolution:
        ptrdiff_t n, c, h, w
        ptrdiff_t o, kh, kw
        ptrdiff_t oh, ow
        ptrdiff_t stride_y, stride_x, padding_y, padding_x, dilation_y, dilation_x
        ptrdiff_t groups
        bint exact

    cdef cppclass ConvolutionPasses[T]:
        bint forward(const Convolution&, const T*, const T*, const T*, T*) noexcept nogil
        bint input_gradient(const Convolution&, const T*, const T*, T*) noexcept nogil
        bint weight_gradient(const Convolution&, const T*, const T*, T*) noexcept nogil

    struct ConvolutionKernels:
        ConvolutionPasses[float] float32
        ConvolutionPasses[double] float64

    const ConvolutionKernels& convolution_kernels() noexcept nogil


cdef bint _exact = False


def get_exact():
    return _exact


def set_exact(bint exact):
    global _exact
    _exact = exact


cdef Convolution _convolution(tuple image, tuple filters, stride, padding, dilation, ptrdiff_t groups):
    cdef Convolution c
    c.n, c.c, c.h, c.w = image
    c.o, _, c.kh, c.kw = filters
    c.stride_y, c.stride_x = stride
    c.padding_y, c.padding_x = padding
    c.dilation_y, c.dilation_x = dilation
    c.oh = (c.h + 2 * c.padding_y - c.dilation_y * (c.kh - 1) - 1) // c.stride_y + 1
    c.ow = (c.w + 2 * c.padding_x - c.dilation_x * (c.kw - 1) - 1) // c.stride_x + 1
    c.groups = groups
    c.exact = _exact
    return c


cdef object _reference():
    """The definitions, imported when something needs them."""
    from flambeau.tensor._reference import convolution

    return convolution


cdef bint _takes(dtype):
    return dtype.char == "f" or dtype.char == "d"


cdef object _empty(tuple sizes, dtype):
    cdef cnp.npy_intp dims[4]
    dims[0], dims[1], dims[2], dims[3] = sizes
    return new_array(4, dims, dtype.num)


cdef inline void* _data(object array):
    return NULL if array is None else cnp.PyArray_DATA(<cnp.ndarray>array)


def conv2d(xp, input, weight, bias, stride, padding, dilation, groups):
    if not _takes(input.dtype):
        return _reference().conv2d(xp, input, weight, bias, stride, padding, dilation, groups)
    cdef Convolution c = _convolution(input.shape, weight.shape, stride, padding, dilation, groups)
    input, weight = np.ascontiguousarray(input), np.ascontiguousarray(weight)
    bias = None if bias is None else np.ascontiguousarray(bias)
    result = _empty((c.n, c.o, c.oh, c.ow), input.dtype)
    cdef void *x = _data(input), *w = _data(weight), *b = _data(bias), *out = _data(result)
    cdef bint single = input.dtype.char == "f", done
    with nogil:
        if single:
            done = convolution_kernels().float32.forward(c, <float*>x, <float*>w, <float*>b, <float*>out)
        else:
            done = convolution_kernels().float64.forward(c, <double*>x, <double*>w, <double*>b, <double*>out)
    return result if done else _reference().conv2d(xp, input, weight, bias, stride, padding, dilation, groups)


def conv2d_input_gradient(xp, grad_output, weight, input_shape, stride, padding, dilation, groups):
    if not _takes(grad_output.dtype):
        return _reference().conv2d_input_gradient(xp, grad_output, weight, input_shape, stride, padding, dilation, groups)
    cdef Convolution c = _convolution(tuple(input_shape), weight.shape, stride, padding, dilation, groups)
    grad_output, weight = np.ascontiguousarray(grad_output), np.ascontiguousarray(weight)
    result = _empty((c.n, c.c, c.h, c.w), grad_output.dtype)
    cdef void *g = _data(grad_output), *w = _data(weight), *out = _data(result)
    cdef bint single = grad_output.dtype.char == "f", done
    with nogil:
        if single:
            done = convolution_kernels().float32.input_gradient(c, <float*>g, <float*>w, <float*>out)
        else:
            done = convolution_kernels().float64.input_gradient(c, <double*>g, <double*>w, <double*>out)
    if done:
        return result
    return _reference().conv2d_input_gradient(xp, grad_output, weight, input_shape, stride, padding, dilation, groups)


def conv2d_weight_gradient(xp, grad_output, input, weight_shape, stride, padding, dilation, groups):
    if not _takes(grad_output.dtype):
        return _reference().conv2d_weight_gradient(xp, grad_output, input, weight_shape, stride, padding, dilation, groups)
    cdef Convolution c = _convolution(input.shape, tuple(weight_shape), stride, padding, dilation, groups)
    grad_output, input = np.ascontiguousarray(grad_output), np.ascontiguousarray(input)
    result = _empty(tuple(weight_shape), input.dtype)
    cdef void *g = _data(grad_output), *x = _data(input), *out = _data(result)
    cdef bint single = grad_output.dtype.char == "f", done
    with nogil:
        if single:
            done = convolution_kernels().float32.weight_gradient(c, <float*>g, <float*>x, <float*>out)
        else:
            done = convolution_kernels().float64.weight_gradient(c, <double*>g, <double*>x, <double*>out)
    if done:
        return result
    return _reference().conv2d_weight_gradient(xp, grad_output, input, weight_shape, stride, padding, dilation, groups)


for _kernel in (conv2d, conv2d_input_gradient, conv2d_weight_gradient):
    _backends.CPU.kernels[_kernel.__name__] = _kernel
