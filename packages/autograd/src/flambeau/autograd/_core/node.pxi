# Nodes: what backward runs. A node knows where its gradients go (edges), never the Variable it produced.

cdef enum:
    INLINE_DIMS = 6

cdef uint64_t _sequence = 0


@cython.trashcan(True)  # releasing a million chained nodes must not recurse
cdef class Node:
    """A recorded operator call, whose gradients come from the operator's derivative rule.

    Subclasses record other things: a call of a user's Function, a write into a view.
    """

    # Where the gradient of each input goes: a Node, a leaf Variable, or None. Inputs in lists are laid out in place.
    # The edges of up to two inputs are fields, which most operations need and which costs least; where there are more,
    # `first` is a tuple of all: ((target, output), ...).
    cdef int nedges
    cdef object first, second
    cdef int first_output, second_output  # which output of the target
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
    cdef tuple layout  # ((shape, dtype), ...) of all outputs, or None
    # Of an operator call:
    cdef Rule rule
    cdef tuple saved  # aligned with the rule's slots; None where nothing needed the value
    cdef uint32_t versions[MAX_SLOTS]
    cdef uint32_t needed  # arguments that need a gradient
    cdef int list_length

    cdef list backward(self, object grads, bint create_graph):
        """Gradients of the inputs, aligned with its edges; `grads` is one gradient, or a list when there are several."""
        return _run_rule(self, grads, create_graph)

    cdef object release(self):
        """Drop what was kept for backward."""
        self.saved = None
        self.released = True

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
        """``((shape, dtype), ...)`` of its results."""
        return tuple([(_output_shape(self, i), _output_dtype(self, i)) for i in range(self.noutputs)])

    @property
    def kept(self):
        """What it keeps for backward, by the names its rule has for it: Tensors, numbers, shapes. Nothing once released."""
        return _kept_by_name(self)

    @property
    def next_functions(self):
        """``((target, output), ...)`` for each input: a node, a leaf Variable, or None."""
        return _edges_of(self)

    def register_hook(self, function):
        """Call ``function(grad)`` with the gradient of the first output when it arrives; it may give another."""
        _check_hook("register_hook", function)
        return _add_hook(self, 0, function, False)

    def __repr__(self):
        return f"<{self.title()} node from {_where(self)}>"


cdef dict _kept_by_name(Node node):
    if node.saved is None or node.rule is None:
        return {}
    return {name: (<Packed>value).packed if type(value) is Packed else value
            for name, value in zip(node.rule.slot_names, node.saved) if value is not None}


cdef inline object _edge_at(Node node, int i, int* output):
    """The target of an edge, and which of the target's outputs it is."""
    if node.nedges > 2:
        target, output[0] = (<tuple>node.first)[i]
        return target
    if i == 0:
        output[0] = node.first_output
        return node.first
    output[0] = node.second_output
    return node.second


cdef tuple _edges_of(Node node):
    """``((target, output), ...)``."""
    cdef int output = 0
    cdef list found = []
    for i in range(node.nedges):
        target = _edge_at(node, i, &output)
        found.append((target, output))
    return tuple(found)


cdef inline int _set_edges(Node node, tuple edges) except -1:
    """Edges from the general form, ((target, output), ...)."""
    node.nedges = <int>PyTuple_GET_SIZE(edges)
    if node.nedges > 2:
        node.first = edges
        return 0
    if node.nedges > 0:
        node.first, node.first_output = edges[0]
    if node.nedges > 1:
        node.second, node.second_output = edges[1]
    return 0


cdef inline int _set_output(Node node, object array) except -1:
    cdef int i
    node.noutputs = 1
    if type(array) is cnp.ndarray and cnp.PyArray_NDIM(<cnp.ndarray>array) <= INLINE_DIMS:
        node.ndim = cnp.PyArray_NDIM(<cnp.ndarray>array)
        node.typenum = cnp.PyArray_TYPE(<cnp.ndarray>array)
        for i in range(node.ndim):
            node.dims[i] = cnp.PyArray_DIM(<cnp.ndarray>array, i)
    else:
        node.layout = ((tuple(array.shape), array.dtype),)
    return 0


