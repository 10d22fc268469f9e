"""Omniglot: 1,623 handwritten characters of 50 alphabets."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from PIL import Image

from ._base import JointTransform, Transform, check_flag
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, files_by_class, open_image

__all__ = ["Omniglot"]

_URL = "https://raw.githubusercontent.com/brendenlake/omniglot/master/python/"
_TORCHVISION = "torchvision 0.28.0's omniglot.py"
_TFDS = "tensorflow_datasets' url_checksums/omniglot.txt"


def _file(name: str, md5: str, size: int, sha256: str) -> File:
    return File(f"{name}.zip", (f"{_URL}{name}.zip",), size=size, sha256=sha256, md5=md5, unpack=".", makes=(name,))


def _load_grey(path: str) -> Image.Image:
    return open_image(path).convert("L")


class Omniglot(DownloadedDataset, FileDataset):
    """1,623 characters of 50 alphabets, each drawn by 20 people: 105x105 pixels, black on white.

    A class is one character of one alphabet. Alphabets, characters and images are numbered by name.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/omniglot-py``.
        background: The 30 alphabets of the background set; False for the 20 of the evaluation set.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"L"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        loader: Reads an image, given its path.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        classes: The characters, as ``"alphabet/character"``.
        paths, targets: The images and their labels.
    """

    about: ClassVar[Declaration] = Declaration(
        title="handwritten characters of 50 alphabets",
        homepage="https://github.com/brendenlake/omniglot",
        folder="omniglot-py",
        parts={
            "background": (
                _file(
                    "images_background",
                    "68d2efa1b9178cc56df9314c21c6e718",
                    9464212,
                    "ad41ab679c8b5d90b271ef46be6987cc81211774a695c29dcc5367b2b26ee640",
                ),
            ),
            "evaluation": (
                _file(
                    "images_evaluation",
                    "6b91aef0f799c5bb55b94e3f2daec811",
                    6462886,
                    "1f61a8f3366785b057fc117d9228e78a16e3d976c8953b2a10fcc74cf0609cee",
                ),
            ),
        },
        image="105x105, black and white",
        counts={"background": 19280, "evaluation": 13180},
        citation=(
            "B. M. Lake, R. Salakhutdinov and J. B. Tenenbaum (2015). Human-level concept learning through "
            "probabilistic program induction. Science 350(6266)."
        ),
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: {_TFDS}, there by github.com/.../raw; MD5: {_TORCHVISION}",
            "sizes": _TFDS,
            "counts": "tensorflow_datasets' docs/catalog/omniglot.md",
            "citation": "tensorflow_datasets' docs/catalog/omniglot.md",
        },
    )

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        background: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = _load_grey,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.background = check_flag("Omniglot", "background", background)
        self.loader = loader
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def needed(self) -> list[str]:
        return ["background" if self.background else "evaluation"]

    def load(self, folder: Path) -> None:
        folder = folder / ("images_background" if self.background else "images_evaluation")
        characters = [path for path in sorted(folder.glob("*/*")) if path.is_dir()]
        self.classes = tuple(f"{path.parent.name}/{path.name}" for path in characters)
        self.paths, self.targets = files_by_class(folder, self.classes, ".png")
