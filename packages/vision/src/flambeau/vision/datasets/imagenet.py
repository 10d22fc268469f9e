"""ImageNet (ILSVRC 2012), from the archives that its users are given."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, Paths, load_rgb
from ._mat import load_mat
from .folder import ImageFolder

__all__ = ["ImageNet"]

_TORCHVISION = "torchvision 0.28.0's imagenet.py"
_TFDS = "tensorflow_datasets' url_checksums/imagenet2012.txt"
_DEVKIT = "ILSVRC2012_devkit_t12"
_TRUTH = f"{_DEVKIT}/data/ILSVRC2012_validation_ground_truth.txt"


class ImageNet(DownloadedDataset, FileDataset):
    """The photographs of the ImageNet challenge of 2012, a thousand classes.

    It cannot be downloaded without an account: put ``ILSVRC2012_devkit_t12.tar.gz`` and ``ILSVRC2012_img_train.tar``
    or ``ILSVRC2012_img_val.tar``, from image-net.org, into ``root``. They are verified and unpacked when first needed;
    a folder that PyTorch's torchvision has unpacked is taken as it is. Reading the devkit needs SciPy:
    ``pip install flambeau-vision[mat]``.

    Args:
        root: The folder of the archives; None for :func:`data_home`.
        split: ``"train"`` or ``"val"``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int.
        loader: Reads an image, given its path.
        transforms: Applied to image and label together, instead of the two.
        progress: Report what is being done.

    Attributes:
        classes: Of each class a tuple of its names.
        wnids: The WordNet identifiers of the classes, in order.
        class_to_idx, wnid_to_idx: The label of each name, and of each identifier.
        paths, targets: The images and their labels.

    Raises:
        FileNotFoundError: An archive is missing.
        ImportError: SciPy is not installed.
    """

    about: ClassVar[Declaration] = Declaration(
        title="photographs of a thousand kinds of things",
        homepage="https://image-net.org/challenges/LSVRC/2012/2012-downloads.php",
        parts={
            "devkit": (
                File(
                    f"{_DEVKIT}.tar.gz",
                    md5="fa75699e90414af021442c21a62c3abf",
                    unpack=".",
                    makes=(f"{_DEVKIT}/data/meta.mat", _TRUTH),
                ),
            ),
            "train": (
                File(
                    "ILSVRC2012_img_train.tar",
                    size=147897477120,
                    sha256="b08200a27a8e34218a0e58fde36b0fe8f73bc377f4acea2d91602057c3ca45bb",
                    md5="1d675b47d978889d74fa0da5fadfb00e",
                    unpack="train",
                    makes=("train",),
                    inner="*.tar",
                    inner_to="{stem}",
                ),
            ),
            "val": (
                File(
                    "ILSVRC2012_img_val.tar",
                    size=6744924160,
                    sha256="c7e06a6c0baccf06d8dbeb6577d71efff84673a5dbdd50633ab44f8ea0456ae0",
                    md5="29b22e2961454d5413ddabcf34fc5622",
                    unpack="val",
                    makes=("val",),
                ),
            ),
        },
        image="RGB",
        counts={"train": 1281167, "val": 50000},
        citation=(
            "O. Russakovsky, J. Deng, H. Su, J. Krause, S. Satheesh, S. Ma, Z. Huang, A. Karpathy, A. Khosla, "
            "M. Bernstein, A. C. Berg and L. Fei-Fei (2015). ImageNet Large Scale Visual Recognition Challenge. "
            "International Journal of Computer Vision 115(3). https://doi.org/10.1007/s11263-015-0816-y"
        ),
        extra="mat",
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: {_TFDS}; MD5: {_TORCHVISION}",
            "sizes": _TFDS,
            "counts": "tensorflow_datasets' docs/catalog/imagenet2012.md",
            "citation": "tensorflow_datasets' docs/catalog/imagenet2012.md",
        },
    )

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        split: str = "train",
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        loader: Callable[[str], Any] = load_rgb,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.split = check_choice("ImageNet", "split", split, ("train", "val"))
        self.loader = loader
        super().__init__(root, transforms, transform, target_transform, False, progress)

    def needed(self) -> list[str]:
        return ["devkit", self.split]

    def load(self, folder: Path) -> None:
        # a synset: its number, its WordNet identifier, its names, a gloss, how many children it has, and more;
        # those without children are the classes
        synsets = load_mat("ImageNet", folder / _DEVKIT / "data" / "meta.mat")["synsets"]
        leaves = sorted((str(s[1]), str(s[2]), int(s[0])) for s in synsets.reshape(-1) if int(s[4]) == 0)
        self.wnids = tuple(wnid for wnid, _, _ in leaves)
        self.classes: tuple[tuple[str, ...], ...] = tuple(tuple(names.split(", ")) for _, names, _ in leaves)
        images = folder / self.split
        if self.split == "val" and not any(path.is_dir() for path in images.iterdir()):
            labels = {number: label for label, (_, _, number) in enumerate(leaves)}
            self._label_by_truth(folder / _TRUTH, images, labels)
            return
        found = ImageFolder(images, allow_empty=True)
        known = self.wnid_to_idx
        strangers = [name for name in found.classes if name not in known]
        if strangers:
            self.corrupt(images, "folders named after the classes of the devkit", repr(strangers[0]))
        self.paths = found.paths
        self.targets = [known[found.classes[label]] for label in found.targets]

    def _label_by_truth(self, truth: Path, images: Path, labels: dict[int, int]) -> None:
        """The images of the validation set in their order have the numbers of the synsets in a file of their own."""
        names = sorted(path.name for path in images.iterdir())
        numbers = [int(line) for line in truth.read_text().split()]
        if len(names) != len(numbers):
            self.corrupt(images, f"{len(numbers)} images, as there are labels,", f"{len(names)}")
        rows = sorted((labels[number], name) for number, name in zip(numbers, names, strict=True))
        self.targets = [label for label, _ in rows]
        self.paths = Paths(images, [name for _, name in rows])

    @property
    def wnid_to_idx(self) -> dict[str, int]:
        return {wnid: label for label, wnid in enumerate(self.wnids)}

    @property
    def class_to_idx(self) -> dict[str, int]:
        return {name: label for label, names in enumerate(self.classes) for name in names}
