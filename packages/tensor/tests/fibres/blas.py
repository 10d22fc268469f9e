"""cuBLAS's functions as the backend calls them, by NumPy: with the arguments that the library gets, checked as it does.

They are C functions, called through their addresses. What they read and write must be inside one array.
"""

from __future__ import annotations

import ctypes
import itertools
from contextlib import AbstractContextManager

import ml_dtypes
import numpy as np
from flambeau.tensor._cuda import _blas
from flambeau.tensor.testing import strict

from .replacing import replaced

TYPES = {0: "float32", 1: "float64", 2: "float16", 4: "complex64", 5: "complex128", 14: ml_dtypes.bfloat16}
COMPUTED = {"float16": 68, "bfloat16": 68, "float32": 68, "complex64": 68, "float64": 70, "complex128": 70}
WORKSPACE = 32 << 20
INVALID = 7  # CUBLAS_STATUS_INVALID_VALUE

_int, _i64, _ptr, _size = ctypes.c_int, ctypes.c_int64, ctypes.c_void_p, ctypes.c_size_t
_many = ctypes.POINTER(_ptr)


class BlasError(RuntimeError):
    """A function got what cuBLAS would refuse, or would read or write outside of an array by."""


def _functions() -> dict[str, tuple]:
    gemm = (_ptr, _int, _int, _i64, _i64, _i64, _ptr, _ptr, _int, _i64)
    return {
        "cublasCreate_v2": (_many,),
        "cublasSetStream_v2": (_ptr, _ptr),
        "cublasSetWorkspace_v2": (_ptr, _ptr, _size),
        "cublasSetPointerMode_v2": (_ptr, _int),
        "cublasSetMathMode": (_ptr, _int),
        "cublasGemmEx_64": (*gemm, _ptr, _int, _i64, _ptr, _ptr, _int, _i64, _int, _int),
        "cublasGemmStridedBatchedEx_64": (
            *gemm, _i64, _ptr, _int, _i64, _i64, _ptr, _ptr, _int, _i64, _i64, _i64, _int, _int,
        ),
        "cublasDotEx_64": (_ptr, _i64, _ptr, _int, _i64, _ptr, _int, _i64, _ptr, _int, _int),
        "cublasLtCreate": (_many,),
        "cublasLtMatmulDescCreate": (_many, _int, _int),
        "cublasLtMatrixLayoutCreate": (_many, _int, ctypes.c_uint64, ctypes.c_uint64, _i64),
        "cublasLtMatmulPreferenceCreate": (_many,),
        "cublasLtMatmulPreferenceDestroy": (_ptr,),
        "cublasLtMatmulDescSetAttribute": (_ptr, _int, _ptr, _size),
        "cublasLtMatmulPreferenceSetAttribute": (_ptr, _int, _ptr, _size),
        "cublasLtMatmulAlgoGetHeuristic": (_ptr, _ptr, _ptr, _ptr, _ptr, _ptr, _ptr, _int, _ptr, _ptr),
        "cublasLtMatmul": (*(_ptr,) * 14, _size, _ptr),
    }  # fmt: skip


