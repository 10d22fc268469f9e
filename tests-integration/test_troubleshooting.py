"""The headings of the troubleshooting page are what the errors say."""

import doctest
import os
import pickle
import re
import warnings
import zipfile
from pathlib import Path

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import DataLoader
from flambeau.vision import datasets

PAGE = Path(__file__).parents[1] / "docs" / "troubleshooting.md"


def sections():
    """Each heading with the examples below it."""
    _, *parts = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)
    for part in parts:
        heading, _, body = part.partition("\n")
        yield heading, "\n".join(re.findall(r"^```\{doctest\}\n(.*?)^```$", body, re.DOTALL | re.MULTILINE))


class Recording(doctest.DocTestRunner):
    """Keeps what examples printed, and the tracebacks of those that raised."""

    def __init__(self):
        super().__init__(optionflags=doctest.ELLIPSIS)
        self.said = []

    def report_success(self, out, test, example, got):
        self.said.append(got)


@pytest.fixture(scope="module")
def said():
    """What the examples of each section said, which is what the page says they do."""
    names, result = {"ft": ft, "np": np}, {}
    for heading, code in sections():
        runner = Recording()
        failed, _ = runner.run(
            doctest.DocTestParser().get_doctest(code, names, heading, str(PAGE), 0), clear_globs=False
        )
        assert not failed, heading
        names |= runner.test.globs
        result[heading] = "\n".join(runner.said)
    return result


class OnDevice(ft.Tensor):
    """A Tensor that says it is on a GPU, for machines that have none."""

    @property
    def device(self):
        return ft.device("cuda:0")


def read_on_a_device():
    list(DataLoader([ft.ones(2).as_subclass(OnDevice)], num_workers=1))


def load_an_object():
    with zipfile.ZipFile("object.pt", "w") as file:  # as PyTorch writes it
        file.writestr("object/data.pkl", pickle.dumps(os.path.join, protocol=2))
        file.writestr("object/version", "3\n")
    ft.load("object.pt")


def load_a_torn_file():
    ft.save({"x": ft.ones(100)}, "weights")
    Path("weights").write_bytes(Path("weights").read_bytes()[:-10])
    ft.load("weights")


def keep_losses():
    net, total = nn.Linear(2, 2), 0.0
    optimizer = optim.SGD(net.named_parameters(), lr=0.1)
    for _ in range(200):
        loss = net(ft.ones(1, 2)).sum()
        total += loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(2, 2)]

    def forward(self, x):
        return self.layers[0](x)


# What the page has no example of, as it needs a file, a GPU, or much text.
CAUSES = {
    "ValueError: DataLoader(): argument 'dataset': expected CPU tensors": read_on_a_device,
    "FileCorrupt: ...: expected weights and plain values": load_an_object,
    "FileCorrupt: ...": load_a_torn_file,
    "UserWarning: the graphs of the last": keep_losses,
    "UserWarning: Net.layers is a list": lambda: Net()(ft.ones(1, 2)),
    "ShapeError: mse_loss()": lambda: F.mse_loss(ft.ones(2, 2), ft.ones(2)),
    "DownloadError: MNIST()": lambda: datasets.MNIST("data", download=True),
    "FileNotFoundError: MNIST()": lambda: datasets.MNIST("data"),
    "FileNotFoundError: ImageFolder()": lambda: datasets.ImageFolder("."),
}
# What is not flambeau's to say, or needs an installation of its own: see test_abi.py.
ELSEWHERE = ("ImportError: flambeau-autograd", "ModuleNotFoundError: No module named", "Building: ")


@pytest.mark.parametrize("heading", [heading for heading, _ in sections() if not heading.startswith(ELSEWHERE)])
def test_headings_are_what_errors_say(heading, said, tmp_path, monkeypatch):
    """Word by word, but for what stands for something else: `...`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLAMBEAU_OFFLINE", "1")
    causes = [cause for text, cause in CAUSES.items() if heading.startswith(text)]
    text = caught(causes[0]) if causes else said[heading]
    kind, _, message = heading.partition(": ")
    pattern = ".*".join(re.escape(part) for part in message.split("..."))
    assert re.search(pattern, text), f"{heading!r} is not in {text!r}"
    assert not causes or text.startswith(f"{kind}: ")


def caught(cause):
    """The type and message of the error or warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            cause()
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return "nothing"
