"""Schedulers that follow a cosine."""

from __future__ import annotations

import math

from flambeau.tensor import errors

from ..optimizer import Optimizer
from .scheduler import LRScheduler

__all__ = ["CosineAnnealingLR", "CosineAnnealingWarmRestarts"]


class CosineAnnealingLR(LRScheduler):
    r"""Learning rates that fall along half a wave of a cosine, and rise again if training goes on.

    .. math:: \text{lr} = \text{eta_min} + (\text{lr}_0 - \text{eta_min}) \cdot
        \tfrac12 \Big(1 + \cos\Big(\frac{\text{epoch}}{\text{T_max}} \pi\Big)\Big)

    Loshchilov and Hutter (2017), without the restarts.

    Args:
        optimizer: the optimizer.
        T_max: how many epochs it takes to come down.
        eta_min: the learning rate there.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
        >>> rates = []
        >>> for epoch in range(5):
        ...     rates += [round(lr, 4) for lr in scheduler.get_last_lr()]
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [1.0, 0.8536, 0.5, 0.1464, 0.0]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if T_max <= 0:
            errors.value_error("CosineAnnealingLR", "T_max", "a positive number of epochs", str(T_max))
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def _height(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)

    def get_lr(self) -> list[float]:
        if self._starting:
            return self._rates() if self.last_epoch == 0 else self._closed_form()
        # From the rate as it is, so that schedulers can be chained.
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # it was at the bottom
            pairs = zip(self._rates(), self.base_lrs, strict=True)
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [rate + (base - self.eta_min) * rise for rate, base in pairs]
        change = self._height(self.last_epoch) / self._height(self.last_epoch - 1)
        return [change * (rate - self.eta_min) + self.eta_min for rate in self._rates()]

    def _closed_form(self) -> list[float]:
        height = self._height(self.last_epoch)
        return [self.eta_min + (base - self.eta_min) * height / 2 for base in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    r"""Learning rates that fall along half a wave of a cosine and start again from the top, each time for longer.

    .. math:: \text{lr} = \text{eta_min} + (\text{lr}_0 - \text{eta_min}) \cdot
        \tfrac12 \Big(1 + \cos\Big(\frac{T_{\text{cur}}}{T_i} \pi\Big)\Big)

    with :math:`T_{\text{cur}}` epochs since the last start and :math:`T_i` between it and the next (Loshchilov and
    Hutter, 2017).

    Args:
        optimizer: the optimizer.
        T_0: how many epochs there are to the first restart.
        T_mult: what that number is multiplied by each time.
        eta_min: the lowest learning rate.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
        >>> rates = []
        >>> for epoch in range(4):
        ...     rates += [round(lr, 4) for lr in scheduler.get_last_lr()]
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [1.0, 0.5, 1.0, 0.5]
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        for name, value in (("T_0", T_0), ("T_mult", T_mult)):
            if not isinstance(value, int) or value < 1:
                errors.value_error("CosineAnnealingWarmRestarts", name, "an int of at least 1", repr(value))
        self.T_0, self.T_i, self.T_mult, self.eta_min = T_0, T_0, T_mult, eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        height = 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (base - self.eta_min) * height / 2 for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Set the learning rates of the next epoch; to be called after the optimizer's steps of this one.

        Args:
            epoch: another place to go to, such as ``epoch + batch / batches`` to follow the curve within an epoch.
        """
        if epoch is not None and epoch < 0:
            errors.value_error("step", "epoch", "a number that is not negative", str(epoch))
        self._check_call()
        if epoch is None:
            self._advance()
        else:
            self._go_to(epoch)
            self._set(self.get_lr())

    def _advance(self) -> None:
        if self.last_epoch < 0:
            self._go_to(0)
        else:
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur -= self.T_i
                self.T_i *= self.T_mult
            self.last_epoch += 1
        self._set(self.get_lr())

    def _restart(self) -> None:
        self._go_to(0)
        self._set(self.get_lr())

    def _go_to(self, epoch: float) -> None:
        self.last_epoch = math.floor(epoch)
        self.T_cur, self.T_i = epoch, self.T_0
        if self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        while self.T_cur >= self.T_i:
            self.T_cur -= self.T_i
            self.T_i *= self.T_mult
