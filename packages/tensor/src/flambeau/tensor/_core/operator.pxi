# Operator: the record of one operation.

cdef list _records = []
cdef dict _by_name = {}

# The bits of a record's flags: the same as in codegen/functions.py.
cdef enum:
    COMPARISON = 1
    MANY = 2
    DIFFERENTIABLE = 4
    CREATION = 8
    INPLACE = 16
    ROW = 32
    COMPOSITE = 64


cdef extern from *:
    """
    static void flambeau_set_vectorcall(PyTypeObject* type, Py_ssize_t offset) {
        type->tp_vectorcall_offset = offset;
        type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
    }
    """
    void flambeau_set_vectorcall(PyTypeObject* type, Py_ssize_t offset)
    Py_ssize_t PyVectorcall_NARGS(size_t n)


cdef class Operator:
    """The record of one operation: what it is called, what it takes, its kernels.

    Records are made at import and live as long as the process. Whatever is *about* an operation (derivative, trace node,
    export, test entry, page of the docs) refers to its record. What only the declaration in
    ``flambeau.tensor._reference`` knows (reference kernel, check, composite, docstring) is loaded when first needed.

    Example:
        >>> ft.ops.exp
        <operator exp(input)>
        >>> ft.exp.op is ft.ops.exp
        True
    """

    def __init__(self, str name, str module, tuple names, bytes kinds, bytes absent, int positional, tuple outputs,
                 tuple auxiliary, int promote, int accepts, int view, int flags):
        self.name = name
        self.module = module
        self.index = len(_records)
        self.names = names
        self.nargs = len(names)
        self.positional = positional
        self.keyword_names = names[positional:] or None
        self.outputs = outputs
        self.auxiliary = auxiliary
        self.promote = promote
        self.accepts = accepts
        self.view = view
        self.comparison = flags & COMPARISON
        self.many = flags & MANY
        self.differentiable = (flags & DIFFERENTIABLE) != 0
        self.inplace = (flags & INPLACE) != 0
        self.fused = (flags & COMPOSITE) != 0
        self.quiet = view != 0 or flags & CREATION
        if self.nargs > MAX_ARGS:
            raise TypeError(f"operator {name}: at most {MAX_ARGS} arguments, got {self.nargs}")
        self.first_array = -1
        cdef int i
        for i in range(self.nargs):
            self.kinds[i] = kinds[i]
            self.absent[i] = <signed char>absent[i]
            self.optional += self.absent[i] != 0
            if self.first_array < 0 and (kinds[i] == Kind_ARRAY or kinds[i] == Kind_OPERAND or kinds[i] == Kind_ARRAYS):
                self.first_array = i
        self.row = _find_row(name.encode()) if flags & ROW else NULL
        self.loops = (<const Row*>self.row).loops if self.row is not NULL else NULL
        if Kind_INT in kinds:
            self.loops = NULL  # whether the integer is a fit one, the check must have said
        self.native_kernel = NULL
        self.vectorcall = <void*>&_called
        _records.append(self)
        _by_name[name] = self

    @property
    def definition(self):
        """The declaration in ``flambeau.tensor._reference``."""
        return self.declared()

    cdef object declared(self):
        if self.loaded is None:
            self.loaded = getattr(importlib.import_module(self.module), self.name)
        return self.loaded

    @property
    def parameters(self):
        """Name, kind and default of each argument."""
        return self.declared().parameters

    @property
    def kernels(self):
        """The kernels by backend: functions on arrays."""
        _import_kernels(self)
        found = {"reference": self.declared().kernel}
        found.update({b.name: b.kernels[self.name] for b in _backends.by_name.values() if self.name in b.kernels})
        return found

    @property
    def composite(self):
        """The same result from primitive operators, where the operator is a fused one; else None."""
        return self.declared().composite_function if self.fused else None

    @property
    def doc(self):
        """The public docstring."""
        return self.declared().doc

    @property
    def native(self):
        """Whether the pointwise table has compiled loops for this operator."""
        return self.loops is not NULL

    @property
    def compiled(self):
        """Whether compiled code of its own, imported by now, is asked first at a call."""
        return self.native_kernel is not NULL and self.native_kernel is not _first_call

    cdef object pack(self, tuple parts):
        if self.result_type is None:
            from flambeau.tensor._results import result_type

            self.result_type = result_type(self.name.removesuffix("_with_indices"), self.outputs)
        return tuple.__new__(self.result_type, parts)  # past the Python function that a namedtuple makes its own

    def __call__(self, *args, out=None, **kwargs):
        """Run the operation, as the public function of the same name does."""
        return call(self, self.bind(args, kwargs), out)

    def bind(self, tuple args, dict kwargs):
        """All arguments in the order of ``parameters``, defaults filled in."""
        cdef list bound = list(args)
        if len(args) > self.nargs:
            raise TypeError(f"{self.name}() takes at most {self.nargs} arguments ({len(args)} given)")
        for p in self.parameters[len(args):]:
            if p.name in kwargs:
                bound.append(kwargs.pop(p.name))
            elif p.required:
                raise TypeError(f"{self.name}() missing required argument '{p.name}'")
            else:
                bound.append(p.default)
        if kwargs:
            raise TypeError(f"{self.name}() got an unexpected or repeated argument '{next(iter(kwargs))}'")
        return tuple(bound)

    def __repr__(self):
        return f"<operator {self.name}({', '.join(self.names)})>"

    def __reduce__(self):
        return _record_named, (self.name,)


