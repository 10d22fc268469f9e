# What dtypes there are, which of them are defaults, and the one in which operands meet.

cdef enum:
    USER_TYPES = 256  # NumPy's type numbers from here on are other packages' (its NPY_USERDEF)

cdef object _DEFAULT_FLOAT = np.dtype(np.float32)
cdef object _DEFAULT_INT = np.dtype(np.int64)
cdef object _DEFAULT_COMPLEX = np.dtype(np.complex64)
cdef object _bfloat16 = None  # NumPy's dtype of it, from the first use on: importing ml_dtypes takes time
cdef object _BOOL = np.dtype(bool)
cdef int _default_type = Float32  # the number of the default float among those that kernels know


def set_defaults(dtype):
    """Make ``dtype`` the default float, and have the default device looked up from now on."""
    global _DEFAULT_FLOAT, _DEFAULT_COMPLEX, _default_type, _defaults_set
    _DEFAULT_FLOAT = dtype
    _DEFAULT_COMPLEX = np.dtype(np.complex128 if dtype == np.float64 else np.complex64)
    _default_type = _type_of_number(dtype.num)
    _defaults_set = True


cdef str _dtype_name(object dtype):
    return dtype.name


cdef object _bfloat16_dtype():
    if _bfloat16 is None:
        import ml_dtypes

        _add_bfloat16(np.dtype(ml_dtypes.bfloat16))
    return _bfloat16


cdef inline bint _is_bfloat16(object dtype):
    """Whether this is the dtype that another package adds to NumPy; most dtypes are NumPy's own, and quickly told."""
    return (<cnp.dtype?>dtype).type_num >= USER_TYPES and dtype == _bfloat16_dtype()


cdef bint _is_float(object dtype):
    return dtype.kind == "f" or _is_bfloat16(dtype)


cdef bint _is_inexact(object dtype):
    return dtype.kind in "fc" or _is_bfloat16(dtype)


cdef bint _holds(object dtype):
    """Whether a Tensor may hold elements of this dtype: plain numbers of the usual widths in native byte order."""
    if not dtype.isnative or dtype.itemsize > 16 or (dtype.kind == "f" and dtype.itemsize > 8):
        return False
    return dtype.kind in "biufc" or _is_bfloat16(dtype)


def as_dtype(value, str operation, str argument="dtype"):
    """A NumPy dtype from a dtype, a name or a Python type; None stays None."""
    if value is None:
        return None
    if value is float:
        return _DEFAULT_FLOAT
    if value is complex:
        return _DEFAULT_COMPLEX
    if isinstance(value, str) and value == "bfloat16":
        return _bfloat16_dtype()
    try:
        dtype = np.dtype(value)
    except TypeError:
        errors.type_error(operation, argument, "a dtype such as ft.float32", repr(value))
    if not _holds(dtype):
        errors.dtype_error(operation, argument, "a dtype such as ft.float32", repr(dtype))
    return dtype


# Promotion -----------------------------------------------------------------------------------------------------

def promote_types(a, b):
    """The dtype in which two dtypes meet.

    Within a kind, the array API standard's table; across kinds the floating (or complex) operand decides:
    float32 with int64 is float32.

    Example:
        >>> ft.promote_types(ft.float32, ft.int64)
        dtype('float32')
    """
    a, b = as_dtype(a, "promote_types", "a"), as_dtype(b, "promote_types", "b")
    if a == b:
        return a
    if _is_inexact(a) != _is_inexact(b):
        return a if _is_inexact(a) else b
    if _is_bfloat16(a) or _is_bfloat16(b):
        other = b if _is_bfloat16(a) else a
        return np.dtype(np.float32) if other == np.float16 else other
    if {a.kind, b.kind} == {"i", "u"} and max(a.itemsize, b.itemsize) == 8:
        return _DEFAULT_INT  # NumPy would say float64; no integer becomes a float by meeting another
    return np.promote_types(a, b)


cdef inline object _met(object met, object dtype):
    """The dtype in which the operands so far, which met in ``met`` (None: there are none), and one more meet."""
    return dtype if met is None or met is dtype else promote_types(met, dtype)


cdef object _meet_number(object dtype, object value):
    """The dtype in which a dtype meets a Python number, which has a kind but no width."""
    if isinstance(value, (bool, np.bool_)):
        return dtype
    if isinstance(value, (int, np.integer)):
        return _DEFAULT_INT if dtype == _BOOL else dtype
    if isinstance(value, (float, np.floating)):
        return dtype if _is_inexact(dtype) else _DEFAULT_FLOAT
    if dtype.kind == "c":
        return dtype
    return np.dtype(np.complex128) if dtype == np.float64 else _DEFAULT_COMPLEX


