# New arrays from a shape and a dtype, where both are given plainly (everything else is left to the general path), and
# Tensors of NumPy's arrays.

cdef object _filled(int ndim, cnp.npy_intp* dims, int t, double value):
    """An array of one number, which its type holds; None for the types that the general path fills."""
    cdef cnp.ndarray array = new_array(ndim, dims, _typenum[t])
    cdef ptrdiff_t i, n = cnp.PyArray_SIZE(array)
    if t == Float32:
        for i in range(n):
            (<float*>cnp.PyArray_DATA(array))[i] = <float>value
    elif t == Float64:
        for i in range(n):
            (<double*>cnp.PyArray_DATA(array))[i] = value
    elif t == Int64:
        for i in range(n):
            (<long long*>cnp.PyArray_DATA(array))[i] = <long long>value
    else:
        return None
    return array


cdef bint _are_small(int ndim, cnp.npy_intp* dims):
    """Whether these are sizes of a small array; a larger one's call costs little beside the memory, and they need checks."""
    cdef cnp.npy_intp count = 1
    cdef int d
    for d in range(ndim):
        if dims[d] < 0:
            return False
        count *= dims[d]
        if count > 16 * SMALL:
            return False
    return True


cdef object _made(Operator op, int ndim, cnp.npy_intp* dims, int t):
    """What `zeros`, `ones` and `empty` make, and their twins for the form of another Tensor."""
    if t < 0 or not _are_small(ndim, dims):
        return None
    if op is _op_empty or op is _op_empty_like:
        return new_array(ndim, dims, _typenum[t])
    if op is _op_ones or op is _op_ones_like:
        return _filled(ndim, dims, t, 1)
    array = new_array(ndim, dims, _typenum[t])
    memset(cnp.PyArray_DATA(array), 0, cnp.PyArray_NBYTES(array))
    return array


cdef inline int _wanted_type(object dtype, int absent):
    """The number of a type given as dtype=, `absent` for None; -1 for what must be looked at."""
    if dtype is None:
        return absent
    return _type_of_number((<cnp.dtype>dtype).num) if isinstance(dtype, cnp.dtype) and dtype.isnative else -1


cdef object _native_new(Operator op, tuple args, object into):
    cdef cnp.npy_intp dims[MaxDims]
    cdef int ndim
    if into is not None or args[2] is not None:
        return None
    ndim = _sizes(args[0], dims)
    return None if ndim < 0 else _made(op, ndim, dims, _wanted_type(args[1], _default_type))


cdef object _native_new_like(Operator op, tuple args, object into):
    x = cpu_array(args[0])
    if x is None or into is not None or args[2] is not None or cnp.PyArray_NDIM(<cnp.ndarray>x) > MaxDims:
        return None
    if not cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x):
        return None  # whose order in memory is kept
    return _made(op, cnp.PyArray_NDIM(<cnp.ndarray>x), cnp.PyArray_DIMS(<cnp.ndarray>x),
                 _wanted_type(args[1], stored_type(<cnp.ndarray>x)))


cdef object _native_full(Operator op, tuple args, object into):
    cdef cnp.npy_intp dims[MaxDims]
    cdef int ndim, t
    cdef double value
    if into is not None or args[3] is not None or (type(args[1]) is not float and type(args[1]) is not int):
        return None
    t = _wanted_type(args[2], _default_type if type(args[1]) is float else Int64)
    if t < 0 or (t == Int64 and type(args[1]) is float) or not -SMALL_INT < args[1] < SMALL_INT:
        return None  # what the type may not hold must be looked at
    value = args[1]
    ndim = _sizes(args[0], dims)
    return None if ndim < 0 or not _are_small(ndim, dims) else _filled(ndim, dims, t, value)


