# Views: the same memory in another form, without NumPy's machinery. Each kernel here takes the usual arguments, and leaves
# everything else (what is wrong, what needs a copy, other devices) to the general path.

cdef extern from "numpy/arrayobject.h":
    int PyArray_SetBaseObject(cnp.ndarray array, PyObject* base) except -1  # takes over the reference to `base`

cdef extern from "Python.h":
    PyObject** PySequence_Fast_ITEMS(object sequence)
    int PySlice_Unpack(object slice, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t step) noexcept


cdef struct Form:
    int ndim
    ptrdiff_t offset  # of the first element, in bytes
    cnp.npy_intp shape[MaxDims]
    cnp.npy_intp strides[MaxDims]


cdef inline bint _form_of(object x, Form* form) noexcept:
    """The form an array on the CPU has; False for anything else."""
    cdef int d
    if type(x) is not cnp.ndarray or cnp.PyArray_NDIM(<cnp.ndarray>x) > MaxDims:
        return False
    form.ndim = cnp.PyArray_NDIM(<cnp.ndarray>x)
    form.offset = 0
    for d in range(form.ndim):
        form.shape[d] = cnp.PyArray_DIM(<cnp.ndarray>x, d)
        form.strides[d] = cnp.PyArray_STRIDE(<cnp.ndarray>x, d)
    return True


cdef object _view_of(cnp.ndarray x, Form* form, bint writeable):
    """The memory of `x` in another form."""
    cdef cnp.ndarray view
    cdef PyArray_Descr* descr = <PyArray_Descr*>cnp.PyArray_DESCR(x)
    cdef int flags = cnp.NPY_ARRAY_WRITEABLE if writeable and cnp.PyArray_ISWRITEABLE(x) else 0
    Py_INCREF(<object>descr)
    view = PyArray_NewFromDescr(<PyTypeObject*>cnp.ndarray, descr, form.ndim, form.shape, form.strides,
                                cnp.PyArray_BYTES(x) + form.offset, flags, NULL)
    Py_INCREF(x)
    PyArray_SetBaseObject(view, <PyObject*>x)
    return view


cdef inline bint _dim(object value, int ndim, int* dim) except -1:
    """A dimension of `ndim`; False when it is none, or not plainly an int."""
    if type(value) is not int:
        return False
    try:
        dim[0] = value
    except OverflowError:
        return False
    if dim[0] < 0:
        dim[0] += ndim
    return 0 <= dim[0] < ndim


cdef int _sizes(object given, cnp.npy_intp* sizes) except -2:
    """The ints of a shape, given as a tuple or as a tuple in a tuple: how many, or -1 when it is not plainly that."""
    cdef Py_ssize_t i, n
    if type(given) is not tuple:
        return -1
    n = PyTuple_GET_SIZE(given)
    if n == 1 and type(<object>PyTuple_GET_ITEM(given, 0)) is tuple:
        given = <object>PyTuple_GET_ITEM(given, 0)
        n = PyTuple_GET_SIZE(given)
    if n > MaxDims:
        return -1
    for i in range(n):
        size = <object>PyTuple_GET_ITEM(given, i)
        if type(size) is not int:
            return -1
        try:
            sizes[i] = size
        except OverflowError:
            return -1
    return <int>n


