"""The base of all transforms: finds in a sample what it is for, draws parameters once, applies them to all of it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

from .. import tv_tensors
from . import _random
from .functional._joint import size_of

__all__ = ["RandomTransform", "Transform"]

_PLAIN_SEQUENCES = (list, tuple)


class Transform:
    """The base of all transforms, and of your own.

    A transform is called with a sample: an image of any kind, or images, masks, boxes and labels in any nesting of
    dictionaries, lists and tuples. It draws its parameters once (:meth:`make_params`) and applies them to each part
    (:meth:`transform`). Parts it is not for are passed on as they are:

    - PIL images, ``tv_tensors.Image`` and ``Video`` are images, always;
    - Tensors and NumPy arrays that are not marked are labels and other data where there is one of those; else the first
      of them is the image;
    - masks, boxes and key points are moved by what is *geometric*, and left alone by what changes values.

    Randomness is that of the sample, see :func:`flambeau.data.sample_generator`, or of ``generator=`` in the call.

    Example:
        >>> from flambeau.vision import transforms
        >>> class Darken(transforms.Transform):
        ...     def make_params(self, inputs, generator):
        ...         return {"factor": ft.rand((), generator=generator).item()}
        ...     def transform(self, inpt, params):
        ...         return transforms.functional.adjust_brightness(inpt, params["factor"])
        >>> image, label = Darken()((ft.ones(3, 4, 4), 5), generator=ft.Generator(0))
        >>> image.shape, label
        ((3, 4, 4), 5)
    """

    geometric: ClassVar[bool] = False
    also: tuple[type, ...] = ()  # types of parts that it takes beside images and TVTensors

    def __call__(self, *inputs: Any, generator: ft.Generator | None = None) -> Any:
        sample = inputs if len(inputs) != 1 else inputs[0]
        if is_image(sample) or isinstance(sample, tv_tensors.TVTensor):
            # most samples are an image alone
            if not self._takes(sample):
                return sample
            return self._run(sample, [sample], [True], lambda found: found[0], generator)
        leaves, rebuild = flattened(sample)
        if not any(is_image(leaf) or isinstance(leaf, (*self.also, tv_tensors.TVTensor)) for leaf in leaves):
            got = type(sample).__name__
            errors.type_error(type(self).__name__, "sample", "an image, or a sample that has one", got)
        return self._run(sample, leaves, self._chosen(leaves), rebuild, generator)

    def _run(
        self,
        sample: Any,
        leaves: list[Any],
        chosen: list[bool],
        rebuild: Callable[[list[Any]], Any],
        generator: ft.Generator | None,
    ) -> Any:
        inputs = [leaf for leaf, wanted in zip(leaves, chosen, strict=True) if wanted]
        self.check_inputs(leaves)
        params = self.make_params(inputs, _random.source(generator))
        done = [self.transform(x, params) if wanted else x for x, wanted in zip(leaves, chosen, strict=True)]
        return rebuild(done)

    def _takes(self, leaf: Any) -> bool:
        if isinstance(leaf, (tv_tensors.Mask, tv_tensors.BoundingBoxes, tv_tensors.KeyPoints)):
            return self.geometric
        return is_image(leaf)

    def _chosen(self, leaves: list[Any]) -> list[bool]:
        marked = any(isinstance(leaf, (Image.Image, tv_tensors.Image, tv_tensors.Video)) for leaf in leaves)
        chosen = []
        for leaf in leaves:
            wanted = self._takes(leaf)
            if wanted and not isinstance(leaf, (Image.Image, tv_tensors.TVTensor)):
                wanted, marked = not marked, True
            chosen.append(wanted)
        return chosen

    def check_inputs(self, inputs: list[Any]) -> None:
        """Raise where all the parts of a sample, labels included, are not what the transform needs."""

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        """The parameters of one call; ``inputs`` are the parts that will be transformed."""
        return {}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """One part, transformed."""
        raise NotImplementedError

    def extra_repr(self) -> str:
        """What the repr says between the brackets: the attributes that hold the arguments."""
        return ", ".join(f"{name}={shown(value)}" for name, value in vars(self).items() if name[0] != "_")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"


class RandomTransform(Transform):
    """The base of transforms that are applied with probability ``p``."""

    def __init__(self, p: float = 0.5):
        check_probability(type(self).__name__, p)
        self.p = p

    def _run(self, sample: Any, leaves: Any, chosen: Any, rebuild: Any, generator: ft.Generator | None) -> Any:
        if not _random.chance(_random.source(generator), self.p):
            return sample
        return super()._run(sample, leaves, chosen, rebuild, generator)


def shown(value: Any) -> str:
    return repr(value.value) if isinstance(value, enum.Enum) else repr(value)


def check_probability(operation: str, p: Any) -> None:
    if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
        errors.value_error(operation, "p", "a number from 0 to 1", repr(p))


def fill_for(fill: Any, inpt: Any) -> Any:
    """What a transform's fill is for one part: plain ones are for images, and the outside of masks is 0."""
    if not isinstance(fill, Mapping):
        return 0 if isinstance(inpt, tv_tensors.Mask) else fill
    unmarked = not isinstance(inpt, tv_tensors.TVTensor)
    names = [type(inpt), *([tv_tensors.Image] if unmarked else []), "others"]
    return next((fill[name] for name in names if name in fill), 0)


