# Native loops for small contiguous arrays: no Python, no ufunc machinery.

cdef enum:
    # Above this many elements NumPy's vectorised loops have made up for their start-up cost.
    SMALL = 4096

cdef extern from "numpy/arrayobject.h":
    bint PyArray_ISCARRAY_RO(cnp.ndarray)
    bint PyArray_ISCARRAY(cnp.ndarray)


cdef inline bint _loops_take(cnp.ndarray x) noexcept:
    return PyArray_ISCARRAY_RO(x) and cnp.PyArray_TYPE(x) < TYPES and cnp.PyArray_SIZE(x) <= SMALL


cdef inline bint _same_shape(cnp.ndarray a, cnp.ndarray b) noexcept:
    cdef int i, ndim = cnp.PyArray_NDIM(a)
    if cnp.PyArray_NDIM(b) != ndim:
        return False
    for i in range(ndim):
        if cnp.PyArray_DIM(a, i) != cnp.PyArray_DIM(b, i):
            return False
    return True


cdef inline bint _writable_over(cnp.ndarray out, cnp.ndarray x) noexcept:
    """Whether writing `out` element by element leaves the unread part of `x` alone; both are contiguous."""
    return cnp.PyArray_DATA(out) == cnp.PyArray_DATA(x) or apart(out, x)


cdef inline object _result_array(Operator op, cnp.ndarray like, object into):
    """The array to write: `into` when it is fit, a new one when there is none; None when `into` is not fit."""
    cdef int typenum = cnp.NPY_BOOL if op.comparison else cnp.PyArray_TYPE(like)
    if into is None:
        return cnp.PyArray_EMPTY(cnp.PyArray_NDIM(like), cnp.PyArray_DIMS(like), typenum, 0)
    if (type(into) is cnp.ndarray and PyArray_ISCARRAY(<cnp.ndarray>into)
            and cnp.PyArray_TYPE(<cnp.ndarray>into) == typenum and _same_shape(like, <cnp.ndarray>into)
            and _writable_over(<cnp.ndarray>into, like)):
        return into
    return None


cdef object native1(Operator op, object a, object into):
    """The unary loop of `op` over an array, or None when the general path must do it."""
    cdef cnp.ndarray x
    cdef loop_t loop
    cdef const void* operands[1]
    if type(a) is not cnp.ndarray:
        return None
    x = <cnp.ndarray>a
    if not _loops_take(x):
        return None
    loop = op.loops[cnp.PyArray_TYPE(x)]
    if loop is NULL:
        return None
    out = _result_array(op, x, into)
    if out is not None:
        operands[0] = cnp.PyArray_DATA(x)
        loop(operands, 0, cnp.PyArray_DATA(<cnp.ndarray>out), cnp.PyArray_SIZE(x))
    return out


cdef union Scalar:
    float f32
    double f64
    long long i64


cdef bint _number(object value, int typenum, Scalar* number) except -1:
    """Store a Python number as an element of dtype `typenum`; False when promotion or a range check must decide."""
    cdef double x
    if typenum == cnp.NPY_DOUBLE or typenum == cnp.NPY_FLOAT:
        if type(value) is float:
            x = <double>value
        elif type(value) is int:
            try:
                x = <double>value
            except OverflowError:
                return False
        else:
            return False
        if typenum == cnp.NPY_DOUBLE:
            number.f64 = x
        else:
            number.f32 = <float>x
        return True
    if typenum == cnp.NPY_LONG and type(value) is int:
        try:
            number.i64 = <long long>value
        except OverflowError:
            return False
        return True
    return False


cdef enum:
    FEW_ROWS = 32  # a call of a loop for each: beyond, the engine's tiles are quicker


cdef object _native_rows(Operator op, loop_t loop, cnp.ndarray x, cnp.ndarray y, object into):
    """A matrix, or more, with a row: one that is added to each of its rows, say; None for the general path."""
    cdef const void* operands[2]
    cdef const char* rows
    cdef char* results
    cdef ptrdiff_t i, n, count, step, stored
    cdef bint swapped = cnp.PyArray_NDIM(x) < cnp.PyArray_NDIM(y)
    if swapped:
        x, y = y, x
    n = cnp.PyArray_SIZE(y)
    if n == 0 or cnp.PyArray_SIZE(x) > SMALL or not _ends_with(x, y):
        return None
    count = cnp.PyArray_SIZE(x) // n
    if count > FEW_ROWS or (into is not None and type(into) is cnp.ndarray and not apart(<cnp.ndarray>into, y)):
        return None
    out = _result_array(op, x, into)
    if out is None:
        return None
    rows, results = cnp.PyArray_BYTES(x), cnp.PyArray_BYTES(<cnp.ndarray>out)
    step, stored = n * cnp.PyArray_ITEMSIZE(x), n * cnp.PyArray_ITEMSIZE(<cnp.ndarray>out)
    operands[swapped ^ 1] = cnp.PyArray_DATA(y)
    for i in range(count):
        operands[swapped] = rows + i * step
        loop(operands, 0, results + i * stored, n)
    return out


cdef inline bint _ends_with(cnp.ndarray x, cnp.ndarray y) noexcept:
    """Whether the last sizes of `x` are those of `y`."""
    cdef int d, lead = cnp.PyArray_NDIM(x) - cnp.PyArray_NDIM(y)
    for d in range(cnp.PyArray_NDIM(y)):
        if lead < 0 or cnp.PyArray_DIM(x, lead + d) != cnp.PyArray_DIM(y, d):
            return False
    return lead >= 0


