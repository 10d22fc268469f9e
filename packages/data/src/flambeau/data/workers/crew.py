"""The pools of workers that a loader keeps between epochs."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from ..collate import registered

if TYPE_CHECKING:
    from .pool import Pool
    from .process import Work


class Crew:
    """Pools of workers, each used by one epoch at a time; a second loop over the same loader gets a pool of its own.

    Args:
        size: workers in a pool.
        method: how they are started.
        ahead: batches each reads ahead.
        init: called in each worker.
    """

    def __init__(self, size: int, method: str, ahead: int, init: Any):
        self.size = size
        self.method = method
        self.ahead = ahead
        self.init = init
        self._idle: list[Pool] = []

    def take(self, loader: Any, seed: int) -> Pool:
        """A pool whose workers read what the loader reads now."""
        from .pool import ProcessPool, ThreadPool  # what processes need takes time to import, and not all loaders do
        from .process import Work

        work = Work(loader.fetch, self.init, self.size, seed, dict(registered))
        # Threads see everything as it is: only the seed is theirs.
        reads, data, buffers = (seed, b"", []) if self.method == "thread" else self._packed(work)
        while (idle := self._pop()) is not None:
            if idle.reads == reads is not None and idle.alive():
                return idle
            idle.close()  # the dataset was changed since, or a worker ended
        pool = ThreadPool(work) if self.method == "thread" else ProcessPool(work, self.method, data, buffers)
        pool.reads = reads
        return pool

    def put_back(self, pool: Pool) -> None:
        """The epoch that used the pool is over."""
        self._idle.append(pool)

    def _pop(self) -> Pool | None:
        """One that no other thread gets. Without a lock, as a loop that was left may put its pool back at any moment,
        when it is collected as garbage."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _packed(self, work: Work) -> tuple[int | None, bytes, list[memoryview]]:
        """A fingerprint of the work, None for what cannot be packed; and the work as it is sent."""
        from .transfer import packed

        parts = {"dataset": work.fetch.dataset, "collate_fn": work.fetch.collate_fn, "worker_init_fn": work.init}
        try:
            data, buffers = packed(work, parts)
        except Exception:
            if self.method == "fork":  # sees everything as it is; nothing is sent
                return None, b"", []
            raise
        fingerprint = zlib.crc32(data)
        for buffer in buffers:
            fingerprint = zlib.crc32(buffer, fingerprint)
        return fingerprint, data, buffers

    def __reduce__(self) -> tuple[Any, ...]:
        """A loader may travel; its workers stay."""
        return Crew, (self.size, self.method, self.ahead, self.init)
