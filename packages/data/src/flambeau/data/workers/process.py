"""What a worker does: read the batches it is asked for, until nobody can ask any more.

The worker's main thread reads. A second thread receives the tasks, so that the training process never waits for this
one to take them; and when the connection closes, because the loader is done or the training process is gone, it ends
the worker at once, whatever the main thread is doing.
"""

from __future__ import annotations

import copy
import ctypes
import faulthandler
import math
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from reprlib import repr as short
from typing import Any

import cloudpickle  # type: ignore[import-untyped]  # it says no types
import flambeau.tensor as ft
import numpy as np

from .. import _torch as torch
from .. import collate, randomness
from ..worker_info import WorkerInfo, current
from . import arena as arenas
from .transfer import dump, unpacked


@dataclass
class Work:
    """What all workers of a pool get: how to read, and what to do first."""

    fetch: Any
    init: Any
    num_workers: int
    seed: int
    registered: dict[type, Any]  # what default_collate was taught here


@dataclass
class Task:
    """One batch to read."""

    number: int
    epoch: int
    indices: Any
    gone: list[int]  # places in the arena that the training process holds no longer


@dataclass
class Report:
    """An exception on its way to the training process."""

    pickled: bytes | None  # None: cannot be rebuilt there
    kind: str
    message: str
    text: str  # the traceback


def report_of(error: BaseException) -> Report:
    if "CUDA" in f"{type(error).__name__} {error}":
        error.add_note("in a worker: read on the CPU and move batches to the GPU in the training loop")
    text = "".join(traceback.format_exception(error)).rstrip()
    try:
        pickled = cloudpickle.dumps(error)
        # What is no Exception, such as that of sys.exit(), is meant for the process where it is raised, and no other.
        rebuilt = isinstance(error, Exception) and type(pickle.loads(pickled)) is type(error)
    except Exception:
        rebuilt = False
    return Report(pickled if rebuilt else None, type(error).__name__, str(error), text)


class Reader:
    """Reads tasks with a fetch stage: seeds what needs seeding, and calls ``init`` first.

    Used by processes and by threads alike.
    """

    def __init__(self, work: Work, number: int, own_process: bool):
        self.work = work
        self.number = number
        self.own_process = own_process
        self._fetch = copy.copy(work.fetch)  # it may count, and threads count for themselves
        self._epoch: int | None = None

    def begin(self) -> None:
        self._set_info(0)
        if self.own_process:
            for kind, function in self.work.registered.items():
                collate.register_collate(kind, function)
            torch.use_one_thread()
        if self.work.init is not None:
            self.work.init(self.number)

    def read(self, epoch: int, indices: Any) -> Any:
        if epoch != self._epoch:
            self._epoch = epoch
            self._set_info(epoch)
            if self.own_process:
                randomness.seed_globals(self.work.seed, epoch, self.number)
        randomness.begin_epoch(self.work.seed, epoch)
        try:
            return self._fetch(indices)
        finally:
            randomness.end_epoch()

    def _set_info(self, epoch: int) -> None:
        seed = randomness.mixed(self.work.seed, epoch, self.number)
        current.info = WorkerInfo(self.number, self.work.num_workers, seed, self.work.fetch.dataset)
        if self.own_process:
            torch.set_worker_info(current.info)


def serve(connection: Connection, arena_fd: int, work: Callable[[], Work], number: int) -> None:
    """Read batches until the connection closes. What cannot begin, be it because of the ``work`` itself, says why."""
    _quieten()
    arena = arenas.Arena(arena_fd)
    os.close(arena_fd)
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, tasks), daemon=True).start()
    try:
        reader = Reader(work(), number, own_process=True)
        reader.begin()
    except BaseException as error:
        _send(connection, ("failed", None, report_of(error)))
        threading.Event().wait()  # for the end
    collate.memory.allocate = _allocator(arena)
    while True:
        task = tasks.get()
        for offset in task.gone:
            arena.release(offset)
        try:
            message: tuple[Any, ...] = (
                "batch",
                task.number,
                *_sent(reader.read(task.epoch, task.indices), task, arena),
            )
        except BaseException as error:
            message = ("failed", task.number, report_of(error))
        _send(connection, message)


def _sent(batch: Any, task: Task, arena: arenas.Arena) -> tuple[bytes, list[Any], list[int]]:
    try:
        return dump(batch, arena)
    except Exception as error:
        error.add_note(f"while sending the batch of indices {short(task.indices)}")
        raise


def _send(connection: Connection, message: Any) -> None:
    try:
        connection.send_bytes(pickle.dumps(message, protocol=5))
    except OSError:
        os._exit(0)  # nobody is there to read it


def _receive(connection: Connection, tasks: queue.SimpleQueue[Task]) -> None:
    try:
        while True:
            tasks.put(pickle.loads(connection.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)


def _allocator(arena: arenas.Arena) -> Any:
    """Memory of new batches straight in the arena, so that they need not be copied there."""

    def allocate(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray | None:
        size = math.prod(shape) * dtype.itemsize
        found = arena.allocate(size) if size >= 1024 else None
        if found is None:
            return None
        return np.frombuffer(found[1], dtype).reshape(shape)

    return allocate


def _quieten() -> None:
    """A worker leaves Ctrl-C to the training process, shows where it crashed, and computes on its one core."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    ft.set_num_threads(1)
    _keep_memory()


# <malloc.h> of the GNU C library
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def _keep_memory() -> None:
    """Samples of the next batch are as large as those of this one: memory that the C library gave back in between would
    be zeroed by the system, page by page, for each batch."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_TRIM_THRESHOLD, 128 * arenas.MEBIBYTE)
        mallopt(_M_MMAP_THRESHOLD, 32 * arenas.MEBIBYTE)  # the most it takes


def serve_descriptors(connection_fd: int, arena_fd: int, payload_fd: int) -> None:
    """A worker that begins with nothing but three descriptors."""
    connection = Connection(connection_fd)
    try:
        place = pickle.loads(connection.recv_bytes())
    except (EOFError, OSError):
        return
    sys.path[:] = place["path"]
    os.environ.update(place["environment"])
    os.chdir(place["folder"])
    serve(connection, arena_fd, partial(unpacked, payload_fd), place["number"])
