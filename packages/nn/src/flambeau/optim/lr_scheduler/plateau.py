"""A scheduler that waits for a measure to stop improving."""

from __future__ import annotations

import math
from typing import SupportsFloat

from flambeau.tensor import errors

from ..optimizer import Optimizer
from .scheduler import LRScheduler, check_optimizer, per_group

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(LRScheduler):
    """Learning rates that fall by a factor when a measure, such as the loss on other data, no longer gets better.

    Args:
        optimizer: the optimizer.
        mode: whether less is better, ``"min"``, or more, ``"max"``.
        factor: what rates are multiplied by, below 1.
        patience: how many epochs without improvement are put up with.
        threshold: how much better a measure must be to count as better.
        threshold_mode: whether that is relative to the best, ``"rel"``, or absolute, ``"abs"``.
        cooldown: how many epochs after a fall none are counted.
        min_lr: the lowest rate, or one for each group.
        eps: a fall by less than that is not made.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
        >>> for loss in (3.0, 2.0, 2.0, 2.5):
        ...     optimizer.step()
        ...     scheduler.step(loss)
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        check_optimizer(self, optimizer)
        if factor >= 1:
            errors.value_error("ReduceLROnPlateau", "factor", "a number below 1", str(factor))
        if mode not in ("min", "max"):
            errors.value_error("ReduceLROnPlateau", "mode", "'min' or 'max'", repr(mode))
        if threshold_mode not in ("rel", "abs"):
            errors.value_error("ReduceLROnPlateau", "threshold_mode", "'rel' or 'abs'", repr(threshold_mode))
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        self.min_lrs = per_group(self, "min_lr", optimizer, min_lr)
        self.best = math.inf if mode == "min" else -math.inf
        self.cooldown_counter = self.num_bad_epochs = 0
        super().__init__(optimizer)

    def get_lr(self) -> list[float]:
        return self._rates()

    @property
    def in_cooldown(self) -> bool:
        """Whether epochs are not counted now."""
        return self.cooldown_counter > 0

    def step(self, metrics: SupportsFloat) -> None:  # type: ignore[override]  # it cannot go without
        """Take note of the measure after an epoch, and let the rates fall if it is time.

        Args:
            metrics: the measure, a number or a Tensor of one element.
        """
        self._check_call()
        current = float(metrics)
        if self._is_better(current):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
            rates = self._rates()
            lower = [max(rate * self.factor, least) for rate, least in zip(rates, self.min_lrs, strict=True)]
            self._set([new if old - new > self.eps else old for old, new in zip(rates, lower, strict=True)])
        self._advance()

    def _is_better(self, current: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            limit = self.best * (1 + sign * self.threshold)
        else:
            limit = self.best + sign * self.threshold
        return current > limit if self.mode == "max" else current < limit
