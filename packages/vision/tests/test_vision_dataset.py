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
