# Edges: where the gradients of a node's inputs go.

cdef extern from *:
    """
    // The fields that hold the first edges, and the first kept values, as arrays.
    #define flambeau_edges(node) (&(node)->edge0)
    #define flambeau_kept(node) (&(node)->kept0)
    static CYTHON_INLINE bool flambeau_is_python_class(PyObject* x) {
        return PyType_HasFeature(Py_TYPE(x), Py_TPFLAGS_HEAPTYPE);
    }
    """
    PyObject** flambeau_edges(Node node)
    PyObject** flambeau_kept(Node node)
    bint flambeau_is_python_class(object x)


cdef inline bint _is_variable(object value):
    """`isinstance`, quicker: all proper subclasses are Python classes."""
    return type(value) is Variable or (flambeau_is_python_class(value) and isinstance(value, Variable))


cdef inline object _edge_at(Node node, int i, int* output):
    """The target of an edge, and which of the target's outputs it is."""
    if node.nedges > INLINE_EDGES:
        output[0] = 0 if node.edge1 is None else <int>(<tuple>node.edge1)[i]
        return <object>PyTuple_GET_ITEM(<tuple>node.edge0, i)
    output[0] = node.edge_outputs[i]
    return <object>flambeau_edges(node)[i]


cdef tuple _edges_of(Node node):
    """``((target, output), ...)``."""
    cdef int output = 0
    cdef list found = []
    for i in range(node.nedges):
        target = _edge_at(node, i, &output)
        found.append((target, output))
    return tuple(found)


cdef tuple _edges_by_argument(Node node):
    """The same for every argument of an operator, also for those that never have a gradient."""
    cdef tuple edges = _edges_of(node)
    cdef list found = []
    for i in range(node.rule.op.nargs):
        if node.rule.edge_of[i] < 0:
            found.append((None, 0))
        else:
            first = _edge_index(node, <int>i)
            found += edges[first:first + (node.list_length if i == node.rule.list_argument else 1)]
    return tuple(found)


cdef int _set_edges(Node node, tuple edges) except -1:
    """Edges from the general form, ((target, output), ...)."""
    cdef int i
    node.nedges = <int>PyTuple_GET_SIZE(edges)
    if node.nedges > INLINE_EDGES:
        node.edge0 = tuple([target for target, _ in edges])
        node.edge1 = tuple([output for _, output in edges])
        return 0
    for i in range(node.nedges):
        _set_edge(node, i, edges[i][0], edges[i][1])
    return 0


cdef inline int _set_edge(Node node, int i, object target, int output) except -1:
    """One of a few edges of a new node."""
    Py_INCREF(target)
    Py_DECREF(<object>flambeau_edges(node)[i])
    flambeau_edges(node)[i] = <PyObject*>target
    node.edge_outputs[i] = output
    return 0


cdef inline bint _needs_gradient(object value) except -1:
    """Whether a gradient of `value` goes anywhere; brings the history of a view up to date."""
    return _is_variable(value) and _requires(<Variable>value)


cdef inline PyObject* _target(Variable x, int* output) noexcept:
    """Where the gradient of an up-to-date `x` goes (borrowed), and to which output there; NULL when it needs none."""
    output[0] = 0
    if x.node is not None:
        output[0] = x.output
        return <PyObject*>x.node
    return <PyObject*>x if x.wants else NULL


cdef object _edge(object value, int* output):
    """Where the gradient of `value` goes, and to which output there; None when it needs none."""
    output[0] = 0
    return <object>_target(<Variable>value, output) if _needs_gradient(value) else None


cdef int _edge_index(Node node, int position) noexcept:
    """The edge of an argument (of a list, its first)."""
    cdef int i = node.rule.edge_of[position]
    return i + node.list_length - 1 if 0 <= node.rule.list_argument < position else i


cdef tuple _edge_pair(object value):
    """The edge of any value, as `_set_edges` takes it."""
    cdef int output = 0
    target = _edge(value, &output)
    return (target, output)


