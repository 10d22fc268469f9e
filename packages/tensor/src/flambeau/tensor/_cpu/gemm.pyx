"""matmul, linear and their kin on the compiled matrix product, for float32 and float64 of one dtype and any strides."""

cimport numpy as cnp
from libc.stddef cimport ptrdiff_t

from flambeau.tensor._core.kernels cimport apart
from flambeau.tensor._core.tensor cimport Operator, cpu_array, new_array, set_native

cnp.import_array()

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

    struct Batch:
        int ndim
        const ptrdiff_t* sizes
        const ptrdiff_t* a
        const ptrdiff_t* b
        const ptrdiff_t* c

    struct GemmKernels:
        bint float32(const Product[float]&) noexcept nogil
        bint float64(const Product[double]&) noexcept nogil
        bint batch_float32(const Product[float]&, const Batch&) noexcept nogil
        bint batch_float64(const Product[double]&, const Batch&) noexcept nogil

    const GemmKernels& gemm_kernels() noexcept nogil

ctypedef fused real:
    float
    double

cdef enum:
    MOST_DIMS = 16  # leading dimensions of a batch
    QUICK = 1 << 14  # products up to which the interpreter lock stays held

cdef struct Plan:
    ptrdiff_t m, n, k
    const void* a
    const void* b
    const void* bias
    void* c
    ptrdiff_t a_row, a_column, b_row, b_column, c_row, c_column, bias_row, bias_column
    int ndim
    ptrdiff_t sizes[MOST_DIMS]
    ptrdiff_t a_batch[MOST_DIMS]
    ptrdiff_t b_batch[MOST_DIMS]
    ptrdiff_t c_batch[MOST_DIMS]


cdef bint _multiply(Plan* plan, real* like) noexcept nogil:
    cdef Product[real] p
    cdef Batch batch
    p.m, p.n, p.k = plan.m, plan.n, plan.k
    p.a = <const real*>plan.a
    p.a_row, p.a_column = plan.a_row, plan.a_column
    p.b = <const real*>plan.b
    p.b_row, p.b_column = plan.b_row, plan.b_column
    p.c = <real*>plan.c
    p.c_row, p.c_column = plan.c_row, plan.c_column
    p.bias = <const real*>plan.bias
    p.bias_row, p.bias_column = plan.bias_row, plan.bias_column
    if plan.ndim == 0:
        if real is float:
            return gemm_kernels().float32(p)
        else:
            return gemm_kernels().float64(p)
    batch.ndim = plan.ndim
    batch.sizes = plan.sizes
    batch.a = plan.a_batch
    batch.b = plan.b_batch
    batch.c = plan.c_batch
    if real is float:
        return gemm_kernels().batch_float32(p, batch)
    else:
        return gemm_kernels().batch_float64(p, batch)


cdef int _run(Plan* plan, int typenum) except -1:
    cdef bint done
    cdef double work = <double>plan.m * plan.n * plan.k
    if typenum == cnp.NPY_FLOAT:
        if work <= QUICK and plan.ndim == 0:
            done = _multiply[float](plan, NULL)
        else:
            with nogil:
                done = _multiply[float](plan, NULL)
    else:
        if work <= QUICK and plan.ndim == 0:
            done = _multiply[double](plan, NULL)
        else:
            with nogil:
                done = _multiply[double](plan, NULL)
    if not done:
        raise MemoryError
    return 0


cdef inline bint _fits(cnp.ndarray x, int typenum):
    """Whether the kernels read `x` as it is."""
    cdef int d
    if cnp.PyArray_TYPE(x) != typenum or not cnp.PyArray_ISALIGNED(x) or cnp.PyArray_NDIM(x) > MOST_DIMS:
        return False
    for d in range(cnp.PyArray_NDIM(x)):
        # Aligned, but a step that is no whole number of elements (a field of a record).
        if cnp.PyArray_STRIDE(x, d) & (3 if typenum == cnp.NPY_FLOAT else 7):
            return False
    return True


