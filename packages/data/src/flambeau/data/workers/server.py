"""The process that workers are forked from.

It is a fresh interpreter with one thread, which has imported what workers need and runs none of the user's code:
forking it is quick and safe, whatever threads the training process has. There is one for each training process. It
ends when that process ends, and its workers with it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import socket
import traceback

from . import process


def main(control: socket.socket) -> None:
    """Fork a worker at each request; tell how each ended; end when the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([control.fileno(), wake], [], [])
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
            _reap(control, children)
        if control.fileno() in ready:
            try:
                request, descriptors, _, _ = socket.recv_fds(control, 64, 3)
            except ConnectionResetError:  # it ended without having read all that it was told
                break
            if not request:
                break
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for fd in (wake, waker, control.detach()):
                    os.close(fd)
                _run(descriptors)
            children.add(pid)
            for fd in descriptors:
                os.close(fd)
            _tell(control, ("started", pid, int(request)))
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _reap(control: socket.socket, children: set[int]) -> None:
    while children:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        children.discard(pid)
        _tell(control, ("ended", pid, os.waitstatus_to_exitcode(status)))


def _tell(control: socket.socket, message: tuple[str, int, int]) -> None:
    with contextlib.suppress(OSError):  # the other side is gone, which the next select will say
        control.send(pickle.dumps(message))


def _run(descriptors: list[int]) -> None:
    """The worker; never returns into the server's loop."""
    code = 1
    try:
        process.serve_descriptors(*descriptors)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
