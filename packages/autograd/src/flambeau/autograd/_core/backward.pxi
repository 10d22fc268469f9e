# The engine. Nodes run in descending order of their sequence number: a node was made after everything it leads to,
# so when it is the highest one waiting, all of its gradients have arrived. Nothing recurses.

ctypedef PyObject* borrowed_t
ctypedef pair[uint64_t, borrowed_t] waiting_t
ctypedef unordered_map[borrowed_t, Py_ssize_t] uses_t


cdef class _Run:
    """One backward run: gradients waiting at nodes, and what to do with those that reach leaves."""

    cdef priority_queue[waiting_t] order  # nodes with waiting gradients, each with a reference of its own
    # Gradients wait in their node (one, or a list for a node of several outputs): `run` tells whose they are. Where
    # another run, of another thread or around this one, has a node, they wait here.
    cdef dict elsewhere
    cdef object taken
    cdef bint retain, create_graph, accumulate
    cdef bint planned  # only what leads to the inputs runs
    cdef unordered_set[borrowed_t] wanted  # nodes that do (borrowed: the outputs hold them)
    cdef dict leaf_inputs  # id of leaf -> positions
    cdef dict node_inputs  # node -> [(output, position), ...]
    cdef list captured
    cdef dict hooked_leaves  # id of leaf -> [leaf, gradient so far]: hooks see the sum
    cdef uses_t uses  # of leaves with hooks: gradients that may still come (borrowed)

    cdef object arrive(self, Node node, int output, object grad):
        """Add a gradient to those waiting at a node."""
        cdef object present = None
        cdef list several
        if node.run == <void*>self:
            present = node.waiting
        elif self.elsewhere:
            present = self.elsewhere.get(node)
        if present is None:
            if node.noutputs > 1:
                several = [None] * node.noutputs
                several[output] = grad
                grad = several
            self.order.push(waiting_t(node.sequence, <PyObject*>node))
            Py_INCREF(node)
            self.put(node, grad)
        elif node.noutputs == 1:
            self.put(node, _sum(present, grad))
        else:
            several = present
            several[output] = grad if several[output] is None else _sum(several[output], grad)

    cdef object put(self, Node node, object grads):
        if node.run is NULL and not self.elsewhere:
            node.run = <void*>self
        if node.run == <void*>self:
            node.waiting = grads
        else:
            self.elsewhere[node] = grads

    cdef inline Node next(self):
        """The next node; what waited for it is `taken`."""
        cdef Node node = <Node>self.order.top().second
        self.order.pop()
        Py_DECREF(node)
        if node.run == <void*>self:
            node.run = NULL
            self.taken = node.waiting
            node.waiting = None
        else:
            self.taken = self.elsewhere.pop(node, None)
        return node

    cdef object abandon(self):
        """After an error: nothing waits any more."""
        while not self.order.empty():
            self.next()

    cdef object reach_leaf(self, Variable leaf, object grad, bint owned):
        """A gradient arrived at a leaf; `owned` says that nobody else holds it."""
        cdef list entry
        if self.leaf_inputs is not None and id(leaf) not in self.leaf_inputs:
            return
        if not leaf.leaf_hooks:
            self.deliver(leaf, grad, owned)
            return
        entry = self.hooked_leaves.get(id(leaf))
        if entry is None:
            self.hooked_leaves[id(leaf)] = [leaf, grad]
        else:
            entry[1] = _sum(entry[1], grad)

    cdef object deliver(self, Variable leaf, object grad, bint owned):
        """Put a leaf's gradient where it is wanted."""
        if self.leaf_inputs is not None and not self.accumulate:
            for position in self.leaf_inputs[id(leaf)]:
                present = self.captured[position]
                self.captured[position] = grad if present is None else _sum(present, grad)
            return
        _accumulate(leaf, grad, self.create_graph, owned)

    cdef object settle(self, Variable leaf):
        """All gradients of a leaf with hooks have arrived."""
        cdef list entry = self.hooked_leaves.pop(id(leaf), None)
        if entry is None:
            return
        grad = entry[1]
        for hook, after in tuple(leaf.leaf_hooks):
            if not after:
                try:
                    grad = _hooked(hook, grad)
                except Exception as error:
                    error.add_note(f"raised in a hook on the gradient of a leaf of shape {leaf.shape}")
                    raise
        self.deliver(leaf, grad, False)
        if self.accumulate:
            for hook, after in tuple(leaf.leaf_hooks):
                if after:
                    hook(leaf)

    cdef object run(self):
        cdef Node node
        cdef object grads
        cdef list found
        while not self.order.empty():
            node = self.next()
            grads = self.taken
            self.taken = None
            if node.hooks:
                try:
                    grads = _run_hooks(node, grads)
                except Exception as error:
                    _add_line(error, node)
                    raise
            if self.node_inputs and node in self.node_inputs:
                self.capture(node, grads)
            if self.planned and self.wanted.count(<PyObject*>node) == 0:
                continue
            found = self.step(node, grads)
            grads = None
            try:
                self.spread(node, found)
            except Exception as error:
                _add_line(error, node)
                raise
        for entry in tuple(self.hooked_leaves.values()):
            self.settle(entry[0])

    cdef list step(self, Node node, object grads):
        """Run one node, with its forward line in whatever it raises."""
        global forward_node
        cdef PyObject* previous = forward_node
        cdef list found
        if node.released:
            _was_released(node)
        if self.create_graph:
            forward_node = <PyObject*>node
        try:
            if _engine_observer is not None:
                _engine_observer.before(node, grads)
            found = node.backward(grads, self.create_graph)
            if _engine_observer is not None:
                _engine_observer.after(node, grads, found)
        except Exception as error:
            _add_line(error, node)
            raise
        finally:
            forward_node = previous
        if not self.retain:
            node.release()
        return found

    cdef object spread(self, Node node, list found):
        """Send the gradients of a node's inputs on."""
        cdef int i, output = 0
        cdef object target, grad
        for i in range(node.nedges):
            grad = found[i]
            if grad is None:
                if not self.uses.empty():
                    self.count_use(_edge_at(node, i, &output))
                continue
            target = _edge_at(node, i, &output)
            if target is None:
                continue
            found[i] = None  # so that a gradient nobody else holds can be taken over by a leaf
            if isinstance(target, Node):
                if self.planned and not self.reaches(<Node>target):
                    continue
                if not isinstance(grad, Tensor) or not _fits_inline(<Node>target, (<Tensor>grad).array):
                    grad = _fitted(grad, _output_shape(<Node>target, output), _output_dtype(<Node>target, output), node)
                self.arrive(<Node>target, output, grad)
            else:
                if not isinstance(grad, Tensor) or not _alike((<Tensor>grad).array, (<Variable>target).array):
                    grad = _fitted(grad, _shape_of((<Variable>target).array), _dtype_of((<Variable>target).array), node)
                self.reach_leaf(<Variable>target, grad, Py_REFCNT(grad) == 1)
                if not self.uses.empty():
                    self.count_use(target)

    cdef object count_use(self, object target):
        """A node has run that leads to `target`; where that is a leaf with hooks, it may have been the last."""
        cdef Py_ssize_t left
        if not isinstance(target, Variable) or self.uses.count(<PyObject*>target) == 0:
            return
        left = self.uses[<PyObject*>target] - 1
        self.uses[<PyObject*>target] = left
        if left == 0:
            self.settle(<Variable>target)

    cdef inline bint reaches(self, Node node) except -1:
        """Whether a gradient of this node matters to the inputs that were asked for."""
        return self.wanted.count(<PyObject*>node) > 0 or node in self.node_inputs

    cdef object capture(self, Node node, object grads):
        for output, position in self.node_inputs[node]:
            grad = grads if node.noutputs == 1 else grads[output]
            if grad is not None:
                self.captured[position] = grad


