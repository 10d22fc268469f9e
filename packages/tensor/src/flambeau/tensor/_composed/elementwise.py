"""Functions of each element that are made of operators and need no record of their own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import errors, ops
from .._core import functions
from . import called, composed, renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


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
    return called("gelu", ops.gelu_exact if approximate == "none" else ops.gelu_tanh, input)


@composed(method=False)
def where(
    condition: Tensor,
    input: Tensor | float | None = None,
    other: Tensor | float | None = None,
    *,
    out: Tensor | None = None,
) -> Any:
    """``input`` where ``condition`` is true, ``other`` elsewhere; with neither, the places where it is true.

    The method is ``input.where(condition, other)``.

    Args:
        condition: bool Tensor; alone, a Tensor of any dtype.
        input: Tensor or number to take where the condition is true; all shapes broadcast.
        other: Tensor or number to take elsewhere.
        out: Tensor to write the result to.

    Returns:
        Tensor of the broadcast shape and the promoted dtype; of the condition alone what
        ``nonzero(condition, as_tuple=True)`` gives.

    Raises:
        ShapeError: the shapes do not broadcast.
        DTypeError: ``condition`` is not of bools.
        TypeError: only one of ``input`` and ``other`` is given.

    Example:
        >>> x = ft.tensor([1.0, -2.0])
        >>> ft.where(x > 0, x, 0).tolist()
        [1.0, 0.0]
        >>> x[ft.where(x > 0)].tolist()
        [1.0]
    """
    if input is not None and other is not None:
        return ops.where(condition, input, other) if out is None else ops.where(condition, input, other, out=out)
    if input is not None or other is not None or out is not None:
        errors.type_error("where", "other" if other is None else "input", "Tensor or number", "nothing")
    from .indexing import nonzero

    return nonzero(condition, as_tuple=True)


@composed(method=False)
def rsub(input: Tensor, other: Tensor | float, *, alpha: float = 1) -> Tensor:
    """``other - alpha * input``, element by element.

    Args:
        input: Tensor of any shape and numeric dtype.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.
        alpha: number that ``input`` is multiplied by first.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.rsub(ft.tensor([1.0, 2.0]), 10).tolist()
        [9.0, 8.0]
    """
    with renamed("rsub", "sub"):
        return functions.sub(other, input, alpha=alpha)


@composed(inplace=True)
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
    inside = input if eps is None else called("logit", ops.clamp, input, eps, 1 - eps)
    return called("logit", ops.log_odds, inside)


@composed(inplace=True)
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
    return called("clamp_min", ops.maximum if hasattr(min, "dtype") else ops.clamp, input, min)


@composed(inplace=True)
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
        return called("clamp_max", ops.minimum, input, max)
    return called("clamp_max", ops.clamp, input, None, max)


@composed(inplace=True)
def float_power(input: Tensor | float, exponent: Tensor | float) -> Tensor:
    """``input ** exponent`` in float64 (complex128 of complex elements), element by element.

    Args:
        input: Tensor of any shape, or a number.
        exponent: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        float64 or complex128 Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.float_power(ft.tensor([2, 4]), -1).tolist()
        [0.5, 0.25]
    """
    wide = [
        ops.cast(x, "complex128" if x.is_complex() else "float64") if hasattr(x, "is_complex") else x
        for x in (input, exponent)
    ]
    return called("float_power", ops.pow, *wide)


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


# The gamma function ---------------------------------------------------------------------------------------------


@composed(method=False)
def polygamma(n: int, input: Tensor) -> Tensor:
    """The ``n``-th derivative of :func:`digamma` of each element; as a method it is ``input.polygamma(n)``.

    In float64 within 2e-15 of the value for positive elements.

    Args:
        n: how often to differentiate, 0 to 100.
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Raises:
        ValueError: ``n`` is out of range.

    Example:
        >>> ft.polygamma(1, ft.tensor([1.0, 0.5])).tolist()
        [1.644934058189392, 4.934802055358887]
    """
    return called("polygamma", ops.polygamma_of, input, n)


@composed(inplace=True)
def mvlgamma(input: Tensor, p: int) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension ``p``.

    It is ``p (p - 1) / 4 log(pi)`` and the sum of ``lgamma(input - j / 2)`` over j from 0 to p - 1.

    Args:
        input: Tensor of any shape, of elements above (p - 1) / 2; integers give the default float.
        p: the dimension.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Raises:
        ValueError: ``p`` is not 1 to 1000.

    Example:
        >>> ft.mvlgamma(ft.tensor([1.5, 4.0]), 2).tolist()
        [0.451582670211792, 3.5650978088378906]
    """
    if isinstance(p, bool) or not isinstance(p, int):
        errors.type_error("mvlgamma", "p", "int", type(p).__name__)
    if not 1 <= p <= 1000:
        errors.value_error("mvlgamma", "p", "1 to 1000", str(p))
    total = called("mvlgamma", ops.lgamma, input)
    for j in range(1, p):
        total = total + ops.lgamma(input - j / 2)
    return total + p * (p - 1) / 4 * math.log(math.pi)


# Complex elements -----------------------------------------------------------------------------------------------


@composed()
def conj(input: Tensor) -> Tensor:
    """Each element with its imaginary part negated; a Tensor of real elements is given back itself.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.conj(ft.tensor([1 + 2j])).tolist()
        [(1-2j)]
    """
    return ops.conj_physical(input) if _given("conj", input).is_complex() else input


@composed()
def resolve_conj(input: Tensor) -> Tensor:
    """The Tensor itself: conjugates are computed at once here, and wait for nothing.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        ``input``.

    Example:
        >>> ft.resolve_conj(ft.tensor([1 + 2j]).conj()).tolist()
        [(1-2j)]
    """
    return _given("resolve_conj", input)


@composed()
def resolve_neg(input: Tensor) -> Tensor:
    """The Tensor itself: negation is computed at once here, and waits for nothing.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        ``input``.

    Example:
        >>> ft.resolve_neg(-ft.tensor([1.0])).tolist()
        [-1.0]
    """
    return _given("resolve_neg", input)


def _given(operation, input):
    if not hasattr(input, "is_complex"):
        errors.type_error(operation, "input", "Tensor", type(input).__name__)
    return input


@composed()
def isreal(input: Tensor) -> Tensor:
    """Whether the imaginary part of each element is 0.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        bool Tensor of ``input``'s shape.

    Example:
        >>> ft.isreal(ft.tensor([1, 1j, 2 + 1j])).tolist()
        [True, False, False]
    """
    if _given("isreal", input).is_complex():
        return ops.eq(ops.imag(input), 0)
    return ops.ones_like(input, dtype="bool")
