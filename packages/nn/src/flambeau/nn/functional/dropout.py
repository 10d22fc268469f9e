"""Dropout."""

from __future__ import annotations

from flambeau.tensor import Generator, default_generator, errors, ops

from ._types import T

__all__ = ["dropout"]


def dropout(
    input: T, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> T:
    """Zeros in place of elements chosen at random with probability ``p``; the rest scaled by ``1 / (1 - p)``.

    Args:
        input: Tensor of floats.
        p: the probability of dropping an element.
        training: drop; otherwise the result is ``input`` itself.
        inplace: write the result into ``input``.
        generator: Generator to draw from; the default one if not given.

    Returns:
        Tensor like ``input``.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> from flambeau.nn import functional as F
        >>> sorted(set(F.dropout(ft.ones(1000), 0.5).tolist()))
        [0.0, 2.0]
        >>> F.dropout(ft.ones(2), training=False).tolist()
        [1.0, 1.0]
    """
    if not 0 <= p <= 1:
        errors.value_error("dropout", "p", "a probability in [0, 1]", str(p))
    if not training or p == 0:
        return input
    seed, offset = (default_generator if generator is None else generator).reserve(input.numel())
    result: T = ops.dropout(input, p, seed, offset)
    return input.copy_(result) if inplace else result
