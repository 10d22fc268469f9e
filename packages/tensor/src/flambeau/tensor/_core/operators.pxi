# What Python's operators call: records, and which operands are theirs.

cdef object _TENSOR_OPERATOR = Tensor.__operator__


cdef inline object _binary(Operator op, object a, object b):
    """A Python operator: what is neither Tensor, number nor array is left to the other operand."""
    if isinstance(a, Tensor):
        if not isinstance(b, Tensor) and type(b) is not float and type(b) is not int and not _is_operand(b):
            return NotImplemented
    elif type(a) is not float and type(a) is not int and not _is_operand(a):
        return NotImplemented
    return call2(op, a, b)


cdef bint _is_operand(object value):
    return _is_number(value) or isinstance(value, np.ndarray)


cdef Operator _op_add, _op_sub, _op_mul, _op_div, _op_floor_divide, _op_remainder, _op_pow, _op_matmul
cdef Operator _op_square, _op_neg, _op_abs, _op_eq, _op_ne, _op_lt, _op_le, _op_gt, _op_ge
cdef Operator _op_left_shift, _op_right_shift, _op_unbind, _op_permute, _op_transpose
cdef Operator _op_bitwise_and, _op_bitwise_or, _op_bitwise_xor, _op_bitwise_not, _op_index, _op_index_put, _op_copy, _op_transfer


def bind_operators(dict records):
    """Give Python's operators their records; called once, at import."""
    global _op_add, _op_sub, _op_mul, _op_div, _op_floor_divide, _op_remainder, _op_pow, _op_matmul
    global _op_square, _op_neg, _op_abs, _op_eq, _op_ne, _op_lt, _op_le, _op_gt, _op_ge
    global _op_left_shift, _op_right_shift, _op_unbind, _op_permute, _op_transpose
    global _op_bitwise_and, _op_bitwise_or, _op_bitwise_xor, _op_bitwise_not, _op_index, _op_index_put, _op_copy, _op_transfer
    _op_add, _op_sub, _op_mul, _op_div = [records[n] for n in ("add", "sub", "mul", "div")]
    _op_floor_divide, _op_remainder, _op_pow, _op_matmul = [
        records[n] for n in ("floor_divide", "remainder", "pow", "matmul")]
    _op_square, _op_neg, _op_abs = records["square"], records["neg"], records["abs"]
    _op_eq, _op_ne, _op_lt, _op_le, _op_gt, _op_ge = [records[n] for n in ("eq", "ne", "lt", "le", "gt", "ge")]
    _op_bitwise_and, _op_bitwise_or, _op_bitwise_xor, _op_bitwise_not = [
        records[n] for n in ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not")]
    _op_left_shift, _op_right_shift = records["bitwise_left_shift"], records["bitwise_right_shift"]
    _op_index, _op_index_put, _op_unbind, _op_permute, _op_transpose, _op_copy, _op_transfer = [
        records[n] for n in ("index", "index_put", "unbind", "permute", "transpose", "copy", "transfer")]


def install_method(str name, function):
    """Make a function a method of Tensor (its first argument becomes self). The type itself is a static one."""
    (<dict>flambeau_type_dict(<PyTypeObject*>Tensor))[name] = function
    PyType_Modified(<PyTypeObject*>Tensor)
