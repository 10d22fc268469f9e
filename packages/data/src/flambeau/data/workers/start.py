"""How worker processes begin: forked from the server, forked from this process, or as new interpreters."""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from io import FileIO
from multiprocessing.connection import Connection

from . import arena as arenas
from . import process, transfer

_FEW_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

# Our ends of the connections.
_ours: weakref.WeakSet[Connection] = weakref.WeakSet()

# Held while one of them is closed, and while this process is forked: the fork of a thread that is between closing a
# descriptor and forgetting it would close another one of the same number.
_closing = threading.RLock()


def close(connection: Connection) -> None:
    """Close one of our ends, if it is not closed yet."""
    with _closing, contextlib.suppress(OSError):  # a program may have closed all its descriptors, as daemons do
        connection.close()


def _leave_them_alone() -> None:
    """In a forked process: workers and server are there for the one that began them, and would not notice its end as
    long as copies of its ends of the connections are open."""
    global _server_lock
    _closing.release()
    _server_lock = threading.Lock()
    for connection in list(_ours):
        close(connection)
    if _server is not None:
        _server.control.close()


os.register_at_fork(before=_closing.acquire, after_in_parent=_closing.release, after_in_child=_leave_them_alone)


class Worker:
    """A worker process, as the training process holds it."""

    def __init__(
        self, number: int, pid: int, connection: Connection, arena: arenas.Mapping, code: Callable[[float], int | None]
    ):
        self.number = number
        self.pid = pid
        self.connection = connection
        self.arena = arena
        self._code = code
        self._owner = os.getpid()
        try:
            self._handle: int | None = os.pidfd_open(pid)
        except OSError:  # it has ended already
            self._handle = None

    def exit_code(self, seconds: float) -> int | None:
        """How it ended (minus the signal's number, if by a signal), or None when that is not known in time."""
        return self._code(seconds)

    def alive(self) -> bool:
        """Whether it is there, and works for this process."""
        if os.getpid() != self._owner:
            return False
        return self._handle is not None and not select.select([self._handle], [], [], 0)[0]

    def end(self, seconds: float = 1.0) -> None:
        """Close the connection, which ends it; kill it if it does not end in time. Not from a forked process."""
        close(self.connection)
        if os.getpid() != self._owner:
            return
        if self._handle is not None:
            if not select.select([self._handle], [], [], seconds)[0]:
                with contextlib.suppress(OSError):
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                select.select([self._handle], [], [], 5.0)
            os.close(self._handle)
            self._handle = None
        self._code(0.5)  # which reaps it


def end(workers: list[Worker]) -> None:
    """End the workers of a pool."""
    for worker in workers:  # all at once, then one after the other
        close(worker.connection)
    for worker in workers:
        worker.end()


def _ends(workers: int) -> tuple[Connection, socket.socket, FileIO]:
    """Our end of a new connection, the worker's, and a new arena."""
    ours, theirs = socket.socketpair()
    connection = Connection(ours.detach())
    _ours.add(connection)
    return connection, theirs, FileIO(arenas.create(arenas.limit(workers)), "r+")


def _place(number: int) -> bytes:
    """Where the training process is: the worker finds modules and files as it does."""
    return pickle.dumps(
        {"path": sys.path, "folder": os.getcwd(), "environment": {**os.environ, **_FEW_THREADS}, "number": number}
    )


