"""The DataLoader: puts the stages together and iterates over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any, NoReturn

import flambeau.tensor as ft
from flambeau.tensor import errors

from . import _torch as torch
from ._check import check_callable, check_flag, check_generator, check_int, check_positive_int
from .collate import default_collate, default_convert
from .epoch import Epoch, Position
from .fetch import BatchFetcher, OnError, SampleFetcher
from .iterable import IterableDataset, IterableFetcher
from .sampler import BatchSampler, RandomSampler, SequentialSampler, state_of
from .workers.crew import Crew

__all__ = ["DataLoader"]


METHODS = ("server", "fork", "spawn", "thread")
_SAME = {"forkserver": "server"}  # torch's name of what ours does
PREFETCH = 2  # batches read ahead by each worker, unless told otherwise


class DataLoader:
    """Batches of a dataset: ``for batch in loader`` is one epoch.

    ``sampler → batch_sampler → fetch → collate_fn``: each stage is an attribute, and each can be given.

    Args:
        dataset: Anything with ``__getitem__``, and with ``__len__`` unless a sampler is given; or an
            :class:`IterableDataset`.
        batch_size: Samples in a batch. None: no batches, samples one by one, NumPy arrays converted to Tensors.
        shuffle: A new random order every epoch.
        sampler: An iterable of indices, instead of ``shuffle``.
        batch_sampler: An iterable of lists of indices, instead of ``batch_size``, ``shuffle``, ``sampler`` and
            ``drop_last``.
        num_workers: How many workers read; 0 for reading in this process. Workers last as long as the loader; a dataset
            that was changed between epochs is sent to them again.
        collate_fn: Makes one batch of a list of samples; :func:`default_collate` where None.
        pin_memory: Copy batches to page-locked memory, from where a GPU reads faster; no effect without CUDA.
        drop_last: Leave out a last batch that is smaller.
        timeout: Seconds to wait for a batch from a worker; 0 for ever.
        worker_init_fn: Called with its number in each worker, first of all.
        multiprocessing_context: How workers are started: ``"server"`` (the default; also ``"forkserver"``), forked from
            a process that has only imported flambeau; ``"fork"``, from this process; ``"spawn"``, new interpreters;
            ``"thread"``, threads of this process. Or a context of :mod:`multiprocessing`.
        generator: Where ``shuffle`` takes its randomness from; None for the default generator. The same seed gives
            the same batches.
        prefetch_factor: Batches read ahead by each worker, by default 2; needs workers.
        persistent_workers: Workers are always kept between epochs; needs workers.
        in_order: Deliver batches in the order of the sampler, which without workers is always so; else as they come.
        on_error: When a sample cannot be read: ``"raise"``; ``"skip"`` it; or a function of its index and the exception
            that gives a sample instead, or None to skip it.

    Raises:
        TypeError: An argument of the wrong type.
        ValueError: Arguments that contradict one another, or a value out of range.

    Iterating raises what reading a sample raised, with notes that say where; ``RuntimeError`` when a worker ended by
    itself; ``TimeoutError``.

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
        on_error: OnError = "raise",
    ):
        iterable = _is_iterable(dataset)
        if not iterable and not hasattr(dataset, "__getitem__"):
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
        method = _check_workers(num_workers, timeout, multiprocessing_context, prefetch_factor, persistent_workers)
        _check_sampling(batch_size, shuffle, sampler, batch_sampler, drop_last)
        if iterable:
            _check_iterable(shuffle, sampler, batch_sampler, on_error)
        if on_error not in ("raise", "skip") and not callable(on_error):
            _value_error("on_error", "'raise', 'skip' or a function of an index and an exception", repr(on_error))
        _check_restartable("sampler", sampler)
        _check_restartable("batch_sampler", batch_sampler)

        if sampler is None and batch_sampler is None and not iterable:
            if not hasattr(dataset, "__len__"):
                _type_error("dataset", "a dataset with __len__", dataset, "define __len__, or give a sampler")
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is None and batch_size is not None and not iterable:
            assert sampler is not None
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)

        self.dataset = dataset
        self.batch_size = batch_size
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        single = batch_size is None if iterable else batch_sampler is None
        self.collate_fn = collate_fn or (default_convert if single else default_collate)
        self.pin_memory = pin_memory
        self.drop_last = drop_last
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.prefetch_factor = prefetch_factor
        self.persistent_workers = persistent_workers
        self.in_order = in_order
        self.on_error = on_error
        self.fetch: Any
        if iterable:
            self.fetch = IterableFetcher(dataset, self.collate_fn, batch_size, drop_last)
        else:
            self.fetch = (SampleFetcher if single else BatchFetcher)(dataset, self.collate_fn, on_error)
        ahead = PREFETCH if prefetch_factor is None else prefetch_factor
        self._crew = Crew(num_workers, method, ahead, worker_init_fn)
        self._position = Position(0, 0, None, None)
        self._seed: int | None = None
        self._next: Position | None = None  # where the next epoch begins, when not at its own beginning

    def __iter__(self) -> Iterator[Any]:
        epoch = Epoch(self, self._next)
        if self._next is None:
            epoch.number = self._position.epoch + (1 if self._position.begun else 0)
        self._next = None
        return iter(epoch)

    def __len__(self) -> int:
        """Batches in an epoch (samples, where ``batch_size`` is None); needs a sampler, or an iterable dataset, with a
        length."""
        if self._indices is not None:
            return len(self._indices)  # type: ignore[arg-type]  # a sampler without a length raises here
        samples = len(self.dataset)
        if self.batch_size is None:
            return samples
        return samples // self.batch_size if self.drop_last else -(-samples // self.batch_size)

    def state_dict(self) -> dict[str, Any]:
        """Where the loader is: to go on from there after :meth:`load_state_dict`, with the very next batch.

        Returns:
            Plain values, which :func:`flambeau.tensor.save` takes: the epoch, how many of its batches were delivered,
            the seed, and the states of the generator and of the sampler when the epoch began.

        Example:
            >>> from flambeau.data import DataLoader
            >>> loader = DataLoader(range(6), batch_size=2, shuffle=True, generator=ft.Generator(0))
            >>> batches = iter(loader)
            >>> _ = next(batches)
            >>> state, rest = loader.state_dict(), [batch.tolist() for batch in batches]
            >>> other = DataLoader(range(6), batch_size=2, shuffle=True, generator=ft.Generator(1))
            >>> other.load_state_dict(state)
            >>> [batch.tolist() for batch in other] == rest
            True
        """
        position = self._next or self._position
        if not position.begun:  # between epochs: the next one will draw from the generator as it is now
            source = self._source
            state = dict(source.get_state())
            position = Position(position.epoch, 0, self._seed_of(source), state, state_of(self._indices))
        return asdict(position)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Let the next epoch begin where :meth:`state_dict` was taken.

        Args:
            state: what ``state_dict`` gave, of a loader of the same dataset, batch size and kind of sampler.

        Raises:
            ValueError: something else.
        """
        self._next = Position.from_dict(state)
        self._seed = self._next.seed

    @property
    def _source(self) -> ft.Generator:
        return self.generator or ft.default_generator

    def _seed_of(self, source: ft.Generator) -> int:
        """The seed of the samples' randomness; a resumed loader keeps the one it was begun with."""
        return source.initial_seed() if self._seed is None else self._seed

    @property
    def _indices(self) -> Iterable[Any] | None:
        """What one call of ``fetch`` gets each: the indices of a batch, or an index; None for an iterable dataset."""
        return self.sampler if self.batch_sampler is None else self.batch_sampler


