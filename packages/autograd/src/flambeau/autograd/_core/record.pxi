# Recording: run an operator, and note what its gradient will need.

cdef inline int _finish(Node node) except -1:
    """Give a new node its place in time and its line of code."""
    global _sequence
    _sequence += 1
    node.sequence = _sequence
    if forward_node is NULL:
        _remember_line(node)
    else:
        node.code = (<Node>forward_node).code
        node.instruction = (<Node>forward_node).instruction
    return 0


cdef inline object _edge(Variable x, int* output):
    """Where the gradient of `x` goes."""
    if x.view_of is not None:
        _refresh(x)
    if x.node is not None:
        output[0] = x.output
        return x.node
    return x if x.wants else None


cdef tuple _edge_pair(object value):
    """The edge of any value, as `_set_edges` takes it."""
    cdef int output = 0
    if not isinstance(value, Variable):
        return (None, 0)
    target = _edge(<Variable>value, &output)
    return (target, output)


cdef object _unrecorded(Operator op, tuple args):
    """Run without a node; results are Variables all the same."""
    result = compute(op, args, None)
    if type(result) is tuple:
        parts = tuple([_result(op, part, args, k) for k, part in enumerate(<tuple>result)])
        return parts if op.many else op.pack(parts)
    return _result(op, result, args, -1)


cdef object _result(Operator op, object array, tuple args, int part):
    cdef Tensor base
    cdef Variable x
    if op.view == 0:
        return _variable(array, None)
    base = result_base(op, array, args)
    if base is None:
        return _variable(array, None)
    if base.array is array:
        return base  # the operation had nothing to do
    x = _variable(array, base)
    if isinstance(base, Variable):
        _note_view(x, <Variable>base, op, args, part)
    return x


cdef object _note_view(Variable x, Variable parent, Operator op, tuple args, int part):
    """Remember how to see this view again from the Variable at the bottom."""
    x.view_of = parent if parent.view_of is None else parent.view_of
    x.view_version = version_of(x)
    if (parent.view_of is not None and parent.replay is None) or (not grad_enabled and _requires(x.view_of)):
        x.replay = None  # made under no_grad: it has no history, and none may come to it
    else:
        x.replay = (parent.replay, op, args[1:], part)


cdef object _record(Operator op, tuple args):
    """Run an operator of any kind and record it."""
    cdef Rule rule = _rule_for(op)
    cdef Node node
    cdef Variable x
    cdef list values = [] if op.loops is NULL else None
    cdef object result = compute(op, args, values)
    if type(result) is tuple:
        return _record_several(op, rule, args, values, <tuple>result)
    if op.view and _is_input(op, result, args):
        return args[op.first_array]
    x = <Variable>_result(op, result, args, -1)
    if _inexact(result):
        _attach(x, rule, PySequence_Fast_ITEMS(args), PyTuple_GET_SIZE(args), values)
    return x


cdef object _record_native(Operator op, object array, PyObject** args, Py_ssize_t n):
    """Record a call that the compiled loops have done."""
    cdef Variable x = _variable(array, None)
    if _inexact(array):
        _attach(x, _rule_for(op), args, n, None)
    return x


cdef inline Rule _rule_for(Operator op):
    cdef object rule = <object>PyList_GET_ITEM(_rules, op.index)
    if rule is None:
        raise NotImplementedError(f"{op.name}(): expected an operator with a derivative rule, got one without; "
                                  f"compute it under no_grad or on .detach()")
    return <Rule>rule


cdef inline int _attach(Variable x, Rule rule, PyObject** args, Py_ssize_t n, list values) except -1:
    """Make `x` the result of a recorded operation on `args`."""
    cdef Node node = _node(rule, args, n)
    cdef Tensor kept = None
    if not node.needed:
        return 0
    if rule.output_mask & node.needed:
        # Kept apart from the Variable, whose node would otherwise hold the Variable: no cycles. It is the root, so
        # that it shares the version counter.
        kept = wrap(x.array, x.base)
        if x.base is None:
            x.base = kept
    _save(node, rule, args, values, kept)
    _set_output(node, x.array)
    x.node = node
    return 0


cdef object _record_several(Operator op, Rule rule, tuple args, list values, tuple arrays):
    cdef Node node = _node(rule, PySequence_Fast_ITEMS(args), PyTuple_GET_SIZE(args))
    cdef list parts = []
    cdef list kept = []
    cdef Variable x
    cdef int k, plain = len(arrays) - len(op.auxiliary)
    for k in range(len(arrays)):
        x = <Variable>_result(op, arrays[k], args, k)
        output = wrap(arrays[k], x.base)
        if x.base is None:
            x.base = output
        kept.append(output)
        if node.needed and k < plain and _inexact(arrays[k]):
            x.node = node
            x.output = k
        parts.append(x)
    _save(node, rule, PySequence_Fast_ITEMS(args), values, kept)
    _set_outputs(node, arrays)
    return tuple(parts) if op.many else op.pack(tuple(parts))