cdef object _was_released(Node node):
    error = RuntimeError(
        f"backward(): expected a graph that has not been run backward, got {node.title()}, recorded at {_where(node)}, whose "
        f"kept values were released by an earlier backward; use retain_graph=True in that one")
    error.add_note(
        f"its result has shape {_output_shape(node, 0)}; where it was computed in an earlier step, as a running total "
        f"or a hidden state is, detach() it there, and where two losses share it, add them before backward")
    raise error


cdef object _sum(object a, object b):
    return call2(_op_add, a, b)


cdef Operator _op_add = ops.add
cdef Operator _op_sum = ops.sum


cdef object _fitted(object grad, tuple shape, object dtype, Node node):
    """Sum what was broadcast and cast what was promoted."""
    if not isinstance(grad, Tensor):
        raise TypeError(f"backward of {node.title()}: expected Tensors or None as gradients, got {type(grad).__name__}")
    if _shape_of((<Tensor>grad).array) != shape:
        grad = _summed_to(grad, shape, node)
    return grad if _dtype_of((<Tensor>grad).array) == dtype else ops.cast(grad, dtype)


cdef object _summed_to(object grad, tuple shape, Node node):
    cdef tuple given = _shape_of((<Tensor>grad).array)
    cdef int extra = <int>len(given) - <int>len(shape)
    dims = list(range(max(extra, 0)))
    for i in range(len(shape)):
        if extra < 0 or (shape[i] != given[i + extra] and shape[i] != 1):
            raise errors.ShapeError(f"backward of {node.title()}: expected a gradient that sums to shape {shape}, got "
                                    f"shape {given}")
        if shape[i] == 1 and given[i + extra] != 1:
            dims.append(i + extra)
    if len(dims) == extra:  # they came in front, and nothing else did
        return call(_op_sum, (grad, tuple(dims), False, None), None)
    grad = ops.sum(grad, tuple(dims), True)
    return grad if extra == 0 else ops.reshape(grad, shape)


