# The path of a call:
#
#     x + y -> call2(add) - only plain Tensors and numbers? - yes -> compute -> Tensor
#                          '- no -> Tensor.dispatch, which subclasses override

cdef object call1(Operator op, object a):
    if _observer is None:
        if type(a) is Tensor:
            if op.loops is not NULL:
                result = native1(op, (<Tensor>a).array, None)
                if result is not None:
                    return wrap(result, None)
            return execute(op, (a,), None)
        if isinstance(a, Tensor) and not flambeau_is_python_class(a):
            return (<Tensor>a).dispatch1(op, a)
    return call(op, (a,), None)


cdef object call2(Operator op, object a, object b):
    cdef Tensor subject
    if _observer is None and op.loops is not NULL:
        subject = _subject_of_two(a, b)
        if subject is not None:
            if type(subject) is not Tensor:
                return subject.dispatch2(op, a, b)
            result = native2(op, _bare(a), _bare(b), None)
            if result is not None:
                return wrap(result, None)
    return call(op, (a, b), None)


cdef inline Tensor _subject_of_two(object a, object b):
    """The argument whose type decides, where that is plain to see: no Python classes, no two kinds of subclass."""
    if type(a) is Tensor:
        if type(b) is Tensor or not isinstance(b, Tensor):
            return <Tensor>a
        return None if flambeau_is_python_class(b) else <Tensor>b
    if isinstance(a, Tensor):
        if flambeau_is_python_class(a) or (isinstance(b, Tensor) and type(b) is not Tensor and type(b) is not type(a)):
            return None
        return <Tensor>a
    if isinstance(b, Tensor) and not flambeau_is_python_class(b):
        return <Tensor>b
    return None


cdef object call(Operator op, tuple args, object out):
    cdef Tensor subject
    if op is _op_copy:
        args = _brought(args)
    subject = _overriding(args, out)
    if _observer_before is not None:
        _observer_before(op, args, out)
    if subject is None:
        result = execute(op, args, out)
    else:
        result = _dispatch_to(subject, op, args, out)
    if _observer is not None:
        _observer(op, args, out, result)
    return result


cdef tuple _brought(tuple args):
    """The arguments of ``copy_``, the second one on the device of the first: it alone takes Tensors from elsewhere."""
    target, source, later = args
    if not isinstance(target, Tensor) or not isinstance(source, Tensor):
        return args
    here, there = (<Tensor>source).array, (<Tensor>target).array
    if type(here) is cnp.ndarray and type(there) is cnp.ndarray:
        return args
    place = _device_of(there)
    if place == _device_of(here):
        return args
    # What goes to the CPU's memory is copied on there, and must have arrived.
    return target, call(_op_transfer, (source, place, bool(later) and place.type != "cpu"), None), False


cdef object made(Operator op, tuple args, object out):
    # Compiled kernels take plain numbers, in which no subclass hides.
    if out is None and op.native_kernel is not NULL and _observer is None and not _defaults_set:
        result = op.native_kernel(op, args, None)
        if result is not None:
            return wrap(result, None)
    return call(op, args, out)


cdef Tensor _overriding(tuple args, object out):
    """The first argument of the most derived subclass of Tensor, or None when all are plain."""
    cdef Tensor subject = None
    cdef object value, item
    cdef Py_ssize_t i
    for i in range(PyTuple_GET_SIZE(args)):
        value = <object>PyTuple_GET_ITEM(args, i)
        if type(value) is Tensor or type(value) is int or type(value) is float or value is None:
            continue
        if isinstance(value, Tensor):
            if _overrides(<Tensor>value):
                subject = _more_derived(subject, <Tensor>value)
        elif isinstance(value, (list, tuple)):
            for item in value:
                if isinstance(item, Tensor) and _overrides(<Tensor>item):
                    subject = _more_derived(subject, <Tensor>item)
    if out is not None and isinstance(out, Tensor) and _overrides(<Tensor>out):
        subject = _more_derived(subject, <Tensor>out)
    return subject


cdef inline bint _overrides(Tensor x):
    """Whether the class of `x` has anything to say: plain Tensor has not, nor a Python class that only derives from it."""
    if type(x) is Tensor:
        return False
    return not flambeau_is_python_class(x) or type(x).__operator__ is not _TENSOR_OPERATOR


