# Derivative rules: for an operator, how the gradient of each argument is computed and what that needs to be kept.

cdef int KIND_ARRAYS = int(Kind.ARRAYS)
cdef int KIND_DIM = int(Kind.DIM)
cdef int KIND_DIMS = int(Kind.DIMS)
cdef int KIND_DIM_ORDER = int(Kind.DIM_ORDER)
cdef int KIND_SHAPE = int(Kind.SHAPE)
cdef int KIND_INT = int(Kind.INT)
cdef int KIND_BOOL = int(Kind.BOOL)
cdef int KIND_OPTIONAL_DIM = int(Kind.OPTIONAL_DIM)
cdef int KIND_NEW_DIM = int(Kind.NEW_DIM)
cdef int KIND_PAIR = int(Kind.PAIR)
cdef int KIND_NUMBER = int(Kind.NUMBER)
cdef int KIND_OPTIONAL_NUMBER = int(Kind.OPTIONAL_NUMBER)
cdef int KIND_DTYPE = int(Kind.DTYPE)
cdef int KIND_MASK = int(Kind.MASK)
cdef int KIND_INDEX = int(Kind.INDEX)
cdef int KIND_ANY = int(Kind.ANY)

cdef enum:
    MAX_SLOTS = 10  # values one rule may keep
    FROM_ARGUMENT = 0
    FROM_OUTPUT = 1
    SHAPE_OF = 2
    DTYPE_OF = 3
    NEEDS = 4


cdef class Formula:
    """One function that gives the gradients of one or more arguments."""

    cdef object function
    cdef tuple targets  # argument positions
    cdef int target  # the only one, or -1
    cdef uint32_t target_mask
    cdef int nslots
    cdef int slots[MAX_SLOTS]  # which of the rule's slots go in, in order; -1 is `needs`
    cdef bint takes_all_grads  # its first parameter is `grads`


