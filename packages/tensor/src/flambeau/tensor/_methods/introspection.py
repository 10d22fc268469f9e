"""Questions about Tensors and dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import errors, ops
from .._composed import composed
from .._core.tensor import Tensor, as_dtype, promote_types


@composed(method=False)
def can_cast(from_: Any, to: Any) -> bool:
    """Whether one dtype may be converted to another in a computation: to the same kind or a higher one.

    Kinds are, from the lowest: bool, integers, floats, complex numbers; widths do not matter. Signed integers may not
    become unsigned ones.

    Args:
        from_: the dtype of the results.
        to: the dtype of the Tensor.

    Example:
        >>> ft.can_cast(ft.float64, ft.float32), ft.can_cast(ft.float32, ft.int64)
        (True, False)
    """
    source, target = as_dtype(from_, "can_cast", "from_"), as_dtype(to, "can_cast", "to")
    if target.kind == "u" and source.kind == "i":
        return False
    kinds = "b iu fV c".split()
    return _place(kinds, source) <= _place(kinds, target)


def _place(kinds, dtype):
    return next(i for i, kind in enumerate(kinds) if dtype.kind in kind)


@composed(method=False)
def result_type(tensor1: Any, tensor2: Any) -> Any:
    """The dtype in which two operands meet.

    Args:
        tensor1: Tensor, or a number, which has a kind but no width.
        tensor2: the same.

    Example:
        >>> ft.result_type(ft.ones(1, dtype=ft.int32), 1.5)
        dtype('float32')
        >>> ft.result_type(ft.ones(1, dtype=ft.float16), ft.ones(1, dtype=ft.int64))
        dtype('float16')
    """
    operands = [tensor1, tensor2]
    dtypes = [x.dtype for x in operands if isinstance(x, Tensor)]
    if len(dtypes) == 2:
        return promote_types(*dtypes)
    empty = [ops.empty((0,), dtype=x.dtype) if isinstance(x, Tensor) else x for x in operands]
    if not dtypes:
        from .._creation import tensor

        empty[0] = tensor(empty[0])
        return empty[0].dtype if _is_weaker(empty[1], empty[0].dtype) else tensor(empty[1]).dtype
    return (ops.where(ops.empty((0,), dtype="bool"), *empty)).dtype


def _is_weaker(number, dtype):
    return "biufVc".index(dtype.kind) >= "bifc".index({bool: "b", int: "i", float: "f"}.get(type(number), "c"))


@composed(function=False)
def nelement(input: Tensor) -> int:
    """The number of elements.

    Example:
        >>> ft.zeros(2, 3).nelement()
        6
    """
    return input.numel()


@composed(function=False)
def ndimension(input: Tensor) -> int:
    """The number of dimensions.

    Example:
        >>> ft.zeros(2, 3).ndimension()
        2
    """
    return input.ndim


@composed()
def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether another Tensor has the same shape.

    Example:
        >>> ft.zeros(2).is_same_size(ft.ones(2))
        True
    """
    return tuple(input.shape) == tuple(other.shape)


@composed()
def is_signed(input: Tensor) -> bool:
    """Whether the dtype has negative numbers.

    Example:
        >>> ft.zeros(1).is_signed(), ft.zeros(1, dtype=ft.uint8).is_signed()
        (True, False)
    """
    return input.dtype.kind not in "bu"


@composed()
def is_nonzero(input: Tensor) -> bool:
    """Whether the one element is not zero.

    Raises:
        ValueError: there is not exactly one element.

    Example:
        >>> ft.tensor([0.5]).is_nonzero()
        True
    """
    if input.numel() != 1:
        errors.value_error("is_nonzero", "input", "a Tensor of one element", f"shape {tuple(input.shape)}")
    return bool(input.item())


@composed(function=False)
def is_set_to(input: Tensor, tensor: Tensor) -> bool:
    """Whether another Tensor sees the same elements of the same memory, in the same shape.

    Example:
        >>> x = ft.zeros(2)
        >>> x.is_set_to(x.data), x.is_set_to(x.clone())
        (True, False)
    """
    mine, theirs = ((x.device, x.dtype, x.data_ptr(), tuple(x.shape), x.stride()) for x in (input, tensor))
    return mine == theirs


@composed(function=False)
def dim_order(input: Tensor) -> tuple[int, ...]:
    """The dimensions from the one with the widest steps in memory to the one with the narrowest.

    Example:
        >>> ft.zeros(2, 3).dim_order(), ft.zeros(2, 3).T.dim_order()
        ((0, 1), (1, 0))
    """
    steps = input.stride()
    return tuple(sorted(range(input.ndim), key=lambda d: -abs(steps[d])))


