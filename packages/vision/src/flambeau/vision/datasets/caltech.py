"""Caltech 101 and 256: photographs of objects."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from ._base import JointTransform, Transform, check_choices, one_or_several
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, files_by_class
from ._mat import load_mat

__all__ = ["Caltech101", "Caltech256"]

_TORCHVISION = "torchvision 0.28.0's caltech.py"

# the annotations of these are in folders of other names
_ANNOTATED_AS = {
    "Faces": "Faces_2",
    "Faces_easy": "Faces_3",
    "Motorbikes": "Motorbikes_16",
    "airplanes": "Airplanes_Side_2",
}


class Caltech101(DownloadedDataset, FileDataset):
    """Photographs of objects of 101 categories, with an outline of each.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/caltech101``.
        target_type: ``"category"``, an int; ``"annotation"``, the outline, a float64 array of shape ``(2, points)``;
            or a list of these, for tuples. Reading outlines needs SciPy: ``pip install flambeau-vision[mat]``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each target.
        download: Get what is missing.
        transforms: Applied to image and target together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        classes, categories: The names of the categories, in order.
        paths, targets: The images and their categories.

    Raises:
        ImportError: (on reading an outline) SciPy is not installed.
    """

    about: ClassVar[Declaration] = Declaration(
        title="photographs of objects, with outlines",
        homepage="https://data.caltech.edu/records/mzrjq-6wc02",
        folder="caltech101",
        parts={
            "all": (
                File(
                    "caltech-101.zip",
                    ("https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip",),
                    md5="3138e1922a9193bfa496528edbbc45d0",
                    unpack=".",
                    makes=("101_ObjectCategories",),
                    inner="caltech-101/*.tar*",
                ),
            )
        },
        image="RGB",
        citation=(
            "L. Fei-Fei, R. Fergus and P. Perona (2004). Learning Generative Visual Models from Few Training "
            "Examples: An Incremental Bayesian Approach Tested on 101 Object Categories. Computer Vision and "
            "Pattern Recognition Workshop."
        ),
        extra="mat",
        read_in={
            "files": _TORCHVISION,
            "sums": f"MD5: {_TORCHVISION}",
            "citation": "tensorflow_datasets' docs/catalog/caltech101.md",
        },
    )

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        target_type: str | Sequence[str] = "category",
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.target_type = check_choices("Caltech101", "target_type", target_type, ("category", "annotation"))
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def load(self, folder: Path) -> None:
        self._annotations = folder / "Annotations"
        folder = folder / "101_ObjectCategories"
        # what was found by searching for nothing in particular is no class
        names = sorted(path.name for path in folder.iterdir() if path.is_dir())
        self.classes = tuple(name for name in names if name != "BACKGROUND_Google")
        self.paths, self.targets = files_by_class(folder, self.classes, ".jpg")

    @property
    def categories(self) -> list[str]:
        return list(self.classes)

    def read(self, position: int) -> tuple[Any, Any]:
        image, label = super().read(position)
        targets = [label if kind == "category" else self._outline(position) for kind in self.target_type]
        return image, one_or_several(targets)

    def _outline(self, position: int) -> Any:
        path = Path(self.paths[position])
        category = path.parent.name
        name = path.name.replace("image", "annotation").replace(".jpg", ".mat")
        return load_mat("Caltech101", self._annotations / _ANNOTATED_AS.get(category, category) / name)["obj_contour"]


class Caltech256(DownloadedDataset, FileDataset):
    """Photographs of objects of 256 categories and of clutter.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/caltech256``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        classes, categories: The names of the categories, in order; the last is ``"257.clutter"``.
        paths, targets: The images and their labels.
    """

    about: ClassVar[Declaration] = Declaration(
        title="photographs of objects",
        homepage="https://data.caltech.edu/records/nyy15-4j048",
        folder="caltech256",
        parts={
            "all": (
                File(
                    "256_ObjectCategories.tar",
                    ("https://data.caltech.edu/records/nyy15-4j048/files/256_ObjectCategories.tar",),
                    md5="67b4f42ca05d46448c6bb8ecd2220f6d",
                    unpack=".",
                    makes=("256_ObjectCategories",),
                ),
            )
        },
        image="RGB",
        read_in={"files": _TORCHVISION, "sums": f"MD5: {_TORCHVISION}"},
    )

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
        folder = folder / "256_ObjectCategories"
        self.classes = tuple(sorted(path.name for path in folder.iterdir() if path.is_dir()))
        self.paths, self.targets = files_by_class(folder, self.classes, ".jpg")

    @property
    def categories(self) -> list[str]:
        return list(self.classes)
