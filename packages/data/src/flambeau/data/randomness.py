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

__all__ = ["sample_generator"]


class _Reading(threading.local):
    """What this thread reads at the moment."""

    seed: int | None = None
    epoch = 0
    index: Any = None
    generator: ft.Generator | None = None


reading = _Reading()


def sample_generator() -> ft.Generator:
    """The generator of the sample that is being read: for random transforms within a dataset.

    It is seeded from the loader's seed, the epoch and the sample's index, so that a sample is the same whichever worker
    reads it, and new in every epoch. Outside of a :class:`DataLoader` it is the default generator.

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
    if reading.seed is None:
        return ft.default_generator
    if reading.generator is None:
        reading.generator = ft.Generator(mixed(reading.seed, reading.epoch, *_words(reading.index)))
    return reading.generator


def begin_epoch(seed: int, epoch: int) -> None:
    """From here on this thread reads samples of that epoch."""
    reading.seed, reading.epoch, reading.generator = seed, epoch, None


def begin_sample(index: Any) -> None:
    reading.index, reading.generator = index, None


def end_epoch() -> None:
    reading.seed = reading.generator = None


def seed_globals(seed: int, epoch: int, worker: int) -> None:
    """Seed the generators that code may use without asking: Python's, NumPy's and the default one."""
    word = mixed(seed, epoch, worker)
    random.seed(word)
    np.random.seed(word & 0xFFFFFFFF)
    ft.manual_seed(word)


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
