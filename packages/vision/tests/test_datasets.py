"""Every dataset from a server to its samples, with small archives in its own format.

The tests come of the declarations. A dataset without a small archive in ``small/`` is named by a test.
"""

import hashlib
import inspect
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from flambeau.tensor.errors import FileCorrupt
from flambeau.vision import datasets
from flambeau.vision.datasets import ArrayDataset, DownloadedDataset, available
from PIL import Image
from served import DECLARED, SMALL, Served
from torchvision_oracle import torchvision

FACTS = {"files", "sums", "sizes", "classes", "counts", "licence", "citation"}


@pytest.fixture(params=DECLARED)
def served(request, server, monkeypatch, tmp_path):
    if request.param not in SMALL:
        pytest.fail(f"make a small archive of {request.param} in tests/small")
    return Served(request.param, server, monkeypatch, tmp_path)


def plain(value):
    """A sample as plain values that can be compared, whosever it is."""
    if isinstance(value, Image.Image):
        array = np.asarray(value if value.mode == "P" else value.convert("RGB"))
        return ("image", array.shape, array.tobytes())
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


def test_every_dataset_from_server_to_samples(served):
    """Download, verify, prepare, index; a second start without network gives the same; everything can be verified."""
    first = []
    for case in served.small.cases:
        dataset = served.download(case)
        assert len(dataset) > 0
        samples = [plain(dataset[index]) for index in range(len(dataset))]
        assert plain(dataset[-1]) == samples[-1]
        assert [plain(sample) for sample in dataset] == samples
        first.append(samples)
    served.server.close()
    for case, samples in zip(served.small.cases, first, strict=True):
        again = served.kind(served.root, **case)
        assert [plain(again[index]) for index in range(len(again))] == samples
    store = served.kind.store(served.root)
    verified = {name: complaint for name, complaint in store.verify(served.kind.about.files(again.needed()))}
    assert verified and set(verified.values()) == {None}


def test_each_file_is_asked_for_once(served):
    """Cases share what they have in common."""
    for case in served.small.cases:
        served.download(case)
    asked = [path for path, _ in served.server.requests]
    assert len(asked) == len(set(asked))
    assert bool(asked) != served.small.by_hand


def test_without_its_files(served, tmp_path):
    """The error names them and the way out; nothing is made."""
    with pytest.raises(FileNotFoundError, match=r"expected .* in .*, got no such file; (pass download=True|put it)"):
        served.kind(tmp_path / "empty", **served.small.cases[0])
    assert not (tmp_path / "empty").exists()


