"""One epoch of a loader: which batches, in which order, from where."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice, repeat
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from . import randomness
from .fetch import EXHAUSTED, SKIPPED
from .pinning import pinned, pinned_ahead
from .sampler import state_of

if TYPE_CHECKING:
    from .workers.pool import Pool


@dataclass(frozen=True)
class Position:
    """How far a loader has come."""

    epoch: int
    batches: int  # delivered, of this epoch
    seed: int | None  # of its randomness; None: not begun
    generator: dict[str, Any] | None  # the state of the generator of the order when the epoch began
    sampler: dict[str, Any] | None = None  # what the sampler said of its own state then

    @property
    def begun(self) -> bool:
        return self.seed is not None

    @staticmethod
    def from_dict(state: dict[str, Any]) -> Position:
        try:
            return Position(**state)
        except TypeError:
            got = sorted(state) if isinstance(state, dict) else type(state).__name__
            errors.value_error("load_state_dict", "state", "what DataLoader.state_dict() gave", str(got))


class Epoch:
    """Iterates over the batches of one epoch.

    Args:
        loader: whose.
        start: where to begin, to go on with an epoch; None for a new one.
    """

    def __init__(self, loader: Any, start: Position | None):
        self.loader = loader
        self.start = start
        self.number = 0 if start is None else start.epoch

    def __iter__(self) -> Iterator[Any]:
        loader, start = self.loader, self.start
        source = loader._source
        resumed = start if start is not None and start.begun else None
        seed = loader._seed_of(source)
        before = resumed.generator if resumed else dict(source.get_state())
        if resumed and resumed.sampler:
            loader._indices.load_state_dict(resumed.sampler)
        own = state_of(loader._indices)
        loader._position = Position(self.number, resumed.batches if resumed else 0, seed, before, own)
        tasks = self._tasks(source, before if resumed else None, loader._position.batches)
        if loader.num_workers == 0:
            batches = self._here(tasks, seed)
            batches = map(pinned, batches) if loader.pin_memory else batches
        else:
            batches = self._from_workers(tasks, seed)
            batches = pinned_ahead(batches) if loader.pin_memory else batches
        for batch in batches:
            self._delivered()
            if batch is not SKIPPED:
                yield batch
        loader._position = replace(
            loader._position, batches=0, epoch=self.number + 1, seed=None, generator=None, sampler=None
        )

    def _tasks(self, source: ft.Generator, state: Any, skip: int) -> Iterator[Any]:
        """The indices of each batch from ``skip`` on. A resumed order is drawn from the state of then; who else draws
        from the default generator does not notice."""
        if self.loader._indices is None:
            return iter(())
        indices = iter(self.loader._indices)
        if state is None:
            return indices
        now = source.get_state()
        source.set_state(state)
        first = next(islice(indices, skip, None), EXHAUSTED)
        if source is ft.default_generator:
            source.set_state(now)
        return iter(()) if first is EXHAUSTED else _chained(first, indices)

    def _delivered(self) -> None:
        position = self.loader._position
        if position.epoch == self.number:
            self.loader._position = replace(position, batches=position.batches + 1)

    def _here(self, tasks: Iterator[Any], seed: int) -> Iterator[Any]:
        """Read in this process."""
        fetch = self.loader.fetch
        skip = 0
        if self.loader._indices is None:
            skip = self.loader._position.batches
            tasks = _first_and_others()
        for task in tasks:
            randomness.begin_epoch(seed, self.number)
            try:
                batch = fetch(task)
            finally:
                randomness.end_epoch()
            if batch is EXHAUSTED:
                return
            if skip > 0:
                skip -= 1
                continue
            yield batch

    def _from_workers(self, tasks: Iterator[Any], seed: int) -> Iterator[Any]:
        crew = self.loader._crew
        pool = crew.take(self.loader, seed)
        try:
            if self.loader._indices is None:
                yield from self._parts(pool)
            else:
                yield from self._ordered(pool, tasks)
        except GeneratorExit:  # the loop was left: what is on its way is not wanted
            pool.forget()
            crew.put_back(pool)
            raise
        except BaseException:
            pool.close()
            raise
        crew.put_back(pool)

    def _ordered(self, pool: Pool, tasks: Iterator[Any]) -> Iterator[Any]:
        timeout, in_order = self.loader.timeout, self.loader.in_order
        ahead = self.loader._crew.ahead * pool.size
        # By turns, so that a batch's worker, and with it the state of global generators, is no matter of chance.
        turns: Iterator[int | None] = cycle(range(pool.size)) if in_order else repeat(None)
        waiting: deque[int] = deque()
        for task in islice(tasks, ahead):
            waiting.append(pool.submit(self.number, task, next(turns)))
        while waiting:
            number, batch = pool.take(waiting[0] if in_order else None, timeout)
            waiting.remove(number)
            for task in islice(tasks, 1):
                waiting.append(pool.submit(self.number, task, next(turns)))
            yield batch

    def _parts(self, pool: Pool) -> Iterator[Any]:
        """Each worker's batches of its part of an iterable dataset, by turns."""
        timeout, in_order = self.loader.timeout, self.loader.in_order
        skip = self.loader._position.batches
        waiting: deque[int] = deque()
        worker_of: dict[int, int] = {}
        live = set(range(pool.size))
        for turn in range(self.loader._crew.ahead):
            for worker in range(pool.size):
                number = pool.submit(self.number, turn == 0, worker)
                waiting.append(number)
                worker_of[number] = worker
        while waiting:
            number, batch = pool.take(waiting[0] if in_order else None, timeout)
            waiting.remove(number)
            worker = worker_of.pop(number)
            if batch is EXHAUSTED:
                live.discard(worker)
                continue
            if worker in live:
                number = pool.submit(self.number, False, worker)
                waiting.append(number)
                worker_of[number] = worker
            if skip > 0:
                skip -= 1
                continue
            yield batch


def _first_and_others() -> Iterator[bool]:
    yield True
    while True:
        yield False


def _chained(first: Any, others: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from others
