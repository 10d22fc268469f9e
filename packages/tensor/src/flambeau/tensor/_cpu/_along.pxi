# Elements read and written at places along a dimension: gather, scatter, scatter_add. Part of indexing.pyx.

cdef enum:
    # Indices from which on reading them from memory a second time takes longer than writing them down in fewer bytes.
    WORTH_NARROWING = 1 << 19


cdef int _spanned_dim(cnp.ndarray x, object dim, cnp.ndarray index) except -2:
    """The dimension of gather and scatter, where an index of int64 spans `x` in all others; else -1."""
    cdef int d, at = _dim_of(dim, cnp.PyArray_NDIM(x))
    if at < 0 or index is None or cnp.PyArray_TYPE(index) != cnp.NPY_INT64:
        return -1
    if cnp.PyArray_NDIM(index) != cnp.PyArray_NDIM(x):
        return -1
    for d in range(cnp.PyArray_NDIM(x)):
        if d != at and cnp.PyArray_DIM(index, d) != cnp.PyArray_DIM(x, d):
            return -1
    return at


cdef cnp.ndarray _index_of_rows(RowsLayout* rows, cnp.ndarray x, object dim, cnp.ndarray index):
    """The index of gather and scatter as one of whole rows, where it is the same all along them, as `expand` makes it: the
    places of rows, counted through the dimensions before; else None."""
    cdef int d, ndim = cnp.PyArray_NDIM(x), at = _spanned_dim(x, dim, index)
    cdef ptrdiff_t before
    if at < 0 or at == ndim - 1 or cnp.PyArray_SIZE(index) == 0:
        return None
    for d in range(at + 1, ndim):
        if cnp.PyArray_STRIDE(index, d) != 0 and cnp.PyArray_DIM(index, d) != 1:
            return None
    _along_rows(rows, x, at)
    if rows.row == cnp.PyArray_ITEMSIZE(x):
        return None
    index = _places_in((<object>index)[(slice(None),) * (at + 1) + (0,) * (ndim - at - 1)], 0, rows.size)
    if index is None:
        return None
    before = rows.outer
    rows.outer = 1
    if before > 1:
        starts = np.arange(before) * rows.size
        index = (<object>index).reshape(before, -1) + starts[:, None]
        rows.size *= before
    rows.n = cnp.PyArray_SIZE(index)
    rows.index = <int64_t*>cnp.PyArray_DATA(index)
    return index


cdef cnp.ndarray _index_along(AlongLayout* along, cnp.ndarray x, object dim, cnp.ndarray index):
    """The index of gather and scatter, where it spans `x` in all other dimensions; else None. Nobody has looked whether
    its elements are in range."""
    cdef int d, at = _spanned_dim(x, dim, index)
    if at < 0:
        return None
    index = cnp.PyArray_GETCONTIGUOUS(index)
    along.outer = along.inner = 1
    for d in range(cnp.PyArray_NDIM(x)):
        if d < at:
            along.outer *= cnp.PyArray_DIM(x, d)
        elif d > at:
            along.inner *= cnp.PyArray_DIM(x, d)
    along.size = cnp.PyArray_DIM(x, at)
    along.n = cnp.PyArray_DIM(index, at)
    along.index = <int64_t*>cnp.PyArray_DATA(index)
    along.data = cnp.PyArray_BYTES(x)
    along.step = cnp.PyArray_ITEMSIZE(x)
    along.narrow = NULL
    return index


cdef cnp.ndarray _narrowed(AlongLayout* along):
    """The index in fewer bytes, for who has to read it twice, where that pays and all of it is inside; else None."""
    cdef cnp.npy_intp n = along.outer * along.n
    cdef cnp.ndarray narrow
    cdef bint inside
    if along.inner != 1 or along.size > 65536 or n < WORTH_NARROWING:
        return None
    narrow = new_array(1, &n, cnp.NPY_UINT16)
    along.narrow = <const uint16_t*>cnp.PyArray_DATA(narrow)
    with nogil:
        inside = indexing_kernels().narrow(along.index, n, along.size, <uint16_t*>along.narrow)
    return narrow if inside else None


