"""The quick way of a pointwise operator on a GPU: dense arrays of one shape and dtype, and numbers; or arrays of dtypes,
shapes and strides for which the family found a kernel before.

Everything else gives None: the general path then checks, promotes and calls the family's kernel. What is spared here is
worth as much as the launch itself.
"""

cimport numpy as cnp
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_ITEM
from libc.stdint cimport int64_t, uint64_t

from flambeau.tensor._core.tensor cimport Operator, Tensor, set_device_native
from flambeau.tensor._cuda._launch cimport Kernel, Slot, current_device, recording
from flambeau.tensor._cuda._overlap cimport overlap, placement

import numpy as np

cnp.import_array()

cdef enum:
    MASK = 0  # kinds of arguments, as in _schema.Kind
    ARRAY = 1
    OPERAND = 3
    MAX_ARITY = 4

cdef long long LARGEST = 1 << 53  # whole numbers up to here are exact as double, too


cdef class _Form:
    """An operator for one dtype and one way of mixing arrays and numbers: its kernel, and how much a block does."""

    cdef Kernel kernel
    cdef unsigned int threads
    cdef long long per_block
    cdef object dtype  # of the result
    cdef long long low, high  # that whole numbers must be within, for integers


cdef object _way = None  # see use(); the next four are its parts
cdef object _array_type = None
cdef object _new = None  # makes an array of a shape and a dtype
cdef object _find = None  # (operator, dtype, form) -> kernel, threads, elements per block; or None
cdef object _calls_of = None  # name of an operator -> how it was run before, by what its arguments were
cdef dict _forms = {}
cdef dict _calls = {}
cdef object _BOOL = np.dtype(bool)


def use(way):
    """Take what ``way`` describes from now on, or nothing where it is None; gives what it was so far.

    A way is (array_type, new, find, calls): ``new(shape, dtype)`` makes an array of the type; for the kernels that
    ``find(name, dtype, form)`` gives, and the dict that ``calls(name)`` does, see :mod:`flambeau.tensor._cuda.pointwise`.
    """
    global _way, _array_type, _new, _find, _calls_of
    previous, _way = _way, way
    _array_type, _new, _find, _calls_of = (None,) * 4 if way is None else way
    _forms.clear()
    _calls.clear()
    if way is None:
        set_device_native(NULL, None)
    else:
        set_device_native(&_quick, _array_type)
    return previous


