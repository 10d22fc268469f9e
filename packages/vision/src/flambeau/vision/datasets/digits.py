"""Digits: 1,797 scanned handwritten digits that ship inside the package."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import ClassVar

import numpy as np
from flambeau.tensor import errors
from numpy.typing import NDArray

from ._base import JointTransform, Transform, check_flag
from ._declaration import Declaration
from ._kinds import ArrayDataset

__all__ = ["Digits"]

_FILE = "digits.csv.gz"
_FULL_COUNT = 16  # a pixel of the file counts those that are on among 4x4 = 16 pixels of the scan
_ATTRIBUTION = "digits.ATTRIBUTION.md beside the file"


class Digits(ArrayDataset):
    """Handwritten digits, 8x8 grey pixels: 1,347 to train on and 450 to test with.

    The images are the UCI data set *Optical Recognition of Handwritten Digits* (its test part), by E. Alpaydin and
    C. Kaynak, CC BY 4.0. They are in the package; nothing is downloaded.

    **Pixels.** The file counts the pixels that are on in blocks of 4x4 of the scan: 0..16. Here a count ``c`` is the
    grey value ``round(c * 255 / 16)``: 0 is paper, 255 is ink, and ``round(pixel * 16 / 255)`` gives the count back.

    **Split.** The images are ordered by class, and within a class as in the file; every fourth of that order, starting
    with the first, is for testing, the others are for training. So a quarter of each class is in the test set, give or
    take one image. Both parts keep the order of the file. The same 13 people wrote both parts: a test accuracy says how
    well *their* digits are read, and is not comparable with UCI's split by writer.

    Args:
        train: The training images; False for the test images.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"L"``.
        target_transform: Applied to each label, an int of 0..9.
        transforms: Applied to image and label together, instead of the two.

    Attributes:
        data, targets: All images, uint8 of shape ``(N, 8, 8)``, and labels, int64.
        classes: What each label means.
        licence, source, citation: Of the images; ``digits.ATTRIBUTION.md`` beside the file says where they were read.
        sha256: Of the file; checked when it is read.

    Raises:
        FileCorrupt: The file in the package is not what it should be.

    Example:
        >>> from flambeau.vision.datasets import Digits
        >>> digits = Digits(train=False)
        >>> image, label = digits[0]
        >>> len(digits), image.size, image.mode, label
        (450, (8, 8), 'L', 0)
        >>> X, y = digits.arrays()
        >>> X.shape, X.dtype, y.shape
        ((450, 8, 8), dtype('uint8'), (450,))
    """

    classes: ClassVar[tuple[str, ...]] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
    licence: ClassVar[str] = "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"
    source: ClassVar[str] = "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits"
    citation: ClassVar[str] = (
        "E. Alpaydin and C. Kaynak (1998). Optical Recognition of Handwritten Digits [data set]. "
        "UCI Machine Learning Repository. https://doi.org/10.24432/C50P49"
    )
    sha256: ClassVar[str] = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
    about: ClassVar[Declaration] = Declaration(
        title="handwritten digits, inside the package",
        homepage=source,
        classes=classes,
        counts={"train": 1347, "test": 450},
        image="8x8, grey",
        licence=licence,
        citation=citation,
        read_in={"classes": "the file", "counts": "the file", "licence": _ATTRIBUTION, "citation": _ATTRIBUTION},
    )

    def __init__(
        self,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        *,
        transforms: JointTransform | None = None,
    ):
        self.train = check_flag("Digits", "train", train)
        super().__init__(None, transforms, transform, target_transform)
        images, labels = _load(self.sha256)
        part = _is_test(labels) != train
        self.data, self.targets = images[part], labels[part]

    def summary(self) -> str:
        return f"{len(self)} images of 8x8 to {'train on' if self.train else 'test with'}, 10 classes"


def _is_test(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The split: every fourth image is for testing, in the order of classes and then of the file."""
    by_class = np.argsort(labels, kind="stable")
    chosen = np.zeros(len(labels), dtype=bool)
    chosen[by_class[::4]] = True
    return chosen


@cache
def _load(sha256: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All images and labels in the order of the file."""
    packed = files(__package__).joinpath(_FILE).read_bytes()
    found = hashlib.sha256(packed).hexdigest()
    if found != sha256:
        fix = "reinstall flambeau-vision"
        raise errors.FileCorrupt(errors.message("Digits", None, f"{_FILE} with SHA-256 {sha256}", found, fix))
    rows = np.loadtxt(gzip.decompress(packed).decode("ascii").splitlines(), delimiter=",", dtype=np.uint8)
    counts = rows[:, :-1].reshape(-1, 8, 8)
    images = np.round(counts * (255 / _FULL_COUNT)).astype(np.uint8)
    return images, rows[:, -1].astype(np.int64)
