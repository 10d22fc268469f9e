"""Reading and writing by places on the CPU. Indices are checked before memory is touched; what is wrong with them, and
whatever is unusual, is left to the general path."""

include "_arrays.pxi"
include "_places.pxi"
include "_along.pxi"


cdef enum:
    # Elements up to which a loop of ours is sooner done than NumPy's machinery is set up.
    SMALL = 256

# Rows -----------------------------------------------------------------------------------------------------------

cdef inline void _along_rows(RowsLayout* rows, cnp.ndarray x, int dim) noexcept:
    """The slices of a dimension as rows."""
    cdef int d
    rows.outer = 1
    rows.row = cnp.PyArray_ITEMSIZE(x)
    for d in range(dim):
        rows.outer *= cnp.PyArray_DIM(x, d)
    for d in range(dim + 1, cnp.PyArray_NDIM(x)):
        rows.row *= cnp.PyArray_DIM(x, d)
    rows.size = cnp.PyArray_DIM(x, dim)
    rows.step = rows.row
    rows.data = cnp.PyArray_BYTES(x)


cdef object _index_select(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0]), index
    cdef RowsLayout rows
    cdef cnp.npy_intp dims[16]
    cdef int d, dim
    if x is None or into is not None or not cnp.PyArray_IS_C_CONTIGUOUS(x):
        return None
    dim = _dim_of(args[1], cnp.PyArray_NDIM(x))
    if dim < 0:
        return None
    index = _places_in(args[2], 0, cnp.PyArray_DIM(x, dim))
    if index is None or cnp.PyArray_NDIM(index) != 1:
        return None
    _along_rows(&rows, x, dim)
    for d in range(cnp.PyArray_NDIM(x)):
        dims[d] = cnp.PyArray_DIM(x, d)
    dims[dim] = rows.n = cnp.PyArray_SIZE(index)
    result = new_array(cnp.PyArray_NDIM(x), dims, cnp.PyArray_TYPE(x))
    rows.rows = cnp.PyArray_BYTES(<cnp.ndarray>result)
    rows.index = <int64_t*>cnp.PyArray_DATA(index)
    _run_rows(indexing_kernels().take, &rows)
    return result


cdef object _write_slices(tuple args, object into, bint add):
    """``input`` with slices of ``source`` put, or added, into a dimension."""
    cdef cnp.ndarray x = _array_of(args[0]), index, source = _array_of(args[3]), target
    cdef rows_t kernel = indexing_kernels().put
    cdef RowsLayout rows
    cdef int d, dim, t
    if x is None or source is None or not cnp.PyArray_IS_C_CONTIGUOUS(source) or not _same_type(x, source):
        return None
    dim = _dim_of(args[1], cnp.PyArray_NDIM(x))
    if dim < 0 or cnp.PyArray_NDIM(source) != cnp.PyArray_NDIM(x):
        return None
    index = _places_in(args[2], 0, cnp.PyArray_DIM(x, dim))
    if index is None or cnp.PyArray_NDIM(index) != 1:
        return None
    for d in range(cnp.PyArray_NDIM(x)):
        if cnp.PyArray_DIM(source, d) != (cnp.PyArray_SIZE(index) if d == dim else cnp.PyArray_DIM(x, d)):
            return None
    if add:
        t = stored_type(x)
        if t < 0 or indexing_kernels().add[t] is NULL:
            return None
        kernel = indexing_kernels().add[t]
    target = _target(x, into, index, source)
    if target is None:
        return None
    _along_rows(&rows, target, dim)
    rows.n = cnp.PyArray_SIZE(index)
    rows.rows = cnp.PyArray_BYTES(source)
    rows.index = <int64_t*>cnp.PyArray_DATA(index)
    _run_rows(kernel, &rows)
    return target


cdef object _index_add(Operator op, tuple args, object into):
    if type(args[4]) is not int or args[4] != 1:
        return None
    return _write_slices(args, into, True)


cdef object _index_copy(Operator op, tuple args, object into):
    return _write_slices(args, into, False)


# x[index] -------------------------------------------------------------------------------------------------------

cdef struct Places:
    # x[index] for index Tensors of one shape behind any number of full slices: rows of x named by `rows.index`, and the
    # shape of what they are. Or, without `rows.index`, for a mask.
    RowsLayout rows
    int ndim
    cnp.npy_intp dims[16]
    const uint8_t* mask