cdef object _number_dtype(object value):
    if isinstance(value, (bool, np.bool_)):
        return _BOOL
    if isinstance(value, (int, np.integer)):
        return _DEFAULT_INT
    return _DEFAULT_FLOAT if isinstance(value, (float, np.floating)) else _DEFAULT_COMPLEX


cdef object _converted_number(Operator op, str argument, object value, object dtype):
    """A Python number that has the range of `dtype`."""
    if dtype.kind in "iu" and isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        info = np.iinfo(dtype)
        if not info.min <= value <= info.max:
            errors.value_error(op.name, argument, f"a number in the range of {dtype.name}", str(value))
    elif _is_inexact(dtype) and isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)  # NumPy would refuse an int beyond 64 bits
        except OverflowError:
            errors.value_error(op.name, argument, f"a number in the range of {dtype.name}", str(value))
    return value


cdef object _stored_operand(Operator op, str argument, object value, object dtype):
    """A value that is written among elements of `dtype` as it is: complex numbers only into complex ones, and nothing
    into integers that they cannot hold."""
    cdef bint number = _is_number(value)
    if dtype.kind != "c" and (isinstance(value, complex) if number else value.dtype.kind == "c"):
        errors.dtype_error(op.name, argument, "a real value", "a complex one")
    if number and dtype.kind in "iu":
        if isinstance(value, float) and not value.is_integer():
            errors.value_error(op.name, argument, f"a whole number, for {dtype.name}", str(value))
        return _converted_number(op, argument, int(value), dtype)
    return _converted_number(op, argument, value, dtype) if number else value


cdef object _promote(Operator op, list values, object backend):
    """Convert all operands in `values` to their common dtype, in place. Numbers stay numbers where a kernel of our own
    takes them, or the array library lets them follow the arrays' dtype: not when all operands are numbers, and not beside
    bfloat16."""
    cdef int i, kind
    cdef bint as_arrays
    dtype = None
    for i in range(op.nargs):
        kind = op.kinds[i]
        value = values[i]
        if value is None:
            continue
        if kind == Kind_ARRAYS:
            for v in value:
                dtype = _met(dtype, v.dtype)
        elif Kind_ARRAY <= kind <= Kind_OPERAND and not _is_number(value):
            dtype = _met(dtype, value.dtype)
    own = backend is not _CPU and op.row is not NULL and op.name in backend.kernels
    as_arrays = dtype is None or (_is_bfloat16(dtype) and not own)
    for i in range(op.nargs):
        if op.kinds[i] == Kind_OPERAND and _is_number(values[i]):
            dtype = _number_dtype(values[i]) if dtype is None else _meet_number(dtype, values[i])
    if op.promote == 2 and not _is_inexact(dtype):
        dtype = _DEFAULT_FLOAT
    for i in range(op.nargs):
        kind = op.kinds[i]
        value = values[i]
        if value is None:
            continue
        if kind == Kind_ARRAYS:
            values[i] = tuple([v if v.dtype == dtype else _converted(backend, v, dtype) for v in value])
        elif Kind_ARRAY <= kind <= Kind_OPERAND:
            if _is_number(value):
                value = _converted_number(op, op.names[i], value, dtype)
                if as_arrays:
                    value = backend.asarray(np.asarray(value, dtype), _device_index(op, backend, values))
                values[i] = value
            elif value.dtype != dtype:
                values[i] = _converted(backend, value, dtype)
    return dtype


cdef object _converted(object backend, object array, object dtype):
    """An array in another dtype."""
    result = NotImplemented if backend is _CPU else by_own_kernel(backend, "cast", array, dtype)
    return array.astype(dtype) if result is NotImplemented else result


cdef object _check_accepts(Operator op, object dtype):
    kind = dtype.kind
    if op.accepts == 1 and kind == "b":
        errors.dtype_error(op.name, None, "a numeric dtype", "bool", "convert it with .to(ft.int64)")
    if op.accepts == 2 and not _is_inexact(dtype):
        errors.dtype_error(op.name, None, "a floating dtype", _dtype_name(dtype), "convert it with .float()")
    if kind == "c" and op.declared().real:
        errors.dtype_error(op.name, None, "a real dtype", _dtype_name(dtype))
    if op.accepts == 3 and kind not in "iub":
        errors.dtype_error(op.name, None, "an integer or bool dtype", _dtype_name(dtype))
    if op.accepts == 4 and kind not in "iu":
        errors.dtype_error(op.name, None, "an integer dtype", _dtype_name(dtype), "convert it with .long()")