cdef bint _reshaped(cnp.ndarray x, Form* form, cnp.npy_intp* sizes, int ndim) noexcept:
    """Put `form` (that of `x`) into other sizes, -1 being what is left; False when that needs a copy or is wrong."""
    cdef ptrdiff_t count = cnp.PyArray_SIZE(x), rest = 1, elements, filled
    cdef cnp.npy_intp strides[MaxDims]
    cdef int d, k, last, opened = -1
    for d in range(ndim):
        if sizes[d] == -1 and opened < 0:
            opened = d
        elif sizes[d] < 0:
            return False
        elif sizes[d] != 0 and rest > PY_SSIZE_T_MAX // sizes[d]:
            return False
        else:
            rest *= sizes[d]
    if opened >= 0:
        if rest == 0 or count % rest != 0:
            return False
        sizes[opened] = count // rest
    elif rest != count:
        return False
    if count <= 1 or cnp.PyArray_IS_C_CONTIGUOUS(x):
        elements = cnp.PyArray_ITEMSIZE(x)
        for d in range(ndim - 1, -1, -1):
            strides[d] = elements
            elements *= sizes[d] if sizes[d] != 0 else 1
    else:
        # Each evenly spaced block of dimensions of `x` must be filled by a run of the new sizes.
        k = ndim - 1
        d = form.ndim - 1
        while d >= 0:
            last = d
            elements = form.shape[d]
            while d > 0 and (form.shape[d - 1] == 1 or elements == 1
                             or form.strides[d - 1] == elements * form.strides[last]):
                d -= 1
                if elements == 1:
                    last = d
                elements *= form.shape[d]
            d -= 1
            filled = 1
            while k >= 0 and (filled < elements or sizes[k] == 1):
                strides[k] = filled * form.strides[last]
                filled *= sizes[k]
                k -= 1
            if filled != elements:
                return False
    form.ndim = ndim
    for d in range(ndim):
        form.shape[d] = sizes[d]
        form.strides[d] = strides[d]
    return True


cdef object _native_reshape(Operator op, tuple args, object into):
    cdef Form form
    cdef cnp.npy_intp sizes[MaxDims]
    cdef int ndim
    x = _bare(args[0])
    if into is not None or not _form_of(x, &form):
        return None
    ndim = _sizes(args[1], sizes)
    if ndim < 0 or not _reshaped(<cnp.ndarray>x, &form, sizes, ndim):
        return None
    return _view_of(<cnp.ndarray>x, &form, True)


cdef object _native_transpose(Operator op, tuple args, object into):
    cdef Form form
    cdef int a, b
    x = _bare(args[0])
    if into is not None or not _form_of(x, &form) or not _dim(args[1], form.ndim, &a) or not _dim(args[2], form.ndim, &b):
        return None
    form.shape[a], form.shape[b] = form.shape[b], form.shape[a]
    form.strides[a], form.strides[b] = form.strides[b], form.strides[a]
    return _view_of(<cnp.ndarray>x, &form, True)


cdef object _native_permute(Operator op, tuple args, object into):
    cdef Form old, form
    cdef cnp.npy_intp order[MaxDims]
    cdef int i, d
    cdef unsigned int seen = 0
    x = _bare(args[0])
    if into is not None or not _form_of(x, &old) or _sizes(args[1], order) != old.ndim:
        return None
    form.ndim = old.ndim
    form.offset = 0
    for i in range(old.ndim):
        d = <int>(order[i] + old.ndim if order[i] < 0 else order[i])
        if not -old.ndim <= order[i] < old.ndim or seen >> d & 1:
            return None
        seen |= 1 << d
        form.shape[i] = old.shape[d]
        form.strides[i] = old.strides[d]
    return _view_of(<cnp.ndarray>x, &form, True)


cdef object _native_unsqueeze(Operator op, tuple args, object into):
    cdef Form form
    cdef int d, dim
    x = _bare(args[0])
    if into is not None or not _form_of(x, &form) or form.ndim == MaxDims or not _dim(args[1], form.ndim + 1, &dim):
        return None
    for d in range(form.ndim, dim, -1):
        form.shape[d] = form.shape[d - 1]
        form.strides[d] = form.strides[d - 1]
    form.strides[dim] = form.strides[dim] * form.shape[dim] if dim < form.ndim else cnp.PyArray_ITEMSIZE(<cnp.ndarray>x)
    form.shape[dim] = 1
    form.ndim += 1
    return _view_of(<cnp.ndarray>x, &form, True)


