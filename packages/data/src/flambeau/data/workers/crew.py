"""The pools of workers that a loader keeps between epochs."""

from __future__ import annotations

import threading
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .pool import Pool
    from .process import Work

_UNKNOWN = -1  # the fingerprint of what cannot be packed


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
        self._idle: list[tuple[Pool, int]] = []
        self._busy: dict[int, int] = {}  # id of a pool: fingerprint of what its workers read
        self._lock = threading.Lock()

    def take(self, loader: Any, seed: int) -> Pool:
        """A pool whose workers read what the loader reads now."""
        from ..collate import registered
        from .pool import ProcessPool, ThreadPool  # what processes need takes time to import, and not all loaders do
        from .process import Work

        work = Work(loader.fetch, self.init, self.size, seed, dict(registered))
        # Threads see everything as it is: only the seed is theirs.
        fingerprint, data, buffers = (seed, b"", []) if self.method == "thread" else self._packed(work)
        with self._lock:
            while self._idle:
                pool, known = self._idle.pop()
                if known == fingerprint != _UNKNOWN and pool.alive():
                    break
                pool.close()  # the dataset was changed since, or a worker ended
            else:
                pool = ThreadPool(work) if self.method == "thread" else ProcessPool(work, self.method, data, buffers)
            self._busy[id(pool)] = fingerprint
        return pool

    def put_back(self, pool: Pool) -> None:
        """The epoch that used the pool is over."""
        with self._lock:
            self._idle.append((pool, self._busy.pop(id(pool))))

    def _packed(self, work: Work) -> tuple[int, bytes, list[memoryview]]:
        from .transfer import packed

        parts = {"dataset": work.fetch.dataset, "collate_fn": work.fetch.collate_fn, "worker_init_fn": work.init}
        try:
            data, buffers = packed(work, parts)
        except Exception:
            if self.method == "fork":  # sees everything as it is; nothing is sent
                return _UNKNOWN, b"", []
            raise
        fingerprint = zlib.crc32(data)
        for buffer in buffers:
            fingerprint = zlib.crc32(buffer, fingerprint)
        return fingerprint, data, buffers

    def __getstate__(self) -> dict[str, Any]:
        """A loader may travel; its workers stay."""
        return {name: getattr(self, name) for name in ("size", "method", "ahead", "init")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]  # as new: without workers
