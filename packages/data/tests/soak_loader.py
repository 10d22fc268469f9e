"""The loader for long: many batches kept, many epochs, and faults at any moment. Not among the usual tests, as it takes
minutes: `nox -s "soak(loader)"`."""

import _thread
import contextlib
import gc
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from flambeau.data import DataLoader
from processes import LIMIT, descriptors, left, program, waited
from test_resume import Noisy, Stream, interrupted, make, run

TRACEBACK = "Traceback (most recent call last)"


def python(code, *before, **options):
    """Run code in a new interpreter, which other commands may begin."""
    command = [*before, sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, **options)


def test_a_hundred_thousand_batches_are_kept():
    """With room for 256 descriptors: a batch costs none."""
    run = python("""
        import resource
        import numpy as np
        from flambeau.data import DataLoader
        class Rows:
            def __len__(self):
                return 100_000
            def __getitem__(self, index):
                return np.full(300, index, np.float32)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
        kept = list(DataLoader(Rows(), 1, num_workers=2, prefetch_factor=64))
        print(len(kept), all(bool((batch == i).all()) for i, batch in enumerate(kept)))
    """)
    assert run.stdout == "100000 True\n", run.stderr


class Tiny:
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return np.full(300, index, np.float32)


def resident(pid="self"):
    """Bytes of a process in memory, those it shares with files left out."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def workers_are_gone():
    """Those of a loader that is gone are ended by a thread."""
    gc.collect()
    assert waited(lambda: _thread._count() == 0, LIMIT)


@pytest.mark.parametrize("method", ["server", "thread"])
def test_ten_thousand_epochs(method):
    """Memory and descriptors are flat, here and in the workers."""
    loader = DataLoader(Tiny(), 2, shuffle=True, num_workers=2, multiprocessing_context=method)
    sizes = []
    for epoch in range(10_000):
        assert len(list(loader)) == 2
        if epoch % 1000 == 999:
            gc.collect()
            pids = ["self", *(worker.pid for worker in getattr(loader._crew._idle[0], "workers", []))]
            sizes.append([(resident(pid), descriptors(pid)) for pid in pids])
    for first, last in zip(sizes[1], sizes[-1], strict=True):
        assert last[0] - first[0] < 1e6 and last[1] == first[1], sizes


def test_five_hundred_loaders():
    """Each with workers of its own, which it leaves in the middle of an epoch: nothing adds up."""
    sizes = []
    for number in range(500):
        for _ in DataLoader(Tiny(), 1, num_workers=2):
            break
        if number % 100 == 99:
            workers_are_gone()
            sizes.append((resident(), descriptors()))
    assert sizes[-1][0] - sizes[1][0] < 2e6 and sizes[-1][1] == sizes[1][1], sizes


def test_a_megabyte_of_named_shared_memory_is_enough():
    """/dev/shm of 1 MB, as containers have it: batches of 40 MB, several kept."""
    code = """
        import os, numpy as np
        from flambeau.data import DataLoader
        class Big:
            def __len__(self):
                return 32
            def __getitem__(self, index):
                return np.full(2_500_000, index, np.float32)
        assert os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize == 1 << 20
        kept = [batch[:, 0].tolist() for batch in DataLoader(Big(), 4, num_workers=2)]
        print(kept == [[4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3] for i in range(8)], os.listdir("/dev/shm"))
    """
    small = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=1m none /dev/shm && exec "$@"', "sh"]
    if shutil.which("unshare") is None or subprocess.run([*small, "true"], capture_output=True).returncode != 0:
        pytest.skip("a /dev/shm of our own needs unshare and the right to mount")
    run = python(code, *small)
    assert run.stdout == "True []\n", run.stderr


@pytest.mark.parametrize("kind", [Noisy, Stream])
def test_two_hundred_cuts(kind):
    """Interrupted at a random batch of three epochs and resumed by another loader: the same as uninterrupted."""
    whole = {workers: run(make(kind(), workers), 3) for workers in (0, 1, 2)}
    draw = random.Random(0)
    for _ in range(200):
        workers = draw.choice([0, 1, 2])
        # the number of workers decides how an iterable dataset is cut into batches, and nothing else
        then = workers if kind is Stream else draw.choice([0, 1, 2])
        assert interrupted(kind, workers, then, whole[workers], draw) == whole[workers]


PROGRAM = """
import os, random, sys, time
import numpy as np
from flambeau.data import DataLoader
class Rows:
    def __len__(self):
        return 40
    def __getitem__(self, index):
        time.sleep(random.random() / 500)
        return np.zeros(1000, np.float32)
print("ready", flush=True)  # what others say of an interrupted import is not looked at
count = 0
while True:
    loader = DataLoader(Rows(), 4, num_workers=2, multiprocessing_context={method!r})
    for epoch in range(2):
        for batch in loader:
            count += 1
            if count == {last}:
                {end}
"""


@contextlib.contextmanager
def reading(method, last=0, end="pass"):
    """The program, once it reads."""
    with program(PROGRAM.format(method=method, last=last, end=end)) as (reader, mark):
        assert reader.stdout.readline() == "ready\n"
        yield reader, mark


def ended(reader, mark, limit):
    """What the program said, which is gone in time with all it started."""
    _, errors = reader.communicate(timeout=limit)
    assert not left(mark, 5), errors
    return errors


@pytest.mark.parametrize("method", ["server", "fork", "spawn", "thread"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_signals_at_any_moment(method, number):
    """Ctrl-C and others while the program starts workers, reads, or ends them: all of it ends, and a worker says
    nothing about it."""
    draw = random.Random(f"{method} {number}")
    for _ in range(25):
        with reading(method) as (reader, mark):
            time.sleep(draw.random() * 2.0)
            if number == signal.SIGINT:
                os.killpg(reader.pid, number)  # as a terminal does
            else:
                reader.send_signal(number)
            errors = ended(reader, mark, LIMIT)
        assert "in worker" not in errors and errors.count(TRACEBACK) <= (number == signal.SIGINT), errors


@pytest.mark.parametrize("method", ["server", "fork", "spawn", "thread"])
@pytest.mark.parametrize("end", ["sys.exit()", "raise ValueError('the end')", "os._exit(0)"])
def test_the_interpreter_exits_at_any_batch(method, end):
    """With the loop in the middle."""
    draw = random.Random(f"{method} {end}")
    for _ in range(8):
        with reading(method, draw.randrange(1, 30), end) as (reader, mark):
            errors = ended(reader, mark, 60.0)
        assert errors.count(TRACEBACK) == ("raise" in end), errors


@pytest.mark.parametrize("method", ["server", "fork", "spawn"])
def test_workers_killed_at_any_moment(method):
    """It is reported, or the epoch was done before; the next epoch goes on with new workers."""
    draw = random.Random(method)
    before, reported = descriptors(), 0
    for _ in range(40):
        loader = DataLoader(Noisy(), 1, num_workers=2, multiprocessing_context=method)
        assert len(list(loader)) == 23
        victim = draw.choice(loader._crew._idle[0].workers).pid
        killer = threading.Timer(draw.random() * 0.02, os.kill, (victim, signal.SIGKILL))
        killer.start()
        try:
            assert len(list(loader)) == 23
        except RuntimeError as error:
            assert f"(pid {victim}) to go on, got its end by signal 9 (SIGKILL)" in str(error)
            reported += 1
        killer.join()
        while loader._crew._idle and loader._crew._idle[0].alive():  # the signal is on its way
            time.sleep(0.001)
        assert len(list(loader)) == 23
        del loader
        workers_are_gone()
    assert reported and descriptors() <= before + 2  # the server's connection and its process
