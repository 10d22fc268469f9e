"""Launching kernels: arguments put where the driver reads them, and one call."""

from cpython.bytes cimport PyBytes_AsString
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_IsValid
from libc.stdint cimport intptr_t, uint64_t

import threading

from flambeau.tensor import errors
from flambeau.tensor._cuda._pointers cimport pointer

# cuLaunchKernel, or what stands in for it: the driver is found at run time, and without one this module still imports.
ctypedef int (*launch_t)(void* function, unsigned int grid_x, unsigned int grid_y, unsigned int grid_z,
                         unsigned int block_x, unsigned int block_y, unsigned int block_z, unsigned int shared,
                         void* stream, void** parameters, void** extra) noexcept nogil

cdef launch_t _launch = NULL

cdef enum:
    INVALID_CONTEXT = 201  # CUDA_ERROR_INVALID_CONTEXT

# The current device and stream: CuPy's own functions where the runtime gives them as capsules, a call of Python's less.
ctypedef int (*device_t)(int) noexcept
ctypedef intptr_t (*stream_t)() noexcept
cdef device_t _device = NULL
cdef stream_t _stream = NULL
cdef object _runtime = None
cdef unsigned long long _generation = 0  # of the runtime: what was loaded by an earlier one is of no use

# Called with (kernel, grid, block, shared, stream, args) before each launch, where it is not None: for tests.
cdef object _recorder = None


cdef bint recording() noexcept:
    return _recorder is not None

_CODES = {
    "long long": b"q", "int": b"i", "unsigned": b"I", "unsigned int": b"I", "unsigned long long": b"Q", "float": b"f",
    "double": b"d", "bool": b"?",
}


def use(runtime):
    """Launch through another runtime from now on; gives the one so far.

    A runtime has ``launch_address``, the address of a function with cuLaunchKernel's signature, and the methods
    ``function(text, name)``, a handle to launch of a kernel in a source, loaded on the current device; ``device()`` and
    ``stream()``, the current ones' index and handle; ``bind()``, which makes the current device's context the calling
    thread's; ``failed(code, label)``, which raises; ``blocking``, whether launches wait until the kernel has run; and
    ``shared_words(count)``, an array of int64 zeros that the host and kernels share. It may have ``device_capsule`` and
    ``stream_capsule``, device and stream as C functions.
    """
    global _runtime, _launch, _generation, _device, _stream
    previous = _runtime
    _runtime = runtime
    _launch = <launch_t><size_t>(0 if runtime is None else runtime.launch_address)
    _device = <device_t>_from_capsule(getattr(runtime, "device_capsule", None), b"int (int __pyx_skip_dispatch)")
    _stream = <stream_t>_from_capsule(getattr(runtime, "stream_capsule", None), b"intptr_t (void)")
    _generation += 1
    return previous


cdef void* _from_capsule(object capsule, const char* signature) except? NULL:
    """The C function of that signature in a capsule; NULL where there is none, or one of another signature."""
    if capsule is None or not PyCapsule_IsValid(capsule, signature):
        return NULL
    return PyCapsule_GetPointer(capsule, signature)


def current_stream():
    """The handle of the current stream of the current device."""
    return _stream() if _stream is not NULL else _runtime.stream()


cdef int current_device() except -1:
    return _device(0) if _device is not NULL else _runtime.device()


def runtime():
    """The runtime in use, or None."""
    return _runtime


def record(recorder):
    """Have each launch told to ``recorder(kernel, grid, block, shared, stream, args)``; None ends it. Gives the former."""
    global _recorder
    previous, _recorder = _recorder, recorder
    return previous


cdef object _lock = threading.RLock()


