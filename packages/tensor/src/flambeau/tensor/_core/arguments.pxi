# What an operator's arguments become before a kernel sees them: checked and normalised by kind, once, for every
# operator and device.

cdef object _CPU = _backends.CPU
cdef bint _defaults_set = False  # whether anybody ever chose a default: until then nothing is looked up
cdef tuple _NUMBERS = (bool, int, float, complex, np.bool_, np.number)
cdef object _DEVICE_CPU = _backends.Device("cpu")


cdef object _default_device():
    if not _defaults_set:
        return _DEVICE_CPU
    from flambeau.tensor._defaults import get_default_device

    return get_default_device()


# The type of the arrays of another device; NULL until there is one (see set_device_native).
cdef PyTypeObject* _device_arrays = NULL


cdef inline bint _is_number(object value):
    """Whether this is a Python or NumPy number; quick about the usual cases."""
    if type(value) is float or type(value) is int:
        return True
    if type(value) is cnp.ndarray or value is None or Py_TYPE(value) == _device_arrays or isinstance(value, Tensor):
        return False
    return isinstance(value, _NUMBERS) or isinstance(value, np.generic) and _is_bfloat16(value.dtype)


cdef str _type_name(object value):
    return type(value).__name__


cdef inline int _ndim(object array) except -1:
    return cnp.PyArray_NDIM(<cnp.ndarray>array) if type(array) is cnp.ndarray else <int>array.ndim


cdef inline tuple _shape(object array):
    if type(array) is cnp.ndarray:
        return PyArray_IntTupleFromIntp(cnp.PyArray_NDIM(<cnp.ndarray>array), cnp.PyArray_DIMS(<cnp.ndarray>array))
    return tuple(array.shape)


cdef object _existing_dim(str operation, object dim, int ndim):
    if not isinstance(dim, int):
        errors.type_error(operation, "dim", "int", _type_name(dim))
    if not -ndim <= dim < ndim:
        errors.index_error(operation, "dim", f"a dimension in [{-ndim}, {ndim - 1}]", str(dim))
    return dim + ndim if dim < 0 else dim


cdef object _checked_array(object array, str operation, str argument):
    """A NumPy array a Tensor may hold."""
    dtype = array.dtype
    if _holds(dtype):
        return array
    if not dtype.isnative:
        errors.dtype_error(operation, argument, "native byte order", f"dtype {dtype.str}",
                           "convert it with array.astype(array.dtype.newbyteorder('='))")
    if dtype.kind in "fc":
        errors.dtype_error(operation, argument, "at most float64 or complex128", f"dtype {dtype}")
    errors.dtype_error(operation, argument, "an array of bool, int, float or complex", f"dtype {dtype}")


cdef object _as_array(Operator op, str argument, object value, str expected):
    if isinstance(value, Tensor):
        return (<Tensor>value).array
    if isinstance(value, np.ndarray):
        return _checked_array(np.asarray(value), op.name, argument)
    if isinstance(value, np.generic):
        return _checked_array(np.asarray(value), op.name, argument)
    errors.type_error(op.name, argument, expected, _type_name(value),
                      "convert it with ft.tensor()" if isinstance(value, (list, tuple)) else None)


cdef object _as_int(Operator op, str argument, object value, str expected):
    if type(value) is int:
        return value
    if isinstance(value, bool) or isinstance(value, float):
        errors.type_error(op.name, argument, expected, _type_name(value))
    try:
        return _operator.index(value)
    except TypeError:
        errors.type_error(op.name, argument, expected, _type_name(value))


cdef object _as_dim(Operator op, str argument, object value, int ndim):
    cdef object dim = _as_int(op, argument, value, "int")
    cdef int span = ndim if ndim > 0 else 1  # a 0-d tensor takes dim 0 and -1
    if dim < -span or dim >= span:
        errors.index_error(op.name, argument, f"a dimension in [{-span}, {span - 1}]", str(dim))
    return dim + span if dim < 0 else dim


cdef object _as_dims(Operator op, str argument, object value, int ndim):
    if value is None:
        return None
    if not isinstance(value, (tuple, list)):
        dim = _as_dim(op, argument, value, ndim)
        return (dim,) if ndim else ()
    if ndim == 0:
        for d in value:
            _as_dim(op, argument, d, ndim)
        return ()
    dims = sorted([_as_dim(op, argument, d, ndim) for d in value])
    if len(set(dims)) != len(dims):
        errors.value_error(op.name, argument, "each dimension once", str(tuple(value)))
    return tuple(dims)


cdef tuple _as_ints(Operator op, str argument, object value):
    """The ints of a varargs parameter: `(2, 3)`, or `((2, 3),)` as the public function hands it over."""
    if not isinstance(value, (tuple, list)):
        value = (value,)
    if len(value) == 1 and isinstance(value[0], (tuple, list)):
        value = value[0]
    return tuple([_as_int(op, argument, v, "ints") for v in value])


