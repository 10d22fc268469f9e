"""Where loaded Tensors go: what ``map_location`` says."""

from __future__ import annotations

from typing import Any

from .._backends import Device, device_argument
from .._core.tensor import Tensor
from ..errors import message

CPU = Device("cpu")


class NotOurs(Exception):
    """Something, its cause, went wrong on the way to a device: no fault of the file."""


class Placement:
    """Moves Tensors as they come from a file, on the CPU, to where they shall be."""

    def __init__(self, map_location: Any) -> None:
        self.rule = map_location
        if map_location is None or isinstance(map_location, dict) or callable(map_location):
            return
        device_argument(map_location, "load")  # a mistake is found before the file is read

    def __call__(self, x: Tensor, saved: str) -> Tensor:
        """``x`` at its place; ``saved`` is the device it was saved from. What goes wrong is a NotOurs."""
        try:
            return self.moved(x, saved)
        except Exception as error:
            raise NotOurs from error

    def moved(self, x: Tensor, saved: str) -> Tensor:
        rule = self.rule
        if rule is None:
            return x
        if isinstance(rule, dict):
            rule = rule.get(saved, CPU)
        elif callable(rule):
            moved = rule(x, saved)
            if moved is None:
                return x
            if not isinstance(moved, Tensor):
                raise TypeError(message("load", "map_location", "a Tensor or None from it", type(moved).__name__))
            return moved
        return x.to(device_argument(rule, "load"))
