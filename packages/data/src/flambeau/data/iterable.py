"""Datasets that are read from beginning to end, and how workers share them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Generic, Self, TypeVar

from flambeau.tensor import errors

from . import _torch as torch
from .distributed import replicas
from .fetch import EXHAUSTED, collate_samples, convert_sample
from .randomness import begin_sample
from .worker_info import current

__all__ = ["ChainDataset", "IterableDataset"]

T_co = TypeVar("T_co", covariant=True)


class IterableDataset(Generic[T_co]):
    """Base class of datasets that can only be iterated over.

    A subclass defines ``__iter__()``. For several workers it also defines ``shard(index, count)``, an iterable of one
    of ``count`` disjoint parts; or its ``__iter__`` asks :func:`get_worker_info` which part to give. A dataset that
    does neither is refused with more than one worker, as each would give every sample.

    Where a launcher has started several training processes, and says so by the environment variables ``WORLD_SIZE`` and
    ``RANK``, the parts are for all workers of all of them; a dataset without ``shard`` is refused.

    ``a + b`` is a :class:`ChainDataset`.

    Example:
        >>> from flambeau.data import DataLoader, IterableDataset
        >>> class Lines(IterableDataset):
        ...     def __iter__(self):
        ...         return iter(range(5))
        ...     def shard(self, index, count):
        ...         return range(index, 5, count)
        >>> [batch.tolist() for batch in DataLoader(Lines(), batch_size=2)]
        [[0, 1], [2, 3], [4]]
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        torch.introduce()
        new: Any = super().__new__  # another base may want the arguments
        made: Self = new(cls) if new is object.__new__ else new(cls, *args, **kwargs)
        return made

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"{type(self).__name__} must define __iter__")

    def __add__(self, other: Any) -> ChainDataset[T_co]:
        return ChainDataset([self, other])


class ChainDataset(IterableDataset[T_co]):
    """Several iterable datasets, one after the other.

    Args:
        datasets: The datasets; all may be shards, or none.

    Example:
        >>> from flambeau.data import ChainDataset
        >>> list(ChainDataset([range(2), range(3)]))
        [0, 1, 0, 1, 2]
    """

    def __init__(self, datasets: Iterable[Iterable[T_co]]):
        self.datasets = list(datasets)

    def __iter__(self) -> Iterator[T_co]:
        for dataset in self.datasets:
            yield from dataset

    def shard(self, index: int, count: int) -> Iterator[T_co]:
        for dataset in self.datasets:
            yield from sharded(dataset, index, count)


def sharded(dataset: Any, index: int, count: int) -> Iterator[Any]:
    """One of ``count`` parts of an iterable dataset."""
    if hasattr(dataset, "shard"):
        yield from dataset.shard(index, count)
        return
    if replicas()[1] > 1:
        got = f"{type(dataset).__name__}, which each of the {replicas()[1]} that WORLD_SIZE says would read whole"
        fix = "define shard(index, count)"
        errors.value_error("DataLoader", "dataset", "samples shared out among training processes", got, fix)
    if count == 1:
        yield from dataset
        return
    current.asked = False
    samples = iter(dataset)
    first = next(samples, EXHAUSTED)
    if not current.asked:
        fix = "define shard(index, count), or let __iter__ ask get_worker_info() which part to give"
        errors.value_error(
            "DataLoader", "num_workers",
            f"at most 1 for {type(dataset).__name__}, which does not share its samples out", str(count), fix,
        )  # fmt: skip
    if first is not EXHAUSTED:
        yield first
        yield from samples


class IterableFetcher:
    """Reads the next batch of one part of an iterable dataset; EXHAUSTED at its end.

    Args:
        dataset: What is read.
        collate_fn: Makes one batch of a list of samples, or converts one sample.
        batch_size: Samples in a batch; None for samples one by one.
        drop_last: Leave out a last batch that is smaller.
    """

    def __init__(self, dataset: Any, collate_fn: Callable[[Any], Any], batch_size: int | None, drop_last: bool):
        self.dataset = dataset
        self.collate_fn = collate_fn
        self.batch_size = batch_size
        self.drop_last = drop_last
        self._samples: Iterator[tuple[int, Any]] = iter(())

    def __call__(self, first: bool) -> Any:
        """``first``: begin anew."""
        if first:
            info = current.info
            worker, workers = (0, 1) if info is None else (info.id, info.num_workers)
            rank, world = replicas()
            index, count = rank * workers + worker, world * workers
            self._samples = self._counted(sharded(self.dataset, index, count), index, count)
        if self.batch_size is None:
            for number, sample in self._samples:
                return convert_sample(self.collate_fn, sample, number, self.dataset)
            return EXHAUSTED
        numbered = list(islice(self._samples, self.batch_size))
        if not numbered or (len(numbered) < self.batch_size and self.drop_last):
            return EXHAUSTED
        numbers = [number for number, _ in numbered]
        return collate_samples(self.collate_fn, [sample for _, sample in numbered], numbers, self.dataset)

    def _counted(self, samples: Iterator[Any], index: int, count: int) -> Iterator[tuple[int, Any]]:
        """The samples, each with its number, from which its randomness comes."""
        position = index
        while True:
            begin_sample(position)
            try:
                sample = next(samples)
            except StopIteration:
                return
            except Exception as error:
                error.add_note(f"while reading sample {position} of {type(self.dataset).__name__}")
                raise
            yield position, sample
            position += count
