# Copies, with conversion: programs of no step.

cdef bint _copied(cnp.ndarray out, cnp.ndarray x) except -1:
    """Write the elements of `x`, broadcast, to `out`; False when the general way must do it."""
    cdef Program program
    cdef Plan plan
    cdef cnp.npy_intp dims[MaxDims]
    cdef int d, ndim = cnp.PyArray_NDIM(out), s = stored_type(x), t = stored_type(out)
    if s < 0 or t < 0 or ndim > MaxDims or cnp.PyArray_NDIM(x) > ndim or not cnp.PyArray_ISWRITEABLE(out):
        return False
    for d in range(ndim):
        dims[d] = cnp.PyArray_DIM(out, d)
    for d in range(cnp.PyArray_NDIM(x)):
        n = cnp.PyArray_DIM(x, d)
        if n != 1 and n != dims[ndim - cnp.PyArray_NDIM(x) + d]:
            return False
    if not _bind(&plan.layout, [out], [x], ndim, dims):
        return False
    program.registers = program.outputs = 1
    program.steps = 0
    program.reg[0].type = <Type>(Float32 if s >= ComputeTypes else s)
    program.reg[0].operand = 1
    program.reg[0].constant = False
    program.output[0].source = program.output[0].operand = 0
    finish(program)
    plan.program = &program
    if cnp.PyArray_SIZE(out) >= WORTH_RELEASING:
        with nogil:
            run(plan)
    else:
        run(plan)
    return True


cdef object _new_copy(cnp.ndarray x, int t, bint keep_order):
    """A copy in type `t`, in C order or in the order of `x`; None when the general way must do it."""
    if cnp.PyArray_NDIM(x) > MaxDims or t < 0:
        return None
    result = _new_result(cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), t, x if keep_order else None)
    return result if _copied(<cnp.ndarray>result, x) else None


cdef object _native_clone(Operator op, tuple args, object into):
    x = cpu_array(args[0])
    if x is None or into is not None:
        return None
    return _new_copy(<cnp.ndarray>x, stored_type(<cnp.ndarray>x), True)


cdef object _native_contiguous(Operator op, tuple args, object into):
    x = cpu_array(args[0])
    if x is None or into is not None or args[1] is not None:
        return None
    if cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x):
        return x
    return _new_copy(<cnp.ndarray>x, stored_type(<cnp.ndarray>x), False)


cdef object _native_cast(Operator op, tuple args, object into):
    x = cpu_array(args[0])
    if x is None or into is not None or not isinstance(args[1], cnp.dtype):
        return None
    dtype = args[1]
    if dtype.num == cnp.PyArray_TYPE(<cnp.ndarray>x):
        return None
    return _new_copy(<cnp.ndarray>x, _type_of_number(dtype.num), True)


cdef object _native_copy(Operator op, tuple args, object into):
    x = cpu_array(args[1])
    if x is None or into is None or into is not cpu_array(args[0]):
        return None
    if _rank(stored_type(<cnp.ndarray>x)) > _rank(stored_type(<cnp.ndarray>into)):
        return None
    return into if _copied(<cnp.ndarray>into, <cnp.ndarray>x) else None
