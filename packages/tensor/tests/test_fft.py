"""Fourier transforms against NumPy, short-time ones against their definition."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import fft
from flambeau.tensor.testing import assert_close

TOLERANCE = {"f": 1e-4, "F": 1e-4, "d": 1e-9, "D": 1e-9}
WIDE = {"f": "F", "F": "F", "d": "D", "D": "D"}
NARROW = {"f": "f", "F": "f", "d": "d", "D": "d"}


def numbers(char, *shape):
    random = np.random.default_rng(shape)
    x = random.standard_normal(shape)
    return (x + 1j * random.standard_normal(shape) if char in "FD" else x).astype(char)


def close(found, expected, char):
    assert_close(found, np.asarray(expected).astype(char), TOLERANCE[char], TOLERANCE[char])


@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
@pytest.mark.parametrize("n", [None, 3, 7, 8])
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
@pytest.mark.parametrize("char", "fdFD")
def test_one_dimension(name, char, n, norm):
    """Cut, filled up and as they are, in the precision of the operand."""
    if name in ("rfft", "ihfft") and char in "FD":
        return
    x = numbers(char, 2, 5, 3)
    expected = getattr(np.fft, name)(x, n, 1, norm)
    result = NARROW[char] if name in ("irfft", "hfft") else WIDE[char]
    close(getattr(fft, name)(ft.from_numpy(x), n, 1, norm), expected, result)


@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
@pytest.mark.parametrize("s, dim", [(None, None), ((4, 3), None), ((3, 6), (2, 0)), (None, (0, 2)), (None, (1,))])
@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2"])
def test_several_dimensions(name, s, dim, norm):
    """Any dimensions in any order."""
    if name.endswith("2") and dim is None:
        dim = (-2, -1)
    x = numbers("d" if name.startswith("r") else "D", 4, 3, 5)
    if dim is None and s is not None:
        axes = tuple(range(3 - len(s), 3))
    else:
        axes = dim
    expected = getattr(np.fft, name)(x, s, axes, norm)
    close(getattr(fft, name)(ft.from_numpy(x), s, dim, norm), expected, "d" if name.startswith("ir") else "D")


@pytest.mark.parametrize("n", [1, 4, 7])
def test_frequencies(n):
    close(fft.fftfreq(n, 0.5), np.fft.fftfreq(n, 0.5), "f")
    close(fft.rfftfreq(n, 0.5, dtype=ft.float64), np.fft.rfftfreq(n, 0.5), "d")
    x = np.arange(2 * n).reshape(2, n)
    for name in ("fftshift", "ifftshift"):
        for dim in (None, 1, (0, 1)):
            np.testing.assert_array_equal(getattr(fft, name)(ft.from_numpy(x), dim).numpy(),
                                          getattr(np.fft, name)(x, dim))  # fmt: skip


def test_other_dtypes():
    """Integers become the default float, floats of 16 bits are transformed in float32."""
    assert fft.fft(ft.arange(4)).dtype == ft.complex64
    assert fft.rfft(ft.ones(4).half()).dtype == ft.complex64
    assert fft.irfft(ft.ones(4).long()).dtype == ft.float32


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: fft.fft(ft.ones(3), 0), ValueError, "fft(): argument 'n': expected 1 or more, got 0"),
        (lambda: fft.fft(ft.ones(3), dim=1), IndexError,
         "fft(): argument 'dim': expected a dimension in [-1, 0], got 1"),
        (lambda: fft.fft(ft.ones(3), norm="x"), ValueError,
         "fft(): argument 'norm': expected 'backward', 'ortho' or 'forward', got 'x'"),
        (lambda: fft.fft(ft.ones(0)), ft.ShapeError,
         "fft(): argument 'input': expected elements along dimension 0, got shape (0,)"),
        (lambda: fft.rfft(ft.tensor([1j])), ft.DTypeError, "rfft(): expected a real dtype, got complex64"),
        (lambda: fft.irfft(ft.ones(1)), ValueError, "irfft(): argument 'n': expected 1 or more, got 0"),
        (lambda: fft.fftn(ft.ones(2, 2), dim=(0, 0)), ValueError,
         "fftn(): argument 'dim': expected different dimensions, got (0, 0)"),
        (lambda: fft.fftn(ft.ones(2, 2), s=(2,), dim=(0, 1)), ValueError,
         "fftn(): argument 's': expected 2 sizes, got (2,)"),
        (lambda: fft.fftfreq(0), ValueError, "fftfreq(): argument 'n': expected 1 or more, got 0"),
        (lambda: ft.stft(ft.ones(3), 8), ft.ShapeError,
         "stft(): argument 'input': expected more than 4 samples, to reflect them, got shape (3,)"),
        (lambda: ft.stft(ft.ones(9), 8, window=ft.ones(3)), ft.ShapeError,
         "stft(): argument 'window': expected shape (8,), got (3,)"),
        (lambda: ft.stft(ft.ones(9), 8, return_complex=False), ValueError,
         "stft(): argument 'return_complex': expected True, got False; take real and imaginary parts of the result"),
        (lambda: ft.istft(ft.ones(5, 3), 8, window=ft.zeros(8)), ValueError,
         "istft(): argument 'window': expected one that covers every sample, got a sum of squares of 0 somewhere"),
        (lambda: ft.istft(ft.ones(4, 3), 8, onesided=True), ft.ShapeError,
         "istft(): argument 'input': expected 5 frequencies and some frames, got shape (4, 3)"),
    ],
)  # fmt: skip
def test_bad_arguments(call, exception, message):
    """Named, with the function that was called."""
    with pytest.raises(exception) as raised:
        call()
    assert str(raised.value) == message


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular", "constant"])
@pytest.mark.parametrize("options", [{}, {"hop_length": 3}, {"win_length": 6}, {"normalized": True}], ids=str)
def test_short_time_transform(mode, options):
    """Frame by frame, of the signal continued by NumPy; and back."""
    x = numbers("d", 2, 30)
    size = options.get("win_length", 8)
    window = np.hanning(size + 2)[1:-1]
    numpys = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "constant": "constant"}[mode]
    whole = np.pad(x, ((0, 0), (4, 4)), mode=numpys)
    before = (8 - size) // 2
    padded = np.pad(window, (before, 8 - size - before))
    hop = options.get("hop_length", 2)
    frames = [np.fft.rfft(whole[:, t : t + 8] * padded) for t in range(0, whole.shape[1] - 8 + 1, hop)]
    expected = np.stack(frames, -1) / (8**0.5 if options.get("normalized") else 1)
    found = ft.stft(ft.from_numpy(x), 8, window=ft.from_numpy(window), pad_mode=mode, **options)
    close(found, expected, "D")
    close(ft.istft(found, 8, window=ft.from_numpy(window), length=29, **options), x[:, :29], "d")


def test_short_time_transform_of_complex_signals():
    """All frequencies; back to complex numbers."""
    x = numbers("D", 30)
    found = ft.from_numpy(x).stft(8)
    assert found.shape == (8, 16)
    close(found.istft(8, return_complex=True), x, "D")


def test_short_time_transform_without_centre():
    x = numbers("d", 20)
    found = ft.stft(ft.from_numpy(x), 4, hop_length=4, center=False)
    close(found, np.stack([np.fft.rfft(x[t : t + 4]) for t in range(0, 20, 4)], -1), "D")
    close(ft.istft(found, 4, hop_length=4, center=False), x, "d")


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2", "rfft2", "fftn", "irfftn"])
def test_out(name):
    """Written to, and given back; of another shape, or of a dtype that does not hold the result, refused."""
    function = getattr(ft.fft, name)
    x = ft.tensor(np.random.default_rng(0).normal(size=(4, 6)))
    x = x if name in ("rfft", "ihfft", "rfft2") else x.to(ft.complex128)
    expected = function(x)
    out = ft.empty_like(expected)
    assert function(x, out=out) is out and np.array_equal(out.numpy(), expected.numpy())
    with pytest.raises(
        ft.ShapeError, match=rf"{name}\(\): argument 'out': expected shape \(.*\), the result's, got \(2,\)"
    ):
        function(x, out=ft.empty(2))
    with pytest.raises(ft.DTypeError, match=rf"{name}\(\): argument 'out': expected a dtype that holds the result's"):
        function(x, out=ft.empty(*expected.shape, dtype=ft.int64))
