"""Datasets: where samples come from."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, Generic, Self, TypeVar

import flambeau.tensor as ft
from flambeau.tensor import errors

from . import _torch as torch
from ._check import check_generator, check_index
from .fetch import read_batch, read_sample, read_samples

__all__ = ["ConcatDataset", "Dataset", "StackDataset", "Subset", "TensorDataset", "random_split"]

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """Base class of datasets that map an index to a sample.

    A subclass defines ``__getitem__(index)`` and ``__len__()``. It may also define ``__getitems__(indices)``, a list
    of samples read together, and ``__getbatch__(indices)``, the finished batch as :func:`default_collate` would have
    made it; a :class:`DataLoader` uses whichever is there. ``__getpath__(index)`` is the file that a sample is read
    from, for errors to name it; a list ``samples`` whose elements begin with a path does the same.

    Subclassing is a courtesy to readers: any object with ``__getitem__`` and ``__len__`` is a dataset. Samples of
    subclasses may go through PyTorch's loader, too: it makes Tensors its own. ``a + b`` is a :class:`ConcatDataset`.

    Example:
        >>> from flambeau.data import DataLoader, Dataset
        >>> class Squares(Dataset):
        ...     def __len__(self):
        ...         return 4
        ...     def __getitem__(self, index):
        ...         return index**2
        >>> [batch.tolist() for batch in DataLoader(Squares(), batch_size=3)]
        [[0, 1, 4], [9]]
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        torch.introduce()
        new: Any = super().__new__  # another base may want the arguments
        made: Self = new(cls) if new is object.__new__ else new(cls, *args, **kwargs)
        return made

    def __getitem__(self, index: Any) -> T_co:
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__")

    def __add__(self, other: Any) -> ConcatDataset[T_co]:
        return ConcatDataset([self, other])


class TensorDataset(Dataset[tuple[ft.Tensor, ...]]):
    """Samples are the rows of one or more tensors: ``(tensors[0][index], tensors[1][index], ...)``.

    A whole batch is read with one indexing operation per tensor.

    Args:
        *tensors: Tensors with the same size of the first dimension.

    Raises:
        TypeError: An argument that is not a Tensor, or none at all.
        ShapeError: Tensors without dimensions, or of different first sizes.

    Example:
        >>> from flambeau.data import TensorDataset
        >>> dataset = TensorDataset(ft.tensor([[1.0, 2.0], [3.0, 4.0]]), ft.tensor([0, 1]))
        >>> x, y = dataset[1]
        >>> len(dataset), x.tolist(), y.item()
        (2, [3.0, 4.0], 1)
    """

    def __init__(self, *tensors: ft.Tensor):
        if not tensors:
            errors.type_error("TensorDataset", "tensors", "at least one Tensor", "none")
        for tensor in tensors:
            if not isinstance(tensor, ft.Tensor):
                fix = "wrap a NumPy array with ft.from_numpy(...)"
                errors.type_error("TensorDataset", "tensors", "Tensors", type(tensor).__name__, fix)
        shapes = [tuple(tensor.shape) for tensor in tensors]
        if any(not shape for shape in shapes) or len({shape[0] for shape in shapes}) > 1:
            errors.shape_error("TensorDataset", "tensors", "one size of the first dimension", f"shapes {shapes}")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[ft.Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __getbatch__(self, indices: Sequence[int]) -> list[ft.Tensor]:
        rows = list(indices)
        return [tensor[rows] for tensor in self.tensors]

    def __len__(self) -> int:
        return int(self.tensors[0].shape[0])


class Subset(Dataset[T_co]):
    """The samples of another dataset at the given indices.

    Args:
        dataset: The dataset to choose from.
        indices: Which of its indices, in which order.

    Example:
        >>> from flambeau.data import Subset
        >>> subset = Subset(["a", "b", "c", "d"], [3, 1])
        >>> len(subset), subset[0], subset[1]
        (2, 'd', 'b')
    """

    def __init__(self, dataset: Dataset[T_co], indices: Sequence[int]):
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: int) -> T_co:
        sample: T_co = read_sample(self.dataset, self.indices[index])
        return sample

    def __getitems__(self, indices: Sequence[int]) -> list[T_co]:
        return read_samples(self.dataset, self._originals(indices))

    def __getbatch__(self, indices: Sequence[int]) -> Any:
        return read_batch(self.dataset, self._originals(indices))

    def __len__(self) -> int:
        return len(self.indices)

    def _originals(self, indices: Sequence[int]) -> list[int]:
        return [self.indices[index] for index in indices]


class ConcatDataset(Dataset[T_co]):
    """Several datasets, one after the other.

    Args:
        datasets: Datasets with a length, at least one.

    Raises:
        ValueError: No datasets.
        IndexError: (on reading) an index outside of all.

    Example:
        >>> from flambeau.data import ConcatDataset
        >>> both = ConcatDataset(["abc", "de"])
        >>> len(both), both[2], both[3], both[-1]
        (5, 'c', 'd', 'e')
    """

    def __init__(self, datasets: Iterable[Dataset[T_co]]):
        self.datasets = list(datasets)
        if not self.datasets:
            errors.value_error("ConcatDataset", "datasets", "at least one dataset", "none")
        self.cumulative_sizes = list(accumulate(_length("ConcatDataset", dataset) for dataset in self.datasets))

    def __getitem__(self, index: int) -> T_co:
        n = len(self)
        check_index("ConcatDataset", index, n)
        position = index % n
        which = bisect_right(self.cumulative_sizes, position)
        start = self.cumulative_sizes[which - 1] if which else 0
        sample: T_co = read_sample(self.datasets[which], position - start)
        return sample

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