cdef object _hooked(object hook, object grad):
    """What a hook makes of a gradient; hooks see Variables."""
    given = grad if isinstance(grad, Variable) else _variable((<Tensor>grad).array, None)
    changed = hook(given)
    if changed is None:
        return grad
    if not isinstance(changed, Tensor) or changed.shape != grad.shape:
        got = f"shape {changed.shape}" if isinstance(changed, Tensor) else type(changed).__name__
        raise errors.ShapeError(f"hook(): expected a gradient of shape {grad.shape} or None, got {got}")
    return changed if changed.dtype == grad.dtype else ops.cast(changed, grad.dtype)


def _is_last(entry):
    return entry[2]


cdef object _run_hooks(Node node, object grads):
    for output, hook, _ in sorted(node.hooks, key=_is_last):
        if node.noutputs == 1:
            grads = _hooked(hook, grads)
        elif grads[output] is not None:
            grads[output] = _hooked(hook, grads[output])
    return grads


# What users call ------------------------------------------------------------------------------------------------

def run_backward(tuple outputs, grads, bint retain, bint create_graph, inputs, bint accumulate):
    """Run backward from ``outputs``; the gradients of ``inputs`` as a list, or into leaves when ``accumulate``."""
    cdef _Run run = _Run.__new__(_Run)
    cdef Variable x
    cdef vector[waiting_t] found
    cdef int previous = _modes()
    create_graph = create_graph and not inference
    run.elsewhere = {}
    run.hooked_leaves = {}
    run.retain = retain
    run.create_graph = create_graph
    run.accumulate = accumulate
    if inputs is not None or _follows_leaves:
        _find(outputs, &found)
        if inputs is not None:
            _plan(run, inputs, &found)
        if _follows_leaves:
            _count_uses(run, &found)
    _set_modes(<int>create_graph | previous & 2)
    hook = None if argument_hook is NULL else set_argument_hook(None)
    try:
        if _engine_observer is not None:
            _engine_observer.begin(outputs)
        for i in range(len(outputs)):
            x = <Variable>outputs[i]
            grad = _root_grad(x, None if grads is None else grads[i], i, create_graph)
            if x.node is None:
                run.reach_leaf(x, grad, False)
            else:
                run.arrive(x.node, x.output, grad)
        run.run()
    finally:
        run.abandon()
        _set_modes(previous)
        if hook is not None:
            set_argument_hook(hook)
        if _engine_observer is not None:
            _engine_observer.end()
    if inputs is not None and accumulate:
        for x, grad in zip(inputs, run.captured):
            if grad is not None and x.node is not None:
                _accumulate(x, grad, create_graph, False)
    return run.captured


cdef object _root_grad(Variable x, object grad, int position, bint create_graph):
    if not _requires(x):
        raise _without_history(
            x, f"backward(): output {position}: expected a Variable that requires grad, got one of shape {x.shape} without "
            f"history; it was computed under no_grad, detached, or from Tensors only")
    if grad is None:
        if x.array.size != 1:
            error = RuntimeError(f"backward(): argument 'gradient': expected a gradient for an output of shape {x.shape}, "
                                 f"got none; give one, or reduce the output to one element")
            error.add_note(f"the output is {_made(x)}")
            raise error
        if x.is_complex():
            error = RuntimeError("backward(): argument 'gradient': expected a gradient for a complex output, got none; give "
                                 "one, or take a real number of it: real, imag, abs()")
            error.add_note(f"the output is {_made(x)}")
            raise error
        grad = ft.ones(x.shape, dtype=x.dtype, device=x.device)
    if not isinstance(grad, Tensor):
        errors.type_error("backward", "gradient", "Tensor", type(grad).__name__)
    if grad.shape != x.shape:
        try:
            errors.shape_error("backward", "gradient", f"shape {x.shape}, the output's", str(grad.shape))
        except errors.ShapeError as error:
            error.add_note(f"the output is {_made(x)}")
            raise
    if isinstance(grad, Variable) and not create_graph:
        grad = wrap((<Tensor>grad).array, <Tensor>grad)
    return grad if grad.dtype == x.dtype else ops.cast(grad, x.dtype)


cdef tuple _variables(value, str operation, str argument):
    """One Variable or a sequence of them, as a tuple."""
    values = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    for v in values:
        if not isinstance(v, Variable):
            errors.type_error(operation, argument, "Variables", type(v).__name__)
    return values