class Blas:
    """See :func:`flambeau.tensor._cuda._blas.use`. ``lives(address, size)``: are these bytes an array's?"""

    def __init__(self, lives) -> None:
        self.lives = lives
        self.wrong: Exception | None = None
        self.calls: list[str] = []
        self._descriptions: dict[int, dict] = {}
        self._numbers = itertools.count(1)
        self._stream = self._pointer_mode = self._math_mode = 0
        self._pointers = {
            name: ctypes.CFUNCTYPE(_int, *arguments)(self._guarded(name)) for name, arguments in _functions().items()
        }

    def device(self) -> int:
        return strict._current

    def stream(self) -> int:
        return 0x1000 + strict._current

    def address(self, name: str) -> int:
        return ctypes.cast(self._pointers[name], _ptr).value

    def allocate(self, size: int) -> np.ndarray:
        return strict.strict_xp.empty(size, dtype="uint8")

    def failed(self, code: int, function: str) -> None:
        wrong, self.wrong = self.wrong, None
        raise wrong or BlasError(f"{function}: {code}")

    def _guarded(self, name: str):
        function = getattr(self, "_" + name.removeprefix("cublas").removesuffix("_64").removesuffix("_v2"))

        def called(*args):
            try:
                self.calls.append(name)
                function(*args)
            except Exception as error:
                self.wrong = error
                return INVALID
            return 0

        return called

    # Handles and streams ------------------------------------------------------------------------------------------

    def _Create(self, handle):
        handle[0] = 0xB1A5

    def _SetStream(self, handle, stream):
        self._stream = stream

    def _SetWorkspace(self, handle, workspace, size):
        self._workspace = workspace, size
        self._within(workspace, size, "the workspace")

    def _SetPointerMode(self, handle, mode):
        self._pointer_mode = mode

    def _SetMathMode(self, handle, mode):
        self._math_mode = mode

    # Products -----------------------------------------------------------------------------------------------------

    def _within(self, address, size, what):
        if size and not self.lives(address, size):
            raise BlasError(f"{what}: {size} bytes at {address:#x} are not inside one array")

    def _matrix(self, address, kind, rows, columns, ld, what) -> np.ndarray:
        """A matrix by columns, as a view of memory."""
        dtype = np.dtype(TYPES[kind])
        if ld < max(1, rows):
            raise BlasError(f"{what}: leading dimension {ld} of {rows} rows")
        if address % dtype.itemsize:
            raise BlasError(f"{what} is not aligned")
        count = (columns - 1) * ld + rows
        self._within(address, count * dtype.itemsize, what)
        flat = np.frombuffer((ctypes.c_char * (count * dtype.itemsize)).from_address(address), dtype=dtype)
        return np.lib.stride_tricks.as_strided(flat, (rows, columns), (dtype.itemsize, ld * dtype.itemsize))

    def _factor(self, address, kind, op, rows, columns, ld, what) -> np.ndarray:
        stored = self._matrix(address, kind, *((columns, rows) if op else (rows, columns)), ld, what)
        return _wide(stored.T if op else stored)

    def _number(self, address, kind, compute):
        dtype = np.dtype(TYPES[kind])
        if COMPUTED[dtype.name] != compute and (dtype.name not in ("float32", "complex64") or compute != 77):
            raise BlasError(f"{dtype.name} is not computed in {compute}")
        scale = dtype if dtype.kind == "c" else np.dtype("float64" if compute == 70 else "float32")
        return np.frombuffer((ctypes.c_char * scale.itemsize).from_address(address), dtype=scale)[0]

    def _product(self, ops, m, n, k, alpha, a, b, beta, c, compute, bias=None):
        """``a``, ``b`` and ``c`` are (address, type, leading dimension)."""
        if min(m, n, k) < 1 or not {a[1], b[1]} == {c[1]}:
            raise BlasError(f"sizes {m, n, k}, types {a[1], b[1], c[1]}")
        alpha, beta = self._number(alpha, c[1], compute), self._number(beta, c[1], compute)
        first = self._factor(*a[:2], ops[0], m, k, a[2], "the first factor")
        second = self._factor(*b[:2], ops[1], k, n, b[2], "the second factor")
        result = self._matrix(*c[:2], m, n, c[2], "the result")
        value = alpha * (first @ second)
        if beta != 0:
            value = value + beta * _wide(result)
        if bias is not None:
            value = value + _wide(self._matrix(bias, c[1], m, 1, m, "the bias"))
        with np.errstate(all="ignore"):  # what a narrower type does not hold is infinite, or nothing
            result[...] = value

    def _GemmEx(self, handle, ta, tb, m, n, k, alpha, a, at, lda, b, bt, ldb, beta, c, ct, ldc, compute, algorithm):
        if self._pointer_mode:
            raise BlasError("factors are on the host")
        if self._math_mode != 16:
            raise BlasError("sums of parts might be rounded to the type of the result")
        self._within(*self._workspace, "the workspace")
        self._product((ta, tb), m, n, k, alpha, (a, at, lda), (b, bt, ldb), beta, (c, ct, ldc), compute)

    def _GemmStridedBatchedEx(
        self, handle, ta, tb, m, n, k, alpha, a, at, lda, step_a, b, bt, ldb, step_b, beta, c, ct, ldc, step_c, batch,
        compute, algorithm,
    ):  # fmt: skip
        if step_c < n * ldc:
            raise BlasError(f"results of {n * ldc} elements are {step_c} apart")
        sizes = [np.dtype(TYPES[t]).itemsize for t in (at, bt, ct)]
        for i in range(batch):
            at_a, at_b, at_c = a + i * step_a * sizes[0], b + i * step_b * sizes[1], c + i * step_c * sizes[2]
            self._GemmEx(
                handle, ta, tb, m, n, k, alpha, at_a, at, lda, at_b, bt, ldb, beta, at_c, ct, ldc, compute, algorithm
            )

    def _DotEx(self, handle, n, x, xt, step_x, y, yt, step_y, result, result_type, execution):
        half = xt in (2, 14)
        if not self._pointer_mode or not xt == yt == result_type or execution != (0 if half else xt):
            raise BlasError("a dot product to the host, or of several types")
        vectors = [self._matrix(*v, "a vector")[0] for v in ((x, xt, 1, n, step_x), (y, yt, 1, n, step_y))]
        self._matrix(result, result_type, 1, 1, 1, "the result")[0, 0] = np.dot(*map(_wide, vectors))

    # cublasLt -----------------------------------------------------------------------------------------------------

    def _make(self, made, **what):
        made[0] = number = 16 * next(self._numbers)
        self._descriptions[number] = what

    def _LtCreate(self, handle):
        handle[0] = 0xB1A6

    def _LtMatmulDescCreate(self, made, compute, scale):
        self._make(made, compute=compute, scale=scale)

    def _LtMatrixLayoutCreate(self, made, kind, rows, columns, ld):
        self._make(made, kind=kind, rows=rows, columns=columns, ld=ld)

    def _LtMatmulPreferenceCreate(self, made):
        self._make(made)

    def _LtMatmulPreferenceDestroy(self, preference):
        del self._descriptions[preference]

    def _LtMatmulDescSetAttribute(self, description, attribute, value, size):
        expected = {3: 4, 4: 4, 7: 4, 8: 8}[attribute]
        if size != expected:
            raise BlasError(f"attribute {attribute} has {expected} bytes, not {size}")
        value = (ctypes.c_int32 if size == 4 else ctypes.c_uint64).from_address(value).value
        self._descriptions[description][attribute] = value

    def _LtMatmulPreferenceSetAttribute(self, description, attribute, value, size):
        if size != {1: 8, 3: 4, 5: 4, 6: 4, 7: 4, 8: 4}[attribute]:
            raise BlasError(f"attribute {attribute} of {size} bytes")
        value = (ctypes.c_uint32 if size == 4 else ctypes.c_uint64).from_address(value).value
        self._descriptions[description][attribute] = value

    def _LtMatmulAlgoGetHeuristic(self, handle, operation, a, b, c, d, preference, wanted, results, found):
        about, kind = self._descriptions[operation], self._descriptions[c]["kind"]
        wide = {3: 2} if kind in (2, 14) else {}
        assert self._descriptions[preference] == wide | {1: WORKSPACE, 5: 16, 6: 16, 7: 16, 8: 16}
        assert about[7] == 4 and about[8] % 16 == 0
        # None for double, so that what is done then is seen too.
        ctypes.c_int.from_address(found).value = 0 if kind == 1 else 1
        ctypes.c_uint64.from_address(results).value = 0xA160

    def _LtMatmul(
        self, handle, operation, alpha, a, a_layout, b, b_layout, beta, c, c_layout, d, d_layout, algorithm,
        workspace, size, stream,
    ):  # fmt: skip
        about, first, second, result = (self._descriptions[x] for x in (operation, a_layout, b_layout, d_layout))
        if ctypes.c_uint64.from_address(algorithm).value != 0xA160 or c != d or stream != self._stream:
            raise BlasError("not the algorithm that was advised, or not the current stream")
        self._within(workspace, size, "the workspace")
        if about[8] % 16 or any(x % 16 for x in (a, b, d)):
            raise BlasError("not aligned as promised")
        m, n = result["rows"], result["columns"]
        k = first["rows"] if about[3] else first["columns"]
        for layout, op, shape in ((first, about[3], (m, k)), (second, about[4], (k, n))):
            if (layout["rows"], layout["columns"]) != (shape[::-1] if op else shape):
                raise BlasError(f"a factor of {layout['rows'], layout['columns']}, not {shape}")
        factors = (a, first["kind"], first["ld"]), (b, second["kind"], second["ld"])
        target = (d, result["kind"], result["ld"])
        self._product((about[3], about[4]), m, n, k, alpha, *factors, beta, target, about["compute"], about[8])


def _wide(x: np.ndarray) -> np.ndarray:
    return x.astype("float32") if x.dtype.itemsize == 2 else x


def emulated(lives=lambda address, size: True) -> AbstractContextManager[Blas]:
    """Within the block the backend's products are computed here."""
    return replaced(_blas.use, Blas(lives))