cdef inline ptrdiff_t _stride(cnp.ndarray x, int d):
    """In elements, of float32 or float64: a shift, where small products would feel the division."""
    return cnp.PyArray_STRIDE(x, d) >> (2 if cnp.PyArray_TYPE(x) == cnp.NPY_FLOAT else 3)


cdef object _result(object into, int ndim, cnp.npy_intp* sizes, int typenum, cnp.ndarray a, cnp.ndarray b, object bias):
    """The array to write: a new one, or `into` where kernels may write to it; else None."""
    cdef cnp.ndarray c
    cdef int d
    if into is None:
        return new_array(ndim, sizes, typenum)
    if type(into) is not cnp.ndarray:
        return None
    c = <cnp.ndarray>into
    if cnp.PyArray_NDIM(c) != ndim or not _fits(c, typenum) or not cnp.PyArray_ISWRITEABLE(c):
        return None
    for d in range(ndim):
        if cnp.PyArray_DIM(c, d) != sizes[d]:
            return None
    # Only orders in which no two elements can share memory.
    if not cnp.PyArray_IS_C_CONTIGUOUS(c) and not (ndim == 2 and cnp.PyArray_IS_F_CONTIGUOUS(c)):
        return None
    if not apart(c, a) or not apart(c, b) or (bias is not None and not apart(c, <cnp.ndarray>bias)):
        return None
    return c


cdef void _merge_batch(Plan* plan) noexcept:
    """Fewer, longer leading dimensions where the steps allow; rows of A where all of the batch meets the same B."""
    cdef int d, kept = 0
    for d in range(plan.ndim):
        if plan.sizes[d] == 1:
            continue
        if kept > 0 and (plan.a_batch[kept - 1] == plan.a_batch[d] * plan.sizes[d]
                         and plan.b_batch[kept - 1] == plan.b_batch[d] * plan.sizes[d]
                         and plan.c_batch[kept - 1] == plan.c_batch[d] * plan.sizes[d]):
            kept -= 1
            plan.sizes[kept] *= plan.sizes[d]
        else:
            plan.sizes[kept] = plan.sizes[d]
        plan.a_batch[kept], plan.b_batch[kept], plan.c_batch[kept] = plan.a_batch[d], plan.b_batch[d], plan.c_batch[d]
        kept += 1
    plan.ndim = kept
    if kept > 0:
        d = kept - 1
        if plan.b_batch[d] == 0:
            if plan.m == 1:
                plan.a_row, plan.c_row = plan.a_batch[d], plan.c_batch[d]
            elif plan.a_batch[d] != plan.m * plan.a_row or plan.c_batch[d] != plan.m * plan.c_row:
                return
            plan.m *= plan.sizes[d]
            plan.ndim = d


cdef object native_matmul(Operator op, tuple args, object into):
    first, second = cpu_array(args[0]), cpu_array(args[1])
    return None if first is None or second is None else _matmul(<cnp.ndarray>first, <cnp.ndarray>second, None, into)


cdef object native_dot(Operator op, tuple args, object into):
    first, second = cpu_array(args[0]), cpu_array(args[1])
    if first is None or second is None:
        return None
    if cnp.PyArray_NDIM(<cnp.ndarray>first) != 1 or cnp.PyArray_NDIM(<cnp.ndarray>second) != 1:
        return None
    return _matmul(<cnp.ndarray>first, <cnp.ndarray>second, None, into)


cdef object native_addmm(Operator op, tuple args, object into):
    return _added(args, into, 2)


cdef object native_addmv(Operator op, tuple args, object into):
    return _added(args, into, 1)


cdef inline bint _is_one(object number):
    return (type(number) is int or type(number) is float) and number == 1