cdef tuple _chosen(inputs, str operation):
    """The inputs, of which there must be some: without, everything would be computed and dropped."""
    chosen = _variables(inputs, operation, "inputs")
    if not chosen:
        errors.value_error(operation, "inputs", "at least one Variable", "none")
    return chosen


cdef object _gradients(value, tuple outputs, str operation, str argument):
    if value is None:
        return None
    values = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if len(values) != len(outputs):
        errors.value_error(operation, argument, f"{len(outputs)} gradients, one for each output", str(len(values)))
    return values


def backward(outputs, gradients=None, retain_graph=None, bint create_graph=False, inputs=None):
    """Compute the gradients of all leaves that ``outputs`` were computed from, and add them to their ``grad``.

    Args:
        outputs: Variable or several.
        gradients: the gradient of each output, of its shape; None for outputs of one element means 1.
        retain_graph: keep what is needed to run backward again; by default as ``create_graph``.
        create_graph: record backward itself, so that the gradients can be differentiated.
        inputs: Variables to accumulate into; by default all leaves.

    Raises:
        RuntimeError: nothing to differentiate, or the graph was released, or a kept value changed.

    Example:
        >>> x = Variable(ft.tensor([1.0, 2.0]), requires_grad=True)
        >>> backward((x * 3).sum())
        >>> x.grad.tolist()
        [3.0, 3.0]
    """
    roots = _variables(outputs, "backward", "outputs")
    retain = create_graph if retain_graph is None else retain_graph
    chosen = None if inputs is None else _chosen(inputs, "backward")
    run_backward(roots, _gradients(gradients, roots, "backward", "gradients"), retain, create_graph, chosen, True)


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, bint create_graph=False, allow_unused=None,
         bint materialize_grads=False):
    """The gradients of ``outputs`` with respect to ``inputs``; no ``grad`` is touched.

    Args:
        outputs: Variable or several.
        inputs: Variable or several, leaves or not.
        grad_outputs: the gradient of each output, of its shape; None for outputs of one element means 1.
        retain_graph: keep what is needed to run backward again; by default as ``create_graph``.
        create_graph: record the gradients' own computation, so that they can be differentiated.
        allow_unused: None for an input that the outputs do not depend on, instead of an error.
        materialize_grads: zeros for such an input.

    Returns:
        Tuple of Variables of the inputs' shapes.

    Raises:
        RuntimeError: an input that the outputs do not depend on.
        ValueError: no inputs; or ``materialize_grads`` with ``allow_unused=False``.

    Example:
        >>> x = Variable(ft.tensor(2.0), requires_grad=True)
        >>> (first,) = grad(x ** 3, x, create_graph=True)
        >>> (second,) = grad(first, x)
        >>> first.item(), second.item()
        (12.0, 12.0)
    """
    roots = _variables(outputs, "grad", "outputs")
    chosen = _chosen(inputs, "grad")
    if materialize_grads and allow_unused is not None and not allow_unused:
        errors.value_error("grad", "allow_unused", "True, or nothing, with materialize_grads=True", "False")
    for i, x in enumerate(chosen):
        if not _requires(<Variable>x):
            raise _without_history(<Variable>x, f"grad(): argument 'inputs': expected Variables that require grad, got one of "
                                                f"shape {x.shape} at position {i} that does not")
    retain = create_graph if retain_graph is None else retain_graph
    found = run_backward(roots, _gradients(grad_outputs, roots, "grad", "grad_outputs"), retain, create_graph, chosen,
                         False)
    result = []
    given = [id((<Tensor>g).array) for g in (grad_outputs if isinstance(grad_outputs, (list, tuple)) else (grad_outputs,))
             if isinstance(g, Tensor)]
    for i in range(len(found)):
        g = found[i]
        found[i] = None  # so that a gradient nobody else holds need not be copied
        if g is None and materialize_grads:
            g = ft.zeros_like(wrap((<Tensor>chosen[i]).array, None))
        if g is None and not allow_unused:
            error = RuntimeError(f"grad(): argument 'inputs': expected inputs that the outputs depend on, got one of shape "
                                 f"{chosen[i].shape} at position {i} that they do not; use allow_unused=True for None")
            error.add_note(f"this input is {_made(<Variable>chosen[i])}; the outputs do not use it, or only its .detach(), its "
                           f".data or what it was made of")
            raise error
        if isinstance(g, Variable):
            # With a graph: no memory that the user or another result has already.
            result.append(ops.clone(g) if id((<Tensor>g).array) in given else g)
            given.append(id((<Tensor>g).array))
        else:
            result.append(None if g is None else _variable(_own_array(g, Py_REFCNT(g) == 1), None))
    return tuple(result)
