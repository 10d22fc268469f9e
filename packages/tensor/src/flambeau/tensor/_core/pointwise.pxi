# The general compiled way of a pointwise operator: any strides and dtypes, broadcasting, numbers, on as many threads as
# the work is worth. Whatever is unusual, or wrong, gives None: the general path then promotes, checks and says it.

cdef enum:
    # Additions from which on other Python threads may run meanwhile.
    WORTH_RELEASING = 16384

# Our type numbers, by NumPy's and back, and the dtypes; and the type in which two meet.
cdef dict _DTYPES = {
    Bool: bool, Int8: np.int8, UInt8: np.uint8, Int16: np.int16, UInt16: np.uint16, Int32: np.int32, UInt32: np.uint32,
    Int64: np.int64, UInt64: np.uint64, Float32: np.float32, Float64: np.float64, Float16: np.float16,
}
cdef signed char _stored[256]
cdef int _typenum[StoredTypes]
cdef unsigned char _meeting[StoredTypes][StoredTypes]


cdef _fill_type_tables():
    cdef int i, j
    dtypes = {number: np.dtype(kind) for number, kind in _DTYPES.items()}
    numbers = {dtype: number for number, dtype in dtypes.items()}
    for i in range(256):
        _stored[i] = -1
    for number, dtype in dtypes.items():
        _typenum[<int>number] = dtype.num
        _stored[<int>dtype.num] = number
    _typenum[<int>BFloat16] = -1
    for i, a in dtypes.items():
        for j, b in dtypes.items():
            _meeting[i][j] = numbers[promote_types(a, b)]


cdef _add_bfloat16(bfloat16):
    """Complete the tables when ml_dtypes has made the type."""
    cdef int other
    global _bfloat16
    _bfloat16 = bfloat16
    _typenum[<int>BFloat16] = bfloat16.num
    _meeting[<int>BFloat16][<int>BFloat16] = BFloat16
    for other, kind in _DTYPES.items():
        met = promote_types(bfloat16, np.dtype(kind))
        _meeting[<int>BFloat16][other] = _meeting[other][<int>BFloat16] = BFloat16 if met == bfloat16 else _stored[<int>met.num]


_fill_type_tables()


cdef inline int _type_of_number(int typenum) noexcept:
    """Our number of a type by NumPy's, or -1. bfloat16 comes from another package, and has its number from then on."""
    if typenum >= USER_TYPES:
        if _typenum[BFloat16] < 0:
            _bfloat16_dtype()
        return BFloat16 if typenum == _typenum[BFloat16] else -1
    return _stored[typenum]


cdef int stored_type(cnp.ndarray x) noexcept:
    """Our number of an array's type, or -1 when there are no kernels for it."""
    if not cnp.PyArray_ISNOTSWAPPED(x) or not cnp.PyArray_ISALIGNED(x):
        return -1
    return _type_of_number(cnp.PyArray_TYPE(x))


cdef int numpy_number(int t) noexcept:
    return _typenum[t]


cdef inline bint _is_float_type(int t) noexcept:
    return t >= Float32


cdef inline int _meet_python_number(int t, object value) noexcept:
    """The type in which `t` meets a Python number; -1 for one that is no bool, int or float."""
    if type(value) is bool:
        return t
    if type(value) is int:
        return Int64 if t == Bool else t
    if type(value) is float:
        return t if _is_float_type(t) else _default_type
    return -1