cdef class Kernel:
    """A kernel for given element types.

    Calling it launches it on the current stream of the current device: ``kernel(grid, block, shared, *args)``, where
    ``grid`` and ``block`` are ints or tuples of up to three, ``shared`` is in bytes, and arguments are arrays or None for
    pointers, numbers for numbers, and bytes for structs.
    """

    def __init__(self, str label, str name, tuple parameters, text):
        if len(parameters) > MAX_PARAMETERS:
            raise ValueError(f"{label}: more than {MAX_PARAMETERS} parameters")
        self.label = label
        self.name = name
        self.parameters = parameters
        self.text = text
        self.codes = b"".join([b"P" if p.endswith("*") else _CODES.get(p, b"S") for p in parameters])

    @property
    def source(self):
        """The text it is compiled from."""
        return self.text()

    cdef void* _function(self, int device) except NULL:
        cdef int i
        if device >= MAX_DEVICES:
            raise ValueError(f"{self.label}: device {device}, of {MAX_DEVICES} at most")
        with _lock:
            if self.generation != _generation:
                for i in range(MAX_DEVICES):
                    self.functions[i] = NULL
                self.generation = _generation
            if self.functions[device] == NULL:
                self.functions[device] = <void*><size_t>_runtime.function(self.text(), self.name)
        return self.functions[device]

    def __call__(self, grid, block, unsigned int shared, *args):
        cdef Slot slots[MAX_PARAMETERS]
        cdef void* parameters[MAX_PARAMETERS]
        cdef unsigned int g[3]
        cdef unsigned int b[3]
        cdef const char* codes = self.codes
        cdef int i, n = <int>len(self.codes)
        if _runtime is None:
            raise RuntimeError(f"{self.label}: no runtime to launch kernels")
        if len(args) != n:
            raise TypeError(f"{self.label} takes {n} arguments, got {len(args)}")
        _extents(grid, g)
        _extents(block, b)
        if g[0] == 0 or g[1] == 0 or g[2] == 0:
            return
        for i in range(n):
            value = args[i]
            parameters[i] = &slots[i]
            if codes[i] == b"P":
                slots[i].word = pointer(value)
            elif codes[i] == b"q":
                slots[i].i64 = value
            elif codes[i] == b"i":
                slots[i].i32 = value
            elif codes[i] == b"d":
                slots[i].f64 = value
            elif codes[i] == b"f":
                slots[i].f32 = value
            elif codes[i] == b"?":
                slots[i].word = 1 if value else 0
            elif codes[i] == b"I":
                slots[i].u32 = value
            elif codes[i] == b"Q":
                slots[i].word = value
            else:
                parameters[i] = PyBytes_AsString(value)  # which `args` keeps
        if _recorder is not None:
            _recorder(self, (g[0], g[1], g[2]), (b[0], b[1], b[2]), shared, _runtime.stream(), args)
        self.launch(g, b, shared, parameters)

    cdef int launch(self, const unsigned int* grid, const unsigned int* block, unsigned int shared,
                    void** parameters) except -1:
        cdef int code, device = current_device()
        cdef void* function = NULL
        if self.generation == _generation and device < MAX_DEVICES:
            function = self.functions[device]
        if function is NULL:
            function = self._function(device)
        code = _launched(function, grid, block, shared, parameters)
        if code == INVALID_CONTEXT:
            # A thread has no context before it calls the runtime, as it need not where memory comes from the pool.
            _runtime.bind()
            code = _launched(function, grid, block, shared, parameters)
        if code != 0:
            _runtime.failed(code, self.label)
        return 0

    def __repr__(self):
        return f"<kernel {self.label}({', '.join(self.parameters)})>"


cdef inline int _launched(void* function, const unsigned int* grid, const unsigned int* block, unsigned int shared,
                          void** parameters) except? -1:
    """Launch on the current stream; gives the driver's code."""
    return _launch(function, grid[0], grid[1], grid[2], block[0], block[1], block[2], shared,
                   <void*>(_stream() if _stream is not NULL else <intptr_t>_runtime.stream()), parameters, NULL)


cdef int _extents(object value, unsigned int* out) except -1:
    cdef int i
    out[1] = out[2] = 1
    if type(value) is int:
        out[0] = value
    else:
        for i in range(<int>len(value)):
            out[i] = value[i]
    return 0
