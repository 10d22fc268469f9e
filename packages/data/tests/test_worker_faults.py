"""Faults of workers: each is reported within seconds, and nothing is left of the workers."""

import gc
import os
import re
import signal
import sys
import threading
import time

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import DataLoader
from flambeau.data.workers import start
from processes import LIMIT, left, program, waited

METHODS = ("server", "fork", "spawn")


class Faulty:
    """Goes wrong at an index, in a worker; makes a file before."""

    def __init__(self, fault, at, file=os.devnull):
        self.fault = fault
        self.at = at
        self.file = file
        self.home = os.getpid()

    def __len__(self):
        return 400

    def __getitem__(self, index):
        if index == self.at and os.getpid() != self.home:
            open(self.file, "w").close()
            wrong = self.fault()
            if wrong is not None:
                return wrong
        return np.zeros(1000, np.float32)


def die_by(number):
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # faulthandler would print what is expected here
    os.kill(os.getpid(), number)
    time.sleep(60)


def fail(error):
    raise error


def died(how):
    return RuntimeError, rf"DataLoader\(\): expected worker [01] \(pid \d+\) to go on, got its {how} while reading .*"


FAULTS = {
    "SIGKILL": (lambda: die_by(9), *died(r"end by signal 9 \(SIGKILL\)")),
    "SIGSEGV": (lambda: die_by(11), *died(r"end by signal 11 \(SIGSEGV\)")),
    "exit": (lambda: os._exit(3), *died("exit with status 3")),
    "raise": (lambda: fail(ValueError("a bad sample")), ValueError, "a bad sample"),
    "sleep": (lambda: time.sleep(1e6), TimeoutError, r".*: expected a batch within 2 seconds, got none from worker .*"),
    "unpicklable": (
        lambda: {"lock": threading.Lock()},
        TypeError,
        r"DataLoader\(\): argument 'dataset': expected batches that can be sent from workers at batch\['lock'\], .*",
    ),
    "MemoryError": (lambda: np.ones(1 << 60, np.uint8), MemoryError, r"Unable to allocate .*"),
}  # fmt: skip
METHODS_AND_FAULTS = [(fault, method) for fault in FAULTS for method in METHODS]


def loader_of(fault, at, method, timeout=0, file=os.devnull):
    """One that does not batch what cannot be sent, as default_collate would refuse it before."""
    size, collate = (None, lambda sample: sample) if fault == "unpicklable" else (10, None)
    dataset = Faulty(FAULTS[fault][0], at, file)
    return DataLoader(dataset, size, num_workers=2, collate_fn=collate, multiprocessing_context=method, timeout=timeout)


@pytest.mark.parametrize("at", [0, 200], ids=["first batch", "mid-epoch"])
@pytest.mark.parametrize(("fault", "method"), METHODS_AND_FAULTS)
def test_faults_are_reported(nothing_left, fault, at, method):
    """In time, with what happened to which worker and what it held; an exception of the dataset as itself."""
    _, kind, text = FAULTS[fault]
    loader = loader_of(fault, at, method, timeout=2 if fault == "sleep" else 0)
    began = time.monotonic()
    with pytest.raises(kind) as error:
        for _ in loader:
            pass
    assert time.monotonic() - began < LIMIT
    assert re.fullmatch(text, str(error.value)), str(error.value)
    if fault == "raise":
        first, second = error.value.__notes__
        assert first == f"while reading index {at} of Faulty"
        assert re.match(r"in worker [01] \(pid \d+\):\nTraceback", second) and "in fail" in second
    if fault == "SIGKILL":
        assert "when memory runs out, the system kills processes" in str(error.value)
    if fault == "unpicklable":
        assert error.value.__notes__[0] == f"while sending the batch of indices {at}"


@pytest.mark.parametrize("moment", ["on its way", "there"])
@pytest.mark.parametrize(("fault", "method"), METHODS_AND_FAULTS)
def test_faults_at_shutdown(nothing_left, tmp_path, fault, method, moment):
    """What happens to workers when nobody waits for them any more is no error, and holds up nothing, whether it comes
    just then or came before."""
    file = tmp_path / "fault"
    loader = loader_of(fault, 2 if fault == "unpicklable" else 25, method, file=file)
    for _ in loader:
        break  # the third batch, of the same worker, is on its way already
    if moment == "there":
        assert waited(file.exists, LIMIT)
        time.sleep(0.05)
    began = time.monotonic()
    del loader, _
    gc.collect()
    assert time.monotonic() - began < LIMIT


