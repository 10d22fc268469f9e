# User functions: a forward and a backward in Python, recorded as one node.

class Context:
    """What a :class:`Function`'s forward leaves for its backward.

    Besides the methods below, forward may set attributes of its own (``ctx.scale = 2``).
    """

    def __init__(self, needs_input_grad):
        self.needs_input_grad = needs_input_grad
        self._to_save = ()
        self._saved = ()
        self._non_differentiable = ()
        self._dirty = ()
        self._materialize = True
        self._unpack = {}  # by thread: several may run one graph

    def save_for_backward(self, *tensors):
        """Keep Tensors (inputs, outputs or others) for backward; call it at most once, in forward."""
        for i, value in enumerate(tensors):
            if value is not None and not isinstance(value, Tensor):
                errors.type_error("save_for_backward", str(i), "Tensor or None", type(value).__name__,
                                  "keep other things as attributes of ctx")
        self._to_save = tensors

    def mark_non_differentiable(self, *outputs):
        """No gradient flows through these outputs; call it at most once, in forward."""
        self._non_differentiable = outputs

    def mark_dirty(self, *inputs):
        """Forward changed these inputs in place and returns them; call it at most once, in forward."""
        self._dirty = inputs

    def set_materialize_grads(self, value):
        """Whether backward gets zeros (the default) or None for outputs that nothing depends on."""
        self._materialize = bool(value)

    @property
    def saved_tensors(self):
        """What :meth:`save_for_backward` kept, in backward."""
        unpack = self._unpack.get(threading.get_ident())
        return self._to_save if unpack is None else unpack()


cdef class FunctionNode(Node):
    """A call of a user's Function."""

    cdef object function
    cdef object context
    cdef tuple attributes  # names under which ctx holds inputs or results: without history there

    cdef str title(self):
        return self.function.__name__

    cdef object release(self):
        self.released = True
        self.saved = None
        self.context = None

    cdef list backward(self, object grads, bint create_graph):
        cdef object context = self.context
        cdef tuple saved = self.saved  # another thread may release the node while user's code runs
        # What cannot be differentiated again runs without history, and says so when that is tried.
        cdef bint once = create_graph and (bool(self.attributes)
                                           or getattr(self.function.backward, "once_differentiable", False))
        given = list(grads) if self.noutputs > 1 else [grads]
        if context._materialize:
            for i in range(len(given)):
                if given[i] is None and _output_dtype(self, i) is not None:
                    given[i] = _zeros_beside(self, i, given)
        given = [g if g is None or isinstance(g, Variable) else _variable((<Tensor>g).array, None) for g in given]
        unpacked = []
        thread = threading.get_ident()
        outer = context._unpack.get(thread)  # of a run that this one is inside of
        context._unpack[thread] = lambda: self._unpacked(saved, unpacked, create_graph and not once)
        try:
            found = self.function.backward(context, *([_bare_variable(g) for g in given] if once else given))
        finally:
            context._unpack[thread] = outer
            if outer is None:
                del context._unpack[thread]
        found = found if isinstance(found, tuple) else (found,)
        expected = self.nedges
        if len(found) > expected and all([g is None for g in found[expected:]]):
            found = found[:expected]
        if len(found) != expected:
            raise RuntimeError(f"{self.title()}.backward(): expected {expected} gradients, one for each argument of "
                               f"forward, got {len(found)}")
        if create_graph:
            found = [self._honest(g, given, unpacked, once) for g in found]
        return list(found)

    cdef tuple _unpacked(self, tuple saved, list unpacked, bint create_graph):
        if not unpacked:
            for entry in saved:
                value = None
                if entry is not None:
                    value, output, version = entry
                    if type(value) is Packed:
                        value = self.restored(<Packed>value, output, create_graph)
                        unpacked.append(value)
                        continue
                    if version_of(<Tensor>value) != version:
                        raise RuntimeError(
                            f"{self.title()}(): a Tensor kept by save_for_backward: expected version {version}, as "
                            f"recorded at {_where(self)}, got version {version_of(<Tensor>value)} after "
                            f"{_change(<Tensor>value)}; change a clone() instead")
                    if output < 0 and not create_graph:
                        value = _bare_variable(value)
                    elif output >= 0:
                        value = _rejoined(<Tensor>value, self, output) if create_graph else _variable(
                            (<Tensor>value).array, <Tensor>value)
                unpacked.append(value)
        return tuple(unpacked)

    cdef object restored(self, Packed p, int output, bint create_graph):
        value = _unpack(self, p, create_graph, output)
        if isinstance(value, Variable) or not (p.variable or output >= 0):
            return value
        return _variable((<Tensor>value).array, <Tensor>value)

    cdef object _honest(self, object grad, list given, list unpacked, bint once):
        """Under create_graph, a gradient that lost its history must not pass for a constant: it raises when used."""
        cdef Variable x
        cdef RefusalNode node
        if grad is None or (isinstance(grad, Variable) and _requires(<Variable>grad)):
            return grad
        sources = [v for v in (*given, *unpacked) if isinstance(v, Variable) and _requires(<Variable>v)]
        if not sources and not once:
            return grad
        node = RefusalNode.__new__(RefusalNode)
        node.function = self.function
        _set_edges(node, tuple([_edge_pair(v) for v in sources]) + (_edges_of(self) if once else ()))
        _finish(node)
        x = _variable((<Tensor>grad).array, <Tensor>grad)
        _set_output(node, x.array)
        x.node = node
        return x


