# Variable: a Tensor that operations on it are recorded for.

cdef bint _follows_leaves = False  # there has been a hook that must run as soon as a leaf's gradient is complete


cdef class Variable(Tensor):
    """A Tensor whose operations are recorded, so that gradients with respect to it can be computed.

    It *is* a Tensor: every function of ``flambeau.tensor`` takes it, and plain Tensors mix with it freely. A result is
    a Variable when any argument is one.

    Args:
        data: Tensor or NumPy array (whose memory is shared), or data as :func:`flambeau.tensor.tensor` takes it.
        requires_grad: whether gradients with respect to this Variable are wanted; floating and complex dtypes only.

    Example:
        >>> x = Variable(ft.tensor([1.0, 2.0]), requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad.tolist()
        [2.0, 4.0]
    """

    cdef Node node  # the operation that made it, or None for a leaf
    cdef int output  # which of the node's outputs it is
    cdef bint wants  # a leaf that requires grad
    cdef bint inferred  # made in inference mode
    cdef object gradient
    cdef list leaf_hooks  # (function, after): called with the gradient before it is added, or with the leaf afterwards
    # What made it and where, for the message of a backward that finds no history; see faults.pxi.
    cdef Operator origin
    cdef object origin_code
    cdef int origin_instruction
    cdef bint origin_recorded  # whether operations were recorded then
    cdef bint origin_lost  # whether history was lost there; if not, it was where the three below say, if anywhere
    cdef Operator loss
    cdef object loss_code
    cdef int loss_instruction
    # A differentiable view: the Variable it looks into, and the operations that lead from there to here.
    cdef Variable view_of
    # The last of the steps: (the steps before, operator, arguments after the first, part of a tuple result or -1).
    cdef tuple replay
    cdef uint64_t view_version  # the version for which `node` is right; in-place changes make it stale

    def __init__(self, data=None, bint requires_grad=False, **unknown):
        if "volatile" in unknown:
            errors.type_error("Variable", "volatile", "nothing: it is gone", repr(unknown["volatile"]),
                              "compute under `with no_grad():` instead")
        if unknown:
            raise TypeError(f"Variable() got an unexpected keyword argument '{next(iter(unknown))}'")
        if data is not None and not isinstance(data, (Tensor, np.ndarray)):
            data = ft.tensor(data)
        Tensor.__init__(self, data)
        self.inferred = inference
        if requires_grad:
            self.requires_grad = True

    cdef object dispatch(self, Operator op, tuple args, object out):
        if out is not None:
            return _write(op, args, out)
        if argument_hook is not NULL:
            args = _arguments(op, args)
        return _record(op, args) if grad_enabled and op.differentiable else _unrecorded(op, args)

    def __operator__(self, Operator op, tuple args, dict kwargs):
        """Run ``op`` without asking subclasses: what a subclass's own ``__operator__`` calls through ``super()``."""
        return self.dispatch(op, args, kwargs.get("out"))

    cdef object dispatch1(self, Operator op, object a):
        cdef PyObject* args[1]
        cdef object array
        if op.loops is not NULL and argument_hook is NULL:
            array = native1(op, (<Tensor>a).array, None)
            if array is not None:
                args[0] = <PyObject*>a
                return _record_native(op, array, args)
        return self.dispatch(op, (a,), None)

    cdef object dispatch2(self, Operator op, object a, object b):
        cdef PyObject* args[2]
        cdef object array = None
        if argument_hook is NULL:
            array = native2(op, (<Tensor>a).array if _is_variable(a) or isinstance(a, Tensor) else a,
                            (<Tensor>b).array if _is_variable(b) or isinstance(b, Tensor) else b, None)
        if array is None:
            return self.dispatch(op, (a, b), None)
        args[0] = <PyObject*>a
        args[1] = <PyObject*>b
        return _record_native(op, array, args)

    # Gradients --------------------------------------------------------------------------------------------------

    @property
    def requires_grad(self):
        """Whether gradients with respect to this Variable, or through it, can be computed."""
        return _outdated(self) or _requires(self)

    @requires_grad.setter
    def requires_grad(self, bint value):
        if value and not _inexact(self.array):
            errors.dtype_error("requires_grad", None, "a floating dtype", self.dtype.name, "convert it with .float()")
        if _history(self) is not None:
            if not value:
                errors.value_error("requires_grad", None, "a leaf Variable",
                                   f"the result of {self.node.title()}", "use .detach()")
            return
        if value and self.inferred and not inference:
            raise RuntimeError(_made_in_inference("requires_grad", None))
        self.wants = value

    def requires_grad_(self, bint requires_grad=True):
        """Set ``requires_grad`` in place; gives the Variable back."""
        self.requires_grad = requires_grad
        return self

    @property
    def data(self):
        """A plain Tensor of the same memory; changes through it count as changes of this Variable.

        Setting it gives the Variable other memory, which counts as a change too.
        """
        return wrap(self.array, self)

    @data.setter
    def data(self, value):
        cdef Tensor owner
        if not isinstance(value, Tensor):
            errors.type_error("data", None, "Tensor", type(value).__name__)
        if self.view_of is not None:
            errors.value_error("data", None, "a Variable that is not a view", "a view")
        owner = root(<Tensor>value)
        if owner.watcher is None:
            owner.watcher = root(self).watcher
        count_change(owner, _op_copy)
        owner.changes += version_of(self)  # never again a version that something was kept with
        self.array = (<Tensor>value).array
        if owner is not self:
            self.base = owner

    @property
    def grad(self):
        """The gradient that backward accumulated, a Variable, or None."""
        return self.gradient

    @grad.setter
    def grad(self, value):
        if value is not None:
            if not isinstance(value, Tensor):
                errors.type_error("grad", None, "Tensor or None", type(value).__name__)
            if value.shape != self.shape:
                errors.shape_error("grad", None, f"shape {self.shape}", str(value.shape))
            if value.dtype != self.dtype:
                errors.dtype_error("grad", None, self.dtype.name, value.dtype.name)
            if value is self:
                errors.value_error("grad", None, "another Tensor", "the Variable itself", "assign its .detach().clone()")
            if type(value) is Tensor:
                value = Variable(value)
        self.gradient = value

    @grad.deleter
    def grad(self):
        self.gradient = None

    @property
    def grad_fn(self):
        """The node that recorded the operation which made this Variable, or None."""
        return _history(self)

    @property
    def is_leaf(self):
        """Whether no recorded operation made this Variable: gradients accumulate in the ``grad`` of leaves."""
        return _history(self) is None

    def backward(self, gradient=None, retain_graph=None, bint create_graph=False, inputs=None):
        """Compute gradients of the leaves this Variable was computed from, and add them to their ``grad``.

        Args:
            gradient: Tensor of this shape: the gradient with respect to this Variable. May be left out for a
                Variable of one element, for 1.
            retain_graph: keep what is needed to run backward again; by default as ``create_graph``.
            create_graph: record backward itself, so that the gradients can be differentiated.
            inputs: Variables to accumulate into; by default all leaves.

        Raises:
            RuntimeError: nothing to differentiate; a second backward through a released graph; or a value kept for
                backward was changed in place. The message names the line of the forward operation.

        Example:
            >>> x = Variable(ft.tensor(3.0), requires_grad=True)
            >>> (x ** 2).backward()
            >>> x.grad.item()
            6.0
        """
        backward((self,), None if gradient is None else (gradient,), retain_graph, create_graph, inputs)

    def detach(self):
        """A Variable of the same memory without history. In-place changes of either are noticed by both."""
        cdef Variable x = _variable(self.array, self)
        cdef PyObject* whole = <PyObject*>self
        _note_origin(x, None, &whole, 1)
        return x

    def detach_(self):
        """Forget the history, in place; gives the Variable back."""
        if self.view_of is not None:
            errors.value_error("detach_", None, "a Variable that is not a view", "a view", "use .detach()")
        cdef PyObject* whole = <PyObject*>self
        _note_origin(self, None, &whole, 1)
        self.node = None
        self.wants = False
        return self

    @property
    def output_nr(self):
        """Which of the results of ``grad_fn`` this Variable is."""
        return self.output

    def is_inference(self):
        """Whether this Variable was made in :class:`inference_mode`."""
        return bool(self.inferred)

    @property
    def retains_grad(self):
        """Whether :meth:`retain_grad` keeps the gradient of this Variable, which is no leaf."""
        cdef Node node = _history(self)
        return node is not None and node.hooks is not None and any(
            [output == self.output and last for output, _, last in node.hooks])

    def retain_grad(self):
        """Keep the gradient of this Variable in ``grad`` although it is no leaf; gives nothing.

        After a change in place it is the gradient with respect to the new value.

        Raises:
            ValueError: the Variable does not require grad.

        Example:
            >>> x = Variable(ft.ones(2), requires_grad=True)
            >>> y = x * 3
            >>> y.retain_grad()
            >>> (y * y).sum().backward()
            >>> y.grad.tolist()
            [6.0, 6.0]
        """
        if not _requires(self):
            errors.value_error("retain_grad", None, "a Variable that requires grad", "one that does not")
        if self.node is None:
            return
        reference = weakref.ref(self)

        def keep(grad):
            variable = reference()
            if variable is not None:
                _accumulate(<Variable>variable, grad, grad_enabled, False)

        _add_hook(self.node, self.output, keep, True)

    def register_hook(self, function):
        """Call ``function(grad)`` whenever the gradient with respect to this Variable is computed.

        Args:
            function: gets the gradient, a Variable; what it returns, unless None, is used instead.

        Returns:
            A handle whose ``remove()`` takes the hook away.

        Example:
            >>> x = Variable(ft.ones(2), requires_grad=True)
            >>> handle = x.register_hook(lambda grad: grad * 10)
            >>> x.sum().backward()
            >>> x.grad.tolist()
            [10.0, 10.0]
        """
        _check_hook("register_hook", function)
        if not _requires(self):
            errors.value_error("register_hook", None, "a Variable that requires grad", "one that does not")
        if self.node is not None:
            return _add_hook(self.node, self.output, function, False)
        return _add_leaf_hook(self, function, False)

    def register_post_accumulate_grad_hook(self, function):
        """Call ``function(variable)`` whenever a backward has added all of its gradient to ``grad`` of this leaf.

        At that moment the leaf may be updated and its ``grad`` be dropped, while backward goes on elsewhere.

        Args:
            function: gets this Variable; what it returns is not used.

        Returns:
            A handle whose ``remove()`` takes the hook away.

        Raises:
            ValueError: the Variable is no leaf, or does not require grad.

        Example:
            >>> w = Variable(ft.ones(2), requires_grad=True)
            >>> def step(w):
            ...     w.data.sub_(w.grad * 0.5)
            ...     w.grad = None
            >>> handle = w.register_post_accumulate_grad_hook(step)
            >>> (w * w).sum().backward()
            >>> w.tolist(), w.grad
            ([0.0, 0.0], None)
        """
        global _follows_leaves
        _check_hook("register_post_accumulate_grad_hook", function)
        if not _requires(self) or self.node is not None:
            got = "one that does not" if self.node is None else f"the result of {self.node.title()}"
            errors.value_error("register_post_accumulate_grad_hook", None, "a leaf Variable that requires grad", got)
        _follows_leaves = True
        return _add_leaf_hook(self, function, True)

    def _look_at(self, Tensor other, str operation, bint fresh=False):
        if _requires(self) or (isinstance(other, Variable) and _requires(<Variable>other)):
            raise RuntimeError(f"{operation}(): argument 'input': expected a Variable without gradient, got one that "
                               f"requires grad; use a new Tensor")
        if self.view_of is not None:
            errors.value_error(operation, "input", "a Variable that is not a view", "a view", "clone() it first")
        return Tensor._look_at(self, other, operation, fresh)

    # As a Tensor ------------------------------------------------------------------------------------------------

    def numpy(self):
        """The same memory as a NumPy array.

        Raises:
            RuntimeError: the Variable requires grad: what NumPy computes would not be recorded.
        """
        _refuse_history(self)
        return wrap(self.array, self).numpy()

    def __dlpack__(self, **options):
        _refuse_history(self)
        return wrap(self.array, self).__dlpack__(**options)

    @property
    def __cuda_array_interface__(self):
        _refuse_history(self)
        return wrap(self.array, self).__cuda_array_interface__

    def as_subclass(self, cls):
        """The same memory as an instance of a subclass of Tensor; what requires grad must be detached first."""
        _refuse_history(self, "as_subclass")
        return wrap(self.array, self).as_subclass(cls)

    def item(self):
        """The one element as a Python number."""
        return wrap(self.array, self).item()

    def tolist(self):
        """The elements as nested lists of Python numbers."""
        return wrap(self.array, self).tolist()

    def __repr__(self):
        text = wrap(self.array, self).__repr__()
        if _outdated(self):
            return f"{text.removesuffix("]")}, outdated grad_fn={self.node.title()}]"
        node = _history(self)
        if node is not None:
            return f"{text.removesuffix("]")}, grad_fn={node.title()}]"
        return f"{text.removesuffix("]")}, requires_grad]" if self.wants else text

    def __reduce__(self):
        if _history(self) is not None:
            raise RuntimeError(f"pickle(): expected a leaf Variable, got the result of {self.node.title()} recorded at "
                               f"{_where(self.node)}; pickle .detach()")
        return _rebuild, (type(self), wrap(self.array, self), bool(self.wants), getattr(self, "__dict__", None))

    def __copy__(self):
        if _history(self) is not None:
            return self.clone()
        copied = _rebuild(type(self), wrap(self.array, self).clone(), bool(self.wants), getattr(self, "__dict__", None))
        (<Variable>copied).gradient = self.gradient
        return copied

    def __deepcopy__(self, memo):
        if _history(self) is not None:
            raise RuntimeError(f"deepcopy(): expected a leaf Variable, got the result of {self.node.title()} recorded "
                               f"at {_where(self.node)}; copy .detach()")
        from flambeau.tensor import _pickling

        copied = _rebuild(type(self), _pickling.copied_memory(wrap(self.array, self), memo), bool(self.wants), None)
        memo[id(self)] = copied
        if self.gradient is not None:
            (<Variable>copied).gradient = self.gradient.detach().clone()
        if hasattr(self, "__dict__"):
            import copy

            copied.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return copied


