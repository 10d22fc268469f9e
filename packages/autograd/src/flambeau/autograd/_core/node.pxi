# Nodes: what backward runs. A node knows where its gradients go (edges), never the Variable it produced.

cdef enum:
    INLINE_DIMS = 6
    INLINE_EDGES = 3
    INLINE_KEPT = 4

cdef uint64_t _sequence = 0


@cython.trashcan(True)  # releasing a million chained nodes must not recurse
cdef class Node:
    """A recorded operator call, whose gradients come from the operator's derivative rule.

    Subclasses record other things: a call of a user's Function, a write into a view.
    """

    # Where the gradient of each input that may have one goes: a Node, a leaf Variable, or None; inputs in a list are
    # laid out in its place. Up to three are fields, which costs least; where there are more, `edge0` is a tuple of the
    # targets, and `edge1` one of the outputs, or None where these are all 0. See edges.pxi.
    cdef int nedges
    cdef object edge0, edge1, edge2
    cdef int edge_outputs[INLINE_EDGES]  # which output of the target
    cdef uint64_t sequence  # higher than that of every node it leads to
    cdef object code
    cdef int instruction
    cdef readonly object place
    cdef list hooks  # (output, function, last): called with the gradient of that output, retain_grad's after the others
    cdef bint released
    cdef uint64_t visit  # the last of `_find` that has been here
    cdef void* run  # the _Run whose gradients are waiting here, or NULL
    cdef object waiting
    # Shape and dtype of the only output, inline where it is a NumPy array of few dimensions; else `layout` has them.
    cdef int noutputs, ndim, typenum
    cdef Py_ssize_t dims[INLINE_DIMS]
    cdef tuple layout  # (shape, dtype, shape, dtype...) of all outputs, or None
    # Of an operator call:
    cdef Rule rule
    # What is kept for the rule's slots, None where nothing needed it: the first ones as fields, others in `saved`, which
    # is None where there are no more. See keeping.pxi.
    cdef object kept0, kept1, kept2, kept3
    cdef tuple saved
    cdef uint32_t versions[MAX_SLOTS]
    cdef uint32_t needed  # arguments that need a gradient
    cdef int list_length

    cdef list backward(self, object grads, bint create_graph):
        """Gradients of the inputs, aligned with its edges; `grads` is one gradient, or a list when there are several."""
        return _run_rule(self, grads, create_graph)

    cdef object release(self):
        """Drop what was kept for backward."""
        self.released = True
        self.kept0 = self.kept1 = self.kept2 = self.kept3 = self.saved = None

    cdef str title(self):
        return self.rule.op.name

    @property
    def name(self):
        """The operation that was recorded."""
        return self.title()

    @property
    def line(self):
        """The line of user code that recorded it."""
        return _line_of(self.code, self.instruction)

    @property
    def stack(self):
        """The lines of user code that led to it, the outermost first, where ``detect_anomaly`` was on; else nothing."""
        return _stack_text(<tuple>self.code).split("\n") if type(self.code) is tuple else []

    @property
    def outputs(self):
        """``((shape, dtype), ...)`` of its results; those that only serve the gradient are there while they are kept."""
        return tuple([(_output_shape(self, i), _output_dtype(self, i)) for i in range(self.noutputs)] + _auxiliary(self))

    @property
    def kept(self):
        """What it keeps for backward, by the names its rule has for it: Tensors, numbers, shapes. Nothing once released."""
        return _kept_by_name(self)

    @property
    def next_functions(self):
        """``((target, output), ...)`` for each input: a node, a leaf Variable, or None."""
        return _edges_of(self) if self.rule is None else _edges_by_argument(self)

    def register_hook(self, function):
        """Call ``function(grad)`` with the gradient of the first output when it arrives; it may give another."""
        _check_hook("register_hook", function)
        return _add_hook(self, 0, function, False)

    def __repr__(self):
        return f"<{self.title()} node from {_where(self)}>"


cdef inline int _set_output(Node node, object array) except -1:
    cdef int i
    node.noutputs = 1
    if type(array) is cnp.ndarray and cnp.PyArray_NDIM(<cnp.ndarray>array) <= INLINE_DIMS:
        node.ndim = cnp.PyArray_NDIM(<cnp.ndarray>array)
        node.typenum = cnp.PyArray_TYPE(<cnp.ndarray>array)
        for i in range(node.ndim):
            node.dims[i] = cnp.PyArray_DIM(<cnp.ndarray>array, i)
    else:
        node.layout = (_shape_of(array), array.dtype)
    return 0


cdef object _set_outputs(Node node, tuple arrays):
    """All of several results, or the only one."""
    cdef Py_ssize_t i, n = PyTuple_GET_SIZE(arrays)
    cdef tuple layout
    if n == 1:
        _set_output(node, arrays[0])
        return
    node.noutputs = <int>n
    layout = PyTuple_New(2 * n)
    for i in range(n):
        array = <object>PyTuple_GET_ITEM(arrays, i)
        _give(layout, 2 * i, _shape_of(array))
        _give(layout, 2 * i + 1, _dtype_of(array))
    node.layout = layout


cdef inline int _give(tuple new, Py_ssize_t i, object value) except -1:
    """Fill one place of a new tuple."""
    Py_INCREF(value)
    PyTuple_SET_ITEM(new, i, value)
    return 0


cdef inline tuple _shape_of(object array):
    if type(array) is cnp.ndarray:
        return PyArray_IntTupleFromIntp(cnp.PyArray_NDIM(<cnp.ndarray>array), cnp.PyArray_DIMS(<cnp.ndarray>array))
    return tuple(array.shape)


