"""Calling cuBLAS: matrix products on the current stream of the current device.

The library is found at run time; nothing of it is needed to build or to import this module. All calls are made with the
interpreter's lock held, so one handle for each device serves all threads.
"""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from flambeau.tensor._cuda._pointers cimport pointer

# cublasGemmEx_64 and its kin, of CUDA 12 and later.
ctypedef int (*create_t)(void** handle) noexcept nogil
ctypedef int (*set_stream_t)(void* handle, void* stream) noexcept nogil
ctypedef int (*set_workspace_t)(void* handle, void* workspace, size_t size) noexcept nogil
ctypedef int (*set_mode_t)(void* handle, int mode) noexcept nogil
ctypedef int (*gemm_t)(void* handle, int transa, int transb, int64_t m, int64_t n, int64_t k, const void* alpha,
                       const void* a, int a_type, int64_t lda, const void* b, int b_type, int64_t ldb,
                       const void* beta, void* c, int c_type, int64_t ldc, int compute, int algorithm) noexcept nogil
ctypedef int (*batched_t)(void* handle, int transa, int transb, int64_t m, int64_t n, int64_t k, const void* alpha,
                          const void* a, int a_type, int64_t lda, long long stride_a,
                          const void* b, int b_type, int64_t ldb, long long stride_b, const void* beta,
                          void* c, int c_type, int64_t ldc, long long stride_c, int64_t batch, int compute,
                          int algorithm) noexcept nogil
ctypedef int (*dot_t)(void* handle, int64_t n, const void* x, int x_type, int64_t step_x, const void* y, int y_type,
                      int64_t step_y, void* result, int result_type, int execution_type) noexcept nogil

# cublasLt: everything it is told is in descriptions that it makes.
ctypedef int (*lt_make_t)(void** made, int compute, int scale_type) noexcept nogil
ctypedef int (*lt_make_layout_t)(void** made, int type, uint64_t rows, uint64_t columns, int64_t ld) noexcept nogil
ctypedef int (*lt_make_preference_t)(void** made) noexcept nogil
ctypedef int (*lt_set_t)(void* description, int attribute, const void* value, size_t size) noexcept nogil
ctypedef int (*lt_heuristic_t)(void* handle, void* operation, void* a, void* b, void* c, void* d, void* preference,
                               int wanted, Heuristic* results, int* found) noexcept nogil
ctypedef int (*lt_matmul_t)(void* handle, void* operation, const void* alpha, const void* a, void* a_layout,
                            const void* b, void* b_layout, const void* beta, const void* c, void* c_layout,
                            void* d, void* d_layout, const uint64_t* algorithm, void* workspace, size_t size,
                            void* stream) noexcept nogil
ctypedef int (*lt_destroy_t)(void* made) noexcept nogil

cdef struct Heuristic:  # cublasLtMatmulHeuristicResult_t
    uint64_t algorithm[8]
    size_t workspace
    int state
    float waves
    int reserved[4]

cdef union Number:
    float f32
    double f64
    float c64[2]
    double c128[2]

cdef enum:  # of library_types.h, cublas_api.h and cublasLt.h
    R_32F = 0
    R_64F = 1
    R_16F = 2
    C_32F = 4
    C_64F = 5
    R_16BF = 14
    COMPUTE_32F = 68
    COMPUTE_64F = 70
    COMPUTE_32F_FAST_TF32 = 77
    DEFAULT_ALGORITHM = -1
    POINTERS_ON_HOST = 0
    POINTERS_ON_DEVICE = 1
    SUMS_OF_PARTS_ARE_WIDE = 16  # CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION
    LT_TRANSPOSE_A = 3
    LT_TRANSPOSE_B = 4
    LT_EPILOGUE = 7
    LT_BIAS_POINTER = 8
    LT_EPILOGUE_BIAS = 4
    LT_MAX_WORKSPACE = 1
    LT_REDUCTION_SCHEMES = 3
    LT_REDUCTION_WIDE = 2  # CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE
    LT_ALIGNMENT_A = 5  # of B, C and D: the three numbers that follow

