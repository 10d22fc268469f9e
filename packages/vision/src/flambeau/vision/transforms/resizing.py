"""Transforms that change the size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from . import _random
from . import functional as F
from ._transform import Transform, check_range, size_in
from .functional import InterpolationMode
from .functional._interpolation import interpolation_mode
from .functional.resizing import check_antialias

__all__ = ["RandomResize", "RandomShortestSize", "Resize", "ScaleJitter"]

Interpolation = InterpolationMode | str | int


def check_size(operation: str, size: Any, numbers: tuple[int, ...] = (1, 2)) -> None:
    """That a size is one positive int or a sequence of them."""
    values = [size] if isinstance(size, int) else list(size) if isinstance(size, Sequence) else []
    if len(values) not in numbers or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in values):
        errors.value_error(operation, "size", "one positive int, or height and width", repr(size))


class _Resizing(Transform):
    geometric = True

    def __init__(self, interpolation: Interpolation, antialias: bool | None):
        self.interpolation = interpolation_mode(type(self).__name__, interpolation)
        check_antialias(type(self).__name__, antialias)
        self.antialias = antialias

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.resize(inpt, params["size"], self.interpolation, params.get("max_size"), self.antialias)


class Resize(_Resizing):
    """Another size, antialiased: the same pixels for every kind of image, Pillow's.

    Args:
        size: Height and width, or one number for the shorter side; None with ``max_size``: for the longer.
        interpolation: One of :class:`InterpolationMode`.
        max_size: The most that the longer side may get where ``size`` is one number.
        antialias: True; the argument is there so that scripts for torchvision run.

    Raises:
        ValueError: A size without pixels, another interpolation, or ``antialias=False``.

    Example:
        >>> from flambeau.vision.transforms import Resize
        >>> Resize(4)(ft.zeros(3, 8, 16)).shape
        (3, 4, 8)
    """

    def __init__(
        self,
        size: int | Sequence[int] | None,
        interpolation: Interpolation = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ):
        if size is None and max_size is None:
            errors.value_error("Resize", "size", "a size, or max_size", "None for both")
        if size is not None:
            check_size("Resize", size)
        self.size = size
        self.max_size = max_size
        super().__init__(interpolation, antialias)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        return {"size": self.size, "max_size": self.max_size}


class RandomResize(_Resizing):
    """A random size of the shorter side.

    Args:
        min_size: The least.
        max_size: What it stays below.
        interpolation, antialias: As in :class:`Resize`.

    Raises:
        ValueError: Sizes that are not positive or not in order, another interpolation, or ``antialias=False``.

    Example:
        >>> from flambeau.vision.transforms import RandomResize
        >>> RandomResize(4, 5)(ft.zeros(3, 8, 8)).shape
        (3, 4, 4)
    """

    def __init__(
        self,
        min_size: int,
        max_size: int,
        interpolation: Interpolation = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ):
        if not 0 < min_size < max_size:
            errors.value_error("RandomResize", "min_size", f"an int from 1 to below {max_size}", repr(min_size))
        self.min_size = min_size
        self.max_size = max_size
        super().__init__(interpolation, antialias)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        return {"size": _random.integer(generator, self.min_size, self.max_size)}


class RandomShortestSize(_Resizing):
    """A size of the shorter side that is chosen from a list.

    Args:
        min_size: One size, or several.
        max_size: The most that the longer side may get.
        interpolation, antialias: As in :class:`Resize`.

    Raises:
        ValueError: Sizes that are not positive, another interpolation, or ``antialias=False``.

    Example:
        >>> from flambeau.vision.transforms import RandomShortestSize
        >>> RandomShortestSize([4], max_size=6)(ft.zeros(3, 8, 16)).shape
        (3, 3, 6)
    """

    def __init__(
        self,
        min_size: int | Sequence[int],
        max_size: int | None = None,
        interpolation: Interpolation = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ):
        self.min_size = [min_size] if isinstance(min_size, int) else list(min_size)
        for size in self.min_size or [0]:
            check_size("RandomShortestSize", size)
        self.max_size = max_size
        super().__init__(interpolation, antialias)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        height, width = size_in("RandomShortestSize", inputs)
        factor = self.min_size[_random.integer(generator, 0, len(self.min_size))] / min(height, width)
        if self.max_size is not None:
            factor = min(factor, self.max_size / max(height, width))
        return {"size": (int(height * factor), int(width * factor))}


class ScaleJitter(_Resizing):
    """A random size around one that fits into a frame.

    G. Ghiasi et al., "Simple Copy-Paste is a Strong Data Augmentation Method for Instance Segmentation",
    https://arxiv.org/abs/2012.07177.

    Args:
        target_size: Height and width of the frame.
        scale_range: The range of factors.
        interpolation, antialias: As in :class:`Resize`.

    Raises:
        ValueError: Another range, another interpolation, or ``antialias=False``.

    Example:
        >>> from flambeau.vision.transforms import ScaleJitter
        >>> ScaleJitter((4, 4), (1.0, 1.0))(ft.zeros(3, 8, 16)).shape
        (3, 2, 4)
    """

    def __init__(
        self,
        target_size: tuple[int, int],
        scale_range: Sequence[float] = (0.1, 2.0),
        interpolation: Interpolation = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ):
        check_size("ScaleJitter", target_size, (2,))
        check_range("ScaleJitter", "scale_range", scale_range, 0)
        self.target_size = target_size
        self.scale_range = scale_range
        super().__init__(interpolation, antialias)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        height, width = size_in("ScaleJitter", inputs)
        factor = _random.uniform(generator, self.scale_range[0], self.scale_range[1])
        factor *= min(self.target_size[0] / height, self.target_size[1] / width)
        return {"size": (max(int(height * factor), 1), max(int(width * factor), 1))}
