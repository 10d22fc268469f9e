"""Methods that make new Tensors in the dtype and place of one."""

from __future__ import annotations

from typing import Any

from .. import errors, ops
from .._backends import Device
from .._composed import composed
from .._composed.shapes import _ints
from .._core.tensor import Tensor, as_dtype


@composed(function=False)
def new(input: Tensor, *args: Any, device: str | Device | None = None) -> Tensor:
    """A Tensor of the same dtype in the same place, of sizes or of data.

    Args:
        input: Tensor that gives dtype and place.
        args: sizes, as ints or one tuple such as ``x.size()``, for elements that are not set; or a list, an array or a
            Tensor: data. Nothing, for no elements.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor; one that shares the memory of an array or a Tensor which is of that dtype in that place.

    Example:
        >>> ft.zeros(1, dtype=ft.int64).new([1, 2]).tolist()
        [1, 2]
        >>> ft.zeros(1).new(2, 3).shape
        (2, 3)
    """
    from .._typed import made

    return made("new", args, input.dtype, input.device if device is None else device)


@composed(function=False)
def detach(input: Tensor) -> Tensor:
    """The same memory in a Tensor without history; a plain Tensor, which has none, gives a view of itself.

    Example:
        >>> x = ft.zeros(2)
        >>> x.detach()[0] = 5
        >>> x.tolist()
        [5.0, 0.0]
    """
    return input.data if type(input) is Tensor else input.as_subclass(type(input))


@composed(function=False)
def detach_(input: Tensor) -> Tensor:
    """Forget the history; a plain Tensor, which has none, stays as it is.

    Example:
        >>> ft.ones(2).detach_().tolist()
        [1.0, 1.0]
    """
    return input


@composed(function=False)
def new_tensor(input: Tensor, data: Any, *, dtype: Any = None, device: str | Device | None = None) -> Tensor:
    """A new Tensor with a copy of the data, in the dtype and place of this one.

    Args:
        input: Tensor that gives dtype and place.
        data: as for :func:`tensor`.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor that shares no memory with ``data``.

    Example:
        >>> ft.zeros(1, dtype=ft.int32).new_tensor([1, 2]).dtype
        dtype('int32')
    """
    from .._creation import tensor

    return tensor(data, input.dtype if dtype is None else dtype, input.device if device is None else device)


@composed(function=False)
def new_zeros(input: Tensor, *shape: Any, dtype: Any = None, device: str | Device | None = None) -> Tensor:
    """A Tensor of zeros, of another shape, in the dtype and place of this one.

    Args:
        input: Tensor that gives dtype and place.
        shape: sizes of the dimensions.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of shape ``shape``.

    Example:
        >>> ft.ones(1).new_zeros(2, 2).tolist()
        [[0.0, 0.0], [0.0, 0.0]]
    """
    return ops.new_full(input, _ints("new_zeros", "shape", shape), 0, dtype=dtype, device=device)


@composed(function=False)
def new_ones(input: Tensor, *shape: Any, dtype: Any = None, device: str | Device | None = None) -> Tensor:
    """A Tensor of ones, of another shape, in the dtype and place of this one.

    Args:
        input: Tensor that gives dtype and place.
        shape: sizes of the dimensions.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of shape ``shape``.

    Example:
        >>> ft.zeros(1).new_ones((2,)).tolist()
        [1.0, 1.0]
    """
    return ops.new_full(input, _ints("new_ones", "shape", shape), 1, dtype=dtype, device=device)


@composed(function=False)
def new_empty_strided(
    input: Tensor, size: Any, stride: Any, *, dtype: Any = None, device: str | Device | None = None
) -> Tensor:
    """A Tensor of a given layout whose elements are not set, in the dtype and place of this one.

    Args:
        input: Tensor that gives dtype and place.
        size: sizes of the dimensions.
        stride: steps between neighbours along each dimension, in elements; not negative.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of shape ``size``.

    Raises:
        ValueError: sizes and strides that do not match, or a negative one.

    Example:
        >>> ft.zeros(1).new_empty_strided((2, 3), (1, 2)).stride()
        (1, 2)
    """
    from .._composed.shapes import as_strided

    size, stride = (_ints("new_empty_strided", n, (v,)) for n, v in (("size", size), ("stride", stride)))
    if len(size) != len(stride) or any(n < 0 for n in size):
        errors.value_error("new_empty_strided", "size", f"{len(stride)} sizes of 0 or more", str(size))
    if any(n < 0 for n in stride):
        errors.value_error("new_empty_strided", "stride", "steps of 0 or more", str(stride))
    reach = 0 if 0 in size else 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    memory = ops.new_empty(input, (reach,), dtype=as_dtype(dtype, "new_empty_strided"), device=device)
    return as_strided(memory, size, stride)
