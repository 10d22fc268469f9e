"""Learned and random policies: AutoAugment, RandAugment, TrivialAugmentWide, AugMix."""

from __future__ import annotations

import enum
import math
from typing import Any, NamedTuple

import flambeau.tensor as ft
from flambeau.tensor import errors

from .. import tv_tensors
from . import _random
from . import functional as F
from ._policies import POLICIES
from ._transform import Transform, check_fill, fill_for, size_in
from .functional import InterpolationMode, _kinds
from .functional._checks import int_within
from .functional._interpolation import interpolation_mode

__all__ = ["AugMix", "AutoAugment", "AutoAugmentPolicy", "RandAugment", "TrivialAugmentWide"]

Interpolation = InterpolationMode | str | int
Step = tuple[str, float]  # an operation and its magnitude


class AutoAugmentPolicy(enum.Enum):
    """The data set that a policy of AutoAugment was learned on."""

    IMAGENET = "imagenet"
    CIFAR10 = "cifar10"
    SVHN = "svhn"


class _Range(NamedTuple):
    """Magnitudes of an operation: evenly from ``first`` to ``last``, times the image's width or height if so said."""

    first: float
    last: float
    signed: bool = False
    unit: str = ""

    def magnitude(self, place: int, bins: int, size: tuple[int, int]) -> float:
        value = self.first + (self.last - self.first) * place / max(bins - 1, 1)
        return value * {"height": size[0], "width": size[1]}.get(self.unit, 1)


def _space(
    shear: float, shift: float, unit: bool, angle: float, change: float, bits: tuple[int, int]
) -> dict[str, Any]:
    """What RandAugment calls the space of augmentations; None: an operation without magnitude."""
    enhance = _Range(0.0, change, signed=True)
    return {
        "Identity": None,
        "ShearX": _Range(0.0, shear, True),
        "ShearY": _Range(0.0, shear, True),
        "TranslateX": _Range(0.0, shift, True, "width" if unit else ""),
        "TranslateY": _Range(0.0, shift, True, "height" if unit else ""),
        "Rotate": _Range(0.0, angle, True),
        "Brightness": enhance,
        "Color": enhance,
        "Contrast": enhance,
        "Sharpness": enhance,
        "Posterize": _Range(float(bits[0]), float(bits[1])),
        "Solarize": _Range(1.0, 0.0),
        "AutoContrast": None,
        "Equalize": None,
    }


_USUAL = _space(0.3, 150.0 / 331.0, True, 30.0, 0.9, (8, 4))
_AUTO = {name: values for name, values in _USUAL.items() if name != "Identity"} | {"Invert": None}
_WIDE = _space(0.99, 32.0, False, 135.0, 0.99, (8, 2))
_MIX = {name: values for name, values in _space(0.3, 1 / 3, True, 30.0, 0.9, (4, 0)).items() if name != "Identity"}
_ENHANCEMENTS = ("Brightness", "Color", "Contrast", "Sharpness")


class _Policy(Transform):
    """A transform that applies a list of operations to the image of a sample."""

    def __init__(self, interpolation: Interpolation, fill: Any):
        self.interpolation = interpolation_mode(type(self).__name__, interpolation, warps=True)
        check_fill(type(self).__name__, fill)
        self.fill = fill

    def check_inputs(self, inputs: list[Any]) -> None:
        for part in inputs:
            if isinstance(part, (tv_tensors.Mask, tv_tensors.BoundingBoxes, tv_tensors.KeyPoints)):
                name, got = type(self).__name__, type(part).__name__
                errors.type_error(
                    name, "sample", "images and labels; it moves pixels, and would leave these behind", got
                )

    def step(
        self, generator: ft.Generator, name: str, values: _Range | None, place: int, bins: int, size: tuple[int, int]
    ) -> Step:
        magnitude = 0.0 if values is None else values.magnitude(place, bins, size)
        if values is not None and values.signed and _random.chance(generator, 0.5):
            magnitude = -magnitude
        return name, magnitude

    def random_step(
        self, generator: ft.Generator, space: dict[str, Any], choices: int, bins: int, size: tuple[int, int]
    ) -> Step:
        """An operation, with one of its first ``choices`` magnitudes."""
        name = list(space)[_random.integer(generator, 0, len(space))]
        place = _random.integer(generator, 0, choices) if space[name] is not None else 0
        return self.step(generator, name, space[name], place, bins, size)

    def applied(self, inpt: Any, steps: list[Step]) -> Any:
        for name, magnitude in steps:
            inpt = _applied(inpt, name, magnitude, self.interpolation, fill_for(self.fill, inpt))
        return inpt

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self.applied(inpt, params["steps"])


