"""Numbers of a few digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import errors, ops
from . import called, composed

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
