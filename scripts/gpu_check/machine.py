"""What a machine has: its GPU, and the versions of what the build and the checks need."""

import ctypes
import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# What must be there, with the oldest version known to do; None: any.
BUILD = {
    "numpy": "2.0", "cython": "3.1", "scikit-build-core": None, "cmake": "3.25", "ninja": None, "ml-dtypes": "0.5",
}  # fmt: skip
RUN = {
    "cupy-cuda13x": "14.2", "cuda-bindings": "13", "pytest": "8", "hypothesis": "6.100", "safetensors": None,
    "cloudpickle": "3.0", "pillow": "10", "requests": "2.31", "matplotlib": None,
}  # fmt: skip
# What is used where it is there.
OPTIONAL = (
    "torch", "torchvision", "pytest-xdist", "pytest-timeout", "hatchling", "scipy", "mpmath", "nvidia-cudnn-frontend",
    "nvidia-cudnn-cu13", "nvidia-cublas", "nvidia-cuda-nvrtc",
)  # fmt: skip


def installed(name: str) -> str | None:
    """The version of a distribution, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def numbers(text: str) -> tuple[int, ...]:
    """
    >>> numbers("1.0.1rc2")
    (1, 0, 1)
    """
    found = []
    for part in text.split(".")[:3]:
        digits = "".join(c for c in part.partition("rc")[0] if c.isdigit())
        found.append(int(digits or 0))
    return tuple(found)


def lacking(needs: dict[str, str | None]) -> list[str]:
    """What of these is not installed, or too old, in words."""
    lines = []
    for name, oldest in needs.items():
        found = installed(name)
        if found is None and not (name in ("cmake", "ninja") and shutil.which(name)):
            lines.append(f"{name} is not installed" + (f" (needs {oldest} or later)" if oldest else ""))
        elif found and oldest and numbers(found) < numbers(oldest):
            lines.append(f"{name} {found} is too old: needs {oldest} or later")
    return lines


def versions() -> dict[str, str | None]:
    """Of Python and of everything named above."""
    names = (*BUILD, *RUN, *OPTIONAL)
    return {"python": platform.python_version()} | {name: installed(name) for name in names}


def no_gpu() -> str | None:
    """Why CUDA has no device to compute on here, or None where it has one."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return "no NVIDIA driver (libcuda.so.1 is not found)"
    if code := driver.cuInit(0):
        return f"the NVIDIA driver does not start (cuInit gives {code})"
    count = ctypes.c_int()
    driver.cuDeviceGetCount(ctypes.byref(count))
    return None if count.value else "no CUDA device"


def gpu() -> dict[str, str] | None:
    """Name, driver and memory of the first GPU, as nvidia-smi says."""
    command = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        lines = subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.splitlines()
    except (OSError, subprocess.TimeoutExpired):
        return None
    if not lines:
        return None
    name, driver, memory = (part.strip() for part in lines[0].split(","))
    return {"name": name, "driver": driver, "memory": memory, "count": str(len(lines))}


def instruction_set() -> str:
    """The best of the instruction sets that kernels are compiled for: building for one takes a third of the time."""
    flags = set()
    cpuinfo = Path("/proc/cpuinfo")
    if platform.machine() not in ("x86_64", "AMD64"):
        return "portable"
    if cpuinfo.exists():
        flags = set(next((x for x in cpuinfo.read_text().splitlines() if x.startswith("flags")), "").split())
    if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags:
        return "v4"
    return "v3" if {"avx2", "fma", "bmi2"} <= flags else "v2"


def commit(root: Path, given: str | None) -> str:
    """What is being checked: the commit given, git's, or else ``unknown``."""
    if given or (given := os.environ.get("FLAMBEAU_COMMIT")):
        return given
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=root).stdout.strip() or "unknown"
    except OSError:
        return "unknown"
