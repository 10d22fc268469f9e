"""EuroSAT: land use seen from a satellite."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from ._base import JointTransform, Transform
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, load_rgb
from .folder import ImageFolder

__all__ = ["EuroSAT"]

_TORCHVISION = "torchvision 0.28.0's eurosat.py"
_COMMIT = "c877bcd43f099cd0196738f714544e355477f3fd"


class EuroSAT(DownloadedDataset, FileDataset):
    """Land use in ten classes, seen from the Sentinel-2 satellite: 64x64 pixels in colour.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/eurosat``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        loader: Reads an image, given its path.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        classes: The kinds of land use, by name.
        paths, targets: The images and their labels.
    """

    about: ClassVar[Declaration] = Declaration(
        title="land use seen from a satellite",
        homepage="https://github.com/phelber/eurosat",
        folder="eurosat",
        parts={
            "all": (
                File(
                    "EuroSAT.zip",
                    (f"https://huggingface.co/datasets/torchgeo/eurosat/resolve/{_COMMIT}/EuroSAT.zip",),
                    md5="c8fa014336c82ac7804f0398fcb19387",
                    unpack=".",
                    makes=("2750",),
                ),
            )
        },
        image="64x64, RGB",
        counts={"all": 27000},
        licence="MIT",
        citation=(
            "P. Helber, B. Bischke, A. Dengel and D. Borth (2017). EuroSAT: A Novel Dataset and Deep Learning "
            "Benchmark for Land Use and Land Cover Classification. arXiv:1709.00029."
        ),
        read_in={
            "files": _TORCHVISION,
            "sums": f"MD5: {_TORCHVISION}",
            "counts": "tensorflow_datasets' docs/catalog/eurosat.md",
            "licence": "geeksrepos.com/phelber/eurosat, a copy of the repository's page",
            "citation": "tensorflow_datasets' docs/catalog/eurosat.md",
        },
    )

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = load_rgb,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.loader = loader
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def load(self, folder: Path) -> None:
        images = ImageFolder(folder / "2750")
        self.classes, self.paths, self.targets = images.classes, images.paths, images.targets
