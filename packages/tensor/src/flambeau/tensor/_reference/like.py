"""New Tensors in the shape, dtype and place of another, none of whose values they take."""

from .. import _backends
from .._memory_format import inverse, memory_order
from .._schema import Anything, Array, DType, Generator, Number, operator
from ._helpers import check_floating_result, check_number, python_number
from .random import check_generator, drawn_normal, drawn_uniform

# The Tensor decides the type of the result, as in every operator; where device= is given, the kernel leaves its device.


def _made_on(xp, device, make):
    """What ``make(xp)`` makes, on another device if one is named."""
    if device is None:
        return make(xp)
    backend = _backends.by_name[device.type]
    with backend.within(device.index):
        return make(backend.xp)


def _made_like(xp, function, input, dtype, device, *value):
    """What NumPy's function of that name makes; on the same device its dimensions lie in memory as those of ``input``
    do, as is best for what is kept beside it."""
    order = memory_order(input, input.shape) if device is None else None
    shape = input.shape if order is None else tuple(input.shape[d] for d in order)
    made = _made_on(xp, device, lambda xp: getattr(xp, function)(shape, *value, dtype=dtype))
    return made if order is None else made.transpose(inverse(order))


def _kind_and_place(operation, input, dtype, device):
    """The dtype, ``input``'s if none is named; and the device named, which must be there, None for ``input``'s."""
    if device is not None:
        device = _backends.device_argument(device, operation)
        _backends.backend_of_device(device, operation)
        if device == _backends.backend_of_array(input).device_of(input):
            device = None
    return dtype or input.dtype, device


@operator(method=False, out=False, differentiable=False)
def zeros_like(xp, input: Array, *, dtype: DType = None, device: Anything = None):
    """A Tensor of zeros in the shape, dtype and place of another.

    On the same device its dimensions lie in memory in the order in which those of ``input`` do.

    Args:
        input: Tensor that gives the shape.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of ``input``'s shape.

    Example:
        >>> ft.zeros_like(ft.ones(2)).tolist()
        [0.0, 0.0]
    """
    return _made_like(xp, "zeros", input, dtype, device)


@operator(method=False, out=False, differentiable=False)
def ones_like(xp, input: Array, *, dtype: DType = None, device: Anything = None):
    """A Tensor of ones in the shape, dtype and place of another.

    On the same device its dimensions lie in memory in the order in which those of ``input`` do.

    Args:
        input: Tensor that gives the shape.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of ``input``'s shape.

    Example:
        >>> ft.ones_like(ft.zeros(2)).tolist()
        [1.0, 1.0]
    """
    return _made_like(xp, "ones", input, dtype, device)


@operator(method=False, out=False, differentiable=False)
def empty_like(xp, input: Array, *, dtype: DType = None, device: Anything = None):
    """A Tensor whose elements are not set, in the shape, dtype and place of another.

    On the same device its dimensions lie in memory in the order in which those of ``input`` do.

    Args:
        input: Tensor that gives the shape.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of ``input``'s shape.

    Example:
        >>> ft.empty_like(ft.zeros(2)).shape
        (2,)
    """
    return _made_like(xp, "empty", input, dtype, device)


def _like_check(definition):
    @definition.check
    def check(input, dtype, device):
        return input, *_kind_and_place(definition.name, input, dtype, device)


for _definition in (zeros_like, ones_like, empty_like):
    _like_check(_definition)


@operator(method=False, out=False, differentiable=False)
def full_like(xp, input: Array, fill_value: Number, *, dtype: DType = None, device: Anything = None):
    """A Tensor filled with one number, in the shape, dtype and place of another.

    On the same device its dimensions lie in memory in the order in which those of ``input`` do.

    Args:
        input: Tensor that gives the shape.
        fill_value: the number.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of ``input``'s shape.

    Raises:
        ValueError: a number that the dtype does not hold.

    Example:
        >>> ft.full_like(ft.zeros(2), 7).tolist()
        [7.0, 7.0]
    """
    return _made_like(xp, "full", input, dtype, device, fill_value)


@full_like.check
def _(input, fill_value, dtype, device):
    dtype, device = _kind_and_place("full_like", input, dtype, device)
    fill_value = python_number(fill_value)
    check_number("full_like", "fill_value", fill_value, dtype)
    return input, fill_value, dtype, device


@operator(random=True, method=False, out=False, differentiable=False)
def rand_like(xp, input: Array, *, dtype: DType = None, device: Anything = None, generator: Generator = None):
    """Random numbers, uniform in [0, 1), in the shape, dtype and place of another.

    Args:
        input: Tensor that gives the shape.
        dtype: a floating dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.
        generator: Generator to draw from; the default one if not given.

    Returns:
        Tensor of ``input``'s shape.

    Raises:
        DTypeError: the dtype is not a floating one.

    Example:
        >>> ft.rand_like(ft.zeros(2, 3)).shape
        (2, 3)
    """
    return _made_on(xp, device, lambda xp: drawn_uniform(xp, input.shape, generator, dtype))


@operator(random=True, method=False, out=False, differentiable=False)
def randn_like(xp, input: Array, *, dtype: DType = None, device: Anything = None, generator: Generator = None):
    """Random numbers from the standard normal distribution, in the shape, dtype and place of another.

    Args:
        input: Tensor that gives the shape.
        dtype: a floating dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.
        generator: Generator to draw from; the default one if not given.

    Returns:
        Tensor of ``input``'s shape.

    Raises:
        DTypeError: the dtype is not a floating one.

    Example:
        >>> ft.randn_like(ft.zeros(2, 3)).shape
        (2, 3)
    """
    return _made_on(xp, device, lambda xp: drawn_normal(xp, input.shape, generator, dtype))


def _draw_check(definition):
    @definition.check
    def check(input, dtype, device, generator):
        check_generator(definition.name, generator)
        dtype, device = _kind_and_place(definition.name, input, dtype, device)
        check_floating_result(definition.name, dtype)
        return input, dtype, device, generator


for _definition in (rand_like, randn_like):
    _draw_check(_definition)
