"""Transforms as classes: they hold parameters and say what they are; the work is in ``functional``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

from . import functional as F

__all__ = ["Compose", "Normalize", "ToTensor"]


class Compose:
    """Several transforms, one after the other.

    Args:
        transforms: Functions of one argument.

    Raises:
        TypeError: Something in ``transforms`` is not callable.

    Example:
        >>> from flambeau.vision.transforms import Compose, Normalize, ToTensor
        >>> Compose([ToTensor(), Normalize([0.5], [0.5])])
        Compose([
            ToTensor(),
            Normalize(mean=[0.5], std=[0.5]),
        ])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]):
        for position, transform in enumerate(transforms):
            if not callable(transform):
                errors.type_error("Compose", f"transforms[{position}]", "a function", type(transform).__name__)
        self.transforms = list(transforms)

    def __call__(self, image: Any) -> Any:
        for transform in self.transforms:
            image = transform(image)
        return image

    def __repr__(self) -> str:
        lines = [f"{transform!r},".replace("\n", "\n    ") for transform in self.transforms]
        return "\n    ".join(["Compose([", *lines]) + "\n])"


class ToTensor:
    """A PIL image or an array of shape (H, W) or (H, W, C) as a Tensor of shape (C, H, W); bytes become 0..1.

    :func:`~flambeau.vision.transforms.functional.to_tensor` has the details.

    Example:
        >>> from flambeau.vision.transforms import ToTensor
        >>> ToTensor()(np.full((8, 8, 3), 255, dtype=np.uint8)).shape
        (3, 8, 8)
    """

    def __call__(self, pic: Image.Image | np.ndarray) -> ft.Tensor:
        return F.to_tensor(pic)

    def __repr__(self) -> str:
        return "ToTensor()"


class Normalize:
    """Shift and scale each channel: ``(tensor - mean) / std``.

    Args:
        mean: One number for each channel, or one for all.
        std: One number for each channel, or one for all.
        inplace: Change the Tensor itself.

    Raises:
        TypeError: ``mean`` or ``std`` not numbers.
        ValueError: A zero in ``std``.

    Example:
        >>> from flambeau.vision.transforms import Normalize
        >>> Normalize(mean=[0.5], std=[0.25])(ft.ones(1, 1, 2)).tolist()
        [[[2.0, 2.0]]]
    """

    def __init__(self, mean: float | Sequence[float], std: float | Sequence[float], inplace: bool = False):
        self.mean, self.std = F.check_normalization("Normalize", mean, std)
        self.inplace = inplace

    def __call__(self, tensor: ft.Tensor) -> ft.Tensor:
        return F.normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self) -> str:
        return f"Normalize(mean={self.mean}, std={self.std}" + (", inplace=True)" if self.inplace else ")")