cdef object _quick(Operator op, tuple args, object into):
    cdef Slot slots[MAX_ARITY + 2]
    cdef void* parameters[MAX_ARITY + 2]
    cdef unsigned int grid[3]
    cdef unsigned int block[3]
    cdef int k, n = op.nargs, device = -1
    cdef unsigned long long key = 0  # two bits for each argument, of which an operator always has as many
    cdef object array, data, first = None, shape = None, dtype = None
    cdef _Form form
    cdef long long size, itemsize
    cdef uint64_t at, out
    cdef uint64_t addresses[MAX_ARITY]
    if n > MAX_ARITY:
        return None
    for k in range(n):
        value = <object>PyTuple_GET_ITEM(args, k)
        parameters[k] = &slots[k]
        addresses[k] = 0
        if isinstance(value, Tensor):
            array = (<Tensor>value).array
            if type(array) is not _array_type or op.kinds[k] > OPERAND:
                return None
            if not array._c_contiguous:
                return _again(op, args, into)
            data = array.data
            if device < 0:
                device = data.device_id
            elif <int>data.device_id != device:
                return None
            if op.kinds[k] == MASK:
                if array.dtype is not _BOOL:
                    return None
                key = key << 2
            else:
                if dtype is None:
                    dtype = array.dtype
                elif array.dtype is not dtype and array.dtype != dtype:
                    return None
                key = key << 2 | 1
            if shape is None:
                first, shape = array, array.shape
            elif array.shape != shape:
                return _again(op, args, into)
            slots[k].word = addresses[k] = data.ptr
        elif type(value) is float:
            if op.kinds[k] < OPERAND:
                return None
            slots[k].f64 = value
            key = key << 2 | 2
        elif type(value) is int and -LARGEST <= value <= LARGEST:
            if op.kinds[k] < OPERAND:
                return None
            slots[k].i64 = value
            key = key << 2 | 3
        else:
            return None
    if dtype is None or device != current_device():
        return None
    key = (<unsigned long long>op.index << 2 * MAX_ARITY | key) << 10 | <unsigned long long>(<cnp.dtype>dtype).num
    found = _forms.get(key, _forms)
    if found is _forms:
        found = _forms[key] = _form(op, args, dtype)
    if found is None:
        return None
    form = <_Form>found
    for k in range(n):
        if type(<object>PyTuple_GET_ITEM(args, k)) is int:
            if form.kernel.codes[k] == b"d":
                slots[k].f64 = <double>slots[k].i64
            elif not form.low <= slots[k].i64 <= form.high:
                return None
    size = first.size
    if into is None:
        into = _new(shape, form.dtype)
        out = into.data.ptr
    else:
        if type(into) is not _array_type or not into._c_contiguous or into.dtype != form.dtype or into.shape != shape:
            return None
        data = into.data
        if <int>data.device_id != device:
            return None
        out = data.ptr
        for k in range(n):
            at = addresses[k]
            if at != 0 and _overlap(at, out, size * <long long>(<cnp.dtype>dtype).itemsize):
                # Elements may be written where they are read, but not others that are longer or shorter.
                itemsize = 1 if op.kinds[k] == MASK else (<cnp.dtype>dtype).itemsize
                if at != out or itemsize != (<cnp.dtype>form.dtype).itemsize:
                    return None
    if size == 0:
        return into
    slots[n].word = out
    slots[n + 1].i64 = size
    parameters[n] = &slots[n]
    parameters[n + 1] = &slots[n + 1]
    grid[0] = <unsigned int>((size + form.per_block - 1) // form.per_block)
    block[0] = form.threads
    grid[1] = grid[2] = block[1] = block[2] = 1
    if recording():
        form.kernel(grid[0], block[0], 0, *[_given(v) for v in args], into, size)
    else:
        form.kernel.launch(grid, block, 0, parameters)
    return into


cdef object _again(Operator op, tuple args, object into):
    """Run it as it was run on arrays of the same dtypes, shapes and strides before; None where it was not."""
    cdef Py_ssize_t k, n = len(args)
    cdef int device = -1
    cdef bint numbers = False, floating = True
    cdef dict calls
    cdef list key = [], given = []
    for k in range(n):
        value = <object>PyTuple_GET_ITEM(args, k)
        if isinstance(value, Tensor):
            array = (<Tensor>value).array
            if type(array) is not _array_type:
                return None
            data = array.data
            if device < 0:
                device = data.device_id
            elif <int>data.device_id != device:
                return None
            dtype = array.dtype
            floating &= op.kinds[k] == MASK or dtype.kind in "fV"
            key.append(placement(array))
            given.append(array)
        elif type(value) is float or type(value) is int:
            numbers = True
            key.append(None)
            given.append(value)
        else:
            return None
    # With an integer, the kind of number decides what is computed in.
    if device < 0 or device != current_device() or (numbers and not floating):
        return None
    if into is not None:
        if type(into) is not _array_type or into.data.device_id != device:
            return None
        key.append(placement(into))
        for k in range(n):
            if type(given[k]) is _array_type and overlap(into, given[k]):
                return None
    found = _calls.get(op.name)
    if found is None:
        found = _calls[op.name] = _calls_of(op.name)
    calls = found
    call = calls.get(tuple(key))
    if call is None:
        return None
    (kernel, grid, last, shape, axes), dtype = call[0], call[1]
    if into is None:
        into = _new(shape, dtype)
        if axes is not None:
            into = into.transpose(axes)
    kernel(grid, 256, 0, *given, into, last)
    return into


cdef object _given(object value):
    return (<Tensor>value).array if isinstance(value, Tensor) else value


cdef inline bint _overlap(uint64_t a, uint64_t b, long long size) noexcept:
    return a < b + <uint64_t>size and b < a + <uint64_t>size


cdef object _form(Operator op, tuple args, object dtype):
    """How to run an operator for these kinds of arguments; None when the general path must do it."""
    cdef _Form form
    cdef bint floating = dtype.kind in "fV"
    letters = ""
    for k in range(op.nargs):
        value = args[k]
        if isinstance(value, Tensor):
            letters += "a"
        elif floating or type(value) is int and op.kinds[k] == OPERAND and dtype.kind in "iu":
            letters += "n"
        else:
            return None
    found = _find(op.name, dtype, letters)
    if found is None:
        return None
    form = _Form.__new__(_Form)
    form.kernel, form.threads, form.per_block = found
    form.dtype = _BOOL if op.comparison else dtype
    if not floating and dtype.kind in "iu":
        form.low, form.high = max(np.iinfo(dtype).min, -LARGEST), min(np.iinfo(dtype).max, LARGEST)
    return form
