"""FakeData: noise in the shape of a dataset, to try a program with."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from flambeau.tensor import errors
from PIL import Image

from ._base import JointTransform, Transform, VisionDataset
from ._declaration import Declaration

__all__ = ["FakeData"]

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


class FakeData(VisionDataset):
    """Noise in the shape of a dataset; nothing is downloaded, nothing is kept.

    A sample depends on its index and ``random_offset`` alone: it is the same in every process and on every machine.

    Args:
        size: The number of samples.
        image_size: ``(channels, height, width)``; 1, 3 or 4 channels.
        num_classes: Labels are 0..num_classes - 1.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"L"``, ``"RGB"`` or ``"RGBA"``.
        target_transform: Applied to each label, an int.
        random_offset: Another number, other samples.
        transforms: Applied to image and label together, instead of the two.

    Example:
        >>> from flambeau.vision.datasets import FakeData
        >>> noise = FakeData(size=3, image_size=(3, 8, 6), num_classes=2)
        >>> image, label = noise[0]
        >>> len(noise), image.mode, image.size, label in (0, 1)
        (3, 'RGB', (6, 8), True)
    """

    about: ClassVar[Declaration] = Declaration(title="noise, to try a program with", image="any size")

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        random_offset: int = 0,
        *,
        transforms: JointTransform | None = None,
    ):
        super().__init__(None, transforms, transform, target_transform)
        for name, value, least in (("size", size, 0), ("num_classes", num_classes, 1)):
            if not isinstance(value, int) or value < least:
                errors.value_error("FakeData", name, f"an int, at least {least}", repr(value))
        shape = tuple(image_size)
        if len(shape) != 3 or shape[0] not in _MODES or min(shape) < 1:
            errors.value_error("FakeData", "image_size", "(1, 3 or 4 channels, height, width)", repr(image_size))
        self.size = size
        self.image_size = shape
        self.num_classes = num_classes
        self.random_offset = random_offset

    def __len__(self) -> int:
        return self.size

    def read(self, position: int) -> tuple[Any, Any]:
        random = np.random.Generator(np.random.Philox(key=[position, self.random_offset % 2**64]))
        channels, height, width = self.image_size
        pixels = random.integers(0, 256, (height, width, channels), dtype=np.uint8)
        image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
        return image, int(random.integers(self.num_classes))

    def summary(self) -> str:
        channels, height, width = self.image_size
        return f"{len(self)} images of {height}x{width} in {_MODES[channels]}, {self.num_classes} classes"

    def facts(self) -> dict[str, str]:
        return {name: value for name, value in super().facts().items() if name not in ("source", "licence")}