cdef bint _put_number(object value, int t, char* where) except -1:
    """Store a Python number as an element of a compute type; False when it has no place there."""
    cdef long long i
    cdef double x
    if t == Float32 or t == Float64:
        try:
            x = <double>value
        except OverflowError:
            return False
        if t == Float64:
            (<double*>where)[0] = x
        else:
            (<float*>where)[0] = <float>x
        return True
    if type(value) is float:
        return False
    if t == Bool:
        (<bint_t*>where)[0] = 1 if value else 0
        return type(value) is bool
    if t == UInt64:
        if not 0 <= value < 2**64:
            return False
        (<unsigned long long*>where)[0] = <unsigned long long>value
        return True
    try:
        i = <long long>value
    except OverflowError:
        return False
    if t == Int64:
        (<long long*>where)[0] = i
        return True
    if t == Int32 and -0x80000000 <= i <= 0x7fffffff:
        (<int*>where)[0] = <int>i
    elif t == UInt32 and 0 <= i <= 0xffffffff:
        (<unsigned int*>where)[0] = <unsigned int>i
    elif t == Int16 and -0x8000 <= i <= 0x7fff:
        (<short*>where)[0] = <short>i
    elif t == UInt16 and 0 <= i <= 0xffff:
        (<unsigned short*>where)[0] = <unsigned short>i
    elif t == Int8 and -0x80 <= i <= 0x7f:
        (<signed char*>where)[0] = <signed char>i
    elif t == UInt8 and 0 <= i <= 0xff:
        (<unsigned char*>where)[0] = <unsigned char>i
    else:
        return False
    return True


ctypedef unsigned char bint_t


cdef bint _broadcast(cnp.ndarray x, int* ndim, cnp.npy_intp* dims) noexcept:
    """Widen a shape, aligned at its end within MaxDims dimensions, to take `x`; False when it does not fit."""
    cdef int d, at, nx = cnp.PyArray_NDIM(x)
    cdef cnp.npy_intp n
    if nx > MaxDims:
        return False
    if nx > ndim[0]:
        ndim[0] = nx
    for d in range(nx):
        at = MaxDims - nx + d
        n = cnp.PyArray_DIM(x, d)
        if dims[at] == 1:
            dims[at] = n
        elif n != 1 and n != dims[at]:
            return False
    return True


cdef void _set_operand(OperandView* operand, cnp.ndarray x, int ndim, const cnp.npy_intp* dims) noexcept:
    """An array as an operand of a layout of `ndim` dimensions of sizes `dims`."""
    cdef int d, lead = ndim - cnp.PyArray_NDIM(x)
    operand.data = <char*>cnp.PyArray_DATA(x)
    operand.type = <Type>stored_type(x)
    for d in range(ndim):
        if d < lead or cnp.PyArray_DIM(x, d - lead) != dims[d]:
            operand.strides[d] = 0
        else:
            operand.strides[d] = cnp.PyArray_STRIDE(x, d - lead)


cdef void _extent(const OperandView* operand, int ndim, const cnp.npy_intp* dims, int itemsize,
                  size_t* low, size_t* high) noexcept:
    cdef int d
    low[0] = high[0] = <size_t>operand.data
    for d in range(ndim):
        if operand.strides[d] < 0:
            low[0] += operand.strides[d] * (dims[d] - 1)
        else:
            high[0] += operand.strides[d] * (dims[d] - 1)
    high[0] += itemsize


cdef bint _writable_beside(const Layout* layout, int out, int itemsize_out, int x, int itemsize_x) noexcept:
    """Whether writing operand `out` element by element leaves what is still to be read of operand `x` alone."""
    cdef const OperandView* a = &layout.operands[out]
    cdef const OperandView* b = &layout.operands[x]
    cdef size_t a_low, a_high, b_low, b_high
    cdef int d
    cdef bint same = a.data == b.data and itemsize_out == itemsize_x
    if same:
        for d in range(layout.ndim):
            if a.strides[d] != b.strides[d] and layout.shape[d] != 1:
                same = False
        if same:
            return True
    _extent(a, layout.ndim, <const cnp.npy_intp*>layout.shape, itemsize_out, &a_low, &a_high)
    _extent(b, layout.ndim, <const cnp.npy_intp*>layout.shape, itemsize_x, &b_low, &b_high)
    return a_high <= b_low or b_high <= a_low


cdef bint _overlaps_itself(const OperandView* operand, int ndim, const cnp.npy_intp* dims) noexcept:
    """Whether several elements of an output may share memory; a cautious yes for all but broadcast dimensions."""
    cdef int d
    for d in range(ndim):
        if operand.strides[d] == 0 and dims[d] > 1:
            return True
    return False


