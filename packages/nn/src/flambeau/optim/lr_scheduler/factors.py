"""Schedulers that multiply the learning rate by a factor that depends on the epoch."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from flambeau.tensor import errors

from .._check import check_number
from ..optimizer import Optimizer
from .scheduler import LRScheduler, check_optimizer, per_group

__all__ = [
    "ConstantLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "PolynomialLR",
    "StepLR",
]

Lambda = Callable[[int], float] | Sequence[Callable[[int], float]]


class _Factor(LRScheduler):
    """A rate that is a factor times what it was at the beginning.

    The rate is multiplied by the quotient of two factors, so that schedulers can be chained: none knows what the others
    have done.
    """

    def factor(self, epoch: int) -> float:
        """What the rate of the beginning is multiplied by."""
        raise NotImplementedError

    def get_lr(self) -> list[float]:
        if self._starting and self.last_epoch > 0:
            return self._rates()
        now = self.factor(self.last_epoch)
        before = 1.0 if self.last_epoch == 0 else self.factor(self.last_epoch - 1)
        if before == 0:
            return self._closed_form()
        return [rate * (now / before) for rate in self._rates()]

    def _closed_form(self) -> list[float]:
        now = self.factor(self.last_epoch)
        return [base * now for base in self.base_lrs]


def _count(scheduler: object, argument: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        errors.value_error(type(scheduler).__name__, argument, "an int of at least 1", repr(value))


class StepLR(_Factor):
    r"""Learning rates that fall by a factor every so many epochs.

    .. math:: \text{lr} = \text{lr}_0 \cdot \text{gamma}^{\lfloor \text{epoch} / \text{step_size} \rfloor}

    Args:
        optimizer: the optimizer.
        step_size: how many epochs there are between two falls.
        gamma: the factor.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
        >>> rates = []
        >>> for epoch in range(4):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [1.0, 1.0, 0.5, 0.5]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        _count(self, "step_size", step_size)
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        return self.gamma ** (epoch // self.step_size)


class MultiStepLR(_Factor):
    r"""Learning rates that fall by a factor at given epochs.

    Args:
        optimizer: the optimizer.
        milestones: the epochs; one that comes twice counts twice.
        gamma: the factor.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.MultiStepLR(optimizer, milestones=[1, 3], gamma=0.5)
        >>> rates = []
        >>> for epoch in range(4):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [1.0, 0.5, 0.5, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        return self.gamma ** bisect_right(self.milestones, epoch)


class ConstantLR(_Factor):
    """Learning rates that are multiplied by a factor until a given epoch.

    Args:
        optimizer: the optimizer.
        factor: the factor, from 0 to 1.
        total_iters: how many epochs it is applied.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
        >>> rates = []
        >>> for epoch in range(4):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [0.5, 0.5, 1.0, 1.0]
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        check_number("ConstantLR", "factor", factor, 0, 1, "a number in [0, 1]")
        self.constant, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        return self.constant if epoch < self.total_iters else 1.0


class LinearLR(_Factor):
    """Learning rates that go from one multiple of the first to another, in equal steps: a warm-up, for example.

    Args:
        optimizer: the optimizer.
        start_factor: what they are multiplied by at the beginning, above 0 and at most 1.
        end_factor: what they are multiplied by at the end, from 0 to 1.
        total_iters: how many epochs it takes.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
        >>> rates = []
        >>> for epoch in range(4):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        check_number("LinearLR", "start_factor", start_factor, 5e-324, 1, "a number in (0, 1]")
        check_number("LinearLR", "end_factor", end_factor, 0, 1, "a number in [0, 1]")
        _count(self, "total_iters", total_iters)
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        if epoch >= self.total_iters:
            return self.end_factor
        return self.start_factor + (self.end_factor - self.start_factor) * epoch / self.total_iters


class ExponentialLR(_Factor):
    r"""Learning rates that fall by a factor every epoch.

    .. math:: \text{lr} = \text{lr}_0 \cdot \text{gamma}^{\text{epoch}}

    Args:
        optimizer: the optimizer.
        gamma: the factor.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        return self.gamma**epoch


class PolynomialLR(_Factor):
    r"""Learning rates that fall to 0 along a power of the time that is left.

    .. math:: \text{lr} = \text{lr}_0 \cdot \Big(1 - \frac{\min(\text{epoch}, \text{total_iters})}{\text{total_iters}}
        \Big)^{\text{power}}

    Args:
        optimizer: the optimizer.
        total_iters: how many epochs it takes.
        power: the power; 1 is a straight line.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.PolynomialLR(optimizer, total_iters=4, power=2.0)
        >>> rates = []
        >>> for epoch in range(4):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [1.0, 0.5625, 0.25, 0.0625]
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        _count(self, "total_iters", total_iters)
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        return (1 - min(epoch, self.total_iters) / self.total_iters) ** self.power


class _Functions(LRScheduler):
    """A scheduler that is given a function of the epoch, or one for each group."""

    functions = ("lr_lambdas",)

    def __init__(self, optimizer: Optimizer, lr_lambda: Lambda, last_epoch: int = -1) -> None:
        check_optimizer(self, optimizer)
        self.lr_lambdas: list[Callable[[int], float]] = per_group(self, "lr_lambda", optimizer, lr_lambda)
        for function in self.lr_lambdas:
            if not callable(function):
                got = type(function).__name__
                errors.type_error(type(self).__name__, "lr_lambda", "a function of the epoch", got)
        super().__init__(optimizer, last_epoch)


class LambdaLR(_Functions):
    """Learning rates that are the first ones times a function of the epoch.

    A function of the number of steps can also be the learning rate itself: ``SGD(params, lr=lambda step: ...)``.

    Args:
        optimizer: the optimizer.
        lr_lambda: the function, or one for each group. It is no part of the state: it is to be given again.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def get_lr(self) -> list[float]:
        return [base * f(self.last_epoch) for base, f in zip(self.base_lrs, self.lr_lambdas, strict=True)]


class MultiplicativeLR(_Functions):
    """Learning rates that are multiplied, at each epoch, by a function of it.

    Args:
        optimizer: the optimizer.
        lr_lambda: the function, or one for each group. It is no part of the state: it is to be given again.
        last_epoch: see :class:`LRScheduler`.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.lr_scheduler.MultiplicativeLR(optimizer, lambda epoch: 0.5)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def get_lr(self) -> list[float]:
        if self._starting:
            return self._rates()
        return [rate * f(self.last_epoch) for rate, f in zip(self._rates(), self.lr_lambdas, strict=True)]