cdef object _bare_variable(object value):
    """The same memory without history."""
    return _variable((<Tensor>value).array, <Tensor>value) if isinstance(value, Variable) else value


cdef class RefusalNode(Node):
    """Stands where a Function's backward left the graph."""

    cdef object function

    cdef str title(self):
        return self.function.__name__ + " backward"

    cdef list backward(self, object grads, bint create_graph):
        raise RuntimeError(
            f"{self.function.__name__}.backward(): expected to be differentiable, because it is being differentiated a "
            f"second time, got a result without history; compute it with Variables all through (no .data, no NumPy)")


def apply_function(function, tuple args, setup=None):
    """Run ``function.forward`` on ``args`` and record it as one node; ``setup`` fills the context when forward does not."""
    cdef FunctionNode node
    cdef int previous = _modes()
    cdef bint tracked = grad_enabled and _any_requires(args)
    needs = tuple([isinstance(a, Variable) and _requires(<Variable>a) for a in args])
    context = Context(needs if tracked else tuple([False] * len(args)))
    # Forward works on what is not recorded: Variables without history, sharing memory and version.
    inner = [_variable((<Tensor>a).array, <Tensor>a) if isinstance(a, Variable) else a for a in args]
    before = [version_of(<Tensor>a) if needed else 0 for a, needed in zip(args, needs)]
    node = FunctionNode.__new__(FunctionNode)
    node.function = function
    if tracked:
        _set_edges(node, tuple([_edge_pair(a) for a in args]))
        _finish(node)
    if _engine_observer is not None:
        _engine_observer.before_function(function, args)
    _set_modes(previous & 2)
    try:
        if setup is None:
            returned = function.forward(context, *inner)
        else:
            returned = function.forward(*inner)
            setup(context, tuple(inner), returned)
    finally:
        _set_modes(previous)
    if not isinstance(returned, (tuple, Tensor)):
        errors.type_error(function.__name__ + ".forward", None, "Tensors as results", type(returned).__name__)
    parts = returned if isinstance(returned, tuple) else (returned,)
    if _engine_observer is not None:
        _engine_observer.after_function(function, args, returned)
    if tracked:
        _check_dirty(function, context, inner, parts, before, needs)
    if not any([isinstance(a, Variable) for a in args]):
        return returned
    results = []
    for k, part in enumerate(parts):
        results.append(_function_result(function, part, k, inner, args, context, node, tracked)
                       if isinstance(part, Tensor) else part)
    if tracked:
        _save_for_function(node, context, inner, args, parts, results)
        if len(parts) == 1:
            _set_output(node, (<Tensor>parts[0]).array) if isinstance(parts[0], Tensor) else None
        else:
            node.noutputs = <int>len(parts)
            node.layout = tuple([about for p in parts for about in ((p.shape, p.dtype) if isinstance(p, Tensor) else (None, None))])
    return tuple(results) if isinstance(returned, tuple) else results[0]