cdef inline Tensor _more_derived(Tensor subject, Tensor candidate):
    if subject is None or (type(candidate) is not type(subject) and issubclass(type(candidate), type(subject))):
        return candidate
    return subject


cdef object _dispatch_to(Tensor subject, Operator op, tuple args, object out):
    result = _ask(subject, op, args, out)
    if result is not NotImplemented:
        return result
    # Rare: the most derived one passed. Ask the other types, subclasses before bases, then left to right.
    asked = [type(subject)]
    while True:
        rest = [v for v in _tensors(args, out) if _overrides(v) and type(v) not in asked]
        if not rest:
            break
        subject = rest[0]
        for v in rest[1:]:
            subject = _more_derived(subject, v)
        result = _ask(subject, op, args, out)
        if result is not NotImplemented:
            return result
        asked.append(type(subject))
    errors.type_error(op.name, None, "a type that implements it", ", ".join([t.__name__ for t in asked]))


cdef list _tensors(tuple args, object out):
    found = []
    for value in (*args, out):
        for item in (value if isinstance(value, (list, tuple)) else (value,)):
            if isinstance(item, Tensor):
                found.append(item)
    return found


cdef inline object _ask(Tensor subject, Operator op, tuple args, object out):
    """A Python class that defines `__operator__` decides by it; otherwise the C method of its compiled base does."""
    cdef object handler
    if flambeau_is_python_class(subject):
        handler = type(subject).__operator__
        if type(handler) is not type(_TENSOR_OPERATOR):
            return handler(subject, op, args, {} if out is None else {"out": out})
    return subject.dispatch(op, args, out)


cdef object execute(Operator op, tuple args, object out):
    """Run `op` on plain Tensors: nothing dispatched."""
    if out is None:
        return _wrapped(op, compute(op, args, None), args)
    if not isinstance(out, Tensor):
        errors.type_error(op.name, "out", "Tensor", _type_name(out))
    return write(op, args, <Tensor>out, None)


cdef object compute(Operator op, tuple args, list values):
    """The result as an array, or as a tuple of arrays; `values` receives the normalised arguments, or stays empty where a
    compiled kernel took them as they were given."""
    cdef object result
    if op is _op_index and (isinstance(args[0], Tensor) or type(args[0]) is cnp.ndarray):  # others are refused below
        result = _view_by_index(_bare(args[0]), args[1])
        if result is not None:
            return result
    result = native(op, args, None)
    if result is not None:
        return result
    if values is None:
        values = []
    backend = prepare(op, args, values)
    elsewhere = _elsewhere(op, backend, values)
    if elsewhere is None:
        return _settle_and_run(op, backend, values)
    with elsewhere:
        return _settle_and_run(op, backend, values)


cdef inline object _elsewhere(Operator op, object backend, list values):
    """The context in which the arguments' device is the current one; None where it is already, as the CPU always is.

    From promotion to the last copy, whatever a call computes is computed within it: array libraries compute on the current
    device.
    """
    return None if backend is _CPU else backend.on(_device_index(op, backend, values))


cdef object _settle_and_run(Operator op, object backend, list values):
    _settle(op, backend, values)
    return _run(op, backend, values)


cdef int _settle(Operator op, object backend, list values) except -1:
    """The rest of what the arguments must go through before a kernel, as far as arrays are computed for it."""
    if op.promote:
        _check_accepts(op, _promote(op, values, backend))
    _check(op, values)
    return 0


cdef object _run(Operator op, object backend, list values):
    if backend is _CPU:
        _import_kernels(op)
    own = backend.kernels.get(op.name)
    result = NotImplemented
    if own is not None:
        result = _invoke(op, own, backend, values)
    elif backend is _CPU and op.row is not NULL and op.loops is NULL:
        result = pointwise(op, tuple(values), None)
        if result is not None:
            return result
        result = NotImplemented
    if result is NotImplemented:
        result = _invoke(op, op.declared().kernel, backend, values)
    return _as_result(op, backend, result)


cdef extern from "Python.h":
    object PyContextVar_Set(object var, object value)
    int PyContextVar_Reset(object var, object token) except -1


