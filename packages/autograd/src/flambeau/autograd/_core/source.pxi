# Which line of the user's code an operation came from: a code object and an offset, tens of nanoseconds.

cdef extern from *:
    """
    #if defined(__linux__) && !defined(__clang__)
    __attribute__((tls_model("initial-exec")))
    #endif
    static thread_local struct {
        int grad_enabled = 1;
        int wished = 1;
        int inference = 0;
        PyObject* forward_node = nullptr;
        PyObject* place = nullptr;
        PyObject* saved_hooks = nullptr;
        PyObject* argument_hook = nullptr;
    } flambeau_thread;
    """
    # Of this thread: whether operations are recorded, which they are where gradients are wished and no inference_mode is.
    bint grad_enabled "flambeau_thread.grad_enabled"
    bint grad_wished "flambeau_thread.wished"
    bint inference "flambeau_thread.inference"
    # While a graph of backward is made: the node whose backward is running on this thread (borrowed).
    PyObject* forward_node "flambeau_thread.forward_node"
    # What nodes are being recorded for, on this thread; NULL for nothing in particular (owned).
    PyObject* current_place "flambeau_thread.place"
    # What is done with values that are kept, on this thread: (pack, unpack), or NULL (owned). See saving.pxi.
    PyObject* saved_hooks "flambeau_thread.saved_hooks"
    # What gives operations on Variables their arguments, on this thread; NULL for those of the call (owned).
    PyObject* argument_hook "flambeau_thread.argument_hook"


cdef extern from "frames.hpp" namespace "flambeau":
    cdef cppclass Frame:
        bint exists() noexcept
        PyObject* code() noexcept  # borrowed, like globals()
        PyObject* globals() noexcept
        PyObject* filename() noexcept
        int instruction() noexcept
        bint back() noexcept  # on to the caller, if there is one


cdef object _last_code = None
cdef dict _is_ours = {}  # file name -> whether its code belongs to flambeau


cdef inline bint _is_our(Frame* frame) except -1:
    """Whether a frame runs code of flambeau's."""
    filename = <object>frame.filename()
    ours = _is_ours.get(filename)
    if ours is None:
        name = (<dict>frame.globals()).get("__name__", "")
        _is_ours[filename] = ours = isinstance(name, str) and name.startswith("flambeau.")
    return ours is True


cdef inline object _calling_code(int* instruction):
    """The code of the first frame outside flambeau.*, the outermost one when there is none, and where it is in it."""
    cdef Frame frame
    cdef object code
    global _last_code
    if not frame.exists():
        return None
    while True:
        code = <object>frame.code()
        if code is _last_code:
            break  # most operations come from the code that the one before came from
        if not _is_our(&frame):
            _last_code = code
            break
        if not frame.back():
            break
    instruction[0] = frame.instruction()
    return code


cdef class LineOfChange(Watcher):
    """Remembers the line that last changed the memory it watches."""

    cdef object code
    cdef int instruction

    cdef Watcher changed(self):
        cdef LineOfChange line = LineOfChange.__new__(LineOfChange)
        line.code = _calling_code(&line.instruction)
        return line


cdef LineOfChange _unchanged = LineOfChange.__new__(LineOfChange)


cdef inline Tensor _holder(Tensor x):
    """`root`, in here: asking the other module costs as much as the rest."""
    while x.base is not None:
        x = x.base
    return x


cdef inline uint64_t _watched_version(Tensor value) except? 0:
    """The version of a value that is to be kept; from now on, the line of a change is remembered."""
    cdef Tensor owner = _holder(value)
    if owner.watcher is None:
        owner.watcher = _unchanged
    return owner.changes


cdef str _change(Tensor value):
    """``mul_ changed it in place at File "x.py", line 3: y.mul_(2)``."""
    cdef Tensor owner = root(value)
    text = f"{owner.changed_by.name}_ changed it in place"
    if isinstance(owner.watcher, LineOfChange) and (<LineOfChange>owner.watcher).code is not None:
        text += f" at {_line_of((<LineOfChange>owner.watcher).code, (<LineOfChange>owner.watcher).instruction)}"
    return text


cdef str _where(Node node):
    """The line that recorded a node, and the place it was recorded for."""
    line = _line_of(node.code, node.instruction)
    return line if node.place is None else f"{line} (in {node.place})"


cdef str _line_of(object code, int instruction):
    """``File "x.py", line 3: y = x * w`` for an instruction of a code object."""
    if code is None:
        return "an unknown line"
    if type(code) is tuple:  # a whole stack
        code = (<tuple>code)[0][0]
    line = code.co_firstlineno
    for i, (start, _, _, _) in enumerate(code.co_positions()):
        if i == instruction // 2:
            line = start or line
            break
    text = linecache.getline(code.co_filename, line).strip()
    return f'File "{code.co_filename}", line {line}' + (f": {text}" if text else "")


def set_place(place):
    """Say what the operations that follow on this thread belong to; gives what was said before.

    Errors in backward name it, as ``str(place)``, beside the line of the forward operation. ``flambeau.nn`` says so
    which module's call is running.

    Args:
        place: any object, which every node recorded from now on holds; None for nothing in particular.

    Returns:
        The place until now, to go back to, or None.

    Example:
        >>> outside = set_place("the warm-up")
        >>> y = Variable(ft.ones(2), requires_grad=True) * 2
        >>> set_place(outside)
        'the warm-up'
        >>> y.grad_fn.place
        'the warm-up'
    """
    global current_place
    cdef PyObject* before = current_place
    current_place = NULL
    if place is not None:
        Py_INCREF(place)
        current_place = <PyObject*>place
    if before is NULL:
        return None
    previous = <object>before
    Py_DECREF(previous)  # the reference that was current_place's
    return previous


def set_argument_hook(hook):
    """Let ``hook(op, args)`` decide, on this thread, which arguments operations on Variables get.

    It gives a tuple, ``args`` itself where it has nothing to say, and may call operations: to these it does not apply,
    nor to those of backward and to results that are written to a given Tensor. Gives the previous hook.
    """
    global argument_hook
    cdef PyObject* before = argument_hook
    argument_hook = NULL
    if hook is not None:
        Py_INCREF(hook)
        argument_hook = <PyObject*>hook
    if before is NULL:
        return None
    previous = <object>before
    Py_DECREF(previous)  # the reference that was argument_hook's
    return previous


cdef tuple _arguments(Operator op, tuple args):
    """What the hook makes of the arguments of a call."""
    hook = set_argument_hook(None)
    try:
        return hook(op, args)
    finally:
        set_argument_hook(hook)


def is_grad_enabled():
    """Whether operations on this thread are being recorded; what :class:`inference_mode` does is not looked at.

    Example:
        >>> is_grad_enabled()
        True
    """
    return bool(grad_wished)


def is_inference_mode_enabled():
    """Whether this thread is within :class:`inference_mode`.

    Example:
        >>> with inference_mode():
        ...     is_inference_mode_enabled()
        True
    """
    return bool(inference)


cdef inline int _modes() noexcept:
    """What is recorded on this thread, as one number: 1 for gradients, 2 for inference mode."""
    return <int>grad_wished | <int>inference << 1


cdef inline void _set_modes(int modes) noexcept:
    global grad_enabled, grad_wished, inference
    grad_wished = modes & 1
    inference = modes >> 1
    grad_enabled = modes == 1


def set_modes(int modes):
    """Set what is recorded on this thread (1 for gradients, plus 2 for inference mode); gives what was set before."""
    previous = _modes()
    _set_modes(modes)
    return previous


def get_modes():
    """What is recorded on this thread, as :func:`set_modes` takes it."""
    return _modes()
