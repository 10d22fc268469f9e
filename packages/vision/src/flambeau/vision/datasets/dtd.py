"""DTD: textures that can be described."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from flambeau.tensor import errors

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, Paths, load_rgb

__all__ = ["DTD"]

_TORCHVISION = "torchvision 0.28.0's dtd.py"
_TFDS = "tensorflow_datasets' url_checksums/dtd.txt"
_PARTITIONS = 10


class DTD(DownloadedDataset, FileDataset):
    """Photographs of textures by the word that describes them.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/dtd``.
        split: ``"train"``, ``"val"`` or ``"test"``.
        partition: Which of the ten divisions into these, 1..10.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        loader: Reads an image, given its path.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        classes: The words, by name.
        paths, targets: The images and their labels.
    """

    about: ClassVar[Declaration] = Declaration(
        title="textures by the word that describes them",
        homepage="https://www.robots.ox.ac.uk/~vgg/data/dtd/",
        folder="dtd",
        parts={
            "all": (
                File(
                    "dtd-r1.0.1.tar.gz",
                    ("https://www.robots.ox.ac.uk/~vgg/data/dtd/download/dtd-r1.0.1.tar.gz",),
                    size=625239812,
                    sha256="e42855a52a4950a3b59612834602aa253914755c95b0cff9ead6d07395f8e205",
                    md5="fff73e5086ae6bdbea199a49dfb8a4c1",
                    unpack=".",
                    makes=("dtd/labels", "dtd/images"),
                ),
            )
        },
        image="RGB",
        counts={"train": 1880, "val": 1880, "test": 1880},
        licence="for research purposes, as its catalogue says",
        citation=(
            "M. Cimpoi, S. Maji, I. Kokkinos, S. Mohamed and A. Vedaldi (2014). Describing Textures in the "
            "Wild. IEEE Conference on Computer Vision and Pattern Recognition."
        ),
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: {_TFDS}; MD5: {_TORCHVISION}",
            "sizes": _TFDS,
            "counts": "tensorflow_datasets' docs/catalog/dtd.md",
            "licence": "tensorflow_datasets' docs/catalog/dtd.md",
            "citation": "tensorflow_datasets' docs/catalog/dtd.md",
        },
    )

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        split: str = "train",
        partition: int = 1,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = load_rgb,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.split = check_choice("DTD", "split", split, ("train", "val", "test"))
        if not isinstance(partition, int) or not 1 <= partition <= _PARTITIONS:
            errors.value_error("DTD", "partition", f"an int from 1 to {_PARTITIONS}", repr(partition))
        self.partition = partition
        self.loader = loader
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def load(self, folder: Path) -> None:
        names = (folder / "dtd" / "labels" / f"{self.split}{self.partition}.txt").read_text().split()
        words = [name.partition("/")[0] for name in names]
        self.classes = tuple(sorted(set(words)))
        labels = self.class_to_idx
        self.targets = [labels[word] for word in words]
        self.paths = Paths(folder / "dtd" / "images", names)
