"""Fixtures of data's tests."""

import contextlib
import gc
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from flambeau.data import DataLoader
from processes import LIMIT, descriptors, waited

THIS = os.getpid()


@pytest.fixture
def nothing_left():
    """Descriptors, processes and shared memory are as before once the loader is gone; the server stays."""
    first = DataLoader(range(2), num_workers=1)  # the server is there already
    list(first)
    first._crew._idle[0].close()
    gc.collect()
    before, names = (descriptors(), children(), arenas()), set(os.listdir("/dev/shm"))
    yield
    gc.collect()
    lasting = named_shared_memory() - names

    def left():
        lasting.intersection_update(named_shared_memory())
        return (descriptors(), children(), arenas()), lasting

    waited(lambda: left() == (before, set()), LIMIT)
    assert left() == (before, set())


def children():
    """Processes below this one."""
    found = subprocess.run(
        ["ps", "-eo", "pid,ppid,stat"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[1:]
    below, parents = {THIS}, [(int(p), int(q)) for p, q, *_ in (line.split() for line in found)]
    for _ in range(3):
        below |= {pid for pid, parent in parents if parent in below}
    return len(below) - 1


def arenas():
    """Arenas that are mapped here."""
    return Path("/proc/self/maps").read_text().count("memfd:flambeau-data")


def named_shared_memory():
    """Files in the folder of named shared memory, without those that some program has mapped. Those of others may come
    and go at any moment: what counts is what lasts."""
    names = set(os.listdir("/dev/shm"))
    for folder in Path("/proc").glob("[0-9]*") if names else ():
        with contextlib.suppress(OSError):  # it ended meanwhile, or is somebody else's
            names -= set(re.findall("/dev/shm/([^ \n]*)", (folder / "maps").read_text()))
    return names


@pytest.fixture
def ctrl_c():
    """It is raised, also where whoever runs the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
