"""Adaptive pooling: so many windows that share images out."""

from __future__ import annotations

from typing import Any, Literal, overload

import flambeau.tensor as ft

from ._batches import batched
from ._pooling import with_places
from ._types import T

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
]


def adaptive_avg_pool1d(input: T, output_size: Any) -> T:
    """The mean of each of so many windows that share sequences out.

    Args:
        input: sequences of floats, of shape (N, C, L), or one of shape (C, L).
        output_size: how many windows there are along each dimension; None for one at each element.

    Returns:
        Tensor of shape ``(N, C, *output_size)``, or ``(C, *output_size)`` for one sequence.

    Raises:
        ShapeError: the shape does not fit, or there is nothing to share out.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.adaptive_avg_pool1d(ft.arange(5.0).reshape(1, 1, 5), (2,)).flatten().tolist()
        [1.0, 3.0]
    """
    return batched(1, input, ft.adaptive_avg_pool1d, output_size)


def adaptive_avg_pool2d(input: T, output_size: Any) -> T:
    """The mean of each of so many windows that share images out.

    Args:
        input: images of floats, of shape (N, C, H, W), or one of shape (C, H, W).
        output_size: how many windows there are along each dimension; None for one at each element.

    Returns:
        Tensor of shape ``(N, C, *output_size)``, or ``(C, *output_size)`` for one image.

    Raises:
        ShapeError: the shape does not fit, or there is nothing to share out.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.adaptive_avg_pool2d(ft.arange(5.0).reshape(1, 1, 5, 1), (2, 1)).flatten().tolist()
        [1.0, 3.0]
    """
    return batched(2, input, ft.adaptive_avg_pool2d, output_size)


def adaptive_avg_pool3d(input: T, output_size: Any) -> T:
    """The mean of each of so many windows that share volumes out.

    Args:
        input: volumes of floats, of shape (N, C, D, H, W), or one of shape (C, D, H, W).
        output_size: how many windows there are along each dimension; None for one at each element.

    Returns:
        Tensor of shape ``(N, C, *output_size)``, or ``(C, *output_size)`` for one volume.

    Raises:
        ShapeError: the shape does not fit, or there is nothing to share out.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.adaptive_avg_pool3d(ft.arange(5.0).reshape(1, 1, 5, 1, 1), (2, 1, 1)).flatten().tolist()
        [1.0, 3.0]
    """
    return batched(3, input, ft.adaptive_avg_pool3d, output_size)


@overload
def adaptive_max_pool1d(
    input: T,
    output_size: Any,
    *,
    return_indices: Literal[False] = False,
) -> T: ...
@overload
def adaptive_max_pool1d(
    input: T,
    output_size: Any,
    *,
    return_indices: Literal[True],
) -> tuple[T, T]: ...
@overload
def adaptive_max_pool1d(
    input: T,
    output_size: Any,
    *,
    return_indices: bool,
) -> T | tuple[T, T]: ...
def adaptive_max_pool1d(
    input: Any,
    output_size: Any,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each of so many windows that share sequences out.

    Args:
        input: sequences, of shape (N, C, L), or one of shape (C, L).
        output_size: how many windows there are along each dimension; None for one at each element.
        return_indices: give the places of the greatest elements too.

    Returns:
        Tensor of shape ``(N, C, *output_size)``, or ``(C, *output_size)`` for one sequence; with ``return_indices`` a
        pair of it and the places in the flattened sequences.

    Raises:
        ShapeError: the shape does not fit, or there is nothing to share out.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.adaptive_max_pool1d(ft.arange(5.0).reshape(1, 1, 5), (2,)).flatten().tolist()
        [2.0, 4.0]
    """
    both = with_places("adaptive_max_pool1d", 1, ft.adaptive_max_pool1d_with_indices, input, output_size)
    return both if return_indices else both[0]


@overload
def adaptive_max_pool2d(
    input: T,
    output_size: Any,
    *,
    return_indices: Literal[False] = False,
) -> T: ...
@overload
def adaptive_max_pool2d(
    input: T,
    output_size: Any,
    *,
    return_indices: Literal[True],
) -> tuple[T, T]: ...
@overload
def adaptive_max_pool2d(
    input: T,
    output_size: Any,
    *,
    return_indices: bool,
) -> T | tuple[T, T]: ...
def adaptive_max_pool2d(
    input: Any,
    output_size: Any,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each of so many windows that share images out.

    Args:
        input: images, of shape (N, C, H, W), or one of shape (C, H, W).
        output_size: how many windows there are along each dimension; None for one at each element.
        return_indices: give the places of the greatest elements too.

    Returns:
        Tensor of shape ``(N, C, *output_size)``, or ``(C, *output_size)`` for one image; with ``return_indices`` a
        pair of it and the places in the flattened images.

    Raises:
        ShapeError: the shape does not fit, or there is nothing to share out.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.adaptive_max_pool2d(ft.arange(5.0).reshape(1, 1, 5, 1), (2, 1)).flatten().tolist()
        [2.0, 4.0]
    """
    both = with_places("adaptive_max_pool2d", 2, ft.adaptive_max_pool2d_with_indices, input, output_size)
    return both if return_indices else both[0]


@overload
def adaptive_max_pool3d(
    input: T,
    output_size: Any,
    *,
    return_indices: Literal[False] = False,
) -> T: ...
@overload
def adaptive_max_pool3d(
    input: T,
    output_size: Any,
    *,
    return_indices: Literal[True],
) -> tuple[T, T]: ...
@overload
def adaptive_max_pool3d(
    input: T,
    output_size: Any,
    *,
    return_indices: bool,
) -> T | tuple[T, T]: ...
def adaptive_max_pool3d(
    input: Any,
    output_size: Any,
    return_indices: bool = False,
) -> Any:
    """The greatest element of each of so many windows that share volumes out.

    Args:
        input: volumes, of shape (N, C, D, H, W), or one of shape (C, D, H, W).
        output_size: how many windows there are along each dimension; None for one at each element.
        return_indices: give the places of the greatest elements too.

    Returns:
        Tensor of shape ``(N, C, *output_size)``, or ``(C, *output_size)`` for one volume; with ``return_indices`` a
        pair of it and the places in the flattened volumes.

    Raises:
        ShapeError: the shape does not fit, or there is nothing to share out.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.adaptive_max_pool3d(ft.arange(5.0).reshape(1, 1, 5, 1, 1), (2, 1, 1)).flatten().tolist()
        [2.0, 4.0]
    """
    both = with_places("adaptive_max_pool3d", 3, ft.adaptive_max_pool3d_with_indices, input, output_size)
    return both if return_indices else both[0]