cdef object _as_shape(Operator op, str argument, object value):
    if op.name == "view" and type(value) is tuple and len(value) == 1 and isinstance(value[0], (np.dtype, type, str)):
        return as_dtype(value[0], op.name, argument)  # the bytes as another dtype
    shape = _as_ints(op, argument, value)
    least = -1 if op.first_array >= 0 else 0  # -1 stands for a size that the input decides
    for n in shape:
        if n < least:
            errors.value_error(op.name, argument, "sizes of 0 or more" + (" (or -1)" if least else ""), str(shape))
    return shape


cdef object _as_dim_order(Operator op, str argument, object value, int ndim):
    given = _as_ints(op, argument, value)
    order = tuple([_as_dim(op, argument, d, ndim) for d in given])
    if sorted(order) != list(range(ndim)):
        errors.value_error(op.name, argument, f"each of the {ndim} dimensions once", str(given))
    return order


cdef object _as_pair(Operator op, str argument, object value):
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            errors.value_error(op.name, argument, "an int or two ints", str(tuple(value)))
        return (_as_int(op, argument, value[0], "an int or two ints"),
                _as_int(op, argument, value[1], "an int or two ints"))
    n = _as_int(op, argument, value, "an int or two ints")
    return (n, n)


cdef object _as_number(Operator op, str argument, object value):
    if type(value) is float or type(value) is int or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (np.number, np.bool_)):
        return value.item()
    if isinstance(value, Tensor) and (<Tensor>value).array.size == 1:
        return value.item()
    errors.type_error(op.name, argument, "a number", _type_name(value))


cdef object _as_index(Operator op, object value):
    """What NumPy (or CuPy) takes between the brackets: Tensors become arrays."""
    if isinstance(value, tuple):
        return tuple([_as_index(op, list(v) if isinstance(v, tuple) else v) for v in value])
    if value is None or value is Ellipsis or isinstance(value, (int, np.integer, bool, np.bool_)):
        return value
    if isinstance(value, slice):
        return slice(_slice_part(op, value.start), _slice_part(op, value.stop), _slice_part(op, value.step))
    if isinstance(value, (list, range)):
        value = np.asarray([_as_index(op, v) for v in value])
        if value.size == 0:
            value = value.astype(np.int64)
    if isinstance(value, (Tensor, np.ndarray)) or _backends.backend_of_array(value) is not None:
        array = (<Tensor>value).array if isinstance(value, Tensor) else value
        if array.dtype.kind in "iub":
            return array
        errors.dtype_error(op.name, "index", "a Tensor of ints or bools", _dtype_name(array.dtype))
    errors.type_error(op.name, "index", "int, slice, None, ..., a Tensor of ints or bools, or a tuple of these",
                      _type_name(value))


cdef object _slice_part(Operator op, object value):
    return None if value is None else _as_int(op, "index", value, "slices of ints")


# The one place --------------------------------------------------------------------------------------------------

cdef object normalise(Operator op, list values, int ndim):
    """Bring the arguments that are no arrays into the form that kernels get; give the device, where one is asked for."""
    cdef int i, kind
    cdef object value, name, place = None
    for i in range(op.nargs):
        kind = op.kinds[i]
        if kind <= Kind_ARRAYS:
            continue
        name = op.names[i]
        value = values[i]
        if kind == Kind_DIM:
            value = _as_dim(op, name, value, ndim)
        elif kind == Kind_OPTIONAL_DIM:
            value = None if value is None else _as_dim(op, name, value, ndim)
        elif kind == Kind_DIMS:
            value = _as_dims(op, name, value, ndim)
        elif kind == Kind_DIM_ORDER:
            value = _as_dim_order(op, name, value, ndim)
        elif kind == Kind_NEW_DIM:
            value = _as_dim(op, name, value, ndim + 1)
        elif kind == Kind_SHAPE:
            value = _as_shape(op, name, value)
        elif kind == Kind_PAIR:
            value = _as_pair(op, name, value)
        elif kind == Kind_INT:
            value = _as_int(op, name, value, "int")
        elif kind == Kind_NUMBER:
            value = _as_number(op, name, value)
        elif kind == Kind_OPTIONAL_NUMBER:
            value = None if value is None else _as_number(op, name, value)
        elif kind == Kind_BOOL:
            if not isinstance(value, (bool, np.bool_, int)):
                errors.type_error(op.name, name, "bool", _type_name(value))
            value = bool(value)
        elif kind == Kind_DTYPE:
            value = as_dtype(value, op.name, name)
        elif kind == Kind_DEVICE:
            value = place = _default_device() if value is None else _backends.device_argument(value, op.name)
        elif kind == Kind_INDEX:
            value = _as_index(op, value)
        values[i] = value
    return place


def normalised(Operator op, tuple args):
    """The arguments of a call as kernels get them, but for arrays, which stay what they are."""
    cdef list values = list(args)
    first = args[op.first_array]
    normalise(op, values, (first[0] if isinstance(first, (list, tuple)) else first).ndim)
    return values


