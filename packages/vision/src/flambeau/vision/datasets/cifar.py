"""CIFAR-10 and CIFAR-100: small coloured photographs."""

from __future__ import annotations

import codecs
import os
import pickle
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ._base import JointTransform, Transform, check_flag
from ._declaration import Declaration, File
from ._kinds import ArrayDataset, DownloadedDataset

__all__ = ["CIFAR10", "CIFAR100"]

_TORCHVISION = "torchvision 0.28.0's cifar.py"
_PAGE = "https://www.cs.toronto.edu/~kriz/cifar.html"


class _ArraysOnly(pickle.Unpickler):
    """Reads pickles of NumPy arrays and plain values: nothing in the file can name a function to be run."""

    _ALLOWED = ("_reconstruct", "ndarray", "dtype", "encode")

    def find_class(self, module: str, name: str) -> Any:
        if (module.partition(".")[0], name) in {("numpy", n) for n in self._ALLOWED} | {("_codecs", "encode")}:
            if name == "_reconstruct":
                return np.ndarray.__reduce__(np.empty(0))[0]  # wherever this NumPy keeps it
            return {"ndarray": np.ndarray, "dtype": np.dtype, "encode": codecs.encode}[name]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


class CIFAR10(DownloadedDataset, ArrayDataset):
    """Photographs of ten kinds of things: 50,000 to train on and 10,000 to test with, 32x32 pixels in colour.

    The files are pickles; they are read by a reader that makes arrays and plain values, and runs nothing.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/cifar-10-batches-py``.
        train: The training images; False for the test images.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        data, targets: All images, uint8 of shape ``(N, 32, 32, 3)``, and labels, int64.
        classes: What each label means, as the files say it.
    """

    about: ClassVar[Declaration] = Declaration(
        title="small photographs of ten kinds of things",
        homepage=_PAGE,
        parts={
            "all": (
                File(
                    "cifar-10-python.tar.gz",
                    ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),
                    md5="c58f30108f718f92721af3b95e74349a",
                    unpack=".",
                    makes=("cifar-10-batches-py/batches.meta",),
                ),
            )
        },
        image="32x32, RGB",
        counts={"train": 50000, "test": 10000},
        citation="A. Krizhevsky (2009). Learning multiple layers of features from tiny images. Technical report.",
        read_in={
            "files": _TORCHVISION,
            "sums": f"MD5: {_TORCHVISION}",
            "counts": "tensorflow_datasets' docs/catalog/cifar10.md",
            "citation": "tensorflow_datasets' docs/catalog/cifar10.md",
        },
    )
    _batches: ClassVar[dict[bool, tuple[str, ...]]] = {
        True: tuple(f"data_batch_{i}" for i in range(1, 6)),
        False: ("test_batch",),
    }
    _folder: ClassVar[str] = "cifar-10-batches-py"
    _meta: ClassVar[tuple[str, str]] = ("batches.meta", "label_names")
    _labels: ClassVar[str] = "labels"

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

    def load(self, folder: Path) -> None:
        images, labels = [], []
        for name in self._batches[self.train]:
            batch = self._unpickled(folder / self._folder / name)
            images.append(batch["data"])
            labels.extend(batch[self._labels])
        planes = np.concatenate(images).reshape(-1, 3, 32, 32)  # a row is all reds, all greens, all blues
        self.data = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
        self.targets = np.array(labels, dtype=np.int64)
        name, key = self._meta
        self.classes = tuple(self._unpickled(folder / self._folder / name)[key])

    def _unpickled(self, path: Path) -> Any:
        try:
            with path.open("rb") as file:
                return _ArraysOnly(file, encoding="latin1").load()
        except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError) as error:
            self.corrupt(path, "a pickle of arrays", str(error) or type(error).__name__)


class CIFAR100(CIFAR10):
    """Photographs of a hundred kinds of things: 50,000 to train on and 10,000 to test with, 32x32 pixels in colour.

    Arguments and attributes are those of :class:`CIFAR10`. Files are in ``root/cifar-100-python``.
    """

    about = Declaration(
        title="small photographs of a hundred kinds of things",
        homepage=_PAGE,
        parts={
            "all": (
                File(
                    "cifar-100-python.tar.gz",
                    ("https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",),
                    md5="eb9058c3a382ffc7106e4002c42a8d85",
                    unpack=".",
                    makes=("cifar-100-python/meta",),
                ),
            )
        },
        image="32x32, RGB",
        counts={"train": 50000, "test": 10000},
        citation="A. Krizhevsky (2009). Learning multiple layers of features from tiny images. Technical report.",
        read_in={
            "files": _TORCHVISION,
            "sums": f"MD5: {_TORCHVISION}",
            "counts": "tensorflow_datasets' docs/catalog/cifar100.md",
            "citation": "tensorflow_datasets' docs/catalog/cifar100.md",
        },
    )
    _batches: ClassVar[dict[bool, tuple[str, ...]]] = {True: ("train",), False: ("test",)}
    _folder = "cifar-100-python"
    _meta = ("meta", "fine_label_names")
    _labels = "fine_labels"
