# Calls of pointwise expressions, by the programs made of them.

def on_arrays(function, arrays):
    """What a function of Tensors gives for bare arrays, as a bare array: a reference kernel by composition."""
    return (<Tensor>function(*[wrap(x, None) for x in arrays])).array


def run_expression(dict programs, tuple inputs):
    """The quick way of a call of a pointwise expression: plain Tensors on the CPU, of dtypes it was compiled for before
    (``programs`` has those, by :func:`types_key`), and nobody who observes. None when the general way must do it."""
    cdef PointwiseProgram program
    if _observer is not None:
        return None
    program = programs.get(types_key(inputs))
    if program is None:
        return None
    try:
        return wrap(program._run([(<Tensor>x).array for x in inputs], None)[0], None)
    except NotPointwise:
        return None


def types_key(tuple inputs):
    """The dtypes of plain Tensors on the CPU as one number; -1 for anything else."""
    cdef unsigned long long key = 1
    cdef int t
    if len(inputs) > 15:
        return -1
    for x in inputs:
        if type(x) is not Tensor or type((<Tensor>x).array) is not cnp.ndarray:
            return -1
        t = stored_type(<cnp.ndarray>(<Tensor>x).array)
        if t < 0:
            return -1
        key = key << 4 | <unsigned long long>t
    return key


cdef object _native_pointwise(Operator op, tuple args, object into):
    """The compiled form of a pointwise expression."""
    cdef PointwiseProgram program
    inputs = args[1]
    if type(inputs) is not tuple and type(inputs) is not list:
        return None
    arrays = [cpu_array(x) for x in inputs]
    for array in arrays:
        if array is None:
            return None
    program = args[0].program_for(tuple([(<cnp.ndarray>a).dtype for a in arrays]))
    if program is None or len(program.inputs) != len(arrays):
        return None
    try:
        return program._run(arrays, None if into is None else [into])[0]
    except NotPointwise:
        return None