cdef object _set_outputs(Node node, tuple arrays):
    if len(arrays) == 1:
        _set_output(node, arrays[0])
        return
    node.noutputs = <int>len(arrays)
    node.layout = tuple([(tuple(a.shape), a.dtype) for a in arrays])


cdef tuple _output_shape(Node node, int output):
    if node.layout is not None:
        return node.layout[output][0]
    return tuple([node.dims[i] for i in range(node.ndim)])


cdef object _output_dtype(Node node, int output):
    return cnp.PyArray_DescrFromType(node.typenum) if node.layout is None else node.layout[output][1]


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


cdef object _saved_value(Node node, int slot, bint create_graph):
    """A kept value: checked to be unchanged, and without history unless the graph of backward is wanted."""
    cdef object value = node.saved[slot]
    if type(value) is tuple or type(value) is list:
        if <uint32_t>_versions_in(value) != node.versions[slot]:
            _changed_in_list(node, slot)
        return tuple([_plain(node, v, create_graph) if isinstance(v, Tensor) else
                      _unpack(node, <Packed>v, create_graph, -1) if type(v) is Packed else v for v in value])
    if type(value) is Packed:
        return _unpack(node, <Packed>value, create_graph, _own_output(node, slot))
    if not isinstance(value, Tensor):
        return value
    if <uint32_t>version_of(<Tensor>value) != node.versions[slot]:
        _changed_since(node, slot, <Tensor>value)
    if create_graph and node.rule.slot_kind[slot] == FROM_OUTPUT and _flows_through(node, slot, <Tensor>value):
        return _rejoined(<Tensor>value, node, node.rule.slot_position[slot])
    return _plain(node, value, create_graph)


cdef int _own_output(Node node, int slot) except -2:
    """Which of the node's differentiable outputs a slot keeps, or -1."""
    cdef int position = node.rule.slot_position[slot]
    if node.rule.slot_kind[slot] != FROM_OUTPUT or position >= len(node.rule.op.outputs) - len(node.rule.op.auxiliary):
        return -1
    return position if _output_dtype(node, position).kind not in "biu" else -1


cdef uint64_t _versions_in(object values) except? 0:
    """The versions of all Tensors in a list together: any change of one changes it, for versions only grow."""
    cdef uint64_t total = 0
    for value in values:
        if isinstance(value, Tensor):
            total += version_of(<Tensor>value)
    return total


cdef bint _flows_through(Node node, int slot, Tensor output):
    """Whether a kept output has a history: an auxiliary one, or one of integers, has none."""
    cdef Operator op = node.rule.op
    return node.rule.slot_position[slot] < len(op.outputs) - len(op.auxiliary) and _inexact(output.array)


cdef inline object _plain(Node node, Tensor value, bint create_graph):
    return value if create_graph or type(value) is Tensor else wrap(value.array, value)


cdef object _changed_since(Node node, int slot, Tensor value):
    name = node.rule.slot_names[slot]
    what = "result" if node.rule.slot_kind[slot] == FROM_OUTPUT else "argument"
    raise RuntimeError(
        f"{node.title()}(): {what} '{name}', kept for backward: expected version {node.versions[slot]}, as recorded "
        f"at {_where(node)}, got version {version_of(value)} after {_change(value)}; "
        f"change a clone() instead")


cdef object _changed_in_list(Node node, int slot):
    name = node.rule.slot_names[slot]
    lines = [_change(v) for v in node.saved[slot] if isinstance(v, Tensor) and root(<Tensor>v).changed_by is not None]
    raise RuntimeError(
        f"{node.title()}(): argument '{name}', kept for backward: expected its Tensors unchanged, as recorded at "
        f"{_where(node)}, got a change in place since; change a clone() instead ({'; '.join(lines)})")


cdef object _put(Node node, list result, int target, object grad):
    """Place the gradient of an argument among the edges."""
    cdef int position = target
    cdef int k
    if node.rule.list_argument >= 0:
        if target == node.rule.list_argument:
            if grad is not None:
                for k, g in enumerate(grad):
                    result[target + k] = g
            return
        if target > node.rule.list_argument:
            position = target + node.list_length - 1
    result[position] = grad


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
            positions.append(i)
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
    grad = grads[0]
    if grad is not None:
        return grad
    return ft.zeros(_output_shape(node, 0), dtype=_output_dtype(node, 0))
