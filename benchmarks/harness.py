"""How a case is measured: beside its rivals, alternating in one process, in several processes.

In each round every rival gets: a pause until all other threads sleep, one call that is not measured, then a block of
calls that takes about 20 ms. The pause is there because workers of the previous rival may still spin, and take a core
from the next one: those of NumPy's OpenBLAS do for a tenth of a second. Rounds run forwards and backwards by turns. A
process gives each rival's median over its rounds; a figure is the median of the processes, its spread their minimum and
maximum. Ratios are taken within a process, where the clock is the same.
"""

from __future__ import annotations

import statistics
import threading
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SETTLE = 0.004  # seconds, and again until all threads sleep
PATIENCE = 0.5  # seconds, after which who still spins is not waited for
BLOCK = 0.020  # seconds
OURS = "flambeau"


@dataclass(frozen=True)
class Statement:
    """Source text to time in place, for what is so short that a function call around it would count."""

    source: str
    names: dict[str, object]


@dataclass(frozen=True)
class Case:
    """One subject and who does it.

    Each rival is a setup: it imports what it needs (a rival whose import fails is skipped and named) and returns what
    is measured, a callable without arguments or a :class:`Statement`. The first is ours.
    """

    name: str
    rivals: dict[str, Callable[[], Callable[[], object] | Statement]]
    per: int = 1  # how many things one call does: times are of one of them
    over: str | None = None  # a rival whose time is subtracted from ours, for "so much over that"
    self_timed: bool = False  # the callable returns the seconds it took, by its own clock
    rounds: int = 15


def measure(case: Case, quick: bool = False) -> tuple[dict[str, float], list[str]]:
    """Seconds per thing for each rival, in this process; and the rivals that are not installed."""
    timers, absent = {}, []
    for name, setup in case.rivals.items():
        try:
            work = setup()
        except ImportError as error:
            if name == OURS:
                raise
            absent.append(f"{name} ({error})")
            continue
        timers[name] = _timer(work, case.self_timed)
    counts = {name: 1 if case.self_timed else _calls_in_a_block(timer) for name, timer in timers.items()}
    seconds: dict[str, list[float]] = {name: [] for name in timers}
    for turn in range(3 if quick else case.rounds):
        # Forwards and backwards by turns: a rival that leaves the caches cold does so to each of its neighbours.
        for name, timer in list(timers.items())[:: -1 if turn % 2 else 1]:
            _settle()
            timer(1)
            seconds[name].append(timer(counts[name]) / counts[name] / case.per)
    return {name: statistics.median(values) for name, values in seconds.items()}, absent


def _settle() -> None:
    """Wait until no thread but this one is running."""
    deadline = time.monotonic() + PATIENCE
    time.sleep(SETTLE)
    while _others_run() and time.monotonic() < deadline:
        time.sleep(SETTLE)


def _others_run() -> bool:
    for task in Path("/proc/self/task").glob("[0-9]*"):
        if int(task.name) != threading.get_native_id():
            state = (task / "stat").read_text().rpartition(")")[2].split()[0]  # after the name, which may hold spaces
            if state == "R":
                return True
    return False


def _timer(work: Callable[[], object] | Statement, self_timed: bool) -> Callable[[int], float]:
    """A function that runs the work so many times and returns the seconds that took."""
    if isinstance(work, Statement):
        return timeit.Timer(work.source, globals=work.names).timeit
    if self_timed:
        return lambda count: sum(work() for _ in range(count))
    return timeit.Timer(work).timeit


def _calls_in_a_block(timer: Callable[[int], float]) -> int:
    timer(1)  # the first call may compile, import or allocate
    count = 1
    while (seconds := timer(count)) < BLOCK / 4:
        count *= 4
    return max(1, round(count * BLOCK / seconds))


@dataclass(frozen=True)
class Figure:
    """A median of processes and their spread."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Figure:
        return cls(statistics.median(values), min(values), max(values))


def summarize(case: Case, runs: list[dict[str, float]]) -> dict:
    """What several processes measured of a case: times, ratios to ours, and what ours costs over another."""
    names = list(runs[0])
    result: dict = {
        "seconds": {name: vars(Figure.of([run[name] for run in runs])) for name in names},
        "ratio": {name: vars(Figure.of([run[name] / run[OURS] for run in runs])) for name in names if name != OURS},
    }
    if case.over in names:
        result["over"] = {case.over: vars(Figure.of([run[OURS] - run[case.over] for run in runs]))}
    return result


def duration(seconds: float) -> str:
    """
    >>> duration(1.27e-6)
    '1.27 µs'
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(seconds) >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def table(results: dict[str, dict]) -> str:
    """The results as text: one line per rival, ours first, ratios above 1 where ours is faster."""
    lines = [f"{'case':42} {'rival':22} {'median':>10}   {'spread':23} ratio to ours"]
    for name, result in results.items():
        title = name
        for rival, time_ in result["seconds"].items():
            spread = f"{duration(time_['low'])} to {duration(time_['high'])}"
            line = f"{title:42} {rival:22} {duration(time_['median']):>10}   {spread:23}"
            if ratio := result["ratio"].get(rival):
                line += f" {ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})"
            lines.append(line.rstrip())
            title = ""
        for rival, over in result.get("over", {}).items():
            spread = f"{duration(over['low'])} to {duration(over['high'])}"
            lines.append(f"{'':42} {'over ' + rival:22} {duration(over['median']):>10}   {spread}")
        lines += [f"{'':42} {rival}: skipped" for rival in result["skipped"]]
    return "\n".join(lines)
