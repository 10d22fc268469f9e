"""Numbers of a few digits, and whole quotients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import called, composed, renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed(inplace=True)
def round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:
    """The nearest integer to each element, or the nearest number of so many decimals; halves go to the even one.

    With decimals it is ``round(input * 10**decimals) / 10**decimals``, so that large numbers may overflow on the way.

    Args:
        input: Tensor of any shape and numeric dtype.
        decimals: how many; negative for tens, hundreds and so on.
        out: Tensor to write the result to.

    Returns:
        Tensor like ``input``; integers stay as they are.

    Raises:
        DTypeError: ``decimals`` of integers.

    Example:
        >>> ft.round(ft.tensor([0.5, 1.5, -2.6])).tolist()
        [0.0, 2.0, -3.0]
        >>> ft.round(ft.tensor([1.25, 3.14159], dtype=ft.float64), decimals=1).tolist()
        [1.2, 3.1]
    """
    if decimals == 0:
        return ops.round(input, out=out)
    if isinstance(decimals, bool) or not isinstance(decimals, int):
        errors.type_error("round", "decimals", "int", type(decimals).__name__)
    if hasattr(input, "dtype") and input.dtype.kind in "biu":
        errors.dtype_error("round", "input", "a floating dtype, to round to decimals", input.dtype.name)
    scale = 10.0 ** abs(decimals)
    if decimals > 0:
        return ops.div(called("round", ops.round, input * scale), scale, out=out)
    return ops.mul(called("round", ops.round, input / scale), scale, out=out)


def divided(input: Any, other: Any, mode: Any, out: Tensor | None) -> Tensor:
    """``input / other``, rounded as :func:`div` says."""
    if mode not in ("floor", "trunc"):
        errors.value_error("div", "rounding_mode", "None, 'floor' or 'trunc'", repr(mode))
    with renamed("div", "floor_divide"):
        if mode == "floor":
            return ops.floor_divide(input, other, out=out)
        quotient = ops.floor_divide(input, other)
    if quotient.dtype.kind not in "iu":
        return ops.trunc(ops.div(input, other), out=out)
    # Below 0 that is one less, unless nothing is left over. Integers divided by zero give 0.
    left = ops.ne(ops.mul(quotient, other), input)
    unlike = ops.ne(ops.lt(input, 0), ops.lt(other, 0)) & ops.ne(other, 0)
    return ops.add(quotient, ops.cast(left & unlike, quotient.dtype), out=out)