def _applied(img: Any, name: str, magnitude: float, mode: InterpolationMode, fill: Any) -> Any:
    shear = math.degrees(math.atan(magnitude))
    if name in ("ShearX", "ShearY"):
        both = [shear, 0.0] if name == "ShearX" else [0.0, shear]
        return F.affine(img, 0.0, [0, 0], 1.0, both, mode, fill, center=[0, 0])
    if name in ("TranslateX", "TranslateY"):
        shift = [int(magnitude), 0] if name == "TranslateX" else [0, int(magnitude)]
        return F.affine(img, 0.0, shift, 1.0, [0.0, 0.0], mode, fill)
    if name == "Rotate":
        return F.rotate(img, magnitude, mode, fill=fill)
    if name == "Posterize":
        return F.posterize(img, round(magnitude))
    if name == "Solarize":
        dtype = _kinds.kind_of("solarize", "img", img).dtype(img)
        return F.solarize(img, magnitude * (255.0 if dtype.kind in "iub" else 1.0))
    if name in _ENHANCEMENTS:
        functions = (F.adjust_brightness, F.adjust_saturation, F.adjust_contrast, F.adjust_sharpness)
        return functions[_ENHANCEMENTS.index(name)](img, 1.0 + magnitude)
    plain = {"AutoContrast": F.autocontrast, "Equalize": F.equalize, "Invert": F.invert}
    return plain[name](img) if name in plain else img


class AutoAugment(_Policy):
    """One of 25 learned pairs of operations.

    E. D. Cubuk et al., "AutoAugment: Learning Augmentation Strategies from Data", https://arxiv.org/abs/1805.09501.

    Args:
        policy: Which policy: :class:`AutoAugmentPolicy`, or its value: ``"imagenet"``, ``"cifar10"``, ``"svhn"``.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        fill: What lies outside of the image: one number, or one for each channel; None is 0.

    Raises:
        ValueError: Another policy, interpolation or fill.

    Example:
        >>> from flambeau.vision.transforms import AutoAugment
        >>> AutoAugment()(np.zeros((8, 8, 3), np.uint8)).shape
        (8, 8, 3)
    """

    def __init__(
        self,
        policy: AutoAugmentPolicy | str = AutoAugmentPolicy.IMAGENET,
        interpolation: Interpolation = InterpolationMode.NEAREST,
        fill: Any = None,
    ):
        value = policy.value if isinstance(policy, AutoAugmentPolicy) else policy
        if value not in POLICIES:
            errors.value_error("AutoAugment", "policy", f"one of {', '.join(POLICIES)}", repr(policy))
        self.policy = AutoAugmentPolicy(value)
        super().__init__(interpolation, fill)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        size = size_in("AutoAugment", inputs)
        pairs = POLICIES[self.policy.value]
        steps = []
        for name, probability, place in pairs[_random.integer(generator, 0, len(pairs))]:
            if _random.chance(generator, probability):
                steps.append(self.step(generator, name, _AUTO[name], place or 0, 10, size))
        return {"steps": steps}


class RandAugment(_Policy):
    """Some random operations, all of the same strength.

    E. D. Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space",
    https://arxiv.org/abs/1909.13719.

    Args:
        num_ops: How many operations.
        magnitude: Their strength, 0 to ``num_magnitude_bins - 1``.
        num_magnitude_bins: How many strengths there are.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        fill: What lies outside of the image: one number, or one for each channel; None is 0.

    Raises:
        ValueError: Another strength, interpolation or fill.

    Example:
        >>> from flambeau.vision.transforms import RandAugment
        >>> RandAugment()(np.zeros((8, 8, 3), np.uint8)).shape
        (8, 8, 3)
    """

    def __init__(
        self,
        num_ops: int = 2,
        magnitude: int = 9,
        num_magnitude_bins: int = 31,
        interpolation: Interpolation = InterpolationMode.NEAREST,
        fill: Any = None,
    ):
        if not isinstance(num_ops, int) or num_ops < 0:
            errors.value_error("RandAugment", "num_ops", "an int that is not negative", repr(num_ops))
        int_within("RandAugment", "magnitude", magnitude, 0, num_magnitude_bins - 1)
        self.num_ops = num_ops
        self.magnitude = magnitude
        self.num_magnitude_bins = num_magnitude_bins
        super().__init__(interpolation, fill)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        size = size_in("RandAugment", inputs)
        names = list(_USUAL)
        chosen = [names[_random.integer(generator, 0, len(names))] for _ in range(self.num_ops)]
        bins = self.num_magnitude_bins
        return {"steps": [self.step(generator, n, _USUAL[n], self.magnitude, bins, size) for n in chosen]}


