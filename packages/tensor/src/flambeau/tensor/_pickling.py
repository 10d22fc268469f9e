"""Copies and pickles of Tensors and of their subclasses: memory, class and attributes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ._backends import backend_of_device, device
from ._core.tensor import Tensor


def rebuild(cls: type, data: np.ndarray | Tensor, place: str, attributes: dict[str, Any] | None) -> Tensor:
    """A Tensor of class ``cls`` on device ``place`` from its NumPy array or, for a subclass, its Tensor."""
    if isinstance(data, np.ndarray):
        where = device(place)
        data = backend_of_device(where, "unpickle").asarray(data, where.index)
    return _make(cls, data, attributes)


def copied(x: Tensor, attributes: dict[str, Any] | None) -> Tensor:
    """A Tensor with memory of its own and the same attributes."""
    if type(x) is Tensor:
        return x.clone()
    return _make(type(x), x.data.clone(), attributes)


def deep_copied(x: Tensor, memo: dict[int, Any]) -> Tensor:
    """The same, with the attributes copied deeply; copies of Tensors that share memory share memory."""
    data = copied_memory(x.data, memo)
    result = data if type(x) is Tensor else _make(type(x), data, None)
    memo[id(x)] = result
    if hasattr(x, "__dict__"):
        result.__dict__.update(copy.deepcopy(x.__dict__, memo))
    return result


def copied_memory(x: Tensor, memo: dict[Any, Any]) -> Tensor:
    """A copy of a plain Tensor. ``memo`` remembers whole memories that were copied: copies of views are views of these.

    A Tensor that repeats elements or is read-only has its elements copied: a copy may be written.
    """
    array = x.numpy() if x.device.type == "cpu" else None
    if array is None or not array.flags.writeable or _repeats(array):
        return x.clone()
    from ._core import exchange

    memory, offset = exchange.memory_of(x)
    owner = memory.base
    if memory.size != owner.nbytes:
        return x.clone()  # there are holes in what is lent, and they may be anybody's
    key = (copied_memory, id(owner))
    found = memo.get(key)
    if found is None:
        flat = Tensor(memory).clone().numpy()
        result = exchange.tensor_in(flat, offset, x, None)
        memo[key] = flat, result, owner  # which must live as long as its address stands for it
        return result
    flat, first, _ = found
    return exchange.tensor_in(flat, offset, x, first)


def _repeats(array: np.ndarray) -> bool:
    """Whether several indices may mean one element, as after ``expand``."""
    reach = array.itemsize
    for step, size in sorted(zip(map(abs, array.strides), array.shape, strict=True)):
        if size > 1:
            if step < reach:
                return True
            reach = step * (size - 1) + reach
    return False


def _make(cls: type, data: Any, attributes: dict[str, Any] | None) -> Tensor:
    """Without the subclass's ``__init__``, whose arguments nobody knows here."""
    x = cls.__new__(cls)
    Tensor.__init__(x, data)
    if attributes:
        x.__dict__.update(attributes)
    return x
