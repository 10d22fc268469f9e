"""One sequence, image or volume where operators take a batch of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.tensor import Tensor


def batched(dims: int, input: Any, function: Callable[..., Any], *args: Any) -> Any:
    """``function`` of a batch; of an input without the batch dimension, as of a batch of one."""
    if not isinstance(input, Tensor) or input.ndim != dims + 1:
        return function(input, *args)
    result = function(input.unsqueeze(0), *args)
    return tuple(part.squeeze(0) for part in result) if isinstance(result, tuple) else result.squeeze(0)
