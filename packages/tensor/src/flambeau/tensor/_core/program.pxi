# Programs of several pointwise operations that run together, over arrays or over lists of arrays.

cdef dict _DTYPE_NAMES = {number: np.dtype(kind).name for number, kind in _DTYPES.items()}
_DTYPE_NAMES[BFloat16] = "bfloat16"


cdef class Value:
    """What an operation in a program takes or gives: an input, or the result of a step. Its type is that of the elements
    as they would be stored; half floats are computed in float32 and only rounded when stored."""

    cdef int type
    cdef int operand  # the number of an input, or -1
    cdef int register  # of a result, or -1

    @property
    def dtype(self):
        """The dtype of the elements."""
        return _bfloat16_dtype() if self.type == BFloat16 else np.dtype(_DTYPES[self.type])


cdef Value _value(int type, int operand, int register):
    cdef Value value = Value.__new__(Value)
    value.type = type
    value.operand = operand
    value.register = register
    return value


class NotPointwise(Exception):
    """Something that a program cannot do; the message says what."""


cdef bint _is_elsewhere(list tensors) noexcept:
    """Whether a set is of Tensors on another device than the CPU: the first one says it."""
    return len(tensors) > 0 and isinstance(tensors[0], Tensor) and type((<Tensor>tensors[0]).array) is not cnp.ndarray


cdef Watcher _count_one_of_many(Tensor x, Operator op, Watcher told):
    """Count a change in a call that changes many Tensors: only the first who watches is told, for all of them."""
    cdef Tensor owner = root(x)
    owner.changes += 1
    owner.changed_by = op
    if owner.watcher is not None:
        if told is None:
            told = owner.watcher.changed()
        owner.watcher = told
    return told


