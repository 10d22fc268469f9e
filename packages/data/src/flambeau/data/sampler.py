"""Samplers: which index comes next.

A sampler is any iterable of indices that starts anew every epoch; these are the usual ones. Randomness comes from the
generator given, or from the default generator that ``ft.manual_seed`` seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any, Generic, TypeVar

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

from ._check import check_flag, check_generator, check_positive_int

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]

T_co = TypeVar("T_co", covariant=True)


class Sampler(Generic[T_co]):
    """Base class of samplers. A subclass defines ``__iter__``, and ``__len__`` if it knows its length.

    Its next epoch may depend on what it is told meanwhile, such as losses. One that has a state may define
    ``state_dict()`` and ``load_state_dict(state)``: :meth:`DataLoader.state_dict` then keeps what it was when the epoch
    began.

    Example:
        >>> from flambeau.data import Sampler
        >>> class EverySecond(Sampler):
        ...     def __init__(self, data_source):
        ...         self.data_source = data_source
        ...     def __iter__(self):
        ...         return iter(range(0, len(self.data_source), 2))
        ...     def __len__(self):
        ...         return (len(self.data_source) + 1) // 2
        >>> list(EverySecond("abcde"))
        [0, 2, 4]
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"{type(self).__name__} must define __iter__")


class SequentialSampler(Sampler[int]):
    """``0, 1, ..., len(data_source) - 1``.

    Args:
        data_source: Anything with a length.

    Example:
        >>> from flambeau.data import SequentialSampler
        >>> list(SequentialSampler("abc"))
        [0, 1, 2]
    """

    def __init__(self, data_source: Sized):
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class _Drawing(Sampler[T_co]):
    """A sampler whose state is that of a generator of its own, if it has one."""

    generator: ft.Generator | None

    def state_dict(self) -> dict[str, Any]:
        """What the next epoch's order comes from, where that is a generator of the sampler's own; else nothing."""
        return {} if self.generator is None else {"generator": dict(self.generator.get_state())}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to what :meth:`state_dict` gave."""
        if self.generator is not None and state:
            self.generator.set_state(state["generator"])


class RandomSampler(_Drawing[int]):
    """Indices in random order, a new order every epoch.

    Without replacement an epoch is a permutation; asked for more samples than there are, it is several permutations
    one after the other, so that no index comes twice before all came once.

    Args:
        data_source: Anything with a length.
        replacement: Draw each index independently.
        num_samples: How many indices an epoch has; None for ``len(data_source)``.
        generator: Where the randomness comes from; None for the default generator.

    Raises:
        ValueError: ``num_samples`` not positive, or samples wanted from an empty ``data_source``.

    Example:
        >>> from flambeau.data import RandomSampler
        >>> sampler = RandomSampler("abcde", generator=ft.Generator(0))
        >>> sorted(sampler)
        [0, 1, 2, 3, 4]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: ft.Generator | None = None,
    ):
        check_flag("RandomSampler", "replacement", replacement)
        check_generator("RandomSampler", generator)
        if num_samples is not None:
            check_positive_int("RandomSampler", "num_samples", num_samples)
            if len(data_source) == 0:
                errors.value_error("RandomSampler", "num_samples", "None for an empty data_source", str(num_samples))
        self.data_source = data_source
        self.replacement = replacement
        self.generator = generator
        self._num_samples = num_samples

    @property
    def num_samples(self) -> int:
        """How many indices an epoch has; follows a data source whose length changes."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        n, wanted = len(self.data_source), self.num_samples
        if self.replacement:
            yield from ft.randint(0, max(n, 1), (wanted,), generator=self.generator).tolist()
            return
        for start in range(0, wanted, max(n, 1)):
            yield from ft.randperm(n, generator=self.generator).tolist()[: wanted - start]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(_Drawing[Any]):
    """The given indices in random order, a new order every epoch.

    Args:
        indices: What to draw from.
        generator: Where the randomness comes from; None for the default generator.

    Example:
        >>> from flambeau.data import SubsetRandomSampler
        >>> sorted(SubsetRandomSampler([10, 20, 30]))
        [10, 20, 30]
    """

    def __init__(self, indices: Sequence[Any], generator: ft.Generator | None = None):
        check_generator("SubsetRandomSampler", generator)
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[Any]:
        for position in ft.randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[position]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(_Drawing[int]):
    """Indices drawn with probabilities in proportion to weights, by :func:`flambeau.tensor.multinomial`.

    Args:
        weights: One for each index, not negative. A Tensor or a NumPy array may be changed in place between epochs.
        num_samples: How many indices an epoch has.
        replacement: Draw each index independently; else none comes twice.
        generator: Where the randomness comes from; None for the default generator.

    Raises:
        TypeError: Weights that are no numbers.
        ShapeError: Weights of more than one dimension.
        ValueError: ``num_samples`` not positive. On iterating: negative weights, weights that are all 0, or more
            samples without replacement than weights above 0.

    Example:
        >>> from flambeau.data import WeightedRandomSampler
        >>> list(WeightedRandomSampler([0, 3, 0], num_samples=4))
        [1, 1, 1, 1]
        >>> sorted(WeightedRandomSampler([1, 2, 0, 4], num_samples=3, replacement=False))
        [0, 1, 3]
    """

    def __init__(
        self, weights: Sequence[float] | ft.Tensor, num_samples: int, replacement: bool = True,
        generator: ft.Generator | None = None,
    ):  # fmt: skip
        check_positive_int("WeightedRandomSampler", "num_samples", num_samples)
        check_flag("WeightedRandomSampler", "replacement", replacement)
        check_generator("WeightedRandomSampler", generator)
        self.weights = weights if isinstance(weights, (ft.Tensor, np.ndarray)) else _numbers(weights)
        if len(self.weights.shape) != 1:
            shape = str(tuple(self.weights.shape))
            errors.shape_error("WeightedRandomSampler", "weights", "one dimension", f"shape {shape}")
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        # Sums of a million weights have no room for the small ones in float32.
        weights = ft.as_tensor(self.weights, dtype=ft.float64)
        chosen = ft.multinomial(weights, self.num_samples, self.replacement, generator=self.generator)
        yield from chosen.tolist()

    def __len__(self) -> int:
        return self.num_samples


def _numbers(weights: Any) -> ft.Tensor:
    try:
        return ft.tensor(list(weights), dtype=ft.float64)
    except (TypeError, ValueError):
        errors.type_error("WeightedRandomSampler", "weights", "a sequence of numbers", type(weights).__name__)


class BatchSampler(Sampler[list[Any]]):
    """Lists of ``batch_size`` indices taken from another sampler.

    Args:
        sampler: Any iterable of indices.
        batch_size: How many indices a batch has.
        drop_last: Leave out a last batch that is smaller.

    Raises:
        TypeError: ``batch_size`` not an int, ``drop_last`` not a bool.
        ValueError: ``batch_size`` not positive.

    Example:
        >>> from flambeau.data import BatchSampler, SequentialSampler
        >>> list(BatchSampler(SequentialSampler("abcde"), batch_size=2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[Any], batch_size: int, drop_last: bool):
        check_positive_int("BatchSampler", "batch_size", batch_size)
        check_flag("BatchSampler", "drop_last", drop_last)
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield batch

    def state_dict(self) -> dict[str, Any]:
        """The state of ``sampler``, if it has one."""
        return state_of(self.sampler) or {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Give ``sampler`` back what :meth:`state_dict` said."""
        if state:
            self.sampler.load_state_dict(state)  # type: ignore[attr-defined]  # who gave a state takes it

    def __len__(self) -> int:
        samples = len(self.sampler)  # type: ignore[arg-type]  # a sampler without a length raises here
        return samples // self.batch_size if self.drop_last else -(-samples // self.batch_size)


def state_of(sampler: Any) -> dict[str, Any] | None:
    """What a sampler says of its state, or None."""
    state: dict[str, Any] | None = sampler.state_dict() if hasattr(sampler, "state_dict") else None
    return state
