"""USPS: handwritten digits from envelopes."""

from __future__ import annotations

import bz2
import os
from pathlib import Path
from typing import ClassVar

import numpy as np

from ._base import JointTransform, Transform, check_flag
from ._declaration import Declaration, File
from ._kinds import ArrayDataset, DownloadedDataset

__all__ = ["USPS"]

_URL = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/"
_TORCHVISION = "torchvision 0.28.0's usps.py"
_SIDE = 16


class USPS(DownloadedDataset, ArrayDataset):
    """Handwritten digits from envelopes of the US postal service, 16x16 grey pixels.

    The files hold numbers from -1 to 1: here ``x`` is the grey value ``(x + 1) / 2 * 255``, rounded down.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root``.
        train: The training images; False for the test images.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"L"``.
        target_transform: Applied to each label, an int of 0..9.
        download: Get what is missing.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far downloads are.

    Attributes:
        data, targets: All images, uint8 of shape ``(N, 16, 16)``, and labels, int64.
        classes: What each label means.
    """

    about: ClassVar[Declaration] = Declaration(
        title="handwritten digits from envelopes",
        homepage="https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass.html#usps",
        parts={
            "train": (File("usps.bz2", (_URL + "usps.bz2",), md5="ec16c51db3855ca6c91edd34d0e9b197"),),
            "test": (File("usps.t.bz2", (_URL + "usps.t.bz2",), md5="8ea070ee2aca1ac39742fdd1ef5ed118"),),
        },
        classes=tuple("0123456789"),
        image="16x16, grey",
        read_in={"files": _TORCHVISION, "sums": f"MD5: {_TORCHVISION}", "classes": _TORCHVISION},
    )
    classes: ClassVar[tuple[str, ...]] = about.classes or ()

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
        self.train = check_flag("USPS", "train", train)
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def needed(self) -> list[str]:
        return ["train" if self.train else "test"]

    def load(self, folder: Path) -> None:
        path = folder / ("usps.bz2" if self.train else "usps.t.bz2")
        with bz2.open(path, "rt") as file:
            rows = [line.split() for line in file]
        # a line is a label of 1..10, and 256 pairs number:value in order
        try:
            values = [[float(pair.partition(":")[2]) for pair in row[1:]] for row in rows]
            pixels = np.array(values, dtype=np.float32).reshape(-1, _SIDE, _SIDE)
            self.targets = np.array([int(row[0]) - 1 for row in rows], dtype=np.int64)
        except (ValueError, IndexError) as error:
            self.corrupt(path, f"a label and {_SIDE * _SIDE} numbered values in each line", str(error))
        self.data = ((pixels + 1) / 2 * 255).astype(np.uint8)
