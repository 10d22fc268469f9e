"""ImageFolder and DatasetFolder: which files, in which order, and what is said when there are none."""

import os
from pathlib import Path

import numpy as np
import pytest
import small
from flambeau.vision.datasets import DatasetFolder, ImageFolder
from PIL import Image
from torchvision_oracle import torchvision

NAMES = [
    "dog/b.JPG",
    "dog/a.png",
    "dog/old/z.jpeg",
    "dog/old-er/y.png",
    "cat/10.webp",
    "cat/9.bmp",
    "cat/notes.txt",
    "Ant/1.ppm",
    "ignored.png",
]


@pytest.fixture
def root(tmp_path):
    kinds = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "bmp": "BMP", "ppm": "PPM"}
    for number, name in enumerate(NAMES):
        path = tmp_path / "pets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        suffix = path.suffix[1:].lower()
        path.write_bytes(small.image(16, 12, number, kinds[suffix]) if suffix in kinds else b"text")
    return tmp_path / "pets"


def names(dataset):
    return [os.path.relpath(path, dataset.root) for path in dataset.paths]


def test_order(root):
    """Classes by name; images by class, folder and name; what is no image is left out."""
    pets = ImageFolder(root)
    assert pets.classes == ("Ant", "cat", "dog")
    assert pets.class_to_idx == {"Ant": 0, "cat": 1, "dog": 2}
    assert names(pets) == [
        *("Ant/1.ppm", "cat/10.webp", "cat/9.bmp"),
        *("dog/a.png", "dog/b.JPG", "dog/old/z.jpeg", "dog/old-er/y.png"),
    ]
    assert pets.targets == [0, 1, 1, 2, 2, 2, 2]
    assert pets.samples == pets.imgs == list(zip(pets.paths, pets.targets, strict=True))


def test_torchvision_agrees(root):
    """Same files, same order, same labels, same pixels."""
    torchvision()
    from torchvision.datasets import ImageFolder as Theirs

    ours, theirs = ImageFolder(root), Theirs(str(root))
    assert ours.samples == theirs.samples
    assert list(ours.classes) == theirs.classes
    for (a, _), (b, _) in zip(ours, theirs, strict=False):
        assert (np.asarray(a) == np.asarray(b)).all()


def test_own_loader_and_choice(root):
    """Any reader, any files."""
    notes = DatasetFolder(root, lambda path: Path(path).read_text(), ".txt", allow_empty=True)
    assert list(notes) == [("text", 1)]
    pets = ImageFolder(
        root, is_valid_file=lambda path: path.endswith("9.bmp"), allow_empty=True, loader=os.path.basename
    )
    assert list(pets) == [("9.bmp", 1)]


def test_both_or_neither(root):
    for options in ({}, {"extensions": ".png", "is_valid_file": bool}):
        with pytest.raises(ValueError, match=r"expected one of extensions and is_valid_file, got (neither|both)"):
            DatasetFolder(root, str, **options)


def test_links_in_a_circle(root):
    """A link to a folder above ends nowhere new."""
    (root / "dog" / "old" / "loop").symlink_to(root / "dog")
    assert len(ImageFolder(root)) == 7


def test_images_where_folders_should_be(tmp_path):
    """The classic mistake: the message shows what was expected beside what there is."""
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(FileNotFoundError) as error:
        ImageFolder(tmp_path)
    assert str(error.value) == (
        f"ImageFolder(): argument 'root': expected a folder of a folder for each class in {tmp_path}, "
        "got no subfolders\n"
        "expected:\n"
        f"    {tmp_path.name}/\n"
        "        <class>/<name>.jpg (or .jpeg, .png, .ppm, .bmp, .pgm, .tif, .tiff, .webp)\n"
        "found:\n"
        f"    {tmp_path.name}/\n"
        "        a.png\n"
        "        b.png"
    )


def test_an_empty_class(root):
    """It is named, and so is what is in the folder."""
    (root / "zebra").mkdir()
    (root / "zebra" / "z.gif").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match="got no such file for class 'zebra'; allow_empty=True") as error:
        ImageFolder(root)
    assert "zebra/\n            z.gif" in str(error.value)
    assert ImageFolder(root, allow_empty=True).classes == ("Ant", "cat", "dog", "zebra")


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_bytes(b"")])
def test_no_folder(tmp_path, make):
    path = tmp_path / "there"
    make(path)
    with pytest.raises(
        FileNotFoundError, match=r"got (no such folder|a file)\nexpected:\n(.*\n)*found:\n.*\n.*nothing"
    ):
        ImageFolder(path)


def test_many_entries_are_not_all_shown(tmp_path):
    for i in range(100):
        (tmp_path / f"{i}.png").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"\.\.\. 92 more$"):
        ImageFolder(tmp_path)


def test_a_broken_image_is_named(root):
    """Whatever Pillow says, the file is named."""
    (root / "Ant" / "1.ppm").write_bytes(b"P6 nonsense")
    with pytest.raises(ValueError) as error:
        ImageFolder(root)[0]
    assert error.value.__notes__ == [f"while reading {root / 'Ant' / '1.ppm'}"]


def test_arrays_of_different_sizes(root):
    """They need a size, and the error says so."""
    (root / "Ant" / "1.ppm").write_bytes(small.image(20, 10, 1, "PPM"))
    pets = ImageFolder(root)
    with pytest.raises(ValueError) as error:
        pets.arrays()
    assert str(error.value) == (
        "ImageFolder.arrays(): argument 'size': expected images of one shape, "
        "got shapes (10, 20, 3) and (12, 16, 3); give size=(height, width)"
    )
    X, y = pets.arrays(size=(6, 8))
    assert (X.shape, X.dtype, y.tolist()) == ((7, 6, 8, 3), np.uint8, [0, 1, 1, 2, 2, 2, 2])
    assert (X[1] == np.asarray(pets[1][0].resize((8, 6), Image.Resampling.BILINEAR))).all()
