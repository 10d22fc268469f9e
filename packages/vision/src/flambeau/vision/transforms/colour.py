"""Transforms of colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from . import _random
from . import functional as F
from ._transform import RandomTransform, Transform, check_probability, check_range, range_of
from .functional._checks import int_within, not_negative

__all__ = [
    "RGB",
    "ColorJitter",
    "Grayscale",
    "RandomAdjustSharpness",
    "RandomAutocontrast",
    "RandomChannelPermutation",
    "RandomEqualize",
    "RandomGrayscale",
    "RandomInvert",
    "RandomPhotometricDistort",
    "RandomPosterize",
    "RandomSolarize",
]


class Grayscale(Transform):
    """An image in grey.

    Args:
        num_output_channels: 1, or 3 equal ones.

    Raises:
        ValueError: Another number of channels.

    Example:
        >>> from flambeau.vision.transforms import Grayscale
        >>> Grayscale()(np.array([[[200, 100, 0]]], np.uint8)).tolist()
        [[[118]]]
    """

    def __init__(self, num_output_channels: int = 1):
        if num_output_channels not in (1, 3):
            errors.value_error("Grayscale", "num_output_channels", "1 or 3", repr(num_output_channels))
        self.num_output_channels = num_output_channels

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.rgb_to_grayscale(inpt, self.num_output_channels)


class RandomGrayscale(RandomTransform):
    """An image in grey, with as many channels as before, with probability ``p``.

    Args:
        p: The probability.

    Raises:
        ValueError: ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomGrayscale
        >>> RandomGrayscale(p=1)(np.array([[[200, 100, 0]]], np.uint8)).tolist()
        [[[118, 118, 118]]]
    """

    def __init__(self, p: float = 0.1):
        super().__init__(p)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.rgb_to_grayscale(inpt, 3 if F.get_image_num_channels(inpt) == 3 else 1)


class RGB(Transform):
    """An image with three channels; grey ones are repeated.

    Example:
        >>> from flambeau.vision.transforms import RGB
        >>> RGB()(ft.zeros(1, 2, 2)).shape
        (3, 2, 2)
    """

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.grayscale_to_rgb(inpt)


def _jitter(name: str, value: Any, center: float, low: float | None, high: float | None) -> tuple[float, float] | None:
    """The range of one of ColorJitter's factors; None where it does nothing."""
    found = range_of("ColorJitter", name, value, center, low, high)
    return None if found == (center, center) else found


class ColorJitter(Transform):
    """Brightness, contrast, saturation and hue changed at random, in random order.

    Args:
        brightness, contrast, saturation: Ranges of factors; one number ``x`` is the range from ``max(0, 1 - x)`` to
            ``1 + x``.
        hue: The range of turns, within -0.5..0.5; one number is the range from its negative to itself.

    Raises:
        ValueError: A range that is none, or beyond what is possible.

    Example:
        >>> from flambeau.vision.transforms import ColorJitter
        >>> ColorJitter(brightness=(0.5, 0.5))(np.array([[100]], np.uint8)).tolist()
        [[50]]
    """

    def __init__(
        self,
        brightness: float | Sequence[float] = 0,
        contrast: float | Sequence[float] = 0,
        saturation: float | Sequence[float] = 0,
        hue: float | Sequence[float] = 0,
    ):
        self.brightness = _jitter("brightness", brightness, 1, 0, None)
        self.contrast = _jitter("contrast", contrast, 1, 0, None)
        self.saturation = _jitter("saturation", saturation, 1, 0, None)
        self.hue = _jitter("hue", hue, 0, -0.5, 0.5)

    @staticmethod
    def get_params(
        brightness: Sequence[float] | None,
        contrast: Sequence[float] | None,
        saturation: Sequence[float] | None,
        hue: Sequence[float] | None,
        generator: ft.Generator | None = None,
    ) -> tuple[list[int], float | None, float | None, float | None, float | None]:
        """The order (0 is brightness, 3 is hue) and the four factors, None where there is no range."""
        source = _random.source(generator)
        order = _random.permutation(source, 4)
        ranges = (brightness, contrast, saturation, hue)
        b, c, s, h = (None if r is None else _random.uniform(source, r[0], r[1]) for r in ranges)
        return order, b, c, s, h

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue, generator)
        return {"steps": [(step, factors[step]) for step in order if factors[step] is not None]}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        functions = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
        for step, factor in params["steps"]:
            inpt = functions[step](inpt, factor)
        return inpt


