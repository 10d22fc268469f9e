"""Discrete Fourier transforms, with the names of ``torch.fft``.

Float32 and complex64 are transformed in single precision, float64 and complex128 in double; integers become the default
float. ``norm`` says where sums are divided by the number n of elements: ``"backward"``, the default, in the inverse
transform, ``"forward"`` in the other one, ``"ortho"`` by the root of n in both. All are linear, and differentiable.

>>> ft.fft.fft(ft.tensor([1.0, 0.0, 0.0, 0.0])).tolist()
[(1+0j), (1+0j), (1+0j), (1+0j)]
"""

from ._frequencies import fftfreq, fftshift, ifftshift, rfftfreq
from ._one import fft, hfft, ifft, ihfft, irfft, rfft
from ._several import fft2, fftn, ifft2, ifftn, irfft2, irfftn, rfft2, rfftn

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
