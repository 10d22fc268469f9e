"""The bases of datasets: arguments, indices, arrays, notebooks, and FakeData."""

import pickle

import numpy as np
import pytest
from flambeau.data import DataLoader
from flambeau.vision import datasets
from flambeau.vision.datasets import Digits, FakeData, Paths, VisionDataset
from PIL import Image


class Greys(VisionDataset):
    classes = ("even", "odd")

    def read(self, position):
        return Image.new("L", (4, 2), position), position % 2

    def __len__(self):
        return 5


def test_transforms_together_or_apart():
    assert Greys(transforms=lambda image, target: (target, image.size))[1] == (1, (4, 2))
    with pytest.raises(ValueError) as error:
        Greys(transforms=lambda *sample: sample, target_transform=str)
    assert str(error.value) == (
        "Greys(): argument 'transforms': expected transforms alone, or transform and target_transform, got both"
    )


@pytest.mark.parametrize("name", ["transform", "target_transform", "transforms"])
def test_a_transform_that_is_none(name):
    with pytest.raises(TypeError, match=rf"Greys\(\): argument '{name}': expected a function or None, got int"):
        Greys(**{name: 3})


def test_root_is_a_path():
    with pytest.raises(TypeError, match="argument 'root': expected a path or None, got bool"):
        datasets.MNIST(True)


def test_a_home_is_a_home():
    assert "~" not in str(Greys("~/data").root)


def test_indices():
    greys = Greys()
    assert [label for _, label in greys] == [0, 1, 0, 1, 0]
    assert greys[np.int64(-1)][0].getpixel((0, 0)) == 4
    for index in (5, -6):
        with pytest.raises(IndexError, match=rf"expected an int from -5 to 4, got {index}"):
            greys[index]
    with pytest.raises(IndexError, match="expected nothing: it has no samples, got 0"):
        FakeData(size=0)[0]


def test_arrays():
    X, y = Greys().arrays()
    assert (X.shape, X.dtype, X[:, 0, 0].tolist(), y.tolist()) == (
        (5, 2, 4),
        np.uint8,
        [0, 1, 2, 3, 4],
        [0, 1, 0, 1, 0],
    )
    assert Greys().arrays(size=(4, 4))[0].shape == (5, 4, 4)


def test_notebooks_show_pictures_and_captions():
    html = Greys(transform=np.asarray)._repr_html_()
    assert html.count("<img src='data:image/png;base64,") == 5
    assert html.count("<figcaption>odd</figcaption>") == 2
    assert html.startswith("<div><b>Greys</b>: 5 samples")


def test_what_a_class_is_called_is_escaped():
    greys = Greys()
    greys.classes = ("<b>", "&")
    assert "&lt;b&gt;" in greys._repr_html_()


def test_base_class_says_what_is_missing():
    for use in (lambda: VisionDataset().read(0), lambda: len(VisionDataset())):
        with pytest.raises(NotImplementedError, match="VisionDataset must define"):
            use()


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("SVHN", {"split": "valid"}, "'split': expected one of 'train', 'test', 'extra', got 'valid'"),
        ("EMNIST", {"split": 3}, "'split': expected str, got int"),
        ("QMNIST", {"what": "all"}, "'what': expected one of 'train', 'test', 'test10k', 'test50k', 'nist', got 'all'"),
        ("MNIST", {"train": 1}, "'train': expected bool, got int"),
        ("MNIST", {"download": "yes"}, "'download': expected bool, got str"),
        ("STL10", {"folds": 10}, "'folds': expected an int from 0 to 9, or None, got 10"),
        ("DTD", {"partition": 0}, "'partition': expected an int from 1 to 10, got 0"),
        ("VOCDetection", {"image_set": "test"}, "'image_set': expected one of 'train', 'trainval', 'val', got 'test'"),
        ("LSUN", {"classes": ["attic_train"]}, "'classes': expected one of 'bedroom_train', "),
        (
            "CelebA",
            {"target_type": [], "target_transform": str},
            "'target_type': expected some targets for target_transform, got none",
        ),
        ("CocoDetection", {"annFile": "a"}, "'root': expected the folder of the images, beside annFile, got None"),
        ("FakeData", {"size": -1}, "'size': expected an int, at least 0, got -1"),
        (
            "FakeData",
            {"image_size": (2, 8, 8)},
            "'image_size': expected (1, 3 or 4 channels, height, width), got (2, 8, 8)",
        ),
    ],
)
def test_wrong_arguments(name, arguments, text):
    """Each error names the class, the argument, and what would do."""
    with pytest.raises((TypeError, ValueError)) as error:
        getattr(datasets, name)(**arguments)
    assert str(error.value).startswith(f"{name}(): argument {text}")


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_fake_data(channels, mode):
    """The same for the same index, in any process; another for another offset."""
    noise = FakeData(size=4, image_size=(channels, 6, 5), num_classes=3)
    again = pickle.loads(pickle.dumps(noise))
    for index in range(4):
        image, label = noise[index]
        assert (image.mode, image.size) == (mode, (5, 6))
        assert label in range(3)
        assert np.array_equal(image, again[index][0])
        assert not np.array_equal(image, FakeData(4, (channels, 6, 5), 3, random_offset=1)[index][0])
    assert repr(noise) == f"FakeData: 4 images of 6x5 in {mode}, 3 classes"


