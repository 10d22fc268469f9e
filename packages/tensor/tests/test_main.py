"""``python -m flambeau.tensor``."""

import os
import re
import subprocess
import sys
import time

import flambeau.tensor as ft
from flambeau.tensor import __main__ as command
from flambeau.tensor._core.tensor import instruction_sets


def test_command_tells_what_runs_and_races():
    """It names version, instruction set, threads, memory and GPU, and gives two times and a ratio for each contest."""
    start = time.monotonic()
    env = os.environ | {"FLAMBEAU_NUM_THREADS": "2", "FLAMBEAU_ISA": instruction_sets()[0]}
    done = subprocess.run(
        [sys.executable, "-m", "flambeau.tensor"], env=env, capture_output=True, text=True, check=True
    )
    assert time.monotonic() - start < 60 and done.stderr == ""
    head, _, race = done.stdout.partition("\n\n")
    told = dict(re.split(r"  +", line, maxsplit=1) for line in head.splitlines())
    assert list(told) == ["flambeau.tensor", "instruction set", "threads", "memory pool", "GPU"]
    assert told["flambeau.tensor"].startswith(f"{ft.__version__}, Python ")
    assert told["instruction set"] == f"{instruction_sets()[0]}, of {', '.join(instruction_sets())}"
    assert told["threads"] == "2"
    assert re.fullmatch(r"\d+ MiB in use, \d+ MiB kept of [\d.]+ (M|G)iB", told["memory pool"])
    title, *rows = race.splitlines()
    assert title.split() == ["race", "flambeau", "numpy", "ratio"]
    assert [row[:34].rstrip() for row in rows] == [name for name, _, _ in command.contests()]
    for row in rows:
        assert re.fullmatch(r" +[\d.]+ [nµm]s +[\d.]+ [nµm]s +\d+\.\dx", row[34:]), row


def test_contests_are_of_the_same_work():
    """What we compute in a race is what NumPy computes; random numbers apart."""
    for name, ours, theirs in command.contests():
        if not name.startswith("randn"):
            ft.testing.assert_close(ours(), ft.tensor(theirs()), rtol=1e-4, atol=1e-3)
