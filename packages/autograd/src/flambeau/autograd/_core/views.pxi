# Views: the history of what looks into the memory of another Variable.

cdef inline bint _requires(Variable x) except -1:
    if x.view_of is not None:
        _refresh(x)
    return x.wants or x.node is not None


cdef inline Node _history(Variable x):
    if x.view_of is not None:
        _refresh(x)
    return x.node


cdef bint _any_requires(tuple args) except -1:
    cdef Py_ssize_t i
    cdef object value
    for i in range(PyTuple_GET_SIZE(args)):
        value = <object>PyTuple_GET_ITEM(args, i)
        if isinstance(value, Variable):
            if _requires(<Variable>value):
                return True
        elif type(value) is list or type(value) is tuple:
            for item in value:
                if isinstance(item, Variable) and _requires(<Variable>item):
                    return True
    return False


cdef object _refresh(Variable x):
    """Bring the history of a view up to date after its memory was changed in place through another name."""
    cdef Variable base = x.view_of
    cdef Variable seen
    cdef uint64_t version = version_of(x)
    cdef int previous
    while base.view_of is not None:  # it became a view itself, of what it was when `x` was made
        base = base.view_of
    x.view_of = base
    if x.view_version == version:
        return
    if x.replay is None:
        if x.node is not None:
            _cannot_refresh(x)
        return
    x.view_version = version
    if not _requires(base):
        x.node = None
        return
    previous = _modes()
    _set_modes(1)
    try:
        seen = <Variable>_replayed(base, x.replay)
    finally:
        _set_modes(previous)
    _move_retained(x, seen.node, seen.output)
    x.node = seen.node
    x.output = seen.output
    x.wants = False


cdef bint _outdated(Variable x):
    """Whether this is a view that a Function made, whose memory was changed since: its history is gone."""
    return x.view_of is not None and x.replay is None and x.node is not None and x.view_version != version_of(x)


cdef object _cannot_refresh(Variable x):
    raise RuntimeError(
        f"{x.node.title()}(): result, a view that a Function made of its input: expected version {x.view_version}, as "
        f"recorded at {_where(x.node)}, got version {version_of(x)} after {_change(x)}, which cannot be "
        f"differentiated through the Function; return a clone() from its forward")


cdef object _replayed(object x, tuple replay):
    """Follow the same views from another starting point."""
    cdef list steps = []
    while replay is not None:
        steps.append(replay)
        replay = replay[0]
    for _, op, rest, part in reversed(steps):
        x = call(<Operator>op, (x, *rest), None)
        if part >= 0:
            x = x[part]
    return x