cdef object native2(Operator op, object a, object b, object into):
    """The binary loop of `op` over two arrays of one shape, or an array and a number; None for the general path."""
    cdef cnp.ndarray x, y
    cdef Scalar number
    cdef loop_t loop
    cdef const void* operands[2]
    if type(a) is cnp.ndarray:
        x = <cnp.ndarray>a
        if not _loops_take(x):
            return None
        loop = op.loops[cnp.PyArray_TYPE(x)]
        if loop is NULL:
            return None
        if type(b) is cnp.ndarray:
            y = <cnp.ndarray>b
            if cnp.PyArray_TYPE(y) != cnp.PyArray_TYPE(x) or not PyArray_ISCARRAY_RO(y):
                return None
            if not _same_shape(x, y):
                return _native_rows(op, loop, x, y, into)
            if into is not None and type(into) is cnp.ndarray and not _writable_over(<cnp.ndarray>into, y):
                return None
            out = _result_array(op, x, into)
            if out is not None:
                operands[0] = cnp.PyArray_DATA(x)
                operands[1] = cnp.PyArray_DATA(y)
                loop(operands, 0, cnp.PyArray_DATA(<cnp.ndarray>out), cnp.PyArray_SIZE(x))
            return out
        if not _number(b, cnp.PyArray_TYPE(x), &number):
            return None
        out = _result_array(op, x, into)
        if out is not None:
            operands[0] = cnp.PyArray_DATA(x)
            operands[1] = &number
            loop(operands, 2, cnp.PyArray_DATA(<cnp.ndarray>out), cnp.PyArray_SIZE(x))
        return out
    if type(b) is not cnp.ndarray:
        return None
    y = <cnp.ndarray>b
    if not _loops_take(y):
        return None
    loop = op.loops[cnp.PyArray_TYPE(y)]
    if loop is NULL or not _number(a, cnp.PyArray_TYPE(y), &number):
        return None
    out = _result_array(op, y, into)
    if out is not None:
        operands[0] = &number
        operands[1] = cnp.PyArray_DATA(y)
        loop(operands, 1, cnp.PyArray_DATA(<cnp.ndarray>out), cnp.PyArray_SIZE(y))
    return out


cdef inline object _bare(object value):
    """The array in a Tensor; a number as it is."""
    return (<Tensor>value).array if isinstance(value, Tensor) else value


cdef object cpu_array(object value):
    if isinstance(value, Tensor):
        value = (<Tensor>value).array
        return value if type(value) is cnp.ndarray else None
    if type(value) is cnp.ndarray and cnp.PyArray_TYPE(<cnp.ndarray>value) < TYPES and not cnp.PyArray_ISBYTESWAPPED(<cnp.ndarray>value):
        return value
    return None


cdef object set_native(str name, native_t kernel):
    (<Operator>_by_name[name]).native_kernel = kernel


# The quick way of pointwise operators on another device; NULL until there is one.
cdef native_t _device_native = NULL


cdef int set_device_native(native_t kernel, object array_type) except -1:
    global _device_native, _device_arrays
    _device_native, _device_arrays = kernel, <PyTypeObject*>array_type  # a type lives as long as its module
    return 0


cdef inline bint _on_device(tuple args) noexcept:
    """Whether the first Tensor among the arguments has its array on the device of the quick way."""
    cdef Py_ssize_t i
    cdef PyObject* value
    for i in range(PyTuple_GET_SIZE(args)):
        value = PyTuple_GET_ITEM(args, i)
        if isinstance(<object>value, Tensor):
            return Py_TYPE((<Tensor>value).array) == _device_arrays
    return False


# Modules of compiled kernels that are imported when one of their operators is first called, by family of declarations.
cdef dict _later = {}


def import_later(dict modules):
    """``{family: module}``: the operators of a family of declarations get their compiled kernels when first called."""
    cdef Operator op
    _later.update(modules)
    for op in _records:
        if _family(op) in modules:
            op.native_kernel = _first_call


cdef str _family(Operator op):
    return op.module.rpartition(".")[2]


cdef object _first_call(Operator op, tuple args, object into):
    """Stands for the compiled kernels until they are there."""
    _import_kernels(op)
    return native(op, args, into)


cdef _import_kernels(Operator op):
    if op.native_kernel is _first_call:
        importlib.import_module(f"flambeau.tensor._cpu.{_later[_family(op)]}")
        # Only now, for other threads; and only if the module has nothing that is called first.
        if op.native_kernel is _first_call:
            op.native_kernel = NULL


cdef inline object native(Operator op, tuple args, object into):
    """Try the compiled loops; None when the general path must do it."""
    if op.native_kernel is not NULL:
        return None if _defaults_set and op.first_array < 0 else op.native_kernel(op, args, into)
    if op.loops is NULL:
        return None
    if _device_native is not NULL and _on_device(args):
        return _device_native(op, args, into)
    result = None
    if op.nargs == 2:
        result = native2(op, _bare(<object>PyTuple_GET_ITEM(args, 0)), _bare(<object>PyTuple_GET_ITEM(args, 1)), into)
    elif op.nargs == 1:
        result = native1(op, _bare(<object>PyTuple_GET_ITEM(args, 0)), into)
    return pointwise(op, args, into) if result is None else result