cdef object _places_of(cnp.ndarray x, object index, Places* places):
    """What keeps the index alive, or None where the general path must look at it."""
    cdef cnp.ndarray part, found = None
    cdef int d, first = 0, count = 0, ndim = cnp.PyArray_NDIM(x)
    cdef tuple parts = <tuple>index if type(index) is tuple else (index,)
    places.mask = NULL
    for value in parts:
        if count == 0 and type(value) is slice and _is_whole(value):
            first += 1
            continue
        if first + count >= ndim:
            return None
        part = _array_of(value)
        if part is None or cnp.PyArray_NDIM(part) == 0:
            return None
        if cnp.PyArray_TYPE(part) == cnp.NPY_BOOL:
            return _mask_of(x, part, places) if len(parts) == 1 else None
        part = _places_in(part, -cnp.PyArray_DIM(x, first + count), cnp.PyArray_DIM(x, first + count))
        if part is None or (found is not None and not PyArray_SAMESHAPE(part, found)):
            return None
        if found is None:
            found = part
        elif count == 1:
            found = _combined(found, part, cnp.PyArray_DIM(x, first), cnp.PyArray_DIM(x, first + 1))
        else:
            found = _combined_again(found, part, cnp.PyArray_DIM(x, first + count))
        count += 1
    if found is None or ndim - count + cnp.PyArray_NDIM(found) > MaxDims:
        return None
    places.rows.outer = places.rows.size = 1
    places.rows.row = cnp.PyArray_ITEMSIZE(x)
    places.ndim = 0
    for d in range(first):
        places.rows.outer *= cnp.PyArray_DIM(x, d)
        places.dims[places.ndim] = cnp.PyArray_DIM(x, d)
        places.ndim += 1
    for d in range(first, first + count):
        places.rows.size *= cnp.PyArray_DIM(x, d)
    for d in range(cnp.PyArray_NDIM(found)):
        places.dims[places.ndim] = cnp.PyArray_DIM(found, d)
        places.ndim += 1
    for d in range(first + count, ndim):
        places.rows.row *= cnp.PyArray_DIM(x, d)
        places.dims[places.ndim] = cnp.PyArray_DIM(x, d)
        places.ndim += 1
    places.rows.n = cnp.PyArray_SIZE(found)
    places.rows.step = places.rows.row
    places.rows.index = <int64_t*>cnp.PyArray_DATA(found)
    return found


cdef object _mask_of(cnp.ndarray x, cnp.ndarray mask, Places* places):
    cdef int d, ndim = cnp.PyArray_NDIM(mask)
    if ndim > cnp.PyArray_NDIM(x) or not cnp.PyArray_IS_C_CONTIGUOUS(mask):
        return None
    places.rows.outer = 1
    places.rows.row = cnp.PyArray_ITEMSIZE(x)
    for d in range(ndim):
        if cnp.PyArray_DIM(x, d) != cnp.PyArray_DIM(mask, d):
            return None
    places.ndim = 1
    for d in range(ndim, cnp.PyArray_NDIM(x)):
        places.rows.row *= cnp.PyArray_DIM(x, d)
        places.dims[places.ndim] = cnp.PyArray_DIM(x, d)
        places.ndim += 1
    places.mask = <const uint8_t*>cnp.PyArray_DATA(mask)
    places.rows.n = cnp.PyArray_SIZE(mask)
    return mask


cdef object _selected(cnp.ndarray x, Places* places):
    """The rows of `x` where a mask is true."""
    cdef const IndexingKernels* kernels = &indexing_kernels()
    cdef bint done
    places.dims[0] = kernels.count(places.mask, places.rows.n)
    result = new_array(places.ndim, places.dims, cnp.PyArray_TYPE(x))
    places.rows.rows = cnp.PyArray_BYTES(<cnp.ndarray>result)
    if places.rows.n >= WORTH_RELEASING:
        with nogil:
            done = kernels.select(places.mask, places.rows.n, cnp.PyArray_BYTES(x), places.rows.row, places.rows.rows)
    else:
        done = kernels.select(places.mask, places.rows.n, cnp.PyArray_BYTES(x), places.rows.row, places.rows.rows)
    if not done:
        raise MemoryError
    return result


cdef object _index(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0])
    cdef Places places
    if x is None or into is not None or not cnp.PyArray_IS_C_CONTIGUOUS(x):
        return None
    index = _places_of(x, args[1], &places)
    if index is None:
        return None
    if places.mask is not NULL:
        return _selected(x, &places)
    result = new_array(places.ndim, places.dims, cnp.PyArray_TYPE(x))
    places.rows.data = cnp.PyArray_BYTES(x)
    places.rows.rows = cnp.PyArray_BYTES(<cnp.ndarray>result)
    _run_rows(indexing_kernels().take, &places.rows)
    return result