@composed()
def get_device(input: Tensor) -> int:
    """The number of the CUDA device; -1 for the CPU.

    Example:
        >>> ft.zeros(1).get_device()
        -1
    """
    return -1 if input.device.index is None else input.device.index


# Methods as functions ---------------------------------------------------------------------------------------------


@composed(method=False)
def numel(input: Tensor) -> int:
    """The number of elements.

    Example:
        >>> ft.numel(ft.zeros(2, 3))
        6
    """
    return input.numel()


@composed(method=False)
def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is a floating one.

    Example:
        >>> ft.is_floating_point(ft.zeros(1)), ft.is_floating_point(ft.arange(1))
        (True, False)
    """
    return input.is_floating_point()


@composed(method=False)
def is_complex(input: Tensor) -> bool:
    """Whether the dtype is a complex one.

    Example:
        >>> ft.is_complex(ft.zeros(1, dtype=ft.complex64)), ft.is_complex(ft.zeros(1))
        (True, False)
    """
    return input.is_complex()


@composed(method=False)
def detach(input: Tensor) -> Tensor:
    """The same memory in a Tensor without history.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        Tensor that shares ``input``'s memory.

    Example:
        >>> x = ft.zeros(2)
        >>> ft.detach(x)[0] = 5
        >>> x.tolist()
        [5.0, 0.0]
    """
    return input.detach()


# Python functions, element by element -----------------------------------------------------------------------------


@composed(function=False)
def apply_(input: Tensor, callable: Any) -> Tensor:
    """Set each element to what a Python function makes of it, in place. Slow: use operators, or :func:`pointwise`.

    Args:
        input: Tensor on the CPU.
        callable: takes a Python number and gives one.

    Returns:
        ``input``.

    Raises:
        DeviceError: ``input`` is not on the CPU.

    Example:
        >>> ft.tensor([1.0, 2.0]).apply_(lambda v: v * v).tolist()
        [1.0, 4.0]
    """
    return _applied("apply_", input, callable)


@composed(function=False)
def map_(input: Tensor, tensor: Tensor, callable: Any) -> Tensor:
    """Set each element to what a Python function makes of it and one of another Tensor, in place. Slow.

    Args:
        input: Tensor on the CPU.
        tensor: Tensor whose shape broadcasts to ``input``'s.
        callable: takes two Python numbers and gives one.

    Returns:
        ``input``.

    Raises:
        ShapeError: the shape does not broadcast.

    Example:
        >>> ft.tensor([1.0, 2.0]).map_(ft.tensor([3.0, 4.0]), lambda a, b: a * b).tolist()
        [3.0, 8.0]
    """
    return _applied("map_", input, callable, tensor)


@composed(function=False)
def map2_(input: Tensor, x: Tensor, y: Tensor, callable: Any) -> Tensor:
    """Set each element to what a Python function makes of it and one each of two other Tensors, in place. Slow.

    Args:
        input: Tensor on the CPU.
        x: Tensor whose shape broadcasts to ``input``'s.
        y: the same.
        callable: takes three Python numbers and gives one.

    Returns:
        ``input``.

    Raises:
        ShapeError: a shape does not broadcast.

    Example:
        >>> one = ft.ones(2)
        >>> ft.tensor([1.0, 2.0]).map2_(one, one, lambda a, b, c: a + b + c).tolist()
        [3.0, 4.0]
    """
    return _applied("map2_", input, callable, x, y)


def _applied(operation, input, function, *others):
    tensors = (input, *others)
    for x in tensors:
        if not isinstance(x, Tensor):
            errors.type_error(operation, None, "Tensors", type(x).__name__)
        if x.device.type != "cpu":
            errors.device_error(operation, None, "Tensors on the CPU", f"one on {x.device}")
    if not callable(function):
        errors.type_error(operation, "callable", "a function", type(function).__name__)
    if any(getattr(x, "requires_grad", False) for x in tensors):
        raise RuntimeError(f"{operation}(): expected Tensors that require no grad, got one that does; use operators")
    columns = [ops.expand(x, tuple(input.shape)).reshape(-1).tolist() for x in tensors]
    results = [function(*numbers) for numbers in zip(*columns, strict=True)]
    array = np.array(results, dtype=None if results else input.dtype).astype(input.dtype, casting="unsafe")
    from .._creation import from_numpy

    return input.copy_(from_numpy(array.reshape(input.shape)))
