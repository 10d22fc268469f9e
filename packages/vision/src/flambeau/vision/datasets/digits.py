"""Digits: 1,797 scanned handwritten digits that ship inside the package."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import numpy as np
from flambeau.data import Dataset
from flambeau.tensor import errors
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Digits"]

_FILE = "digits.csv.gz"
_FULL_COUNT = 16  # a pixel of the file counts those that are on among 4x4 = 16 pixels of the scan


class Digits(Dataset[tuple[Any, Any]]):
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

    Attributes:
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

    def __init__(
        self,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ):
        if not isinstance(train, bool):
            errors.type_error("Digits", "train", "bool", type(train).__name__)
        for name, function in {"transform": transform, "target_transform": target_transform}.items():
            if function is not None and not callable(function):
                errors.type_error("Digits", name, "a function or None", type(function).__name__)
        self.train = train
        self.transform = transform
        self.target_transform = target_transform
        images, labels = _load(self.sha256)
        part = _is_test(labels) != train
        self._images, self._labels = images[part], labels[part]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        n = len(self)
        if not hasattr(index, "__index__"):
            errors.type_error("Digits", "index", "int", type(index).__name__)
        if not -n <= index < n:
            errors.index_error("Digits", "index", f"an int from {-n} to {n - 1}", str(index))
        image: Any = Image.fromarray(self._images[index])
        label: Any = int(self._labels[index])
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return image, label

    def __len__(self) -> int:
        return len(self._labels)

    def arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """All images and labels as new NumPy arrays ``(X, y)``, without the transforms.

        Returns:
            X: uint8 of shape ``(len(self), 8, 8)``, 0 is paper and 255 is ink.
            y: int64 of shape ``(len(self),)``.
        """
        return self._images.copy(), self._labels.copy()

    def __repr__(self) -> str:
        lines = [
            f"Digits: {len(self)} images of 8x8 to {'train on' if self.train else 'test with'}, 10 classes",
            f"    source: {self.source}",
            f"    licence: {self.licence}",
        ]
        for name in ("transform", "target_transform"):
            function = getattr(self, name)
            if function is not None:
                lines.append(f"    {name}: {function!r}".replace("\n", "\n    "))
        return "\n".join(lines)


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
