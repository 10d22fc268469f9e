# Operator: the record of one operation.

cdef list _records = []
cdef dict _by_name = {}

cdef dict _PROMOTE = {None: 0, "common": 1, "float": 2}
cdef dict _ACCEPTS = {"all": 0, "numeric": 1, "float": 2, "integral": 3}
cdef dict _ABSENT = {None: 0, "lowest": -1, "highest": 1}
cdef dict _VIEW = {False: 0, True: 1, "maybe": 2}


cdef class Operator:
    """The record of one operation: what it is called, what it takes, its kernels.

    Records are made from the declarations in ``flambeau.tensor._reference`` at import and live as long as the
    process. Whatever is *about* an operation (derivative, trace node, export, test entry, page of the docs) refers to
    its record.

    Example:
        >>> ft.ops.exp
        <operator exp(input)>
        >>> ft.exp.op is ft.ops.exp
        True
    """

    def __init__(self, definition):
        self.definition = definition
        self.name = definition.name
        self.index = len(_records)
        self.parameters = definition.parameters
        self.kernels = {"reference": definition.kernel}
        self.outputs = definition.outputs + definition.auxiliary
        self.auxiliary = definition.auxiliary
        self.check = definition.check_function
        self.composite = definition.composite_function
        self.inplace_kernel = definition.inplace_kernel
        self.many = definition.many
        self.differentiable = definition.differentiable
        self.view = _VIEW[definition.view]
        self.promote = _PROMOTE[definition.promote]
        self.accepts = _ACCEPTS[definition.dtypes]
        self.comparison = definition.comparison
        self.nargs = len(self.parameters)
        if self.nargs > MAX_ARGS:
            raise TypeError(f"operator {self.name}: at most {MAX_ARGS} arguments, got {self.nargs}")
        self.names = tuple([p.name for p in self.parameters])
        self.quiet = self.view != 0 or definition.creation
        self.first_array = -1
        for i, p in enumerate(self.parameters):
            self.kinds[i] = int(p.kind)
            self.absent[i] = _ABSENT[definition.cpp_absent.get(p.name)]
            self.optional += self.absent[i] != 0
            if self.first_array < 0 and p.kind in (Kind.ARRAY, Kind.OPERAND, Kind.ARRAYS):
                self.first_array = i
        self.positional = sum(not p.keyword_only for p in self.parameters)
        keyword_names = tuple(p.name for p in self.parameters if p.keyword_only)
        self.keyword_names = keyword_names or None
        self.row = _find_row(self.name.encode()) if definition.cpp is not None else NULL
        self.loops = (<const Row*>self.row).loops if self.row is not NULL else NULL
        self.native_kernel = NULL
        _records.append(self)
        _by_name[self.name] = self

    @property
    def doc(self):
        """The public docstring."""
        return self.definition.doc

    @property
    def inplace(self):
        """Whether there is an in-place twin ``name_``."""
        return bool(self.definition.inplace)

    @property
    def native(self):
        """Whether the pointwise table has compiled loops for this operator."""
        return self.loops is not NULL

    cdef object pack(self, tuple parts):
        if self.result_type is None:
            self.result_type = collections.namedtuple(self.name, self.outputs)
        return tuple.__new__(self.result_type, parts)  # past the Python function that a namedtuple makes its own

    def __call__(self, *args, out=None, **kwargs):
        """Run the operation, as the public function of the same name does."""
        if out is None and not kwargs and len(args) == self.nargs:
            if self.nargs == 1:
                return call1(self, args[0])
            if self.nargs == 2:
                return call2(self, args[0], args[1])
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
        return f"<operator {self.name}({', '.join([p.name for p in self.parameters])})>"

    def __reduce__(self):
        return _record_named, (self.name,)


def _record_named(name):
    from flambeau.tensor import ops

    return getattr(ops, name)


def make_records():
    """One record for each declared operator, in order of declaration; called once, at import."""
    records = {name: Operator(d) for name, d in definitions().items()}
    set_native("pointwise", &_native_pointwise)
    set_native("clone", &_native_clone)
    set_native("contiguous", &_native_contiguous)
    set_native("cast", &_native_cast)
    set_native("copy", &_native_copy)
    return records


cdef const void* _find_row(bytes name) except NULL:
    cdef const Row* row = pointwise_kernels().rows
    while row.name is not NULL:
        if strcmp(row.name, name) == 0:
            return row
        row += 1
    raise ImportError(f"the pointwise table has no row {name.decode()}")


cdef object _observer = None


def set_observer(callback):
    """Call ``callback(op, args, out, result)`` after every operator call, or None for nobody; gives the last one."""
    global _observer
    previous, _observer = _observer, callback
    return previous