class TrivialAugmentWide(_Policy):
    """One random operation of random strength.

    S. G. Müller and F. Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation",
    https://arxiv.org/abs/2103.10158.

    Args:
        num_magnitude_bins: How many strengths there are.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        fill: What lies outside of the image: one number, or one for each channel; None is 0.

    Raises:
        ValueError: No strengths, another interpolation, or another fill.

    Example:
        >>> from flambeau.vision.transforms import TrivialAugmentWide
        >>> TrivialAugmentWide()(np.zeros((8, 8, 3), np.uint8)).shape
        (8, 8, 3)
    """

    def __init__(
        self,
        num_magnitude_bins: int = 31,
        interpolation: Interpolation = InterpolationMode.NEAREST,
        fill: Any = None,
    ):
        if not isinstance(num_magnitude_bins, int) or num_magnitude_bins < 1:
            errors.value_error("TrivialAugmentWide", "num_magnitude_bins", "a positive int", repr(num_magnitude_bins))
        self.num_magnitude_bins = num_magnitude_bins
        super().__init__(interpolation, fill)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        size = size_in("TrivialAugmentWide", inputs)
        bins = self.num_magnitude_bins
        return {"steps": [self.random_step(generator, _WIDE, bins, bins, size)]}


class AugMix(_Policy):
    """A weighted mean of the image and of several chains of random operations on it.

    D. Hendrycks et al., "AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty",
    https://arxiv.org/abs/1912.02781.

    Args:
        severity: How strong the operations may be, 1 to 10.
        mixture_width: How many chains.
        chain_depth: How many operations in each; negative: 1 to 3, at random.
        alpha: Of the Dirichlet and beta distributions of the weights.
        all_ops: With brightness, contrast, colour and sharpness among the operations.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        fill: What lies outside of the image: one number, or one for each channel; None is 0.

    Raises:
        ValueError: Another severity, width or alpha, another interpolation, or another fill.

    Example:
        >>> from flambeau.vision.transforms import AugMix
        >>> AugMix()(np.zeros((8, 8, 3), np.uint8)).shape
        (8, 8, 3)
    """

    def __init__(
        self,
        severity: int = 3,
        mixture_width: int = 3,
        chain_depth: int = -1,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: Interpolation = InterpolationMode.BILINEAR,
        fill: Any = None,
    ):
        int_within("AugMix", "severity", severity, 1, 10)
        if not isinstance(mixture_width, int) or mixture_width < 1:
            errors.value_error("AugMix", "mixture_width", "a positive int", repr(mixture_width))
        if not alpha > 0:
            errors.value_error("AugMix", "alpha", "a positive number", repr(alpha))
        self.severity = severity
        self.mixture_width = mixture_width
        self.chain_depth = chain_depth
        self.alpha = alpha
        self.all_ops = all_ops
        super().__init__(interpolation, fill)

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        size = size_in("AugMix", inputs)
        space = {name: values for name, values in _MIX.items() if self.all_ops or name not in _ENHANCEMENTS}
        kept = _random.beta(generator, self.alpha, self.alpha)
        weights = _random.dirichlet(generator, self.alpha, self.mixture_width)
        chains = []
        for _ in range(self.mixture_width):
            depth = self.chain_depth if self.chain_depth > 0 else _random.integer(generator, 1, 4)
            chains.append([self.random_step(generator, space, self.severity, 10, size) for _ in range(depth)])
        return {"kept": kept, "weights": weights, "chains": chains}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        def mixed(kind: _kinds.Kind, x: Any) -> Any:
            planes = kind.planes(x)
            work = planes.float() if planes.dtype.kind in "iub" else planes
            total = work * params["kept"]
            for weight, steps in zip(params["weights"], params["chains"], strict=True):
                done = kind.planes(self.applied(x, steps))
                total = total + done.to(work.dtype) * (weight * (1 - params["kept"]))
            return kind.from_planes(total.to(planes.dtype), x)

        return _kinds.apply("AugMix", inpt, mixed)
