# What nodes keep for backward, and how it is read again.

cdef inline object _kept(Node node, int slot):
    """What a node keeps in a slot of its rule, or None."""
    if slot < INLINE_KEPT:
        return <object>flambeau_kept(node)[slot]
    return None if node.saved is None else <object>PyTuple_GET_ITEM(node.saved, slot - INLINE_KEPT)


cdef inline int _put_kept(Node node, int slot, object value) except -1:
    """Fill a slot of a new node."""
    cdef PyObject** place
    if slot < INLINE_KEPT:
        place = flambeau_kept(node) + slot
    else:
        place = PySequence_Fast_ITEMS(node.saved) + (slot - INLINE_KEPT)
    Py_INCREF(value)
    Py_DECREF(<object>place[0])
    place[0] = <PyObject*>value
    return 0


cdef tuple _nones(Py_ssize_t n):
    """A tuple of its own, to be filled: what Python makes may be shared."""
    cdef tuple new = PyTuple_New(n)
    for i in range(n):
        _give(new, i, None)
    return new


cdef inline int _save(Node node, Rule rule, PyObject** args, list values, object outputs) except -1:
    """Keep what the needed formulas name, each with its version. `outputs` is one kept output, or a list of them."""
    cdef int s
    if rule.nslots > INLINE_KEPT:
        node.saved = _nones(rule.nslots - INLINE_KEPT)
    for s in range(rule.nslots):
        if rule.slot_mask[s] & node.needed:
            if rule.slot_kind[s] == SHAPE_OF and _tells_shape(node, rule.slot_position[s], <object>args[rule.slot_position[s]]):
                pass
            elif rule.slot_kind[s] > FROM_OUTPUT:
                _put_kept(node, s, _about(<object>args[rule.slot_position[s]], rule.slot_kind[s]))
            elif rule.slot_kind[s] == FROM_ARGUMENT:
                if rule.slot_is_plain[s]:
                    _put_kept(node, s, _argument(rule, args, values, s))
                else:
                    _keep(node, rule, s, _argument(rule, args, values, s))
            else:
                _keep(node, rule, s, outputs[rule.slot_position[s]] if type(outputs) is list else outputs)
    return 0


cdef inline bint _tells_shape(Node node, int position, object value) except -1:
    """Whether the shape of an argument need not be kept: where its gradient goes there is one that has it."""
    cdef int i, first, output = 0
    if not node.needed >> position & 1:
        return False
    first = _edge_index(node, position)
    if position != node.rule.list_argument:
        return _has_shape_of(_edge_at(node, first, &output), value)
    for i in range(node.list_length):
        if not _has_shape_of(_edge_at(node, first + i, &output), value[i]):
            return False
    return True


cdef inline bint _has_shape_of(object target, object value) except -1:
    return target is value or (isinstance(target, Node) and _fits_inline(<Node>target, (<Tensor>value).array))


cdef inline int _keep(Node node, Rule rule, int s, object value) except -1:
    if _is_variable(value) or type(value) is Tensor or isinstance(value, Tensor):
        if _is_variable(value) and (<Variable>value).inferred:
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
    return _put_kept(node, s, value)


cdef inline object _argument(Rule rule, PyObject** args, list values, int slot):
    """An argument as a rule wants it: Tensors (with their history) and numbers as given, arrays as Tensors, all else
    normalised."""
    cdef int position = rule.slot_position[slot]
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
    cdef int ndim
    if kind == KIND_INDEX:
        if isinstance(value, Tensor) or _is_basic(value):
            return value
    elif kind == KIND_ANY or value is None or type(value) is float:
        return value
    elif type(value) is bool:
        if kind == KIND_BOOL:
            return value
    elif type(value) is int:
        if kind == KIND_INT or kind == KIND_NUMBER or kind == KIND_OPTIONAL_NUMBER:
            return value
        ndim = _dimensions(op, args)
        if ndim > 0 and (kind == KIND_DIM or kind == KIND_OPTIONAL_DIM or kind == KIND_DIMS):
            value = _from_zero(value, ndim)
            return (value,) if kind == KIND_DIMS else value
        if ndim >= 0 and kind == KIND_NEW_DIM:
            return _from_zero(value, ndim + 1)
    elif type(value) is tuple:
        if kind == KIND_DIMS and _ascend(<tuple>value):
            return value
        if kind == KIND_SHAPE and len(<tuple>value) == 1 and type((<tuple>value)[0]) is tuple:
            value = (<tuple>value)[0]  # view((2, 3))
        if (kind == KIND_SHAPE or kind == KIND_DIM_ORDER or kind == KIND_PAIR) and _all_from(
                <tuple>value, -1 if kind == KIND_SHAPE else 0):
            return value
    elif kind == KIND_DTYPE and isinstance(value, np.dtype):
        return value
    values = normalised(op, tuple([<object>args[i] for i in range(op.nargs)]))
    return _frozen(values[position]) if kind == KIND_INDEX else values[position]


