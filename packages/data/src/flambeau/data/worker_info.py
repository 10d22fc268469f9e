"""Which worker reads, for whoever wants to know."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

__all__ = ["WorkerInfo", "get_worker_info"]


@dataclass(frozen=True)
class WorkerInfo:
    """Who reads: what :func:`get_worker_info` gives."""

    id: int
    """Number of the worker, from 0."""
    num_workers: int
    """How many there are."""
    seed: int
    """What this worker's generators are seeded with in this epoch."""
    dataset: Any
    """The worker's copy of the dataset."""


class _Current(threading.local):
    info: WorkerInfo | None = None
    asked = False  # whether anybody wanted to know since this was last cleared


current = _Current()


def get_worker_info() -> WorkerInfo | None:
    """In a worker of a :class:`DataLoader`: which one this is; None elsewhere.

    Example:
        >>> from flambeau.data import get_worker_info
        >>> get_worker_info() is None
        True
    """
    current.asked = True
    return current.info
