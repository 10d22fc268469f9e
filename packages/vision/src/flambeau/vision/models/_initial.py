"""Initial values that several architectures share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flambeau.nn as nn
from flambeau.nn import init

__all__ = ["initialise", "kaiming_fan_out", "linear_normal", "no_bias", "small_truncated", "truncated"]


def initialise(model: nn.Module, rules: dict[type[nn.Module], Callable[[Any], Any]]) -> None:
    """Apply to each module of the model the rule of its class; norms start as the identity by themselves."""
    for module in model.modules():
        for kind, rule in rules.items():
            if isinstance(module, kind):
                rule(module)
                break


def kaiming_fan_out(module: nn.Conv2d) -> None:
    """After He and others (arXiv:1502.01852), by the number of outputs; no bias."""
    init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    no_bias(module)


def linear_normal(module: nn.Linear) -> None:
    """A small normal draw; no bias."""
    init.normal_(module.weight, 0, 0.01)
    no_bias(module)


def no_bias(module: nn.Linear | nn.Conv2d) -> None:
    """A bias of 0, if there is one."""
    if module.bias is not None:
        init.zeros_(module.bias)


def truncated(module: nn.Linear | nn.Conv2d, std: float) -> None:
    """A normal draw of which nothing is farther than 2 from 0; the bias as it was."""
    init.trunc_normal_(module.weight, std=std)


def small_truncated(module: nn.Linear | nn.Conv2d) -> None:
    """A small such draw, and no bias: how transformers, and what follows them, begin."""
    truncated(module, 0.02)
    no_bias(module)