cdef object _native_squeeze(Operator op, tuple args, object into):
    cdef Form form
    cdef int d, only = -1, kept = 0
    x = _bare(args[0])
    if into is not None or not _form_of(x, &form) or (args[1] is not None and not _dim(args[1], form.ndim, &only)):
        return None
    for d in range(form.ndim):
        if form.shape[d] != 1 or (only >= 0 and d != only):
            form.shape[kept] = form.shape[d]
            form.strides[kept] = form.strides[d]
            kept += 1
    form.ndim = kept
    return _view_of(<cnp.ndarray>x, &form, True)


cdef object _native_expand(Operator op, tuple args, object into):
    cdef Form old, form
    cdef cnp.npy_intp sizes[MaxDims]
    cdef int d, new
    x = _bare(args[0])
    if into is not None or not _form_of(x, &old):
        return None
    form.ndim = _sizes(args[1], sizes)
    form.offset = 0
    new = form.ndim - old.ndim
    if form.ndim < old.ndim:
        return None
    for d in range(form.ndim):
        form.shape[d] = sizes[d]
        if d < new:
            form.strides[d] = 0
        elif sizes[d] == -1 or sizes[d] == old.shape[d - new]:
            form.shape[d] = old.shape[d - new]
            form.strides[d] = old.strides[d - new]
        elif old.shape[d - new] == 1:
            form.strides[d] = 0
        else:
            return None
        if form.shape[d] < 0:
            return None
    # Elements that share memory are for reading.
    return _view_of(<cnp.ndarray>x, &form, False)


cdef object _native_narrow(Operator op, tuple args, object into):
    cdef Form form
    cdef int dim
    cdef Py_ssize_t start, length
    x = _bare(args[0])
    if into is not None or not _form_of(x, &form) or not _dim(args[1], form.ndim, &dim):
        return None
    if type(args[2]) is not int or type(args[3]) is not int:
        return None
    try:
        start, length = args[2], args[3]
    except OverflowError:
        return None
    if start < 0 or start > form.shape[dim] or length < 0 or length > form.shape[dim] - start:
        return None
    form.offset = start * form.strides[dim]
    form.shape[dim] = length
    return _view_of(<cnp.ndarray>x, &form, True)


cdef object _native_split(Operator op, tuple args, object into):
    cdef Form form
    cdef int dim
    cdef Py_ssize_t size, total, i, count
    x = _bare(args[0])
    if into is not None or type(args[1]) is not int or not _form_of(x, &form) or not _dim(args[2], form.ndim, &dim):
        return None
    try:
        size = args[1]
    except OverflowError:
        return None
    total = form.shape[dim]
    if size <= 0:
        return None
    count = (total - 1) // size + 1 if total > 0 else 1
    parts = []
    for i in range(count):
        form.shape[dim] = min(size, total - i * size)
        parts.append(_view_of(<cnp.ndarray>x, &form, True))
        form.offset += size * form.strides[dim]
    return tuple(parts)


cdef object _native_unbind(Operator op, tuple args, object into):
    cdef Form form
    cdef int dim
    cdef cnp.npy_intp i, count, stride
    x = _bare(args[0])
    if into is not None or not _form_of(x, &form) or not _dim(args[1], form.ndim, &dim):
        return None
    count, stride = form.shape[dim], form.strides[dim]
    _drop(&form, dim)
    parts = []
    for i in range(count):
        parts.append(_view_of(<cnp.ndarray>x, &form, True))
        form.offset += stride
    return tuple(parts)


cdef inline void _drop(Form* form, int dim) noexcept:
    """Leave a dimension out."""
    cdef int d
    form.ndim -= 1
    for d in range(dim, form.ndim):
        form.shape[d] = form.shape[d + 1]
        form.strides[d] = form.strides[d + 1]