cdef bint _is_rearranged(cnp.ndarray x, int ndim, const cnp.npy_intp* dims) noexcept:
    """Whether `x` has these dimensions, in another order of strides than C's. Broadcast ones have no place in an order."""
    cdef int d
    cdef cnp.npy_intp stride, last = 0
    cdef bint rearranged = False
    for d in range(ndim - 1, -1, -1):
        if cnp.PyArray_DIM(x, d) != dims[d]:
            return False
        stride = cnp.PyArray_STRIDE(x, d)
        stride = -stride if stride < 0 else stride
        if stride == 0 or dims[d] <= 1:
            continue
        rearranged |= stride < last
        last = stride
    return rearranged


cdef object _new_result(int ndim, cnp.npy_intp* dims, int t, cnp.ndarray like):
    """A new array; its dimensions lie in memory as those of `like` where that has the same shape."""
    cdef cnp.dtype descr
    if like is not None and cnp.PyArray_NDIM(like) == ndim and ndim > 1 and _is_rearranged(like, ndim, dims):
        if _repeats(like, ndim):
            return _new_in_order(ndim, t, like)
        descr = cnp.PyArray_DescrFromType(_typenum[t])
        Py_INCREF(descr)  # the call takes a reference
        return PyArray_NewLikeArray(like, cnp.NPY_KEEPORDER, descr, 0)
    return new_array(ndim, dims, _typenum[t])


cdef inline bint _repeats(cnp.ndarray x, int ndim):
    """Whether elements are repeated along a dimension, which NumPy would put innermost in memory."""
    cdef int d
    for d in range(ndim):
        if cnp.PyArray_STRIDE(x, d) == 0 and cnp.PyArray_DIM(x, d) > 1:
            return True
    return False


cdef object _new_in_order(int ndim, int t, cnp.ndarray like):
    """A new array of the shape of `like`, those of its dimensions in memory in another place that are there in `like`."""
    cdef cnp.npy_intp dims[MaxDims]
    cdef int d
    from flambeau.tensor._memory_format import inverse, memory_order

    order = memory_order(like, (<object>like).shape)
    for d in range(ndim):
        dims[d] = cnp.PyArray_DIM(like, order[d])
    return new_array(ndim, dims, _typenum[t]).transpose(inverse(order))


cdef extern from "numpy/arrayobject.h":
    object PyArray_NewLikeArray(cnp.ndarray prototype, cnp.NPY_ORDER order, cnp.dtype descr, int subok)


