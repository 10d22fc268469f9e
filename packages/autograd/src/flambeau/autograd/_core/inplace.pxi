# In-place operations and out=: the history of what is written becomes that of the operation.

cdef object _write(Operator op, tuple args, object out):
    cdef bint inplace = PyTuple_GET_SIZE(args) > 0 and out is <object>PyTuple_GET_ITEM(args, 0)
    cdef bint tracked
    cdef Variable x
    if not isinstance(out, Tensor):
        errors.type_error(op.name, "out", "Tensor", type(out).__name__)
    if isinstance(out, Variable) and (<Variable>out).inferred and not inference:
        raise RuntimeError(_made_in_inference(op.name + "_", "input") if inplace else _made_in_inference(op.name, "out"))
    if inplace and op.view == 1 and not op.many and isinstance(out, Variable):
        return _turn(op, args, <Variable>out)
    tracked = grad_enabled and op.differentiable and _any_requires(args)
    if not inplace and grad_enabled and (tracked or (isinstance(out, Variable) and _requires(<Variable>out))):
        raise RuntimeError(f"{op.name}(): argument 'out': expected no argument that requires grad (writing to out= is "
                           f"not recorded), got one; assign the result instead, or use no_grad")
    if not tracked:
        if grad_enabled and inplace and isinstance(out, Variable):
            x = <Variable>out
            if _requires(x):
                return _overwrite(op, args, x)
            if x.view_of is not None and x.replay is None and _requires(x.view_of):
                _check_writable(op.name + "_", x)  # it says that this would change a value behind its history's back
        return write(op, args, <Tensor>out, None)
    if not isinstance(out, Variable):
        raise RuntimeError(f"{op.name}_(): argument 'input': expected a Variable, because a value that requires grad is "
                           f"written to it, got a plain Tensor; make it Variable(x)")
    x = <Variable>out
    _check_writable(op.name + "_", x)
    return _record_write(op, args, x)


cdef object _turn(Operator op, tuple args, Variable x):
    """A view in place: `x` becomes a view of what it was, which lives on behind it."""
    cdef Variable former, turned
    cdef Tensor owner
    cdef bint needed = _requires(x)
    if x.wants or (needed and not grad_enabled):
        what = "a leaf that requires grad" if x.wants else "one with history under no_grad"
        raise RuntimeError(f"{op.name}_(): argument 'input': expected a Variable whose shape no gradient depends on, got "
                           f"{what}; assign {op.name}(x) instead")
    if needed and x.view_of is not None and x.replay is None:
        raise RuntimeError(f"{op.name}_(): argument 'input': expected a view with history, got one that was made under "
                           f"no_grad or by a Function; assign {op.name}(x) instead")
    owner = _own_root(x) if x.view_of is None else root(x)
    former = _variable(x.array, owner)
    former.node = x.node
    former.output = x.output
    if x.view_of is None:
        turned = <Variable>former.dispatch(op, (former, *args[1:]), None)
        x.view_of = former
        x.replay = (None, op, args[1:], -1)
    else:
        former.view_of = x.view_of
        former.replay = x.replay
        former.view_version = x.view_version
        turned = <Variable>former.dispatch(op, (former, *args[1:]), None)
        if x.replay is not None:
            x.replay = (x.replay, op, args[1:], -1)
    x.array = turned.array
    x.node = turned.node
    x.output = turned.output
    count_change(x, op)
    x.view_version = version_of(x)
    return x


cdef object _check_writable(str operation, Variable x):
    """Gradients of what a leaf was before an in-place change would be lost."""
    cdef Variable base = x if x.view_of is None else x.view_of
    if base.wants or x.wants:
        what = "a leaf Variable" if x.wants else "a view of a leaf Variable"
        raise RuntimeError(f"{operation}(): argument 'input': expected no leaf that requires grad, got {what} that does; "
                           f"work on a clone(), or change it under no_grad")
    if x.view_of is not None and x.replay is None:
        raise RuntimeError(f"{operation}(): argument 'input': expected a view with history, got one that was made under "
                           f"no_grad or by a Function; make the view where gradients are recorded")


cdef object _record_write(Operator op, tuple args, Variable x):
    cdef Rule rule = _rule_for(op)
    cdef Node node
    cdef list values = []
    cdef Tensor kept = None
    node = _node(rule, PySequence_Fast_ITEMS(args))
    if node is None:  # what requires grad stands where no gradient can go: in an index, which the operator refuses
        return write(op, args, x, None)
    kept_args = args
    if _keeps_input(rule, node):
        kept_args = (ops.clone(x), *args[1:])  # what is about to be overwritten
    _check_kept(rule, node, kept_args)
    # The others are kept as of before the change: should one share the memory, its rule notices.
    before = [version_of(<Tensor>v) if isinstance(v, Tensor) else 0 for v in kept_args]
    write(op, args, x, values)
    if rule.output_mask & node.needed:
        kept = wrap(x.array, _own_root(x))
    _save(node, rule, PySequence_Fast_ITEMS(kept_args), values, kept)
    for s in range(rule.nslots):
        if rule.slot_kind[s] == FROM_ARGUMENT and isinstance(_kept(node, s), Tensor):
            node.versions[s] = <uint32_t><uint64_t>before[rule.slot_position[s]]
    _set_output(node, x.array)
    if x.view_of is None:
        _move_retained(x, node, 0)
        x.node = node
        x.output = 0
        return x
    _write_into_base(x, node)
    return x