cdef object _view_elsewhere(object x, object index):
    """The same of another device's array, by its own indexing: here is only seen that nothing is wrong."""
    cdef Py_ssize_t used = 0, new = 0, size, ndim = x.ndim
    cdef tuple shape = x.shape
    for part in (index if type(index) is tuple else (index,)):
        if type(part) is int:
            if used >= ndim:
                return None
            size = shape[used]
            if not -size <= part < size:
                return None
            used += 1
        elif type(part) is slice:
            if not (_is_plain(part.start) and _is_plain(part.stop) and part.step is None):
                return None
            used += 1
        elif part is None:
            new += 1
        else:
            return None
    return x[index] if used <= ndim and new + ndim <= MaxDims else None


cdef inline bint _is_plain(object bound):
    return bound is None or type(bound) is int


cdef object _view_by_index(object x, object index):
    """`x[1]`, `x[2:]`, `x[..., None]` and tuples of such; None where something must be checked or copied."""
    cdef Form form, view
    cdef object part
    cdef PyObject* single = <PyObject*>index
    cdef PyObject** parts = &single
    cdef Py_ssize_t i, n = 1, start, stop, step
    cdef int d = 0, used = 0, new = 0
    cdef bint whole = False
    if type(x) is not cnp.ndarray:
        return _view_elsewhere(x, index)
    if not _form_of(x, &form):
        return None
    if type(index) is tuple:
        n = PyTuple_GET_SIZE(index)
        parts = PySequence_Fast_ITEMS(index)
    for i in range(n):
        part = <object>parts[i]
        if type(part) is int or type(part) is slice:
            used += 1
        elif part is None:
            new += 1
        elif part is Ellipsis and not whole:
            whole = True
        else:
            return None
    if used > form.ndim or new + form.ndim > MaxDims:
        return None
    view.ndim = 0
    view.offset = 0
    for i in range(n):
        part = <object>parts[i]
        if type(part) is int:
            try:
                start = part
            except OverflowError:
                return None
            if start < 0:
                start += form.shape[d]
            if not 0 <= start < form.shape[d]:
                return None
            view.offset += start * form.strides[d]
            d += 1
        elif type(part) is slice:
            try:
                PySlice_Unpack(part, &start, &stop, &step)
            except (TypeError, ValueError):
                return None
            view.shape[view.ndim] = PySlice_AdjustIndices(form.shape[d], &start, &stop, step)
            view.strides[view.ndim] = form.strides[d] * step
            # An empty part begins nowhere: its offset must not leave the memory.
            if view.shape[view.ndim] > 0:
                view.offset += start * form.strides[d]
            view.ndim += 1
            d += 1
        elif part is None:
            view.shape[view.ndim] = 1
            view.strides[view.ndim] = 0
            view.ndim += 1
        else:
            _keep(&view, &form, &d, form.ndim - used)
    _keep(&view, &form, &d, form.ndim - d)
    return _view_of(<cnp.ndarray>x, &view, True)


cdef inline void _keep(Form* view, Form* form, int* d, int count) noexcept:
    """Take over the next `count` dimensions as they are."""
    cdef int i
    for i in range(count):
        view.shape[view.ndim] = form.shape[d[0]]
        view.strides[view.ndim] = form.strides[d[0]]
        view.ndim += 1
        d[0] += 1


def are_matrices(a, b):
    """Whether two Tensors have two dimensions each: what `mm` asks, where small products would feel two attributes."""
    return isinstance(a, Tensor) and isinstance(b, Tensor) and _ndim((<Tensor>a).array) == _ndim((<Tensor>b).array) == 2


cdef void _set_views():
    set_native("reshape", &_native_reshape)
    set_native("view", &_native_reshape)
    set_native("transpose", &_native_transpose)
    set_native("permute", &_native_permute)
    set_native("unsqueeze", &_native_unsqueeze)
    set_native("squeeze", &_native_squeeze)
    set_native("expand", &_native_expand)
    set_native("narrow", &_native_narrow)
    set_native("split", &_native_split)
    set_native("unbind", &_native_unbind)
