"""SEMEION: handwritten digits, black and white."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import numpy as np

from ._base import JointTransform, Transform
from ._declaration import Declaration, File
from ._kinds import ArrayDataset, DownloadedDataset

__all__ = ["SEMEION"]

_TORCHVISION = "torchvision 0.28.0's semeion.py"
_PIXELS = 256


class SEMEION(DownloadedDataset, ArrayDataset):
    """1,593 handwritten digits, 16x16 pixels that are 0 or 255.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. The file is in ``root``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"L"``.
        target_transform: Applied to each label, an int of 0..9.
        download: Get what is missing.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        data, targets: All images, uint8 of shape ``(N, 16, 16)``, and labels, int64.
        classes: What each label means.
    """

    about: ClassVar[Declaration] = Declaration(
        title="handwritten digits, black and white",
        homepage="https://archive.ics.uci.edu/dataset/178/semeion+handwritten+digit",
        parts={
            "all": (
                File(
                    "semeion.data",
                    ("https://archive.ics.uci.edu/ml/machine-learning-databases/semeion/semeion.data",),
                    md5="cb545d371d2ce14ec121470795a77432",
                ),
            )
        },
        classes=tuple("0123456789"),
        image="16x16, black and white",
        read_in={"files": f"{_TORCHVISION}, there by http", "sums": f"MD5: {_TORCHVISION}", "classes": _TORCHVISION},
    )
    classes: ClassVar[tuple[str, ...]] = about.classes or ()

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def load(self, folder: Path) -> None:
        path = folder / "semeion.data"
        # a line is 256 pixels, 0 or 1, and ten numbers of which the one at the label's place is 1
        try:
            rows = np.loadtxt(path, dtype=np.float64, ndmin=2)
        except ValueError as error:
            self.corrupt(path, "numbers", str(error))
        if rows.shape[1] != _PIXELS + 10 or (np.count_nonzero(rows[:, _PIXELS:], axis=1) != 1).any():
            self.corrupt(path, f"{_PIXELS} pixels and one label in each line", f"{rows.shape[1]} numbers")
        self.data = (rows[:, :_PIXELS] * 255).astype(np.uint8).reshape(-1, 16, 16)
        self.targets = rows[:, _PIXELS:].argmax(axis=1)
