# Before a run: which nodes will take part in it, and how often the leaves with hooks will be reached.

cdef object _plan(_Run run, tuple inputs, vector[waiting_t]* found):
    """Which of the nodes found lead to the inputs: only these run."""
    cdef Variable x
    cdef Node node
    cdef size_t at
    cdef int i, output = 0
    run.captured = [None] * len(inputs)
    run.leaf_inputs = {}
    run.node_inputs = {}
    for position, x in enumerate(inputs):
        if _history(x) is None:
            run.leaf_inputs.setdefault(id(x), []).append(position)
        else:
            run.node_inputs.setdefault(x.node, []).append((x.output, position))
    sort(found.begin(), found.end())  # what a node leads to comes before it
    run.planned = True
    for at in range(found.size()):
        node = <Node>found[0][at].second
        for i in range(node.nedges):
            target = _edge_at(node, i, &output)
            if target is None:
                continue
            if run.reaches(target) if isinstance(target, Node) else <size_t><PyObject*>target in run.leaf_inputs:
                run.wanted.insert(<PyObject*>node)
                break


cdef object _count_uses(_Run run, vector[waiting_t]* found):
    """How many edges of nodes that will run lead to each leaf with hooks."""
    cdef Node node
    cdef size_t at
    cdef int i, output = 0
    for at in range(found.size()):
        node = <Node>found[0][at].second
        if run.planned and run.wanted.count(<PyObject*>node) == 0:
            continue
        for i in range(node.nedges):
            target = _edge_at(node, i, &output)
            if isinstance(target, Variable) and (<Variable>target).leaf_hooks:
                run.uses[<PyObject*>target] += 1


cdef uint64_t _visits = 0


cdef object _find(tuple outputs, vector[waiting_t]* found):
    """All nodes behind the outputs (borrowed)."""
    global _visits
    cdef Variable x
    cdef Node node
    cdef size_t at = 0
    cdef int i, output = 0
    for x in outputs:
        _history(x)  # may record a view anew, which the visit below must not be interrupted by
    _visits += 1
    for x in outputs:
        if x.node is not None:
            _visit(x.node, found)
    while at < found.size():
        node = <Node>found[0][at].second
        at += 1
        for i in range(node.nedges):
            target = _edge_at(node, i, &output)
            if isinstance(target, Node):
                _visit(<Node>target, found)


cdef inline int _visit(Node node, vector[waiting_t]* found) except -1:
    if node.visit != _visits:
        node.visit = _visits
        found.push_back(waiting_t(node.sequence, <PyObject*>node))
    return 0