cdef class Rule:
    """All formulas of one operator, and the slots (values kept for backward) they share."""

    cdef Operator op
    cdef list formulas
    cdef int nslots
    cdef int slot_kind[MAX_SLOTS]
    cdef int slot_position[MAX_SLOTS]
    cdef bint slot_is_plain[MAX_SLOTS]  # an argument that is neither a Tensor nor holds any
    cdef bint slot_holds_tensors[MAX_SLOTS]  # an argument that may be a list with Tensors in it
    cdef uint32_t slot_mask[MAX_SLOTS]  # argument bits: the slot is kept when any of them needs a gradient
    cdef list slot_names
    cdef uint32_t output_mask  # the same, for slots that keep an output
    cdef uint32_t kept_outputs  # which outputs these are
    cdef bint takes_all_grads  # a formula does
    cdef uint32_t mask  # arguments that have a formula
    # Nodes have edges for the first argument, which may be written in place, and for arguments with a formula: positions
    # of these arguments, and from there to the edge (of a list, the first of its edges), or -1.
    cdef int nedges
    cdef int edge_argument[MAX_ARGS]
    cdef int edge_of[MAX_ARGS]
    cdef int nothers
    cdef int other_argument[MAX_ARGS]  # those besides that may be Tensors
    cdef int list_argument  # position of an argument that is a list of Tensors, or -1
    cdef bint wants_values  # it keeps an argument that normalising may change
    cdef readonly bint fused  # under create_graph the operator's composite is differentiated instead

    def __init__(self, Operator op):
        self.op = op
        self.formulas = []
        self.slot_names = []
        self.list_argument = -1
        for i in range(op.nargs):
            if op.kinds[i] == KIND_ARRAYS:
                self.list_argument = i

    def add(self, tuple names, function, bint fused):
        """Attach ``function`` as the formula of the arguments called ``names``."""
        cdef int i
        cdef Formula f = Formula.__new__(Formula)
        positions = {name: i for i, name in enumerate(self.op.names)}
        for name in names:
            if name not in positions:
                raise TypeError(f"gradient of {self.op.name}: no argument '{name}'")
        f.function = function
        f.targets = tuple([positions[n] for n in names])
        f.target = f.targets[0] if len(names) == 1 else -1
        for t in f.targets:
            if self.mask >> t & 1:
                raise TypeError(f"gradient of {self.op.name}: argument '{self.op.names[t]}' has one already")
            f.target_mask |= 1 << t
        code = function.__code__
        parameters = code.co_varnames[:code.co_argcount]
        f.takes_all_grads = parameters[0] == "grads"
        for i, n in enumerate(parameters[1:]):
            if i == MAX_SLOTS:
                raise TypeError(f"gradient of {self.op.name}: more than {MAX_SLOTS} kept values")
            f.slots[i] = self._slot(n, f.target_mask)
        f.nslots = len(parameters) - 1
        self.mask |= f.target_mask
        self.takes_all_grads = self.takes_all_grads or f.takes_all_grads
        self.formulas.append(f)
        self._number_edges()
        if fused:
            if not self.op.fused:
                raise TypeError(f"gradient of {self.op.name}: fused=True needs a composite")
            self.fused = True
            for name in self.op.names:
                self._slot(name, f.target_mask)

    def targets(self):
        """Names of the arguments that have a formula."""
        return tuple([name for i, name in enumerate(self.op.names) if self.mask >> i & 1])

    def functions(self):
        """The formulas, as pairs: names of arguments, and the function that gives the gradients of these."""
        cdef Formula f
        return [(tuple([self.op.names[t] for t in f.targets]), f.function) for f in self.formulas]

    def replace(self, tuple names, function):
        """Put another function of the same parameters in the place of a formula's, and give the former back."""
        cdef Formula f
        for f in self.formulas:
            if tuple([self.op.names[t] for t in f.targets]) == names:
                former, f.function = f.function, function
                return former
        raise KeyError(names)

    cdef object _number_edges(self):
        cdef int i, kind
        self.nedges = self.nothers = 0
        for i in range(self.op.nargs):
            kind = self.op.kinds[i]
            self.edge_of[i] = -1
            if self.mask >> i & 1 or (i == 0 and KIND_MASK < kind < KIND_ARRAYS):
                self.edge_of[i] = self.nedges
                self.edge_argument[self.nedges] = i
                self.nedges += 1
            elif kind <= KIND_ARRAYS or kind in (KIND_NUMBER, KIND_OPTIONAL_NUMBER, KIND_ANY):
                self.other_argument[self.nothers] = i
                self.nothers += 1

    cdef int _slot(self, str name, uint32_t mask) except -2:
        cdef int i
        if name == "needs":
            return -1
        if name in self.slot_names:
            i = self.slot_names.index(name)
            self.slot_mask[i] |= mask
            if self.slot_kind[i] == FROM_OUTPUT:
                self.output_mask |= mask
            return i
        i = self.nslots
        if i == MAX_SLOTS:
            raise TypeError(f"gradient of {self.op.name}: more than {MAX_SLOTS} kept values")
        kind, position = self._meaning(name)
        self.slot_kind[i] = kind
        self.slot_position[i] = position
        self.slot_mask[i] = mask
        self.slot_is_plain[i] = kind == FROM_ARGUMENT and KIND_ARRAYS < self.op.kinds[position] < KIND_INDEX
        self.slot_holds_tensors[i] = kind == FROM_ARGUMENT and (
            self.op.kinds[position] <= KIND_ARRAYS or self.op.kinds[position] >= KIND_INDEX)
        if kind == FROM_OUTPUT:
            self.output_mask |= mask
            self.kept_outputs |= 1 << position
        if kind == FROM_ARGUMENT and self.op.kinds[position] > KIND_ARRAYS:
            self.wants_values = True
        self.slot_names.append(name)
        self.nslots += 1
        return i

    def _meaning(self, str name):
        arguments = list(self.op.names)
        if name in arguments:
            return FROM_ARGUMENT, arguments.index(name)
        if name in self.op.outputs:
            return FROM_OUTPUT, self.op.outputs.index(name)
        stem, _, suffix = name.rpartition("_")
        if suffix in ("shape", "dtype") and stem in arguments:
            return (SHAPE_OF if suffix == "shape" else DTYPE_OF), arguments.index(stem)
        raise TypeError(f"gradient of {self.op.name}: '{name}' is neither an argument, an output, nor the _shape or "
                        f"_dtype of an argument")


cdef list _rules = [None] * len(ops.records())  # by Operator.index
cdef vector[PyObject*] _rule_table  # the same (borrowed), for recording
_rule_table.resize(len(_rules), NULL)


def add_rule(Operator op, tuple names, function, bint fused):
    """Attach a formula to an operator; see ``_rules.gradient``."""
    if not op.differentiable:
        raise TypeError(f"gradient of {op.name}: it is declared not differentiable")
    if _rules[op.index] is None:
        _rules[op.index] = Rule(op)
        _rule_table[op.index] = <PyObject*>_rules[op.index]
    (<Rule>_rules[op.index]).add(names, function, fused)


def rule_of(Operator op):
    """The rule of an operator, or None.

    Example:
        >>> from flambeau.autograd import rule_of
        >>> rule_of(ft.ops.mul).targets(), rule_of(ft.ops.eq) is None
        (('input', 'other'), True)
    """
    return _rules[op.index]
