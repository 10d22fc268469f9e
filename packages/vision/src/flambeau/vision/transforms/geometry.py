"""Transforms that move pixels: sizes, flips, borders, rotations and other deformations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from . import _random
from . import functional as F
from ._transform import RandomTransform, Transform, check_fill, check_range, fill_for, range_of, size_in
from .functional import InterpolationMode
from .functional._interpolation import interpolation_mode
from .functional.geometry import borders, check_padding_mode

__all__ = [
    "ElasticTransform",
    "Pad",
    "RandomAffine",
    "RandomHorizontalFlip",
    "RandomPerspective",
    "RandomRotation",
    "RandomVerticalFlip",
    "RandomZoomOut",
]

Interpolation = InterpolationMode | str | int


class RandomHorizontalFlip(RandomTransform):
    """Left and right swapped, with probability ``p``.

    Args:
        p: The probability.

    Raises:
        ValueError: ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomHorizontalFlip
        >>> RandomHorizontalFlip(p=1)(np.array([[1, 2]])).tolist()
        [[2, 1]]
    """

    geometric = True

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.horizontal_flip(inpt)


class RandomVerticalFlip(RandomTransform):
    """Top and bottom swapped, with probability ``p``.

    Args:
        p: The probability.

    Raises:
        ValueError: ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomVerticalFlip
        >>> RandomVerticalFlip(p=1)(np.array([[1], [2]])).tolist()
        [[2], [1]]
    """

    geometric = True

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.vertical_flip(inpt)


class Pad(Transform):
    """A border.

    Args:
        padding: One number for all sides, two for left and right, and for top and bottom, or four: left, top, right,
            bottom.
        fill: What a constant border of images is: one number, or one for each channel; of masks it is 0. A dictionary
            of types and fills says otherwise: ``{tv_tensors.Image: 0, tv_tensors.Mask: 255}``.
        padding_mode: ``"constant"``, ``"edge"``, ``"reflect"`` or ``"symmetric"``.

    Raises:
        ValueError: Another mode, or another number of numbers.

    Example:
        >>> from flambeau.vision.transforms import Pad
        >>> Pad([1, 0], fill=9)(np.array([[1, 2]])).tolist()
        [[9, 1, 2, 9]]
    """

    geometric = True

    def __init__(self, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant"):
        borders("Pad", padding)
        check_padding_mode("Pad", padding_mode)
        check_fill("Pad", fill)
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.pad(inpt, self.padding, fill_for(self.fill, inpt), self.padding_mode)


class RandomRotation(Transform):
    """A rotation by a random angle.

    Args:
        degrees: The range of angles, counter-clockwise; one number is the range from its negative to itself.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        expand: Make the frame so large that nothing is cut off.
        center: The point (x, y) to turn about; None: the middle.
        fill: As in :class:`Pad`.

    Raises:
        ValueError: A range that is none, another interpolation, or another fill.

    Example:
        >>> from flambeau.vision.transforms import RandomRotation
        >>> RandomRotation((90, 90))(np.array([[1, 2], [3, 4]], np.uint8)).tolist()
        [[2, 4], [1, 3]]
    """

    geometric = True

    def __init__(
        self,
        degrees: float | Sequence[float],
        interpolation: Interpolation = InterpolationMode.NEAREST,
        expand: bool = False,
        center: Sequence[float] | None = None,
        fill: Any = 0,
    ):
        self.degrees = range_of("RandomRotation", "degrees", degrees)
        self.interpolation = interpolation_mode("RandomRotation", interpolation, warps=True)
        self.expand = expand
        self.center = center
        check_fill("RandomRotation", fill)
        self.fill = fill

    @staticmethod
    def get_params(degrees: Sequence[float], generator: ft.Generator | None = None) -> float:
        """A random angle."""
        return _random.uniform(_random.source(generator), degrees[0], degrees[1])

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        return {"angle": self.get_params(self.degrees, generator)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        fill = fill_for(self.fill, inpt)
        return F.rotate(inpt, params["angle"], self.interpolation, self.expand, self.center, fill)


class RandomAffine(Transform):
    """A random rotation, shift, scale and shear.

    Args:
        degrees: The range of angles, clockwise; one number is the range from its negative to itself.
        translate: The greatest shifts, as parts of width and height; None: none.
        scale: The range of scales; None: 1.
        shear: The range of shears along x in degrees, or of those along x and along y: two or four numbers; one number
            is the range from its negative to itself; None: none.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        fill: As in :class:`Pad`.
        center: The point (x, y) that stays where it is; None: the middle.

    Raises:
        ValueError: A range that is none, another interpolation, or another fill.

    Example:
        >>> from flambeau.vision.transforms import RandomAffine
        >>> RandomAffine(degrees=10, translate=(0.1, 0.1), shear=5)(ft.zeros(3, 8, 8)).shape
        (3, 8, 8)
    """

    geometric = True

    def __init__(
        self,
        degrees: float | Sequence[float],
        translate: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        shear: float | Sequence[float] | None = None,
        interpolation: Interpolation = InterpolationMode.NEAREST,
        fill: Any = 0,
        center: Sequence[float] | None = None,
    ):
        self.degrees = range_of("RandomAffine", "degrees", degrees)
        if translate is not None and (len(translate) != 2 or not all(0 <= part <= 1 for part in translate)):
            errors.value_error("RandomAffine", "translate", "two numbers from 0 to 1", repr(translate))
        if scale is not None:
            check_range("RandomAffine", "scale", scale, 0)
            if not scale[0] > 0:
                errors.value_error("RandomAffine", "scale", "positive numbers", repr(scale))
        self.translate = translate
        self.scale = scale
        self.shear = None if shear is None else _shears(shear)
        self.interpolation = interpolation_mode("RandomAffine", interpolation, warps=True)
        check_fill("RandomAffine", fill)
        self.fill = fill
        self.center = center

    @staticmethod
    def get_params(
        degrees: Sequence[float],
        translate: Sequence[float] | None,
        scale_ranges: Sequence[float] | None,
        shears: Sequence[float] | None,
        img_size: Sequence[int],
        generator: ft.Generator | None = None,
    ) -> tuple[float, tuple[int, int], float, tuple[float, float]]:
        """Random angle, shift, scale and shear; ``img_size`` is width and height."""
        source = _random.source(generator)
        angle = _random.uniform(source, degrees[0], degrees[1])
        shift = [0, 0]
        if translate is not None:
            most = [part * length for part, length in zip(translate, img_size, strict=True)]
            shift = [round(_random.uniform(source, -m, m)) for m in most]
        scale = 1.0 if scale_ranges is None else _random.uniform(source, scale_ranges[0], scale_ranges[1])
        shear = [0.0, 0.0]
        if shears is not None:
            shear[0] = _random.uniform(source, shears[0], shears[1])
            if len(shears) == 4:
                shear[1] = _random.uniform(source, shears[2], shears[3])
        return angle, (shift[0], shift[1]), scale, (shear[0], shear[1])

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        height, width = size_in("RandomAffine", inputs)
        names = ("angle", "translate", "scale", "shear")
        values = self.get_params(self.degrees, self.translate, self.scale, self.shear, (width, height), generator)
        return dict(zip(names, values, strict=True))

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.affine(
            inpt,
            **params,
            interpolation=self.interpolation,
            fill=fill_for(self.fill, inpt),
            center=self.center,
        )


def _shears(shear: float | Sequence[float]) -> tuple[float, ...]:
    """One range, or two."""
    if not isinstance(shear, Sequence) or len(shear) != 4:
        return range_of("RandomAffine", "shear", shear)
    along_x, along_y = (range_of("RandomAffine", "shear", pair) for pair in (shear[:2], shear[2:]))
    return *along_x, *along_y


class RandomPerspective(RandomTransform):
    """An image seen from another place, with probability ``p``.

    Args:
        distortion_scale: How far the corners may move inwards: 1 is to the middle.
        p: The probability.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        fill: As in :class:`Pad`.

    Raises:
        ValueError: A scale outside of 0..1, ``p`` no probability, another interpolation, or another fill.

    Example:
        >>> from flambeau.vision.transforms import RandomPerspective
        >>> RandomPerspective(p=1)(ft.zeros(3, 8, 8)).shape
        (3, 8, 8)
    """

    geometric = True

    def __init__(
        self,
        distortion_scale: float = 0.5,
        p: float = 0.5,
        interpolation: Interpolation = InterpolationMode.BILINEAR,
        fill: Any = 0,
    ):
        super().__init__(p)
        if not 0 <= distortion_scale <= 1:
            errors.value_error("RandomPerspective", "distortion_scale", "a number from 0 to 1", repr(distortion_scale))
        self.distortion_scale = distortion_scale
        self.interpolation = interpolation_mode("RandomPerspective", interpolation, warps=True)
        check_fill("RandomPerspective", fill)
        self.fill = fill

    @staticmethod
    def get_params(
        width: int, height: int, distortion_scale: float, generator: ft.Generator | None = None
    ) -> tuple[list[list[int]], list[list[int]]]:
        """The corners, and where they go."""
        source = _random.source(generator)
        across, down = (int(distortion_scale * (length // 2)) + 1 for length in (width, height))

        def near(x: int, y: int) -> list[int]:
            moved_x, moved_y = _random.integer(source, 0, across), _random.integer(source, 0, down)
            return [x - moved_x if x else moved_x, y - moved_y if y else moved_y]

        right, bottom = width - 1, height - 1
        corners = [[0, 0], [right, 0], [right, bottom], [0, bottom]]
        return corners, [near(x, y) for x, y in corners]

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        height, width = size_in("RandomPerspective", inputs)
        start, end = self.get_params(width, height, self.distortion_scale, generator)
        return {"startpoints": start, "endpoints": end}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.perspective(inpt, **params, interpolation=self.interpolation, fill=fill_for(self.fill, inpt))


def _two(name: str, value: float | Sequence[float], least: float) -> list[float]:
    """ElasticTransform's numbers for x and for y, of which one may be given for both."""
    numbers = list(value) if isinstance(value, Sequence) else [value]
    if len(numbers) not in (1, 2) or not all(number >= least for number in numbers):
        errors.value_error("ElasticTransform", name, "one or two positive numbers", repr(value))
    return [float(number) for number in numbers * (2 // len(numbers))]


class ElasticTransform(Transform):
    """Pixels displaced at random, neighbours in similar ways: as if seen through water.

    P. Y. Simard, D. Steinkraus and J. C. Platt, "Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis", ICDAR 2003.

    Args:
        alpha: How far, in x and in y: one number, or two.
        sigma: How similar, in x and in y: the standard deviation of the blur over the displacements, in pixels.
        interpolation: ``"nearest"`` or ``"bilinear"``.
        fill: As in :class:`Pad`.

    Raises:
        ValueError: A negative ``alpha``, a ``sigma`` that is not positive, another interpolation, or another fill.

    Example:
        >>> from flambeau.vision.transforms import ElasticTransform
        >>> ElasticTransform(alpha=20.0)(ft.zeros(3, 16, 16)).shape
        (3, 16, 16)
    """

    geometric = True

    def __init__(
        self,
        alpha: float | Sequence[float] = 50.0,
        sigma: float | Sequence[float] = 5.0,
        interpolation: Interpolation = InterpolationMode.BILINEAR,
        fill: Any = 0,
    ):
        self.alpha = _two("alpha", alpha, 0.0)
        self.sigma = _two("sigma", sigma, 1e-9)
        self.interpolation = interpolation_mode("ElasticTransform", interpolation, warps=True)
        check_fill("ElasticTransform", fill)
        self.fill = fill

    @staticmethod
    def get_params(
        alpha: Sequence[float], sigma: Sequence[float], size: Sequence[int], generator: ft.Generator | None = None
    ) -> ft.Tensor:
        """A random displacement of shape (1, H, W, 2)."""
        source = _random.source(generator)
        planes = []
        for strength, deviation, length in zip(alpha, sigma, size[::-1], strict=True):
            noise = ft.rand(1, *size, generator=source) * 2 - 1
            kernel = int(8 * deviation + 1) | 1
            planes.append(F.gaussian_blur(noise, kernel, deviation) * (strength / length))
        return ft.stack(planes, -1)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        size = size_in("ElasticTransform", inputs)
        return {"displacement": self.get_params(self.alpha, self.sigma, size, generator)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.elastic(inpt, params["displacement"], self.interpolation, fill_for(self.fill, inpt))


class RandomZoomOut(RandomTransform):
    """A border on all sides that makes the image look smaller, with probability ``p``.

    W. Liu et al., "SSD: Single Shot MultiBox Detector", https://arxiv.org/abs/1512.02325.

    Args:
        fill: As in :class:`Pad`.
        side_range: The range of factors that the sides grow by; at least 1.
        p: The probability.

    Raises:
        ValueError: Another range, ``p`` no probability, or another fill.

    Example:
        >>> from flambeau.vision.transforms import RandomZoomOut
        >>> RandomZoomOut(side_range=(2, 2), p=1)(ft.zeros(3, 8, 8)).shape
        (3, 16, 16)
    """

    geometric = True

    def __init__(self, fill: Any = 0, side_range: Sequence[float] = (1.0, 4.0), p: float = 0.5):
        super().__init__(p)
        check_fill("RandomZoomOut", fill)
        check_range("RandomZoomOut", "side_range", side_range, 1)
        self.fill = fill
        self.side_range = side_range

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        height, width = size_in("RandomZoomOut", inputs)
        factor = _random.uniform(generator, self.side_range[0], self.side_range[1])
        grown_height, grown_width = int(height * factor), int(width * factor)
        left = int((grown_width - width) * _random.uniform(generator))
        top = int((grown_height - height) * _random.uniform(generator))
        return {"padding": [left, top, grown_width - left - width, grown_height - top - height]}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.pad(inpt, params["padding"], fill_for(self.fill, inpt))
