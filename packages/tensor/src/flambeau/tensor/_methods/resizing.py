"""Tensors that get another size, or other memory, in place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import errors, ops
from .._composed import composed
from .._composed.shapes import _ints, as_strided
from .._core.tensor import Tensor, room

if TYPE_CHECKING:
    from .._storage import Storage


@composed(function=False)
def resize_(input: Tensor, *sizes: int) -> Tensor:
    """Give the Tensor another size, in place: the same memory where there is enough, read in order, else larger memory.

    Elements that were not there before are not set. What shares the memory of a Tensor that needs more would be left
    behind, which is refused.

    Args:
        input: Tensor.
        sizes: the sizes.

    Returns:
        ``input``.

    Raises:
        ValueError: a negative size; or more memory is needed, and something else sees the memory there is.
        RuntimeError: ``input`` is a Variable that requires grad.

    Example:
        >>> ft.arange(6).resize_(2, 2).tolist()
        [[0, 1], [2, 3]]
        >>> ft.tensor([1.0]).resize_(3, 2).shape
        (3, 2)
    """
    return _resized("resize_", input, _ints("resize_", "sizes", sizes))


@composed(function=False)
def resize_as_(input: Tensor, other: Tensor) -> Tensor:
    """Give the Tensor the size of another, in place: see :func:`Tensor.resize_`.

    Args:
        input: Tensor.
        other: Tensor whose shape to take.

    Returns:
        ``input``.

    Example:
        >>> ft.zeros(4).resize_as_(ft.ones(2, 2)).shape
        (2, 2)
    """
    return _resized("resize_as_", input, tuple(other.shape))


def _resized(operation: str, input: Tensor, shape: tuple[int, ...]) -> Tensor:
    if any(n < 0 for n in shape):
        errors.value_error(operation, "sizes", "sizes of 0 or more", str(shape))
    if shape == tuple(input.shape):
        return input
    wanted = math.prod(shape)
    here, alone = room(input)
    if wanted <= here:
        return input._look_at(as_strided(input.data, shape, _steps(shape)), operation)
    if not alone:
        errors.value_error(
            operation,
            "input",
            "memory that nothing else sees, to replace it by larger one",
            f"{here} elements, of {wanted}, in memory of others too",
            "clone() it first",
        )
    larger = ops.empty(shape, dtype=input.dtype, device=input.device)
    if here:  # what lies in memory, in its order
        larger.view(wanted)[:here] = as_strided(input.data, (here,), (1,))
    return input._look_at(larger, operation, True)


@composed(function=False)
def set_(
    input: Tensor, source: Tensor | Storage | None = None, storage_offset: int = 0, size: Any = None, stride: Any = None
) -> Tensor:
    """Make the Tensor see the memory of another one, in place.

    Args:
        input: Tensor.
        source: Tensor of the same dtype whose memory to share, or a Storage of it or of bytes; nothing, for no
            elements.
        storage_offset: with ``size``, where to begin: in elements from the beginning of the memory.
        size: sizes; ``source``'s own view of its memory if not given.
        stride: steps along each dimension, in elements; those of elements in order if not given.

    Returns:
        ``input``.

    Raises:
        DTypeError: ``source`` has another dtype.
        ValueError: the elements would lie outside of the memory.
        RuntimeError: ``input`` or ``source`` is a Variable that requires grad.

    Example:
        >>> x, y = ft.zeros(2), ft.ones(3)
        >>> x.set_(y).add_(1).tolist(), y.tolist()
        ([2.0, 2.0, 2.0], [2.0, 2.0, 2.0])
        >>> ft.zeros(1).set_(y.storage(), 1, (2,)).tolist()
        [2.0, 2.0]
    """
    if source is None:
        return input._look_at(ops.empty((0,), dtype=input.dtype, device=input.device), "set_", True)
    if type(source).__name__ == "Storage":
        source = _of_storage(source, input)
    if not isinstance(source, Tensor):
        errors.type_error("set_", "source", "Tensor or None", type(source).__name__)
    if source.dtype != input.dtype:
        errors.dtype_error("set_", "source", f"input's dtype {input.dtype}", str(source.dtype))
    if size is not None:
        size = _ints("set_", "size", (size,))
        source = as_strided(source, size, _steps(size) if stride is None else stride, storage_offset)
    return input._look_at(source, "set_")


def _of_storage(source: Storage, like: Tensor) -> Tensor:
    """A flat Tensor of the memory of a Storage, of bytes as elements of the dtype that is wanted."""
    if source.dtype == like.dtype or source.dtype != np.uint8:
        return source.tensor()
    return source.tensor()[: len(source) // like.itemsize * like.itemsize].view(like.dtype)


def _steps(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(math.prod(shape[i + 1 :]) for i in range(len(shape)))