def _is_iterable(dataset: Any) -> bool:
    if isinstance(dataset, IterableDataset) or torch.is_iterable_dataset(dataset):
        return True
    return not hasattr(dataset, "__getitem__") and _restarts(dataset)


def _restarts(dataset: Any) -> bool:
    return isinstance(dataset, Iterable) and not isinstance(dataset, Iterator)


def _check_workers(num_workers: Any, timeout: Any, context: Any, prefetch_factor: Any, persistent: bool) -> str:
    """The way workers are started."""
    check_int("DataLoader", "num_workers", num_workers)
    if num_workers < 0:
        _value_error("num_workers", "0 or more", str(num_workers))
    if not isinstance(timeout, (int, float)):
        _type_error("timeout", "a number of seconds", timeout)
    if timeout < 0:
        _value_error("timeout", "at least 0 seconds", str(timeout))
    if num_workers == 0:
        if context is not None:
            _value_error("multiprocessing_context", "None with num_workers=0", repr(context))
        if prefetch_factor is not None:
            _value_error("prefetch_factor", "None with num_workers=0", str(prefetch_factor))
        if persistent:
            _value_error("persistent_workers", "False with num_workers=0", "True")
    elif prefetch_factor is not None:
        check_positive_int("DataLoader", "prefetch_factor", prefetch_factor)
    return _method(context)


def _method(context: Any) -> str:
    name = context.get_start_method() if hasattr(context, "get_start_method") else context
    name = _SAME.get(name, name) if isinstance(name, str) else name
    if name is None:
        return METHODS[0]
    if name not in METHODS:
        _value_error("multiprocessing_context", f"one of {', '.join(map(repr, METHODS))}", repr(context))
    return str(name)


def _check_iterable(shuffle: Any, sampler: Any, batch_sampler: Any, on_error: Any) -> None:
    fix = "an iterable dataset alone decides the order"
    if shuffle:
        _value_error("shuffle", "False with an iterable dataset", "True", fix)
    for name, value in (("sampler", sampler), ("batch_sampler", batch_sampler)):
        if value is not None:
            _value_error(name, "None with an iterable dataset", type(value).__name__, fix)
    if on_error != "raise":
        _value_error("on_error", "'raise' with an iterable dataset", repr(on_error), "which ends where it raises")


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
