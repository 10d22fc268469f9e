# Values kept for backward in another form: what saved_tensors_hooks asks for.

cdef class Packed:
    """What a pack hook made of a kept value, and what is needed to make that again."""

    cdef object packed, unpack
    cdef bint variable  # the value was a Variable
    cdef readonly tuple shape
    cdef readonly object dtype
    cdef object target  # where the gradient of the value goes, or None
    cdef int output


def set_saved_hooks(hooks):
    """Treat what is kept on this thread with ``hooks``, a pair (pack, unpack), or as usual with None; gives the previous."""
    global saved_hooks
    cdef PyObject* before = saved_hooks
    saved_hooks = NULL
    if hooks is not None:
        Py_INCREF(hooks)
        saved_hooks = <PyObject*>hooks
    if before is NULL:
        return None
    previous = <object>before
    Py_DECREF(previous)  # the reference that was saved_hooks'
    return previous


def plain(Tensor x):
    """A plain Tensor of the same memory and version, which keeps no Variable and no history alive."""
    return wrap(x.array, _own_root(x))


cdef Packed _pack(Tensor value):
    cdef Packed p = Packed.__new__(Packed)
    cdef tuple hooks = <tuple>saved_hooks
    p.variable = _is_variable(value)
    p.target = _edge(value, &p.output)
    p.unpack = hooks[1]
    p.shape = value.shape
    p.dtype = value.dtype
    set_saved_hooks(None)
    try:
        p.packed = hooks[0](plain(value))
    finally:
        set_saved_hooks(hooks)
    return p


cdef object _unpack(Node node, Packed p, bint create_graph, int own_output):
    """The value again; with its history when that is wanted. `own_output`: which of the node's outputs it is, or -1."""
    cdef Variable x
    cdef PyObject* args[1]
    value = p.unpack(p.packed)
    if not isinstance(value, Tensor):
        raise TypeError(f"{node.title()}(): unpack hook: expected a Tensor, got {type(value).__name__}")
    if value.shape != p.shape or value.dtype != p.dtype:
        got = f"shape {value.shape}, {value.dtype.name}"
        raise errors.ShapeError(f"{node.title()}(): unpack hook: expected shape {p.shape}, {p.dtype.name}, got {got}")
    value = wrap((<Tensor>value).array, <Tensor>value)
    if not create_graph or (own_output < 0 and p.target is None):
        return _variable((<Tensor>value).array, <Tensor>value) if p.variable and create_graph else value
    if own_output >= 0:
        return _rejoined(<Tensor>value, node, own_output)
    if isinstance(p.target, Node):
        return _rejoined(<Tensor>value, <Node>p.target, p.output)
    x = _variable((<Tensor>value).array, <Tensor>value)
    args[0] = <PyObject*>p.target
    _attach(x, _rule_for(_op_alias), args, None)
    return x
