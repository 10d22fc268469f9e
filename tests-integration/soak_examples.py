"""The example programs, run as a reader would: they end well and learn what they promise.

Minutes each, so that `nox -s "soak(examples)"` runs them and no other session.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import flambeau.tensor as ft
import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def command(name, *arguments):
    return [sys.executable, str(EXAMPLES / f"{name}.py"), *map(str, arguments)]


def run(folder, name, *arguments):
    """What a program prints."""
    done = subprocess.run(command(name, *arguments), cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_variational_autoencoder(tmp_path):
    text = run(tmp_path, "variational_autoencoder")
    assert float(re.search(r"Loss ([\d.]+) nats", text)[1]) < 26
    assert (tmp_path / "vae-run/samples.png").stat().st_size > 10_000


def test_dcgan(tmp_path):
    """Pictures come at all epochs that are reported; whether they look like digits, eyes must say."""
    run(tmp_path, "dcgan")
    assert [path.name for path in sorted((tmp_path / "dcgan-run").iterdir())] == [
        "epoch-001.png",
        "epoch-020.png",
        "epoch-040.png",
        "epoch-060.png",
    ]


@pytest.mark.parametrize("cell", ["module", "hand"])
def test_character_model(tmp_path, cell):
    """A letter of English takes far less than the 6.7 bits of 103 equally probable ones."""
    text = run(tmp_path, "character_model", "--cell", cell)
    assert float(re.search(r"not seen: ([\d.]+) bits", text)[1]) < 3


def test_transformer_sorting(tmp_path):
    text = run(tmp_path, "transformer_sorting")
    assert float(re.search(r"([\d.]+)% of 1000", text)[1]) > 95


def test_reinforce(tmp_path):
    text = run(tmp_path, "reinforce")
    assert int(re.findall(r"stood for (\d+) of 200", text)[-1]) > 150


def test_train_digits(tmp_path):
    """The main job: at least 98 % on average over five seeds."""
    texts = [run(tmp_path, "train_digits", "--seed", seed) for seed in range(5)]
    accuracies = [float(re.search(r"Test accuracy ([\d.]+)%", text)[1]) for text in texts]
    print(accuracies)
    assert np.mean(accuracies) >= 98


def test_classify_images(tmp_path):
    """ResNet-18 learns the digits in CIFAR-10's format."""
    run(tmp_path, "digits_as_cifar", "data")
    options = ("--dataset", "cifar10", "--root", "data", "--workers", 2)
    text = run(tmp_path, "classify_images", *options)
    print(text)
    assert float(re.findall(r"test accuracy ([\d.]+)%", text)[-1]) >= 97


@pytest.mark.parametrize("amp", [False, True])
def test_classify_images_killed_and_resumed(tmp_path, amp):
    """Killed twice, with two workers, it ends with the same weights as a run that was left alone."""
    options = ["--arch", "shufflenet_v2_x0_5", "--workers", 2, "--epochs", 3, "--every", 3, *(["--amp"] if amp else [])]
    run(tmp_path, "classify_images", *options, "--out", "whole")
    for _ in range(2):
        process = subprocess.Popen(
            command("classify_images", *options, "--out", "killed"),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        checkpoint, seen = tmp_path / "killed/checkpoint.safetensors", 0
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        while seen < 4 and process.poll() is None:
            if checkpoint.exists() and checkpoint.stat().st_mtime_ns != before:
                seen, before = seen + 1, checkpoint.stat().st_mtime_ns
            time.sleep(0.01)
        assert process.poll() is None, "it ended before it could be killed"
        process.send_signal(signal.SIGKILL)
        process.wait()
    text = run(tmp_path, "classify_images", *options, "--out", "killed")
    assert "going on after update" in text
    whole, killed = (ft.load(tmp_path / name / "shufflenet_v2_x0_5.safetensors") for name in ("whole", "killed"))
    assert list(whole) == list(killed)
    for name, value in whole.items():
        np.testing.assert_array_equal(value.numpy(), killed[name].numpy(), err_msg=name)


@pytest.mark.parametrize(("arch", "last"), [("shufflenet_v2_x0_5", "fc"), ("squeezenet1_1", "classifier.1")])
def test_fine_tuning_the_last_layer(tmp_path, arch, last):
    """What is frozen stays as it was in the weights that were given."""
    from flambeau.vision import models

    state = models.get_model(arch).state_dict()  # weights for other classes than the digits'
    ft.save(state, tmp_path / "weights")
    options = ("--arch", arch, "--weights", tmp_path / "weights", "--freeze", "--epochs", 1)
    run(tmp_path, "classify_images", *options, "--out", "second")
    after = ft.load(tmp_path / f"second/{arch}.safetensors")
    for name, value in state.items():
        if not name.startswith(f"{last}.") and "running" not in name and "num_batches" not in name:
            np.testing.assert_array_equal(value.numpy(), after[name].numpy(), err_msg=name)
    assert after[f"{last}.weight"].shape[:2] == (10, state[f"{last}.weight"].shape[1])
