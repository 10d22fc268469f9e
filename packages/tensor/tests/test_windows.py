"""Windows for spectra, by their formulas."""

import math

import flambeau.tensor as ft
import numpy as np
import pytest

FORMULAS = {
    "hann_window": lambda t: np.sin(np.pi * t) ** 2,
    "hamming_window": lambda t: 0.54 - 0.46 * np.cos(2 * np.pi * t),
    "blackman_window": lambda t: 0.42 - 0.5 * np.cos(2 * np.pi * t) + 0.08 * np.cos(4 * np.pi * t),
    "bartlett_window": lambda t: 1 - np.abs(2 * t - 1),
    "kaiser_window": lambda t: np.i0(12 * np.sqrt(1 - (2 * t - 1) ** 2)) / np.i0(12.0),
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("n", [0, 1, 2, 5, 16])
@pytest.mark.parametrize("periodic", [True, False])
def test_windows(name, n, periodic):
    """Of a period, or symmetric; one point is 1."""
    window = getattr(ft, name)(n, periodic, dtype="float64")
    expected = FORMULAS[name](np.arange(n) / max(n if periodic else n - 1, 1)) if n != 1 else np.ones(1)
    np.testing.assert_allclose(window.numpy(), expected, atol=1e-12)
    assert getattr(ft, name)(n).dtype == ft.float32 and getattr(ft, name)(n, dtype="bfloat16").shape == (n,)


@pytest.mark.parametrize("name", FORMULAS)
def test_what_windows_refuse(name):
    """Sizes and dtypes that make no sense."""
    with pytest.raises(ValueError, match=rf"{name}\(\): argument 'window_length': expected 0 or more, got -1"):
        getattr(ft, name)(-1)
    with pytest.raises(TypeError, match=rf"{name}\(\): argument 'window_length': expected int, got float"):
        getattr(ft, name)(2.5)
    with pytest.raises(ft.DTypeError, match=rf"{name}\(\): argument 'dtype': expected a floating dtype, got int64"):
        getattr(ft, name)(3, dtype="int64")


def test_parameters_of_windows():
    """Weights of the cosine, and how narrow Kaiser's is."""
    assert ft.hamming_window(3, False, 0.5, 0.25).tolist() == [0.25, 0.75, 0.25]
    edge = ft.kaiser_window(3, False, 2.0, dtype="float64")[0].item()
    assert math.isclose(edge, 1 / np.i0(2.0))
    x = ft.arange(32.0)
    assert ft.stft(x, 8, window=ft.hann_window(8)).shape == (5, 17)
