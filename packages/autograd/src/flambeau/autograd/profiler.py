"""Where time and memory go, operator by operator.

Example:
    >>> from flambeau.autograd import profiler
    >>> x = Variable(ft.ones(100), requires_grad=True)
    >>> with profiler.profile() as prof:
    ...     (x.exp() * x).sum().backward()
    >>> {row.name: row.count for row in prof.averages()}["backward of exp"]
    1
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from . import _observing
from ._core.engine import calling_line

__all__ = ["Event", "Row", "profile", "record_function"]


@dataclass
class Event:
    """One call of an operator or of a user's Function, one step of backward, or one labelled block."""

    name: str
    kind: str  # "operator", "function" (a user's), "backward" or "label"
    start: int  # nanoseconds of time.perf_counter_ns
    thread: int
    shapes: tuple[tuple[int, ...], ...] = ()
    line: str = ""  # of user code: what called it, or what recorded the step of backward that it is, or is part of
    end: int = 0
    memory: int = 0  # bytes of results that share no memory with an argument
    inner: int = field(default=0, repr=False)  # nanoseconds in events inside this one

    @property
    def duration(self) -> float:
        """Seconds."""
        return (self.end - self.start) / 1e9

    @property
    def own(self) -> float:
        """Seconds, without those of events inside."""
        return (self.end - self.start - self.inner) / 1e9


@dataclass
class Row:
    """All events of one name."""

    name: str
    kind: str
    count: int = 0
    total: float = 0.0  # seconds
    own: float = 0.0  # seconds, without events inside
    memory: int = 0  # bytes


