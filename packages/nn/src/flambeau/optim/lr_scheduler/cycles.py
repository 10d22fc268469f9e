"""Schedulers that let learning rates rise and fall, and momentum fall and rise with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from flambeau.tensor import errors

from ..optimizer import Optimizer
from .scheduler import LRScheduler, check_optimizer, per_group

__all__ = ["CyclicLR", "OneCycleLR"]


class _Cycle(LRScheduler):
    """A scheduler that may change momentum too: option ``momentum``, or the first of ``betas``."""

    def __init__(self, optimizer: Optimizer, last_epoch: int, cycle_momentum: bool, base: Any, highest: Any) -> None:
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            if not {"momentum", "betas"} & set(optimizer.defaults):
                got = f"{type(optimizer).__name__} without momentum"
                fix = "use cycle_momentum=False"
                errors.value_error(type(self).__name__, "optimizer", "one with momentum or betas", got, fix)
            self.base_momentums = per_group(self, "base_momentum", optimizer, base)
            self.max_momentums = per_group(self, "max_momentum", optimizer, highest)
        super().__init__(optimizer, last_epoch)

    def _momentums(self) -> list[float]:
        raise NotImplementedError

    def _set(self, rates: Any) -> None:
        super()._set(rates)
        if self.cycle_momentum:
            for group, momentum in zip(self.optimizer.param_groups, self._momentums(), strict=True):
                if "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum


class CyclicLR(_Cycle):
    r"""Learning rates that go up and down between two bounds.

    With x from 0 to 1 while they go up and back to 0 while they go down,

    .. math:: \text{lr} = \text{base_lr} + x \, (\text{max_lr} - \text{base_lr}) \cdot \text{scale}

    where scale is 1 (``"triangular"``), halves each cycle (``"triangular2"``) or is :math:`\text{gamma}^{\text{epoch}}`
    (``"exp_range"``). Momentum goes down and up between its bounds at the same time (Smith, 2017).

    Args:
        optimizer: the optimizer.
        base_lr: the lower bound, or one for each group.
        max_lr: the upper bound, or one for each group.
        step_size_up: how many epochs it goes up.
        step_size_down: how many epochs it goes down; as many if not given.
        mode: ``"triangular"``, ``"triangular2"`` or ``"exp_range"``.
        gamma: the factor of ``"exp_range"``.
        scale_fn: a function that gives the scale, in the place of ``mode``. It is no part of the state.
        scale_mode: what ``scale_fn`` gets: ``"cycle"``, a number from 1 on, or ``"iterations"``, the epoch.
        cycle_momentum: whether momentum changes too.
        base_momentum: its lower bound, or one for each group.
        max_momentum: its upper bound, or one for each group.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=0.1, momentum=0.9)
        >>> scheduler = optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.0, max_lr=1.0, step_size_up=2)
        >>> rates = []
        >>> for epoch in range(5):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [0.0, 0.5, 1.0, 0.5, 0.0]
    """

    functions = ("scale_fn",)

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(self, optimizer)
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            errors.value_error("CyclicLR", "mode", "'triangular', 'triangular2' or 'exp_range'", repr(mode))
        if scale_mode not in ("cycle", "iterations"):
            errors.value_error("CyclicLR", "scale_mode", "'cycle' or 'iterations'", repr(scale_mode))
        lowest = per_group(self, "base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, lowest, strict=True):
                group["lr"] = rate
        self.max_lrs = per_group(self, "max_lr", optimizer, max_lr)
        self.up, self.down = step_size_up, step_size_up if step_size_down is None else step_size_down
        self.mode, self.gamma, self.scale_fn, self.scale_mode = mode, gamma, scale_fn, scale_mode
        self.lowest = lowest
        super().__init__(optimizer, last_epoch, cycle_momentum, base_momentum, max_momentum)
        self.base_lrs = lowest

    def _place(self) -> float:
        """How far up the rates are, from 0 to 1, times the scale."""
        whole = self.up + self.down
        cycle = math.floor(1 + self.last_epoch / whole)
        x = 1.0 + self.last_epoch / whole - cycle
        share = self.up / whole
        height = x / share if x <= share else (x - 1) / (share - 1)
        if self.scale_fn is not None:
            return height * self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.mode == "exp_range":
            return height * self.gamma**self.last_epoch
        return height / 2.0 ** (cycle - 1) if self.mode == "triangular2" else height

    def get_lr(self) -> list[float]:
        place = self._place()
        return [low + (high - low) * place for low, high in zip(self.lowest, self.max_lrs, strict=True)]

    def _momentums(self) -> list[float]:
        place = self._place()
        return [high - (high - low) * place for low, high in zip(self.base_momentums, self.max_momentums, strict=True)]


class OneCycleLR(_Cycle):
    """Learning rates that rise to a peak and fall far below where they began, once, over all of training.

    Momentum falls and rises at the same time (Smith and Topin, 2018). It is stepped after each batch.

    Args:
        optimizer: the optimizer.
        max_lr: the peak, or one for each group.
        total_steps: how many steps there are in all; or
        epochs: how many epochs there are, and
        steps_per_epoch: how many steps each has.
        pct_start: the part of the steps in which the rate rises.
        anneal_strategy: ``"cos"`` or ``"linear"``.
        cycle_momentum: whether momentum changes too.
        base_momentum: its lower bound, or one for each group.
        max_momentum: its upper bound, or one for each group.
        div_factor: the first rate is the peak divided by it.
        final_div_factor: the last rate is the first divided by it.
        three_phase: fall as slowly as it rose, back to the first rate, and only then further.
        last_epoch: see :class:`LRScheduler`.

    Raises:
        ValueError: an argument out of range, or :meth:`step` after the last.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=0.1, momentum=0.9)
        >>> scheduler = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=5, pct_start=0.6)
        >>> rates = []
        >>> for step in range(5):
        ...     rates += [round(lr, 4) for lr in scheduler.get_last_lr()]
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [0.04, 0.52, 1.0, 0.5, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(self, optimizer)
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                errors.value_error("OneCycleLR", "total_steps", "it, or epochs and steps_per_epoch", "neither")
            total_steps = epochs * steps_per_epoch
        if not isinstance(total_steps, int) or total_steps < 1:
            errors.value_error("OneCycleLR", "total_steps", "an int of at least 1", repr(total_steps))
        if not 0 <= pct_start <= 1:
            errors.value_error("OneCycleLR", "pct_start", "a number in [0, 1]", str(pct_start))
        if anneal_strategy not in ("cos", "linear"):
            errors.value_error("OneCycleLR", "anneal_strategy", "'cos' or 'linear'", repr(anneal_strategy))
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        self.max_lrs = per_group(self, "max_lr", optimizer, max_lr)
        self.first_lrs = [rate / div_factor for rate in self.max_lrs]
        self.last_lrs = [rate / final_div_factor for rate in self.first_lrs]
        peak = float(pct_start * total_steps) - 1
        # Where each phase ends, and whether the rate is then at its peak, where it began, or at its end.
        self.phases = [(peak, "max"), (total_steps - 1.0, "last")]
        if three_phase:
            self.phases.insert(1, (2 * peak, "first"))
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, self.first_lrs, strict=True):
                group["initial_lr"] = rate
        super().__init__(optimizer, last_epoch, cycle_momentum, base_momentum, max_momentum)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        super().load_state_dict(state_dict)
        self.phases = [(end, where) for end, where in self.phases]  # whatever a file made of pairs

    def _phase(self) -> tuple[str, str, float]:
        """Where this phase began and where it ends, and how much of it is over."""
        if self.last_epoch > self.total_steps:
            expected = f"at most {self.total_steps} steps"
            errors.value_error("OneCycleLR.step", None, expected, f"step {self.last_epoch}", "give total_steps")
        begin, before = 0.0, "first"
        for end, where in self.phases:
            if self.last_epoch <= end or where == "last":
                break
            begin, before = end, where
        return before, where, (self.last_epoch - begin) / (end - begin) if end > begin else 1.0

    def _between(self, start: float, end: float, part: float) -> float:
        if self.anneal_strategy == "linear":
            return (end - start) * part + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1)

    def get_lr(self) -> list[float]:
        before, where, part = self._phase()
        rates = {"first": self.first_lrs, "max": self.max_lrs, "last": self.last_lrs}
        return [self._between(a, b, part) for a, b in zip(rates[before], rates[where], strict=True)]

    def _momentums(self) -> list[float]:
        before, where, part = self._phase()
        values = {"first": self.max_momentums, "max": self.base_momentums, "last": self.max_momentums}
        return [self._between(a, b, part) for a, b in zip(values[before], values[where], strict=True)]