cdef object _check_dirty(object function, object context, list inner, tuple parts, list before, tuple needs):
    """What forward changed in place it must say and return, or gradients would be those of other values."""
    name = function.__name__ + ".forward"
    for value in context._dirty:
        if value not in _identities(inner) or value not in _identities(parts):
            raise RuntimeError(f"{name}(): mark_dirty: expected inputs that forward returns, got a Tensor that is no input "
                               f"or not returned")
    for i in range(len(inner)):
        if needs[i] and version_of(<Tensor>inner[i]) != before[i] and inner[i] not in _identities(context._dirty):
            by = root(<Tensor>inner[i]).changed_by
            raise RuntimeError(f"{name}(): argument {i}: expected an input that requires grad to be left as it is, got "
                               f"{by.name}_; work on a clone(), or say ctx.mark_dirty and return it")


cdef object _function_result(object function, object part, int position, list inner, tuple args, object context,
                             FunctionNode node, bint tracked):
    cdef Variable x, source_variable
    dirty = any([part is d for d in context._dirty])
    source = -1
    for i in range(len(inner)):
        if part is inner[i]:
            source = i
    if dirty and source >= 0:
        if not isinstance(args[source], Variable):
            return args[source]  # a plain Tensor used as a buffer: it has no history to rewrite
        x = <Variable>args[source]
        if tracked:
            _check_writable(function.__name__, x)
            if x.view_of is not None:
                raise RuntimeError(f"{function.__name__}(): mark_dirty: expected an input that is no view of a Variable, got "
                                   f"a view; work on a clone()")
    else:
        # A new Variable, also for an input handed through: its history is this node's.
        x = _variable((<Tensor>part).array, <Tensor>part if (<Tensor>part).base is not None else None)
        for i in range(len(inner)):
            if isinstance(inner[i], Variable) and root(x) is root(<Tensor>inner[i]):
                # It shows an input's memory in a way that cannot be replayed: it may be read, not written.
                source_variable = <Variable>args[i]
                x.view_of = source_variable if source_variable.view_of is None else source_variable.view_of
                x.view_version = _watched_version(x)
    if tracked and not any([part is n for n in context._non_differentiable]) and _inexact(x.array):
        x.node = node
        x.output = position
    return x


cdef object _save_for_function(FunctionNode node, object context, list inner, tuple args, tuple parts, list results):
    cdef list saved = []
    cdef Tensor kept
    for value in context._to_save:
        if value is None:
            saved.append(None)
            continue
        output = -1
        for k, part in enumerate(parts):
            if value is part and isinstance(results[k], Variable) and (
                    value in _identities(context._dirty) or value not in _identities(inner)):
                output = k
        if output >= 0:
            kept = wrap((<Tensor>value).array, _own_root(<Variable>results[output]))
        else:
            kept = <Tensor>value
            for i in range(len(inner)):
                if value is inner[i]:
                    kept = <Tensor>args[i]
        saved.append((kept, output, _watched_version(kept)) if saved_hooks is NULL else (_pack(kept), output, 0))
    node.saved = tuple(saved)
    node.attributes = tuple([name for name, value in vars(context).items()
                             if not name.startswith("_") and isinstance(value, Variable)
                             and (value in _identities(inner) or value in _identities(parts))])
    node.context = context
    context._to_save = ()
    context._non_differentiable = context._dirty = ()


class _Identities(list):
    """Membership by identity: `==` of Tensors is element by element."""

    def __contains__(self, value):
        return any([value is item for item in self])


cdef object _identities(values):
    return _Identities(values)