class profile:
    """Within the block, measure every operator call, Function and step of backward, of all threads.

    Measuring takes a few microseconds for each call, and calls take the general path, so proportions among small ones
    are rough.

    Args:
        record_shapes: note the shapes of arguments, too.

    Example:
        >>> from flambeau.autograd.profiler import profile
        >>> with profile() as prof:
        ...     y = ft.ones(1000, 250).sum(dim=0)
        >>> print(prof.table())  # doctest: +SKIP
        name    count      total       self        average       memory
        ones        1     228 us     228 us         228 us     976.6 KiB
        sum         1    72.3 us    72.3 us        72.3 us       1000 B
        >>> [(e.name, e.memory) for e in prof.events]
        [('ones', 1000000), ('sum', 1000)]
    """

    def __init__(self, record_shapes: bool = False) -> None:
        self.events: list[Event] = []
        self.record_shapes = record_shapes
        self._threads = threading.local()
        self._exit: contextlib.ExitStack | None = None

    def __enter__(self) -> profile:
        if self._exit is not None:
            errors.value_error("profile", None, "a profiler that is not running", "one that is")
        self._exit = contextlib.ExitStack()
        self._exit.enter_context(ft.observe(self._after_call, self._before_call))
        _observing.add(self)
        self._exit.callback(_observing.remove, self)
        _running.append(self)
        self._exit.callback(lambda: _running.remove(self))
        return self

    def __exit__(self, *error: object) -> None:
        assert self._exit is not None
        self._exit.close()
        self._exit = None

    # What was measured

    def averages(self) -> list[Row]:
        """The events by name, those that took most time of their own first."""
        rows: dict[tuple[str, str], Row] = {}
        for event in self.events:
            row = rows.setdefault((event.kind, event.name), Row(event.name, event.kind))
            row.count += 1
            row.total += event.duration
            row.own += event.own
            row.memory += event.memory
        return sorted(rows.values(), key=lambda row: -row.own)

    def table(self, sort_by: str = "own", row_limit: int | None = None) -> str:
        """The events by name, as text.

        Args:
            sort_by: ``"own"``, ``"total"``, ``"count"`` or ``"memory"``, the largest first; or ``"name"``.
            row_limit: how many rows; by default all.

        Returns:
            Text of a line for each name.

        Raises:
            ValueError: something else to sort by.
        """
        keys: dict[str, Any] = {
            "own": lambda r: -r.own, "total": lambda r: -r.total, "count": lambda r: -r.count,
            "memory": lambda r: -r.memory, "name": lambda r: r.name,
        }  # fmt: skip
        if sort_by not in keys:
            errors.value_error("table", "sort_by", " or ".join(map(repr, keys)), repr(sort_by))
        rows = sorted(self.averages(), key=keys[sort_by])[:row_limit]
        cells = [["name", "count", "total", "self", "average", "memory"]]
        for row in rows:
            times = [_seconds(t) for t in (row.total, row.own, row.total / row.count)]
            cells.append([row.name, str(row.count), *times, _bytes(row.memory)])
        widths = [max(len(line[k]) for line in cells) for k in range(len(cells[0]))]
        return "\n".join(
            "  ".join(
                text.ljust(w) if k == 0 else text.rjust(w) for k, (text, w) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in cells
        )

    def export_chrome_trace(self, path: str | os.PathLike[str]) -> None:
        """Write the events as JSON for ``chrome://tracing`` and https://ui.perfetto.dev.

        Args:
            path: the file.
        """
        import json

        start = min((event.start for event in self.events), default=0)
        threads = {thread: i for i, thread in enumerate(dict.fromkeys(event.thread for event in self.events))}
        trace = [
            {
                "name": event.name, "cat": event.kind, "ph": "X", "pid": os.getpid(), "tid": threads[event.thread],
                "ts": (event.start - start) / 1e3, "dur": (event.end - event.start) / 1e3,
                "args": {"memory": event.memory, "line": event.line, "shapes": [list(s) for s in event.shapes]},
            }
            for event in sorted(self.events, key=lambda event: event.start)
        ]  # fmt: skip
        Path(path).write_text(json.dumps({"traceEvents": trace, "displayTimeUnit": "ns"}))

    def __repr__(self) -> str:
        return self.table()

    # Measuring

    @property
    def _open(self) -> list[tuple[Any, Event]]:
        """Events of this thread that have begun, with what tells them apart."""
        if not hasattr(self._threads, "open"):
            self._threads.open = []
        return self._threads.open

    def _begin(self, key: Any, name: str, kind: str, line: str = "", shapes: tuple = ()) -> None:
        event = Event(name, kind, 0, threading.get_ident(), shapes, line)
        self._open.append((key, event))
        event.start = time.perf_counter_ns()

    def _end(self, key: Any, memory: int = 0) -> None:
        now = time.perf_counter_ns()
        opened = self._open
        while opened:
            of, event = opened.pop()
            if of is key:  # others have failed
                event.end, event.memory = now, memory
                self.events.append(event)
                if opened:
                    opened[-1][1].inner += event.end - event.start
                return

    def _before_call(self, op: Any, args: tuple, out: Any) -> None:
        step = self._open[-1][1] if self._open else None
        line = step.line if step is not None and step.kind == "backward" else calling_line()
        self._begin(args, op.name + "_" if out is not None else op.name, "operator", line, self._shapes(args))

    def _shapes(self, args: tuple) -> tuple[tuple[int, ...], ...]:
        return tuple(x.shape for x in args if isinstance(x, Tensor)) if self.record_shapes else ()

    def _after_call(self, op: Any, args: tuple, out: Any, result: Any) -> None:
        memory = 0
        if out is None and not op.view:
            for x in result if isinstance(result, (tuple, list)) else (result,):
                if isinstance(x, Tensor):
                    memory += x.numel() * x.element_size()
        self._end(args, memory)

    def begin(self, outputs: tuple) -> None:
        self._begin(outputs, "backward", "label")

    def end(self) -> None:
        opened = self._open
        while opened and opened[-1][1].kind != "label":
            opened.pop()  # steps that failed
        if opened:
            self._end(opened[-1][0])

    def before_function(self, function: Any, args: tuple) -> None:
        self._begin(args, function.__name__, "function", calling_line(), self._shapes(args))

    def after_function(self, function: Any, args: tuple, returned: Any) -> None:
        self._end(args)

    def before(self, node: Any, grads: Any) -> None:
        self._begin(node, f"backward of {node.name}", "backward", node.line)

    def after(self, node: Any, grads: Any, found: list) -> None:
        self._end(node)


_running: list[profile] = []


@contextlib.contextmanager
def record_function(name: str) -> Iterator[None]:
    """Give a block a name in the profiles that are running.

    Args:
        name: what it is called in tables and traces.

    Example:
        >>> from flambeau.autograd.profiler import profile, record_function
        >>> with profile() as prof, record_function("first layer"):
        ...     y = ft.ones(2) + 1
        >>> [event.name for event in prof.events]
        ['ones', 'add', 'first layer']
    """
    key = object()
    profiles = list(_running)
    for prof in profiles:
        prof._begin(key, name, "label")
    try:
        yield
    finally:
        for prof in profiles:
            prof._end(key)


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.0f} ns"


def _bytes(value: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.4g} {unit}"
        value /= 1024
    return f"{value:.4g} GiB"
