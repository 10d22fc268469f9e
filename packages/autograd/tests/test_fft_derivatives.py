"""Derivatives of Fourier transforms, by real and imaginary parts."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, gradcheck, gradgradcheck
from flambeau.tensor import fft


def leaf(*shape):
    return Variable(ft.from_numpy(np.random.default_rng(shape).standard_normal(shape)), requires_grad=True)


def parts(z):
    """A real function in which both parts matter."""
    return (z * (0.5 - 1.5j)).to("float64") if z.dtype.kind == "c" else z


REAL = {
    "fft": lambda x: fft.fft(x, 5, 0, "ortho"),
    "rfft": lambda x: fft.rfft(x, dim=0),
    "rfft of an even size": lambda x: fft.rfft(x, 6, 0),
    "ihfft": lambda x: fft.ihfft(x, dim=0),
    "irfft": lambda x: fft.irfft(x, 5, 0),
    "rfftn": lambda x: fft.rfftn(x),
    "fftshift": lambda x: fft.fftshift(x),
    "stft": lambda x: ft.stft(x.reshape(-1), 4, window=ft.ones(4, dtype=ft.float64) * 0.5),
}
COMPLEX = {
    "ifft": lambda z: fft.ifft(z, 3, 0),
    "irfft": lambda z: fft.irfft(z, dim=0),
    "irfft of an odd size": lambda z: fft.irfft(z, 5, 0),
    "hfft": lambda z: fft.hfft(z, dim=0),
    "irfftn": lambda z: fft.irfftn(z, (3, 4)),
    "fft2": lambda z: fft.fft2(z),
    "istft": lambda z: ft.istft(z[:3], 4, window=ft.ones(4, dtype=ft.float64) * 0.5),
}


@pytest.mark.parametrize("function", REAL.values(), ids=REAL)
def test_of_real_numbers(function):
    """First and second derivatives agree with finite differences."""
    x = leaf(4, 2)
    assert gradcheck(lambda x: parts(function(x)), x)
    assert gradgradcheck(lambda x: parts(function(x)), x)


@pytest.mark.parametrize("function", COMPLEX.values(), ids=COMPLEX)
def test_of_complex_numbers(function):
    """First and second derivatives agree with finite differences."""
    both = leaf(4, 2), leaf(4, 2)
    assert gradcheck(lambda x, y: parts(function(x + y * 1j)), both)
    assert gradgradcheck(lambda x, y: parts(function(x + y * 1j)), both)
