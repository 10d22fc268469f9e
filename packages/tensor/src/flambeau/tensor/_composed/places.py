"""Places of elements, counted through all dimensions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .. import errors, ops
from . import composed
from .shapes import _ints

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed(method=False)
def unravel_index(indices: Tensor, shape: int | tuple[int, ...]) -> tuple[Tensor, ...]:
    """Places counted through a whole Tensor, as :func:`argmax` gives them, as one index for each dimension.

    Args:
        indices: Tensor of ints.
        shape: the shape that was counted through.

    Returns:
        tuple of int64 Tensors, as many as ``shape`` has sizes: what the Tensor is indexed with.

    Raises:
        DTypeError: ``indices`` are no ints.
        IndexError: there is no such place.

    Example:
        >>> x = ft.tensor([[1.0, 5.0], [3.0, 2.0]])
        >>> [part.item() for part in ft.unravel_index(x.argmax(), x.shape)]
        [0, 1]
    """
    if not hasattr(indices, "dtype"):
        errors.type_error("unravel_index", "indices", "Tensor", type(indices).__name__)
    if indices.dtype.kind not in "iu":
        errors.dtype_error("unravel_index", "indices", "an integer dtype", indices.dtype.name)
    sizes = _ints("unravel_index", "shape", (shape,))
    if any(n < 0 for n in sizes):
        errors.value_error("unravel_index", "shape", "sizes of 0 or more", str(sizes))
    rest, last = ops.cast(indices, "int64"), math.prod(sizes) - 1
    if rest.numel() and not bool(ops.all((rest >= 0) & (rest <= last)).item()):
        errors.index_error("unravel_index", "indices", f"places in [0, {last}]", "one outside")
    parts = []
    for n in reversed(sizes):
        parts.append(rest % n if n else rest)
        rest = rest // n if n else rest
    return tuple(reversed(parts))
