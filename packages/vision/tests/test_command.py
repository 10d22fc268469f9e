"""python -m flambeau.vision."""

import dataclasses
import hashlib
import subprocess
import sys

import pytest
from flambeau.vision.__main__ import main
from flambeau.vision.datasets import MNIST, available
from served import Served


@pytest.fixture
def mnist(server, monkeypatch, tmp_path):
    """MNIST from the test's server."""
    Served("MNIST", server, monkeypatch, tmp_path)


def test_list(capsys):
    """Every dataset has a line with its size."""
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(available())
    assert "MNIST                     11.6 MB  handwritten digits (train, test)" in lines


def test_download_and_verify(mnist, tmp_path, capsys):
    """Names in any case, parts if wanted, silence if wanted; verify finds what was changed."""
    root = ["--root", str(tmp_path)]
    assert main(["download", "mnist", "test", "--quiet", *root]) == 0
    assert capsys.readouterr() == (f"MNIST is in {tmp_path / 'MNIST' / 'raw'}\n", "")
    assert len(MNIST(tmp_path, train=False)) == 12
    assert main(["verify", "MNIST", "test", *root]) == 0
    assert capsys.readouterr().out == (
        "t10k-images-idx3-ubyte.gz: as published\nt10k-labels-idx1-ubyte.gz: as published\n"
    )
    assert main(["verify", "MNIST", *root]) == 1
    assert "train-images-idx3-ubyte.gz: missing" in capsys.readouterr().out
    assert main(["download", "MNIST", *root]) == 0
    assert "train-images-idx3-ubyte.gz: done" in capsys.readouterr().err
    (tmp_path / "MNIST" / "raw" / "train-labels-idx1-ubyte").write_bytes(b"x")
    assert main(["verify", "MNIST", *root]) == 1
    assert "train-labels-idx1-ubyte: differs from train-labels-idx1-ubyte.gz" in capsys.readouterr().out


def test_the_data_home(mnist, tmp_path, monkeypatch):
    monkeypatch.setenv("FLAMBEAU_DATA", str(tmp_path / "home"))
    assert main(["download", "MNIST", "test", "--quiet"]) == 0
    assert len(MNIST(train=False)) == 12


def test_accept_hash(mnist, server, tmp_path, capsys):
    """A file that changed on its server is taken when the user says so."""
    about = MNIST.about
    images = dataclasses.replace(about.parts["test"][0], sha256="0" * 64)
    MNIST.about = dataclasses.replace(about, parts={"test": (images,)})
    root = ["--root", str(tmp_path), "--quiet"]
    assert main(["download", "MNIST", *root]) == 1
    found = f"sha256:{hashlib.sha256(server.files['/t10k-images-idx3-ubyte.gz']).hexdigest()}"
    assert f"with checksum {found}, expected sha256:{'0' * 64}" in capsys.readouterr().err
    assert main(["download", "MNIST", "--accept-hash", found, *root]) == 0
    assert main(["download", "MNIST", "--accept-hash", "0123", *root]) == 1
    assert capsys.readouterr().err == "--accept-hash: expected md5:... or sha256:..., got 0123\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["download", "MINST"], "'MINST' is no dataset with files; there are "),
        (["verify", "Digits"], "'Digits' is no dataset with files; there are "),
        (["download", "MNIST", "valid"], "MNIST has no part 'valid'; it has train, test"),
    ],
)
def test_mistakes(arguments, text, capsys):
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith(text)


def test_failures_are_told(mnist, server, tmp_path, capsys):
    """Status 1, and the list of what was tried."""
    server.files.clear()
    assert main(["download", "MNIST", "--root", str(tmp_path), "--quiet"]) == 1
    assert "/train-images-idx3-ubyte.gz: 404 Not Found" in capsys.readouterr().err


def test_as_a_program():
    """It runs as a module, and explains itself."""
    done = subprocess.run(
        [sys.executable, "-m", "flambeau.vision", "--help"], capture_output=True, text=True, check=True
    )
    assert "list|download|verify" in done.stdout