cdef int _dimensions(Operator op, PyObject** args) except -2:
    """How many the first array has; -1 where that is not plain to see."""
    cdef object first = <object>args[op.first_array]
    if (type(first) is list or type(first) is tuple) and len(first) > 0:
        first = first[0]
    if isinstance(first, Tensor) and type((<Tensor>first).array) is cnp.ndarray:
        return cnp.PyArray_NDIM(<cnp.ndarray>(<Tensor>first).array)
    return -1


cdef inline bint _ascend(tuple dims) except -1:
    """Whether these are dimensions in the form of kernels: from 0 on, in ascending order."""
    cdef Py_ssize_t last = -1
    for dim in dims:
        if type(dim) is not int or <Py_ssize_t>dim <= last:
            return False
        last = dim
    return True


cdef inline object _from_zero(Py_ssize_t dim, Py_ssize_t ndim):
    return dim + ndim if dim < 0 else dim


cdef inline bint _all_from(tuple numbers, Py_ssize_t least) except -1:
    """Whether these are ints of at least so much."""
    for number in numbers:
        if type(number) is not int or <Py_ssize_t>number < least:
            return False
    return True


cdef bint _is_basic(object index) except -1:
    """Whether an index names a view: ints, slices, None and ... ."""
    if type(index) is tuple:
        for part in <tuple>index:
            if not _is_basic_part(part):
                return False
        return True
    return _is_basic_part(index)


cdef inline bint _is_basic_part(object part) noexcept:
    return type(part) is int or type(part) is slice or part is None or part is Ellipsis


cdef object _frozen(object index):
    """An index whose arrays nobody can change any more: inside a tuple no version tells of it."""
    if isinstance(index, tuple):
        return tuple([_frozen(part) for part in index])
    return _copy_of(index) if hasattr(index, "dtype") else index


cdef inline object _about(object value, int kind):
    """The shape or dtype of an argument: None for a number, a tuple of them for a list."""
    if isinstance(value, Tensor):
        value = (<Tensor>value).array
    elif isinstance(value, (list, tuple)):
        return tuple([_about(v, kind) for v in value])
    elif not isinstance(value, cnp.ndarray):
        return None
    return _shape_of(value) if kind == SHAPE_OF else _dtype_of(value)


cdef dict _kept_by_name(Node node):
    cdef dict found = {}
    cdef int s
    if node.rule is not None:
        for s, name in enumerate(node.rule.slot_names):
            value = _kept(node, s)
            if value is None and node.rule.slot_kind[s] == SHAPE_OF and not node.released:
                value = _shape_behind(node, node.rule.slot_position[s])
            if value is not None:
                found[name] = (<Packed>value).packed if type(value) is Packed else value
    return found


cdef list _auxiliary(Node node):
    """Shape and dtype of kept results through which no gradient comes, where the node has no layout of all results."""
    cdef Rule rule = node.rule
    cdef list found = []
    cdef int s, k
    if rule is not None and node.noutputs == 1:
        for k in range(1, <int>len(rule.op.outputs)):
            for s in range(rule.nslots):
                if rule.slot_kind[s] == FROM_OUTPUT and rule.slot_position[s] == k and _kept(node, s) is not None:
                    value = _kept(node, s)  # a Tensor, or Packed
                    found.append((value.shape, value.dtype))
    return found


cdef object _shape_behind(Node node, int position):
    """The shape of an argument that was not kept: see `_tells_shape`. None where nothing needed it, or it has none."""
    cdef int i, first
    if not node.needed >> position & 1:
        return None
    first = _edge_index(node, position)
    if position != node.rule.list_argument:
        return _target_shape(node, first)
    return tuple([_target_shape(node, first + i) for i in range(node.list_length)])


cdef tuple _target_shape(Node node, int i):
    cdef int output = 0
    target = _edge_at(node, i, &output)
    return (<Variable>target).shape if isinstance(target, Variable) else _output_shape(<Node>target, output)


cdef object _saved_value(Node node, int slot, bint create_graph):
    """A kept value: checked to be unchanged, and without history unless the graph of backward is wanted."""
    cdef object value
    if node.released:  # since it began to run, by another run: what is gone must not pass for an argument that was None
        _was_released(node)
    value = _kept(node, slot)
    if value is None and node.rule.slot_kind[slot] == SHAPE_OF:
        return _shape_behind(node, node.rule.slot_position[slot])
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
    if node.rule.slot_kind[slot] != FROM_OUTPUT or position >= node.noutputs or (
            position >= len(node.rule.op.outputs) - len(node.rule.op.auxiliary)):
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
    lines = [_change(v) for v in _kept(node, slot) if isinstance(v, Tensor) and root(<Tensor>v).changed_by is not None]
    raise RuntimeError(
        f"{node.title()}(): argument '{name}', kept for backward: expected its Tensors unchanged, as recorded at "
        f"{_where(node)}, got a change in place since; change a clone() instead ({'; '.join(lines)})")
