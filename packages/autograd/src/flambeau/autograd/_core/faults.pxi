# For the messages of errors: what made a Variable that has no history, and the lines that lead to a node.

cdef inline int _note_origin(Variable x, Operator op) except -1:
    """Remember what made a result that no gradient flows through; `op` is None for detach."""
    cdef int instruction = 0
    return _note_origin_with(x, op, _calling_code(&instruction), instruction)


cdef inline int _note_origin_with(Variable x, Operator op, object code, int instruction) except -1:
    x.origin = op
    x.origin_recorded = grad_enabled
    x.origin_code = code
    x.origin_instruction = instruction
    return 0


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