cdef void _run_along(along_t kernel, AlongLayout* along) noexcept:
    if along.outer * along.n * along.inner >= WORTH_RELEASING:
        with nogil:
            kernel(along[0])
    else:
        kernel(along[0])


cdef object _gather(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0]), index = _array_of(args[2]), places
    cdef RowsLayout rows
    cdef AlongLayout along
    cdef int size
    cdef bint inside
    if x is None or into is not None or not cnp.PyArray_IS_C_CONTIGUOUS(x):
        return None
    size = _size_number(x)
    if size < 0:
        return None
    places = _index_of_rows(&rows, x, args[1], index)
    if places is not None:
        result = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(index), cnp.PyArray_TYPE(x))
        rows.rows = cnp.PyArray_BYTES(<cnp.ndarray>result)
        _run_rows(indexing_kernels().take, &rows)
        return result
    index = _index_along(&along, x, args[1], index)
    if index is None:
        return None
    result = new_array(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(index), cnp.PyArray_TYPE(x))
    along.elements = cnp.PyArray_BYTES(<cnp.ndarray>result)
    if along.outer * along.n * along.inner >= WORTH_RELEASING:
        with nogil:
            inside = indexing_kernels().gather[size](along)
    else:
        inside = indexing_kernels().gather[size](along)
    return result if inside else None  # the general path says what is wrong


cdef object _scattered(tuple args, object into, bint add):
    cdef cnp.ndarray x = _array_of(args[0]), index = _array_of(args[2]), places, source = None, target, narrow
    cdef along_t kernel
    cdef RowsLayout rows
    cdef AlongLayout along
    cdef char element[16]
    cdef int size, t
    if x is None:
        return None
    size = _size_number(x)
    t = stored_type(x)
    if size < 0 or (add and (t < 0 or indexing_kernels().scatter_add[t] is NULL)):
        return None
    places = None if type(args[3]) is float or type(args[3]) is int else _index_of_rows(&rows, x, args[1], index)
    if places is not None:
        source = _array_of(args[3])
        if source is None or not cnp.PyArray_IS_C_CONTIGUOUS(source) or not _same_type(x, source):
            return None
        target = _target(x, into, places, source) if PyArray_SAMESHAPE(source, index) else None
        if target is not None:
            rows.data = cnp.PyArray_BYTES(target)
            rows.rows = cnp.PyArray_BYTES(source)
            _run_rows(indexing_kernels().add[t] if add else indexing_kernels().put, &rows)
        return target
    index = _index_along(&along, x, args[1], index)
    if index is None:
        return None
    if not add and _element(args[3], x, element):
        along.elements = element
        along.step = 0
    else:
        source = _array_of(args[3])
        if source is None or not cnp.PyArray_IS_C_CONTIGUOUS(source) or not _same_type(x, source):
            return None
        if not PyArray_SAMESHAPE(source, index):
            return None
        along.elements = cnp.PyArray_BYTES(source)
    # Nothing is written before all indices are known to be inside.
    narrow = _narrowed(&along)
    if narrow is None and not indexing_kernels().inside(along.index, cnp.PyArray_SIZE(index), 0, along.size):
        return None
    target = _target(x, into, index, source)
    if target is None:
        return None
    along.data = cnp.PyArray_BYTES(target)
    kernel = indexing_kernels().scatter_add[t] if add else indexing_kernels().scatter[size]
    _run_along(kernel, &along)
    return target


cdef object _scatter(Operator op, tuple args, object into):
    return _scattered(args, into, False)


cdef object _scatter_add(Operator op, tuple args, object into):
    return _scattered(args, into, True)


set_native("gather", &_gather)
set_native("scatter", &_scatter)
set_native("scatter_add", &_scatter_add)