cdef object _added(tuple args, object into, int ndim):
    """What is added, without factors, to a matrix times something of so many dimensions."""
    bias, first, second = cpu_array(args[0]), cpu_array(args[1]), cpu_array(args[2])
    if bias is None or first is None or second is None or not _is_one(args[3]) or not _is_one(args[4]):
        return None
    if cnp.PyArray_NDIM(<cnp.ndarray>first) != 2 or cnp.PyArray_NDIM(<cnp.ndarray>second) != ndim:
        return None
    return _matmul(<cnp.ndarray>first, <cnp.ndarray>second, bias, into)


cdef bint _spread_bias(Plan* plan, cnp.ndarray bias, int typenum, int ndim, cnp.npy_intp* sizes):
    """Have what is added to a matrix or vector of these sizes read as if it had them; False where it does not fit."""
    cdef ptrdiff_t steps[2]
    cdef int d, missing = ndim - cnp.PyArray_NDIM(bias)
    if missing < 0 or not _fits(bias, typenum):
        return False
    steps[0] = steps[1] = 0
    for d in range(missing, ndim):
        if cnp.PyArray_DIM(bias, d - missing) == 1:
            continue
        if cnp.PyArray_DIM(bias, d - missing) != sizes[d]:
            return False
        steps[d] = _stride(bias, d - missing)
    plan.bias, plan.bias_row, plan.bias_column = cnp.PyArray_DATA(bias), steps[0], steps[1]
    return True


cdef object _matmul(cnp.ndarray a, cnp.ndarray b, object bias, object into):
    """``a @ b``, and a bias if they are a matrix and a matrix or vector; None where the kernels cannot."""
    cdef cnp.ndarray c
    cdef cnp.npy_intp sizes[MOST_DIMS + 2]
    cdef Plan plan
    cdef int typenum, a_ndim, b_ndim, a_lead, b_lead, d, i, ndim
    cdef ptrdiff_t size_a, size_b
    typenum = cnp.PyArray_TYPE(a)
    if (typenum != cnp.NPY_FLOAT and typenum != cnp.NPY_DOUBLE) or not _fits(a, typenum) or not _fits(b, typenum):
        return None
    a_ndim, b_ndim = cnp.PyArray_NDIM(a), cnp.PyArray_NDIM(b)
    if a_ndim == 0 or b_ndim == 0:
        return None
    plan.k = cnp.PyArray_DIM(a, a_ndim - 1)
    plan.a_column = _stride(a, a_ndim - 1)
    if a_ndim == 1:
        plan.m, plan.a_row, a_lead = 1, 0, 0
    else:
        plan.m, plan.a_row, a_lead = cnp.PyArray_DIM(a, a_ndim - 2), _stride(a, a_ndim - 2), a_ndim - 2
    if b_ndim == 1:
        plan.n, plan.b_column, b_lead = 1, 0, 0
        plan.b_row = _stride(b, 0)
        if cnp.PyArray_DIM(b, 0) != plan.k:
            return None
    else:
        plan.n, plan.b_column, b_lead = cnp.PyArray_DIM(b, b_ndim - 1), _stride(b, b_ndim - 1), b_ndim - 2
        plan.b_row = _stride(b, b_ndim - 2)
        if cnp.PyArray_DIM(b, b_ndim - 2) != plan.k:
            return None
    plan.ndim = a_lead if a_lead > b_lead else b_lead
    for d in range(plan.ndim):
        i = d - plan.ndim + a_lead
        size_a = cnp.PyArray_DIM(a, i) if i >= 0 else 1
        plan.a_batch[d] = _stride(a, i) if size_a != 1 else 0
        i = d - plan.ndim + b_lead
        size_b = cnp.PyArray_DIM(b, i) if i >= 0 else 1
        plan.b_batch[d] = _stride(b, i) if size_b != 1 else 0
        if size_a != size_b and size_a != 1 and size_b != 1:
            return None
        plan.sizes[d] = size_a if size_a != 1 else size_b
        sizes[d] = plan.sizes[d]
    ndim = plan.ndim
    if a_ndim > 1:
        sizes[ndim] = plan.m
        ndim += 1
    if b_ndim > 1:
        sizes[ndim] = plan.n
        ndim += 1
    plan.bias, plan.bias_row, plan.bias_column = NULL, 0, 0
    if bias is not None and not _spread_bias(&plan, <cnp.ndarray>bias, typenum, ndim, sizes):
        return None
    out = _result(into, ndim, sizes, typenum, a, b, bias)
    if out is None:
        return None
    c = <cnp.ndarray>out
    ndim = plan.ndim
    for d in range(ndim):
        plan.c_batch[d] = _stride(c, d)
    plan.c_row, plan.c_column = 0, 1
    if a_ndim > 1:
        plan.c_row = _stride(c, ndim)
        ndim += 1
    if b_ndim > 1:
        plan.c_column = _stride(c, ndim)
    plan.a, plan.b, plan.c = cnp.PyArray_DATA(a), cnp.PyArray_DATA(b), cnp.PyArray_DATA(c)
    if plan.ndim:
        _merge_batch(&plan)
    _run(&plan, typenum)
    return c