cdef inline object _dtype_of(object array):
    return <object>cnp.PyArray_DESCR(<cnp.ndarray>array) if type(array) is cnp.ndarray else array.dtype


cdef tuple _output_shape(Node node, int output):
    if node.layout is not None:
        return <tuple>node.layout[2 * output]
    return PyArray_IntTupleFromIntp(node.ndim, <cnp.npy_intp*>node.dims)


cdef object _output_dtype(Node node, int output):
    return cnp.PyArray_DescrFromType(node.typenum) if node.layout is None else node.layout[2 * output + 1]


cdef inline bint _fits_inline(Node node, object array) noexcept:
    """Fast yes to "has this gradient the shape and dtype of the node's only output?"; no may mean "look closer"."""
    cdef int i
    if node.layout is not None or type(array) is not cnp.ndarray:
        return False
    if cnp.PyArray_NDIM(<cnp.ndarray>array) != node.ndim or cnp.PyArray_TYPE(<cnp.ndarray>array) != node.typenum:
        return False
    for i in range(node.ndim):
        if cnp.PyArray_DIM(<cnp.ndarray>array, i) != node.dims[i]:
            return False
    return True


cdef class RemovableHandle:
    """What registering a hook gives; ``remove()`` takes the hook away. Also a context manager.

    Example:
        >>> w = Variable(ft.ones(2), requires_grad=True)
        >>> handle = w.register_hook(lambda grad: grad * 2)
        >>> handle.remove()
    """

    cdef list hooks
    cdef object entry

    def remove(self):
        """Take the hook away; a second call does nothing."""
        if self.hooks is not None and self.entry in self.hooks:
            self.hooks.remove(self.entry)
        self.hooks = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()


cdef RemovableHandle _handle(list hooks, object entry):
    cdef RemovableHandle handle = RemovableHandle.__new__(RemovableHandle)
    hooks.append(entry)
    handle.hooks = hooks
    handle.entry = entry
    return handle


cdef RemovableHandle _add_hook(Node node, int output, object function, bint last):
    if node.hooks is None:
        node.hooks = []
    return _handle(node.hooks, (output, function, last))


cdef list _run_rule(Node node, object grads, bint create_graph):
    """Gradients of an operator call: each formula with what it kept."""
    cdef Rule rule = node.rule
    cdef list result
    cdef Formula f
    cdef object given
    if create_graph and rule.fused:
        return _through_composite(node, grads)
    result = [None] * node.nedges
    for f in rule.formulas:
        if not f.target_mask & node.needed:
            continue
        given = _run_formula(node, f, grads, create_graph)
        if f.target >= 0:
            _put(node, result, f.target, given)
        else:
            for target, grad in zip(f.targets, given):
                if node.needed >> <int>target & 1:
                    _put(node, result, <int>target, grad)
    return result


cdef inline object _run_formula(Node node, Formula f, object grads, bint create_graph):
    cdef PyObject* arguments[MAX_SLOTS + 1]
    cdef int i, slot, filled = 1
    cdef object value = grads
    if f.takes_all_grads:
        value = grads if node.noutputs > 1 else [grads]
    elif node.noutputs > 1:
        value = _first_grad(node, grads)
    Py_INCREF(value)
    arguments[0] = <PyObject*>value
    try:
        for i in range(f.nslots):
            slot = f.slots[i]
            if slot < 0:
                value = tuple([bool(node.needed >> <int>t & 1) for t in f.targets])
            else:
                value = _saved_value(node, slot, create_graph)
            Py_INCREF(value)
            arguments[filled] = <PyObject*>value
            filled += 1
        return PyObject_Vectorcall(f.function, arguments, filled, NULL)
    finally:
        for i in range(filled):
            Py_DECREF(<object>arguments[i])


cdef object _put(Node node, list result, int target, object grad):
    """Place the gradient of an argument among the edges."""
    cdef int position = _edge_index(node, target)
    cdef int k
    if target != node.rule.list_argument:
        result[position] = grad
    elif grad is not None:
        for k, g in enumerate(grad):
            result[position + k] = g


cdef list _through_composite(Node node, object grads):
    """Differentiate the composite of primitives: for a gradient that is to be differentiated again."""
    cdef Rule rule = node.rule
    cdef list args = [], inputs = [], positions = []
    cdef int i
    for i, name in enumerate(rule.op.names):
        value = _saved_value(node, rule.slot_names.index(name), True)
        if node.needed >> i & 1:
            # A node of its own, so that the local gradient stops here and history continues behind it.
            value = _alias(value)
            inputs.append(value)
            positions.append(_edge_index(node, <int>i))
        args.append(value)
    result = rule.op.composite(*args)
    grad = _first_grad(node, grads) if node.noutputs > 1 else grads
    found = run_backward((result,), (grad,), True, True, tuple(inputs), False)
    out = [None] * node.nedges
    for i, g in zip(positions, found):
        out[i] = g
    return out


cdef object _first_grad(Node node, list grads):
    """The gradient of the first output, zeros when none arrived."""
    return _zeros_beside(node, 0, grads) if grads[0] is None else grads[0]


cdef object _zeros_beside(Node node, int output, list grads):
    """Zeros for an output that no gradient arrived for, on the device of one that did."""
    cdef object place = None
    for grad in grads:
        if grad is not None:
            place = (<Tensor>grad).device
            break
    return ft.zeros(_output_shape(node, output), dtype=_output_dtype(node, output), device=place)
