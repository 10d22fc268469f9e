"""Types of Tensors by dtype and device, as names: ``FloatTensor(2, 3)``, ``isinstance(x, cuda.LongTensor)``.

There is one type, :class:`Tensor`. These names make Tensors of their dtype on their device, know them by
``isinstance``, and name what ``x.type()`` converts to.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import errors, ops
from ._core.tensor import Tensor
from ._creation import as_tensor
from ._dtypes import TENSOR_TYPES, by_name


class TensorType(type):
    """The type of the names: what calling one, and ``isinstance`` with one, means."""

    dtype: np.dtype
    place: str

    def __call__(cls, *args: Any) -> Any:
        return made(cls.__name__, args, cls.dtype, cls.place)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, Tensor) and value.dtype == cls.dtype and value.device.type == cls.place

    def __subclasscheck__(cls, other: type) -> bool:
        return cls is other

    def __repr__(cls) -> str:
        return f"<class '{name_of(cls)}'>"


def name_of(cls: TensorType) -> str:
    """``flambeau.tensor.cuda.FloatTensor``: what ``x.type()`` gives."""
    return f"{cls.__module__}.{cls.__name__}"


def made(operation: str, args: tuple[Any, ...], dtype: np.dtype, place: Any) -> Tensor:
    """A Tensor of sizes, or of data: what ``FloatTensor(...)`` and ``x.new(...)`` give."""
    if len(args) == 1 and isinstance(args[0], tuple) and all(_is_size(n) for n in args[0]):
        args = args[0] or (0,)
    if not args or all(_is_size(n) for n in args):
        sizes = tuple(n.__index__() for n in args) or (0,)
        if any(n < 0 for n in sizes):
            errors.value_error(operation, "sizes", "sizes of 0 or more", str(sizes))
        return ops.empty(sizes, dtype=dtype, device=place)
    if len(args) > 1 or not isinstance(args[0], (list, tuple, np.ndarray, Tensor)):
        got = ", ".join(type(a).__name__ for a in args)
        errors.type_error(operation, None, "sizes as ints, or a list, an array or a Tensor", got)
    data = args[0].data if isinstance(args[0], Tensor) else args[0]
    return as_tensor(data, dtype, place)


def _is_size(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _type(name: str, dtype: np.dtype, place: str) -> TensorType:
    module = "flambeau.tensor" if place == "cpu" else f"flambeau.tensor.{place}"
    where = "the CPU" if place == "cpu" else "a CUDA device"
    doc = f"""Tensors of {dtype.name} on {where}.

    ``{name}(2, 3)`` makes one of these sizes, whose elements are not set, and so does ``{name}(x.size())``;
    ``{name}([1, 2])`` one of data. An array or a Tensor of that dtype on that device shares its memory, others are
    converted. ``isinstance(x, {name})`` says whether a Tensor has that dtype and is there.
    """
    return TensorType(name, (), {"__doc__": doc, "__module__": module, "dtype": dtype, "place": place})


TYPES = {
    (place, TENSOR_TYPES[name]): _type(TENSOR_TYPES[name], dtype, place)
    for place in ("cpu", "cuda")
    for name, dtype in by_name().items()
}


def parsed(text: str) -> TensorType | None:
    """The type that a name such as ``flambeau.tensor.cuda.FloatTensor`` or ``torch.FloatTensor`` means, or None."""
    *package, name = text.split(".")
    place = "cuda" if package[-1:] == ["cuda"] else "cpu"
    package = package[:-1] if place == "cuda" else package
    if package not in ([], ["torch"], ["flambeau", "tensor"], ["ft"]):
        return None
    return TYPES.get((place, name))
