"""cuBLAS as :mod:`flambeau.tensor._cuda._blas` calls it on a GPU: the library that CuPy computes with."""

from __future__ import annotations

import ctypes

from ._launch import current_stream
from ._libraries import loaded


class Cublas:
    """See :func:`flambeau.tensor._cuda._blas.use`."""

    def __init__(self) -> None:
        import cupy
        from cupy_backends.cuda.api import runtime

        self._lt, self._blas = loaded("cublasLt"), loaded("cublas")
        self._empty = cupy.empty
        self.device = runtime.getDevice
        self.stream = current_stream

    def address(self, name: str) -> int:
        """Where a function is."""
        function = getattr(self._lt if name.startswith("cublasLt") else self._blas, name)
        return ctypes.cast(function, ctypes.c_void_p).value

    def allocate(self, size: int):
        """Memory on the current device."""
        return self._empty(size, dtype="uint8")

    def failed(self, code: int, function: str) -> None:
        """Raise for an error code of cuBLAS."""
        name = self._blas.cublasGetStatusName
        name.restype = ctypes.c_char_p
        raise RuntimeError(f"{function}: {name(code).decode()}")
