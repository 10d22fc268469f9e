"""STL-10: photographs of ten kinds of things, few with labels and many without."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from flambeau.tensor import errors
from numpy.typing import NDArray

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import ArrayDataset, DownloadedDataset

__all__ = ["STL10"]

_TORCHVISION = "torchvision 0.28.0's stl10.py"
_TFDS = "tensorflow_datasets' url_checksums/stl10.txt"
_FOLDS = 10


class STL10(DownloadedDataset, ArrayDataset):
    """Photographs of ten kinds of things, few with labels and many without, 96x96 pixels in colour.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/stl10_binary``.
        split: ``"train"``, ``"test"``, ``"unlabeled"`` or ``"train+unlabeled"``; without a label the target is -1.
        folds: Of the training images only those of one of the ten folds for evaluation, 0..9; None for all.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        data, targets: All images, uint8 of shape ``(N, 96, 96, 3)``, and labels, int64.
        classes: What each label means, as the files say it.
    """

    about: ClassVar[Declaration] = Declaration(
        title="photographs of ten kinds of things, most without labels",
        homepage="https://cs.stanford.edu/~acoates/stl10/",
        parts={
            "all": (
                File(
                    "stl10_binary.tar.gz",
                    ("http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",),
                    size=2640397119,
                    sha256="f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866",
                    md5="91f7769df0f17e558f3565bffb0c7dfb",
                    unpack=".",
                    makes=("stl10_binary/class_names.txt",),
                ),
            )
        },
        image="96x96, RGB",
        counts={"train": 5000, "test": 8000, "unlabeled": 100000},
        citation=(
            "A. Coates, A. Ng and H. Lee (2011). An Analysis of Single Layer Networks in Unsupervised Feature "
            "Learning. AISTATS."
        ),
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: {_TFDS}; MD5: {_TORCHVISION}",
            "sizes": _TFDS,
            "counts": "tensorflow_datasets' docs/catalog/stl10.md",
            "citation": "tensorflow_datasets' docs/catalog/stl10.md",
        },
    )
    splits: ClassVar[tuple[str, ...]] = ("train", "test", "unlabeled", "train+unlabeled")

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        split: str = "train",
        folds: int | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.split = check_choice("STL10", "split", split, self.splits)
        if folds is not None and (not isinstance(folds, int) or not 0 <= folds < _FOLDS):
            errors.value_error("STL10", "folds", f"an int from 0 to {_FOLDS - 1}, or None", repr(folds))
        self.folds = folds
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def load(self, folder: Path) -> None:
        folder = folder / "stl10_binary"
        images: list[Any] = []
        labels: list[Any] = []
        for part in self.split.split("+"):
            some = self._images(folder / f"{part}_X.bin")
            if part == "unlabeled":
                known = np.full(len(some), -1, dtype=np.int64)
            else:
                known = np.fromfile(folder / f"{part}_y.bin", dtype=np.uint8).astype(np.int64) - 1
            if len(known) != len(some):
                self.corrupt(folder / f"{part}_y.bin", f"{len(some)} labels", f"{len(known)}")
            if part == "train" and self.folds is not None:
                lines = (folder / "fold_indices.txt").read_text().splitlines()
                chosen = np.array(lines[self.folds].split(), dtype=np.int64)
                some, known = some[chosen], known[chosen]
            images.append(some)
            labels.append(known)
        self.data, self.targets = np.concatenate(images), np.concatenate(labels)
        self.classes = tuple((folder / "class_names.txt").read_text().split())

    def _images(self, path: Path) -> NDArray[np.uint8]:
        """An image is its red, green and blue plane, and a plane is written column by column."""
        data = np.fromfile(path, dtype=np.uint8)
        if data.size % (3 * 96 * 96):
            self.corrupt(path, "whole images of 96x96x3 bytes", f"{data.size} bytes")
        return np.ascontiguousarray(data.reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1))