cdef class PointwiseProgram:
    """A program being written, by :meth:`input` and :meth:`apply`, and then run.

    Example:
        >>> from flambeau.tensor._core.tensor import PointwiseProgram
        >>> program = PointwiseProgram()
        >>> x = program.input(ft.float32)
        >>> program.output(program.apply(ft.ops.mul, [program.apply(ft.ops.exp, [x]), 2.0]))
        >>> program.run([ft.zeros(2)])[0].tolist()
        [2.0, 2.0]
    """

    cdef Program program
    cdef readonly list inputs  # of Value
    cdef list results  # of Value
    cdef readonly list constants  # (operator, number of the argument, register) of each number among the arguments of steps
    cdef bint complete
    cdef FusedLoop fused  # its own loop, if it has one
    cdef public object compiled  # what another backend made of it

    def __init__(self):
        self.program.registers = self.program.steps = self.program.outputs = 0
        self.inputs = []
        self.results = []
        self.constants = []

    def input(self, dtype):
        """A new input: a Value."""
        if len(self.inputs) + MaxOutputs >= MaxOperands:
            raise NotPointwise(f"more than {MaxOperands - MaxOutputs} inputs")
        cdef int t = _type_of_number(np.dtype(dtype).num)
        if t < 0:
            raise NotPointwise(f"elements of dtype {dtype}")
        value = _value(t, len(self.inputs), -1)
        self.inputs.append(value)
        return value

    @property
    def outputs(self):
        """How many results there are."""
        return len(self.results)

    def output(self, value):
        """Make a Value one of the results; gives its number."""
        if len(self.results) >= MaxOutputs:
            raise NotPointwise(f"more than {MaxOutputs} results")
        self.results.append(value)
        return len(self.results) - 1

    def apply(self, Operator op, list arguments):
        """A step: the Value that ``op`` gives for Values and numbers."""
        cdef const Row* row = <const Row*>op.row
        cdef int k, t = -1, computed, r
        cdef Step* step
        if row is NULL:
            raise NotPointwise(f"{op.name}()")
        if op is _op_pow and type(arguments[1]) is int and arguments[1] == 2:
            return self.apply(_op_square, arguments[:1])
        if self.program.steps == MaxSteps:
            raise NotPointwise(f"more than {MaxSteps} operations")
        for k in range(row.arity):
            value = arguments[k]
            if isinstance(value, Value):
                if row.kinds[k] == Mask and (<Value>value).type != Bool:
                    raise NotPointwise(f"a mask of dtype {value.dtype}")
                if row.kinds[k] == Number:
                    raise NotPointwise(f"{op.name}() with a Tensor for '{op.names[k]}'")
                if row.kinds[k] != Mask:
                    t = (<Value>value).type if t < 0 else _meeting[t][(<Value>value).type]
        if t < 0:
            raise NotPointwise(f"{op.name}() of numbers alone")
        for k in range(row.arity):
            if op.kinds[k] != Kind_OPERAND:
                continue
            if op.promote == 0 and isinstance(arguments[k], Value):
                raise NotPointwise(f"{op.name}() with a Tensor for '{op.names[k]}'")
            if op.promote != 0 and not isinstance(arguments[k], Value):
                t = _meet_python_number(t, arguments[k])
                if t < 0:
                    raise NotPointwise(f"{op.name}() with {_type_name(arguments[k])} for '{op.names[k]}'")
        t = _operation_type(op, t)
        computed = Float32 if t >= ComputeTypes else t
        if t < 0 or row.loops[computed] is NULL:
            raise NotPointwise(f"{op.name}() of {', '.join([str(v.dtype) for v in arguments if isinstance(v, Value)])}")
        registers = [self._register(op, k, arguments[k], Bool if row.kinds[k] == Mask else computed)
                     for k in range(row.arity)]
        r = self._new_register(Bool if row.comparison else computed)
        step = &self.program.step[self.program.steps]
        self.program.steps += 1
        step.row = row
        step.loop = row.loops[computed]
        step.out = <unsigned char>r
        for k in range(row.arity):
            step.operands[k] = <unsigned char>registers[k]
        return _value(Bool if row.comparison else t, -1, r)

    cdef int _new_register(self, int t) except -1:
        cdef int r = self.program.registers
        if r == MaxRegisters:
            raise NotPointwise(f"more than {MaxRegisters} values")
        self.program.registers += 1
        self.program.reg[r].type = <Type>t
        self.program.reg[r].operand = -1
        self.program.reg[r].constant = False
        return r

    cdef int _register(self, Operator op, int k, object value, int t) except -1:
        """A register of compute type `t` that holds the value."""
        cdef Value v
        cdef int r
        if not isinstance(value, Value):
            r = self._new_register(t)
            self.program.reg[r].constant = True
            self.constants.append((op, k, r))
            self._put(op, k, value, r)
            return r
        v = <Value>value
        if v.operand >= 0:
            for r in range(self.program.registers):
                if self.program.reg[r].operand == v.operand and self.program.reg[r].type == t:
                    return r
            r = self._new_register(t)
            self.program.reg[r].operand = <signed char>v.operand  # numbered anew when the outputs are known
            return r
        return v.register if self.program.reg[v.register].type == t else self._cast(v.register, t)

    cdef int _put(self, Operator op, int k, object value, int r) except -1:
        """Make a number the constant that register `r` holds, argument `k` of `op`."""
        if not _put_argument(op, k, value, self.program.reg[r].type, self.program.reg[r].value):
            raise NotPointwise(f"{op.name}() with {value!r} for '{op.names[k]}'")
        return 0

    def set_constants(self, list numbers):
        """Put other numbers, of the same kinds, in the place of those that steps were made with, in order."""
        for (op, k, r), value in zip(self.constants, numbers, strict=True):
            self._put(<Operator>op, k, value, r)

    cdef int _cast(self, int source, int t) except -1:
        """A step that converts."""
        cdef int r
        cdef Step* step
        if self.program.steps == MaxSteps:
            raise NotPointwise(f"more than {MaxSteps} operations")
        r = self._new_register(t)
        step = &self.program.step[self.program.steps]
        self.program.steps += 1
        step.row = &cast_row
        step.loop = pointwise_kernels().casts[self.program.reg[source].type][t]
        step.out = <unsigned char>r
        step.operands[0] = <unsigned char>source
        return r

    cdef int _complete(self) except -1:
        """Number operands as the layout does, outputs first."""
        cdef int r, o, n = <int>len(self.results)
        cdef Value value
        if self.complete:
            return 0
        for o in range(n):
            value = <Value>self.results[o]
            if value.register < 0:  # an input as it is
                value = _value(value.type, -1, self._input_register(value))
            self.program.output[o].source = <unsigned char>value.register
            self.program.output[o].operand = <unsigned char>o
        self.program.outputs = n
        for r in range(self.program.registers):
            if self.program.reg[r].operand >= 0:
                self.program.reg[r].operand += n
        if not finish(self.program):
            raise NotPointwise("more values at a time than a tile has room for")
        self.complete = True
        self.fused = self._own_loop()
        return 0

    cdef FusedLoop _own_loop(self):
        """The loop that was made for this program and the type that all its values have, or NULL."""
        cdef const FusedProgram* found = pointwise_kernels().fused
        cdef Value value
        cdef int r, t = self.program.reg[0].type
        if t != Float32 and t != Float64:
            return NULL
        for r in range(self.program.registers):
            if self.program.reg[r].type != t:
                return NULL
        for value in self.inputs + self.results:
            if value.type != t:  # in memory
                return NULL
        text = self.text().encode()
        while found.text is not NULL:
            if found.text == text:
                return found.float32 if t == Float32 else found.float64
            found += 1
        return NULL

    @property
    def has_own_loop(self):
        """Whether the build made a loop for it, which ``run_all`` then uses; see ``_fused_loops.py``."""
        self._complete()
        return self.fused is not NULL

    def text(self):
        """The program in a line: its steps and what is written, as ``_fused_loops.py`` has them."""
        registers, steps, outputs = self.describe()
        names = {r: "n" if number else f"x{place}" for r, (_, place, number) in enumerate(registers)}
        names.update({step[2]: f"y{i}" for i, step in enumerate(steps)})
        written = [f"{name}({', '.join([names[r] for r in taken])})" for name, taken, _ in steps]
        return " ".join([*written, "->", *[names[r] for r, _ in outputs]])

    cdef int _input_register(self, Value value) except -1:
        cdef int t = Float32 if value.type >= ComputeTypes else value.type
        return self._register(None, 0, value, t)

    def run(self, list inputs, list outputs=None):
        """The results, as Tensors: new ones, or those given.

        Inputs and outputs are Tensors of the declared dtypes on the CPU. Their shapes broadcast; an output has the
        shape of the result, and may be an input.

        Raises:
            NotPointwise: memory overlaps so that elements would be read after they were written.
        """
        arrays = [(<Tensor>x).array for x in inputs]
        if outputs is None:
            return [wrap(a, None) for a in self._run(arrays, None)]
        self._run(arrays, [(<Tensor>x).array for x in outputs])
        return outputs

    cdef list _run(self, list arrays, list results):
        cdef Plan plan
        cdef cnp.npy_intp dims[MaxDims]
        cdef cnp.npy_intp* shape
        cdef int d, ndim = 0
        cdef cnp.ndarray first = None
        self._complete()
        for d in range(MaxDims):
            dims[d] = 1
        for a, value in zip(arrays, self.inputs, strict=True):
            if type(a) is not cnp.ndarray or stored_type(<cnp.ndarray>a) != (<Value>value).type:
                raise NotPointwise(f"expected {value.dtype}, got {a.dtype}")
            if not _broadcast(<cnp.ndarray>a, &ndim, dims):
                raise NotPointwise("shapes that do not broadcast")
        shape = dims + (MaxDims - ndim)
        if results is None:
            for a in arrays:
                if first is None and cnp.PyArray_NDIM(<cnp.ndarray>a) == ndim:
                    first = <cnp.ndarray>a
            results = [_new_result(ndim, shape, (<Value>v).type, first) for v in self.results]
        for a, value in zip(results, self.results, strict=True):
            if type(a) is not cnp.ndarray or not _fits_result(<cnp.ndarray>a, ndim, shape, (<Value>value).type):
                raise NotPointwise("outputs of another shape or dtype")
        if not _bind(&plan.layout, results, arrays, ndim, shape):
            raise NotPointwise("outputs that overlap inputs")
        plan.program = &self.program
        with nogil:
            run(plan)
        return results

    def describe(self):
        """The whole program, for backends that compile it themselves.

        Three tuples: the registers, each with the dtype it is computed in, the number of the input that it holds (or -1)
        and whether it is a number; the steps, each with the name of a row of the pointwise table (or "cast"), the
        registers it takes and the one it sets; and the results, each with its register and its dtype.
        """
        cdef int r, k, n
        self._complete()
        n = self.program.outputs
        registers = tuple([
            (_DTYPE_NAMES[self.program.reg[r].type],
             self.program.reg[r].operand - n if self.program.reg[r].operand >= 0 else -1,
             bool(self.program.reg[r].constant))
            for r in range(self.program.registers)])
        steps = tuple([
            (self.program.step[k].row.name.decode(),
             tuple([self.program.step[k].operands[r] for r in range(self.program.step[k].row.arity)]),
             self.program.step[k].out)
            for k in range(self.program.steps)])
        outputs = tuple([
            (self.program.output[k].source, _DTYPE_NAMES[(<Value>self.results[k]).type]) for k in range(n)])
        return registers, steps, outputs

    def numbers(self):
        """The values of the registers that are numbers, in order, as the machine has them: 8 bytes for each."""
        cdef int r
        cdef bytes found = PyBytes_FromStringAndSize(NULL, 8 * len(self.constants))
        cdef char* at = PyBytes_AS_STRING(found)
        for r in range(self.program.registers):
            if self.program.reg[r].constant:
                memcpy(at, self.program.reg[r].value, 8)
                at += 8
        return found

    def convert(self, value, dtype):
        """The same elements in another dtype."""
        cdef Value v = <Value>value
        cdef int t = _type_of_number(np.dtype(dtype).num)
        cdef int computed = Float32 if t >= ComputeTypes else t
        if v.type == t:
            return v
        if v.register < 0:
            v = _value(v.type, -1, self._input_register(v))
        if _rank(v.type) > _rank(t):
            raise NotPointwise(f"{v.dtype} written to {dtype}")
        return _value(t, -1, v.register if self.program.reg[v.register].type == computed else self._cast(v.register, computed))

    def run_all(self, list sets, tuple changes):
        """Run over many sets of Tensors in one call, in place.

        Each set has one Tensor for each input. ``changes`` has, for each output, the number of the input it is written
        to and the operator that counts as having changed it. Gives the sets it did not run over: those whose Tensors
        are not contiguous, of one shape, and of the declared dtypes.
        """
        cdef list rest = sets, left = [], skipped
        while rest:
            if _is_elsewhere(<list>rest[0]):
                rest, skipped = self._run_elsewhere(rest, changes)
                left += skipped
            else:
                skipped = self._run_here(rest, changes)
                rest = [tensors for tensors in skipped if _is_elsewhere(<list>tensors)]
                left += [tensors for tensors in skipped if not _is_elsewhere(<list>tensors)]
        return left

    cdef tuple _run_elsewhere(self, list sets, tuple changes):
        """Run over those sets that are on the device of the first one; gives those of other devices, and those of this
        one that it cannot run over."""
        cdef Watcher watcher = None
        array = (<Tensor>sets[0][0]).array
        backend = _backends.backend_of_array(array)
        runner = None if backend is None else backend.kernels.get("pointwise_sets")
        if runner is None:
            return [], sets
        written = tuple([change[0] for change in changes])
        self._complete()
        with backend.within(backend.device_index(array)):
            ran, others, left = runner(backend.xp, self, sets, written)
        for tensors in ran:
            for place, op in changes:
                watcher = _count_one_of_many(<Tensor>(<list>tensors)[place], <Operator>op, watcher)
        return others, left

    cdef list _run_here(self, list sets, tuple changes):
        cdef vector[Item] items
        cdef Item item
        cdef Type types[MaxOperands]
        cdef int k, o, n = <int>len(self.results), count = <int>len(self.inputs)
        cdef ptrdiff_t total = 0, size
        cdef list left = []
        cdef Watcher watcher = None
        cdef int written[MaxOutputs]
        self._complete()
        for o in range(n):
            written[o] = changes[o][0]
            types[o] = <Type>(<Value>self.inputs[written[o]]).type
        for k in range(count):
            types[n + k] = <Type>(<Value>self.inputs[k]).type
        items.reserve(len(sets))
        for tensors in sets:
            if not self._fill(<list>tensors, &item, n, written, &size):
                left.append(tensors)
                continue
            for o in range(n):
                watcher = _count_one_of_many(<Tensor>(<list>tensors)[written[o]], <Operator>changes[o][1], watcher)
            if size > 0:
                item.start = total
                total += size
                items.push_back(item)
        if total > 0:
            with nogil:
                run_items(self.program, self.fused, types, n + count, items.data(), <ptrdiff_t>items.size(), total)
        return left

    cdef bint _fill(self, list tensors, Item* item, int n, const int* written, ptrdiff_t* size) except -1:
        """A set of Tensors as operands; False when the program cannot run over them."""
        cdef int k, j
        cdef cnp.ndarray array, first = None
        if len(tensors) != len(self.inputs):
            return False
        for k in range(<int>len(tensors)):
            if not isinstance(tensors[k], Tensor) or type((<Tensor>tensors[k]).array) is not cnp.ndarray:
                return False
            array = <cnp.ndarray>(<Tensor>tensors[k]).array
            if stored_type(array) != (<Value>self.inputs[k]).type or not cnp.PyArray_IS_C_CONTIGUOUS(array):
                return False
            if first is None:
                first = array
            elif not _same_shape(first, array):
                return False
            item.data[n + k] = <char*>cnp.PyArray_DATA(array)
        size[0] = cnp.PyArray_SIZE(first)
        for k in range(n):
            array = <cnp.ndarray>(<Tensor>tensors[written[k]]).array
            if not cnp.PyArray_ISWRITEABLE(array):
                return False
            item.data[k] = <char*>cnp.PyArray_DATA(array)
            for j in range(<int>len(tensors)):
                if j != written[k] and not apart(array, <cnp.ndarray>(<Tensor>tensors[j]).array):
                    return False
        return True


