"""Compiling kernels with NVRTC, and keeping what it made on disk."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from pathlib import Path

OPTIONS = ("--std=c++20", "--device-as-default-execution-space", "--extra-device-vectorization")


class CompilationError(RuntimeError):
    """NVRTC refused a kernel's source; the message is its log."""


def cubin(text: str, architecture: str, *options: str) -> tuple[bytes, str]:
    """Compile a source.

    Args:
        text: the source.
        architecture: what to compile for: ``"sm_90"``.
        options: more of NVRTC's.

    Returns:
        Machine code, and the compiler's log.
    """
    from cuda.bindings import nvrtc

    program = _done(nvrtc.nvrtcCreateProgram(text.encode(), b"kernels.cu", 0, [], []))
    try:
        flags = [o.encode() for o in (*OPTIONS, *options, f"-arch={architecture}")]
        code, *_ = nvrtc.nvrtcCompileProgram(program, len(flags), flags)
        log = _read(nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog, program).rstrip(b"\0").decode()
        if int(code) != 0:
            raise CompilationError(log or str(code))
        return _read(nvrtc.nvrtcGetCUBINSize, nvrtc.nvrtcGetCUBIN, program), log
    finally:
        nvrtc.nvrtcDestroyProgram(program)


def _done(result):
    code, *values = result
    if int(code) != 0:
        raise CompilationError(str(code))
    return values[0] if values else None


def _read(size, get, program) -> bytes:
    buffer = bytearray(_done(size(program)))
    view = bytes(buffer)
    _done(get(program, view))
    return view


def kept_cubin(text: str, architecture: str) -> bytes:
    """The machine code of a source, from the disk when it was compiled before."""
    path = folder() / f"flambeau-{_key(text, architecture)}.cubin"
    try:
        return path.read_bytes()
    except OSError:
        pass
    code, _ = cubin(text, architecture)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(code)
        os.replace(temporary, path)
    except OSError:
        pass  # a folder that cannot be written costs compiling again, nothing else
    return code


def folder() -> Path:
    """Where compiled kernels are kept: CuPy's cache, ``$CUPY_CACHE_DIR`` or ``~/.cupy/kernel_cache``."""
    return Path(os.environ.get("CUPY_CACHE_DIR") or Path.home() / ".cupy" / "kernel_cache")


def _key(text: str, architecture: str) -> str:
    parts = (text, architecture, *OPTIONS, str(_compiler_version()))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


@functools.cache
def _compiler_version() -> tuple[int, int]:
    from cuda.bindings import nvrtc

    _, major, minor = nvrtc.nvrtcVersion()
    return major, minor