def test_fake_data_never_changes():
    """These very pixels, in this and in later versions."""
    image, label = FakeData(size=2, image_size=(3, 2, 2))[1]
    assert np.asarray(image).ravel().tolist() == [223, 130, 98, 117, 123, 162, 182, 77, 47, 14, 190, 186]
    assert label == 8


def test_paths():
    """They behave like a list of strings, and are two blocks of memory."""
    names = ["a/1.png", "", "b/ü.png", "c"]
    paths = Paths("root", names)
    assert list(paths) == [f"root/{name}" for name in names]
    assert paths[-1] == "root/c"
    assert paths[1:3] == ["root/", "root/b/ü.png"]
    with pytest.raises(IndexError):
        paths[4]
    many = Paths("root", [f"class{i % 100}/{i:08d}.jpg" for i in range(10_000)])
    assert len(pickle.dumps(many)) < 10_000 * 30
    assert list(pickle.loads(pickle.dumps(many))) == list(many)


def test_workers_see_the_same():
    """A dataset in memory, read by two processes."""
    here, there = (
        [labels.tolist() for _, labels in DataLoader(Digits(False, transform=np.asarray), 100, num_workers=n)]
        for n in (0, 2)
    )
    assert here == there


def downloaded(base, load=None, about=None):
    """A dataset of ones own that has no files, and loads what is given."""

    class Own(datasets.DownloadedDataset, base):
        pass

    Own.about = datasets.Declaration(title="own") if about is None else about
    if load is not None:
        Own.load = lambda self, folder: vars(self).update(load)
    return Own


MISTAKES = {
    "no declaration": (
        lambda: downloaded(datasets.FileDataset, {}, about=())(),
        TypeError,
        "Own(): argument 'about': expected a Declaration, got tuple; set it in the class",
    ),
    "nothing loaded": (
        lambda: downloaded(datasets.FileDataset, {"paths": []})(),
        TypeError,
        "Own.load(): argument 'targets': expected self.targets to be set, got nothing",
    ),
    "too many targets": (
        lambda: downloaded(datasets.FileDataset, {"paths": ["a"], "targets": [1, 2]})(),
        ValueError,
        "Own.load(): argument 'targets': expected one for each of the 1 paths, got 2",
    ),
    "images of floats": (
        lambda: downloaded(datasets.ArrayDataset, {"data": np.zeros((2, 4, 4)), "targets": [1, 2]})(),
        TypeError,
        "Own.load(): argument 'data': expected uint8 of shape (N, H, W) or (N, H, W, 3), "
        "got float64 of shape (2, 4, 4)",
    ),
    "too few targets": (
        lambda: downloaded(datasets.ArrayDataset, {"data": np.zeros((2, 4, 4), np.uint8), "targets": [1]})(),
        ValueError,
        "Own.load(): argument 'targets': expected one for each of the 2 data, got 1",
    ),
    "a URL alone": (
        lambda: datasets.File("a.zip", "https://a.example/a.zip"),
        TypeError,
        "File(): argument 'urls': expected a tuple of str, got str; write ('https://a.example/a.zip',)",
    ),
    "a list of what is made": (
        lambda: datasets.File("a.zip", unpack=".", makes=["a"]),
        TypeError,
        "File(): argument 'makes': expected a tuple of str, got list",
    ),
    "no checksum": (
        lambda: datasets.File("a.zip", sha256="unknown"),
        ValueError,
        "File(): argument 'sha256': expected 64 hexadecimal digits, or at least the first 8, got 'unknown'",
    ),
    "half a checksum": (
        lambda: datasets.File("a.zip", md5="0123"),
        ValueError,
        "File(): argument 'md5': expected 32 hexadecimal digits, got '0123'",
    ),
    "a file alone": (
        lambda: datasets.Declaration(title="own", parts={"all": datasets.File("a.zip")}),
        TypeError,
        "Declaration(): argument 'parts['all']': expected a tuple of File, got File; write (File(...),)",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_in_a_dataset_of_ones_own(name, tmp_path, monkeypatch):
    """They are told when the dataset is made, and not by the sample that cannot be read."""
    monkeypatch.chdir(tmp_path)
    call, kind, message = MISTAKES[name]
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message
