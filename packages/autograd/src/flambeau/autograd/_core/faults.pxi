# For the messages of errors: what made a Variable that has no history, and the lines that lead to a node.

cdef inline int _note_origin(Variable x, Operator op, PyObject** args, Py_ssize_t n) except -1:
    """Remember what made a result that no gradient flows through; `op` is None for detach."""
    cdef int instruction = 0
    return _note_origin_with(x, op, _calling_code(&instruction), instruction, args, n)


cdef inline int _note_origin_with(Variable x, Operator op, object code, int instruction, PyObject** args,
                                  Py_ssize_t n) except -1:
    cdef Py_ssize_t i
    x.origin_lost = False
    x.loss_code = None
    for i in range(n):
        if _is_variable(<object>args[i]):
            if _note_loss(x, <Variable>args[i]):
                break
        elif type(<object>args[i]) is list or type(<object>args[i]) is tuple:
            if _note_loss_of_several(x, <object>args[i]):
                break
    x.origin = op
    x.origin_recorded = grad_enabled
    x.origin_code = code
    x.origin_instruction = instruction
    return 0


cdef inline bint _note_loss(Variable x, Variable argument) noexcept:
    """Whether the argument says where the history of a result was lost: there, or as its own was."""
    if argument.wants or argument.node is not None:
        x.origin_lost = True
    elif argument.origin_lost:
        x.loss = argument.origin
        x.loss_code = argument.origin_code
        x.loss_instruction = argument.origin_instruction
    elif argument.loss_code is not None:
        x.loss = argument.loss
        x.loss_code = argument.loss_code
        x.loss_instruction = argument.loss_instruction
    else:
        return False
    return True


cdef bint _note_loss_of_several(Variable x, object arguments) except -1:
    for argument in arguments:
        if isinstance(argument, Variable) and _note_loss(x, <Variable>argument):
            return True
    return False


def calling_line():
    """The line outside flambeau.* that is running, as errors write it."""
    cdef int instruction = 0
    code = _calling_code(&instruction)
    return "" if code is None else _line_of(code, instruction)


cdef str _made(Variable x):
    """Which Variable it is: what made it, and where."""
    if x.node is not None:
        return f"the result of {x.node.title()}, recorded at {_where(x.node)}"
    if x.origin_code is None:
        return "a leaf"
    line = _line_of(x.origin_code, x.origin_instruction)
    return f"detached at {line}" if x.origin is None else f"the result of {x.origin.name} at {line}"


cdef str _why_no_history(Variable x):
    """The usual cause of a Variable's having no history."""
    if x.origin_code is None:
        return "say Variable(x, requires_grad=True) before computing with it"
    if x.origin is None:
        return "differentiate the Variable that was detached"
    if not x.origin_recorded:
        return "it ran where nothing is recorded, under no_grad or inference_mode"
    if not x.origin.differentiable:
        return f"{x.origin.name} has no derivative"
    if not _inexact(x.array):
        return f"there are no gradients of {x.dtype.name}"
    if x.loss_code is not None:
        if x.loss is None:
            what = ".detach()"
        else:
            how = "ran under no_grad or gave integers" if x.loss.differentiable else "has no derivative"
            what = f"{x.loss.name}, which {how},"
        return f"the history of what it was made of was lost by {what} at {_line_of(x.loss_code, x.loss_instruction)}"
    return ("none of its arguments requires grad: requires_grad=True is missing where they were made, or their history was "
            "lost through .detach(), .data, .numpy() or no_grad")


cdef object _without_history(Variable x, str message):
    """An error about a Variable that has no history, with a note of where it lost it."""
    error = RuntimeError(message)
    error.add_note(f"this Variable of shape {x.shape} is {_made(x)}; {_why_no_history(x)}")
    return error


cdef object _add_line(object error, Node node):
    """Name the forward line of the innermost node that failed, once."""
    if not getattr(error, "_flambeau_line_added", False):
        error.add_note(f"raised in the backward of {node.title()}, recorded at {_where(node)}")
        if type(node.code) is tuple:
            error.add_note(f"the calls that led there, the last one last:\n{_stack_text(node.code)}")
        try:
            error._flambeau_line_added = True
        except AttributeError:
            pass


# The whole stack of a node, while anomalies are looked for. -----------------------------------------------------------

cdef bint _keeps_stacks = False
cdef object _engine_observer = None


def keep_stacks(bint wanted):
    """Have every node that is recorded keep its whole stack rather than one line; gives what was so before."""
    global _keeps_stacks
    previous = bool(_keeps_stacks)
    _keeps_stacks = wanted
    return previous


def observe_engine(observer):
    """Tell ``observer`` of every run of backward and of users' Functions, or None for nobody; gives the previous one.

    It has the methods ``begin(outputs)`` and ``end()``; for each node ``before(node, grads)`` and ``after(node, grads,
    found)``; for each Function ``before_function(function, args)`` and ``after_function(function, args, returned)``.
    """
    global _engine_observer
    previous = _engine_observer
    _engine_observer = observer
    return previous


cdef tuple _calling_stack(int* instruction):
    """All frames outside flambeau.*, the innermost first, as codes and instructions; see `_calling_code`."""
    cdef Frame frame
    cdef list entries = []
    innermost = _calling_code(instruction)
    while frame.exists():
        if not _is_our(&frame):
            entries.append((<object>frame.code(), frame.instruction()))
        if not frame.back():
            break
    return tuple(entries) or ((innermost, instruction[0]),)


cdef str _stack_text(tuple entries):
    """A line for each call, the outermost first."""
    lines = []
    for code, instruction in reversed(entries):
        place, separator, text = _line_of(code, instruction).partition(": ")
        lines.append(f"  {place}, in {code.co_name}{separator}{text}")
    return "\n".join(lines)
