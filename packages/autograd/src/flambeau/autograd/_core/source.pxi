# Which line of the user's code an operation came from: a code object and an offset, tens of nanoseconds.

cdef extern from *:
    """
    #include <frameobject.h>
    #if defined(__linux__) && !defined(__clang__)
    __attribute__((tls_model("initial-exec")))
    #endif
    static thread_local int flambeau_grad_enabled = 1;
    static thread_local PyObject* flambeau_forward_node = nullptr;
    static CYTHON_INLINE PyObject* flambeau_frame_code(PyFrameObject* frame) {
        return (PyObject*)PyFrame_GetCode(frame);
    }
    """
    ctypedef struct PyFrameObject:
        pass
    ctypedef struct PyThreadState:
        pass
    bint grad_enabled "flambeau_grad_enabled"  # of this thread
    # While a graph of backward is made: the node whose backward is running on this thread (borrowed).
    PyObject* forward_node "flambeau_forward_node"
    PyThreadState* PyThreadState_Get() noexcept
    PyFrameObject* PyThreadState_GetFrame(PyThreadState* state) noexcept
    PyFrameObject* PyFrame_GetBack(PyFrameObject* frame) noexcept
    object flambeau_frame_code(PyFrameObject* frame)
    object PyFrame_GetGlobals(PyFrameObject* frame)
    int PyFrame_GetLasti(PyFrameObject* frame) noexcept
    void Py_XDECREF(void* object) noexcept


cdef object _last_code = None
cdef dict _is_ours = {}  # file name -> whether its code belongs to flambeau


cdef object _belongs_to_us(str filename, PyFrameObject* frame):
    name = PyFrame_GetGlobals(frame).get("__name__", "")
    ours = isinstance(name, str) and name.startswith("flambeau.")
    _is_ours[filename] = ours
    return ours


cdef inline int _remember_line(Node node) except -1:
    """Note the first frame outside flambeau.*; the outermost one when there is none."""
    cdef PyFrameObject* frame = PyThreadState_GetFrame(PyThreadState_Get())
    cdef PyFrameObject* outer
    cdef object code
    global _last_code
    if frame is NULL:
        return 0
    while True:
        code = flambeau_frame_code(frame)
        if code is _last_code:
            break  # most operations come from the code that the one before came from
        filename = code.co_filename
        ours = _is_ours.get(filename)
        if ours is None:
            ours = _belongs_to_us(filename, frame)
        if ours is False:
            _last_code = code
            break
        outer = PyFrame_GetBack(frame)
        if outer is NULL:
            break
        Py_XDECREF(frame)
        frame = outer
    node.code = code
    node.instruction = PyFrame_GetLasti(frame)
    Py_XDECREF(frame)
    return 0


cdef str _line_of(object code, int instruction):
    """``File "x.py", line 3: y = x * w`` for an instruction of a code object."""
    if code is None:
        return "an unknown line"
    line = code.co_firstlineno
    for i, (start, _, _, _) in enumerate(code.co_positions()):
        if i == instruction // 2:
            line = start or line
            break
    text = linecache.getline(code.co_filename, line).strip()
    return f'File "{code.co_filename}", line {line}' + (f": {text}" if text else "")


def is_grad_enabled():
    """Whether operations on this thread are being recorded.

    Example:
        >>> is_grad_enabled()
        True
    """
    return bool(grad_enabled)


def set_grad_mode(bint enabled):
    """Switch recording on this thread on or off; gives the previous state."""
    global grad_enabled
    previous = bool(grad_enabled)
    grad_enabled = enabled
    return previous
