"""MNIST and the datasets in its format: 28x28 grey images of digits, letters, kana and clothes."""

from __future__ import annotations

import os
import string
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ._base import JointTransform, Transform, check_choice, check_flag
from ._declaration import Declaration, File
from ._idx import read_idx
from ._kinds import ArrayDataset, DownloadedDataset

__all__ = ["EMNIST", "KMNIST", "MNIST", "QMNIST", "FashionMNIST"]

_DIGITS = tuple(
    f"{digit} - {name}" for digit, name in enumerate("zero one two three four five six seven eight nine".split())
)
_FORMAT = "the IDX format: as described at yann.lecun.com/exdb/mnist, quoted in many places"
_TORCHVISION = "torchvision 0.28.0's mnist.py"


def _compressed(urls: list[str], name: str, md5: str, size: int | None = None, sha256: str | None = None) -> File:
    """A file of one array, compressed: unpacked beside itself."""
    sources = tuple(url + name for url in urls)
    stem = name.rpartition(".")[0]
    return File(name, sources, size=size, sha256=sha256, md5=md5, unpack=".", makes=(stem,))


def _in_two_parts(urls: list[str], known: dict[str, tuple[str, int, str]]) -> dict[str, tuple[File, ...]]:
    """The four files of MNIST and its drop-in replacements."""
    parts = {}
    for part, prefix in {"train": "train", "test": "t10k"}.items():
        names = (f"{prefix}-images-idx3-ubyte.gz", f"{prefix}-labels-idx1-ubyte.gz")
        parts[part] = tuple(_compressed(urls, name, *known[name]) for name in names)
    return parts


