"""``python -m flambeau.tensor``: what runs here, and a race of three seconds against NumPy.

``python -m flambeau.tensor verify FILE...`` says of each file whether it is whole, and exits with 0 when all are,
with 1 when one is damaged, with 2 when one cannot be read.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable

import flambeau.tensor as ft
import numpy as np

from ._core.tensor import instruction_set, instruction_sets

SECONDS = 3.0  # for all of the race
ROUNDS = 5  # in each, the two take turns
SETTLE = 0.004  # seconds of sleep before a turn: threads of the one before have gone to sleep then

Contest = tuple[str, Callable[[], object], Callable[[], object]]


def main(arguments: list[str]) -> int:
    """Do what the command line says; the exit code."""
    if not arguments:
        table()
        return 0
    if arguments[0] == "verify" and len(arguments) > 1:
        return max(verify(name) for name in arguments[1:])
    print("usage: python -m flambeau.tensor [verify FILE...]", file=sys.stderr)
    return 2


def verify(name: str) -> int:
    """Print the verdict on a file, and what is wrong with each of its tensors."""
    try:
        found = ft.verify(name)
    except OSError as error:
        print(f"{name}: cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    print(found.verdict)
    faults = [fault for fault in found.tensors.values() if fault is not None]
    for fault in faults if len(faults) > 1 else []:
        print(f"  {fault}")
    return 0 if found else 1


def table() -> None:
    """Print what runs here, and the race."""
    for name, value in about():
        print(f"{name:18}{value}")
    print(f"\n{'race':34}{'flambeau':>12}{'numpy':>12}{'ratio':>8}")
    races = contests()
    budget = SECONDS / len(races) / ROUNDS / 2 - SETTLE
    for name, ours, theirs in races:
        mine, numpys = race(ours, theirs, budget)
        print(f"{name:34}{duration(mine):>12}{duration(numpys):>12}{numpys / mine:7.1f}x", flush=True)


def about() -> list[tuple[str, str]]:
    """What runs here, as names and values."""
    memory = ft.memory_stats()
    gpu = "none"
    if ft.cuda.is_available():
        import cupy

        gpu = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    system = f"Python {platform.python_version()}, NumPy {np.__version__}, {sys.platform} {platform.machine()}"
    return [
        ("flambeau.tensor", f"{ft.__version__}, {system}"),
        ("instruction set", f"{instruction_set()}, of {', '.join(instruction_sets())}"),
        ("threads", str(ft.get_num_threads())),
        ("memory pool", f"{size(memory['in_use'])} in use, {size(memory['kept'])} kept of {size(memory['limit'])}"),
        ("GPU", gpu),
    ]


def contests() -> list[Contest]:
    """Each a name, and the same work by us and by NumPy."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(2**20, dtype=np.float32) for _ in range(2))
    rows, square = a.reshape(1024, 1024), a[: 512 * 512].reshape(512, 512)
    small = a[:16].reshape(4, 4)
    x, y, matrix, block, tiny = (ft.from_numpy(array) for array in (a, b, rows, square, small))

    def softmax() -> object:
        e = np.exp(rows - rows.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return [
        ("a + b, 4 x 4", lambda: tiny + tiny, lambda: small + small),
        ("a + b, 1M", lambda: x + y, lambda: a + b),
        ("exp, 1M", lambda: ft.exp(x), lambda: np.exp(a)),
        ("tanh, 1M", lambda: ft.tanh(x), lambda: np.tanh(a)),
        ("sum, 1M", lambda: x.sum(), lambda: a.sum()),
        ("argmax along rows, 1024 x 1024", lambda: matrix.argmax(1), lambda: rows.argmax(1)),
        ("softmax, 1024 x 1024", lambda: matrix.softmax(1), softmax),
        ("a @ b, 512 x 512", lambda: block @ block, lambda: square @ square),
        ("randn, 1M", lambda: ft.randn(2**20), lambda: rng.standard_normal(2**20, dtype=np.float32)),
    ]


def race(ours: Callable[[], object], theirs: Callable[[], object], budget: float) -> tuple[float, float]:
    """Seconds of one call of each, the best of some rounds."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for i, work in enumerate((ours, theirs)):
            time.sleep(SETTLE)
            work()
            best[i] = min(best[i], turn(work, budget))
    return best[0], best[1]


def turn(work: Callable[[], object], budget: float) -> float:
    """Seconds of one call, the least of blocks of calls that take the budget together."""
    best, calls, clock = float("inf"), 1, time.perf_counter
    end = clock() + budget
    while True:
        start = clock()
        for _ in range(calls):
            work()
        now = clock()
        best = min(best, (now - start) / calls)
        if now - start < 50e-6:
            calls *= 2  # the clock itself takes time
        if now >= end:
            return best


def duration(seconds: float) -> str:
    """
    >>> duration(97.8e-9), duration(1.27e-6), duration(0.012)
    ('97.8 ns', '1.3 µs', '12.0 ms')
    """
    unit, scale = ("ns", 1e9) if seconds < 1e-6 else ("µs", 1e6) if seconds < 1e-3 else ("ms", 1e3)
    return f"{seconds * scale:.1f} {unit}"


def size(count: int) -> str:
    """
    >>> size(0), size(3 * 2**20), size(6 * 2**30)
    ('0 MiB', '3 MiB', '6.0 GiB')
    """
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
