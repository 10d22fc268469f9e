"""Methods whose arguments come in another order than those of the function of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import ops
from .._composed import called, composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed(function=False)
def where(input: Tensor, condition: Tensor, other: Tensor | float) -> Tensor:
    """The elements where ``condition`` is true, those of ``other`` elsewhere: ``ft.where(condition, input, other)``.

    Args:
        condition: bool Tensor; all shapes broadcast.
        other: Tensor or number to take where it is false.

    Example:
        >>> x = ft.tensor([1.0, -2.0])
        >>> x.where(x > 0, 0).tolist()
        [1.0, 0.0]
    """
    return ops.where(condition, input, other)


@composed(function=False, inplace=True)
def polygamma(input: Tensor, n: int) -> Tensor:
    """The ``n``-th derivative of :func:`digamma` of each element.

    Args:
        n: how often to differentiate, 0 to 100.

    Example:
        >>> round(ft.tensor([1.0]).polygamma(1).item(), 5)
        1.64493
    """
    return called("polygamma", ops.polygamma_of, input, n)
