"""What must live until a device is done with it, though nobody holds it any more."""

from __future__ import annotations

import itertools
from typing import Any

from cupy.cuda import Event

from ._devices import Current

# By number. No lock: each step is one of the dict's, and a finalizer that runs in between may keep things itself.
_kept: dict[int, tuple[Any, tuple[Any, ...]]] = {}
_numbers = itertools.count()


def keep(stream: Any, index: int, *things: Any) -> None:
    """Hold things until all that is queued in a stream of CuPy's, of device ``index``, by now is done."""
    with Current(index):
        event = Event(disable_timing=True)
        event.record(stream)
    release()
    _kept[next(_numbers)] = event, things


def release(wait: bool = False) -> None:
    """Let go what the devices are done with; all of it, having waited for them, if ``wait``."""
    for number in list(_kept):
        event, _ = _kept.get(number, (None, None))
        if event is None:  # let go by another thread
            continue
        if wait:
            event.synchronize()
        if wait or event.done:
            _kept.pop(number, None)
