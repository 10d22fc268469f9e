"""Functions that draw random numbers."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from ._types import T

__all__ = ["dropout"]


def dropout(input: T, p: float = 0.5, training: bool = True, inplace: bool = False) -> T:
    """Zeros in place of elements chosen at random with probability ``p``; the rest scaled by ``1 / (1 - p)``.

    Which elements are dropped follows from the default generator, that :func:`flambeau.tensor.manual_seed` seeds.

    Args:
        input: Tensor of floats.
        p: the probability of dropping an element.
        training: otherwise nothing is done.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; ``input`` itself unless ``training``, or with ``inplace``.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn.functional as F
        >>> sorted(set(F.dropout(ft.ones(100), p=0.75).tolist()))
        [0.0, 4.0]
    """
    if not 0 <= p <= 1:
        errors.value_error("dropout", "p", "a probability in [0, 1]", str(p))
    if not training or p == 0:
        return input
    seed, offset = ft.random.default_generator.reserve(input.numel())
    result: Any = ft.ops.dropout(input, p, seed, offset)
    return input.copy_(result) if inplace else result
