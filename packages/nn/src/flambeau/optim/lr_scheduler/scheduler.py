"""LRScheduler: what changes the learning rates of an optimizer as training goes on."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from flambeau.tensor import errors

from ..optimizer import Optimizer

__all__ = ["LRScheduler"]


class LRScheduler:
    """Base class of schedulers: a subclass says in :meth:`get_lr` what the learning rates are at ``last_epoch``.

    Making a scheduler sets the rates of epoch 0, and each call of :meth:`step` those of the next one. An epoch is
    whatever time there is between two calls. The optimizer steps first: a scheduler that is stepped although its
    optimizer has not been since says so once. Several schedulers may share an optimizer: each multiplies the rates as
    they are.

    Args:
        optimizer: the optimizer, of which each group's ``"lr"`` is changed. ``"initial_lr"`` remembers what it began
            with.
        last_epoch: -1 to begin; or the last epoch of a run that is taken up again without the scheduler's own state.

    Attributes:
        last_epoch: how often :meth:`step` was called.
        base_lrs: the rates of the groups at the beginning.

    Raises:
        TypeError: something that is no Optimizer.
        ValueError: a learning rate that is a function already, or no ``"initial_lr"`` for a run that is taken up.

    Example:
        >>> from flambeau import nn, optim
        >>> class Halving(optim.lr_scheduler.LRScheduler):
        ...     def get_lr(self):
        ...         return [base * 0.5**self.last_epoch for base in self.base_lrs]
        >>> optimizer = optim.SGD([nn.Parameter(ft.ones(1))], lr=1.0)
        >>> scheduler = Halving(optimizer)
        >>> for epoch in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> scheduler.get_last_lr()
        [0.25]
    """

    functions: tuple[str, ...] = ()  # attributes that are functions, and no part of the state

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(self, optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                fix = "load the optimizer's state first"
                errors.value_error(type(self).__name__, "last_epoch", f"'initial_lr' in group {i}", "none", fix)
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._starting = False
        self._seen: int | None = optimizer.attempts  # where the optimizer was at the last step; None for unknown
        self._warned = False
        self._start()

    def _start(self) -> None:
        """Set the rates to begin with."""
        self._starting = True
        self._advance()
        self._starting = False

    def get_lr(self) -> list[float]:
        """The learning rates of the groups at ``last_epoch``; what they are now :meth:`get_last_lr` says."""
        raise NotImplementedError(f"{type(self).__name__} must define get_lr")

    def get_last_lr(self) -> list[float]:
        """The learning rates that were set last, one for each group."""
        return list(self._last_lr)

    def step(self) -> None:
        """Set the learning rates of the next epoch; to be called after the optimizer's steps of this one."""
        self._check_call()
        self._advance()

    def _check_call(self) -> None:
        """What every step looks at first."""
        groups, known = len(self.optimizer.param_groups), len(self.base_lrs)
        if groups != known:
            fix = "make the scheduler again after add_param_group"
            errors.value_error(
                type(self).__name__, "optimizer", f"the {known} groups it was made with", f"{groups}", fix
            )
        attempts = self.optimizer.attempts
        counts = type(self.optimizer).step is Optimizer.step  # one with a step of its own may not count
        if attempts == self._seen and counts and not self._warned:
            self._warned = True
            since = "since the scheduler was made" if self.last_epoch <= 0 else "since the last call"
            text = errors.message(
                f"{type(self).__name__}.step",
                None,
                f"optimizer.step() {since}",
                "none",
                "call optimizer.step() first, or a learning rate is skipped",
            )
            warnings.warn(text, stacklevel=3)
        self._seen = attempts

    def _advance(self) -> None:
        self.last_epoch += 1
        self._set(self.get_lr())

    def _restart(self) -> None:
        """Set the rates of epoch 0, whatever they are now."""
        self.last_epoch = 0
        self._set(self._closed_form())

    def _closed_form(self) -> list[float]:
        return self.get_lr()

    def _set(self, rates: Sequence[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = list(rates)

    def _rates(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]

    # Saving and loading -----------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """The state, for :func:`flambeau.tensor.save`. Functions that were given are no part of it."""
        left_out = ("optimizer", "_seen", "_warned", "_starting", *self.functions)
        return {name: value for name, value in vars(self).items() if name not in left_out}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state_dict` gave. The optimizer's learning rates are set to those of then.

        Args:
            state_dict: the state of a scheduler of the same class.

        Raises:
            ValueError: the state of another class, or of other groups.
        """
        own = self.state_dict()
        if not isinstance(state_dict, Mapping) or set(state_dict) != set(own):
            got = ", ".join(sorted(state_dict)) if isinstance(state_dict, Mapping) else type(state_dict).__name__
            expected = f"the state of a {type(self).__name__} ({', '.join(sorted(own))})"
            errors.value_error("load_state_dict", "state_dict", expected, got)
        if len(state_dict["base_lrs"]) != len(self.base_lrs):
            expected = f"{len(self.base_lrs)} learning rates, one for each group"
            errors.value_error("load_state_dict", "state_dict", expected, str(len(state_dict["base_lrs"])))
        vars(self).update(state_dict)
        self._seen = None
        self._set(self._last_lr)


def check_optimizer(scheduler: object, optimizer: Any) -> None:
    name = type(scheduler).__name__
    if not isinstance(optimizer, Optimizer):
        errors.type_error(name, "optimizer", "Optimizer", type(optimizer).__name__)
    if any(callable(group["lr"]) for group in optimizer.param_groups):
        errors.value_error(name, "optimizer", "a learning rate that is a number", "a function")


def per_group(scheduler: object, argument: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """An argument that may be given for each group, as a list."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * groups
    if len(value) != groups:
        errors.value_error(type(scheduler).__name__, argument, f"one value or {groups}", str(len(value)))
    return list(value)
