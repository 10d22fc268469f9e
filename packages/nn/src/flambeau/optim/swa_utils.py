"""Averages of the weights a model has during training: they are often better than the last ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any

import flambeau.tensor as ft
from flambeau.autograd import no_grad
from flambeau.nn import Module
from flambeau.nn._together import together
from flambeau.nn.modules.normalization import _BatchNorm
from flambeau.tensor import Tensor, errors

from .lr_scheduler.scheduler import LRScheduler, check_optimizer, per_group
from .optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Average = Callable[[Tensor, Tensor, Any], Tensor]
MultiAverage = Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]


def _check_decay(operation: str, decay: float) -> None:
    if not 0 <= decay <= 1:
        errors.value_error(operation, "decay", "a number in [0, 1]", str(decay))


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    r"""A function for :class:`AveragedModel` that gives an exponential moving average.

    .. math:: \text{average} \leftarrow \text{decay} \cdot \text{average} + (1 - \text{decay}) \cdot w

    Args:
        decay: how much of the average is kept at each update.

    Returns:
        ``function(average, w, n)``, which gives the new average.

    Example:
        >>> from flambeau.optim.swa_utils import get_ema_avg_fn
        >>> get_ema_avg_fn(0.75)(ft.tensor(4.0), ft.tensor(0.0), 1).item()
        3.0
    """
    _check_decay("get_ema_avg_fn", decay)
    return lambda average, w, n: decay * average + (1 - decay) * w


def get_ema_multi_avg_fn(decay: float = 0.999) -> MultiAverage:
    """What :func:`get_ema_avg_fn` gives for many parameters in one pass.

    Args:
        decay: how much of the average is kept at each update.

    Returns:
        ``function(averages, ws, n)``, which changes the averages in place.

    Example:
        >>> from flambeau.optim.swa_utils import get_ema_multi_avg_fn
        >>> averages = [ft.tensor(4.0)]
        >>> get_ema_multi_avg_fn(0.75)(averages, [ft.tensor(0.0)], 1)
        >>> averages[0].item()
        3.0
    """
    _check_decay("get_ema_multi_avg_fn", decay)
    return lambda averages, ws, n: _lerp(averages, ws, 1 - decay)


def get_swa_avg_fn() -> Average:
    r"""A function for :class:`AveragedModel` that gives the mean of all weights so far.

    .. math:: \text{average} \leftarrow \text{average} + \frac{w - \text{average}}{n + 1}

    Returns:
        ``function(average, w, n)``, which gives the new average.

    Example:
        >>> from flambeau.optim.swa_utils import get_swa_avg_fn
        >>> get_swa_avg_fn()(ft.tensor(4.0), ft.tensor(0.0), 1).item()
        2.0
    """
    return lambda average, w, n: average + (w - average) / (n + 1)


def get_swa_multi_avg_fn() -> MultiAverage:
    """What :func:`get_swa_avg_fn` gives for many parameters in one pass.

    Returns:
        ``function(averages, ws, n)``, which changes the averages in place.
    """
    return lambda averages, ws, n: _lerp(averages, ws, 1 / (float(n) + 1))


def _lerp(averages: Sequence[Tensor], ws: Sequence[Tensor], weight: float) -> None:
    pairs = list(zip(averages, ws, strict=True))
    together(lambda average, w: average.lerp_(w, weight), [pair for pair in pairs if pair[0].is_floating_point()])
    for average, w in pairs:
        if not average.is_floating_point():
            average.copy_((average + (w - average) * weight).to(average.dtype))


class AveragedModel(Module):
    """A copy of a model whose parameters are averages of those the model has had.

    Stochastic weight averaging (Izmailov et al., 2018), or an exponential moving average (Polyak and Juditsky, 1992).

    Args:
        model: the model that is trained.
        device: where the averages are; where the model is if not given.
        avg_fn: ``function(average, w, n)`` that gives the new average after n of them; or
        multi_avg_fn: ``function(averages, ws, n)`` that changes all in place. The mean if neither is given.
        use_buffers: average the buffers too, rather than copy them.

    Shape:
        That of the model.

    Raises:
        ValueError: both functions.

    Example:
        >>> from flambeau import nn
        >>> from flambeau.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
        >>> model = nn.Linear(1, 1, bias=False)
        >>> ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.75))
        >>> for weight in (4.0, 0.0):
        ...     _ = model.weight.data.fill_(weight)
        ...     ema.update_parameters(model)
        >>> ema(ft.ones(1, 1)).item()
        3.0
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: MultiAverage | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            errors.value_error("AveragedModel", "multi_avg_fn", "one function", "avg_fn too")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", ft.tensor(0, device=device))
        self.avg_fn, self.multi_avg_fn = avg_fn, multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the model's present parameters into the averages; the first time they are copied.

        Args:
            model: the model that is trained.
        """
        averages = [p.data for p in self.module.parameters()]
        ws = [p.data for p in model.parameters()]
        buffers = list(zip(self.module.buffers(), model.buffers(), strict=True))
        if self.use_buffers:
            averages += [mine.data for mine, _ in buffers]
            ws += [theirs.data for _, theirs in buffers]
        ws = [w.to(average.device) for average, w in zip(averages, ws, strict=True)]
        n = self.n_averaged.item()
        if n == 0:
            for average, w in zip(averages, ws, strict=True):
                average.copy_(w)
        elif self.avg_fn is not None:
            for average, w in zip(averages, ws, strict=True):
                average.copy_(ft.as_tensor(self.avg_fn(average, w, n)).to(average.dtype))
        else:
            (self.multi_avg_fn or get_swa_multi_avg_fn())(averages, ws, n)
        if not self.use_buffers:
            for mine, theirs in buffers:
                mine.data.copy_(theirs.data.to(mine.device))
        self.n_averaged.data.add_(1)


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Find the running statistics of a model's batch normalisation anew, for weights that it was not trained with.

    Args:
        loader: batches: Tensors, or lists and tuples that begin with one.
        model: the model; it runs over all of them, and is in the mode it was in afterwards.
        device: where the batches are moved to.

    Example:
        >>> from flambeau import nn
        >>> from flambeau.optim.swa_utils import update_bn
        >>> model = nn.BatchNorm1d(1)
        >>> update_bn([ft.tensor([[1.0], [3.0]]), ft.tensor([[3.0], [5.0]])], model)
        >>> model.running_mean.item()
        3.0
    """
    layers = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    momenta = [layer.momentum for layer in layers]
    if not layers:
        return
    was_training = model.training
    try:
        model.train()
        for layer in layers:
            layer.reset_running_stats()
            layer.momentum = None  # the mean of all batches
        with no_grad():
            for batch in loader:
                x = batch[0] if isinstance(batch, (list, tuple)) else batch
                model(x if device is None else x.to(device))
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        model.train(was_training)