@pytest.mark.parametrize("method", METHODS)
def test_faults_while_the_interpreter_exits(method):
    """All of them at once: it exits without a word, and nothing is left."""
    code = f"""
        import sys, time
        sys.path.insert(0, {os.path.dirname(__file__)!r})
        from test_worker_faults import FAULTS, loader_of
        loaders = [loader_of(fault, 2 if fault == "unpicklable" else 25, {method!r}) for fault in FAULTS]
        loops = [iter(loader) for loader in loaders]
        for loop in loops:
            next(loop)
        print("read", flush=True)
    """
    with program(code) as (started, mark):
        assert started.stdout.readline() == "read\n"
        assert started.communicate(timeout=LIMIT) == ("", "")
        assert started.returncode == 0 and not left(mark, 5)


@pytest.mark.parametrize("method", [*METHODS, "thread"])
@pytest.mark.parametrize("first", [True, False], ids=["worker_init_fn", "collate_fn"])
def test_sys_exit_in_a_worker_is_an_error(nothing_left, method, first):
    """It is no exit of the training process, which would end without a word."""

    def leave(_):
        sys.exit("no more")

    functions = {"worker_init_fn": leave} if first else {"collate_fn": leave}
    with pytest.raises(RuntimeError, match="SystemExit: no more"):
        list(DataLoader(range(4), 2, num_workers=1, multiprocessing_context=method, **functions))


@pytest.mark.parametrize("method", METHODS)
def test_workers_that_died_between_epochs_are_replaced(nothing_left, method):
    """It is no error of the next epoch."""
    loader = loader_of("raise", -1, method)
    list(loader)
    for worker in loader._crew._idle[0].workers:
        os.kill(worker.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert len(list(loader)) == 40


@pytest.mark.parametrize("method", ["server", "spawn"])
def test_a_dataset_that_can_be_sent_no_longer(nothing_left, method):
    """What cannot be sent is named also when it came between epochs."""
    loader = loader_of("raise", -1, method)
    list(loader)
    loader.dataset.lock = threading.Lock()
    with pytest.raises(TypeError, match=r"argument 'dataset.lock': expected something that can be sent to workers"):
        list(loader)
    del loader.dataset.lock
    assert len(list(loader)) == 40


class OnDevice(ft.Tensor):
    """A Tensor that says it is on a GPU, for machines that have none."""

    @property
    def device(self):
        return ft.device("cuda:0")


@pytest.mark.parametrize("collate", [None, lambda samples: {"x": samples[0]}], ids=["default", "own"])
def test_device_tensors_are_refused(nothing_left, collate):
    """A worker is the wrong place for the GPU; threads are not."""

    class OnGpu:
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return ft.ones(2).as_subclass(OnDevice)

    with pytest.raises(ValueError) as error:
        list(DataLoader(OnGpu(), 2, num_workers=1, collate_fn=collate))
    where = "sample" if collate is None else "batch"
    assert str(error.value) == (
        f"DataLoader(): argument 'dataset': expected CPU tensors in a worker at {where}, got one on cuda:0; "
        "read on the CPU and move batches in the training loop: batch.to(device)"
    )


def test_errors_of_the_gpu_get_advice(nothing_left):
    """A forked worker cannot use the GPU, and what libraries say of it does not help."""

    def collate(samples):
        raise RuntimeError("CUDA error: initialization error")

    with pytest.raises(RuntimeError) as error:
        list(DataLoader(range(2), 2, num_workers=1, collate_fn=collate))
    assert error.value.__notes__[1] == "in a worker: read on the CPU and move batches to the GPU in the training loop"


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
        "got (2,) float64 from dataset index 0 and (3,) float64 from dataset index 1; "
        "make them equal in the dataset, or give DataLoader a collate_fn that pads them, such as PadCollate()"
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


def test_numbers_of_processes_come_again(nothing_left, monkeypatch):
    """How an earlier process ended is not said of a worker that has its number."""
    receive = start._Server._receive

    def with_a_past(server, seconds):
        kind, pid, number = receive(server, seconds)
        if kind == "started":
            server.codes[pid] = 99
        return kind, pid, number

    monkeypatch.setattr(start._Server, "_receive", with_a_past)
    with pytest.raises(RuntimeError, match="got its exit with status 3 while reading"):
        list(loader_of("exit", 0, "server"))


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
