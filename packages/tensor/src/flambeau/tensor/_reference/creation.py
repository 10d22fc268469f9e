"""Tensors from nothing, and Tensors filled in place."""

import math

import numpy as np

from .. import errors
from .._defaults import default_float
from .._schema import Array, Bool, DeviceLike, DType, Int, Number, Operand, OptionalNumber, Shape, operator
from ._helpers import apart, check_elements, check_number, expands_to, python_number


def _check_sizes(operation, shape):
    if any(n < 0 for n in shape):
        errors.value_error(operation, "shape", "sizes of 0 or more", str(shape))
    check_elements(operation, "shape", *shape)


@operator(creation=True, method=False, differentiable=False)
def zeros(xp, shape: Shape, *, dtype: DType = None, device: DeviceLike = None):
    """A Tensor of zeros.

    Args:
        shape: sizes of the dimensions.
        dtype: dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: a negative size.

    Example:
        >>> ft.zeros(2, 3).tolist()
        [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return xp.zeros(shape, dtype=dtype or default_float())


@operator(creation=True, method=False, differentiable=False)
def ones(xp, shape: Shape, *, dtype: DType = None, device: DeviceLike = None):
    """A Tensor of ones.

    Args:
        shape: sizes of the dimensions.
        dtype: dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: a negative size.

    Example:
        >>> ft.ones(2).tolist()
        [1.0, 1.0]
    """
    return xp.ones(shape, dtype=dtype or default_float())


@operator(creation=True, method=False, differentiable=False)
def empty(xp, shape: Shape, *, dtype: DType = None, device: DeviceLike = None):
    """A Tensor whose elements are not set: whatever the memory holds.

    Args:
        shape: sizes of the dimensions.
        dtype: dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: a negative size.

    Example:
        >>> ft.empty(2, 3).shape
        (2, 3)
    """
    return xp.empty(shape, dtype=dtype or default_float())


def _sizes_check(definition):
    @definition.check
    def check(shape, dtype, device):
        _check_sizes(definition.name, shape)


for _definition in (zeros, ones, empty):
    _sizes_check(_definition)


def _number_dtype(*numbers):
    """The dtype of numbers when none is asked for."""
    if all(isinstance(n, bool) for n in numbers):
        return np.dtype(bool)
    return np.dtype("int64" if all(isinstance(n, int) for n in numbers) else default_float())


@operator(creation=True, method=False, differentiable=False)
def full(xp, shape: Shape, fill_value: Number, *, dtype: DType = None, device: DeviceLike = None):
    """A Tensor filled with one number.

    Args:
        shape: sizes of the dimensions, as a tuple.
        fill_value: the number.
        dtype: dtype; if not given, int64 for an int, bool for a bool, the default float for a float.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: a negative size, or a number that ``dtype`` does not hold.

    Example:
        >>> ft.full((2, 2), 1.5).tolist()
        [[1.5, 1.5], [1.5, 1.5]]
    """
    return xp.full(shape, fill_value, dtype=dtype)


@full.check
def _(shape, fill_value, dtype, device):
    _check_sizes("full", shape)
    fill_value = python_number(fill_value)
    dtype = _number_dtype(fill_value) if dtype is None else dtype
    check_number("full", "fill_value", fill_value, dtype)
    return shape, fill_value, dtype, device


@operator(creation=True, method=False, differentiable=False)
def arange(
    xp,
    start: Number,
    end: OptionalNumber = None,
    step: Number = 1,
    *,
    dtype: DType = None,
    device: DeviceLike = None,
):
    """Evenly spaced numbers: ``start``, ``start + step``... up to but without ``end``.

    Args:
        start: the first number; with no ``end``, ``arange(end)`` starts at 0.
        end: where to stop.
        step: the distance between numbers.
        dtype: dtype; if not given, int64 when all numbers are ints, else the default float.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(ceil((end - start) / step),)``.

    Raises:
        ValueError: ``step`` is 0 or leads away from ``end``.

    Example:
        >>> ft.arange(3).tolist(), ft.arange(1, 2, 0.25).tolist()
        ([0, 1, 2], [1.0, 1.25, 1.5, 1.75])
    """
    dtype = dtype or _number_dtype(int(start) if isinstance(start, bool) else start, end, step)
    count = _count(start, end, step)
    if isinstance(start, int) and isinstance(step, int):
        return (xp.arange(count) * step + start).astype(dtype)
    # Each number from its place, in float64: steps do not add up their rounding errors.
    return (xp.arange(count, dtype="float64") * step + start).astype(dtype)


def _count(start, end, step):
    if all(isinstance(n, int) for n in (start, end, step)):
        return -((start - end) // step)
    return math.ceil((end - start) / step)


@arange.check
def _(start, end, step, dtype, device):
    start, end, step = (python_number(n) for n in ((0, start, step) if end is None else (start, end, step)))
    if step == 0:
        errors.value_error("arange", "step", "a step other than 0", "0")
    if not all(isinstance(n, int) or math.isfinite(n) for n in (start, end, step)):
        errors.value_error("arange", None, "finite numbers", f"arange({start}, {end}, {step})")
    if (end - start) * step < 0:
        errors.value_error("arange", "step", f"a step that leads from {start} to {end}", str(step))
    check_elements("arange", "end", (end - start) // step)
    return start, end, step, dtype, device


@operator(creation=True, method=False, differentiable=False)
def linspace(xp, start: Number, end: Number, steps: Int, *, dtype: DType = None, device: DeviceLike = None):
    """``steps`` evenly spaced numbers from ``start`` to ``end``, both included.

    Args:
        start: the first number.
        end: the last number.
        steps: how many.
        dtype: dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(steps,)``.

    Raises:
        ValueError: a negative number of steps.

    Example:
        >>> ft.linspace(0, 1, 5).tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    return xp.linspace(start, end, steps).astype(dtype or default_float())


