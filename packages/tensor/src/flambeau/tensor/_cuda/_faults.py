"""Indices out of range, for which nobody waits: noted on the device, raised at the next look at it.

Each device has a note in memory that the host shares. The first element that is outside its range is written there, of
the first launch that found one; :func:`check`, called whenever the host has waited for a device, raises for it. Where
launches block (``CUDA_LAUNCH_BLOCKING=1``) the call itself raises.
"""

from __future__ import annotations

import itertools
import threading
from typing import Any

import numpy as np

from .. import _backends
from . import _launch
from ._copy import dense
from ._source import INTEGERS, Source

SOURCE = Source("faults")
INSTANCES = {"note_outside": INTEGERS}

NOTE = ("report", "launch", "place", "x", "low", "size", "held")
KEPT = 4096  # of so many launches the arrays' shapes are known

_reports: list[tuple] = []
_shapes: list[Any] = [None] * KEPT
_launches = itertools.count(1)
_numbers: dict[tuple, int] = {}
_making = threading.RLock()  # of reports and notes
_notes: dict[tuple[Any, int], tuple[np.ndarray, int]] = {}


def watch(report: tuple, array: Any, low: int, size: int, ignored: int | None = None) -> None:
    """See :class:`flambeau.tensor.Backend`."""
    number = _numbers.get(report)
    if number is None:
        with _making:
            _reports.append(report)
            number = _numbers[report] = len(_reports)
    runtime = _launch.runtime()
    backend = _backends.by_array_type[type(array)]
    device = backend.device_index(array) or 0
    with backend.within(device):
        _look(runtime, device, array, low, size, ignored, number)
    if runtime.blocking:
        check()


def _look(runtime, device, array, low, size, ignored, number):
    note = _notes.get((runtime, device)) or _new_note(runtime, device)
    order = range(array.ndim)
    if not array.flags.c_contiguous:
        # In the order in which they lie in memory: of several that are wrong, the first one there is told.
        order = sorted(order, key=lambda d: -array.strides[d])
        array = dense(array.transpose(order))
    blocks = min(-(-array.size // 1024), 1024)
    kernel = SOURCE.kernel("note_outside", array.dtype)
    launch = next(_launches)
    _shapes[launch % KEPT] = launch, array.shape, order
    kernel(blocks, 256, 0, array, array.size, low, size, low if ignored is None else ignored, number, launch, note[1])


def _new_note(runtime, device):
    """The device's note, which another thread may have made meanwhile."""
    with _making:
        note = _notes.get((runtime, device))
        if note is None:
            words = runtime.shared_words(len(NOTE))
            note = _notes[runtime, device] = words, words.ctypes.data
        return note


def check() -> None:
    """Raise for what was noted. The devices must have been waited for: what they still do is noted later."""
    runtime = _launch.runtime()
    for (of, _), (note, _) in list(_notes.items()):  # another thread may use another device now
        if note[0] and of is runtime:
            number, launch, place, wrong, low, size, _ = (int(n) for n in note)
            note[:] = 0
            function, *rest = _reports[number - 1]
            function(*rest, low, size, wrong, _index(launch, place))


def _index(launch: int, place: int) -> tuple[int, ...] | None:
    """Where in its array the element is that a launch noted; None where that was too long ago, or there is no where."""
    of, shape, order = _shapes[launch % KEPT]
    if of != launch or not shape:
        return None
    found = dict(zip(order, np.unravel_index(place, shape), strict=True))
    return tuple(int(found[d]) for d in range(len(shape)))
