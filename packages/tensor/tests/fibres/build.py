"""Compiling kernels' sources with g++ into shared libraries, which are kept between runs."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from flambeau.tensor._cuda._source import KERNEL, parameters_of

HERE = Path(__file__).parent
WORKERS = 2
FLAGS = ("-std=c++20", "-fPIC", "-shared", "-w")
# Kernels' variables, all of them shared memory, are to be alone in the library's data, and its own.
KERNEL_FLAGS = (
    *FLAGS,
    "-O1",
    "-fvisibility=hidden",
    "-fno-gnu-unique",
    "-fno-threadsafe-statics",
    "-fsanitize=alignment,bounds",
    "-fsanitize-undefined-trap-on-error",
    "-nostartfiles",
)
DYNAMIC = re.compile(r"extern\s+__shared__\s+(alignas\([^)]*\)\s+)?([\w\s]+?)\s+(\w+)\[\];")
ALIGNED = re.compile(r"__shared__\s+(alignas\([^)]*\))")


def missing() -> str | None:
    """Why kernels cannot run here, or None."""
    if os.uname().machine != "x86_64":
        return "the fibres' stacks are switched by code for x86-64"
    return None if shutil.which("g++") else "g++ is not installed"


@functools.cache
def scheduler() -> ctypes.CDLL:
    """The library that runs fibres and has the arrays' memory."""
    names = ("scheduler.cpp", "memory.cpp")
    path = _kept("".join((HERE / n).read_text() for n in (*names, "scheduler.hpp", "memory.hpp")))
    if not path.exists():
        _compiled(path, [*FLAGS, "-O2", *(str(HERE / n) for n in names)], None)
    return ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)


class KernelCompilationError(RuntimeError):
    """g++ refused a kernel's source."""


_futures: dict[str, Future] = {}
_pool: ThreadPoolExecutor | None = None


def library(text: str) -> ctypes.CDLL:
    """The shared library of a source: ``entry_NAME`` is the handle of each of its kernels."""
    return _loaded(str(_future(text).result()))


@functools.cache
def _loaded(path: str) -> ctypes.CDLL:
    scheduler()
    return ctypes.CDLL(path)


def _future(text: str) -> Future:
    global _pool
    future = _futures.get(text)
    if future is None:
        if _pool is None:
            _pool = ThreadPoolExecutor(WORKERS)
        future = _futures[text] = _pool.submit(_built, text)
    return future


def _built(text: str) -> Path:
    path = _kept(text + _headers() + " ".join(KERNEL_FLAGS))
    if not path.exists():
        _compiled(path, [*KERNEL_FLAGS, f"-I{HERE}", "-xc++", "-", "-lm"], translated(text))
    return path


@functools.cache
def _headers() -> str:
    return "".join(p.read_text() for p in sorted(HERE.glob("*.hpp"))) + (HERE / "build.py").read_text()


def translated(text: str) -> str:
    """The C++ of a CUDA source, with what launches each of its kernels at the end."""
    body = DYNAMIC.sub(r"\2* \3 = reinterpret_cast<\2*>(fibres::place.dynamic_shared);", text)
    body = ALIGNED.sub(r"\1 __shared__", body)
    parts = ['#include "device.hpp"\n', '#line 1 "kernels.cu"\n', body]
    parts.append('\nextern "C" __attribute__((visibility("hidden"))) char __bss_start[], _end[];\n')
    for name, parameters in KERNEL.findall(text):
        kinds = parameters_of(parameters)
        arguments = ", ".join(f"*({kind}*)p[{i}]" for i, kind in enumerate(kinds))
        parts.append(
            f"static void run_{name}(void** p) {{ {name}({arguments}); }}\n"
            f'extern "C" __attribute__((visibility("default"))) const fibres::Kernel entry_{name};\n'
            f"const fibres::Kernel entry_{name} = {{run_{name}, __bss_start, _end}};\n"
            f'extern "C" __attribute__((visibility("default"))) const int sizes_{name}[];\n'
            f"const int sizes_{name}[] = {{{', '.join(f'sizeof({kind})' for kind in kinds)}}};\n"
        )
    return "".join(parts)


def _kept(content: str) -> Path:
    folder = Path(tempfile.gettempdir()) / f"flambeau-fibres-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{hashlib.sha256(content.encode()).hexdigest()[:32]}.so"


def _compiled(path: Path, arguments: list[str], source: str | None) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    os.close(handle)
    done = subprocess.run(["g++", *arguments, "-o", temporary], input=source, text=True, capture_output=True)
    if done.returncode != 0:
        os.unlink(temporary)
        raise KernelCompilationError(done.stderr[-6000:])
    os.replace(temporary, path)
