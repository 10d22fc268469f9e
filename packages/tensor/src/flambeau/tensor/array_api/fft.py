"""Discrete Fourier transforms: see :mod:`flambeau.tensor.fft`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flambeau.tensor as ft

Array = ft.Tensor


def _along_one(name: str) -> Callable[..., Array]:
    def function(x: Array, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
        return getattr(ft.fft, name)(x, n, axis, norm)

    return _named(function, name)


def _along_some(name: str) -> Callable[..., Array]:
    def function(x: Array, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Array:
        return getattr(ft.fft, name)(x, s, axes, norm)

    return _named(function, name)


def _shifted(name: str) -> Callable[..., Array]:
    def function(x: Array, /, *, axes: Any = None) -> Array:
        return getattr(ft.fft, name)(x, axes)

    return _named(function, name)


def _frequencies(name: str) -> Callable[..., Array]:
    def function(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Array:
        return getattr(ft.fft, name)(n, d, dtype=dtype, device=device)

    return _named(function, name)


def _named(function: Callable[..., Array], name: str) -> Callable[..., Array]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"See :func:`flambeau.tensor.fft.{name}`."
    return function


fft, ifft, rfft, irfft, hfft, ihfft = map(_along_one, ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"))
fftn, ifftn, rfftn, irfftn = map(_along_some, ("fftn", "ifftn", "rfftn", "irfftn"))
fftfreq, rfftfreq = map(_frequencies, ("fftfreq", "rfftfreq"))
fftshift, ifftshift = map(_shifted, ("fftshift", "ifftshift"))

__all__ = [
    "fft", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifftn", "ifftshift", "ihfft", "irfft", "irfftn", "rfft",
    "rfftfreq", "rfftn",
]  # fmt: skip
