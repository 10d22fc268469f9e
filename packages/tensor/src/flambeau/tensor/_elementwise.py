"""Functions of each element that are made of operators and need no record of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import errors
from ._composed import composed

if TYPE_CHECKING:
    from . import ops
    from ._core.tensor import Tensor

# `ops` is put here by `_public`, as in `_composed`.


def _called(operation, record, *args):
    """An operator whose errors name the function that was called."""
    try:
        return record(*args)
    except Exception as error:
        errors.attribute(error, record.name, operation)
        raise


@composed(method=False)
def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """The Gaussian error linear unit: ``input`` times the probability that a standard normal variable is below it.

    Args:
        input: Tensor of any shape and floating dtype.
        approximate: ``"none"``; or ``"tanh"`` for
            ``input * (1 + tanh(sqrt(2 / pi) * (input + 0.044715 * input**3))) / 2``.

    Returns:
        Tensor like ``input``.

    Raises:
        ValueError: ``approximate`` is something else.

    Example:
        >>> ft.gelu(ft.tensor([-1000.0, 0.0, 1.0])).tolist()
        [-0.0, 0.0, 0.8413447141647339]
        >>> ft.gelu(ft.tensor([1.0]), approximate="tanh").tolist()
        [0.8411920070648193]
    """
    if approximate not in ("none", "tanh"):
        errors.value_error("gelu", "approximate", "'none' or 'tanh'", repr(approximate))
    return _called("gelu", ops.gelu_exact if approximate == "none" else ops.gelu_tanh, input)


@composed()
def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """``log(input / (1 - input))``, element by element: the inverse of :func:`sigmoid`.

    Args:
        input: Tensor of any shape; integers give the default float. Outside [0, 1] the result is nan.
        eps: move elements into [``eps``, 1 - ``eps``] first, so that the result is finite.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.logit(ft.tensor([0.0, 0.5, 1.0])).tolist()
        [-inf, 0.0, inf]
        >>> ft.logit(ft.tensor([0.0, 0.5]), eps=0.5).tolist()
        [0.0, 0.0]
    """
    inside = input if eps is None else _called("logit", ops.clamp, input, eps, 1 - eps)
    return _called("logit", ops.log_odds, inside)


@composed()
def clamp_min(input: Tensor, min: float | Tensor) -> Tensor:
    """Each element, or ``min`` where it is less; nan stays nan.

    Args:
        input: Tensor of any shape and numeric dtype.
        min: number, or Tensor whose shape broadcasts with ``input``'s.

    Returns:
        Tensor of the broadcast shape.

    Example:
        >>> ft.clamp_min(ft.tensor([-2.0, 0.5]), 0).tolist()
        [0.0, 0.5]
    """
    return _called("clamp_min", ops.maximum if hasattr(min, "dtype") else ops.clamp, input, min)


@composed()
def clamp_max(input: Tensor, max: float | Tensor) -> Tensor:
    """Each element, or ``max`` where it is greater; nan stays nan.

    Args:
        input: Tensor of any shape and numeric dtype.
        max: number, or Tensor whose shape broadcasts with ``input``'s.

    Returns:
        Tensor of the broadcast shape.

    Example:
        >>> ft.clamp_max(ft.tensor([0.5, 2.0]), 1).tolist()
        [0.5, 1.0]
    """
    if hasattr(max, "dtype"):
        return _called("clamp_max", ops.minimum, input, max)
    return _called("clamp_max", ops.clamp, input, None, max)


@composed()
def float_power(input: Tensor | float, exponent: Tensor | float) -> Tensor:
    """``input ** exponent`` in float64, element by element.

    Args:
        input: Tensor of any shape, or a number.
        exponent: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        float64 Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.float_power(ft.tensor([2, 4]), -1).tolist()
        [0.5, 0.25]
    """
    wide = [ops.cast(x, "float64") if hasattr(x, "dtype") else x for x in (input, exponent)]
    return _called("float_power", ops.pow, *wide)


@composed()
def positive(input: Tensor) -> Tensor:
    """The Tensor itself: ``+input``.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        ``input``.

    Raises:
        DTypeError: ``input`` is of bools.

    Example:
        >>> ft.positive(ft.tensor([1.0, -2.0])).tolist()
        [1.0, -2.0]
    """
    if input.dtype == "bool":
        errors.dtype_error("positive", "input", "a numeric dtype", "bool", "convert it with .long()")
    return input