class MNIST(DownloadedDataset, ArrayDataset):
    """Handwritten digits: 60,000 to train on and 10,000 to test with, 28x28 grey pixels, 255 is ink.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/MNIST/raw``.
        train: The training images; False for the test images.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"L"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far downloads are.

    Attributes:
        data: uint8 of shape ``(N, 28, 28)``.
        targets: int64 of shape ``(N,)``.
        classes: What each label means.

    Raises:
        FileNotFoundError: The files are missing, and ``download`` is False.
        FileCorrupt: A file is not what it should be.
        DownloadError: A file could not be had.

    Example:
        >>> from flambeau.vision.datasets import MNIST
        >>> MNIST("/no/such/folder")
        Traceback (most recent call last):
            ...
        FileNotFoundError: MNIST(): expected train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz in ...
    """

    about: ClassVar[Declaration] = Declaration(
        title="handwritten digits",
        homepage="http://yann.lecun.com/exdb/mnist/",
        folder="MNIST/raw",
        parts=_in_two_parts(
            ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
            {
                "train-images-idx3-ubyte.gz": (
                    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                    9912422,
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                ),
                "train-labels-idx1-ubyte.gz": (
                    "d53e105ee54ea40749a09fcbcd1e9432",
                    28881,
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                ),
                "t10k-images-idx3-ubyte.gz": (
                    "9fb629c4189551a2d022fa330f9573f3",
                    1648877,
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                ),
                "t10k-labels-idx1-ubyte.gz": (
                    "ec29112dd5afa0611ce80d1b7f02629c",
                    4542,
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                ),
            },
        ),
        classes=_DIGITS,
        counts={"train": 60000, "test": 10000},
        image="28x28, grey",
        citation=(
            "Y. LeCun, C. Cortes and C. J. Burges (2010). MNIST handwritten digit database. "
            "http://yann.lecun.com/exdb/mnist"
        ),
        licence="CC BY-SA 3.0, as others quote it: its own page says nothing any more",
        read_in={
            "files": f"{_TORCHVISION}; the second mirror: tensorflow_datasets' url_checksums/mnist.txt; {_FORMAT}",
            "sums": f"SHA-256: tensorflow_datasets' url_checksums/mnist.txt; MD5: {_TORCHVISION}",
            "sizes": "tensorflow_datasets' url_checksums/mnist.txt",
            "classes": _TORCHVISION,
            "counts": "the README of github.com/BTrDung/MNIST-A-database-of-handwritten-digits",
            "licence": "the README of github.com/mikepallister/MNIST-Machine-Learning, from pymvpa.org",
            "citation": "tensorflow_datasets' docs/catalog/mnist.md",
        },
    )
    classes: tuple[str, ...] = _DIGITS

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.train = check_flag(type(self).__name__, "train", train)
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def needed(self) -> list[str]:
        return ["train" if self.train else "test"]

    def load(self, folder: Path) -> None:
        self.data, self.targets = self._read_both(folder, 1)

    def _read_both(self, folder: Path, label_dims: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The images and as many labels: numbers, or rows of numbers if ``label_dims`` is 2."""
        (images, labels), name = self.names(), type(self).__name__
        data = read_idx(name, folder / images, 3)
        targets = read_idx(name, folder / labels, label_dims).astype(np.int64)
        if len(data) != len(targets):
            self.corrupt(folder / labels, f"{len(data)} labels", f"{len(targets)}")
        return data, targets

    def names(self) -> tuple[str, ...]:
        """The two unpacked files, of images and of labels."""
        (part,) = self.needed()
        return tuple(file.makes[0] for file in self.about.parts[part])


class FashionMNIST(MNIST):
    """Articles of clothing, in the place of MNIST's digits: 60,000 and 10,000 images of 28x28 grey pixels.

    Arguments, attributes and errors are those of :class:`MNIST`. Files are in ``root/FashionMNIST/raw``.
    """

    about = Declaration(
        title="articles of clothing",
        homepage="https://github.com/zalandoresearch/fashion-mnist",
        folder="FashionMNIST/raw",
        parts=_in_two_parts(
            ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
            {
                "train-images-idx3-ubyte.gz": (
                    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                    26421880,
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                ),
                "train-labels-idx1-ubyte.gz": (
                    "25c81989df183df01b3e8a0aad5dffbe",
                    29515,
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                ),
                "t10k-images-idx3-ubyte.gz": (
                    "bef4ecab320f06d8554ea6380940ec79",
                    4422102,
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                ),
                "t10k-labels-idx1-ubyte.gz": (
                    "bb300cfdad3c16e7a12a480ee83cd310",
                    5148,
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ),
            },
        ),
        classes=(
            *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
            *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        ),
        counts={"train": 60000, "test": 10000},
        image="28x28, grey",
        citation=(
            "H. Xiao, K. Rasul and R. Vollgraf (2017). Fashion-MNIST: a Novel Image Dataset for Benchmarking "
            "Machine Learning Algorithms. arXiv:1708.07747."
        ),
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: tensorflow_datasets' url_checksums/fashion_mnist.txt; MD5: {_TORCHVISION}",
            "sizes": "tensorflow_datasets' url_checksums/fashion_mnist.txt",
            "classes": "the README of github.com/zalandoresearch/fashion-mnist",
            "counts": "the README of github.com/zalandoresearch/fashion-mnist",
            "citation": "tensorflow_datasets' docs/catalog/fashion_mnist.md",
        },
    )
    classes = about.classes or ()


class KMNIST(MNIST):
    """Cursive Japanese characters, in the place of MNIST's digits: 60,000 and 10,000 images of 28x28 grey pixels.

    Arguments, attributes and errors are those of :class:`MNIST`. Files are in ``root/KMNIST/raw``.
    """

    about = Declaration(
        title="cursive Japanese characters (Kuzushiji)",
        homepage="https://github.com/rois-codh/kmnist",
        folder="KMNIST/raw",
        parts=_in_two_parts(
            ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
            {
                "train-images-idx3-ubyte.gz": (
                    "bdb82020997e1d708af4cf47b453dcf7",
                    18165135,
                    "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                ),
                "train-labels-idx1-ubyte.gz": (
                    "e144d726b3acfaa3e44228e80efcd344",
                    29497,
                    "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                ),
                "t10k-images-idx3-ubyte.gz": (
                    "5c965bf0a639b31b8f53240b1b52f4d7",
                    3041136,
                    "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                ),
                "t10k-labels-idx1-ubyte.gz": (
                    "7320c461ea6c1c855c0b718fb2a4b134",
                    5120,
                    "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
                ),
            },
        ),
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        counts={"train": 60000, "test": 10000},
        image="28x28, grey",
        licence="CC BY-SA 4.0",
        citation=(
            "T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto and D. Ha (2018). Deep Learning for "
            "Classical Japanese Literature. arXiv:1812.01718."
        ),
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: tensorflow_datasets' url_checksums/kmnist.txt; MD5: {_TORCHVISION}",
            "sizes": "tensorflow_datasets' url_checksums/kmnist.txt",
            "classes": _TORCHVISION,
            "counts": "tensorflow.org/datasets/catalog/kmnist",
            "licence": "the README of github.com/rois-codh/kmnist, in the fork tonets/kmnist",
            "citation": "tensorflow.org/datasets/catalog/kmnist",
        },
    )
    classes = about.classes or ()


# upper-case letters that look like their lower-case ones are one class in these splits
_MERGED = "".join(sorted(set(string.digits + string.ascii_letters) - set("cijklmopsuvwxyz")))
_EMNIST_CLASSES = {
    "byclass": string.digits + string.ascii_uppercase + string.ascii_lowercase,
    "bymerge": _MERGED,
    "balanced": _MERGED,
    "letters": string.ascii_lowercase,
    "digits": string.digits,
    "mnist": string.digits,
}


def _emnist_names(split: str, train: bool) -> tuple[str, str]:
    prefix = f"emnist-{split}-{'train' if train else 'test'}"
    return f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"


class EMNIST(MNIST):
    """Handwritten letters and digits: MNIST extended, 28x28 grey pixels, in six divisions into classes.

    The images are as in the files: **transposed**, that is, mirrored along the diagonal, as in PyTorch's torchvision.
    ``transform=lambda image: image.transpose(PIL.Image.Transpose.TRANSPOSE)`` turns them upright.

    Args:
        root: As of :class:`MNIST`. Files are in ``root/EMNIST/raw``.
        split: ``"byclass"`` (62 classes), ``"bymerge"`` and ``"balanced"`` (47), ``"letters"`` (26 letters, whose
            labels are 1..26 in the files and here), ``"digits"`` or ``"mnist"`` (10).
        train, transform, target_transform, download, transforms, progress: As of :class:`MNIST`.

    Attributes:
        data, targets: As of :class:`MNIST`.
        classes: What each label means; of ``"letters"``, label 0 means ``"N/A"``.

    Raises:
        ValueError: Another split.
    """

    about = Declaration(
        title="handwritten letters and digits",
        homepage="https://www.nist.gov/itl/products-and-services/emnist-dataset",
        folder="EMNIST/raw",
        parts={
            "all": (
                File(
                    "gzip.zip",
                    ("https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",),
                    md5="58c8d27c78d21e728a6bc7b3cc06412e",
                    unpack=".",
                    makes=tuple(n for s in _EMNIST_CLASSES for train in (True, False) for n in _emnist_names(s, train)),
                    inner="gzip/*.gz",
                ),
            )
        },
        image="28x28, grey",
        citation=(
            "G. Cohen, S. Afshar, J. Tapson and A. van Schaik (2017). EMNIST: Extending MNIST to handwritten letters. "
            "International Joint Conference on Neural Networks. https://doi.org/10.1109/ijcnn.2017.7966217"
        ),
        read_in={
            "files": _TORCHVISION,
            "sums": f"MD5: {_TORCHVISION}",
            "citation": "tensorflow.org/datasets/catalog/emnist",
        },
    )
    splits: ClassVar[tuple[str, ...]] = tuple(_EMNIST_CLASSES)

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        split: str = "balanced",
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.split = check_choice("EMNIST", "split", split, self.splits)
        self.classes = (("N/A",) if split == "letters" else ()) + tuple(_EMNIST_CLASSES[split])
        super().__init__(root, train, transform, target_transform, download, transforms=transforms, progress=progress)

    def needed(self) -> list[str]:
        return ["all"]

    def names(self) -> tuple[str, ...]:
        return _emnist_names(self.split, self.train)


_QMNIST_URL = ["https://raw.githubusercontent.com/facebookresearch/qmnist/master/"]


class QMNIST(MNIST):
    """MNIST made anew from NIST's scans, with 60,000 test images and what is known of each writer.

    Args:
        root: As of :class:`MNIST`. Files are in ``root/QMNIST/raw``.
        what: ``"train"``, ``"test"`` (60,000), ``"test10k"`` (those of MNIST), ``"test50k"`` (the others) or
            ``"nist"`` (all digits of NIST); None for what ``train`` says.
        compat: Targets are the digits. False: arrays of eight int64 with all that is known; see the homepage.
        train: The training images; False for the test images; unless ``what`` says more.
        transform, target_transform, download, transforms, progress: As of :class:`MNIST`.

    Attributes:
        data: uint8 of shape ``(N, 28, 28)``.
        targets: int64 of shape ``(N,)``; ``(N, 8)`` without ``compat``.

    Raises:
        ValueError: Another ``what``.
    """

    about = Declaration(
        title="handwritten digits, MNIST made anew with all its test images",
        homepage="https://github.com/facebookresearch/qmnist",
        folder="QMNIST/raw",
        parts={
            "train": (
                _compressed(_QMNIST_URL, "qmnist-train-images-idx3-ubyte.gz", "ed72d4157d28c017586c42bc6afe6370"),
                _compressed(_QMNIST_URL, "qmnist-train-labels-idx2-int.gz", "0058f8dd561b90ffdd0f734c6a30e5e4"),
            ),
            "test": (
                _compressed(_QMNIST_URL, "qmnist-test-images-idx3-ubyte.gz", "1394631089c404de565df7b7aeaf9412"),
                _compressed(_QMNIST_URL, "qmnist-test-labels-idx2-int.gz", "5b5b05890a5e13444e108efe57b788aa"),
            ),
            "nist": (
                _compressed(_QMNIST_URL, "xnist-images-idx3-ubyte.xz", "7f124b3b8ab81486c9d8c2749c17f834"),
                _compressed(_QMNIST_URL, "xnist-labels-idx2-int.xz", "5ed0e788978e45d4a8bd4b7caec3d79d"),
            ),
        },
        classes=_DIGITS,
        image="28x28, grey",
        citation="C. Yadav and L. Bottou (2019). Cold Case: The Lost MNIST Digits. arXiv:1905.10498.",
        read_in={
            "files": _TORCHVISION,
            "sums": f"MD5: {_TORCHVISION}",
            "classes": _TORCHVISION,
            "citation": "the documentation of the R package snedata, download_qmnist",
        },
    )
    _PARTS: ClassVar[dict[str, str]] = {
        "train": "train",
        "test": "test",
        "test10k": "test",
        "test50k": "test",
        "nist": "nist",
    }

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        what: str | None = None,
        compat: bool = True,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        if what is None:
            what = "train" if train else "test"
        self.what = check_choice("QMNIST", "what", what, self._PARTS)
        self.compat = check_flag("QMNIST", "compat", compat)
        super().__init__(root, train, transform, target_transform, download, transforms=transforms, progress=progress)

    def needed(self) -> list[str]:
        return [self._PARTS[self.what]]

    def load(self, folder: Path) -> None:
        data, targets = self._read_both(folder, 2)
        some = {"test10k": slice(10000), "test50k": slice(10000, None)}.get(self.what, slice(None))
        self.data = data[some]
        self.targets = np.ascontiguousarray(targets[some, 0] if self.compat else targets[some])

    def read(self, position: int) -> tuple[Any, Any]:
        if self.compat:
            return super().read(position)
        return Image.fromarray(self.data[position]), self.targets[position].copy()