cdef object _native_arange(Operator op, tuple args, object into):
    """Of ints, few of them."""
    cdef long long start = 0, end, step = 1, i, count
    cdef cnp.npy_intp size
    cdef cnp.ndarray array
    if into is not None or args[4] is not None or type(args[0]) is not int or type(args[2]) is not int:
        return None
    if _wanted_type(args[3], Int64) != Int64:
        return None
    try:
        if args[1] is None:
            end = args[0]
        elif type(args[1]) is int:
            start, end = args[0], args[1]
        else:
            return None
        step = args[2]
    except OverflowError:
        return None
    # Far from where differences overflow.
    if not (-SMALL_INT < start < SMALL_INT and -SMALL_INT < end < SMALL_INT and 0 < step < SMALL_INT) or end < start:
        return None
    count = (end - start + step - 1) // step
    if count > SMALL:
        return None
    size = count
    array = new_array(1, &size, cnp.NPY_LONG)
    for i in range(count):
        (<long long*>cnp.PyArray_DATA(array))[i] = start + i * step
    return array


cdef enum:
    SMALL_INT = 1 << 30

def array_of_numbers(data):
    """The array of a list or tuple of floats, or of small ints, in the dtype that is usual for them; else None."""
    cdef cnp.npy_intp i, count
    cdef cnp.ndarray array
    if type(data) is not list and type(data) is not tuple or not data:
        return None
    count = len(data)
    cdef bint floats = type(data[0]) is float
    cdef int t = _default_type if floats else Int64
    if t != Int64 and t != Float32 and t != Float64:
        return None
    array = new_array(1, &count, _typenum[t])
    for i, number in enumerate(data):
        if type(number) is not (float if floats else int) or not (floats or -SMALL_INT < number < SMALL_INT):
            return None
        if t == Float32:
            (<float*>cnp.PyArray_DATA(array))[i] = <float><double>number
        elif t == Float64:
            (<double*>cnp.PyArray_DATA(array))[i] = <double>number
        else:
            (<long long*>cnp.PyArray_DATA(array))[i] = <long long>number
    return array


cdef Operator _op_empty, _op_ones, _op_empty_like, _op_ones_like


cdef void _set_creation():
    global _op_empty, _op_ones, _op_empty_like, _op_ones_like
    _op_empty, _op_ones = _by_name["empty"], _by_name["ones"]
    _op_empty_like, _op_ones_like = _by_name["empty_like"], _by_name["ones_like"]
    for name in ("zeros", "ones", "empty"):
        set_native(name, &_native_new)
        set_native(name + "_like", &_native_new_like)
    set_native("arange", &_native_arange)
    set_native("full", &_native_full)


def from_numpy(array):
    """A Tensor of the same memory as a NumPy array: neither copies.

    Args:
        array: ndarray of bool, integers, floats (bfloat16 from ``ml_dtypes`` too) or complex numbers, in native byte
            order. A read-only array gives a Tensor that refuses in-place changes; a NumPy scalar, one without dimensions.

    Returns:
        Tensor of the array's shape and dtype.

    Raises:
        TypeError: not an ndarray.
        DTypeError: object, string, structured or byte-swapped arrays.

    Example:
        >>> a = np.zeros(3)
        >>> x = ft.from_numpy(a)
        >>> a[0] = 1
        >>> x.tolist()
        [1.0, 0.0, 0.0]
    """
    cdef int typenum
    if type(array) is cnp.ndarray:
        typenum = cnp.PyArray_TYPE(<cnp.ndarray>array)
        if typenum >= TYPES or cnp.PyArray_ISBYTESWAPPED(<cnp.ndarray>array):
            _checked_array(array, "from_numpy", "array")
        return wrap(PyArray_View(<cnp.ndarray>array, NULL, NULL), None)
    if isinstance(array, (np.ndarray, np.generic)):  # a scalar is what NumPy makes of arrays without dimensions
        return wrap(_checked_array(np.asarray(array).view(), "from_numpy", "array"), None)
    errors.type_error("from_numpy", "array", "numpy.ndarray", _type_name(array), "use ft.tensor(data)")