cdef object native_linear(Operator op, tuple args, object into):
    cdef cnp.ndarray x, weight, c
    cdef cnp.npy_intp sizes[MOST_DIMS + 2]
    cdef Plan plan
    cdef int typenum, ndim, d
    first, second, bias = cpu_array(args[0]), cpu_array(args[1]), args[2]
    if first is None or second is None:
        return None
    x, weight = <cnp.ndarray>first, <cnp.ndarray>second
    typenum = cnp.PyArray_TYPE(x)
    if ((typenum != cnp.NPY_FLOAT and typenum != cnp.NPY_DOUBLE) or not _fits(x, typenum)
            or not _fits(weight, typenum) or cnp.PyArray_NDIM(x) == 0 or cnp.PyArray_NDIM(weight) != 2):
        return None
    ndim = cnp.PyArray_NDIM(x)
    plan.n, plan.k = cnp.PyArray_DIM(weight, 0), cnp.PyArray_DIM(weight, 1)
    if cnp.PyArray_DIM(x, ndim - 1) != plan.k:
        return None
    plan.bias, plan.bias_row, plan.bias_column = NULL, 0, 0
    if bias is not None:
        bias = cpu_array(bias)
        if (bias is None or not _fits(<cnp.ndarray>bias, typenum) or cnp.PyArray_NDIM(<cnp.ndarray>bias) != 1
                or cnp.PyArray_DIM(<cnp.ndarray>bias, 0) != plan.n):
            return None
        plan.bias, plan.bias_column = cnp.PyArray_DATA(<cnp.ndarray>bias), _stride(<cnp.ndarray>bias, 0)
    for d in range(ndim - 1):
        sizes[d] = cnp.PyArray_DIM(x, d)
    sizes[ndim - 1] = plan.n
    out = _result(into, ndim, sizes, typenum, x, weight, bias)
    if out is None:
        return None
    c = <cnp.ndarray>out
    plan.m, plan.a_row, plan.c_row, plan.ndim = 1, 0, 0, 0
    if ndim > 1:
        plan.m, plan.a_row, plan.c_row = sizes[ndim - 2], _stride(x, ndim - 2), _stride(c, ndim - 2)
        plan.ndim = ndim - 2
        for d in range(ndim - 2):
            plan.sizes[d], plan.a_batch[d], plan.b_batch[d], plan.c_batch[d] = sizes[d], _stride(x, d), 0, _stride(c, d)
    plan.a_column, plan.c_column = _stride(x, ndim - 1), _stride(c, ndim - 1)
    plan.b_row, plan.b_column = _stride(weight, 1), _stride(weight, 0)
    plan.a, plan.b, plan.c = cnp.PyArray_DATA(x), cnp.PyArray_DATA(weight), cnp.PyArray_DATA(c)
    if plan.ndim:
        _merge_batch(&plan)
    _run(&plan, typenum)
    return c


set_native("matmul", &native_matmul)
set_native("dot", &native_dot)
set_native("linear", &native_linear)
set_native("addmm", &native_addmm)
set_native("addmv", &native_addmv)
