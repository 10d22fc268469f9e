"""GTSRB: German traffic signs."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import ClassVar

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, Paths, load_rgb
from .folder import DatasetFolder

__all__ = ["GTSRB"]

_URL = "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/"
_TORCHVISION = "torchvision 0.28.0's gtsrb.py"


class GTSRB(DownloadedDataset, FileDataset):
    """Photographs of German traffic signs of 43 kinds.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/gtsrb``.
        split: ``"train"`` or ``"test"``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        paths, targets: The images and their labels.
    """

    about: ClassVar[Declaration] = Declaration(
        title="German traffic signs",
        homepage="https://benchmark.ini.rub.de/",
        folder="gtsrb",
        parts={
            "train": (
                File(
                    "GTSRB-Training_fixed.zip",
                    (_URL + "GTSRB-Training_fixed.zip",),
                    md5="513f3c79a4c5141765e10e952eaa2478",
                    unpack=".",
                    makes=("GTSRB/Training",),
                ),
            ),
            "test": (
                File(
                    "GTSRB_Final_Test_Images.zip",
                    (_URL + "GTSRB_Final_Test_Images.zip",),
                    md5="c7e4e6327067d32654124b0fe9e82185",
                    unpack=".",
                    makes=("GTSRB/Final_Test/Images",),
                ),
                File(
                    "GTSRB_Final_Test_GT.zip",
                    (_URL + "GTSRB_Final_Test_GT.zip",),
                    md5="fe31e9c9270bbcd7b84b7f21a9d9d9e5",
                    unpack=".",
                    makes=("GT-final_test.csv",),
                ),
            ),
        },
        image="RGB",
        read_in={"files": _TORCHVISION, "sums": f"MD5: {_TORCHVISION}"},
    )

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
        self.split = check_choice("GTSRB", "split", split, self.about.parts)
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def needed(self) -> list[str]:
        return [self.split]

    def load(self, folder: Path) -> None:
        if self.split == "train":
            images = DatasetFolder(folder / "GTSRB" / "Training", load_rgb, ".ppm")
            self.paths, self.targets = images.paths, images.targets
            return
        path = folder / "GT-final_test.csv"
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";", skipinitialspace=True))
        if not rows or not {"Filename", "ClassId"} <= rows[0].keys():
            self.corrupt(path, "columns Filename and ClassId", "others")
        self.targets = [int(row["ClassId"]) for row in rows]
        self.paths = Paths(folder / "GTSRB" / "Final_Test" / "Images", [row["Filename"] for row in rows])
