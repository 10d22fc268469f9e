"""Timing on a GPU: blocks of calls, by turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..harness import OURS, duration

TURNS = {"host": 25, "step": 15, "device": 9}  # by clock: a host that others share is now fast, now slow
BLOCK = 0.03  # seconds that a block takes, about
MOST = 400  # calls in a block: a queue that is full would make the host wait


@dataclass(frozen=True)
class Row:
    """One thing to do, and who does it.

    Args:
        name: what it is.
        kind: ``"host"``, ``"device"`` or ``"step"``: which clock.
        rivals: setups by name, ours first; each gives a callable without arguments.
        goal: the least ratio of PyTorch's time to ours, or the least share, that counts as reached.
        moved: bytes read and written, for a share of the rate of copies.
        things: what one call does so many of, for a rate: images, floating-point operations.
    """

    name: str
    kind: str
    rivals: dict[str, Callable[[], Callable[[], Any]]]
    goal: float | None = None
    moved: int | None = None
    things: float | None = None


def synchronize() -> None:
    import flambeau.tensor as ft

    ft.cuda.synchronize()


def by_host(work: Callable[[], Any], count: int) -> float:
    """Seconds of the host for each call; what the device still has to do is not waited for inside."""
    synchronize()
    start = time.perf_counter()
    for _ in range(count):
        work()
    seconds = time.perf_counter() - start
    synchronize()
    return seconds / count


def to_the_end(work: Callable[[], Any], count: int) -> float:
    """Seconds for each call, until the device is done with the last."""
    synchronize()
    start = time.perf_counter()
    for _ in range(count):
        work()
    synchronize()
    return (time.perf_counter() - start) / count


def by_device(work: Callable[[], Any], count: int) -> float:
    """Seconds of the device for each call."""
    import flambeau.tensor as ft

    begin, end = ft.cuda.Event(enable_timing=True), ft.cuda.Event(enable_timing=True)
    synchronize()
    begin.record()
    for _ in range(count):
        work()
    end.record()
    return begin.elapsed_time(end) / 1e3 / count


CLOCKS = {"host": by_host, "step": to_the_end, "device": by_device}


def calls_in_a_block(work: Callable[[], Any]) -> int:
    """How many calls take about as long as a block, after a few that warm up."""
    to_the_end(work, 3)
    return max(1, min(MOST, round(BLOCK / to_the_end(work, 3))))


def measured(row: Row, bandwidth: float | None) -> dict[str, Any]:
    """The row's figures; of a rival that fails, the error."""
    works: dict[str, tuple[Callable[[], Any], int]] = {}
    figures: dict[str, Any] = {}
    for name, setup in row.rivals.items():
        try:
            work = setup()
            works[name] = work, calls_in_a_block(work)
        except Exception as error:
            figures[f"{name} failed"] = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(TURNS[row.kind]):
        for name in list(works)[:: -1 if turn % 2 else 1]:
            work, count = works[name]
            work()
            seconds[name].append(CLOCKS[row.kind](work, count))
    times = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in times.items():
        figures[name] = {"seconds": median, "low": min(seconds[name]), "high": max(seconds[name])}
        if row.moved and bandwidth:
            figures[name]["share of copies"] = round(row.moved / median / bandwidth, 3)
        if row.things:
            figures[name]["per second"] = row.things / median
    for name in times:
        if name != OURS and OURS in times:
            # Of what was measured one after the other: how fast the host was meanwhile is the same for both.
            ratios = [other / ours for other, ours in zip(seconds[name], seconds[OURS], strict=True)]
            figures[f"{name} / {OURS}"] = round(statistics.median(ratios), 3)
    if row.goal is not None and OURS in times:
        if row.moved:
            reached = figures[OURS].get("share of copies", 0.0)
        else:
            reached = min((figures[f"{n} / {OURS}"] for n in times if n != OURS), default=0.0)
        figures["goal"], figures["reached"] = row.goal, bool(reached >= row.goal)
    return figures


def line(name: str, figures: dict[str, Any]) -> str:
    """The row as one line of text."""
    parts = []
    for rival, value in figures.items():
        if isinstance(value, dict):
            text = f"{rival} {duration(value['seconds'])}"
            if "share of copies" in value:
                text += f" ({value['share of copies']:.0%} of copies)"
            if "per second" in value:
                text += f" ({value['per second']:.4g}/s)"
            parts.append(text)
        elif rival not in ("goal", "reached"):
            parts.append(f"{rival} {value}")
    if "goal" in figures:
        parts.append(f"goal {figures['goal']}: {'reached' if figures['reached'] else 'NOT REACHED'}")
    return f"{name:44} " + ", ".join(parts)
