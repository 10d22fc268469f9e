"""Connectionist temporal classification on the CPU."""

include "_arrays.pxi"

from libcpp cimport bool as cbool

cdef extern from "flambeau/ctc.hpp" namespace "flambeau":
    struct Ctc:
        const void* logs
        const int64_t* targets
        const int64_t* input_lengths
        const int64_t* target_lengths
        void* losses
        void* alphas
        const void* grad
        void* out
        ptrdiff_t steps
        ptrdiff_t samples
        ptrdiff_t classes
        ptrdiff_t length
        ptrdiff_t blank
    struct CtcKernels:
        void (*forward[15])(const Ctc& ctc) noexcept nogil
        cbool (*backward[15])(const Ctc& ctc) noexcept nogil
    const CtcKernels& ctc_kernels() noexcept nogil

from flambeau.tensor._backends import CPU


cdef bint _fill(Ctc* ctc, cnp.ndarray logs, cnp.ndarray targets, cnp.ndarray inputs, cnp.ndarray lengths, blank) except -1:
    """Checked arrays in C order, as the kernels take them."""
    ctc.steps, ctc.samples, ctc.classes = cnp.PyArray_DIM(logs, 0), cnp.PyArray_DIM(logs, 1), cnp.PyArray_DIM(logs, 2)
    ctc.length, ctc.blank = cnp.PyArray_DIM(targets, 1), blank
    ctc.logs = cnp.PyArray_DATA(logs)
    ctc.targets = <const int64_t*>cnp.PyArray_DATA(targets)
    ctc.input_lengths = <const int64_t*>cnp.PyArray_DATA(inputs)
    ctc.target_lengths = <const int64_t*>cnp.PyArray_DATA(lengths)
    return True


def ctc_loss(xp, log_probs, targets, input_lengths, target_lengths, blank=0):
    """The kernel for float32 and float64; other floats by the definition."""
    cdef Ctc ctc
    cdef int t = stored_type(log_probs)
    cdef cnp.ndarray logs, wanted, inputs, lengths, losses, alphas
    if t != Float32 and t != Float64:
        return NotImplemented
    logs = np.ascontiguousarray(log_probs)
    wanted, inputs, lengths = [np.ascontiguousarray(a, np.int64) for a in (targets, input_lengths, target_lengths)]
    _fill(&ctc, logs, wanted, inputs, lengths, blank)
    losses = _new((ctc.samples,), numpy_number(t))
    alphas = _new((ctc.steps, ctc.samples, 2 * ctc.length + 1), numpy_number(t))
    ctc.losses, ctc.alphas = cnp.PyArray_DATA(losses), cnp.PyArray_DATA(alphas)
    with nogil:
        ctc_kernels().forward[t](ctc)
    return losses, alphas


def ctc_loss_backward(
    xp, grad_output, log_probs, targets, input_lengths, target_lengths, blank, result, log_alpha
):
    """The same."""
    cdef Ctc ctc
    cdef int t = stored_type(log_probs)
    cdef cnp.ndarray logs, wanted, inputs, lengths, losses, alphas, grad, out
    cdef bint done
    if (t != Float32 and t != Float64) or not (
        grad_output.dtype == result.dtype == log_alpha.dtype == log_probs.dtype
    ):
        return NotImplemented
    logs, losses, alphas, grad = [np.ascontiguousarray(a) for a in (log_probs, result, log_alpha, grad_output)]
    wanted, inputs, lengths = [np.ascontiguousarray(a, np.int64) for a in (targets, input_lengths, target_lengths)]
    _fill(&ctc, logs, wanted, inputs, lengths, blank)
    out = new_array(3, cnp.PyArray_DIMS(logs), numpy_number(t))
    ctc.losses, ctc.alphas, ctc.grad = cnp.PyArray_DATA(losses), cnp.PyArray_DATA(alphas), cnp.PyArray_DATA(grad)
    ctc.out = cnp.PyArray_DATA(out)
    with nogil:
        done = ctc_kernels().backward[t](ctc)
    if not done:
        raise MemoryError
    return out


CPU.kernels["ctc_loss"] = ctc_loss
CPU.kernels["ctc_loss_backward"] = ctc_loss_backward
