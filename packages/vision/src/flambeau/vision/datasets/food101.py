"""Food-101: photographs of dishes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, Paths, load_rgb

__all__ = ["Food101"]

_TORCHVISION = "torchvision 0.28.0's food101.py"
_TFDS = "tensorflow_datasets' url_checksums/food101.txt"


class Food101(DownloadedDataset, FileDataset):
    """Photographs of dishes of 101 kinds: of each 750 to train on, which are not cleaned, and 250 to test with.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/food-101``.
        split: ``"train"`` or ``"test"``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        loader: Reads an image, given its path.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        classes: The dishes, by name.
        paths, targets: The images and their labels.
    """

    about: ClassVar[Declaration] = Declaration(
        title="photographs of dishes",
        homepage="https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/",
        parts={
            "all": (
                File(
                    "food-101.tar.gz",
                    ("http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz",),
                    size=4996278331,
                    sha256="d97d15e438b7f4498f96086a4f7e2fa42a32f2712e87d3295441b2b6314053a4",
                    md5="85eeb15f3717b99a5da872d97d918f87",
                    unpack=".",
                    makes=("food-101/meta", "food-101/images"),
                ),
            )
        },
        counts={"train": 75750, "test": 25250},
        image="RGB, at most 512 on the longer side",
        citation=(
            "L. Bossard, M. Guillaumin and L. Van Gool (2014). Food-101 -- Mining Discriminative Components "
            "with Random Forests. European Conference on Computer Vision."
        ),
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: {_TFDS}; MD5: {_TORCHVISION}",
            "sizes": _TFDS,
            "counts": _TORCHVISION,
            "citation": "tensorflow_datasets' docs/catalog/food101.md",
        },
    )

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        split: str = "train",
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = load_rgb,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.split = check_choice("Food101", "split", split, ("train", "test"))
        self.loader = loader
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def load(self, folder: Path) -> None:
        path = folder / "food-101" / "meta" / f"{self.split}.json"
        try:
            images: dict[str, list[str]] = json.loads(path.read_text())
        except ValueError as error:
            self.corrupt(path, "JSON", str(error))
        self.classes = tuple(sorted(images))
        labels = self.class_to_idx
        self.targets = [labels[dish] for dish, names in images.items() for _ in names]
        names = [f"{name}.jpg" for names in images.values() for name in names]
        self.paths = Paths(folder / "food-101" / "images", names)