cdef tuple _ignoring():
    """The context variable in which NumPy keeps what it does about floating-point errors, and its value within
    ``np.errstate(all="ignore")``: to set it takes a tenth of the time of that statement."""
    with np.errstate(all="ignore"):
        for variable, value in contextvars.copy_context().items():
            if variable.name == "numpy.ufunc.extobj":
                return variable, value
    return None, None  # a NumPy that does it otherwise


_float_errors, _ignored = _ignoring()


cdef object _invoke(Operator op, object kernel, object backend, list values):
    cdef dict keywords = None
    cdef tuple positional
    cdef int i
    if op.keyword_names is not None:
        keywords = {}
        for i in range(op.positional, op.nargs):
            if op.kinds[i] != Kind_DEVICE:
                keywords[op.names[i]] = values[i]
        positional = (backend.xp, *values[:op.positional])
    else:
        positional = (backend.xp, *values)
    if op.quiet or backend is not _CPU:
        return _applied(kernel, positional, keywords)
    # Division by zero and overflow give inf and nan, as on every device, and no warning.
    if _float_errors is None:
        with np.errstate(all="ignore"):
            return _applied(kernel, positional, keywords)
    token = PyContextVar_Set(_float_errors, _ignored)
    try:
        return _applied(kernel, positional, keywords)
    finally:
        PyContextVar_Reset(_float_errors, token)


cdef inline object _applied(object function, tuple positional, dict keywords):
    return function(*positional) if keywords is None else function(*positional, **keywords)


cdef object _device_index(Operator op, object backend, list values):
    """The index of the device that the first Tensor, or device=, names."""
    cdef int i
    for i in range(op.nargs):
        if op.kinds[i] == Kind_DEVICE:
            return values[i].index
        if op.kinds[i] <= Kind_ARRAYS and values[i] is not None and not _is_number(values[i]):
            return backend.device_index(values[i][0] if op.kinds[i] == Kind_ARRAYS else values[i])


cdef object _as_result(Operator op, object backend, object result):
    if isinstance(result, (tuple, list)):
        return tuple([_as_result(op, backend, r) for r in result])
    if type(result) is cnp.ndarray:
        return result
    # NumPy gives scalars where the result has no dimensions. A transfer's result is another backend's.
    return np.asarray(result) if isinstance(result, np.generic) else result


cdef object write(Operator op, tuple args, Tensor out, list values):
    """Run `op` and write its result to `out`; in place when `out` is args[0]. Counts as a change of `out`."""
    cdef bint inplace = op.nargs > 0 and out is args[0]
    if inplace and op.view == 1 and not op.many:
        return _turned(op, args, out, values)
    if type(out.array) is cnp.ndarray and not cnp.PyArray_ISWRITEABLE(<cnp.ndarray>out.array):
        errors.value_error(op.name, "input" if inplace else "out", "a Tensor that may be written",
                           "read-only memory", "clone() it first")
    if native(op, args, out.array) is not None:
        count_change(out, op)
        return out
    if op.many or len(op.outputs) > 1:
        errors.type_error(op.name, "out", "nothing: the result has several parts", "a Tensor")
    if values is None:
        values = []
    backend = prepare(op, args, values)
    elsewhere = _elsewhere(op, backend, values)
    if elsewhere is None:
        _settle_and_write(op, backend, values, out, inplace)
    else:
        with elsewhere:
            _settle_and_write(op, backend, values, out, inplace)
    count_change(out, op)
    return out


cdef int _settle_and_write(Operator op, object backend, list values, Tensor out, bint inplace) except -1:
    _settle(op, backend, values)
    if not inplace or not _ran_inplace(op, backend, values, out):
        _store(op, backend, _run(op, backend, values), out, inplace)
    return 0


cdef bint _ran_inplace(Operator op, object backend, list values, Tensor out) except -1:
    """Change `out` itself, by the backend's kernel in place or that of the reference; False where there is none."""
    kernel = op.declared().inplace_kernel
    own = backend.kernels.get(op.name + "_")
    if own is None and kernel is None:
        return False
    given, values[0] = values[0], out.array  # not a promoted copy of it
    if own is not None and _invoke(op, own, backend, values) is not NotImplemented:
        return True
    if kernel is None:
        values[0] = given
        return False
    _invoke(op, kernel, backend, values)
    return True


