"""New Tensors in the dtype and place of another, of any shape."""

from .. import errors
from .._schema import Anything, Array, DType, Number, Shape, operator
from ._helpers import check_elements, check_number, python_number
from .like import _kind_and_place, _made_on


@operator(function=False, out=False, differentiable=False)
def new_empty(xp, input: Array, shape: Shape, *, dtype: DType = None, device: Anything = None):
    """A Tensor whose elements are not set, of another shape, in the dtype and place of this one.

    Args:
        input: Tensor that gives dtype and place.
        shape: sizes of the dimensions.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: a negative size.

    Example:
        >>> ft.zeros(2, dtype=ft.float64).new_empty(3, 1).dtype
        dtype('float64')
    """
    return _made_on(xp, device, lambda xp: xp.empty(shape, dtype=dtype))


@new_empty.check
def _(input, shape, dtype, device):
    _check_sizes("new_empty", shape)
    return input, shape, *_kind_and_place("new_empty", input, dtype, device)


@operator(function=False, out=False, differentiable=False)
def new_full(xp, input: Array, shape: Shape, fill_value: Number, *, dtype: DType = None, device: Anything = None):
    """A Tensor filled with one number, of another shape, in the dtype and place of this one.

    Args:
        input: Tensor that gives dtype and place.
        shape: sizes of the dimensions, as a tuple.
        fill_value: the number.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: a negative size, or a number that the dtype does not hold.

    Example:
        >>> ft.zeros(2).new_full((2,), 7).tolist()
        [7.0, 7.0]
    """
    return _made_on(xp, device, lambda xp: xp.full(shape, fill_value, dtype=dtype))


@new_full.check
def _(input, shape, fill_value, dtype, device):
    _check_sizes("new_full", shape)
    dtype, device = _kind_and_place("new_full", input, dtype, device)
    fill_value = python_number(fill_value)
    check_number("new_full", "fill_value", fill_value, dtype)
    return input, shape, fill_value, dtype, device


def _check_sizes(operation, shape):
    if any(n < 0 for n in shape):
        errors.value_error(operation, "shape", "sizes of 0 or more", str(shape))
    check_elements(operation, "shape", *shape)
