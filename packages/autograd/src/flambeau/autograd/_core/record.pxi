# Recording: run an operator, and note what its gradient will need.

cdef inline int _finish(Node node) except -1:
    """Give a new node its place in time and its line of code."""
    global _sequence
    _sequence += 1
    node.sequence = _sequence
    if forward_node is NULL:
        node.code = _calling_stack(&node.instruction) if _keeps_stacks else _calling_code(&node.instruction)
        if current_place is not NULL:
            node.place = <object>current_place
    else:
        node.place = (<Node>forward_node).place
        node.code = (<Node>forward_node).code
        node.instruction = (<Node>forward_node).instruction
    return 0


cdef inline bint _is_variable(object value):
    return type(value) is Variable or isinstance(value, Variable)


cdef inline object _edge(object value, int* output):
    """Where the gradient of `value` goes, and to which output there; None when it needs none."""
    cdef Variable x
    if not _is_variable(value):
        return None
    x = <Variable>value
    if x.view_of is not None:
        _refresh(x)
    if x.node is not None:
        output[0] = x.output
        return x.node
    return x if x.wants else None


cdef tuple _edge_pair(object value):
    """The edge of any value, as `_set_edges` takes it."""
    cdef int output = 0
    target = _edge(value, &output)
    return (target, output)


cdef object _unrecorded(Operator op, tuple args):
    """Run without a node; results are Variables all the same."""
    result = compute(op, args, None)
    if type(result) is tuple:
        parts = tuple([_result(op, part, args, k) for k, part in enumerate(<tuple>result)])
        for part in parts:
            _note_origin(<Variable>part, op)
        return parts if op.many else op.pack(parts)
    x = _result(op, result, args, -1)
    if isinstance(x, Variable) and not (op.view and _is_input(op, result, args)):
        _note_origin(<Variable>x, op)
    return x


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
    cdef list values = [] if op.loops is NULL and rule.wants_values else None
    cdef object result = compute(op, args, values)
    if type(result) is tuple:
        return _record_several(op, rule, args, values, <tuple>result)
    if op.view and _is_input(op, result, args):
        return args[op.first_array]
    x = <Variable>_result(op, result, args, -1)
    if _inexact(result):
        _attach(x, rule, PySequence_Fast_ITEMS(args), PyTuple_GET_SIZE(args), values)
    if x.node is None:
        _note_origin(x, op)
    return x


cdef object _record_native(Operator op, object array, PyObject** args, Py_ssize_t n):
    """The result of a call that the compiled loops have done, recorded when an argument needs it."""
    cdef Variable x = _variable(array, None)
    if grad_enabled and op.differentiable and _inexact(array):
        _attach(x, _rule_for(op), args, n, None)
    if x.node is None:
        _note_origin(x, op)
    return x


cdef inline Rule _rule_for(Operator op):
    cdef PyObject* rule = _rule_table[op.index]
    if rule is NULL:
        raise NotImplementedError(f"{op.name}(): expected an operator with a derivative rule, got one without; "
                                  f"compute it under no_grad or on .detach()")
    return <Rule>rule


cdef inline int _attach(Variable x, Rule rule, PyObject** args, Py_ssize_t n, list values) except -1:
    """Make `x` the result of an operation on `args`, if any of these needs a gradient."""
    cdef Node node = _node(rule, args, n)
    cdef Tensor kept = None
    if node is None:
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
        if node is not None and k < plain and _inexact(arrays[k]):
            x.node = node
            x.output = k
        else:
            _note_origin(x, op)
        parts.append(x)
    if node is not None:
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
    """A node with its edges, or None when no argument needs a gradient. What it keeps is filled in by `_save`."""
    cdef Node node
    cdef object first, second = None
    cdef int first_output = 0, second_output = 0
    cdef uint32_t needed
    if n > 2 or rule.list_argument >= 0:
        return _node_of_many(rule, args, n)
    first = _edge(<object>args[0], &first_output)
    if n == 2:
        second = _edge(<object>args[1], &second_output)
    needed = <uint32_t>(first is not None) | <uint32_t>(second is not None) << 1
    if needed == 0:
        return None
    _check_formulas(rule, needed)
    node = <Node>new_node()
    node.rule = rule
    node.needed = needed
    node.nedges = <int>n
    node.first = first
    node.second = second
    node.first_output = first_output
    node.second_output = second_output
    _finish(node)
    return node


cdef inline int _check_formulas(Rule rule, uint32_t needed) except -1:
    """Better no gradient than a silent zero."""
    if needed & ~rule.mask:
        _no_formula(rule, needed & ~rule.mask)
    return 0


cdef object _no_formula(Rule rule, uint32_t lacking):
    name = [name for i, name in enumerate(rule.op.names) if lacking >> <int>i & 1][0]
    raise NotImplementedError(f"{rule.op.name}(): argument '{name}': expected a Tensor that does not require grad, got one "
                              f"that does, and no derivative with respect to it is known; use .detach()")