cdef inline Node _node(Rule rule, PyObject** args):
    """A node with its edges, or None when no argument needs a gradient. What it keeps is filled in by `_save`."""
    cdef Node node
    cdef PyObject* target
    cdef int i, output = 0
    cdef uint32_t needed = 0
    if rule.nedges > INLINE_EDGES or rule.list_argument >= 0:
        return _node_of_many(rule, args)
    for i in range(rule.nedges):
        needed |= <uint32_t>_needs_gradient(<object>args[rule.edge_argument[i]]) << rule.edge_argument[i]
    if rule.nothers > 0:
        needed |= _needed_elsewhere(rule, args)
    if needed == 0:
        return None
    _check_formulas(rule, needed)
    node = <Node>new_node()
    node.rule = rule
    node.needed = needed
    node.nedges = rule.nedges
    # Making the node may have run other code, as the garbage collector does: only now is looked where edges lead.
    for i in range(rule.nedges):
        if needed >> rule.edge_argument[i] & 1:
            target = _target(<Variable>args[rule.edge_argument[i]], &output)
            if target is not NULL:
                _set_edge(node, i, <object>target, output)
    _finish(node)
    return node


cdef uint32_t _needed_elsewhere(Rule rule, PyObject** args) except? 0:
    """Arguments that require grad but have no formula: for the message."""
    cdef int i
    cdef uint32_t needed = 0
    for i in range(rule.nothers):
        needed |= <uint32_t>_needs_gradient(<object>args[rule.other_argument[i]]) << rule.other_argument[i]
    return needed


cdef inline int _check_formulas(Rule rule, uint32_t needed) except -1:
    """Better no gradient than a silent zero."""
    if needed & ~rule.mask:
        _no_formula(rule, needed & ~rule.mask)
    return 0


cdef object _no_formula(Rule rule, uint32_t lacking):
    name = [name for i, name in enumerate(rule.op.names) if lacking >> <int>i & 1][0]
    raise NotImplementedError(f"{rule.op.name}(): argument '{name}': expected a Tensor that does not require grad, got one "
                              f"that does, and no derivative with respect to it is known; use .detach()")


cdef Node _node_of_many(Rule rule, PyObject** args):
    """The same where there are many edges, or a list of arguments."""
    cdef tuple inputs = _inputs(rule, args), targets
    cdef Py_ssize_t i, n = PyTuple_GET_SIZE(inputs)
    cdef uint32_t needed = _needed_elsewhere(rule, args)
    cdef vector[int] outputs
    cdef bint numbered = False
    cdef Node node
    outputs.resize(n)
    targets = PyTuple_New(n)
    for i in range(n):
        target = _edge(<object>PyTuple_GET_ITEM(inputs, i), &outputs[i])
        _give(targets, i, target)
        if target is not None:
            needed |= 1u << _argument_at(rule, i, n)
            numbered = numbered or outputs[i] > 0
    if needed == 0:
        return None
    _check_formulas(rule, needed)
    node = <Node>new_node()
    node.rule = rule
    node.needed = needed
    node.list_length = <int>n - rule.nedges + 1
    node.nedges = <int>n
    if n > INLINE_EDGES:
        node.edge0 = targets
        if numbered:
            node.edge1 = tuple([outputs[i] for i in range(n)])
    else:
        for i in range(n):
            _set_edge(node, <int>i, <object>PyTuple_GET_ITEM(targets, i), outputs[i])
    _finish(node)
    return node


cdef tuple _inputs(Rule rule, PyObject** args):
    """The arguments that may have gradients, those in a list laid out in its place."""
    cdef int first = -1 if rule.list_argument < 0 else rule.edge_of[rule.list_argument]
    cdef tuple listed = () if first < 0 else tuple(<object>args[rule.list_argument])
    cdef Py_ssize_t i, k = 0, length = PyTuple_GET_SIZE(listed)
    cdef tuple found = PyTuple_New(rule.nedges - (first >= 0) + length)
    for i in range(rule.nedges):
        if i != first:
            _give(found, k, <object>args[rule.edge_argument[i]])
            k += 1
        else:
            for k in range(k, k + length):
                _give(found, k, <object>PyTuple_GET_ITEM(listed, k - i))
            k = i + length
    return found


cdef inline int _argument_at(Rule rule, Py_ssize_t edge, Py_ssize_t nedges) noexcept:
    """Which argument an edge belongs to."""
    cdef Py_ssize_t longer = nedges - rule.nedges  # than with one for the list
    cdef int first
    if rule.list_argument >= 0:
        first = rule.edge_of[rule.list_argument]
        if edge > first:
            edge = max(first, edge - longer)
    return rule.edge_argument[edge]
