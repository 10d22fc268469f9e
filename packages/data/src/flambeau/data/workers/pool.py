"""The workers of one loader, as seen from the training process: hands out tasks, takes in batches, notices who
fails."""

from __future__ import annotations

import atexit
import contextlib
import math
import multiprocessing.connection
import pickle
import queue
import signal
import threading
import time
import weakref
from _thread import start_new_thread
from reprlib import repr as short
from typing import Any, NoReturn, Protocol

from flambeau.tensor import errors

from . import start
from .process import Reader, Report, Task, Work
from .transfer import load

# Seconds of one wait. Ctrl-C that comes just before a wait, or is taken by another thread, does not end it: the main
# thread hears of it only when it runs again.
_BREATH = 0.5

_MEMORY = (
    "when memory runs out, the system kills processes: fewer workers, a smaller prefetch_factor or smaller batches "
    "need less"
)


class Pool(Protocol):
    """What a loader needs of its workers."""

    size: int
    reads: int | None  # a fingerprint of what its workers read; None: not known

    def submit(self, epoch: int, indices: Any, worker: int | None = None) -> int:
        """Have a batch read; by any worker, or by a certain one. Gives the number of the task."""

    def take(self, number: int | None, timeout: float) -> tuple[int, Any]:
        """The batch of a task, or the first of any task that there is: ``(number, batch)``."""

    def forget(self) -> None:
        """Nobody waits any longer for the tasks that were submitted."""

    def alive(self) -> bool:
        """Whether all workers are still there, for this process."""

    def close(self) -> None:
        """End the workers."""


class _Shared:
    """What pools of processes and of threads have in common."""

    def __init__(self, size: int):
        self.size = size
        self.reads: int | None = None
        self.held: list[dict[int, Any]] = [{} for _ in range(size)]  # of each worker: its tasks and their indices
        self.done: dict[int, Any] = {}  # batches that arrived before their turn
        self._number = 0
        self._forgotten = -1  # tasks up to this number are not waited for

    def _new_task(self, indices: Any, worker: int | None) -> tuple[int, int]:
        if worker is None:
            worker = min(range(self.size), key=lambda w: len(self.held[w]))
        self._number += 1
        self.held[worker][self._number] = indices
        return self._number, worker

    def forget(self) -> None:
        self._forgotten = self._number
        self.done.clear()

    def _ready(self, number: int | None) -> tuple[int, Any] | None:
        if number is None:
            number = next(iter(self.done), -1)  # -1: of no task
        return (number, self.done.pop(number)) if number in self.done else None

    def take(self, number: int | None, timeout: float) -> tuple[int, Any]:
        deadline = time.monotonic() + timeout if timeout else math.inf
        while (found := self._ready(number)) is None:
            left = max(deadline - time.monotonic(), 0)
            if not self._receive(min(left, _BREATH)) and time.monotonic() >= deadline:
                self._too_late(number, timeout)
        result = found[1]
        if isinstance(result, _Failure):
            result.throw()
        return found

    def _receive(self, seconds: float) -> bool:
        """Take in what workers have sent, at least one message; False when none came in time."""
        raise NotImplementedError

    def _too_late(self, number: int | None, timeout: float) -> NoReturn:
        who = next((w for w, held in enumerate(self.held) if number in held or (number is None and held)), 0)
        indices = short(next(iter(self.held[who].values()), None))
        expected = f"a batch within {timeout} seconds"
        raise TimeoutError(
            errors.message(
                "DataLoader", "timeout", expected, f"none from {self._name(who)}, which reads indices {indices}"
            )
        )

    def _name(self, worker: int) -> str:
        return f"worker {worker}"

    def _arrived(self, worker: int, number: int, result: Any) -> None:
        del self.held[worker][number]
        if number > self._forgotten:
            self.done[number] = result


class _Failure:
    """An exception that happened while a batch was read; raised when it is that batch's turn."""

    def __init__(self, report: Report, worker: str):
        self.report = report
        self.worker = worker

    def throw(self) -> NoReturn:
        report = self.report
        if report.pickled is None:
            error: BaseException = RuntimeError(f"{report.kind}: {report.message}")
        else:
            error = pickle.loads(report.pickled)
        error.add_note(f"in {self.worker}:\n{report.text}")
        raise error