_TYPES = {
    "float16": R_16F, "bfloat16": R_16BF, "float32": R_32F, "float64": R_64F, "complex64": C_32F, "complex128": C_64F,
}

# Bytes that cuBLAS may use on a stream, as many as NVIDIA advises for Hopper.
WORKSPACE = 32 << 20

cdef object _library = None
cdef dict _devices = {}
cdef create_t _create
cdef set_stream_t _set_stream
cdef set_workspace_t _set_workspace
cdef set_mode_t _set_pointer_mode
cdef set_mode_t _set_math_mode
cdef gemm_t _gemm
cdef batched_t _batched
cdef dot_t _dot
cdef create_t _lt_create
cdef lt_make_t _lt_make
cdef lt_make_layout_t _lt_make_layout
cdef lt_make_preference_t _lt_make_preference
cdef lt_set_t _lt_set
cdef lt_set_t _lt_set_preference
cdef lt_heuristic_t _lt_heuristic
cdef lt_matmul_t _lt_matmul
cdef lt_destroy_t _lt_destroy_preference


def use(library):
    """Compute with another library from now on; gives the one so far.

    A library has the methods ``address(name)``, of a function of cuBLAS; ``device()`` and ``stream()``, the current ones'
    index and handle; ``allocate(size)``, an array of bytes on the current device; and ``failed(code, function)``, which
    raises. None: there is none.
    """
    global _library, _create, _set_stream, _set_workspace, _set_pointer_mode, _set_math_mode, _gemm, _batched, _dot
    global _lt_create, _lt_make, _lt_make_layout, _lt_make_preference, _lt_set, _lt_set_preference
    global _lt_heuristic, _lt_matmul, _lt_destroy_preference
    previous, _library = _library, library
    _devices.clear()
    if library is not None:
        _create = <create_t><size_t>library.address("cublasCreate_v2")
        _set_stream = <set_stream_t><size_t>library.address("cublasSetStream_v2")
        _set_workspace = <set_workspace_t><size_t>library.address("cublasSetWorkspace_v2")
        _set_pointer_mode = <set_mode_t><size_t>library.address("cublasSetPointerMode_v2")
        _set_math_mode = <set_mode_t><size_t>library.address("cublasSetMathMode")
        _gemm = <gemm_t><size_t>library.address("cublasGemmEx_64")
        _batched = <batched_t><size_t>library.address("cublasGemmStridedBatchedEx_64")
        _dot = <dot_t><size_t>library.address("cublasDotEx_64")
        _lt_create = <create_t><size_t>library.address("cublasLtCreate")
        _lt_make = <lt_make_t><size_t>library.address("cublasLtMatmulDescCreate")
        _lt_make_layout = <lt_make_layout_t><size_t>library.address("cublasLtMatrixLayoutCreate")
        _lt_make_preference = <lt_make_preference_t><size_t>library.address("cublasLtMatmulPreferenceCreate")
        _lt_set = <lt_set_t><size_t>library.address("cublasLtMatmulDescSetAttribute")
        _lt_set_preference = <lt_set_t><size_t>library.address("cublasLtMatmulPreferenceSetAttribute")
        _lt_heuristic = <lt_heuristic_t><size_t>library.address("cublasLtMatmulAlgoGetHeuristic")
        _lt_matmul = <lt_matmul_t><size_t>library.address("cublasLtMatmul")
        _lt_destroy_preference = <lt_destroy_t><size_t>library.address("cublasLtMatmulPreferenceDestroy")
    return previous


def library():
    """The library in use, or None."""
    return _library


def release():
    """Give up the memory that products had to work with in other streams than the latest: they get some again."""
    cdef _Device device
    for device in list(_devices.values()):
        for stream in list(device.workspaces):
            if stream != device.stream:
                device.workspaces.pop(stream, None)


