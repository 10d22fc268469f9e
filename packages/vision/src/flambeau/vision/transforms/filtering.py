"""Transforms that look at the pixels around, or put others in their place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from . import _random
from . import functional as F
from ._transform import RandomTransform, Transform, check_range, size_in
from .functional._checks import not_negative
from .functional.filtering import check_kernel_size

__all__ = ["JPEG", "GaussianBlur", "GaussianNoise", "RandomErasing"]


class GaussianBlur(Transform):
    """A blur by a Gaussian of random width.

    Args:
        kernel_size: How many pixels wide and high the kernel is: one odd number for both, or two.
        sigma: The range of standard deviations in pixels, or one.

    Raises:
        ValueError: A size that is not odd and positive, or a range that is not positive.

    Example:
        >>> from flambeau.vision.transforms import GaussianBlur
        >>> GaussianBlur([3, 1], sigma=1.0)(np.array([[0, 0, 90, 0, 0]], np.uint8)).tolist()
        [[0, 25, 41, 25, 0]]
    """

    def __init__(self, kernel_size: int | Sequence[int], sigma: float | Sequence[float] = (0.1, 2.0)):
        check_kernel_size("GaussianBlur", kernel_size)
        self.kernel_size = kernel_size
        pair = (sigma, sigma) if isinstance(sigma, (int, float)) else tuple(sigma)
        check_range("GaussianBlur", "sigma", pair, 1e-9)
        self.sigma = pair

    @staticmethod
    def get_params(sigma_min: float, sigma_max: float, generator: ft.Generator | None = None) -> float:
        """A random standard deviation."""
        return _random.uniform(_random.source(generator), sigma_min, sigma_max)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        return {"sigma": self.get_params(self.sigma[0], self.sigma[1], generator)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.gaussian_blur(inpt, self.kernel_size, params["sigma"])


class GaussianNoise(Transform):
    """Noise added to each value.

    Args:
        mean: Of the noise; of bytes too, 1 is the whole range.
        sigma: The standard deviation of the noise.
        clip: Keep the values of floats in 0..1; those of bytes always stay in 0..255.

    Raises:
        ValueError: A negative ``sigma``.

    Example:
        >>> from flambeau.vision.transforms import GaussianNoise
        >>> GaussianNoise(mean=0.5, sigma=0.0)(ft.zeros(1, 1, 2)).tolist()
        [[[0.5, 0.5]]]
    """

    def __init__(self, mean: float = 0.0, sigma: float = 0.1, clip: bool = True):
        not_negative("GaussianNoise", "sigma", sigma)
        self.mean = mean
        self.sigma = sigma
        self.clip = clip

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        return {"generator": generator}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.gaussian_noise(inpt, self.mean, self.sigma, self.clip, params["generator"])


class JPEG(Transform):
    """JPEG compression and decompression.

    Args:
        quality: 1 to 100, or a range to choose from; less is smaller and worse.

    Raises:
        ValueError: Another quality.

    Example:
        >>> from flambeau.vision.transforms import JPEG
        >>> JPEG((10, 50))(np.zeros((8, 8, 3), np.uint8)).shape
        (8, 8, 3)
    """

    def __init__(self, quality: int | Sequence[int]):
        pair = (quality, quality) if isinstance(quality, int) else tuple(quality)
        check_range("JPEG", "quality", pair, 1, 100)
        if not all(isinstance(value, int) for value in pair):
            errors.value_error("JPEG", "quality", "one or two ints from 1 to 100", repr(quality))
        self.quality = pair

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        return {"quality": _random.integer(generator, self.quality[0], self.quality[1] + 1)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.jpeg(inpt, params["quality"])


class RandomErasing(RandomTransform):
    """A random rectangle of an image replaced, with probability ``p``.

    Z. Zhong et al., "Random Erasing Data Augmentation", https://arxiv.org/abs/1708.04896.

    Args:
        p: The probability.
        scale: The range of the rectangle's area, as parts of the image's.
        ratio: The range of its height / width.
        value: What comes there: a number, one for each channel, or ``"random"`` for normally distributed numbers.
        inplace: Change a Tensor itself.

    Raises:
        ValueError: Ranges that are none, ``p`` no probability, or another value.

    Example:
        >>> from flambeau.vision.transforms import RandomErasing
        >>> erased = RandomErasing(p=1, value=1)(ft.zeros(3, 32, 32))
        >>> 0 < erased.mean().item() < 0.4
        True
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
    ):
        super().__init__(p)
        check_range("RandomErasing", "scale", scale, 0, 1)
        check_range("RandomErasing", "ratio", ratio, 1e-9)
        numbers = list(value) if isinstance(value, (list, tuple)) else [value]
        if value != "random" and not all(isinstance(number, (int, float)) for number in numbers):
            errors.value_error("RandomErasing", "value", "a number, one for each channel, or 'random'", repr(value))
        self.scale = tuple(scale)
        self.ratio = tuple(ratio)
        self.value = value
        self.inplace = inplace

    @staticmethod
    def get_params(
        img: Any,
        scale: Sequence[float],
        ratio: Sequence[float],
        value: Any = None,
        generator: ft.Generator | None = None,
    ) -> tuple[int, int, int, int, Any]:
        """Top, left, height and width of a random rectangle, and what comes there; None: normal numbers."""
        channels, rows, columns = F.get_dimensions(img)
        return _rectangle(channels, rows, columns, scale, ratio, value, _random.source(generator))

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        rows, columns = size_in("RandomErasing", inputs)
        channels = F.get_image_num_channels(inputs[0])
        if isinstance(self.value, (list, tuple)) and len(self.value) not in (1, channels):
            errors.value_error("RandomErasing", "value", f"1 or {channels} numbers", repr(self.value))
        value = None if isinstance(self.value, str) else self.value
        found = _rectangle(channels, rows, columns, self.scale, self.ratio, value, generator)
        return dict(zip("ijhwv", found, strict=True))

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.erase(inpt, **params, inplace=self.inplace) if params["h"] else inpt


def _rectangle(
    channels: int,
    rows: int,
    columns: int,
    scale: Sequence[float],
    ratio: Sequence[float],
    value: Any,
    generator: ft.Generator,
) -> tuple[int, int, int, int, Any]:
    """Ten tries; then an empty rectangle."""
    for _ in range(10):
        area = rows * columns * _random.uniform(generator, scale[0], scale[1])
        shape = _random.log_uniform(generator, ratio[0], ratio[1])
        height, width = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
        if 0 < height < rows and 0 < width < columns:
            content = ft.randn(channels, height, width, generator=generator) if value is None else value
            top = _random.integer(generator, 0, rows - height + 1)
            return top, _random.integer(generator, 0, columns - width + 1), height, width, content
    return 0, 0, 0, 0, value