class StackDataset(Dataset[Any]):
    """Several datasets side by side: a sample has one of each, as a tuple, or as a dict where they have names.

    Args:
        *args: Datasets of one length; samples are tuples.
        **kwargs: Datasets of one length, by name; samples are dicts. Either these or those.

    Raises:
        TypeError: A dataset without ``__len__``, none at all, or both kinds of arguments.
        ValueError: Datasets of different lengths.

    Example:
        >>> from flambeau.data import StackDataset
        >>> StackDataset(range(3), "abc")[1]
        (1, 'b')
        >>> StackDataset(image=range(3), text="abc")[2]
        {'image': 2, 'text': 'c'}
    """

    def __init__(self, *args: Any, **kwargs: Any):
        if bool(args) == bool(kwargs):
            got = "both" if args else "none"
            errors.type_error("StackDataset", "datasets", "datasets in their order, or by name", got)
        self.datasets: tuple[Any, ...] | dict[str, Any] = args or kwargs
        lengths = [_length("StackDataset", dataset) for dataset in self._parts]
        if len(set(lengths)) > 1:
            errors.value_error("StackDataset", "datasets", "datasets of one length", f"lengths {lengths}")

    @property
    def _parts(self) -> list[Any]:
        return list(self.datasets.values() if isinstance(self.datasets, dict) else self.datasets)

    def _joined(self, parts: Iterable[Any]) -> Any:
        return dict(zip(self.datasets, parts, strict=True)) if isinstance(self.datasets, dict) else tuple(parts)

    def __getitem__(self, index: Any) -> Any:
        return self._joined(read_sample(dataset, index) for dataset in self._parts)

    def __getitems__(self, indices: Sequence[Any]) -> list[Any]:
        columns = [read_samples(dataset, indices) for dataset in self._parts]
        return [self._joined(sample) for sample in zip(*columns, strict=True)]

    def __getbatch__(self, indices: Sequence[Any]) -> Any:
        batches = []
        for dataset in self._parts:
            batches.append(read_batch(dataset, indices))
            if batches[-1] is NotImplemented:
                return NotImplemented
        return self._joined(batches) if isinstance(self.datasets, dict) else batches

    def __len__(self) -> int:
        return len(self._parts[0])


def random_split(
    dataset: Dataset[T_co], lengths: Sequence[int | float], generator: ft.Generator | None = None
) -> list[Subset[T_co]]:
    """Split a dataset at random into parts that do not overlap and together are the whole.

    Args:
        dataset: The dataset to split.
        lengths: The sizes of the parts; or, where any of them is a float, fractions that sum to 1. Of fractions each
            size is rounded down, and what is left over goes to the first parts, one sample each.
        generator: Where the randomness comes from; None for the default generator.

    Returns:
        One :class:`Subset` for each length.

    Raises:
        ValueError: Lengths that do not sum to ``len(dataset)``, fractions that do not sum to 1, or a negative one.

    Example:
        >>> from flambeau.data import random_split
        >>> train, test = random_split(range(10), [0.8, 0.2], generator=ft.Generator(0))
        >>> len(train), len(test), sorted([*train, *test]) == list(range(10))
        (8, 2, True)
    """
    check_generator("random_split", generator)
    n = _length("random_split", dataset)
    if any(length < 0 for length in lengths):
        errors.value_error("random_split", "lengths", "no negative length", str(list(lengths)))
    sizes = _sizes_of_fractions(lengths, n) if any(isinstance(length, float) for length in lengths) else list(lengths)
    if sum(sizes) != n:
        got = f"{list(lengths)}, which sum to {sum(lengths)}"
        errors.value_error("random_split", "lengths", f"lengths that sum to len(dataset) = {n}", got)
    order = ft.randperm(n, generator=generator).tolist()
    return [Subset(dataset, order[stop - size : stop]) for size, stop in zip(sizes, accumulate(sizes), strict=True)]


def _sizes_of_fractions(fractions: Sequence[float], n: int) -> list[int]:
    if not math.isclose(sum(fractions), 1):
        got = f"{list(fractions)}, which sum to {sum(fractions)}"
        errors.value_error("random_split", "lengths", "fractions that sum to 1", got)
    sizes = [math.floor(n * fraction) for fraction in fractions]
    for part in range(n - sum(sizes)):
        sizes[part % len(sizes)] += 1
    return sizes


def _length(operation: str, dataset: Any) -> int:
    if not hasattr(dataset, "__len__"):
        errors.type_error(operation, "dataset", "a dataset with __len__", type(dataset).__name__)
    return len(dataset)
