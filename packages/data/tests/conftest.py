"""Fixtures of data's tests."""

import gc
import os
import signal
import subprocess

import pytest
from flambeau.data import DataLoader
from processes import LIMIT, waited

THIS = os.getpid()


@pytest.fixture
def nothing_left():
    """Descriptors, processes and shared memory are as before once the loader is gone; the server stays."""
    first = DataLoader(range(2), num_workers=1)  # the server is there already
    list(first)
    first._crew._idle[0].close()
    gc.collect()
    before = descriptors(), children(), shared_memory()
    yield
    gc.collect()
    waited(lambda: (descriptors(), children(), shared_memory()) == before, LIMIT)
    assert (descriptors(), children(), shared_memory()) == before


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


def shared_memory():
    """Arenas that are mapped here, and files in the folder of named shared memory."""
    with open("/proc/self/maps") as file:
        return sum("memfd:flambeau-data" in line for line in file), os.listdir("/dev/shm")


@pytest.fixture
def ctrl_c():
    """It is raised, also where whoever runs the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
