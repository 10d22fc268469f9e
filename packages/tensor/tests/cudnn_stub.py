"""cuDNN where there is no GPU: a driver and a runtime that do nothing, and a GPU that is only described.

cuDNN's heuristics and the compilers of its kernels need nothing else to plan a graph. Nothing can be run by it.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import json
import os
import subprocess
import tempfile
from pathlib import Path

# What cuDNN's libraries look for. Loading code succeeds, all else fails.
DRIVER = """
int cuInit(unsigned flags) { return 100; }
int cuDriverGetVersion(int* version) { *version = 13000; return 0; }
int cuGetErrorString(int code, const char** text) { *text = "there is no GPU"; return 0; }
int cuGetErrorName(int code, const char** text) { *text = "NO_GPU"; return 0; }
int cuModuleLoadData(void** module, const void* image) { *module = (void*)16; return 0; }
int cuModuleGetFunction(void** function, void* module, const char* name) { *function = (void*)16; return 0; }
int cuModuleUnload(void* module) { return 0; }
int cuLibraryLoadData(void** library) { *library = (void*)16; return 0; }
int cuLibraryLoadFromFile(void** library) { *library = (void*)16; return 0; }
int cuLibraryGetKernel(void** kernel) { *kernel = (void*)16; return 0; }
int cuLibraryUnload(void* library) { return 0; }
int cuKernelGetFunction(void** function) { *function = (void*)16; return 0; }
int cuKernelSetAttribute() { return 0; }
int cuTensorMapEncodeTiled(void* map) { return 0; }
int cuTensorMapEncodeIm2col(void* map) { return 0; }
int cuGetProcAddress(const char* name, void** function, int version, unsigned long flags) {
    *function = 0; return 500;
}
int cuGetProcAddress_v2(const char* name, void** function, int version, unsigned long flags, int* status) {
    *function = 0; if (status) *status = 1; return 500;
}
"""

FAILING = """
cuCtxGetCurrent cuCtxGetLimit cuCtxPopCurrent cuCtxPushCurrent cuStreamGetCtx cuLinkCreate cuLinkAddData cuLinkComplete
cuLinkDestroy cuLaunchKernel cuLaunchCooperativeKernel cuLaunchKernelEx cuDeviceGetCount cuDeviceGet
cuKernelGetAttribute cuOccupancyMaxPotentialClusterSize
"""
DRIVER += "".join(f"int {name}() {{ return 100; }}\n" for name in FAILING.split())  # CUDA_ERROR_NO_DEVICE

# What the frontend itself calls.
RUNTIME = """
int cudaGetDevice(int* device) { *device = 0; return 0; }
int cudaGetDeviceProperties(void* properties, int device) { return 0; }
const char* cudaGetErrorString(int code) { return "there is no GPU"; }
int cudaLibraryLoadData(void** library) { *library = (void*)16; return 0; }
int cudaLibraryGetKernel(void** kernel) { *kernel = (void*)16; return 0; }
int cudaLibraryUnload(void* library) { return 0; }
int cudaKernelSetAttributeForDevice() { return 0; }
"""

# Of each architecture: multiprocessors, bytes of shared memory a block may ask for, bytes of second-level cache.
GPUS = {
    80: (108, 166912, 40 << 20),
    89: (128, 101376, 72 << 20),
    90: (132, 232448, 50 << 20),
    100: (148, 232448, 126 << 20),
    120: (170, 101376, 96 << 20),
}


def missing() -> str | None:
    """Why there is no cuDNN to plan with, or None."""
    if importlib.util.find_spec("cudnn") is None:
        return "nvidia-cudnn-frontend is not installed"
    if os.environ.get("CUDNN_FRONTEND_CUDART_LIB_NAME") is None and Path("/dev/nvidia0").exists():
        return "there is a GPU, on which tests run cuDNN itself"
    try:
        frontend()
    except OSError as error:
        return str(error)
    return None


@functools.cache
def frontend():
    """NVIDIA's frontend, with the libraries that do nothing in the place of CUDA's."""
    folder = Path(tempfile.mkdtemp(prefix="flambeau-stub-"))
    for name, text in (("libcuda.so.1", DRIVER), ("libcudart.so", RUNTIME)):
        command = ["gcc", "-w", "-shared", "-fPIC", "-xc", "-", f"-Wl,-soname,{name}", "-o", str(folder / name)]
        subprocess.run(command, input=text, text=True, check=True)
        ctypes.CDLL(str(folder / name), mode=ctypes.RTLD_GLOBAL)
    os.environ["CUDNN_FRONTEND_CUDART_LIB_NAME"] = str(folder / "libcudart.so")
    import cudnn

    if cudnn.backend_version() == 0:
        raise OSError("libcudnn is not installed")
    return cudnn._pybind_module


def device(architecture: int):
    """The description of a GPU, for ``backend_graph(device_property=...)``."""
    processors, shared, cache = GPUS[architecture]
    properties = {
        "deviceName": f"a GPU of sm_{architecture}", "deviceVer": 10 * architecture, "driverVer": 13000,
        "cudaDeviceId": 0, "pciDeviceId": 0, "multiProcessorCount": processors, "smCountOrigin": 0,
        "totalGlobalMem": 80 << 30, "l2CacheSize": cache, "memoryBusWidth": 6144,
        "smClockRateKHz": 1800000, "memClockRateKHz": 3000000,
        "maxGridSize": [2**31 - 1, 65535, 65535], "maxBlockSize": [1024, 1024, 64], "maxThreadsPerBlock": 1024,
        "maxThreadsPerSM": 2048, "maxCtasPerSM": 32, "warpSize": 32, "regsPerBlock": 65536, "maxRegistersPerSM": 65536,
        "maxSharedMemoryPerBlock": 49152, "maxSharedMemoryPerBlockOptin": shared, "reservedSharedMemoryPerBlock": 1024,
        "oversizedSharedMemoryPerBlock": shared, "isTccDriver": 0, "supportCoopLaunch": 1,
    }  # fmt: skip
    return frontend().create_device_properties(json.dumps(properties))