cdef int _operation_type(Operator op, int t) noexcept:
    """The type an operator computes in, given that in which its operands meet; -1 when it does not take it."""
    if op.promote == 2 and not _is_float_type(t):
        t = _default_type
    if (op.accepts == 1 and t == Bool) or (op.accepts == 2 and not _is_float_type(t)) or (
            op.accepts == 3 and _is_float_type(t)):
        return -1
    return t


cdef bint _bind(Layout* layout, list outputs, list inputs, int ndim, const cnp.npy_intp* shape) except -1:
    """Make arrays the operands of a layout, outputs first; False when they overlap so that a program cannot run."""
    cdef int d, k, o, n = <int>len(outputs)
    layout.ndim = ndim
    layout.count = n + <int>len(inputs)
    for d in range(ndim):
        layout.shape[d] = shape[d]
    for k in range(layout.count):
        _set_operand(&layout.operands[k], <cnp.ndarray>(outputs[k] if k < n else inputs[k - n]), ndim, shape)
    for o in range(n):
        if _overlaps_itself(&layout.operands[o], ndim, shape):
            return False
        for k in range(layout.count):
            if k != o and not _writable_beside(layout, o, _type_sizes[layout.operands[o].type], k,
                                               _type_sizes[layout.operands[k].type]):
                return False
    return True
