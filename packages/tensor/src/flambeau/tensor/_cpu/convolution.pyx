"""Convolutions and their gradients on the compiled passes, for floats; other dtypes go to the reference.

Floats of 16 bits are computed as float32. One dimension is two of which the first has size 1.
"""

include "_arrays.pxi"

from flambeau.tensor import _backends
from flambeau.tensor._reference._windows import output_sizes
from flambeau.tensor._reference.transposed_convolution import transposed_shape

cdef extern from "flambeau/convolution.hpp" namespace "flambeau" nogil:
    struct ConvolvedAxis:
        ptrdiff_t size, kernel, result
        ptrdiff_t stride, before, after, dilation

    struct Convolution:
        ptrdiff_t n, c, o, groups
        ConvolvedAxis z, y, x
        bint exact

    cdef cppclass ConvolutionPasses[T]:
        bint forward(const Convolution&, const T*, const T*, const T*, T*) noexcept nogil
        bint input_gradient(const Convolution&, const T*, const T*, const T*, T*) noexcept nogil
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


cdef ConvolvedAxis _axis(ptrdiff_t size, ptrdiff_t kernel, ptrdiff_t result, ptrdiff_t stride, object padding,
                         ptrdiff_t dilation):
    cdef ConvolvedAxis axis
    axis.size, axis.kernel, axis.result = size, kernel, result
    axis.stride, axis.dilation = stride, dilation
    axis.before, axis.after = padding if isinstance(padding, tuple) else (padding, padding)
    return axis


cdef Convolution _convolution(tuple image, tuple filters, tuple results, tuple options):
    cdef Convolution c
    stride, padding, dilation, groups = options
    cdef ConvolvedAxis axes[3]
    cdef Py_ssize_t i, missing = 5 - len(image)
    for i in range(3):
        if i < missing:
            axes[i] = _axis(1, 1, 1, 1, 0, 1)
        else:
            axes[i] = _axis(image[i - missing + 2], filters[i - missing + 2], results[i - missing + 2],
                            stride[i - missing], padding[i - missing], dilation[i - missing])
    c.z, c.y, c.x = axes[0], axes[1], axes[2]
    c.n, c.c, c.o = image[0], image[1], filters[0]
    c.groups = groups
    c.exact = _exact
    return c


cdef inline void* _data(object array):
    return NULL if array is None else cnp.PyArray_DATA(<cnp.ndarray>array)


cdef object _in_order(object array):
    return None if array is None else np.ascontiguousarray(array)


cdef enum Pass:
    FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT


cdef object _run(Pass which, const Convolution& c, first, second, bias, tuple shape):
    """The result of one pass, or None where the kernels cannot."""
    first, second, bias = _in_order(first), _in_order(second), _in_order(bias)
    result = _new(shape, first.dtype.num)
    cdef void* a = _data(first)
    cdef void* b = _data(second)
    cdef void* d = _data(bias)
    cdef void* out = _data(result)
    cdef bint single = first.dtype.char == "f", done
    with nogil:
        if single:
            done = _pass[float](convolution_kernels().float32, which, c, a, b, d, out)
        else:
            done = _pass[double](convolution_kernels().float64, which, c, a, b, d, out)
    return result if done else None


ctypedef fused Real:
    float
    double


cdef bint _pass(const ConvolutionPasses[Real]& passes, Pass which, const Convolution& c, void* a, void* b, void* bias,
                void* out) noexcept nogil:
    if which == FORWARD:
        return passes.forward(c, <Real*>a, <Real*>b, <Real*>bias, <Real*>out)
    if which == INPUT_GRADIENT:
        return passes.input_gradient(c, <Real*>a, <Real*>b, <Real*>bias, <Real*>out)
    return passes.weight_gradient(c, <Real*>a, <Real*>b, <Real*>out)


def _computed(which, first, second, bias, tuple image, tuple filters, tuple results, tuple shape, tuple options):
    """``which`` pass for ``first`` and ``second``; NotImplemented where the definition must do it."""
    dtype = first.dtype
    cdef bint half = dtype.itemsize == 2 and dtype.kind in "fV"
    if half:
        first, second = first.astype(np.float32), second.astype(np.float32)
        bias = None if bias is None else bias.astype(np.float32)
    if first.dtype.char == "f" or first.dtype.char == "d":
        result = _run(which, _convolution(image, filters, results, options), first, second, bias, shape)
        if result is not None:
            return result.astype(dtype) if half else result
    return NotImplemented


def _forward(xp, input, weight, bias, stride, padding, dilation, groups):
    out = output_sizes(input.shape[2:], weight.shape[2:], stride, padding, dilation)
    shape = (input.shape[0], weight.shape[0], *out)
    options = (stride, padding, dilation, groups)
    return _computed(FORWARD, input, weight, bias, input.shape, weight.shape, shape, shape, options)


def _input_gradient(xp, grad_output, weight, input_shape, stride, padding, dilation, groups):
    options = (stride, padding, dilation, groups)
    return _computed(INPUT_GRADIENT, grad_output, weight, None, input_shape, weight.shape, grad_output.shape,
                     input_shape, options)


def _weight_gradient(xp, grad_output, input, weight_shape, stride, padding, dilation, groups):
    options = (stride, padding, dilation, groups)
    return _computed(WEIGHT_GRADIENT, grad_output, input, None, input.shape, weight_shape, grad_output.shape,
                     weight_shape, options)


def _transposed(xp, input, weight, bias, stride, padding, output_padding, groups, dilation):
    shape = transposed_shape(input.shape, weight.shape, stride, padding, output_padding, groups, dilation)
    options = (stride, padding, dilation, groups)
    return _computed(INPUT_GRADIENT, input, weight, bias, shape, weight.shape, input.shape, shape, options)


for _n in (1, 2, 3):
    _backends.CPU.kernels[f"conv{_n}d"] = _forward
    _backends.CPU.kernels[f"conv{_n}d_input_gradient"] = _input_gradient
    _backends.CPU.kernels[f"conv{_n}d_weight_gradient"] = _weight_gradient
    _backends.CPU.kernels[f"conv_transpose{_n}d"] = _transposed