cdef Node _node_of_many(Rule rule, PyObject** args, Py_ssize_t n):
    cdef list edges = []
    cdef Node node
    cdef Py_ssize_t i
    cdef int list_length = 0
    cdef uint32_t needed = 0
    for i in range(n):
        items = <object>args[i]
        if i == rule.list_argument:
            list_length = len(items)
        else:
            items = (items,)
        for item in items:
            edge = _edge_pair(item)
            if edge[0] is not None:
                needed |= 1u << i
            edges.append(edge)
    if needed == 0:
        return None
    _check_formulas(rule, needed)
    node = <Node>new_node()
    node.rule = rule
    node.needed = needed
    node.list_length = list_length
    _set_edges(node, tuple(edges))
    _finish(node)
    return node


cdef inline int _save(Node node, Rule rule, PyObject** args, list values, object outputs) except -1:
    """Keep what the needed formulas name, each with its version. `outputs` is one kept output, or a list of them."""
    cdef int s, kind
    cdef object value
    cdef tuple saved
    if rule.nslots == 0:
        return 0
    saved = PyTuple_New(rule.nslots)
    for s in range(rule.nslots):
        value = None
        if rule.slot_mask[s] & node.needed:
            kind = rule.slot_kind[s]
            if kind > FROM_OUTPUT:
                value = _about(<object>args[rule.slot_position[s]], kind)
            else:
                if kind == FROM_ARGUMENT:
                    value = _argument(rule, args, values, rule.slot_position[s])
                else:
                    value = outputs[rule.slot_position[s]] if type(outputs) is list else outputs
                if isinstance(value, Tensor):
                    if isinstance(value, Variable) and (<Variable>value).inferred:
                        raise RuntimeError(_made_in_inference(rule.op.name, rule.slot_names[s]))
                    if saved_hooks is NULL:
                        node.versions[s] = <uint32_t>_watched_version(<Tensor>value)
                    else:
                        value = _pack(<Tensor>value)
                elif rule.slot_holds_tensors[s] and (type(value) is tuple or type(value) is list):
                    value = tuple(value)  # the caller's list may change
                    if saved_hooks is not NULL:
                        value = tuple([_pack(<Tensor>v) if isinstance(v, Tensor) else v for v in value])
                    for item in value:
                        if isinstance(item, Tensor):
                            _watched_version(<Tensor>item)
                    node.versions[s] = <uint32_t>_versions_in(value)
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
    if values:
        if kind != KIND_INDEX:
            return values[position]
        return value if isinstance(value, Tensor) else _frozen(values[position])
    return value if rule.op.loops is not NULL else _normal(rule.op, args, position, kind)


cdef object _normal(Operator op, PyObject** args, int position, int kind):
    """An argument that a compiled kernel took as it was given, in the form that rules know."""
    cdef object value = <object>args[position]
    cdef Py_ssize_t dim
    cdef int i, ndim
    if kind == KIND_ANY or (kind == KIND_BOOL and type(value) is bool) or (value is None and kind != KIND_INDEX):
        return value
    if (kind == KIND_SHAPE or kind == KIND_DIM_ORDER) and type(value) is tuple:
        for item in <tuple>value:
            if type(item) is not int or <Py_ssize_t>item < -(kind == KIND_SHAPE):
                break
        else:
            return value
    elif type(value) is int:
        if kind == KIND_INT:
            return value
        if kind == KIND_DIM or kind == KIND_DIMS:
            first = <object>args[op.first_array]
            if isinstance(first, Tensor) and type((<Tensor>first).array) is cnp.ndarray:
                ndim = cnp.PyArray_NDIM(<cnp.ndarray>(<Tensor>first).array)
                dim = value
                if ndim > 0:
                    if dim < 0:
                        value = dim + ndim
                    return value if kind == KIND_DIM else (value,)
    if kind == KIND_INDEX and (isinstance(value, Tensor) or _is_basic(value)):
        return value
    values = normalised(op, tuple([<object>args[i] for i in range(op.nargs)]))
    return _frozen(values[position]) if kind == KIND_INDEX else values[position]


cdef bint _is_basic(object index):
    """Whether an index names a view: ints, slices, None and ... ."""
    if type(index) is tuple:
        return all([_is_basic(part) and type(part) is not tuple for part in <tuple>index])
    return type(index) is int or type(index) is slice or index is None or index is Ellipsis


cdef object _frozen(object index):
    """An index whose arrays nobody can change any more: inside a tuple no version tells of it."""
    if isinstance(index, tuple):
        return tuple([_frozen(part) for part in index])
    return index.copy() if isinstance(index, cnp.ndarray) else index


cdef object _about(object value, int kind):
    """The shape or dtype of an argument: None for a number, a tuple of them for a list."""
    if isinstance(value, Tensor):
        value = (<Tensor>value).array
        if type(value) is cnp.ndarray:
            return (<object>value).shape if kind == SHAPE_OF else (<object>value).dtype
    elif isinstance(value, (list, tuple)):
        return tuple([_about(v, kind) for v in value])
    elif not isinstance(value, cnp.ndarray):
        return None
    return tuple(value.shape) if kind == SHAPE_OF else value.dtype