cdef object pointwise(Operator op, tuple args, object into):
    """Run a pointwise operator; None when the general path must do it."""
    cdef const Row* row = <const Row*>op.row
    cdef Program program
    cdef Plan plan
    cdef Layout* layout = &plan.layout
    cdef Register* register
    cdef list values = []
    cdef cnp.ndarray first = None
    cdef int k, t = -1, s, computed, ndim = 0, count = 1, absent = 0
    cdef cnp.npy_intp dims[MaxDims]
    cdef cnp.npy_intp* shape
    if op is _op_pow and _squares(args):
        return pointwise(_op_square, args[:1], into)
    for k in range(MaxDims):
        dims[k] = 1
    # The type of the computation.
    for k in range(row.arity):
        value = <object>PyTuple_GET_ITEM(args, k)
        array = cpu_array(value)
        if array is not None:
            if row.kinds[k] == Number:
                return None
            s = stored_type(<cnp.ndarray>array)
            if s < 0 or not _broadcast(<cnp.ndarray>array, &ndim, dims):
                return None
            if row.kinds[k] == Mask:
                if s != Bool:
                    return None
            else:
                t = s if t < 0 else _meeting[t][s]
                if first is None:
                    first = <cnp.ndarray>array
            values.append(array)
        else:
            if isinstance(value, np.generic):
                value = value.item()
            elif isinstance(value, (Tensor, cnp.ndarray)):
                return None  # of a dtype no Tensor holds, or on another device
            absent += value is None
            values.append(value)
    if t < 0 or (absent > 0 and absent == op.optional):
        return None
    for k in range(row.arity):
        if op.kinds[k] == Kind_OPERAND:
            if op.promote == 0:
                if type(values[k]) is cnp.ndarray:
                    return None  # `input` alone decides, and the general path converts
            elif type(values[k]) is not cnp.ndarray:
                t = _meet_python_number(t, values[k])
                if t < 0:
                    return None
    t = _operation_type(op, t)
    computed = Float32 if t >= ComputeTypes else t
    if t < 0 or row.loops[computed] is NULL:
        return None
    # One register for each argument, and one for the result.
    layout.ndim = ndim
    shape = dims + (MaxDims - ndim)
    for k in range(ndim):
        layout.shape[k] = shape[k]
    for k in range(row.arity):
        register = &program.reg[k]
        register.type = <Type>(Bool if row.kinds[k] == Mask else computed)
        register.constant = type(values[k]) is not cnp.ndarray
        if register.constant:
            register.operand = -1
            if not _put_argument(op, k, values[k], register.type, register.value):
                return None
        else:
            register.operand = <signed char>count
            _set_operand(&layout.operands[count], <cnp.ndarray>values[k], ndim, shape)
            count += 1
        program.step[0].operands[k] = <unsigned char>k
    register = &program.reg[row.arity]
    register.type = <Type>(Bool if row.comparison else computed)
    register.operand = -1
    register.constant = False
    t = Bool if row.comparison else t
    if into is None:
        into = _new_result(ndim, shape, t, first)
    elif not _fits_result(<cnp.ndarray>into if type(into) is cnp.ndarray else None, ndim, shape, t):
        return None
    _set_operand(&layout.operands[0], <cnp.ndarray>into, ndim, shape)
    if _overlaps_itself(&layout.operands[0], ndim, shape):
        return None
    for k in range(1, count):
        if not _writable_beside(layout, 0, cnp.PyArray_ITEMSIZE(<cnp.ndarray>into), k,
                                _type_sizes[layout.operands[k].type]):
            return None
    layout.count = count
    program.registers = row.arity + 1
    program.steps = 1
    program.step[0].row = row
    program.step[0].loop = row.loops[computed]
    program.step[0].out = <unsigned char>row.arity
    program.outputs = 1
    program.output[0].source = <unsigned char>row.arity
    program.output[0].operand = 0
    finish(program)
    plan.program = &program
    if cnp.PyArray_SIZE(<cnp.ndarray>into) * program.cost >= WORTH_RELEASING:
        with nogil:
            run(plan)
    else:
        run(plan)
    return into


cdef bint _squares(tuple args) except -1:
    """Whether a power is a square: of anything by the int 2, of floats by 2.0 too."""
    power = args[1]
    if type(power) is int:
        return power == 2
    if type(power) is not float or power != 2.0:
        return False
    x = cpu_array(args[0])
    return x is not None and stored_type(<cnp.ndarray>x) >= Float32


cdef bint _put_argument(Operator op, int k, object value, int t, char* where) except -1:
    """A number as an argument of compute type `t`; False when there is no place for it."""
    if value is None:
        return op.absent[k] != 0 and _put_extreme(op.absent[k], t, where)
    if type(value) is not float and type(value) is not int and type(value) is not bool:
        return False
    return _put_number(value, t, where)


cdef bint _put_extreme(int sign, int t, char* where) except -1:
    """The least (for sign -1) or greatest value of a type: a bound that bounds nothing."""
    if _is_float_type(t):
        return _put_number(sign * _INFINITY, t, where)
    info = np.iinfo(np.dtype(f"{'ui'[t in (Int8, Int16, Int32, Int64)]}{_type_sizes[t]}"))
    return _put_number(int(info.min if sign < 0 else info.max), t, where)


cdef double _INFINITY = float("inf")


cdef bint _fits_result(cnp.ndarray into, int ndim, const cnp.npy_intp* dims, int t) noexcept:
    """Whether a result of type `t` may be written there: the same shape, and a type of the same or a wider kind."""
    cdef int d, s
    if into is None or cnp.PyArray_NDIM(into) != ndim or not cnp.PyArray_ISWRITEABLE(into):
        return False
    for d in range(ndim):
        if cnp.PyArray_DIM(into, d) != dims[d]:
            return False
    s = stored_type(into)
    return s == t or (s >= 0 and _rank(t) <= _rank(s))


cdef inline int _rank(int t) noexcept:
    return 0 if t == Bool else 1 if t < Float32 else 2


cdef int[StoredTypes] _type_sizes = [1, 1, 1, 2, 2, 4, 4, 8, 8, 8, 8, 4, 8, 2, 2]
