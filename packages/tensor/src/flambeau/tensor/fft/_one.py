"""Transforms along one dimension."""

from __future__ import annotations

from .. import ops
from .._composed import called, existing_dim
from .._core.tensor import Tensor
from .._out import takes_out
from ._common import c2c, c2r, r2c, resized, scale_of


@takes_out
def fft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The discrete Fourier transform along a dimension.

    .. math:: X_k = \\sum_j x_j e^{-2 \\pi i j k / n}

    Args:
        input: real or complex Tensor.
        n: size to cut ``input`` to, or to fill it up to with zeros.
        dim: the dimension.
        norm: ``"backward"``, ``"ortho"`` or ``"forward"``.
        out: Tensor to write the result to.

    Returns:
        complex Tensor.

    Raises:
        ShapeError: there are no elements.
        ValueError: ``n`` is not positive, or another ``norm``.

    Example:
        >>> ft.fft.fft(ft.tensor([1.0, 2.0])).tolist()
        [(3+0j), (-1+0j)]
    """
    return c2c("fft", input, None if n is None else (n,), (dim,), norm, False)


@takes_out
def ifft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The inverse of :func:`fft`.

    Args:
        input, n, dim, norm: as for :func:`fft`.
        out: Tensor to write the result to.

    Returns:
        complex Tensor.

    Example:
        >>> ft.fft.ifft(ft.tensor([3.0, -1.0])).tolist()
        [(1+0j), (2+0j)]
    """
    return c2c("ifft", input, None if n is None else (n,), (dim,), norm, True)


@takes_out
def rfft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The first half of the discrete Fourier transform of real numbers; the other half is its conjugate.

    Args:
        input: real Tensor.
        n, dim, norm: as for :func:`fft`.
        out: Tensor to write the result to.

    Returns:
        complex Tensor, of size ``n // 2 + 1`` in ``dim``.

    Raises:
        DTypeError: ``input`` is complex.

    Example:
        >>> ft.fft.rfft(ft.tensor([1.0, 2.0])).tolist()
        [(3+0j), (-1+0j)]
    """
    return r2c("rfft", input, None if n is None else (n,), (dim,), norm)


@takes_out
def irfft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The inverse of :func:`rfft`.

    Args:
        input: the first half of a transform.
        n: size of the result; by default twice ``input``'s less 2, which is even.
        dim, norm: as for :func:`fft`.
        out: Tensor to write the result to.

    Returns:
        real Tensor.

    Example:
        >>> ft.fft.irfft(ft.tensor([3.0, -1.0])).tolist()
        [1.0, 2.0]
    """
    return c2r("irfft", input, None if n is None else (n,), (dim,), norm)


@takes_out
def hfft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The transform of a sequence of which the other half is the conjugate: real numbers.

    Args:
        input: the first half.
        n: size of the result; by default twice ``input``'s less 2.
        dim, norm: as for :func:`fft`.
        out: Tensor to write the result to.

    Returns:
        real Tensor.

    Example:
        >>> ft.fft.hfft(ft.tensor([1.0, 2.0])).tolist()
        [3.0, -1.0]
    """
    return c2r("hfft", ops.conj_physical(input), None if n is None else (n,), (dim,), norm, inverse=False)


@takes_out
def ihfft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """The inverse of :func:`hfft`.

    Args:
        input: real Tensor.
        n, dim, norm: as for :func:`fft`.
        out: Tensor to write the result to.

    Returns:
        complex Tensor, of size ``n // 2 + 1`` in ``dim``.

    Example:
        >>> ft.fft.ihfft(ft.tensor([3.0, -1.0])).tolist()
        [(1-0j), (2-0j)]
    """
    place = existing_dim("ihfft", "dim", dim, input.ndim)
    x = resized("ihfft", input, n, place)
    scale = scale_of("ihfft", norm, x.shape[place], True)
    return ops.conj_physical(called("ihfft", ops.fft_r2c, x, place, scale))
