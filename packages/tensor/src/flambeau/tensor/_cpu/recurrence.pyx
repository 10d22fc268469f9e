"""Recurrent layers on the CPU: the inputs of all steps are projected by one product, and so are the gradients."""

include "_arrays.pxi"

from libcpp cimport bool as cbool

from flambeau.tensor import _backends

cdef extern from "flambeau/recurrence.hpp" namespace "flambeau" nogil:
    struct Recurrence:
        ptrdiff_t count
        const ptrdiff_t* at
        const ptrdiff_t* rows
        ptrdiff_t batch, size
        const void* weight
        const void* bias
        const void* h0
        const void* c0
        void* gates
        void* cells
        void* output
        const void* grad_output
        void* grad_h
        void* grad_c
        void* slopes

    struct RecurrenceKernels:
        cbool (*forward[4][15])(const Recurrence& recurrence) noexcept nogil
        cbool (*backward[4][15])(const Recurrence& recurrence) noexcept nogil

    const RecurrenceKernels& recurrence_kernels() noexcept

cdef extern from "flambeau/gemm.hpp" namespace "flambeau" nogil:
    cdef cppclass Product[T]:
        ptrdiff_t m, n, k
        const T* a
        ptrdiff_t a_row, a_column
        const T* b
        ptrdiff_t b_row, b_column
        T* c
        ptrdiff_t c_row, c_column
        const T* bias
        ptrdiff_t bias_row, bias_column

    struct GemmKernels:
        bint float32(const Product[float]&) noexcept nogil
        bint float64(const Product[double]&) noexcept nogil

    const GemmKernels& gemm_kernels() noexcept


cdef object _reference():
    """The definitions, imported when something needs them."""
    from flambeau.tensor._reference import recurrence

    return recurrence


cdef inline void* _data(object array):
    return NULL if array is None else cnp.PyArray_DATA(<cnp.ndarray>array)


ctypedef fused real:
    float
    double


cdef int _product(cnp.ndarray a, cnp.ndarray b, cnp.ndarray c, object bias, real* like) except -1:
    """c = a b + bias, for matrices of any strides, and a bias for each column."""
    cdef Product[real] p
    cdef bint done
    cdef ptrdiff_t size = sizeof(real)
    p.m, p.k, p.n = cnp.PyArray_DIM(a, 0), cnp.PyArray_DIM(a, 1), cnp.PyArray_DIM(b, 1)
    p.a, p.a_row, p.a_column = <real*>cnp.PyArray_DATA(a), cnp.PyArray_STRIDE(a, 0) // size, cnp.PyArray_STRIDE(a, 1) // size
    p.b, p.b_row, p.b_column = <real*>cnp.PyArray_DATA(b), cnp.PyArray_STRIDE(b, 0) // size, cnp.PyArray_STRIDE(b, 1) // size
    p.c, p.c_row, p.c_column = <real*>cnp.PyArray_DATA(c), cnp.PyArray_STRIDE(c, 0) // size, cnp.PyArray_STRIDE(c, 1) // size
    p.bias = <real*>_data(bias)
    p.bias_row, p.bias_column = 0, 1
    with nogil:
        if real is float:
            done = gemm_kernels().float32(p)
        else:
            done = gemm_kernels().float64(p)
    if not done:
        raise MemoryError
    return 0


cdef int _multiply(cnp.ndarray a, cnp.ndarray b, cnp.ndarray c, object bias=None) except -1:
    if cnp.PyArray_TYPE(c) == cnp.NPY_FLOAT:
        return _product[float](a, b, c, bias, NULL)
    return _product[double](a, b, c, bias, NULL)


cdef object _wide(array, dtype):
    """In C order and in the dtype that is computed in."""
    return None if array is None else np.ascontiguousarray(array, dtype)


cdef Recurrence _recurrence(steps, weight, h0, c0, list kept):
    """What both passes give the kernels; `kept` owns its memory."""
    cdef Recurrence p
    ranges = np.array(_reference().step_ranges(steps), np.intp).reshape(-1, 2)
    at, rows = np.ascontiguousarray(ranges[:, 0]), np.ascontiguousarray(ranges[:, 1])
    kept += [at, rows]
    p.count = len(ranges)
    p.at, p.rows = <const ptrdiff_t*>_data(at), <const ptrdiff_t*>_data(rows)
    p.batch, p.size = h0.shape
    p.weight, p.bias, p.h0, p.c0 = _data(weight), NULL, _data(h0), _data(c0)
    p.cells = p.grad_h = p.grad_c = p.slopes = NULL
    p.grad_output = NULL
    return p


def _at_the_end(states, first, steps):
    """The state after the last step of each sequence."""
    sizes, reverse = steps
    result = first.copy()
    at = 0
    if reverse:
        result[:sizes[0]] = states[:sizes[0]]
    else:
        for size in sizes:
            result[:size] = states[at:at + size]
            at += size
    return result