class SWALR(LRScheduler):
    """Learning rates that go to a constant one, with which weights are then averaged.

    Args:
        optimizer: the optimizer.
        swa_lr: the constant rate, or one for each group.
        anneal_epochs: how many epochs it takes to get there.
        anneal_strategy: along a ``"cos"`` or ``"linear"``.
        last_epoch: see :class:`~flambeau.optim.lr_scheduler.LRScheduler`.

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = optim.swa_utils.SWALR(optimizer, swa_lr=0.5, anneal_epochs=2, anneal_strategy="linear")
        >>> rates = []
        >>> for epoch in range(4):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [1.0, 0.75, 0.5, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(self, optimizer)
        if anneal_strategy not in ("cos", "linear"):
            errors.value_error("SWALR", "anneal_strategy", "'cos' or 'linear'", repr(anneal_strategy))
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            errors.value_error("SWALR", "anneal_epochs", "an int that is not negative", repr(anneal_epochs))
        self.swa_lrs = per_group(self, "swa_lr", optimizer, swa_lr)
        self.anneal_epochs, self.anneal_strategy = anneal_epochs, anneal_strategy
        super().__init__(optimizer, last_epoch)

    def _share(self, epoch: int) -> float:
        """How much of the way is gone."""
        t = max(0.0, min(1.0, epoch / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * t)) / 2 if self.anneal_strategy == "cos" else t

    def get_lr(self) -> list[float]:
        # From the rate as it is: another scheduler may be at work at the same time.
        epoch = max(1, self.last_epoch) if self.anneal_epochs == 0 else self.last_epoch
        before, now = self._share(epoch - 1), self._share(epoch)
        rates = []
        for rate, goal in zip(self._rates(), self.swa_lrs, strict=True):
            start = goal if before == 1 else (rate - before * goal) / (1 - before)
            rates.append(goal * now + start * (1 - now))
        return rates
