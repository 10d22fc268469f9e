"""Transforms that take parts of images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

from .. import tv_tensors
from . import _random
from . import functional as F
from ._transform import Transform, check_fill, check_range, fill_for, is_image, size_in
from .functional import InterpolationMode
from .functional._interpolation import interpolation_mode
from .functional.boxes import corners_of
from .functional.geometry import borders, check_padding_mode, two
from .functional.resizing import check_antialias
from .resizing import check_size

__all__ = ["CenterCrop", "FiveCrop", "RandomCrop", "RandomIoUCrop", "RandomResizedCrop", "TenCrop"]


class CenterCrop(Transform):
    """The middle of an image; what lies outside of the image is 0.

    Args:
        size: Height and width, or one number for both.

    Raises:
        ValueError: A size that is not positive.

    Example:
        >>> from flambeau.vision.transforms import CenterCrop
        >>> CenterCrop(1)(np.arange(9).reshape(3, 3)).tolist()
        [[4]]
    """

    geometric = True

    def __init__(self, size: int | Sequence[int]):
        check_size("CenterCrop", size)
        self.size = two(size)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.center_crop(inpt, self.size)


class RandomCrop(Transform):
    """A part at a random place.

    Args:
        size: Height and width, or one number for both.
        padding: A border around the image first, as in :class:`Pad`; None: none.
        pad_if_needed: A border where the image is smaller than the part; else that is an error.
        fill: What the border is, as in :class:`Pad`.
        padding_mode: ``"constant"``, ``"edge"``, ``"reflect"`` or ``"symmetric"``.

    Raises:
        ValueError: A size that is not positive, another mode, or another fill.

    Example:
        >>> from flambeau.vision.transforms import RandomCrop
        >>> RandomCrop(32, padding=4)(ft.zeros(3, 32, 32)).shape
        (3, 32, 32)
    """

    geometric = True

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ):
        check_size("RandomCrop", size)
        if padding is not None:
            borders("RandomCrop", padding)
        check_padding_mode("RandomCrop", padding_mode)
        check_fill("RandomCrop", fill)
        self.size = two(size)
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    @staticmethod
    def get_params(
        img: Any, output_size: Sequence[int], generator: ft.Generator | None = None
    ) -> tuple[int, int, int, int]:
        """Top, left, height and width of a random part of an image."""
        (rows, columns), (height, width) = F.get_size(img), output_size
        return RandomCrop._place(rows, columns, height, width, generator)

    @staticmethod
    def _place(
        rows: int, columns: int, height: int, width: int, generator: ft.Generator | None
    ) -> tuple[int, int, int, int]:
        if height > rows or width > columns:
            fix = "pass pad_if_needed=True, or a padding"
            errors.value_error("RandomCrop", "size", f"at most the image's {rows}x{columns}", f"{height}x{width}", fix)
        source = _random.source(generator)
        top = _random.integer(source, 0, rows - height + 1)
        return top, _random.integer(source, 0, columns - width + 1), height, width

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        rows, columns = size_in("RandomCrop", inputs)
        height, width = self.size
        left, top, right, bottom = borders("RandomCrop", self.padding or 0)
        if self.pad_if_needed:
            lack_rows = max(height - rows - top - bottom, 0)
            lack_columns = max(width - columns - left - right, 0)
            left, right, top, bottom = left + lack_columns, right + lack_columns, top + lack_rows, bottom + lack_rows
        place = self._place(rows + top + bottom, columns + left + right, height, width, generator)
        return {"padding": [left, top, right, bottom], "place": place}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        if any(params["padding"]):
            inpt = F.pad(inpt, params["padding"], fill_for(self.fill, inpt), self.padding_mode)
        return F.crop(inpt, *params["place"])


class RandomResizedCrop(Transform):
    """A part of random size, shape and place, resized.

    C. Szegedy et al., "Going Deeper with Convolutions", https://arxiv.org/abs/1409.4842.

    Args:
        size: Height and width of the result, or one number for both.
        scale: The range of the part's area, as parts of the image's.
        ratio: The range of width / height of the part.
        interpolation, antialias: As in :class:`Resize`.

    Raises:
        ValueError: A size that is not positive, a range that is none, another interpolation, or ``antialias=False``.

    Example:
        >>> from flambeau.vision.transforms import RandomResizedCrop
        >>> RandomResizedCrop(4)(ft.zeros(3, 8, 16)).shape
        (3, 4, 4)
    """

    geometric = True

    def __init__(
        self,
        size: int | Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: InterpolationMode | str | int = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ):
        check_size("RandomResizedCrop", size)
        check_range("RandomResizedCrop", "scale", scale, 0)
        check_range("RandomResizedCrop", "ratio", ratio, 1e-9)
        check_antialias("RandomResizedCrop", antialias)
        self.size = two(size)
        self.scale = tuple(scale)
        self.ratio = tuple(ratio)
        self.interpolation = interpolation_mode("RandomResizedCrop", interpolation)
        self.antialias = antialias

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float], generator: ft.Generator | None = None
    ) -> tuple[int, int, int, int]:
        """Top, left, height and width of a random part of an image."""
        rows, columns = F.get_size(img)
        return random_part(rows, columns, scale, ratio, _random.source(generator))

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        rows, columns = size_in("RandomResizedCrop", inputs)
        return {"place": random_part(rows, columns, self.scale, self.ratio, generator)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        part: tuple[int, int, int, int] = params["place"]
        return F.resized_crop(inpt, *part, self.size, self.interpolation, self.antialias)


def random_part(
    rows: int, columns: int, scale: Sequence[float], ratio: Sequence[float], generator: ft.Generator
) -> tuple[int, int, int, int]:
    """Ten tries; then the largest part in the middle whose shape is in range."""
    for _ in range(10):
        area = rows * columns * _random.uniform(generator, scale[0], scale[1])
        shape = _random.log_uniform(generator, ratio[0], ratio[1])
        width, height = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
        if 0 < width <= columns and 0 < height <= rows:
            top = _random.integer(generator, 0, rows - height + 1)
            return top, _random.integer(generator, 0, columns - width + 1), height, width
    found = columns / rows
    width = columns if found <= ratio[1] else round(rows * ratio[1])
    height = rows if found >= ratio[0] else round(columns / ratio[0])
    return (rows - height) // 2, (columns - width) // 2, height, width


class _Crops(Transform):
    """Several parts of each image: a tuple of images in the place of one."""

    def check_inputs(self, inputs: list[Any]) -> None:
        for part in inputs:
            if isinstance(part, tv_tensors.TVTensor) and not is_image(part):
                errors.type_error(type(self).__name__, "sample", "images and labels", type(part).__name__)


class FiveCrop(_Crops):
    """The four corners and the middle of an image.

    Args:
        size: Height and width, or one number for both.

    Raises:
        ValueError: A size that is not positive.

    Example:
        >>> from flambeau.vision.transforms import FiveCrop
        >>> [part.item() for part in FiveCrop(1)(np.arange(9).reshape(3, 3))]
        [0, 2, 6, 8, 4]
    """

    def __init__(self, size: int | Sequence[int]):
        check_size("FiveCrop", size)
        self.size = two(size)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.five_crop(inpt, self.size)


class TenCrop(_Crops):
    """The four corners and the middle of an image and of its mirror image.

    Args:
        size: Height and width, or one number for both.
        vertical_flip: Mirror it top to bottom instead of left to right.

    Raises:
        ValueError: A size that is not positive.

    Example:
        >>> from flambeau.vision.transforms import TenCrop
        >>> len(TenCrop(1)(np.arange(9).reshape(3, 3)))
        10
    """

    def __init__(self, size: int | Sequence[int], vertical_flip: bool = False):
        check_size("TenCrop", size)
        self.size = two(size)
        self.vertical_flip = vertical_flip

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.ten_crop(inpt, self.size, self.vertical_flip)


class RandomIoUCrop(Transform):
    """A random part that overlaps one of the boxes at least so much.

    W. Liu et al., "SSD: Single Shot MultiBox Detector", https://arxiv.org/abs/1512.02325. Boxes whose centre is cut off
    become empty; :class:`SanitizeBoundingBoxes` removes them.

    Args:
        min_scale, max_scale: The range of the sides, as parts of the image's.
        min_aspect_ratio, max_aspect_ratio: The range of width / height.
        sampler_options: Overlaps (intersection over union) to choose from; 1 or more leaves the image as it is.
        trials: How many parts to try before another overlap is chosen.

    Raises:
        TypeError: A sample without boxes.

    Example:
        >>> from flambeau.vision.transforms import RandomIoUCrop
        >>> from flambeau.vision.tv_tensors import BoundingBoxes
        >>> boxes = BoundingBoxes([[2, 2, 6, 6]], format="XYXY", canvas_size=(8, 8))
        >>> image, cut = RandomIoUCrop()(ft.zeros(3, 8, 8), boxes)
        >>> tuple(image.shape[-2:]) == cut.canvas_size
        True
    """

    geometric = True

    def __init__(
        self,
        min_scale: float = 0.3,
        max_scale: float = 1.0,
        min_aspect_ratio: float = 0.5,
        max_aspect_ratio: float = 2.0,
        sampler_options: Sequence[float] | None = None,
        trials: int = 40,
    ):
        check_range("RandomIoUCrop", "min_scale, max_scale", (min_scale, max_scale), 0, 1)
        check_range("RandomIoUCrop", "min_aspect_ratio, max_aspect_ratio", (min_aspect_ratio, max_aspect_ratio), 0)
        self.min_scale = min_scale
        self.max_scale = max_scale
        self.min_aspect_ratio = min_aspect_ratio
        self.max_aspect_ratio = max_aspect_ratio
        self.sampler_options = list(sampler_options or (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0))
        self.trials = trials

    def check_inputs(self, inputs: list[Any]) -> None:
        if not any(isinstance(part, tv_tensors.BoundingBoxes) for part in inputs):
            errors.type_error("RandomIoUCrop", "sample", "an image and BoundingBoxes", "no BoundingBoxes")

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        rows, columns = size_in("RandomIoUCrop", inputs)
        boxes = next(part for part in inputs if isinstance(part, tv_tensors.BoundingBoxes))
        corners = corners_of(boxes.coordinates_array(), boxes.format).reshape(-1, 4)
        if len(corners) == 0:
            return {}
        # every overlap asked for may be out of reach: a part that nobody finds must not be looked for forever
        for _ in range(50):
            least = self.sampler_options[_random.integer(generator, 0, len(self.sampler_options))]
            if least >= 1:
                return {}
            for _ in range(self.trials):
                place = self._tried(rows, columns, generator)
                kept = place and _overlapped(corners, place, least)
                if kept is not None and kept is not False:
                    return {"place": place, "kept": kept.reshape(boxes.shape[:-1])}
        return {}

    def _tried(self, rows: int, columns: int, generator: ft.Generator) -> tuple[int, int, int, int] | None:
        width, height = (
            int(length * _random.uniform(generator, self.min_scale, self.max_scale)) for length in (columns, rows)
        )
        if not width or not height or not self.min_aspect_ratio <= width / height <= self.max_aspect_ratio:
            return None
        top = int((rows - height) * _random.uniform(generator))
        return top, int((columns - width) * _random.uniform(generator)), height, width

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        if not params:
            return inpt
        result = F.crop(inpt, *params["place"])
        if isinstance(inpt, tv_tensors.BoundingBoxes):
            return result.moved(np.where(params["kept"][..., None], result.coordinates_array(), 0))
        return result


def _overlapped(corners: np.ndarray, place: tuple[int, int, int, int], least: float) -> np.ndarray | None:
    """Which boxes have their centre in a part, where one of these overlaps it enough; else None."""
    top, left, height, width = place
    part = np.array([left, top, left + width, top + height], dtype=np.float64)
    middle = (corners[:, :2] + corners[:, 2:]) / 2
    kept = ((middle > part[:2]) & (middle < part[2:])).all(-1)
    shared = (np.minimum(corners[:, 2:], part[2:]) - np.maximum(corners[:, :2], part[:2])).clip(0).prod(-1)
    union = (corners[:, 2:] - corners[:, :2]).prod(-1) + height * width - shared
    return kept if kept.any() and (shared / union)[kept].max() >= least else None