cdef dict _numbers = {}  # of _TYPES, by dtype: NumPy takes long to find its name


cdef object _number_of(object dtype):
    """What cuBLAS calls a dtype; None for those it does not know."""
    number = _numbers.get(dtype, _numbers)
    if number is _numbers:
        number = _numbers[dtype] = _TYPES.get(dtype.name)
    return number


def knows(dtype):
    """Whether products of elements of this dtype are computed here."""
    return _number_of(dtype) is not None


cdef class _Device:
    """What a device computes with."""

    cdef void* handle
    cdef void* lt_handle
    cdef object stream
    cdef void* queue  # the stream as the driver knows it
    cdef void* workspace
    cdef dict workspaces  # by stream: products on several streams run at the same time


cdef int _done(int code, str function) except -1:
    if code != 0:
        _library.failed(code, function)
    return 0


cdef _Device _current():
    """The current device, set to the current stream."""
    if _library is None:
        raise RuntimeError("no cuBLAS to compute products with")
    cdef object index = _library.device()
    cdef object stream = _library.stream()
    cdef _Device device = <_Device>_devices.get(index)
    if device is None:
        device = _Device()
        device.workspaces = {}
        _done(_create(&device.handle), "cublasCreate")
        # Else the sums of parts of a long dimension might be added up as the half types of the result.
        _done(_set_math_mode(device.handle, SUMS_OF_PARTS_ARE_WIDE), "cublasSetMathMode")
        _done(_lt_create(&device.lt_handle), "cublasLtCreate")
        _devices[index] = device
    if device.stream is None or device.stream != stream:
        memory = device.workspaces.get(stream)
        if memory is None:
            memory = device.workspaces[stream] = _library.allocate(WORKSPACE)
        device.queue = <void*><size_t>stream
        device.workspace = <void*><size_t>pointer(memory)
        _done(_set_stream(device.handle, device.queue), "cublasSetStream")  # which forgets the workspace
        _done(_set_workspace(device.handle, device.workspace, WORKSPACE), "cublasSetWorkspace")
        device.stream = stream
    return device


cdef inline void _set_number(Number* number, int type, double complex value) noexcept nogil:
    """A factor as cuBLAS reads it: in the type that is computed in."""
    if type == R_64F:
        number.f64 = value.real
    elif type == C_32F:
        number.c64[0], number.c64[1] = <float>value.real, <float>value.imag
    elif type == C_64F:
        number.c128[0], number.c128[1] = value.real, value.imag
    else:
        number.f32 = <float>value.real