def test_torn_files(served):
    """A file of half the length, were it there, is never taken."""
    case = served.small.cases[0]
    needed = served.kind.about.files(served.download(case).needed())
    for path in sorted(served.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for file in needed:
        path = served.root / served.kind.about.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(served.files[file.name][: len(served.files[file.name]) // 2])
    with pytest.raises(FileCorrupt, match="instead of"):
        served.kind(served.root, **case)


def test_transforms(served):
    """Transforms see what a sample is without them."""
    case = served.small.cases[0]
    bare = served.download(case)
    if served.kind.__name__ == "PhotoTour":
        assert served.kind(served.root, **case, transform=lambda image: "seen")[0][0] == "seen"
        return
    both = served.kind(served.root, **case, transform=lambda image: image.size, target_transform=lambda t: ("t", t))
    image, target = bare[0]
    assert plain(both[0]) == plain((image.size, ("t", target)))
    joint = served.kind(served.root, **case, transforms=lambda image, target: (target, image.size))
    assert plain(joint[0]) == plain((target, image.size))
    with pytest.raises(ValueError, match="expected transforms alone, or transform and target_transform, got both"):
        served.kind(served.root, **case, transform=str, transforms=lambda image, target: (image, target))


def test_samples_are_plain(served):
    """Pillow images and plain values; arrays where there are several numbers."""
    for case in served.small.cases:
        sample = served.download(case)[0]
        for value in flat(sample):
            assert type(value) in (int, float, str, type(None), np.ndarray) or isinstance(value, Image.Image)


def flat(value):
    if isinstance(value, (tuple, list)):
        return [inner for item in value for inner in flat(item)]
    if isinstance(value, dict):
        return [inner for item in value.values() for inner in flat(item)]
    return [value]


def test_arrays(served):
    """All samples as NumPy, in the order of the samples."""
    dataset = served.download(served.small.cases[0])
    X, y = dataset.arrays(size=served.small.size)
    assert (len(X), X.dtype, len(y)) == (len(dataset), np.uint8, len(dataset))
    if served.small.size is None:
        assert (X[0] == np.asarray(dataset[0][0])).all()
    else:
        assert X.shape[1:3] == served.small.size
    if y.dtype == np.int64 and y.ndim == 1:
        assert y.tolist() == [int(dataset[i][1]) for i in range(len(dataset))]


def test_it_travels(served):
    """A dataset goes to other processes as it is; one in memory as its arrays and little more."""
    for case in served.small.cases[:1]:
        dataset = served.download(case)
        data = pickle.dumps(dataset, protocol=5)
        again = pickle.loads(data)
        assert [plain(again[i]) for i in range(len(again))] == [plain(dataset[i]) for i in range(len(dataset))]
        if isinstance(dataset, ArrayDataset):
            assert dataset.data.flags.c_contiguous
            buffers = []
            apart = pickle.dumps(dataset, protocol=5, buffer_callback=buffers.append)
            assert sum(buffer.raw().nbytes for buffer in buffers) >= dataset.data.nbytes + dataset.targets.nbytes
            assert len(apart) < 5000


def test_it_shows_itself(served):
    """The repr says what is there and whose it is; a notebook shows pictures, too."""
    dataset = served.download(served.small.cases[0])
    about = served.kind.about
    text = repr(dataset)
    assert text.startswith(f"{served.kind.__name__}: {len(dataset)} ")
    assert f"licence: {about.licence or 'unverified'}" in text
    assert "<img src='data:image/png;base64," in dataset._repr_html_() or served.kind.__name__ == "PhotoTour"


def torchvisions(name):
    """torchvision's dataset of a name, and the module of all; skips the test where it has none."""
    torchvision()
    import torchvision.datasets as theirs

    if not hasattr(theirs, name):
        pytest.skip(f"torchvision has no {name}")
    return getattr(theirs, name), theirs


def test_torchvision_agrees(served, monkeypatch):
    """torchvision, given the same files, has the same samples: orientation, order of colours, labels, order."""
    kind, theirs = torchvisions(served.kind.__name__)
    # its checksums are those of the real files
    monkeypatch.setattr(theirs.utils, "check_md5", lambda *arguments, **options: True)
    every = [served.download(case) for case in served.small.cases]  # torchvision wants all parts to be there
    for case, ours in zip(served.small.cases, every, strict=True):
        other = served.small.theirs(kind, served.root, case)
        assert len(other) == len(ours)
        for index in range(len(ours)):
            assert plain(ours[index]) == plain(other[index]), (case, index)
        if hasattr(other, "classes") and served.kind.__name__ != "LSUN":
            assert list(ours.classes) == list(other.classes)


# The declarations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", available())
def test_declarations_say_where_facts_were_read(name):
    """What is stated has a source; what has none is None."""
    about = available()[name].about
    stated = {
        "licence": about.licence,
        "citation": about.citation,
        "counts": about.counts,
        "classes": about.classes,
        "files": about.parts,
        "sizes": any(file.size is not None for file in about.files()),
        "sums": any(file.checksum is not None for file in about.files()),
    }
    assert about.title and about.image
    assert set(about.read_in) == {fact for fact, value in stated.items() if value}
    assert set(about.read_in) <= FACTS


@pytest.mark.parametrize("name", DECLARED)
def test_declared_files(name):
    """Checksums have their lengths, addresses are absolute, and none by http stands beside one by https."""
    for file in DECLARED[name].about.files():
        assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.md5 is None or re.fullmatch(r"[0-9a-f]{32}", file.md5)
        assert file.checksum is not None
        assert len({url.partition("://")[0] for url in file.urls}) <= 1
        assert all(url.startswith(("https://", "http://")) for url in file.urls)
        assert (file.unpack is None) == (not file.makes)
        assert not Path(file.name).is_absolute()


@pytest.mark.parametrize("name", DECLARED)
def test_torchvision_declares_the_same_checksums(name):
    """Each MD5 stands in torchvision's source of the dataset."""
    kind, _ = torchvisions(name)
    source = inspect.getsource(inspect.getmodule(kind))
    for file in DECLARED[name].about.files():
        if file.md5 is not None:
            assert file.md5 in source, file.name


def test_types_are_published():
    """The list for type checkers has a line for each file of datasets."""
    folder = Path(datasets.__file__).parent
    text = (folder / "__init__.pyi").read_text()
    expected = [f"from .{path.stem} import *" for path in sorted(folder.glob("[a-z]*.py"))]
    assert [line for line in text.splitlines() if line.endswith("import *")] == expected


def test_a_dataset_of_ones_own(server, tmp_path):
    """A class outside of the package, with a declaration and a parser, is a dataset like the others."""
    text = b"3,0\n200,1\n"
    server.files["/greys.csv"] = text

    class Greys(DownloadedDataset, ArrayDataset):
        about = datasets.Declaration(
            title="grey squares",
            image="4x4, grey",
            parts={
                "all": (datasets.File("greys.csv", (server.url + "/greys.csv",), md5=hashlib.md5(text).hexdigest()),)
            },
        )

        def load(self, folder):
            rows = np.loadtxt(folder / "greys.csv", delimiter=",", dtype=np.int64)
            self.data = np.repeat(rows[:, :1], 16, axis=1).reshape(-1, 4, 4).astype(np.uint8)
            self.targets = rows[:, 1]

    greys = Greys(tmp_path, download=True, progress=False)
    assert [(image.getpixel((0, 0)), label) for image, label in greys] == [(3, 0), (200, 1)]
    assert available()["Greys"] is Greys
