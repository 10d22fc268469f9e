"""Transforms along several dimensions."""

from __future__ import annotations

from typing import Any

from .._core.tensor import Tensor
from .._out import takes_out
from ._common import c2c, c2r, r2c


@takes_out
def fftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The discrete Fourier transform over several dimensions.

    Args:
        input: real or complex Tensor.
        s: sizes to cut ``input`` to, or to fill it up to with zeros; -1 leaves one as it is.
        dim: the dimensions; by default all, or the last ``len(s)``.
        norm: ``"backward"``, ``"ortho"`` or ``"forward"``.
        out: Tensor to write the result to.

    Returns:
        complex Tensor.

    Raises:
        ShapeError: there are no elements.
        ValueError: sizes and dimensions do not fit, or another ``norm``.

    Example:
        >>> ft.fft.fftn(ft.ones(2, 2)).tolist()
        [[(4+0j), 0j], [0j, 0j]]
    """
    return c2c("fftn", input, s, dim, norm, False)


@takes_out
def ifftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The inverse of :func:`fftn`.

    Args:
        input, s, dim, norm: as for :func:`fftn`.
        out: Tensor to write the result to.

    Returns:
        complex Tensor.

    Example:
        >>> ft.fft.ifftn(ft.ones(2, 2)).tolist()
        [[(1+0j), 0j], [0j, 0j]]
    """
    return c2c("ifftn", input, s, dim, norm, True)


@takes_out
def rfftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The transform of real numbers over several dimensions: half of the last one, the other being its conjugate.

    Args:
        input: real Tensor.
        s, dim, norm: as for :func:`fftn`.
        out: Tensor to write the result to.

    Returns:
        complex Tensor.

    Example:
        >>> ft.fft.rfftn(ft.ones(2, 2)).tolist()
        [[(4+0j), 0j], [0j, 0j]]
    """
    return r2c("rfftn", input, s, dim, norm)


@takes_out
def irfftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The inverse of :func:`rfftn`.

    Args:
        input: half of a transform.
        s: sizes of the result; by default the last one is twice ``input``'s less 2.
        dim, norm: as for :func:`fftn`.
        out: Tensor to write the result to.

    Returns:
        real Tensor.

    Example:
        >>> ft.fft.irfftn(ft.ones(2, 2)).tolist()
        [[1.0, 0.0], [0.0, 0.0]]
    """
    return c2r("irfftn", input, s, dim, norm)


@takes_out
def fft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """:func:`fftn` over two dimensions.

    Args:
        input, s, dim, norm: as for :func:`fftn`.
        out: Tensor to write the result to.

    Returns:
        complex Tensor.

    Example:
        >>> ft.fft.fft2(ft.ones(3, 2, 2)).shape
        (3, 2, 2)
    """
    return c2c("fft2", input, s, dim, norm, False)


@takes_out
def ifft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """:func:`ifftn` over two dimensions.

    Args:
        input, s, dim, norm: as for :func:`fftn`.
        out: Tensor to write the result to.

    Returns:
        complex Tensor.

    Example:
        >>> ft.fft.ifft2(ft.ones(3, 2, 2)).shape
        (3, 2, 2)
    """
    return c2c("ifft2", input, s, dim, norm, True)


@takes_out
def rfft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """:func:`rfftn` over two dimensions.

    Args:
        input, s, dim, norm: as for :func:`rfftn`.
        out: Tensor to write the result to.

    Returns:
        complex Tensor.

    Example:
        >>> ft.fft.rfft2(ft.ones(3, 2, 4)).shape
        (3, 2, 3)
    """
    return r2c("rfft2", input, s, dim, norm)


@takes_out
def irfft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """:func:`irfftn` over two dimensions.

    Args:
        input, s, dim, norm: as for :func:`irfftn`.
        out: Tensor to write the result to.

    Returns:
        real Tensor.

    Example:
        >>> ft.fft.irfft2(ft.ones(3, 2, 3)).shape
        (3, 2, 4)
    """
    return c2r("irfft2", input, s, dim, norm)
