"""Initial values that several architectures share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flambeau.nn as nn
from flambeau.nn import init

__all__ = ["initialise", "kaiming_fan_out", "linear_normal", "no_bias"]


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
    if module.bias is not None:
        init.zeros_(module.bias)


def linear_normal(module: nn.Linear) -> None:
    """A small normal draw; no bias."""
    init.normal_(module.weight, 0, 0.01)
    if module.bias is not None:
        init.zeros_(module.bias)


def no_bias(module: nn.Linear | nn.Conv2d) -> None:
    """A bias of 0, if there is one."""
    if module.bias is not None:
        init.zeros_(module.bias)