cdef class Product:
    """A product ready to be called with arrays: ``result = alpha * a @ b + beta * result``.

    Args:
        layout: see :mod:`flambeau.tensor._cuda._layouts`; without copies to make.
        dtype: of all three.
    """

    cdef readonly tuple shape
    cdef readonly object dtype
    cdef tuple calls
    cdef bint single
    cdef int type, compute
    cdef int transposed[2]
    cdef readonly int64_t k
    cdef int64_t n, m, batch
    cdef int64_t leading[2]
    cdef long long steps[3]

    def __init__(self, layout, dtype):
        self.shape = layout.shape
        self.dtype = dtype
        self.calls = layout.calls
        self.single = layout.calls == ((0, 0, 0),)
        self.type = _number_of(dtype)
        self.compute = COMPUTE_64F if self.type in (R_64F, C_64F) else COMPUTE_32F
        self.n, self.m, self.k, self.batch = layout.n, layout.m, layout.k, layout.batch
        for i in range(2):
            self.transposed[i] = layout.transposed[i]
            self.leading[i] = layout.leading[i]
        for i in range(3):
            self.steps[i] = layout.steps[i]

    def __call__(self, a, b, result, double complex alpha, double complex beta, bint allow_tf32):
        cdef Number factor, kept
        cdef uint64_t first = pointer(a), second = pointer(b), into = pointer(result)
        cdef _Device device = _current()
        cdef int compute = self.compute
        if allow_tf32 and compute == COMPUTE_32F and self.type in (R_32F, C_32F):
            compute = COMPUTE_32F_FAST_TF32
        _set_number(&factor, self.type, alpha)
        _set_number(&kept, self.type, beta)
        if self.single:
            self.compute_one(device, first, second, into, &factor, &kept, compute)
        else:
            for start in self.calls:
                self.compute_one(device, first + <uint64_t>start[0], second + <uint64_t>start[1],
                                 into + <uint64_t>start[2], &factor, &kept, compute)

    cdef int compute_one(self, _Device device, uint64_t a, uint64_t b, uint64_t result, Number* alpha, Number* beta,
                         int compute) except -1:
        # By columns everything is transposed: the second factor comes first.
        if self.batch == 1:
            return _done(_gemm(device.handle, self.transposed[1], self.transposed[0], self.m, self.n, self.k, alpha,
                               <void*>b, self.type, self.leading[1], <void*>a, self.type, self.leading[0],
                               beta, <void*>result, self.type, self.m, compute, DEFAULT_ALGORITHM), "cublasGemmEx")
        return _done(_batched(device.handle, self.transposed[1], self.transposed[0], self.m, self.n, self.k, alpha,
                              <void*>b, self.type, self.leading[1], self.steps[1],
                              <void*>a, self.type, self.leading[0], self.steps[0], beta,
                              <void*>result, self.type, self.m, self.steps[2], self.batch, compute,
                              DEFAULT_ALGORITHM), "cublasGemmStridedBatchedEx")


cdef class Affine:
    """``result = a @ b + bias`` ready to be called, by cublasLt, with an algorithm chosen at the first call.

    Calling it gives False where cublasLt has none for such a product, or the arrays are not aligned to 16 bytes.

    Args:
        layout: of the product, not a batch.
        dtype: of all four.
        allow_tf32: whether float32 may be rounded to TF32.
    """

    cdef readonly tuple shape
    cdef int type
    cdef bint usable
    cdef dict algorithms  # by _Device, of which another library has others
    cdef object layout, compute

    def __init__(self, layout, dtype, bint allow_tf32):
        self.shape = layout.shape
        self.layout = layout
        self.type = _number_of(dtype)
        tf32 = allow_tf32 and self.type == R_32F
        self.compute = COMPUTE_64F if self.type == R_64F else COMPUTE_32F_FAST_TF32 if tf32 else COMPUTE_32F
        single = layout.batch == 1 and len(layout.calls) == 1 and not any(layout.copies)
        self.usable = single and self.type not in (C_32F, C_64F)
        self.algorithms = {}

    def __call__(self, a, b, bias, result):
        cdef Number one, zero
        cdef uint64_t first = pointer(a), second = pointer(b), added = pointer(bias), into = pointer(result)
        cdef _Algorithm algorithm
        cdef _Device device
        if not self.usable or (first | second | added | into) & 15:
            return False
        device = _current()
        algorithm = <_Algorithm>self.algorithms.get(device)
        if algorithm is None:
            algorithm = _chosen(device, self.layout, self.type, self.compute)
            if algorithm is None:
                self.usable = False
                return False
            self.algorithms[device] = algorithm
        _set_number(&one, self.type, 1)
        _set_number(&zero, self.type, 0)
        _done(_lt_set(algorithm.operation, LT_BIAS_POINTER, &added, sizeof(added)), "cublasLtMatmulDescSetAttribute")
        _done(_lt_matmul(device.lt_handle, algorithm.operation, &one, <void*>second, algorithm.layouts[0],
                         <void*>first, algorithm.layouts[1], &zero, <void*>into, algorithm.layouts[2],
                         <void*>into, algorithm.layouts[2], algorithm.found.algorithm, device.workspace, WORKSPACE,
                         device.queue), "cublasLtMatmul")
        return True


