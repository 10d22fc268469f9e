"""How much memory a piece of work takes at its peak: by the largest resident set of a process of its own."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]


def growth(work: Callable[[], object]) -> int:
    """Bytes that the work adds to the largest resident set of this process, which first gives back what it freed."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    before = _resident()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
    work()
    return _peak() - before


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def median(module: str, arguments: list[str], processes: int, **environment: str) -> float | None:
    """The median of the number that so many processes of ``python -m module arguments`` print; None without torch."""
    found = []
    for _ in range(processes):
        command = [sys.executable, "-m", module, *arguments]
        run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | environment)
        if "ModuleNotFoundError: No module named 'torch'" in run.stderr:
            return None
        if run.returncode:
            raise RuntimeError(run.stderr)
        found.append(json.loads(run.stdout))
    return statistics.median(found)
