# The checks that operators declare, and what those of shapes answered before.

cdef enum:
    MOST_ANSWERS = 512  # that are remembered of an operator's check


cdef object _check(Operator op, list values):
    """Shapes and values, before any kernel; what the check gives replaces the arguments."""
    cdef tuple question = None
    declared = op.declared()
    check = declared.check_function
    if check is None:
        return
    answers = declared.answers
    if answers is not None:
        question = _question(values)
        if question is not None:
            answer = (<dict>answers).get(question)
            if answer is not None:
                for i, value in <tuple>answer:
                    values[i] = value
                return
    replaced = check(*values)
    if question is not None:
        _remember(<dict>answers, question, values, replaced)
    if replaced is not None:
        values[:] = replaced


cdef tuple _question(list values):
    """What a check of shapes sees of the arguments; None where that is not only shapes, dtypes and plain values."""
    cdef list seen = []
    for value in values:
        if value is None or type(value) is int:
            seen.append(value)
        elif type(value) is cnp.ndarray or Py_TYPE(value) == _device_arrays:
            seen.append(_shape(value))
            seen.append(value.dtype)
        elif type(value) is tuple:
            if not _of_ints(<tuple>value):
                return None
            seen.append(value)
        elif type(value) is float or type(value) is bool or type(value) is str:
            seen.append(type(value))  # 1.0 and True are equal to 1
            seen.append(value)
        else:
            return None
    return tuple(seen)


cdef bint _of_ints(tuple values):
    """Whether these are ints, or tuples of them."""
    for value in values:
        if type(value) is not int and not (type(value) is tuple and _of_ints(<tuple>value)):
            return False
    return True


cdef int _remember(dict answers, tuple question, list values, object replaced) except -1:
    cdef list answer = []
    if replaced is not None:
        for i, (given, value) in enumerate(zip(values, replaced, strict=True)):
            if value is given:
                continue
            if _question([value]) is None or not isinstance(value, (int, float, tuple)):
                return 0  # an array in the place of another one
            answer.append((i, value))
    if len(answers) >= MOST_ANSWERS:
        answers.clear()  # of shapes that always differ, none comes back
    answers[question] = tuple(answer)
    return 0
