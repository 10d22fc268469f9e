"""SVHN: house numbers from street views, cut into digits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import numpy as np

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import ArrayDataset, DownloadedDataset
from ._mat import load_mat

__all__ = ["SVHN"]

_URL = "http://ufldl.stanford.edu/housenumbers/"
_TORCHVISION = "torchvision 0.28.0's svhn.py"
_TFDS = "tensorflow_datasets' url_checksums/svhn_cropped.txt"


def _file(name: str, md5: str, size: int, sha256: str) -> File:
    return File(name, (_URL + name,), size=size, sha256=sha256, md5=md5)


class SVHN(DownloadedDataset, ArrayDataset):
    """House numbers from street views, cut into digits: 32x32 pixels in colour.

    The files say 10 for the digit zero; here it is 0. Reading them needs SciPy: ``pip install flambeau-vision[mat]``.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root``.
        split: ``"train"``, ``"test"`` or ``"extra"``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int of 0..9.
        download: Get what is missing.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        data, targets: All images, uint8 of shape ``(N, 32, 32, 3)``, and labels, int64.
        classes: What each label means.

    Raises:
        ImportError: SciPy is not installed.
    """

    about: ClassVar[Declaration] = Declaration(
        title="house numbers from street views, cut into digits",
        homepage="http://ufldl.stanford.edu/housenumbers/",
        parts={
            "train": (
                _file(
                    "train_32x32.mat",
                    "e26dedcc434d2e4c54c9b2d4a06d8373",
                    182040794,
                    "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
                ),
            ),
            "test": (
                _file(
                    "test_32x32.mat",
                    "eb5a983be6a315427106f1b164d9cef3",
                    64275384,
                    "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
                ),
            ),
            "extra": (
                _file(
                    "extra_32x32.mat",
                    "a93ce644f1a588dc4d68dda5feec44a7",
                    1329278602,
                    "a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3",
                ),
            ),
        },
        classes=tuple("0123456789"),
        image="32x32, RGB",
        counts={"train": 73257, "test": 26032, "extra": 531131},
        citation=(
            "Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu and A. Y. Ng (2011). Reading Digits in Natural "
            "Images with Unsupervised Feature Learning. NIPS."
        ),
        extra="mat",
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: {_TFDS}; MD5: {_TORCHVISION}",
            "sizes": _TFDS,
            "classes": _TORCHVISION,
            "counts": "tensorflow_datasets' docs/catalog/svhn_cropped.md",
            "citation": "tensorflow_datasets' docs/catalog/svhn_cropped.md",
        },
    )
    classes: ClassVar[tuple[str, ...]] = about.classes or ()

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        split: str = "train",
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.split = check_choice("SVHN", "split", split, self.about.parts)
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def needed(self) -> list[str]:
        return [self.split]

    def load(self, folder: Path) -> None:
        path = folder / f"{self.split}_32x32.mat"
        found = load_mat("SVHN", path)
        images = found["X"].reshape(32, 32, 3, -1)  # height, width, colour, number
        self.data = np.ascontiguousarray(images.transpose(3, 0, 1, 2))
        self.targets = np.atleast_1d(found["y"]).astype(np.int64) % 10
