"""Frequencies and their order."""

from __future__ import annotations

from typing import Any

from .. import errors, ops
from .._core.tensor import Tensor
from ._common import places_of


def fftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The frequencies of the elements of a transform: ``[0, 1, ..., -2, -1] / (n * d)``.

    Args:
        n: how many elements.
        d: the distance between samples.
        dtype: the default float if not given.
        device: the CPU if not given.

    Returns:
        Tensor of shape (n,).

    Raises:
        ValueError: ``n`` is not positive.

    Example:
        >>> ft.fft.fftfreq(4).tolist()
        [0.0, 0.25, -0.5, -0.25]
    """
    _check_count("fftfreq", n)
    first = ops.arange(0, (n + 1) // 2, dtype="int64", device=device)
    steps = ops.cat([first, ops.arange(-(n // 2), 0, dtype="int64", device=device)], 0)
    return ops.cast(steps, "float32" if dtype is None else dtype) / (n * d)


def rfftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The frequencies of the elements of :func:`rfft`: ``[0, 1, ..., n // 2] / (n * d)``.

    Args:
        n, d, dtype, device: as for :func:`fftfreq`.

    Returns:
        Tensor of shape (n // 2 + 1,).

    Raises:
        ValueError: ``n`` is not positive.

    Example:
        >>> ft.fft.rfftfreq(4).tolist()
        [0.0, 0.25, 0.5]
    """
    _check_count("rfftfreq", n)
    steps = ops.arange(0, n // 2 + 1, dtype="int64", device=device)
    return ops.cast(steps, "float32" if dtype is None else dtype) / (n * d)


def _check_count(operation: str, n: int) -> None:
    if not isinstance(n, int) or n < 1:
        errors.value_error(operation, "n", "1 or more", str(n))


def fftshift(input: Tensor, dim: Any = None) -> Tensor:
    """Moves the frequency 0 from the beginning to the middle.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension or dimensions; all by default.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.fft.fftshift(ft.fft.fftfreq(4)).tolist()
        [-0.5, -0.25, 0.0, 0.25]
    """
    return _shifted("fftshift", input, dim, lambda n: n // 2)


def ifftshift(input: Tensor, dim: Any = None) -> Tensor:
    """The inverse of :func:`fftshift`.

    Args:
        input, dim: as for :func:`fftshift`.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.fft.ifftshift(ft.tensor([-2, -1, 0, 1])).tolist()
        [0, 1, -2, -1]
    """
    return _shifted("ifftshift", input, dim, lambda n: (n + 1) // 2)


def _shifted(operation: str, x: Tensor, dim: Any, by: Any) -> Tensor:
    dims, _ = places_of(operation, x, None, dim)
    return ops.roll(x, tuple(by(x.shape[d]) for d in dims), tuple(dims)) if dims else ops.clone(x)
