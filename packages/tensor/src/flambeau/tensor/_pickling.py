"""Copies and pickles of Tensors and of their subclasses: memory, class and attributes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ._backends import backend_of_device, device
from ._core.tensor import Tensor


def rebuild(cls: type, array: np.ndarray, place: str, attributes: dict[str, Any] | None) -> Tensor:
    """A Tensor of class ``cls`` on device ``place`` from the NumPy array that was pickled."""
    where = device(place)
    return _make(cls, backend_of_device(where, "unpickle").asarray(array, where.index), attributes)


def copied(x: Tensor, attributes: dict[str, Any] | None) -> Tensor:
    """A Tensor with memory of its own and the same attributes."""
    if type(x) is Tensor:
        return x.clone()
    return _make(type(x), x.data.clone(), attributes)


def deep_copied(x: Tensor, memo: dict[int, Any]) -> Tensor:
    """The same, with the attributes copied deeply."""
    result = copied(x, None)
    memo[id(x)] = result
    if hasattr(x, "__dict__"):
        result.__dict__.update(copy.deepcopy(x.__dict__, memo))
    return result


def _make(cls: type, data: Any, attributes: dict[str, Any] | None) -> Tensor:
    """Without the subclass's ``__init__``, whose arguments nobody knows here."""
    x = cls.__new__(cls)
    Tensor.__init__(x, data)
    if attributes:
        x.__dict__.update(attributes)
    return x
