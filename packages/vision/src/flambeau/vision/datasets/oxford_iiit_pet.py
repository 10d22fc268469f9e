"""The Oxford-IIIT pets: cats and dogs of 37 breeds, with segmentations."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from ._base import JointTransform, Transform, check_choice, check_choices, one_or_several
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, Paths, open_image

__all__ = ["OxfordIIITPet"]

_URL = "https://www.robots.ox.ac.uk/~vgg/data/pets/data/"
_TORCHVISION = "torchvision 0.28.0's oxford_iiit_pet.py"
_TFDS = "tensorflow_datasets' url_checksums/oxford_iiit_pet.txt, there by http"
_TYPES = ("category", "binary-category", "segmentation")


class OxfordIIITPet(DownloadedDataset, FileDataset):
    """Photographs of cats and dogs of 37 breeds, with segmentations.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/oxford-iiit-pet``.
        split: ``"trainval"`` or ``"test"``.
        target_types: ``"category"``, the breed, an int; ``"binary-category"``, 0 for a cat and 1 for a dog;
            ``"segmentation"``, a PIL image in which 1 is the pet, 2 the background and 3 neither; or a list of these,
            for tuples.
        transforms: Applied to image and target together; or else
        transform: applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``, and
        target_transform: applied to each target.
        download: Get what is missing.
        progress: Report how far the download is.

    Attributes:
        classes: The breeds.
        bin_classes: ``("Cat", "Dog")``.
        paths, targets: The images and their breeds.
    """

    about: ClassVar[Declaration] = Declaration(
        title="cats and dogs, with segmentations",
        homepage="https://www.robots.ox.ac.uk/~vgg/data/pets/",
        folder="oxford-iiit-pet",
        parts={
            "all": (
                File(
                    "images.tar.gz",
                    (_URL + "images.tar.gz",),
                    size=791918971,
                    sha256="67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d",
                    md5="5c4f3ee8e5d25df40f4fd59a7f44e54c",
                    unpack=".",
                    makes=("images",),
                ),
                File(
                    "annotations.tar.gz",
                    (_URL + "annotations.tar.gz",),
                    size=19173078,
                    sha256="52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91",
                    md5="95a8c909bbe2e81eed6a22bccdf3f68f",
                    unpack=".",
                    makes=("annotations",),
                ),
            )
        },
        image="RGB",
        counts={"trainval": 3680, "test": 3669},
        citation=(
            "O. M. Parkhi, A. Vedaldi, A. Zisserman and C. V. Jawahar (2012). Cats and Dogs. IEEE Conference on "
            "Computer Vision and Pattern Recognition."
        ),
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: {_TFDS}; MD5: {_TORCHVISION}",
            "sizes": _TFDS,
            "counts": "tensorflow_datasets' docs/catalog/oxford_iiit_pet.md",
            "citation": "tensorflow_datasets' docs/catalog/oxford_iiit_pet.md",
        },
    )
    bin_classes: ClassVar[tuple[str, ...]] = ("Cat", "Dog")

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        split: str = "trainval",
        target_types: str | Sequence[str] = "category",
        transforms: JointTransform | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        progress: bool = True,
    ):
        self.split = check_choice("OxfordIIITPet", "split", split, ("trainval", "test"))
        self.target_types = check_choices("OxfordIIITPet", "target_types", target_types, _TYPES)
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def load(self, folder: Path) -> None:
        path = folder / "annotations" / f"{self.split}.txt"
        # a line is the name of an image, its breed from 1 on, 1 for a cat or 2 for a dog, and a number within these
        rows = [line.split() for line in path.read_text().splitlines()]
        if any(len(row) != 4 for row in rows):
            self.corrupt(path, "four words in each line", "others")
        names = [row[0] for row in rows]
        self.targets = [int(row[1]) - 1 for row in rows]
        self.species = [int(row[2]) - 1 for row in rows]
        self.paths = Paths(folder / "images", [f"{name}.jpg" for name in names])
        self.masks = Paths(folder / "annotations" / "trimaps", [f"{name}.png" for name in names])
        breeds = {label: name.rpartition("_")[0] for name, label in zip(names, self.targets, strict=True)}
        self.classes = tuple(breeds[label].replace("_", " ").title() for label in sorted(breeds))

    def read(self, position: int) -> tuple[Any, Any]:
        image, breed = super().read(position)
        made = {
            "category": lambda: breed,
            "binary-category": lambda: self.species[position],
            "segmentation": lambda: open_image(self.masks[position]),
        }
        targets = [made[kind]() for kind in self.target_types]
        return image, one_or_several(targets) if targets else None