class RandomPhotometricDistort(Transform):
    """Brightness, contrast, saturation, hue and the order of channels, each changed with probability ``p``.

    W. Liu et al., "SSD: Single Shot MultiBox Detector", https://arxiv.org/abs/1512.02325.

    Args:
        brightness, contrast, saturation: Ranges of factors.
        hue: The range of turns, within -0.5..0.5.
        p: The probability of each.

    Raises:
        ValueError: A range that is none, or ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomPhotometricDistort
        >>> RandomPhotometricDistort()(ft.ones(3, 2, 2)).shape
        (3, 2, 2)
    """

    def __init__(
        self,
        brightness: Sequence[float] = (0.875, 1.125),
        contrast: Sequence[float] = (0.5, 1.5),
        saturation: Sequence[float] = (0.5, 1.5),
        hue: Sequence[float] = (-0.05, 0.05),
        p: float = 0.5,
    ):
        for name, value in (("brightness", brightness), ("contrast", contrast), ("saturation", saturation)):
            check_range("RandomPhotometricDistort", name, value, 0)
        check_range("RandomPhotometricDistort", "hue", hue, -0.5, 0.5)
        check_probability("RandomPhotometricDistort", p)
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue
        self.p = p

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        ranges = (self.brightness, self.contrast, self.saturation, self.hue)
        drawn = [
            _random.uniform(generator, low, high) if _random.chance(generator, self.p) else None for low, high in ranges
        ]
        factors = dict(zip(("brightness", "contrast", "saturation", "hue"), drawn, strict=True))
        late = _random.chance(generator, 0.5)
        order = ["brightness", "saturation", "hue", "contrast"] if late else list(factors)
        channels = F.get_image_num_channels(inputs[0]) if inputs else 0
        shuffled = _random.permutation(generator, channels) if _random.chance(generator, self.p) else None
        return {"steps": [(name, factors[name]) for name in order if factors[name] is not None], "channels": shuffled}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        for name, factor in params["steps"]:
            inpt = getattr(F, f"adjust_{name}")(inpt, factor)
        return inpt if params["channels"] is None else F.permute_channels(inpt, params["channels"])


class RandomChannelPermutation(Transform):
    """Channels in random order.

    Example:
        >>> from flambeau.vision.transforms import RandomChannelPermutation
        >>> RandomChannelPermutation()(ft.zeros(3, 2, 2)).shape
        (3, 2, 2)
    """

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        channels = F.get_image_num_channels(inputs[0]) if inputs else 0
        return {"permutation": _random.permutation(generator, channels)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.permute_channels(inpt, params["permutation"])


class RandomInvert(RandomTransform):
    """The negative of an image, with probability ``p``.

    Args:
        p: The probability.

    Raises:
        ValueError: ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomInvert
        >>> RandomInvert(p=1)(np.array([[0, 200]], np.uint8)).tolist()
        [[255, 55]]
    """

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.invert(inpt)


class RandomPosterize(RandomTransform):
    """An image with fewer colours, with probability ``p``.

    Args:
        bits: How many bits of each channel to keep, 0 to 8.
        p: The probability.

    Raises:
        ValueError: Another number of bits, or ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomPosterize
        >>> RandomPosterize(bits=1, p=1)(np.array([[100, 200]], np.uint8)).tolist()
        [[0, 128]]
    """

    def __init__(self, bits: int, p: float = 0.5):
        super().__init__(p)
        int_within("RandomPosterize", "bits", bits, 0, 8)
        self.bits = bits

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.posterize(inpt, self.bits)


class RandomSolarize(RandomTransform):
    """An image with its bright pixels inverted, with probability ``p``.

    Args:
        threshold: From which value on: of bytes, 0..255; of floats, 0..1.
        p: The probability.

    Raises:
        ValueError: ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomSolarize
        >>> RandomSolarize(threshold=128, p=1)(np.array([[100, 200]], np.uint8)).tolist()
        [[100, 55]]
    """

    def __init__(self, threshold: float, p: float = 0.5):
        super().__init__(p)
        self.threshold = threshold

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.solarize(inpt, self.threshold)


class RandomAdjustSharpness(RandomTransform):
    """An image blurred or sharpened, with probability ``p``.

    Args:
        sharpness_factor: 0 gives a blurred image, 1 the image, 2 twice the sharpness.
        p: The probability.

    Raises:
        ValueError: A negative factor, or ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomAdjustSharpness
        >>> RandomAdjustSharpness(2, p=1)(ft.zeros(3, 4, 4)).shape
        (3, 4, 4)
    """

    def __init__(self, sharpness_factor: float, p: float = 0.5):
        super().__init__(p)
        not_negative("RandomAdjustSharpness", "sharpness_factor", sharpness_factor)
        self.sharpness_factor = sharpness_factor

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.adjust_sharpness(inpt, self.sharpness_factor)


class RandomAutocontrast(RandomTransform):
    """An image whose values span the whole range, with probability ``p``.

    Args:
        p: The probability.

    Raises:
        ValueError: ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomAutocontrast
        >>> RandomAutocontrast(p=1)(np.array([[100, 151]], np.uint8)).tolist()
        [[0, 255]]
    """

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.autocontrast(inpt)


class RandomEqualize(RandomTransform):
    """An image whose values are spread evenly, with probability ``p``.

    Args:
        p: The probability.

    Raises:
        ValueError: ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import RandomEqualize
        >>> RandomEqualize(p=1)(np.zeros((2, 2), np.uint8)).tolist()
        [[0, 0], [0, 0]]
    """

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.equalize(inpt)
