"""Schedulers made of others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from flambeau.tensor import errors

from ..optimizer import Optimizer
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler

__all__ = ["ChainedScheduler", "SequentialLR"]


class _Combined(LRScheduler):
    """A scheduler that has others do its work."""

    functions = ("schedulers",)

    def __init__(self, optimizer: Optimizer | None, schedulers: Sequence[LRScheduler]) -> None:
        name = type(self).__name__
        if not schedulers:
            errors.value_error(name, "schedulers", "at least one", "none")
        self.optimizer = schedulers[0].optimizer if optimizer is None else optimizer
        for i, scheduler in enumerate(schedulers):
            if not isinstance(scheduler, LRScheduler) or isinstance(scheduler, ReduceLROnPlateau):
                got = f"{type(scheduler).__name__} at {i}"
                errors.type_error(name, "schedulers", "schedulers whose step() takes nothing", got)
            if scheduler.optimizer is not self.optimizer:
                errors.value_error(name, "schedulers", "schedulers of the same optimizer", f"another's at {i}")
        self.schedulers = list(schedulers)
        self.base_lrs = [group["initial_lr"] for group in self.optimizer.param_groups]
        self._starting = self._warned = False
        self._seen = self.optimizer.attempts

    def state_dict(self) -> dict[str, Any]:
        """The state, with those of the schedulers in it."""
        return {**super().state_dict(), "schedulers": [each.state_dict() for each in self.schedulers]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state_dict` gave.

        Args:
            state_dict: the state of a scheduler made of schedulers of the same classes.
        """
        schedulers = self.schedulers
        states = state_dict.get("schedulers", ()) if isinstance(state_dict, Mapping) else ()
        if len(states) != len(schedulers):
            errors.value_error(
                "load_state_dict", "state_dict", f"states of {len(schedulers)} schedulers", f"{len(states)}"
            )
        for scheduler, state in zip(schedulers, states, strict=True):
            scheduler.load_state_dict(state)
        super().load_state_dict(state_dict)
        self.schedulers = schedulers


class SequentialLR(_Combined):
    """Schedulers one after the other: a warm-up, for example, and then a decay.

    Each begins, at its milestone, with the learning rates it would have begun training with.

    Args:
        optimizer: the optimizer of all of them.
        schedulers: the schedulers, in order.
        milestones: the epochs at which the second, the third and so on take over.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> from flambeau.optim.lr_scheduler import ConstantLR, ExponentialLR, SequentialLR
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> parts = [ConstantLR(optimizer, factor=0.5, total_iters=9), ExponentialLR(optimizer, gamma=0.5)]
        >>> scheduler = SequentialLR(optimizer, parts, milestones=[2])
        >>> rates = []
        >>> for epoch in range(5):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [0.5, 0.5, 1.0, 0.5, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int], last_epoch: int = -1
    ) -> None:
        super().__init__(optimizer, schedulers)
        if len(milestones) != len(schedulers) - 1 or sorted(milestones) != list(milestones):
            expected = f"{len(schedulers) - 1} epochs in order, one less than schedulers"
            errors.value_error("SequentialLR", "milestones", expected, str(list(milestones)))
        self.milestones = list(milestones)
        # What making the schedulers did is undone, and only the first begins.
        for group, rate in zip(optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = rate
        for scheduler in _leaves(self):
            scheduler.last_epoch -= 1
        self._start()
        self.last_epoch = last_epoch + 1

    def _start(self) -> None:
        self.last_epoch = 0
        self._first()._start()
        self._last_lr = self._rates()

    def _restart(self) -> None:
        self.last_epoch = 0
        self._first()._restart()
        self._last_lr = self._rates()

    def _first(self) -> LRScheduler:
        return self.schedulers[bisect_right(self.milestones, 0)]

    def _advance(self) -> None:
        self.last_epoch += 1
        i = bisect_right(self.milestones, self.last_epoch)
        if i > 0 and self.milestones[i - 1] == self.last_epoch:
            self.schedulers[i]._restart()
        else:
            self.schedulers[i]._advance()
        self._last_lr = self._rates()


class ChainedScheduler(_Combined):
    """Schedulers at the same time: each multiplies the learning rates as the one before has left them.

    Args:
        schedulers: the schedulers, of one optimizer.
        optimizer: the optimizer; found from the schedulers if not given.

    Example:
        >>> from flambeau import nn, optim
        >>> from flambeau.optim.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> parts = [ConstantLR(optimizer, factor=0.5, total_iters=2), ExponentialLR(optimizer, gamma=0.5)]
        >>> scheduler = ChainedScheduler(parts)
        >>> rates = []
        >>> for epoch in range(4):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [0.5, 0.25, 0.25, 0.125]
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        super().__init__(optimizer, schedulers)
        self.last_epoch = 0
        self._last_lr = self._rates()

    def _start(self) -> None:
        for scheduler in self.schedulers:
            scheduler._start()
        self._last_lr = self._rates()

    def _advance(self) -> None:
        self.last_epoch += 1
        for scheduler in self.schedulers:
            scheduler._advance()
        self._last_lr = self._rates()

    def _restart(self) -> None:
        self.last_epoch = 0
        for scheduler in self.schedulers:
            scheduler._restart()
        self._last_lr = self._rates()


def _leaves(scheduler: LRScheduler) -> list[LRScheduler]:
    """The schedulers that a scheduler is made of, however deep."""
    if not isinstance(scheduler, _Combined):
        return [scheduler]
    return [leaf for part in scheduler.schedulers for leaf in _leaves(part)]
