"""The runtime that kernels are launched through on a GPU: CuPy's current device and stream, and the driver."""

from __future__ import annotations

import ctypes
import os

import cupy
import cupy_backends.cuda.stream
import numpy as np
from cupy_backends.cuda.api import runtime as _api

from ._compile import kept_cubin


class Runtime:
    """See :func:`flambeau.tensor._cuda._launch.use`."""

    def __init__(self) -> None:
        driver = ctypes.CDLL("libcuda.so.1")
        self.launch_address = ctypes.cast(driver.cuLaunchKernel, ctypes.c_void_p).value
        self.device = _api.getDevice
        self.device_capsule = getattr(_api, "__pyx_capi__", {}).get("getDevice")
        self.stream_capsule = getattr(cupy_backends.cuda.stream, "__pyx_capi__", {}).get("get_current_stream_ptr")
        self.blocking = os.environ.get("CUDA_LAUNCH_BLOCKING") == "1"
        self._modules: dict[tuple[int, str], cupy.cuda.function.Module] = {}

    def stream(self) -> int:
        """The handle of the current stream."""
        return cupy.cuda.get_current_stream().ptr

    def bind(self) -> None:
        """Make the context of the current device, if it is not there yet, the calling thread's."""
        _api.free(0)

    def function(self, text: str, name: str) -> int:
        """The handle of a kernel, loaded on the current device."""
        self.bind()
        index = self.device()
        module = self._modules.get((index, text))
        if module is None:
            code = kept_cubin(text, f"sm_{cupy.cuda.Device(index).compute_capability}")
            module = cupy.cuda.function.Module()
            module.load(code)
            self._modules[index, text] = module
        return module.get_function(name).ptr

    def shared_words(self, count: int) -> np.ndarray:
        """So many zeros of int64 that both host and devices read and write, at one address."""
        words = np.frombuffer(cupy.cuda.alloc_pinned_memory(8 * count), np.int64, count)
        words[:] = 0
        return words

    def failed(self, code: int, label: str) -> None:
        """Raise for an error code of the driver."""
        raise cupy.cuda.driver.CUDADriverError(code)
