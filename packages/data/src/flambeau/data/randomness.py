"""Randomness that depends on what is read, not on who reads it.

A sample's randomness comes from ``(seed, epoch, index)``: the same however many workers there are, and however the
loader was interrupted. Python's, NumPy's and the default generator are seeded in each worker from ``(seed, epoch,
worker)``.
"""

from __future__ import annotations

import random
import threading
from typing import Any

import flambeau.tensor as ft
import numpy as np

from . import _torch as torch

__all__ = ["sample_generator"]


class Reading:
    """What a thread reads at the moment."""

    __slots__ = ("epoch", "generator", "index", "seed")

    def __init__(self) -> None:
        self.seed: int | None = None
        self.epoch = 0
        self.index: Any = None
        self.generator: ft.Generator | None = None


class _Threads(threading.local):
    def __init__(self) -> None:
        self.reading = Reading()


_threads = _Threads()


def reading() -> Reading:
    """What this thread reads. Whoever begins a sample sets ``index``, and ``generator`` to None."""
    return _threads.reading


def sample_generator() -> ft.Generator:
    """The generator of the sample that is being read: for random transforms within a dataset.

    It is seeded from the loader's seed, the epoch and the sample's index, so that a sample is the same whichever worker
    reads it, and new in every epoch. Outside of a :class:`DataLoader` it is the default generator; in a worker of
    PyTorch's loader, a generator of that worker and epoch.

    A random transform asks for it at each call, and draws all it needs from it. What draws from Python's, NumPy's or
    the default generator instead is seeded for each worker, and so depends on how many there are.

    Where a dataset reads several samples at once (``__getitems__``) and does not read them one by one from another
    dataset, all of them share the generator of the first.

    Returns:
        Generator: the same one for every call while one sample is read.

    Example:
        >>> from flambeau.data import DataLoader, Dataset, sample_generator
        >>> class Noise(Dataset):
        ...     def __len__(self):
        ...         return 4
        ...     def __getitem__(self, index):
        ...         return ft.rand(1, generator=sample_generator())
        >>> one, two = (DataLoader(Noise(), batch_size=4, generator=ft.Generator(0)) for _ in range(2))
        >>> bool((next(iter(one)) == next(iter(two))).all())
        True
    """
    now = _threads.reading
    if now.seed is None:
        return torch.worker_generator() or ft.default_generator
    if now.generator is None:
        now.generator = ft.Generator(mixed(now.seed, now.epoch, *_words(now.index)))
    return now.generator


def begin_epoch(seed: int, epoch: int) -> None:
    """From here on this thread reads samples of that epoch."""
    now = _threads.reading
    now.seed, now.epoch, now.generator = seed, epoch, None


def begin_sample(index: Any) -> None:
    now = _threads.reading
    now.index, now.generator = index, None


def end_epoch() -> None:
    now = _threads.reading
    now.seed = now.generator = None


def seed_globals(seed: int, epoch: int, worker: int) -> None:
    """Seed the generators that code may use without asking: Python's, NumPy's, the default one, and PyTorch's where a
    dataset uses it."""
    word = mixed(seed, epoch, worker)
    random.seed(word)
    np.random.seed(word & 0xFFFFFFFF)
    ft.manual_seed(word)
    torch.seed(word)


def mixed(*words: int) -> int:
    """64 bits that depend on all words (NumPy's SeedSequence, after O'Neill's ``seed_seq_fe``)."""
    low, high = np.random.SeedSequence([word % 2**64 for word in words]).generate_state(2)
    return int(low) | int(high) << 32


def _words(index: Any) -> tuple[int, ...]:
    """An index as numbers: keys of a mapping by their text."""
    if isinstance(index, (int, np.integer)):
        return (int(index),)
    if isinstance(index, (list, tuple)) and index:
        return _words(index[0])
    if isinstance(index, ft.Tensor) and index.numel() == 1:
        return (int(index.item()),)
    return tuple(str(index).encode())
