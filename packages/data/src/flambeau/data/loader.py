"""The DataLoader: puts the stages together and iterates over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import flambeau.tensor as ft
from flambeau.tensor import errors

from ._check import check_callable, check_flag, check_generator, check_int, check_positive_int
from .collate import default_collate, default_convert
from .fetch import BatchFetcher, SampleFetcher
from .sampler import BatchSampler, RandomSampler, SequentialSampler

__all__ = ["DataLoader"]


MSG_NO_WORKERS = "version 0.1 reads in the training process, worker processes come with a later version"


class DataLoader:
    """Batches of a dataset: ``for batch in loader`` is one epoch.

    ``sampler → batch_sampler → fetch → collate_fn``: each stage is an attribute, and each can be given.

    Args:
        dataset: Anything with ``__getitem__``, and with ``__len__`` unless a sampler is given.
        batch_size: Samples in a batch. None: no batches, samples one by one, NumPy arrays converted to Tensors.
        shuffle: A new random order every epoch.
        sampler: An iterable of indices, instead of ``shuffle``.
        batch_sampler: An iterable of lists of indices, instead of ``batch_size``, ``shuffle``, ``sampler`` and
            ``drop_last``.
        num_workers: Worker processes; only 0, reading in this process, in version 0.1.
        collate_fn: Makes one batch of a list of samples; :func:`default_collate` where None.
        pin_memory: Copy batches to page-locked memory for CUDA; no effect in version 0.1.
        drop_last: Leave out a last batch that is smaller.
        timeout: Seconds to wait for a worker.
        worker_init_fn: Called in each worker.
        multiprocessing_context: How workers are started; needs workers.
        generator: Where ``shuffle`` takes its randomness from; None for the default generator. The same seed gives
            the same batches.
        prefetch_factor: Batches read ahead by each worker; needs workers.
        persistent_workers: Keep workers between epochs; needs workers.
        in_order: Deliver batches in the order of the sampler, which without workers is always so.

    Raises:
        TypeError: An argument of the wrong type.
        ValueError: Arguments that contradict one another, or a value out of range.

    Example:
        >>> from flambeau.data import DataLoader, TensorDataset
        >>> dataset = TensorDataset(ft.arange(5), ft.arange(5) * 10)
        >>> loader = DataLoader(dataset, batch_size=2)
        >>> len(loader)
        3
        >>> for x, y in loader:
        ...     print(x.tolist(), y.tolist())
        [0, 1] [0, 10]
        [2, 3] [20, 30]
        [4] [40]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: ft.Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        in_order: bool = True,
    ):
        if not hasattr(dataset, "__getitem__"):
            _type_error("dataset", "a dataset with __getitem__", dataset)
        if batch_size is not None:
            check_positive_int("DataLoader", "batch_size", batch_size)
        if shuffle is not None:
            check_flag("DataLoader", "shuffle", shuffle)
        check_flag("DataLoader", "drop_last", drop_last)
        check_flag("DataLoader", "pin_memory", pin_memory)
        check_flag("DataLoader", "persistent_workers", persistent_workers)
        check_flag("DataLoader", "in_order", in_order)
        check_callable("DataLoader", "collate_fn", collate_fn)
        check_callable("DataLoader", "worker_init_fn", worker_init_fn)
        check_generator("DataLoader", generator)
        _check_workers(num_workers, timeout, multiprocessing_context, prefetch_factor, persistent_workers)
        _check_sampling(batch_size, shuffle, sampler, batch_sampler, drop_last)
        _check_restartable("sampler", sampler)
        _check_restartable("batch_sampler", batch_sampler)

        if sampler is None and batch_sampler is None:
            if not hasattr(dataset, "__len__"):
                _type_error("dataset", "a dataset with __len__", dataset, "define __len__, or give a sampler")
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is None and batch_size is not None:
            assert sampler is not None
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)

        self.dataset = dataset
        self.batch_size = batch_size
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        self.pin_memory = pin_memory
        self.drop_last = drop_last
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.prefetch_factor = prefetch_factor
        self.persistent_workers = persistent_workers
        self.in_order = in_order
        self.fetch = (SampleFetcher if batch_sampler is None else BatchFetcher)(dataset, self.collate_fn)

    def __iter__(self) -> Iterator[Any]:
        for indices in self._indices:
            yield self.fetch(indices)

    def __len__(self) -> int:
        """Batches in an epoch (samples, where ``batch_size`` is None); needs a sampler with a length."""
        return len(self._indices)  # type: ignore[arg-type]  # a sampler without a length raises here

    @property
    def _indices(self) -> Iterable[Any]:
        """What one call of ``fetch`` gets each: the indices of a batch, or an index."""
        indices = self.sampler if self.batch_sampler is None else self.batch_sampler
        assert indices is not None
        return indices


def _check_workers(num_workers: Any, timeout: Any, context: Any, prefetch_factor: Any, persistent: bool) -> None:
    check_int("DataLoader", "num_workers", num_workers)
    if num_workers != 0:
        _value_error("num_workers", "0", str(num_workers), MSG_NO_WORKERS if num_workers > 0 else None)
    if not isinstance(timeout, (int, float)):
        _type_error("timeout", "a number of seconds", timeout)
    if timeout < 0:
        _value_error("timeout", "at least 0 seconds", str(timeout))
    if context is not None:
        _value_error("multiprocessing_context", "None with num_workers=0", repr(context))
    if prefetch_factor is not None:
        _value_error("prefetch_factor", "None with num_workers=0", str(prefetch_factor))
    if persistent:
        _value_error("persistent_workers", "False with num_workers=0", "True")


def _check_sampling(batch_size: Any, shuffle: Any, sampler: Any, batch_sampler: Any, drop_last: bool) -> None:
    """Each order of samples, and each way to make batches, is given once."""
    if sampler is not None and shuffle:
        _value_error("shuffle", "False with a sampler", "True", "the sampler alone decides the order")
    if batch_sampler is not None:
        fix = "the batch_sampler alone decides the batches"
        if batch_size != 1:
            _value_error("batch_size", "its default 1 with a batch_sampler", str(batch_size), fix)
        if shuffle:
            _value_error("shuffle", "False with a batch_sampler", "True", fix)
        if sampler is not None:
            _value_error("sampler", "None with a batch_sampler", type(sampler).__name__, fix)
        if drop_last:
            _value_error("drop_last", "False with a batch_sampler", "True", fix)
    if batch_size is None and drop_last:
        _value_error("drop_last", "False with batch_size=None", "True", "without batches there is no last one to drop")


def _check_restartable(name: str, indices: Any) -> None:
    if indices is None:
        return
    if not isinstance(indices, Iterable) and not hasattr(indices, "__getitem__"):
        _type_error(name, "an iterable of indices", indices)
    if isinstance(indices, Iterator):
        fix = "an iterator would be empty from the second epoch on; give a list or a Sampler"
        _value_error(name, "an iterable that starts anew every epoch", type(indices).__name__, fix)


def _type_error(argument: str, expected: str, value: Any, fix: str | None = None) -> NoReturn:
    errors.type_error("DataLoader", argument, expected, type(value).__name__, fix)


def _value_error(argument: str, expected: str, got: str, fix: str | None = None) -> NoReturn:
    errors.value_error("DataLoader", argument, expected, got, fix)
