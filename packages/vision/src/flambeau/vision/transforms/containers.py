"""Transforms made of transforms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from . import _random
from ._transform import Transform, check_probability, shown
from .conversion import ToNormalizedTensor

__all__ = ["Compose", "Identity", "Lambda", "RandomApply", "RandomChoice", "RandomOrder"]

Step = Callable[..., Any]


def _called(step: Step, sample: tuple[Any, ...], generator: ft.Generator | None) -> Any:
    """One step: a transform gets the generator, any other function only the sample."""
    return step(*sample, generator=generator) if isinstance(step, Transform) else step(*sample)


def _in_turn(steps: list[Step], inputs: tuple[Any, ...], generator: ft.Generator | None) -> Any:
    """Several steps, one after the other."""
    sample = inputs
    for step in _joined(steps):
        result = _called(step, sample, generator)
        # what several arguments came as stays several
        sample = result if len(inputs) > 1 and isinstance(result, tuple) else (result,)
    return sample if len(inputs) > 1 and len(sample) > 1 else sample[0]


def _joined(steps: list[Step]) -> Iterator[Step]:
    """The steps, with ToTensor followed by Normalize as one."""
    position = 0
    while position < len(steps):
        joined = ToNormalizedTensor.of(*steps[position : position + 2])
        yield steps[position] if joined is None else joined
        position += 1 if joined is None else 2


class _Container(Transform):
    def __init__(self, transforms: Sequence[Step]):
        if not isinstance(transforms, Sequence):
            name, got = type(self).__name__, type(transforms).__name__
            errors.type_error(name, "transforms", "a list of functions", got)
        for position, transform in enumerate(transforms):
            if not callable(transform):
                name = type(self).__name__
                errors.type_error(name, f"transforms[{position}]", "a function", type(transform).__name__)
        self.transforms = list(transforms)

    def __repr__(self) -> str:
        lines = [f"{transform!r},".replace("\n", "\n    ") for transform in self.transforms]
        options = "".join(
            f", {name}={shown(value)}" for name, value in vars(self).items() if name != "transforms" and name[0] != "_"
        )
        return "\n    ".join([f"{type(self).__name__}([", *lines]) + f"\n]{options})"


class Compose(_Container):
    """Several transforms, one after the other.

    ``ToTensor`` followed by ``Normalize`` is done in one pass, with the same result.

    Args:
        transforms: Functions of one argument, or of as many as the call gets.

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

    def __call__(self, *inputs: Any, generator: ft.Generator | None = None) -> Any:
        return _in_turn(self.transforms, inputs, generator)


class RandomApply(_Container):
    """Several transforms, all of them or none.

    Args:
        transforms: Functions.
        p: The probability.

    Raises:
        TypeError: Something in ``transforms`` is not callable.
        ValueError: ``p`` no probability.

    Example:
        >>> from flambeau.vision.transforms import ColorJitter, RandomApply
        >>> RandomApply([ColorJitter(0.5)], p=0)(ft.ones(3, 2, 2)).sum().item()
        12.0
    """

    def __init__(self, transforms: Sequence[Step], p: float = 0.5):
        super().__init__(transforms)
        check_probability("RandomApply", p)
        self.p = p

    def __call__(self, *inputs: Any, generator: ft.Generator | None = None) -> Any:
        if not _random.chance(_random.source(generator), self.p):
            return inputs if len(inputs) != 1 else inputs[0]
        return _in_turn(self.transforms, inputs, generator)


class RandomChoice(_Container):
    """One of several transforms.

    Args:
        transforms: Functions.
        p: Their weights; None: all equal.

    Raises:
        TypeError: Something in ``transforms`` is not callable.
        ValueError: Another number of weights, or weights that are negative or all 0.

    Example:
        >>> from flambeau.vision.transforms import Identity, RandomChoice
        >>> RandomChoice([Identity(), abs], p=[1, 0])(-3)
        -3
    """

    def __init__(self, transforms: Sequence[Step], p: Sequence[float] | None = None):
        super().__init__(transforms)
        weights = [1.0] * len(transforms) if p is None else [float(weight) for weight in p]
        if len(weights) != len(transforms) or not weights or min(weights) < 0 or sum(weights) <= 0:
            errors.value_error("RandomChoice", "p", f"{len(transforms)} weights, not all 0", repr(p))
        self.p = p if p is None else weights
        self._weights = weights

    def __call__(self, *inputs: Any, generator: ft.Generator | None = None) -> Any:
        chosen = self.transforms[_random.choice(_random.source(generator), self._weights)]
        return _called(chosen, inputs, generator)


class RandomOrder(_Container):
    """Several transforms, one after the other, in random order.

    Args:
        transforms: Functions.

    Raises:
        TypeError: Something in ``transforms`` is not callable.

    Example:
        >>> from flambeau.vision.transforms import RandomOrder
        >>> RandomOrder([lambda x: x + 1, lambda x: x + 2])(0)
        3
    """

    def __call__(self, *inputs: Any, generator: ft.Generator | None = None) -> Any:
        order = _random.permutation(_random.source(generator), len(self.transforms))
        return _in_turn([self.transforms[position] for position in order], inputs, generator)


class Identity(Transform):
    """The sample as it is.

    Example:
        >>> from flambeau.vision.transforms import Identity
        >>> Identity()("same")
        'same'
    """

    def __call__(self, *inputs: Any, generator: ft.Generator | None = None) -> Any:
        return inputs if len(inputs) != 1 else inputs[0]


class Lambda(Transform):
    """A function as a transform.

    Args:
        lambd: The function.
        types: The types of a sample's parts that it is applied to; none: to the sample itself.

    Raises:
        TypeError: ``lambd`` is not callable.

    Example:
        >>> from flambeau.vision.transforms import Lambda
        >>> Lambda(lambda label: label + 1, int)({"image": ft.zeros(1, 2, 2), "label": 4})["label"]
        5
    """

    def __init__(self, lambd: Callable[[Any], Any], *types: type):
        if not callable(lambd):
            errors.type_error("Lambda", "lambd", "a function", type(lambd).__name__)
        self.lambd = lambd
        self.types = self.also = types

    def __call__(self, *inputs: Any, generator: ft.Generator | None = None) -> Any:
        if self.types:
            return super().__call__(*inputs, generator=generator)
        return self.lambd(*inputs)

    def _takes(self, leaf: Any) -> bool:
        return isinstance(leaf, self.types)

    def _chosen(self, leaves: list[Any]) -> list[bool]:
        return [self._takes(leaf) for leaf in leaves]

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self.lambd(inpt)

    def extra_repr(self) -> str:
        name = getattr(self.lambd, "__name__", repr(self.lambd))
        return ", ".join([name, *(kind.__name__ for kind in self.types)])
