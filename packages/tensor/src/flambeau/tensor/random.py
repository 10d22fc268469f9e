"""Generators of random numbers.

A Generator is a seed and a place in the stream of that seed. Every draw reserves the part of the stream it needs and
computes its numbers from (seed, place) alone, so one seed gives the same numbers for any number of threads and on
every device.

>>> generator = Generator(0)
>>> a = ft.rand(3, generator=generator)
>>> bool((a == ft.rand(3, generator=Generator(0))).all())
True
"""

from __future__ import annotations

import os
from _thread import allocate_lock  # threading would take longer to import than this whole module
from typing import TypedDict

from . import errors

__all__ = [
    "Generator",
    "GeneratorState",
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]

_WORDS_IN_BLOCK = 4


class GeneratorState(TypedDict):
    """What :meth:`Generator.get_state` gives: plain ints, to be saved with a model."""

    seed: int
    offset: int


class Generator:
    """A stream of random numbers.

    Args:
        seed: any int; numbers that differ by a multiple of 2**64 are the same seed. Random if not given.

    Example:
        >>> generator = ft.Generator(0)
        >>> state = generator.get_state()
        >>> first = ft.rand(2, generator=generator)
        >>> generator.set_state(state)
        >>> bool((ft.rand(2, generator=generator) == first).all())
        True
    """

    def __init__(self, seed: int | None = None):
        self._lock = allocate_lock()
        self._seed = 0
        self._offset = 0
        if seed is None:
            self.seed()
        else:
            self.manual_seed(seed)

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream of ``seed`` from its beginning; gives the Generator."""
        if not isinstance(seed, int) or isinstance(seed, bool):
            errors.type_error("manual_seed", "seed", "int", type(seed).__name__)
        with self._lock:
            self._seed, self._offset = seed % 2**64, 0
        return self

    def seed(self) -> int:
        """Start the stream of a random seed; gives the seed."""
        number = int.from_bytes(os.urandom(8), "little") >> 1
        self.manual_seed(number)
        return number

    def initial_seed(self) -> int:
        """The seed of the stream."""
        return self._seed

    def get_state(self) -> GeneratorState:
        """The seed and the place in its stream."""
        with self._lock:
            return {"seed": self._seed, "offset": self._offset}

    def clone(self) -> Generator:
        """Another Generator at the same place of the same stream."""
        twin = Generator(0)
        twin.set_state(self.get_state())
        return twin

    def set_state(self, state: GeneratorState) -> None:
        """Go on from a place that :meth:`get_state` gave."""
        if not isinstance(state, dict) or set(state) != {"seed", "offset"}:
            errors.value_error("set_state", "state", "what get_state() gave", repr(state))
        with self._lock:
            self._seed, self._offset = state["seed"] % 2**64, state["offset"] % 2**64

    def reserve(self, words: int) -> tuple[int, int]:
        """Take the part of the stream that holds ``words`` numbers of 32 bits: its seed and offset.

        A draw of float64 takes two words an element, others one.
        """
        return self.reserve_blocks(-(-words // _WORDS_IN_BLOCK))

    def reserve_blocks(self, count: int) -> tuple[int, int]:
        """Take ``count`` blocks of four words: the seed, and the number of the first block.

        Threads that draw from one Generator get parts that do not overlap.
        """
        with self._lock:
            place = self._seed, self._offset
            self._offset = (self._offset + count) % 2**64
            return place

    def __getstate__(self) -> GeneratorState:
        return self.get_state()

    def __setstate__(self, state: GeneratorState) -> None:
        self._lock = allocate_lock()
        self.set_state(state)

    def __repr__(self) -> str:
        return f"Generator(seed={self._seed}, offset={self._offset})"


# Seeded at random, as in PyTorch: a program that wants the same numbers again says so.
default_generator = Generator()


def manual_seed(seed: int) -> Generator:
    """Seed the default Generator, which all draws use that name no other.

    Args:
        seed: any int.

    Returns:
        The default Generator.

    Example:
        >>> generator = ft.manual_seed(0)
        >>> generator.initial_seed()
        0
    """
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed the default Generator at random; gives the seed.

    Example:
        >>> ft.seed() == ft.initial_seed()
        True
    """
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default Generator.

    Example:
        >>> ft.manual_seed(7) and ft.initial_seed()
        7
    """
    return default_generator.initial_seed()


def get_rng_state() -> GeneratorState:
    """The seed of the default Generator and the place in its stream: plain ints, unlike PyTorch's bytes.

    Example:
        >>> state = ft.get_rng_state()
        >>> first = ft.rand(2)
        >>> ft.set_rng_state(state)
        >>> bool((ft.rand(2) == first).all())
        True
    """
    return default_generator.get_state()


def set_rng_state(new_state: GeneratorState) -> None:
    """Let the default Generator go on from a place that :func:`get_rng_state` gave.

    Args:
        new_state: what :func:`get_rng_state` gave.

    Example:
        >>> ft.set_rng_state(ft.get_rng_state())
    """
    default_generator.set_state(new_state)


class fork_rng:
    """Within ``with ft.fork_rng():`` draws leave no trace: afterwards the default Generator goes on from where it was.

    Args:
        devices: accepted as in PyTorch: one Generator serves all devices.
        enabled: whether to do anything.

    Example:
        >>> state = ft.get_rng_state()
        >>> with ft.fork_rng():
        ...     _ = ft.rand(3)
        >>> ft.get_rng_state() == state
        True
    """

    def __init__(self, devices: object = None, enabled: bool = True):
        self._enabled = enabled
        self._states: list[GeneratorState] = []  # a fork may be entered again inside itself

    def __enter__(self) -> None:
        self._states.append(get_rng_state())

    def __exit__(self, *error: object) -> None:
        state = self._states.pop()
        if self._enabled:
            set_rng_state(state)
