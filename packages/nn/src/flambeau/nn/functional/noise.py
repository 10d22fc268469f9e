"""Functions that draw random numbers."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._types import T

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]


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
    _check_probability("dropout", p)
    if not training or p == 0:
        return input
    return _given(input, _dropped(input, p), inplace)


def _check_probability(operation: str, p: float) -> None:
    if not 0 <= p <= 1:
        errors.value_error(operation, "p", "a probability in [0, 1]", str(p))


def _dropped(input: Any, p: float) -> Any:
    """Dropout by the next numbers of the default generator; backward draws them again."""
    seed, offset = ft.random.default_generator.reserve(input.numel())
    return ft.ops.dropout(input, p, seed, offset)


def _given(input: Any, result: Any, inplace: bool) -> Any:
    return input.copy_(result) if inplace else result


def _channels(input: Tensor) -> Any:
    """0 for the channels that are dropped, ``1 / (1 - p)`` for the others, after :func:`_dropped`."""
    shape = (*input.shape[:2], *(1,) * (input.ndim - 2))
    return ft.ones(shape, dtype=input.dtype, device=input.device)


def _of_channels(operation: str, input: Any, p: float, training: bool, inplace: bool, dims: int) -> Any:
    _check_probability(operation, p)
    if input.ndim not in (dims + 1, dims + 2):
        wanted = f"{dims + 1} or {dims + 2} dimensions (C, ...) or (N, C, ...)"
        errors.shape_error(operation, "input", wanted, f"shape {tuple(input.shape)}")
    if not training or p == 0:
        return input
    whole = input if input.ndim == dims + 2 else input.unsqueeze(0)
    result = whole * _dropped(_channels(whole), p)
    return _given(input, result if input.ndim == dims + 2 else result.squeeze(0), inplace)


def dropout1d(input: T, p: float = 0.5, training: bool = True, inplace: bool = False) -> T:
    """Zeros in place of whole channels chosen at random with probability ``p``; the rest scaled by ``1 / (1 - p)``.

    Args:
        input: Tensor of floats, of shape (N, C, L) or (C, L).
        p: the probability of dropping a channel.
        training: otherwise nothing is done.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; ``input`` itself unless ``training``, or with ``inplace``.

    Raises:
        ShapeError: ``input`` has another number of dimensions.
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn.functional as F
        >>> y = F.dropout1d(ft.ones(1, 100, 2), p=0.75)
        >>> sorted(set(y.reshape(100, 2).sum(1).tolist()))
        [0.0, 8.0]
    """
    return _of_channels("dropout1d", input, p, training, inplace, 1)


def dropout2d(input: T, p: float = 0.5, training: bool = True, inplace: bool = False) -> T:
    """Zeros in place of whole channels chosen at random with probability ``p``; the rest scaled by ``1 / (1 - p)``.

    Args:
        input: Tensor of floats, of shape (N, C, H, W) or (C, H, W).
        p: the probability of dropping a channel.
        training: otherwise nothing is done.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; ``input`` itself unless ``training``, or with ``inplace``.

    Raises:
        ShapeError: ``input`` has another number of dimensions.
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn.functional as F
        >>> y = F.dropout2d(ft.ones(1, 100, 2, 2), p=0.75)
        >>> sorted(set(y.reshape(100, 4).sum(1).tolist()))
        [0.0, 16.0]
    """
    return _of_channels("dropout2d", input, p, training, inplace, 2)


def dropout3d(input: T, p: float = 0.5, training: bool = True, inplace: bool = False) -> T:
    """Zeros in place of whole channels chosen at random with probability ``p``; the rest scaled by ``1 / (1 - p)``.

    Args:
        input: Tensor of floats, of shape (N, C, D, H, W) or (C, D, H, W).
        p: the probability of dropping a channel.
        training: otherwise nothing is done.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; ``input`` itself unless ``training``, or with ``inplace``.

    Raises:
        ShapeError: ``input`` has another number of dimensions.
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn.functional as F
        >>> y = F.dropout3d(ft.ones(1, 100, 2, 2, 2), p=0.75)
        >>> sorted(set(y.reshape(100, 8).sum(1).tolist()))
        [0.0, 32.0]
    """
    return _of_channels("dropout3d", input, p, training, inplace, 3)


# The value that SELU gives far below zero: minus its scale times alpha.
_LOWEST = -1.7580993408473766


def _alpha(operation: str, input: Any, p: float, training: bool, inplace: bool, whole_channels: bool) -> Any:
    _check_probability(operation, p)
    if not training or p == 0:
        return input
    if p == 1:
        return _given(input, input * 0, inplace)
    # x where it is kept, the lowest value where it is dropped; then mean 0 and variance 1 again.
    scale = ((1 - p) * (1 + p * _LOWEST**2)) ** -0.5
    above = input - _LOWEST
    kept = above * _dropped(_channels(input), p) if whole_channels else _dropped(above, p)
    return _given(input, kept * ((1 - p) * scale) + scale * _LOWEST * (1 - p), inplace)


def alpha_dropout(input: T, p: float = 0.5, training: bool = False, inplace: bool = False) -> T:
    """Elements chosen at random with probability ``p`` become the lowest value of :func:`selu`.

    The result is then scaled and shifted, so that a mean of 0 and a variance of 1 stay what they are (Klambauer et al.
    2017, "Self-Normalizing Neural Networks").

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
        >>> len(set(F.alpha_dropout(ft.zeros(100), p=0.5, training=True).tolist()))
        2
    """
    return _alpha("alpha_dropout", input, p, training, inplace, False)


def feature_alpha_dropout(input: T, p: float = 0.5, training: bool = False, inplace: bool = False) -> T:
    """:func:`alpha_dropout` of whole channels.

    Args:
        input: Tensor of floats, of shape (N, C, ...).
        p: the probability of dropping a channel.
        training: otherwise nothing is done.
        inplace: change ``input`` itself.

    Returns:
        Tensor like ``input``; ``input`` itself unless ``training``, or with ``inplace``.

    Raises:
        ShapeError: ``input`` has less than 2 dimensions.
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn.functional as F
        >>> y = F.feature_alpha_dropout(ft.zeros(2, 50, 4), training=True)
        >>> bool((y == y[:, :, :1]).all()), len(set(y.reshape(400).tolist()))
        (True, 2)
    """
    if input.ndim < 2:
        got = f"shape {tuple(input.shape)}"
        errors.shape_error("feature_alpha_dropout", "input", "at least 2 dimensions (N, C, ...)", got)
    return _alpha("feature_alpha_dropout", input, p, training, inplace, True)
