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


cdef object _unrecorded(Operator op, tuple args):
    """Run without a node; results are Variables all the same."""
    cdef tuple rest = args[1:] if op.view else None
    result = compute(op, args, None)
    if type(result) is tuple:
        parts = tuple([_result(op, part, args, rest, k) for k, part in enumerate(<tuple>result)])
        for part in parts:
            _note_origin(<Variable>part, op, PySequence_Fast_ITEMS(args), PyTuple_GET_SIZE(args))
        return parts if op.many else op.pack(parts)
    x = _result(op, result, args, rest, -1)
    if isinstance(x, Variable) and not (op.view and x is args[op.first_array]):
        _note_origin(<Variable>x, op, PySequence_Fast_ITEMS(args), PyTuple_GET_SIZE(args))
    return x


cdef inline object _result(Operator op, object array, tuple args, tuple rest, int part):
    """The Variable of a result. `rest`: for views, the arguments after the first."""
    if op.view == 0:
        return _variable(array, None)
    return _view_result(op, array, args, rest, part)


cdef object _view_result(Operator op, object array, tuple args, tuple rest, int part):
    cdef Variable x
    base = args[op.first_array]
    if op.view != 1 or not isinstance(base, Tensor):
        base = result_base(op, array, args)
        if base is None:
            return _variable(array, None)
    if (<Tensor>base).array is array:
        return base  # the operation had nothing to do
    x = _variable(array, <Tensor>base)
    if _is_variable(base):
        _note_view(x, <Variable>base, op, rest, part)
    return x


cdef inline int _note_view(Variable x, Variable parent, Operator op, tuple rest, int part) except -1:
    """Remember how to see this view again from the Variable at the bottom."""
    x.view_of = parent if parent.view_of is None else parent.view_of
    x.view_version = _holder(x).changes
    # Made of one made under no_grad, or there: it has no history, and none may come to it.
    if (parent.view_of is None or parent.replay is not None) and (grad_enabled or not _requires(x.view_of)):
        x.replay = (parent.replay, op, rest, part)
    return 0


cdef object _record(Operator op, tuple args):
    """Run an operator of any kind, and record it when an argument needs a gradient."""
    cdef PyObject* known = _rule_table[op.index]
    cdef Rule rule
    cdef Variable x
    cdef list values
    cdef object result
    if known is NULL:
        if _any_requires(args):
            _rule_for(op)
        return _unrecorded(op, args)
    rule = <Rule>known
    values = [] if rule.wants_values and op.loops is NULL else None
    result = compute(op, args, values)
    if type(result) is tuple:
        return _record_several(op, rule, args, values, <tuple>result)
    if op.view == 0:
        x = _variable(result, None)
    else:
        view = _view_result(op, result, args, args[1:], -1)
        if view is args[op.first_array]:
            return view
        x = <Variable>view
    if _inexact(result):
        _attach(x, rule, PySequence_Fast_ITEMS(args), values)
    if x.node is None:
        _note_origin(x, op, PySequence_Fast_ITEMS(args), PyTuple_GET_SIZE(args))
    return x


cdef object _record_native(Operator op, object array, PyObject** args):
    """The result of a call that the compiled loops have done, recorded when an argument needs it."""
    cdef Variable x = _variable(array, None)
    if grad_enabled and op.differentiable and _inexact(array):
        _attach(x, _rule_for(op), args, None)
    if x.node is None:
        _note_origin(x, op, args, op.nargs)
    return x


cdef inline Rule _rule_for(Operator op):
    cdef PyObject* rule = _rule_table[op.index]
    if rule is NULL:
        raise NotImplementedError(f"{op.name}(): expected an operator with a derivative rule, got one without; "
                                  f"compute it under no_grad or on .detach()")
    return <Rule>rule


cdef inline int _attach(Variable x, Rule rule, PyObject** args, list values) except -1:
    """Make `x` the result of an operation on `args`, if any of these needs a gradient."""
    cdef Node node = _node(rule, args)
    cdef Tensor kept = None
    if node is None:
        return 0
    if rule.output_mask & node.needed:
        kept = _kept_output(x)
    _save(node, rule, args, values, kept)
    _set_output(node, x.array)
    x.node = node
    return 0


cdef object _record_several(Operator op, Rule rule, tuple args, list values, tuple arrays):
    cdef PyObject** given = PySequence_Fast_ITEMS(args)
    cdef Node node = _node(rule, given)
    cdef Py_ssize_t k, n = PyTuple_GET_SIZE(arrays), plain = n - PyTuple_GET_SIZE(op.auxiliary)
    cdef tuple rest = args[1:] if op.view else None
    cdef tuple parts = PyTuple_New(n)
    cdef list kept = None
    cdef Variable x
    if node is not None and rule.output_mask & node.needed:
        kept = [None] * n
    for k in range(n):
        x = <Variable>_result(op, <object>PyTuple_GET_ITEM(arrays, k), args, rest, <int>k)
        if kept is not None and rule.kept_outputs >> k & 1:
            kept[k] = _kept_output(x)
        if node is not None and k < plain and _inexact(x.array):
            x.node = node
            x.output = <int>k
        elif node is None:
            _note_origin(x, op, given, PyTuple_GET_SIZE(args))
        else:
            _note_origin_with(x, op, node.code, node.instruction, given, PyTuple_GET_SIZE(args))
        _give(parts, k, x)
    if node is not None:
        _save(node, rule, given, values, kept)
        if plain == 1 and not rule.takes_all_grads:
            _set_output(node, <object>PyTuple_GET_ITEM(arrays, 0))  # gradients come through the first one only
        else:
            _set_outputs(node, arrays)
    return parts if op.many else op.pack(parts)


cdef inline Tensor _kept_output(Variable x):
    """A result apart from its Variable, whose node would otherwise hold the Variable: no cycles. It is the root, so that
    it shares the version counter."""
    cdef Tensor kept = wrap(x.array, x.base)
    if x.base is None:
        x.base = kept
    return kept


cdef inline bint _inexact(object array) except -1:
    cdef int typenum
    if type(array) is cnp.ndarray:
        typenum = cnp.PyArray_TYPE(<cnp.ndarray>array)
        if typenum == cnp.NPY_FLOAT or typenum == cnp.NPY_DOUBLE:
            return True
        if typenum <= cnp.NPY_ULONGLONG:
            return False
    return array.dtype.kind not in "biu"
