"""Faults of workers: each is reported within seconds, and nothing is left of the workers."""

import gc
import os
import re
import signal
import subprocess
import sys
import threading
import time

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import DataLoader

METHODS = ("server", "fork", "spawn")
LIMIT = 10.0  # seconds, for any fault
THIS = os.getpid()
KILLED = r"; when memory runs out, the system kills processes: .*"


class Faulty:
    """Goes wrong at an index, in a worker."""

    def __init__(self, fault, at):
        self.fault = fault
        self.at = at
        self.home = os.getpid()

    def __len__(self):
        return 400

    def __getitem__(self, index):
        if index == self.at and os.getpid() != self.home:
            self.fault()
        return np.zeros(1000, np.float32)


def die_by(number):
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # faulthandler would print what is expected here
    os.kill(os.getpid(), number)
    time.sleep(60)


def fail(error):
    raise error


FAULTS = {
    "SIGKILL": (
        lambda: die_by(9),
        RuntimeError,
        rf"its end by signal 9 \(SIGKILL\) while reading indices \[.*\]{KILLED}",
    ),
    "SIGSEGV": (lambda: die_by(11), RuntimeError, r"its end by signal 11 \(SIGSEGV\) while reading indices \[.*\]"),
    "exit": (lambda: os._exit(3), RuntimeError, r"its exit with status 3 while reading indices \[.*\]"),
    "raise": (lambda: fail(ValueError("a bad sample")), ValueError, "a bad sample"),
    "sleep": (
        lambda: time.sleep(1e6),
        TimeoutError,
        r".*'timeout': expected a batch within 2 seconds, got none from .*",
    ),
    "MemoryError": (lambda: fail(MemoryError("no room")), MemoryError, "no room"),
}


@pytest.fixture
def nothing_left():
    """Descriptors and processes are as before once the loader is gone; the server stays."""
    list(DataLoader(range(2), num_workers=1))  # the server is there already
    gc.collect()
    before = descriptors(), children()
    yield
    gc.collect()
    deadline = time.monotonic() + 5
    while (descriptors(), children()) != before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (descriptors(), children()) == before


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def children():
    """Processes below this one."""
    found = subprocess.run(
        ["ps", "-eo", "pid,ppid,stat"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[1:]
    below, parents = {THIS}, [(int(p), int(q)) for p, q, *_ in (line.split() for line in found)]
    for _ in range(3):
        below |= {pid for pid, parent in parents if parent in below}
    return len(below) - 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("at", [0, 200], ids=["first batch", "mid-epoch"])
@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_reported(nothing_left, fault, at, method):
    """In time, with what happened to which worker and what it held; an exception of the dataset as itself."""
    action, kind, text = FAULTS[fault]
    loader = DataLoader(Faulty(action, at), 10, num_workers=2, multiprocessing_context=method, timeout=2)
    began = time.monotonic()
    with pytest.raises(kind) as error:
        for _ in loader:
            pass
    assert time.monotonic() - began < LIMIT
    if kind is RuntimeError:
        text = rf"DataLoader\(\): expected worker [01] \(pid \d+\) to go on, got {text}"
    assert re.fullmatch(text, str(error.value)), str(error.value)
    if fault in ("raise", "MemoryError"):
        first, second = error.value.__notes__
        assert first == f"while reading index {at} of Faulty"
        assert re.match(r"in worker [01] \(pid \d+\):\nTraceback", second) and "in fail" in second


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_faults_at_shutdown(nothing_left, method, number):
    """Workers that die when nobody waits for them any more are no error; the next epoch has new ones."""
    loader = DataLoader(Faulty(lambda: None, 0), 10, num_workers=2, multiprocessing_context=method)
    list(loader)
    for worker in loader._crew._idle[0][0].workers:
        os.kill(worker.pid, number)
    time.sleep(0.2)
    assert len(list(loader)) == 40


def test_what_cannot_be_sent_is_named(nothing_left):
    """The attribute, however deep, and what to do."""

    class Inner:
        def __init__(self):
            self.lock = threading.Lock()

    dataset = Faulty(lambda: None, 0)
    dataset.transform = Inner()
    for method in ("server", "spawn"):
        with pytest.raises(TypeError) as error:
            list(DataLoader(dataset, 10, num_workers=2, multiprocessing_context=method))
        assert str(error.value) == (
            "DataLoader(): argument 'dataset.transform.lock': expected something that can be sent to workers, "
            "got lock (cannot pickle '_thread.lock' object); make it in the worker, when first used, "
            "or take multiprocessing_context='thread', which sends nothing"
        )
    for method in ("fork", "thread"):
        assert len(list(DataLoader(dataset, 10, num_workers=2, multiprocessing_context=method))) == 40


def test_errors_of_collate_arrive(nothing_left):
    """Ragged samples and an own collate_fn's exception, with the indices; a type that cannot be rebuilt as its text."""
    with pytest.raises(ft.ShapeError) as error:
        list(DataLoader([np.zeros(2), np.zeros(3)], 2, num_workers=1))
    assert str(error.value) == (
        "default_collate(): argument 'samples': expected arrays of one shape at sample, "
        "got (2,) from dataset index 0 and (3,) from dataset index 1; "
        "make them equal in the dataset, or give DataLoader a collate_fn that pads them"
    )

    class Odd(Exception):
        def __init__(self, a, b):
            super().__init__(f"{a} and {b}")

    def collate(samples):
        raise Odd(1, 2)

    with pytest.raises(RuntimeError) as error:
        list(DataLoader(range(2), 2, num_workers=1, collate_fn=collate))
    assert str(error.value) == "Odd: 1 and 2"


@pytest.mark.parametrize("method", [*METHODS, "thread"])
def test_errors_of_worker_init_fn_arrive(nothing_left, method):
    """It is raised in the training process, whatever the worker was asked for."""

    def init(number):
        raise LookupError(f"no data for worker {number}")

    with pytest.raises(LookupError) as error:
        list(DataLoader(range(8), 2, num_workers=2, worker_init_fn=init, multiprocessing_context=method))
    assert re.fullmatch("no data for worker [01]", str(error.value))


PARENT = """
import os, sys, time
from flambeau.data import DataLoader
class Slow:
    def __len__(self):
        return 1000
    def __getitem__(self, index):
        if index > 10:
            time.sleep(1e6)
        return os.getpid()
for batch in DataLoader(Slow(), None, num_workers=2, multiprocessing_context={method!r}):
    print(batch, flush=True)
"""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(method, number):
    """However the training process ends, its workers are gone within five seconds, also those stuck in a sample."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(method=method)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    pids = {int(parent.stdout.readline()) for _ in range(8)}
    time.sleep(0.2)
    parent.send_signal(number)
    parent.wait(LIMIT)
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(alive(pid) for pid in pids)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_threads_time_out_too():
    """A thread cannot be ended, but the loop can."""
    stop = threading.Event()

    class Stuck:
        def __len__(self):
            return 4

        def __getitem__(self, index):
            stop.wait(30)
            return index

    with pytest.raises(TimeoutError) as error:
        list(DataLoader(Stuck(), 2, num_workers=1, multiprocessing_context="thread", timeout=0.1))
    stop.set()
    assert str(error.value) == (
        "DataLoader(): argument 'timeout': expected a batch within 0.1 seconds, got none from worker 0, "
        "which reads indices [0, 1]"
    )