cdef class _Algorithm:
    """How cublasLt computes a product: made once, and kept as long as the process."""

    cdef void* operation
    cdef void* layouts[3]
    cdef Heuristic found


cdef _Algorithm _chosen(_Device device, object layout, int type, int compute):
    """What cublasLt advises for a product with a bias; None if nothing."""
    cdef _Algorithm algorithm = _Algorithm()
    cdef void* preference = NULL
    cdef size_t most = WORKSPACE
    cdef int i, value, found = 0, code
    cdef unsigned int schemes = LT_REDUCTION_WIDE  # as for the products above
    cdef uint64_t somewhere = 16  # where a bias could be: its alignment is all that counts
    cdef unsigned int alignment = 16
    cdef bint a_transposed = layout.transposed[0], b_transposed = layout.transposed[1]
    cdef uint64_t n = layout.n, m = layout.m, k = layout.k
    memset(&algorithm.found, 0, sizeof(Heuristic))
    _done(_lt_make(&algorithm.operation, compute, type if type == R_64F else R_32F), "cublasLtMatmulDescCreate")
    for attribute, number in (
        (LT_TRANSPOSE_A, b_transposed), (LT_TRANSPOSE_B, a_transposed), (LT_EPILOGUE, LT_EPILOGUE_BIAS),
    ):
        value = number
        _done(_lt_set(algorithm.operation, attribute, &value, sizeof(value)), "cublasLtMatmulDescSetAttribute")
    _done(_lt_set(algorithm.operation, LT_BIAS_POINTER, &somewhere, sizeof(somewhere)), "cublasLtMatmulDescSetAttribute")
    for i, (rows, columns, ld) in enumerate((
        (k, m, layout.leading[1]) if b_transposed else (m, k, layout.leading[1]),
        (n, k, layout.leading[0]) if a_transposed else (k, n, layout.leading[0]),
        (m, n, m),
    )):
        _done(_lt_make_layout(&algorithm.layouts[i], type, rows, columns, ld), "cublasLtMatrixLayoutCreate")
    _done(_lt_make_preference(&preference), "cublasLtMatmulPreferenceCreate")
    try:
        _done(_lt_set_preference(preference, LT_MAX_WORKSPACE, &most, sizeof(most)),
              "cublasLtMatmulPreferenceSetAttribute")
        if type in (R_16F, R_16BF):
            _done(_lt_set_preference(preference, LT_REDUCTION_SCHEMES, &schemes, sizeof(schemes)),
                  "cublasLtMatmulPreferenceSetAttribute")
        for i in range(4):
            _done(_lt_set_preference(preference, LT_ALIGNMENT_A + i, &alignment, sizeof(alignment)),
                  "cublasLtMatmulPreferenceSetAttribute")
        code = _lt_heuristic(device.lt_handle, algorithm.operation, algorithm.layouts[0], algorithm.layouts[1],
                             algorithm.layouts[2], algorithm.layouts[2], preference, 1, &algorithm.found, &found)
    finally:
        _lt_destroy_preference(preference)
    return algorithm if code == 0 and found > 0 and algorithm.found.state == 0 else None


def dot(x, y, result, Py_ssize_t n, Py_ssize_t step_x, Py_ssize_t step_y, dtype):
    """``result = sum(x * y)``, of vectors of n elements that are so many elements apart."""
    cdef _Device device = _current()
    cdef int type = _number_of(dtype)
    cdef int execution = R_32F if type in (R_16F, R_16BF) else type
    cdef int code
    _done(_set_pointer_mode(device.handle, POINTERS_ON_DEVICE), "cublasSetPointerMode")
    code = _dot(device.handle, n, <void*>pointer(x), type, step_x, <void*>pointer(y), type, step_y,
                <void*>pointer(result), type, execution)
    _done(_set_pointer_mode(device.handle, POINTERS_ON_HOST), "cublasSetPointerMode")
    _done(code, "cublasDotEx")
