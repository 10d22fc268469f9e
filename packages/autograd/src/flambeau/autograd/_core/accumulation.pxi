# What arrives at leaves is added to their gradients.

cdef object _accumulating = threading.RLock()


cdef object _accumulate(Variable leaf, object grad, bint create_graph, bint owned):
    """Add to a leaf's gradient. Under a lock: NumPy lets other threads run in the middle of an addition."""
    with _accumulating:
        _add_to_leaf(leaf, grad, create_graph, owned)


cdef object _add_to_leaf(Variable leaf, object grad, bint create_graph, bint owned):
    if leaf.gradient is None:
        if create_graph and isinstance(grad, Variable):
            # Recorded, and no memory shared with other leaves or with the user; as the leaf lies in memory, or in C order.
            leaf.gradient = ops.clone(grad) if _lie_alike(grad, leaf) else _in_order(grad)
        else:
            leaf.gradient = _variable(_own_array(grad, owned), None)
    elif create_graph:
        leaf.gradient = _sum(leaf.gradient, grad)
    else:
        write(_op_add, (leaf.gradient, grad), <Tensor>leaf.gradient, None)


cdef inline bint _lie_alike(Tensor a, Tensor b) except -1:
    return a.array.shape == b.array.shape and a.array.strides == b.array.strides


cdef object _own_array(object grad, bint owned):
    """The gradient's array when nobody else can see it, else a copy: leaves never share memory by surprise."""
    cdef object array = (<Tensor>grad).array
    # Two references to the array are the gradient's and the one here.
    if owned and type(grad) is Tensor and Py_REFCNT(array) <= 2 and _is_whole(<Tensor>grad, array):
        return array
    return _copy_of(array)


cdef object _copy_of(object array):
    """A copy in C order on the array's own device: CuPy's method would make it on the current one."""
    backend = _backends.backend_of_array(array)
    if backend is None or isinstance(array, cnp.ndarray):
        return array.copy()
    with backend.within(backend.device_index(array)):
        return array.copy()


cdef inline bint _alike(object a, object b) except -1:
    """Whether two arrays have the same shape and dtype."""
    cdef int d
    if type(a) is not cnp.ndarray or type(b) is not cnp.ndarray:
        return a.shape == b.shape and a.dtype == b.dtype
    if cnp.PyArray_NDIM(<cnp.ndarray>a) != cnp.PyArray_NDIM(<cnp.ndarray>b):
        return False
    for d in range(cnp.PyArray_NDIM(<cnp.ndarray>a)):
        if cnp.PyArray_DIM(<cnp.ndarray>a, d) != cnp.PyArray_DIM(<cnp.ndarray>b, d):
            return False
    return cnp.PyArray_DESCR(<cnp.ndarray>a) is cnp.PyArray_DESCR(<cnp.ndarray>b) or a.dtype == b.dtype


cdef inline bint _is_whole(Tensor grad, object array) except -1:
    """Whether an array has its memory for itself, on the CPU in C order."""
    if type(array) is cnp.ndarray:
        return (cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>array) and cnp.PyArray_ISWRITEABLE(<cnp.ndarray>array)
                and (cnp.PyArray_BASE(<cnp.ndarray>array) is NULL or _is_last_view(grad, <cnp.ndarray>array)))
    base = array.base
    # Two references to the base are the array's and the one here: nobody else sees that memory, in whatever order.
    return base is None or (Py_REFCNT(base) <= 2 and base.size == array.size)


cdef bint _is_last_view(Tensor grad, cnp.ndarray array):
    """Whether a view, such as a reshaped one, is of all of an array that nobody sees any more."""
    base = <object>cnp.PyArray_BASE(array)
    if type(base) is not cnp.ndarray or cnp.PyArray_BASE(<cnp.ndarray>base) is not NULL:
        return False
    owner = grad.base
    # The base is the array's, the one here, and that of the Tensor that was viewed; who is the gradient's and the one here.
    if owner is not None and ((<Tensor>owner).array is not base or Py_REFCNT(owner) > 2):
        return False
    return cnp.PyArray_SIZE(<cnp.ndarray>base) == cnp.PyArray_SIZE(array) and Py_REFCNT(base) <= (2 if owner is None else 3)
