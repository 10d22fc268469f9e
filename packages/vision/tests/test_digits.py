"""Digits: the images, the split, and what the dataset says about itself."""

import hashlib
from importlib.resources import files

import numpy as np
import pytest
from flambeau.data import DataLoader
from flambeau.tensor import FileCorrupt
from flambeau.vision import transforms
from flambeau.vision.datasets import Digits, digits
from PIL import Image

# Of the file, as UCI's page of the data set gives them for its test part.
CLASS_COUNTS = np.array([178, 182, 177, 183, 181, 182, 181, 179, 174, 180])


@pytest.fixture(scope="module")
def train():
    return Digits(train=True)


@pytest.fixture(scope="module")
def test():
    return Digits(train=False)


def test_sizes(train, test):
    """1,347 images to train on and 450 to test with."""
    assert (len(train), len(test)) == (1347, 450)


def test_classes_are_balanced(train, test):
    """A quarter of each class is for testing, give or take one image."""
    train_counts, test_counts = (np.bincount(part.arrays()[1], minlength=10) for part in (train, test))
    assert (train_counts + test_counts == CLASS_COUNTS).all()
    assert (np.abs(test_counts - CLASS_COUNTS / 4) < 1).all()


def test_the_split_is_the_documented_one(train, test):
    """Of the images in order of class, every fourth is for testing; both parts keep the order of the file."""
    images, labels = digits._load(Digits.sha256)
    by_class = sorted(range(len(labels)), key=lambda i: (labels[i], i))
    chosen = sorted(by_class[::4])
    rest = sorted(set(range(len(labels))) - set(chosen))
    for part, rows in ((test, chosen), (train, rest)):
        X, y = part.arrays()
        assert (images[rows] == X).all()
        assert (labels[rows] == y).all()


def test_the_split_never_changes(train, test):
    """The exact images and labels of both parts, by their checksum: results stay comparable between versions."""
    sums = [hashlib.sha256(b"".join(a.tobytes() for a in part.arrays())).hexdigest()[:16] for part in (train, test)]
    assert sums == ["559bb78c0a83021c", "8276033d4da75b0e"]


def test_samples_are_plain(test):
    """A sample is a grey PIL image and an int."""
    image, label = test[0]
    assert isinstance(image, Image.Image)
    assert (image.mode, image.size) == ("L", (8, 8))
    assert type(label) is int


def test_samples_agree_with_arrays(train):
    """The images are those of arrays()."""
    X, y = train.arrays()
    assert (X.shape, X.dtype, y.shape, y.dtype) == ((1347, 8, 8), np.uint8, (1347,), np.int64)
    for index in (0, 700, -1, np.int64(3)):
        image, label = train[index]
        assert (np.asarray(image) == X[index]).all()
        assert label == y[index]


def test_arrays_are_copies(test):
    """Changing the arrays leaves the dataset alone."""
    test.arrays()[0][:] = 7
    assert (test.arrays()[0] != 7).any()


def test_pixels_are_counts(train):
    """The 17 grey values stand for the counts 0..16 of the file, which can be had back."""
    X, _ = train.arrays()
    assert sorted(set(X.ravel().tolist())) == [round(count * 255 / 16) for count in range(17)]
    counts = np.round(X * (16 / 255))
    assert (np.round(counts * (255 / 16)) == X).all()


def test_it_looks_like_a_seven():
    """The eighth image of the file, a seven: neither mirrored nor turned."""
    images, labels = digits._load(Digits.sha256)
    assert labels[7] == 7
    assert ["".join("#" if pixel > 100 else "." for pixel in row) for row in images[7]] == [
        "..#####.",
        "..##.##.",
        "....##..",
        "..####..",
        "..###...",
        "...#....",
        "..##....",
        "..#.....",
    ]


def test_transforms_are_applied():
    """Each transform gets its half of the sample."""
    dataset = Digits(train=False, transform=np.asarray, target_transform=str)
    image, label = dataset[0]
    assert isinstance(image, np.ndarray)
    assert label == "0"


def test_iterating_ends(test):
    """A plain loop visits every sample once."""
    assert [label for _, label in test] == test.arrays()[1].tolist()


def test_in_a_loader():
    """With ToTensor the dataset feeds a DataLoader."""
    images, labels = next(iter(DataLoader(Digits(transform=transforms.ToTensor()), batch_size=4)))
    assert (images.shape, images.dtype) == ((4, 1, 8, 8), np.float32)
    assert (labels.shape, labels.dtype) == ((4,), np.int64)


def test_images_without_to_tensor_in_a_loader():
    """Forgetting ToTensor is a clear error."""
    with pytest.raises(TypeError) as error:
        next(iter(DataLoader(Digits(), batch_size=4)))
    assert str(error.value) == (
        "default_collate(): argument 'samples': expected Tensors, NumPy arrays, numbers, text, dicts, lists, "
        "tuples or dataclasses at sample[0], got Image from dataset index 0; convert it in the dataset, "
        "register_collate its type, or give DataLoader a collate_fn"
    )


def test_repr(test):
    """The repr says what is there, where it is from, and how it is transformed."""
    assert repr(test) == (
        "Digits: 450 images of 8x8 to test with, 10 classes\n"
        "    source: https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits\n"
        "    licence: CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"
    )
    transform = transforms.Compose([transforms.ToTensor()])
    assert repr(Digits(transform=transform)).endswith("\n    transform: Compose([\n        ToTensor(),\n    ])")


def test_attribution_travels_with_the_file():
    """The attribution beside the file names authors, licence and checksum."""
    text = files("flambeau.vision.datasets").joinpath("digits.ATTRIBUTION.md").read_text()
    for fact in ("E. Alpaydin and C. Kaynak", "CC BY 4.0", Digits.sha256, "10.24432/C50P49"):
        assert fact in text


def test_classes():
    """A label is the place of its class."""
    assert Digits.classes == tuple(str(digit) for digit in range(10))


def test_a_damaged_file_is_refused():
    """A file with another checksum is not used."""
    with pytest.raises(FileCorrupt) as error:
        digits._load("0" * 64)
    assert str(error.value) == (
        f"Digits(): expected digits.csv.gz with SHA-256 {'0' * 64}, got {Digits.sha256}; reinstall flambeau-vision"
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"train": "test"}, "'train': expected bool, got str"),
        ({"transform": 1}, "'transform': expected a function or None, got int"),
        ({"target_transform": 1}, "'target_transform': expected a function or None, got int"),
    ],
)
def test_wrong_arguments(arguments, text):
    """Arguments of the wrong type are refused at construction."""
    with pytest.raises(TypeError) as error:
        Digits(**arguments)
    assert str(error.value) == f"Digits(): argument {text}"


@pytest.mark.parametrize("index", [450, -451])
def test_index_out_of_range(test, index):
    """The error names the range."""
    with pytest.raises(IndexError) as error:
        test[index]
    assert str(error.value) == f"Digits(): argument 'index': expected an int from -450 to 449, got {index}"


def test_index_type(test):
    """Only ints index a dataset."""
    with pytest.raises(TypeError) as error:
        test[0:2]
    assert str(error.value) == "Digits(): argument 'index': expected int, got slice"