cdef object _index_put(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0]), value = None, target
    cdef rows_t kernel = indexing_kernels().put
    cdef Places places
    cdef char element[16]
    cdef bint number
    cdef int t
    if x is None or type(args[3]) is not bool:
        return None
    if _is_basic(args[1]):
        return None if args[3] else _put_view(x, args[1], args[2], into)
    index = _places_of(x, args[1], &places)
    if index is None:
        return None
    number = _element(args[2], x, element)
    if places.mask is not NULL:
        t = _size_number(x)
        if not number or args[3] or t < 0 or places.rows.row != cnp.PyArray_ITEMSIZE(x):
            return None
        target = _target(x, into, <cnp.ndarray>index, None)
        if target is not None:
            with nogil:
                indexing_kernels().fill[t](places.mask, places.rows.n, cnp.PyArray_BYTES(target), element)
        return target
    if args[3]:
        t = stored_type(x)
        if t < 0 or indexing_kernels().add[t] is NULL:
            return None
        kernel = indexing_kernels().add[t]
    if number:
        value = _filled(x, element, places.rows.row)
        places.rows.step = 0
    else:
        value = _array_of(args[2])
        if value is None or not cnp.PyArray_IS_C_CONTIGUOUS(value) or not _same_type(x, value):
            return None
        if not _has_shape(value, places.ndim, places.dims):
            return None
    target = _target(x, into, <cnp.ndarray>index, value)
    if target is None:
        return None
    places.rows.data = cnp.PyArray_BYTES(target)
    places.rows.rows = cnp.PyArray_BYTES(value)
    _run_rows(kernel, &places.rows)
    return target


cdef object _put_view(cnp.ndarray x, object index, object value, object into):
    """``x[index] = value``, or that on a copy of `x`, where the index names a view."""
    cdef cnp.ndarray source, target
    cdef char element[16]
    if into is not None and into is not x:
        return None
    target = _target(x, None, None, None) if into is None else x
    try:
        view = (<object>target)[(*index, Ellipsis) if type(index) is tuple and Ellipsis not in index else
                           index if type(index) is tuple or index is Ellipsis else (index, Ellipsis)]
        if _element(value, x, element):
            if PyArray_ISCARRAY(<cnp.ndarray>view) and cnp.PyArray_SIZE(<cnp.ndarray>view) <= SMALL:
                _fill(cnp.PyArray_BYTES(<cnp.ndarray>view), cnp.PyArray_SIZE(<cnp.ndarray>view),
                      cnp.PyArray_ITEMSIZE(x), element)
            else:
                view[...] = value
        else:
            source = _array_of(value)
            if source is None or not _same_type(x, source):
                return None
            if not apart(<cnp.ndarray>view, source):
                source = (<object>source).copy()  # NumPy would read what it has just written, in one dimension
            cnp.PyArray_CopyInto(<cnp.ndarray>view, source)
    except (IndexError, ValueError, TypeError):
        return None  # nothing was written; the general path says what is wrong
    return target


# Masks ----------------------------------------------------------------------------------------------------------

cdef object _masked_select(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0]), mask = _array_of(args[1])
    cdef Places places
    if x is None or mask is None or into is not None or not cnp.PyArray_IS_C_CONTIGUOUS(x):
        return None
    if cnp.PyArray_TYPE(mask) != cnp.NPY_BOOL or not PyArray_SAMESHAPE(x, mask) or _mask_of(x, mask, &places) is None:
        return None
    return _selected(x, &places)


cdef object _nonzero(Operator op, tuple args, object into):
    cdef cnp.ndarray x = _array_of(args[0])
    cdef const IndexingKernels* kernels = &indexing_kernels()
    cdef const uint8_t* mask
    cdef cnp.npy_intp dims[2]
    cdef int64_t* out
    cdef bint done
    if x is None or into is not None or stored_type(x) < 0:
        return None
    if cnp.PyArray_TYPE(x) != cnp.NPY_BOOL:
        x = (<object>x).astype(bool)
    x = cnp.PyArray_GETCONTIGUOUS(x)
    mask = <const uint8_t*>cnp.PyArray_DATA(x)
    dims[0] = kernels.count(mask, cnp.PyArray_SIZE(x))
    dims[1] = cnp.PyArray_NDIM(x)
    result = new_array(2, dims, numpy_number(Int64))
    out = <int64_t*>cnp.PyArray_DATA(<cnp.ndarray>result)
    with nogil:
        done = kernels.places(mask, cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), out)
    if not done:
        raise MemoryError
    return result


set_native("index_select", &_index_select)
set_native("index_add", &_index_add)
set_native("index_copy", &_index_copy)
set_native("index", &_index)
set_native("index_put", &_index_put)
set_native("masked_select", &_masked_select)
set_native("nonzero", &_nonzero)