cdef object _move_retained(Variable x, Node node, int output):
    """What retain_grad keeps of a Variable is the gradient of its latest value; hooks stay with the value they saw."""
    cdef list moved
    if x.node is None or not x.node.hooks:
        return
    moved = [entry for entry in x.node.hooks if entry[2] and entry[0] == x.output]
    if moved:
        x.node.hooks[:] = [entry for entry in x.node.hooks if entry not in moved]
        node.hooks = (node.hooks or []) + [(output, function, last) for _, function, last in moved]


cdef object _check_kept(Rule rule, Node node, tuple args):
    """Before anything is written: what will be kept for backward may be."""
    cdef int s
    for s in range(rule.nslots):
        if rule.slot_kind[s] == FROM_ARGUMENT and rule.slot_mask[s] & node.needed:
            value = args[rule.slot_position[s]]
            if isinstance(value, Variable) and (<Variable>value).inferred:
                raise RuntimeError(_made_in_inference(rule.op.name, rule.slot_names[s]))


cdef bint _keeps_input(Rule rule, Node node):
    """Whether a needed formula wants the first argument as it was."""
    cdef int s
    for s in range(rule.nslots):
        if rule.slot_kind[s] == FROM_ARGUMENT and rule.slot_position[s] == 0 and rule.slot_mask[s] & node.needed:
            return True
    return False


cdef object _overwrite(Operator op, tuple args, Variable x):
    """An operation without gradient replaced the value: what was there before does not matter any more."""
    cdef Node node
    cdef PyObject* replaced[1]
    _check_writable(op.name + "_", x)
    replaced[0] = <PyObject*>x
    node = _node(_rule_for(_op_zero), replaced)
    write(op, args, x, None)
    if x.view_of is None:
        x.node = None
        return x
    _set_output(node, x.array)
    _write_into_base(x, node)
    return x


cdef Operator _op_zero = ops.zero


cdef object _write_into_base(Variable x, Node node):
    """A view was written: its base becomes "what it was, with the view replaced"; the view itself is seen anew."""
    cdef Variable base = x.view_of
    cdef IntoViewNode into = IntoViewNode.__new__(IntoViewNode)
    into.inner = node
    into.replay = x.replay
    if not base.array.flags.c_contiguous:
        into.strides = tuple(base.array.strides)
    _set_edges(into, (_edge_pair(base), *_edges_of(node)[1:]))
    _finish(into)
    _set_output(into, base.array)
    _move_retained(base, into, 0)
    base.node = into
    base.output = 0


cdef Tensor _own_root(Tensor x):
    """The holder of the version counter as a plain Tensor: a node that keeps it must not keep the Variable."""
    cdef Tensor holder = root(x)
    cdef Tensor plain
    if type(holder) is Tensor:
        return holder
    plain = wrap(holder.array, None)
    plain.changes = holder.changes
    plain.changed_by = holder.changed_by
    plain.watcher = holder.watcher
    holder.base = plain
    return plain


cdef object _in_order(object x):
    """A copy with its elements one after the other in memory; `clone` keeps the order of dimensions that `x` has."""
    copied = ops.contiguous(x, None)
    return ops.clone(x) if copied is x else copied


cdef class IntoViewNode(Node):
    """A write into a view, seen from the view's base."""

    cdef Node inner
    cdef tuple replay
    cdef tuple strides  # of the base's memory, or None when it is contiguous

    cdef str title(self):
        return self.inner.title() + "_"

    cdef object release(self):
        # When backward was recorded, a kept result leads to `inner` itself: then it is released where it runs.
        if Py_REFCNT(self.inner) == 1:
            self.inner.release()
        self.released = True

    cdef list backward(self, object grads, bint create_graph):
        cdef list found
        if create_graph and not isinstance(grads, Variable):
            grads = _variable((<Tensor>grads).array, <Tensor>grads)
        # What flows to the base is the gradient with the view's part replaced by what the operation passes on.
        whole = _in_order(grads) if self.strides is None else self.laid_out(grads)
        part = _replayed(whole, self.replay)
        if root(<Tensor>part) is not root(<Tensor>whole):
            raise RuntimeError(f"backward of {self.title()}: expected views of the gradient where the forward, recorded at "
                               f"{_where(self)}, had views, got a copy")
        found = self.inner.backward(part.clone(), create_graph)
        if found[0] is None:
            part.zero_()
        else:
            part.copy_(found[0])
        found[0] = whole
        return found

    cdef object laid_out(self, object grads):
        """A copy of the gradient in the memory order of the base: only there are the views views again."""
        order = sorted(range(len(self.strides)), key=lambda d: -abs(self.strides[d]))
        turned = [d for d in range(len(self.strides)) if self.strides[d] < 0]
        inverse = [order.index(d) for d in range(len(order))]
        copied = ops.permute(_in_order(ops.permute(ops.flip(grads, turned), order)), inverse)
        return ops.flip(copied, turned)