class ProcessPool(_Shared):
    """Workers that are processes."""

    def __init__(self, work: Work, method: str, data: bytes, buffers: list[memoryview]):
        super().__init__(work.num_workers)
        self.workers = start.run(method, work, data, buffers)
        self._free: list[list[int]] = [[] for _ in self.workers]  # places that the workers do not know to be free
        self._by_connection = {worker.connection: worker for worker in self.workers}
        _pools.add(self)
        self._finalizer = weakref.finalize(self, _end_later, self.workers)
        self._finalizer.atexit = False  # _close_all does that, and waits

    def submit(self, epoch: int, indices: Any, worker: int | None = None) -> int:
        number, chosen = self._new_task(indices, worker)
        self._take_back(chosen)
        task = Task(number, epoch, indices, self._free[chosen])
        self._free[chosen] = []
        with contextlib.suppress(OSError):  # it ended: said when it is this task's turn, after what has arrived already
            self.workers[chosen].connection.send_bytes(pickle.dumps(task, protocol=5))
        return number

    def alive(self) -> bool:
        return all(worker.alive() for worker in self.workers)

    def close(self) -> None:
        if self._finalizer.detach() is not None:
            start.end(self.workers)

    def _take_back(self, worker: int) -> None:
        """Note which of a worker's places no batch lies in any more."""
        self._free[worker].extend(lent.offset for lent in self.workers[worker].arena.returned())

    def _name(self, worker: int) -> str:
        return f"worker {worker} (pid {self.workers[worker].pid})"

    def _receive(self, seconds: float) -> bool:
        ready: Any = multiprocessing.connection.wait(list(self._by_connection), seconds)
        for connection in ready:
            self._receive_from(self._by_connection[connection])
        return bool(ready)

    def _receive_from(self, worker: start.Worker) -> None:
        try:
            kind, number, *rest = pickle.loads(worker.connection.recv_bytes())
        except (EOFError, OSError):
            self._died(worker)
        if kind == "batch" and number > self._forgotten:
            self._arrived(worker.number, number, self._loaded(worker, *rest))
        elif kind == "batch":  # nobody waits for it: its places are free again
            self._free[worker.number].extend(part for part in rest[1] if isinstance(part, int))
            self._arrived(worker.number, number, None)
        elif number is None:
            _Failure(rest[0], self._name(worker.number)).throw()
        else:
            self._arrived(worker.number, number, _Failure(rest[0], self._name(worker.number)))

    def _loaded(self, worker: start.Worker, data: bytes, parts: list[Any], sizes: list[int]) -> Any:
        used = sum(size for part, size in zip(parts, sizes, strict=True) if isinstance(part, int))
        self._take_back(worker.number)
        # Who keeps batches gets copies, so that the worker does not run out of places.
        copy = worker.arena.lent + used > worker.arena.size // 2
        return load(data, parts, sizes, worker.arena, copy)

    def _died(self, worker: start.Worker) -> NoReturn:
        held = [index for index in self.held[worker.number].values()]
        code = worker.exit_code(2.0)
        self.close()
        while_reading = f" while reading indices {short(held[0])}" if held else ""
        raise RuntimeError(
            errors.message(
                "DataLoader", None, f"{self._name(worker.number)} to go on", f"{_ending(code)}{while_reading}",
                _MEMORY if code == -signal.SIGKILL else None,
            )
        )  # fmt: skip


def _ending(code: int | None) -> str:
    if code is None:
        return "its end"
    if code < 0:
        return f"its end by signal {-code} ({signal.Signals(-code).name})"
    return f"its exit with status {code}"


_pools: weakref.WeakSet[ProcessPool] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """The interpreter exits."""
    for pool in list(_pools):
        pool.close()


def _end_later(workers: list[start.Worker]) -> None:
    """End workers of a pool that nobody has any more, in another thread: this is a finalizer, where Ctrl-C would be
    lost, so it must not take long."""
    try:
        start_new_thread(start.end, (workers,))
    except RuntimeError:  # no more threads: the interpreter exits
        start.end(workers)


class ThreadPool(_Shared):
    """Workers that are threads of this process: nothing is copied, and Python code runs one thread at a time."""

    def __init__(self, work: Work):
        super().__init__(work.num_workers)
        self._results: queue.SimpleQueue[tuple[int, int | None, Any]] = queue.SimpleQueue()
        self._tasks: list[queue.SimpleQueue[Task | None]] = [queue.SimpleQueue() for _ in range(self.size)]
        self._threads = [
            threading.Thread(target=_thread, args=(work, number, tasks, self._results), daemon=True)
            for number, tasks in enumerate(self._tasks)
        ]
        for thread in self._threads:
            thread.start()
        self._close = weakref.finalize(self, _end_threads, self._tasks)

    def submit(self, epoch: int, indices: Any, worker: int | None = None) -> int:
        number, chosen = self._new_task(indices, worker)
        self._tasks[chosen].put(Task(number, epoch, indices, []))
        return number

    def alive(self) -> bool:
        return all(thread.is_alive() for thread in self._threads)

    def close(self) -> None:
        self._close()

    def _receive(self, seconds: float) -> bool:
        try:
            worker, number, result = self._results.get(timeout=seconds)
        except queue.Empty:
            return False
        if number is None:
            raise result.error
        self._arrived(worker, number, result)
        return True

    def take(self, number: int | None, timeout: float) -> tuple[int, Any]:
        found, result = super().take(number, timeout)
        if isinstance(result, _Raised):
            raise result.error
        return found, result


class _Raised:
    """An exception of a thread. What is no Exception, such as that of sys.exit(), would end the training process."""

    def __init__(self, error: BaseException):
        if isinstance(error, Exception):
            self.error = error
        else:
            self.error = RuntimeError(f"{type(error).__name__}: {error}")
            self.error.__cause__ = error


def _thread(work: Work, number: int, tasks: queue.SimpleQueue[Task | None], results: queue.SimpleQueue[Any]) -> None:
    reader = Reader(work, number, own_process=False)
    try:
        reader.begin()
    except BaseException as error:
        results.put((number, None, _Raised(error)))
        return
    while (task := tasks.get()) is not None:
        try:
            result: Any = reader.read(task.epoch, task.indices)
        except BaseException as error:
            result = _Raised(error)
        results.put((number, task.number, result))


def _end_threads(tasks: list[queue.SimpleQueue[Task | None]]) -> None:
    for each in tasks:
        each.put(None)