cdef object _check_hook(str operation, object function):
    if not callable(function):
        errors.type_error(operation, "function", "a function", type(function).__name__)


cdef object _add_leaf_hook(Variable leaf, object function, bint after):
    if leaf.leaf_hooks is None:
        leaf.leaf_hooks = []
    return _handle(leaf.leaf_hooks, (function, after))


cdef str _made_in_inference(str operation, str argument):
    return errors.message(operation, argument, "a Variable that was made outside inference_mode",
                          "one that was made inside", "use a clone(), or no_grad instead of inference_mode")


cdef object _refuse_history(Variable x, str operation="numpy"):
    """What others do with the memory of a Variable that requires grad would not be recorded."""
    if _requires(x):
        raise RuntimeError(f"{operation}(): expected a Variable without gradient, got one that requires grad; "
                           f"use .detach().{operation}()")


def _rebuild(cls, data, requires_grad, attributes):
    """A Variable (or a subclass) that was pickled or copied."""
    cdef Variable x = cls.__new__(cls)
    Tensor.__init__(x, data)
    x.wants = requires_grad
    if attributes:
        x.__dict__.update(attributes)
    return x


cdef inline Variable _variable(object array, Tensor base):
    cdef Variable x = <Variable>new_variable()
    x.array = array
    if base is not None:
        x.base = root(base)
    if inference:
        x.inferred = not isinstance(base, Variable) or (<Variable>base).inferred
    elif base is not None and isinstance(base, Variable):
        x.inferred = (<Variable>base).inferred
    return x


cdef Variable _alias(Variable x):
    """A Variable of the same memory whose history begins at `x`: a stop for local gradients."""
    cdef Variable alias = _variable(x.array, x)
    cdef PyObject* args[1]
    args[0] = <PyObject*>x
    _attach(alias, _rule_for(_op_alias), args, None)
    return alias


cdef Operator _op_alias = ops.clone
cdef Operator _op_copy = ops.copy


cdef object _rejoined(Tensor saved, Node node, int output):
    """A saved output as the Variable it was: with its history, made anew to keep the graph free of cycles."""
    cdef Variable x = _variable(saved.array, saved)
    x.node = node
    x.output = output
    return x
