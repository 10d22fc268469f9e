"""One dataset for several training processes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sized
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from ._check import check_flag, check_int, check_positive_int
from .randomness import mixed
from .sampler import Sampler

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler[int]):
    """The part of a dataset that one of several training processes reads: every ``num_replicas``-th index.

    All processes agree on the order, which comes from ``seed`` and the epoch. The epoch goes up by itself each time the
    sampler is iterated over; ``set_epoch`` is there for programs that count themselves.

    Every process gets equally many indices: where the dataset cannot be divided, some come twice, or with ``drop_last``
    some are left out.

    Args:
        dataset: Anything with a length.
        num_replicas: How many processes there are; None for the environment variable ``WORLD_SIZE``.
        rank: Which of them this is; None for ``RANK``. Launchers of processes set both.
        shuffle: A new random order every epoch.
        seed: Of the order; the same in every process.
        drop_last: Leave out what cannot be divided, instead of having some twice.

    Raises:
        ValueError: Neither argument nor environment variable, or a rank out of range.

    Example:
        >>> from flambeau.data import DistributedSampler
        >>> parts = [DistributedSampler(range(6), num_replicas=2, rank=rank, seed=1) for rank in (0, 1)]
        >>> first, second = [[list(part) for part in parts] for epoch in range(2)]
        >>> sorted(first[0] + first[1]) == sorted(second[0] + second[1]) == list(range(6)) and first != second
        True
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ):
        num_replicas = _from_environment("num_replicas", "WORLD_SIZE", num_replicas)
        rank = _from_environment("rank", "RANK", rank)
        check_positive_int("DistributedSampler", "num_replicas", num_replicas)
        check_int("DistributedSampler", "rank", rank)
        check_int("DistributedSampler", "seed", seed)
        check_flag("DistributedSampler", "shuffle", shuffle)
        check_flag("DistributedSampler", "drop_last", drop_last)
        if not 0 <= rank < num_replicas:
            errors.value_error("DistributedSampler", "rank", f"an int from 0 to {num_replicas - 1}", str(rank))
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        self.epoch = 0

    def __iter__(self) -> Iterator[int]:
        epoch, self.epoch = self.epoch, self.epoch + 1
        n = len(self.dataset)
        if self.shuffle:
            order = ft.randperm(n, generator=ft.Generator(mixed(self.seed, epoch))).tolist()
        else:
            order = list(range(n))
        total = len(self) * self.num_replicas
        while 0 < len(order) < total:
            order += order[: total - len(order)]
        return iter(order[self.rank : total : self.num_replicas])

    def __len__(self) -> int:
        n = len(self.dataset)
        return n // self.num_replicas if self.drop_last else -(-n // self.num_replicas)

    def set_epoch(self, epoch: int) -> None:
        """Let the next order be that of a certain epoch.

        Args:
            epoch: Which.
        """
        check_int("DistributedSampler.set_epoch", "epoch", epoch)
        self.epoch = epoch

    def state_dict(self) -> dict[str, Any]:
        """Which epoch is next."""
        return {"epoch": self.epoch}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on with the epoch of :meth:`state_dict`."""
        self.set_epoch(state["epoch"])


def replicas() -> tuple[int, int]:
    """Which of how many training processes this is, as a launcher says it in the environment."""
    if "WORLD_SIZE" not in os.environ:
        return 0, 1
    return _from_environment("rank", "RANK", None), _from_environment("num_replicas", "WORLD_SIZE", None)


def _from_environment(argument: str, variable: str, value: int | None) -> int:
    if value is not None:
        return value
    try:
        return int(os.environ[variable])
    except (KeyError, ValueError):
        got = f"None, and the environment variable {variable} is " + repr(os.environ.get(variable, "not set"))
        errors.value_error("DistributedSampler", argument, "an int", got)