def check_fill(operation: str, fill: Any) -> None:
    for value in fill.values() if isinstance(fill, Mapping) else [fill]:
        numbers = value if isinstance(value, (list, tuple)) else [value]
        if value is not None and not all(isinstance(number, (int, float)) for number in numbers):
            expected = "a number, one for each channel, or a dictionary of types and these"
            errors.value_error(operation, "fill", expected, repr(fill))


def is_image(value: Any) -> bool:
    """Whether a value is an image of any kind, or could be: a TVTensor that is none is not."""
    if isinstance(value, tv_tensors.TVTensor):
        return isinstance(value, (tv_tensors.Image, tv_tensors.Video)) or type(value) is tv_tensors.TVTensor
    return isinstance(value, (Image.Image, np.ndarray, ft.Tensor))


def size_in(operation: str, inputs: list[Any]) -> tuple[int, int]:
    """Height and width that all images, masks, boxes and points of a sample have."""
    sizes = {size_of(operation, value) for value in inputs}
    if len(sizes) != 1:
        got = " and ".join(f"{height}x{width}" for height, width in sorted(sizes)) or "none"
        errors.value_error(operation, None, "images, masks and boxes of one size", got)
    return sizes.pop()


def flattened(sample: Any) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """The parts of a nested sample, and a function that nests others in the same way."""
    leaves: list[Any] = []

    def collect(value: Any) -> Callable[[list[Any]], Any]:
        if isinstance(value, Mapping):
            parts = {key: collect(inner) for key, inner in value.items()}
            return lambda found: _mapping_like(value, {key: part(found) for key, part in parts.items()})
        if isinstance(value, _PLAIN_SEQUENCES):
            inner = [collect(element) for element in value]
            if hasattr(value, "_fields"):
                return lambda found: type(value)(*[part(found) for part in inner])
            return lambda found: type(value)([part(found) for part in inner])
        place = len(leaves)
        leaves.append(value)
        return lambda found: found[place]

    rebuild = collect(sample)
    return leaves, rebuild


def _mapping_like(original: Any, values: dict[Any, Any]) -> Any:
    try:
        return type(original)(values)
    except TypeError:
        return values


def range_of(
    operation: str, name: str, value: Any, center: float = 0.0, low: float | None = None, high: float | None = None
) -> tuple[float, float]:
    """Two numbers in order, within bounds; one number is how far the two are from ``center``."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < 0:
            errors.value_error(operation, name, "a number that is not negative, or two in order", repr(value))
        # factors, which are around 1, may not fall below 0; of hues it is said where they leave half a turn
        value = (max(center - value, 0.0) if center else -value, center + value)
    check_range(operation, name, value, low, high)
    return float(value[0]), float(value[1])


def check_range(operation: str, name: str, value: Any, low: float | None = None, high: float | None = None) -> None:
    """That a value is two numbers in order, within bounds."""
    pair = isinstance(value, Sequence) and len(value) == 2 and all(isinstance(v, (int, float)) for v in value)
    if (
        not pair
        or value[0] > value[1]
        or (low is not None and value[0] < low)
        or (high is not None and value[1] > high)
    ):
        bounds = f" from {low} to {high}" if high is not None else f" not below {low}" if low is not None else ""
        errors.value_error(operation, name, f"two numbers{bounds}, in order", repr(value))