cdef bint _is_input(Operator op, object array, tuple args):
    source = args[op.first_array]
    return isinstance(source, Tensor) and (<Tensor>source).array is array


cdef inline bint _inexact(object array) except -1:
    cdef int typenum
    if type(array) is cnp.ndarray:
        typenum = cnp.PyArray_TYPE(<cnp.ndarray>array)
        if typenum == cnp.NPY_FLOAT or typenum == cnp.NPY_DOUBLE:
            return True
        if typenum <= cnp.NPY_ULONGLONG:
            return False
    return array.dtype.kind not in "biu"


cdef inline Node _node(Rule rule, PyObject** args, Py_ssize_t n):
    """A node with its edges; what it keeps is filled in by `_save`."""
    cdef Node node = Node.__new__(Node)
    node.rule = rule
    if n <= 2 and rule.list_argument < 0:
        node.nedges = <int>n
        node.first = _argument_edge(node, rule, args[0], 0, &node.first_output)
        if n == 2:
            node.second = _argument_edge(node, rule, args[1], 1, &node.second_output)
    else:
        _many_edges(node, rule, args, n)
    _finish(node)
    return node


cdef inline object _argument_edge(Node node, Rule rule, PyObject* argument, Py_ssize_t position, int* output):
    """Where the gradient of an argument goes, noted as needed when it goes anywhere."""
    cdef object value = <object>argument
    cdef object target
    if not isinstance(value, Variable):
        return None
    target = _edge(<Variable>value, output)
    if target is not None:
        if not rule.mask >> position & 1:
            _no_formula(rule, position)
        node.needed |= 1u << position
    return target


cdef object _no_formula(Rule rule, Py_ssize_t position):
    """Better no gradient than a silent zero."""
    name = rule.op.parameters[position].name
    raise NotImplementedError(f"{rule.op.name}(): argument '{name}': expected a Tensor that does not require grad, got one "
                              f"that does, and no derivative with respect to it is known; use .detach()")


cdef object _many_edges(Node node, Rule rule, PyObject** args, Py_ssize_t n):
    cdef list edges = []
    cdef Py_ssize_t i
    cdef int output
    for i in range(n):
        items = <object>args[i]
        if i == rule.list_argument:
            node.list_length = len(items)
        else:
            items = (items,)
        for item in items:
            output = 0
            target = _argument_edge(node, rule, <PyObject*>item, i, &output)
            edges.append((target, output))
    _set_edges(node, tuple(edges))


cdef inline int _save(Node node, Rule rule, PyObject** args, list values, object outputs) except -1:
    """Keep what the needed formulas name, each with its version. `outputs` is one kept output, or a list of them."""
    cdef int s, kind
    cdef object value
    cdef tuple saved
    if rule.nslots == 0:
        node.saved = ()
        return 0
    saved = PyTuple_New(rule.nslots)
    for s in range(rule.nslots):
        value = None
        if rule.slot_mask[s] & node.needed:
            kind = rule.slot_kind[s]
            if kind == FROM_ARGUMENT:
                value = _argument(rule, args, values, rule.slot_position[s])
            elif kind == FROM_OUTPUT:
                value = outputs[rule.slot_position[s]] if type(outputs) is list else outputs
            else:
                value = _about(<object>args[rule.slot_position[s]], kind)
            if isinstance(value, Tensor):
                node.versions[s] = <uint32_t>version_of(<Tensor>value)
        Py_INCREF(value)
        PyTuple_SET_ITEM(saved, s, value)
    node.saved = saved
    return 0


cdef inline object _argument(Rule rule, PyObject** args, list values, int position):
    """An argument as a rule wants it: Tensors (with their history) and numbers as given, arrays as Tensors, all else
    normalised."""
    cdef object value = <object>args[position]
    cdef int kind = rule.op.kinds[position]
    if kind <= KIND_ARRAYS:
        return wrap(np.asarray(value), None) if isinstance(value, cnp.ndarray) else value
    if kind == KIND_INDEX:
        return value if isinstance(value, Tensor) else _frozen(values[position] if values else value)
    return values[position] if values else value


cdef object _frozen(object index):
    """An index whose arrays nobody can change any more: inside a tuple no version tells of it."""
    if isinstance(index, tuple):
        return tuple([_frozen(part) for part in index])
    return index.copy() if isinstance(index, cnp.ndarray) else index


cdef object _about(object value, int kind):
    """The shape or dtype of an argument: None for a number, a tuple of them for a list."""
    if isinstance(value, (list, tuple)):
        return tuple([_about(v, kind) for v in value])
    if not isinstance(value, (Tensor, cnp.ndarray)):
        return None
    return tuple(value.shape) if kind == SHAPE_OF else value.dtype
