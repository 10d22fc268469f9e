"""Discrete Fourier transforms, with the names of ``torch.fft``.

Float32 and complex64 are transformed in single precision, float64 and complex128 in double; integers become the default
float. ``norm`` says where sums are divided by the number n of elements: ``"backward"``, the default, in the inverse
transform, ``"forward"`` in the other one, ``"ortho"`` by the root of n in both. All are linear, and differentiable.

>>> ft.fft.fft(ft.tensor([1.0, 0.0, 0.0, 0.0])).tolist()
[(1+0j), (1+0j), (1+0j), (1+0j)]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import errors, ops
from ._composed import called
from ._core.tensor import Tensor
from ._out import takes_out

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]


# What is shared -------------------------------------------------------------------------------------------------


def _dim(operation: str, x: Tensor, dim: int) -> int:
    if not isinstance(dim, int) or not -x.ndim <= dim < x.ndim:
        errors.index_error(operation, "dim", f"a dimension in [{-x.ndim}, {x.ndim - 1}]", str(dim))
    return dim % x.ndim


def _resized(operation: str, x: Tensor, n: int | None, dim: int) -> Tensor:
    """The first ``n`` elements along a dimension, with zeros behind them where there are fewer."""
    if n is None:
        return x
    if not isinstance(n, int) or n < 1:
        errors.value_error(operation, "n", "1 or more", str(n))
    have = x.shape[dim]
    if n < have:
        return ops.narrow(x, dim, 0, n)
    if n > have:
        shape = [n - have if d == dim else size for d, size in enumerate(x.shape)]
        return ops.cat([x, ops.zeros(shape, dtype=x.dtype, device=x.device)], dim)
    return x


def _scale(operation: str, norm: str | None, count: int, inverse: bool) -> float:
    if norm not in (None, "backward", "forward", "ortho"):
        errors.value_error(operation, "norm", "'backward', 'ortho' or 'forward'", repr(norm))
    if norm == "ortho":
        return 1 / math.sqrt(count or 1)
    return 1 / (count or 1) if inverse != (norm == "forward") else 1.0


def _places(operation: str, x: Tensor, s: Sequence[int] | None, dim: Any) -> tuple[list[int], list[int | None]]:
    """The dimensions and the sizes they get."""
    if isinstance(dim, int):
        dim = (dim,)
    if isinstance(s, int):
        s = (s,)
    if dim is None:
        count = x.ndim if s is None else len(s)
        if count > x.ndim:
            errors.shape_error(operation, "s", f"at most {x.ndim} sizes", str(tuple(s or ())))
        dim = range(x.ndim - count, x.ndim)
    dims = [_dim(operation, x, d) for d in dim]
    if len(set(dims)) != len(dims):
        errors.value_error(operation, "dim", "different dimensions", str(tuple(dims)))
    sizes: list[int | None] = [None] * len(dims) if s is None else [None if n == -1 else n for n in s]
    if len(sizes) != len(dims):
        errors.value_error(operation, "s", f"{len(dims)} sizes", str(tuple(s or ())))
    return dims, sizes


def _c2c(operation: str, x: Tensor, s: Any, dim: Any, norm: str | None, inverse: bool) -> Tensor:
    dims, sizes = _places(operation, x, s, dim)
    for d, n in zip(dims, sizes, strict=True):
        x = _resized(operation, x, n, d)
    scale = _scale(operation, norm, math.prod(x.shape[d] for d in dims), inverse)
    return called(operation, ops.fft_c2c, x, tuple(dims), not inverse, scale)


def _r2c(operation: str, x: Tensor, s: Any, dim: Any, norm: str | None) -> Tensor:
    dims, sizes = _places(operation, x, s, dim)
    if not dims:
        errors.value_error(operation, "dim", "at least one dimension", "none")
    for d, n in zip(dims, sizes, strict=True):
        x = _resized(operation, x, n, d)
    scale = _scale(operation, norm, math.prod(x.shape[d] for d in dims), False)
    half = called(operation, ops.fft_r2c, x, dims[-1], scale)
    return called(operation, ops.fft_c2c, half, tuple(dims[:-1]), True, 1.0) if dims[1:] else half


def _c2r(operation: str, x: Tensor, s: Any, dim: Any, norm: str | None, inverse: bool = True) -> Tensor:
    dims, sizes = _places(operation, x, s, dim)
    if not dims:
        errors.value_error(operation, "dim", "at least one dimension", "none")
    last = sizes[-1]
    n = 2 * (x.shape[dims[-1]] - 1) if last is None else last
    if not isinstance(n, int) or n < 1:
        errors.value_error(operation, "n", "1 or more", str(n))
    for d, size in zip(dims[:-1], sizes[:-1], strict=True):
        x = _resized(operation, x, size, d)
    x = _resized(operation, x, n // 2 + 1, dims[-1])
    scale = _scale(operation, norm, n * math.prod(x.shape[d] for d in dims[:-1]), inverse)
    if dims[1:]:
        x = called(operation, ops.fft_c2c, x, tuple(dims[:-1]), False, 1.0)
    return called(operation, ops.fft_c2r, x, dims[-1], n, scale)


# One dimension --------------------------------------------------------------------------------------------------


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
    return _c2c("fft", input, None if n is None else (n,), (dim,), norm, False)


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
    return _c2c("ifft", input, None if n is None else (n,), (dim,), norm, True)


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
    return _r2c("rfft", input, None if n is None else (n,), (dim,), norm)


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
    return _c2r("irfft", input, None if n is None else (n,), (dim,), norm)


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
    return _c2r("hfft", ops.conj_physical(input), None if n is None else (n,), (dim,), norm, inverse=False)


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
    place = _dim("ihfft", input, dim)
    x = _resized("ihfft", input, n, place)
    scale = _scale("ihfft", norm, x.shape[place], True)
    return ops.conj_physical(called("ihfft", ops.fft_r2c, x, place, scale))


# Several dimensions ---------------------------------------------------------------------------------------------


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
    return _c2c("fftn", input, s, dim, norm, False)


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
    return _c2c("ifftn", input, s, dim, norm, True)


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
    return _r2c("rfftn", input, s, dim, norm)


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
    return _c2r("irfftn", input, s, dim, norm)


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
    return _c2c("fft2", input, s, dim, norm, False)


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
    return _c2c("ifft2", input, s, dim, norm, True)


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
    return _r2c("rfft2", input, s, dim, norm)


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
    return _c2r("irfft2", input, s, dim, norm)


# Frequencies and their order ------------------------------------------------------------------------------------


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
    dims, _ = _places(operation, x, None, dim)
    return ops.roll(x, tuple(by(x.shape[d]) for d in dims), tuple(dims)) if dims else ops.clone(x)
