"""Planes read at places on the CPU: floats of 16 bits are computed in float32."""

include "_arrays.pxi"

from flambeau.tensor import _backends

cdef extern from "flambeau/sampling.hpp" namespace "flambeau" nogil:
    struct Sampling:
        ptrdiff_t images, channels, size, reads, points
        const void* input
        const int64_t* index
        const void* weight
        const void* grad
        void* out

    struct SamplingKernels:
        void (*sample[15])(const Sampling& sampling) noexcept nogil
        void (*input_gradient[15])(const Sampling& sampling) noexcept nogil
        void (*weight_gradient[15])(const Sampling& sampling) noexcept nogil

    const SamplingKernels& sampling_kernels() noexcept


ctypedef void (*sampling_t)(const Sampling& sampling) noexcept nogil


cdef object _run(const sampling_t* kernels, ptrdiff_t size, object input, object index, object weight, object grad,
                 tuple shape):
    cdef Sampling s
    cdef cnp.ndarray out
    cdef sampling_t kernel
    some = grad if input is None else input
    wide = np.dtype("f8" if some.dtype.char == "d" else "f4")
    index = np.ascontiguousarray(index, np.int64)
    s.images, s.channels, s.size = some.shape[0], some.shape[1], size
    s.reads, s.points = index.shape[1], index.shape[2]
    s.index = <const int64_t*>cnp.PyArray_DATA(<cnp.ndarray>index)
    s.input = s.weight = s.grad = NULL
    if input is not None:
        input = np.ascontiguousarray(input, wide)
        s.input = cnp.PyArray_DATA(<cnp.ndarray>input)
    if weight is not None:
        weight = np.ascontiguousarray(weight, wide)
        s.weight = cnp.PyArray_DATA(<cnp.ndarray>weight)
    if grad is not None:
        grad = np.ascontiguousarray(grad, wide)
        s.grad = cnp.PyArray_DATA(<cnp.ndarray>grad)
    out = _new(shape, wide.num)
    s.out = cnp.PyArray_DATA(out)
    kernel = kernels[stored_type(out)]
    with nogil:
        kernel(s)
    return out.astype(some.dtype, copy=False)


def sample(xp, input, index, weight):
    return _run(sampling_kernels().sample, input.shape[2], input, index, weight, None,
                (input.shape[0], input.shape[1], index.shape[2]))


def input_gradient(xp, grad_output, index, weight, size):
    return _run(sampling_kernels().input_gradient, size, None, index, weight, grad_output,
                (grad_output.shape[0], grad_output.shape[1], size))


def weight_gradient(xp, grad_output, input, index):
    return _run(sampling_kernels().weight_gradient, input.shape[2], input, index, None, grad_output, index.shape)


_backends.CPU.kernels["sample_planes"] = sample
_backends.CPU.kernels["sample_planes_input_gradient"] = input_gradient
_backends.CPU.kernels["sample_planes_weight_gradient"] = weight_gradient