cdef object _turned(Operator op, tuple args, Tensor x, list values):
    """A view in place: `x` sees its memory in another way from now on."""
    x.array = compute(op, args, values)
    count_change(x, op)
    return x


cdef object _store(Operator op, object backend, object result, Tensor out, bint inplace):
    name = "input" if inplace else "out"
    if type(result) is not type(out.array) or (backend is not _CPU and _device_of(result) != _device_of(out.array)):
        errors.device_error(op.name, name, f"a Tensor on {_device_of(result)}", f"one on {_device_of(out.array)}")
    if tuple(result.shape) != tuple(out.array.shape):
        errors.shape_error(op.name, name, f"shape {tuple(result.shape)}, the result's", str(tuple(out.array.shape)))
    if not _may_store(result.dtype, out.array.dtype):
        errors.dtype_error(op.name, name, f"a dtype that holds the result's {_dtype_name(result.dtype)}",
                           _dtype_name(out.array.dtype))
    if backend is _CPU or by_own_kernel(backend, "copy_", out.array, result) is NotImplemented:
        out.array[...] = result if result.dtype == out.array.dtype else result.astype(out.array.dtype)


cdef object by_own_kernel(object backend, str name, object array, object other):
    """What a backend's own kernel gives for an array and something else; NotImplemented where it has none for them."""
    kernel = backend.kernels.get(name)
    return NotImplemented if kernel is None else kernel(backend.xp, array, other)


cdef bint _may_store(object source, object target):
    """Kinds may only widen: bool, integer, float, complex. Widths within a kind are the caller's choice."""
    return _kind_rank(source) <= _kind_rank(target)


cdef int _kind_rank(object dtype):
    if dtype.kind == "b":
        return 0
    if dtype.kind in "iu":
        return 1
    return 3 if dtype.kind == "c" else 2


cdef class Watcher:
    """See tensor.pxd."""

    cdef Watcher changed(self):
        return self


cdef int count_change(Tensor x, Operator op) except -1:
    """The memory of `x` was changed in place by `op`."""
    cdef Tensor owner = root(x)
    owner.changes += 1
    owner.changed_by = op
    if owner.watcher is not None:
        owner.watcher = owner.watcher.changed()
    return 0


cdef Tensor root(Tensor x):
    """The Tensor whose memory and version counter `x` shares (possibly itself)."""
    while x.base is not None:
        x = x.base
    return x


cdef uint64_t version_of(Tensor x):
    return root(x).changes


cdef Tensor wrap(object array, Tensor base):
    """A plain Tensor around an array of its own, or around a view of the memory of `base`."""
    cdef Tensor x = Tensor.__new__(Tensor)
    x.array = array
    if base is not None:
        x.base = root(base)
    return x


cdef object _wrapped(Operator op, object result, tuple args):
    if type(result) is tuple:
        parts = tuple([_wrap_one(op, part, args) for part in <tuple>result])
        return parts if op.many else op.pack(parts)
    return _wrap_one(op, result, args)


cdef inline object _wrap_one(Operator op, object result, tuple args):
    base = result_base(op, result, args)
    if base is not None and (<Tensor>base).array is result:
        return base  # the operation had nothing to do
    return wrap(result, <Tensor>base)


cdef object result_base(Operator op, object result, tuple args):
    """The argument whose memory `result` shares, or None for memory of its own."""
    if op.view == 0:
        return None
    source = args[op.first_array]
    if not isinstance(source, Tensor):
        return None
    if op.view == 1 or result is (<Tensor>source).array or _owner(result) is _owner((<Tensor>source).array):
        return source
    return None


cdef inline object _owner(object array):
    """The array that owns the memory: NumPy and CuPy keep the owner itself, not the last view, as base."""
    cdef PyObject* held
    if type(array) is cnp.ndarray:
        held = cnp.PyArray_BASE(<cnp.ndarray>array)
        return array if held is NULL else <object>held
    base = array.base
    return array if base is None else base


cdef bint _has_compiled_hook(object x):
    """Whether the class of `x`, or one it derives from, is a compiled subclass of Tensor."""
    for cls in type(x).__mro__:
        handler = cls.__dict__.get("__operator__")
        if type(handler) is type(_TENSOR_OPERATOR):
            return handler is not _TENSOR_OPERATOR
    return False