@linspace.check
def _(start, end, steps, dtype, device):
    if steps < 0:
        errors.value_error("linspace", "steps", "0 or more steps", str(steps))
    check_elements("linspace", "steps", steps)
    return python_number(start), python_number(end), steps, dtype, device


@operator(creation=True, method=False, differentiable=False)
def eye(xp, n: Int, m: OptionalNumber = None, *, dtype: DType = None, device: DeviceLike = None):
    """A matrix with ones on its main diagonal and zeros elsewhere.

    Args:
        n: the number of rows.
        m: the number of columns; as many as rows if not given.
        dtype: dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(n, m)``.

    Raises:
        ValueError: a negative size.

    Example:
        >>> ft.eye(2).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    return xp.eye(n, m, dtype=dtype or default_float())


@eye.check
def _(n, m, dtype, device):
    m = python_number(m)
    if m is not None and not isinstance(m, int):
        errors.type_error("eye", "m", "int or None", type(m).__name__)
    for name, size in (("n", n), ("m", 0 if m is None else m)):
        if size < 0:
            errors.value_error("eye", name, "a size of 0 or more", str(size))
    check_elements("eye", "n", n, n if m is None else m)
    return n, m, dtype, device


# In place -------------------------------------------------------------------------------------------------------


@operator(inplace="only")
def fill(xp, input: Array, value: Operand):
    """Set all elements, in place.

    Args:
        input: Tensor to write.
        value: a number, or a Tensor without dimensions.

    Returns:
        ``input``.

    Raises:
        ShapeError: ``value`` has dimensions.
        ValueError: ``value`` is a number that ``input``'s dtype does not hold.

    Example:
        >>> ft.zeros(2).fill_(3).tolist()
        [3.0, 3.0]
    """
    result = xp.empty_like(input)
    result[...] = value
    return result


@fill.inplace_with
def _(xp, input, value):
    input[...] = value


@fill.check
def _(input, value):
    if getattr(value, "ndim", 0):
        errors.shape_error(
            "fill", "value", "a number or a Tensor without dimensions", f"shape {tuple(value.shape)}", "use copy_()"
        )


@operator(inplace="only")
def zero(xp, input: Array):
    """Set all elements to 0, in place.

    Args:
        input: Tensor to write.

    Returns:
        ``input``.

    Example:
        >>> ft.ones(2).zero_().tolist()
        [0.0, 0.0]
    """
    return xp.zeros_like(input)


@zero.inplace_with
def _(xp, input):
    input[...] = 0


@operator(inplace="only")
def copy(xp, input: Array, other: Array, non_blocking: Bool = False):
    """Set all elements to those of another Tensor, in place, converted to ``input``'s dtype.

    Args:
        input: Tensor to write.
        other: Tensor whose shape broadcasts to ``input``'s, on any device.
        non_blocking: whether a copy from page-locked memory to a CUDA device may go on while the program does: see
            :meth:`Tensor.to`.

    Returns:
        ``input``.

    Raises:
        ShapeError: ``other`` does not broadcast to ``input``.
        DTypeError: ``other`` is complex and ``input`` is not.

    Example:
        >>> ft.zeros(2).copy_(ft.tensor([1, 2])).tolist()
        [1.0, 2.0]
    """
    result = xp.empty_like(input)
    result[...] = other.astype(input.dtype)
    return result


@copy.inplace_with
def _(xp, input, other, non_blocking):
    input[...] = apart(xp, input, other).astype(input.dtype, copy=False)


@copy.check
def _(input, other, non_blocking):
    if not expands_to(other.shape, input.shape):
        errors.shape_error(
            "copy", "other", f"a shape that broadcasts to input's {tuple(input.shape)}", str(tuple(other.shape))
        )
