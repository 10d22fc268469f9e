"""What must live until a device is done with it, though nobody holds it any more."""

from __future__ import annotations

import collections
import threading
from typing import Any

from cupy.cuda import Event

from ._devices import Current

_kept: collections.deque[tuple[Any, tuple[Any, ...]]] = collections.deque()
_lock = threading.Lock()


def keep(stream: Any, index: int, *things: Any) -> None:
    """Hold things until all that is queued in a stream of CuPy's, of device ``index``, by now is done."""
    with Current(index):
        event = Event(disable_timing=True)
        event.record(stream)
    release()
    with _lock:
        _kept.append((event, things))


def release() -> None:
    """Let go what the devices are done with."""
    with _lock:
        for _ in range(len(_kept)):
            event, things = _kept.popleft()
            if not event.done:
                _kept.append((event, things))