def _interpreter(role: str, descriptors: list[int]) -> subprocess.Popen[bytes]:
    """A new interpreter of these packages, which keeps the descriptors: see ``__main__``. It has a session of its own,
    as a terminal sends Ctrl-C to all processes of one, also while they begin."""
    path = os.pathsep.join(folder for folder in sys.path if folder)
    return subprocess.Popen(
        [sys.executable, "-m", "flambeau.data.workers", role, *map(str, descriptors)],
        env={**os.environ, **_FEW_THREADS, "PYTHONPATH": path},
        pass_fds=descriptors,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


# The server -------------------------------------------------------------------------------------------------------


class _Server:
    """The server of this process; begun when first needed."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control = ours
        self.lock = threading.Lock()
        self.codes: dict[int, int] = {}
        self.requests = 0
        with theirs:
            self.process = _interpreter("server", [theirs.fileno()])

    def alive(self) -> bool:
        return self.process.poll() is None  # which is said of children of this process only

    def fork(self, descriptors: list[int]) -> int:
        with self.lock:
            self.requests += 1
            socket.send_fds(self.control, [str(self.requests).encode()], descriptors)
            while True:
                kind, pid, number = self._receive(60.0)
                if kind == "ended":
                    self.codes[pid] = number
                    continue
                self.codes.pop(pid, None)  # of an earlier process of the same number
                if number == self.requests:  # and not the answer to one that Ctrl-C interrupted
                    return pid

    def code(self, pid: int, seconds: float) -> int | None:
        deadline = time.monotonic() + seconds
        with self.lock:
            while pid not in self.codes:
                left = max(deadline - time.monotonic(), 0)
                try:
                    kind, ended, code = self._receive(left)
                except (TimeoutError, OSError, EOFError):
                    return None
                if kind == "ended":
                    self.codes[ended] = code
            return self.codes[pid]

    def _receive(self, seconds: float) -> tuple[str, int, int]:
        if not select.select([self.control], [], [], seconds)[0]:
            raise TimeoutError
        data = self.control.recv(256)
        if not data:
            raise EOFError("the server of worker processes ended")
        message: tuple[str, int, int] = pickle.loads(data)
        return message


_server: _Server | None = None
_server_lock = threading.Lock()


def by_server(workers: list[Worker], work: process.Work, payload: int) -> None:
    """Workers forked from the server."""
    global _server
    with _server_lock:
        if _server is None or not _server.alive():
            _server = _Server()
        server = _server
    for number in range(work.num_workers):
        connection, theirs, arena = _ends(work.num_workers)
        with theirs, arena:
            pid = server.fork([theirs.fileno(), arena.fileno(), payload])
            connection.send_bytes(_place(number))
            workers.append(Worker(number, pid, connection, arenas.Mapping(arena.fileno()), partial(server.code, pid)))


# Others -----------------------------------------------------------------------------------------------------------


def by_spawn(workers: list[Worker], work: process.Work, payload: int) -> None:
    """Workers that are new interpreters."""
    for number in range(work.num_workers):
        connection, theirs, arena = _ends(work.num_workers)
        with theirs, arena:
            child = _interpreter("worker", [theirs.fileno(), arena.fileno(), payload])
            connection.send_bytes(_place(number))
            mapping = arenas.Mapping(arena.fileno())
            workers.append(Worker(number, child.pid, connection, mapping, partial(_popen_code, child)))


def _popen_code(child: subprocess.Popen[bytes], seconds: float) -> int | None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return child.wait(seconds)
    return None


def by_fork(workers: list[Worker], work: process.Work) -> None:
    """Workers forked from this process, which see its objects as they are."""
    for number in range(work.num_workers):
        connection, theirs, arena = _ends(work.num_workers)
        with theirs, arena, _interrupts_held_back():
            pid = os.fork()
            if pid == 0:
                _run_forked(theirs, arena.fileno(), work, number)
            codes: dict[int, int] = {}
            mapping = arenas.Mapping(arena.fileno())
            workers.append(Worker(number, pid, connection, mapping, partial(_child_code, pid, codes)))


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C waits until the end of the block. What hooks of a fork raise is ignored, and Ctrl-C that came during the
    fork would be raised there."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is None:
        yield  # no Python code handles it here
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def _run_forked(theirs: socket.socket, arena: int, work: process.Work, number: int) -> None:
    """The forked worker; never returns into the program it was forked from."""
    try:
        process.serve(Connection(theirs.detach()), arena, lambda: work, number)
    finally:
        os._exit(1)


def _child_code(pid: int, codes: dict[int, int], seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while pid not in codes:
        try:
            ended, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:  # somebody else waited for it
            return None
        if ended:
            codes[pid] = os.waitstatus_to_exitcode(status)
        elif time.monotonic() > deadline:
            return None
        else:
            time.sleep(0.002)
    return codes[pid]


def run(method: str, work: process.Work, data: bytes, buffers: list[memoryview]) -> list[Worker]:
    """Start the workers of a pool; ``data`` and ``buffers`` are the work, packed."""
    workers: list[Worker] = []
    try:
        if method == "fork":
            by_fork(workers, work)
            return workers
        payload = transfer.payload(data, buffers)
        try:
            (by_server if method == "server" else by_spawn)(workers, work, payload)
        finally:
            os.close(payload)
    except BaseException:  # not all could be started, or Ctrl-C came
        end(workers)
        raise
    return workers