# Python calls a record through this function (PEP 590), without a tuple and a dict: composed functions and derivative rules
# call records, so what it costs every small operation has to bear.
cdef object _called(Operator op, PyObject* const* args, size_t n, PyObject* names):
    cdef Py_ssize_t i, count = PyVectorcall_NARGS(n)
    cdef tuple given
    if names is NULL and count == op.nargs:
        if count == 1:
            return call1(op, <object>args[0])
        if count == 2:
            return call2(op, <object>args[0], <object>args[1])
    given = PyTuple_New(count)
    for i in range(count):
        Py_INCREF(<object>args[i])
        PyTuple_SET_ITEM(given, i, <object>args[i])
    if names is NULL and count == op.nargs:
        return call(op, given, None)
    kwargs = {}
    if names is not NULL:
        for i, name in enumerate(<tuple>names):
            kwargs[name] = <object>args[count + i]
    out = kwargs.pop("out", None)
    return call(op, op.bind(given, kwargs), out)


cdef void _call_by_vector(Operator one):
    """Say in the type where an instance keeps `_called`; `one` is any instance."""
    cdef PyTypeObject* type = <PyTypeObject*>Operator
    flambeau_set_vectorcall(type, <char*>&one.vectorcall - <char*><PyObject*>one)
    PyType_Modified(type)


def _record_named(name):
    from flambeau.tensor import ops

    return getattr(ops, name)


def make_records(tuple table):
    """One record for each row of the table made from the declarations, in its order; called once, at import."""
    records = {row[0]: Operator(*row) for row in table}
    _call_by_vector(_records[0])
    set_native("pointwise", &_native_pointwise)
    set_native("clone", &_native_clone)
    set_native("contiguous", &_native_contiguous)
    set_native("cast", &_native_cast)
    set_native("copy", &_native_copy)
    _set_views()
    _set_creation()
    return records


cdef const void* _find_row(bytes name) except NULL:
    cdef const Row* row = pointwise_kernels().rows
    while row.name is not NULL:
        if strcmp(row.name, name) == 0:
            return row
        row += 1
    raise ImportError(f"the pointwise table has no row {name.decode()}")


cdef object _observer = None
cdef object _observer_before = None


def set_observer(callback, before=None):
    """Call ``callback(op, args, out, result)`` after every operator call, or None for nobody; gives the last one.

    ``before(op, args, out)``, unless None, is called before each.
    """
    global _observer, _observer_before
    previous, _observer = _observer, callback
    _observer_before = before
    return previous