cdef object prepare(Operator op, tuple args, list values):
    """Fill `values` with what the kernel gets, but for what is computed of the arrays; give the backend that runs it."""
    cdef int i, kind
    cdef object first = None, value, name, place = None
    # Tensors first: dimensions are relative to the first one.
    for i in range(op.nargs):
        kind = op.kinds[i]
        value = args[i]
        if kind == Kind_ARRAY:
            value = _as_array(op, op.names[i], value, "Tensor")
        elif kind == Kind_MASK:
            value = _as_array(op, op.names[i], value, "Tensor")
            if value.dtype != _BOOL:
                errors.dtype_error(op.name, op.names[i], "a bool Tensor", _dtype_name(value.dtype),
                                   "convert it with .bool()")
        elif kind == Kind_OPERAND:
            if not _is_number(value):
                value = _as_array(op, op.names[i], value, "Tensor or number")
            elif isinstance(value, np.generic):
                value = float(value) if _is_bfloat16(value.dtype) else value.item()  # these have no width
        elif kind == Kind_OPTIONAL_ARRAY:
            if value is not None:
                value = _as_array(op, op.names[i], value, "Tensor or None")
        elif kind == Kind_ARRAYS:
            name = op.names[i]
            if not isinstance(value, (list, tuple)):
                errors.type_error(op.name, name, "a list or tuple of Tensors", _type_name(value))
            if len(value) == 0:
                errors.value_error(op.name, name, "at least one Tensor", "an empty " + _type_name(value))
            value = tuple([_as_array(op, name, v, "Tensors") for v in value])
            if first is None:
                first = value[0]
        values.append(value)
        if first is None and kind <= Kind_ARRAYS and value is not None and not _is_number(value):
            first = value
    place = normalise(op, values, first.ndim if first is not None else 0)
    backend = _backend_of(op, values, first, place)
    if not op.promote and first is not None:
        _check_accepts(op, first.dtype)
        for i in range(op.nargs):
            if op.kinds[i] == Kind_OPERAND or (op.declared().inplace_kernel is not None and op.kinds[i] == Kind_ARRAY):
                values[i] = _stored_operand(op, op.names[i], values[i], first.dtype)
    return backend


cdef object _backend_of(Operator op, list values, object first, object place):
    """The backend all Tensors among the arguments live on."""
    cdef int i
    if first is None:
        return _CPU if place is None else _backends.backend_of_device(place, op.name)
    for i in range(op.nargs):
        if op.kinds[i] == Kind_INDEX:
            values[i] = _index_beside(op, values[i], first, op.names[i])
    if type(first) is cnp.ndarray:
        for i in range(op.nargs):
            if op.kinds[i] <= Kind_OPERAND:
                if type(values[i]) is not cnp.ndarray and values[i] is not None and not _is_number(values[i]):
                    _device_mismatch(op, values)
            elif op.kinds[i] == Kind_ARRAYS:
                for v in values[i]:
                    if type(v) is not cnp.ndarray:
                        _device_mismatch(op, values)
        return _CPU
    backend = _backends.backend_of_array(first)
    kind, index = type(first), backend.device_index(first)
    for i in range(op.nargs):
        if op.kinds[i] <= Kind_ARRAYS and values[i] is not None and values[i] is not first and not _is_number(values[i]):
            for v in (values[i] if op.kinds[i] == Kind_ARRAYS else (values[i],)):
                if type(v) is not kind or backend.device_index(v) != index:
                    _device_mismatch(op, values)
    return backend


cdef object _index_beside(Operator op, object index, object first, str name):
    """An index whose arrays are on the device of the array that it is for: what is on the CPU, lists too, is taken there."""
    if type(index) is tuple:
        return tuple([_index_beside(op, part, first, name) for part in <tuple>index])
    if not hasattr(index, "dtype") or (type(first) is cnp.ndarray and isinstance(index, (cnp.ndarray, np.generic))):
        return index
    if isinstance(index, np.generic):
        return index.item()
    if _device_of(index) == _device_of(first):
        return index
    if type(index) is cnp.ndarray:
        backend = _backends.backend_of_array(first)
        return backend.asarray(index, backend.device_index(first))
    errors.device_error(op.name, None, "all Tensors on one device",
                        f"{op.names[op.first_array]} on {_device_of(first)}, {name} on {_device_of(index)}",
                        "move them with .to(device)")


cdef object _device_of(object array):
    if type(array) is cnp.ndarray or isinstance(array, np.generic):
        return _DEVICE_CPU
    return _backends.backend_of_array(array).device_of(array)


cdef object _device_mismatch(Operator op, list values):
    cdef list places = []
    for i in range(op.nargs):
        if op.kinds[i] <= Kind_ARRAYS and values[i] is not None and not _is_number(values[i]):
            several = op.kinds[i] == Kind_ARRAYS
            for n, v in enumerate(values[i] if several else (values[i],)):
                label = f"{op.names[i]}[{n}]" if several else op.names[i]
                places.append(f"{label} on {_device_of(v)}")
    errors.device_error(op.name, None, "all Tensors on one device", ", ".join(places), "move them with .to(device)")