def recurrence(xp, input, weights, h0, c0, cell, steps):
    dtype = input.dtype
    wide = np.dtype("f8" if dtype.char == "d" else "f4")
    cdef int typenum = wide.num, number = list(_reference().GATES).index(cell)
    cdef ptrdiff_t gates_count = _reference().GATES[cell], kept_count = max(_reference().KEPT[cell], 1)
    cdef ptrdiff_t size = h0.shape[1], total = input.shape[0]
    cdef list kept = []
    cdef bint done
    cdef Recurrence p
    input, h0, c0 = _wide(input, wide), _wide(h0, wide), _wide(c0, wide)
    w_ih, w_hh, *biases = [_wide(w, wide) for w in weights]
    bias = last = None
    if biases:
        bias = biases[0] + biases[1]
        if cell == "gru":
            last = biases[1][2 * size:]
            bias[2 * size:] = biases[0][2 * size:]
    gates = _new((total, kept_count * size), typenum)
    _multiply(input, w_ih.T, gates[:, :gates_count * size], bias)
    output = gates if kept_count == 1 else _new((total, size), typenum)
    cells = _new((total, size), typenum) if c0 is not None else None
    p = _recurrence(steps, w_hh, h0, c0, kept)
    p.bias, p.gates, p.output, p.cells = _data(last), _data(gates), _data(output), _data(cells)
    run = recurrence_kernels().forward[number][stored_type(output)]
    with nogil:
        done = run(p)
    if not done:
        raise MemoryError
    h_n = _at_the_end(output, h0, steps) if steps[0] else h0.copy()
    nothing = np.empty((0, size), wide)
    c_n = nothing if c0 is None else _at_the_end(cells, c0, steps) if steps[0] else c0.copy()
    results = [x.astype(dtype, copy=False) for x in (output, h_n, c_n)]
    return *results, nothing.copy() if output is gates else gates, nothing.copy() if cells is None else cells


def recurrence_backward(xp, grads, input, weights, h0, c0, output, gates, cells, cell, steps, needs):
    dtype = input.dtype
    wide = np.dtype("f8" if dtype.char == "d" else "f4")
    cdef int typenum = wide.num, number = list(_reference().GATES).index(cell)
    cdef ptrdiff_t gates_count = _reference().GATES[cell], kept_count = max(_reference().KEPT[cell], 1)
    cdef ptrdiff_t size = h0.shape[1], total = input.shape[0]
    cdef list kept = []
    cdef bint done
    cdef Recurrence p
    input, h0, c0, output = _wide(input, wide), _wide(h0, wide), _wide(c0, wide), _wide(output, wide)
    gates, cells = output if kept_count == 1 else _wide(gates, wide), None if c0 is None else _wide(cells, wide)
    w_ih, w_hh, *biases = [_wide(w, wide) for w in weights]
    grad_output = _wide(grads[0], wide)
    grad_h, grad_c = np.array(grads[1], wide, order="C"), np.array(grads[2], wide, order="C")
    slopes = _new((total, kept_count * size), typenum)
    p = _recurrence(steps, w_hh, h0, c0, kept)
    p.gates, p.output, p.cells, p.slopes = _data(gates), _data(output), _data(cells), _data(slopes)
    p.grad_output, p.grad_h, p.grad_c = _data(grad_output), _data(grad_h), NULL if c0 is None else _data(grad_c)
    run = recurrence_kernels().backward[number][stored_type(slopes)]
    with nogil:
        done = run(p)
    if not done:
        raise MemoryError
    rows = gates_count * size
    before = _before(output, h0, steps)
    projected, recurrent = slopes[:, :rows], [(slopes[:, :rows], 0)]
    if kept_count > gates_count:
        recurrent = [(slopes[:, :rows - size], 0), (slopes[:, rows:], rows - size)]
    grad_w_ih, grad_w_hh = _new((rows, input.shape[1]), typenum), _new((rows, size), typenum)
    _multiply(projected.T, input, grad_w_ih)
    for part, at in recurrent:
        _multiply(part.T, before, grad_w_hh[at:at + part.shape[1]])
    sums = [np.empty(0, wide), np.empty(0, wide)]
    if biases:
        ones = np.ones((1, total), wide)
        sums = [np.empty((1, rows), wide), np.empty((1, rows), wide)]
        _multiply(ones, projected, sums[0])
        for part, at in recurrent:
            _multiply(ones, part, sums[1][:, at:at + part.shape[1]])
        sums = [x.reshape(rows) for x in sums]
    grad_input = _new((total if needs else 0, input.shape[1]), typenum)
    if needs:
        _multiply(projected, w_ih, grad_input)
    return tuple([g.astype(dtype, copy=False) for g in (grad_input, grad_w_ih, grad_w_hh, *sums, grad_h, grad_c)])


def _before(output, h0, steps):
    """The hidden state before each row's step."""
    sizes, reverse = steps
    if not sizes:
        return output
    parts, at = [], 0
    if not reverse:
        parts.append(h0)
        for size, following in zip(sizes, sizes[1:]):
            parts.append(output[at:at + following])
            at += size
    else:
        for size, following in zip(sizes, (*sizes[1:], 0)):
            at += size
            parts += [output[at:at + following], h0[following:size]]
    return np.concatenate(parts)


for _kernel in (recurrence, recurrence_backward):
    _backends.CPU.kernels[_kernel.__name__] = _kernel
