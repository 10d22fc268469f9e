"""A training run that is killed at random moments ends where one that is not ends, to the bit."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import flambeau.tensor as ft
import numpy as np
import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "examples" / "train_resumable.py"
EPOCHS, EVERY = 3, 4


def start(folder, workers):
    command = [sys.executable, SCRIPT, "--epochs", EPOCHS, "--every", EVERY, "--workers", workers]
    command += ["--checkpoint", folder / "run", "--weights", folder / "weights"]
    environment = {**os.environ, "FLAMBEAU_NUM_THREADS": "1"}
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True, env=environment)


def uninterrupted(folder, workers):
    folder.mkdir()
    process = start(folder, workers)
    lines = process.communicate(timeout=300)[0].splitlines()
    assert process.returncode == 0
    return ft.load(folder / "weights"), len(lines)


@pytest.mark.parametrize("workers", [0, 2])
def test_killed_and_resumed(workers, tmp_path):
    """Dropout, momentum, a schedule, a shuffling loader and noise of NumPy's: killed at random, again and again."""
    expected, lines = uninterrupted(tmp_path / "whole", workers)
    folder = tmp_path / "killed"
    folder.mkdir()
    chance = random.Random(workers)
    kills = 0
    while True:
        process = start(folder, workers)
        limit = chance.randrange(2, lines // 2)  # checkpoints, and the line that says where it goes on
        for seen, _ in enumerate(process.stdout, 1):
            if seen == limit:
                time.sleep(chance.random() * 0.02)
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.close()
        code = process.wait(timeout=60)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
        assert kills < 50
    assert kills >= 2
    found = ft.load(folder / "weights")
    assert list(found) == list(expected)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name].numpy(), value.numpy(), err_msg=name)
