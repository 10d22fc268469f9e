"""Dropout in its forms: what is dropped, what is kept, and the gradients of both."""

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable

CHANNELS = [("dropout1d", 3), ("dropout2d", 4), ("dropout3d", 5)]


@pytest.fixture(autouse=True)
def seed():
    """The same draws every time."""
    ft.manual_seed(0)


@pytest.mark.parametrize(("name", "ndim"), CHANNELS)
def test_channels_are_dropped_whole(name, ndim):
    """Each channel is dropped or kept and scaled, as a whole, with and without a batch; its gradient the same."""
    x = Variable(ft.ones(8, 100, *(3,) * (ndim - 2)), requires_grad=True)
    y = getattr(F, name)(x, 0.25)
    rows = y.detach().reshape(800, -1).numpy()
    assert (rows == rows[:, :1]).all()
    assert set(rows[:, 0].tolist()) == {0.0, np.float32(1 / 0.75).item()}
    assert abs((rows[:, 0] == 0).mean() - 0.25) < 0.05
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
    single = getattr(F, name)(ft.ones(100, *(3,) * (ndim - 2)), 0.5).reshape(100, -1).numpy()
    assert (single == single[:, :1]).all()
    assert 0 < (single[:, 0] == 0).sum() < 100


@pytest.mark.parametrize(("name", "ndim"), CHANNELS)
def test_channels_need_their_dimensions(name, ndim):
    """Another number of dimensions is refused."""
    with pytest.raises(
        ft.ShapeError, match=rf"^{name}\(\): argument 'input': expected {ndim - 1} or {ndim} dimensions"
    ):
        getattr(F, name)(ft.ones((2,) * (ndim + 1)))


@pytest.mark.parametrize("p", [0.1, 0.5])
@pytest.mark.parametrize("name", ["alpha_dropout", "feature_alpha_dropout"])
def test_mean_and_variance_stay(name, p):
    """Of standard normal numbers the alpha dropouts leave mean 0 and variance 1."""
    x = ft.randn(500, 200)
    y = getattr(F, name)(x, p, training=True)
    assert abs(y.mean().item()) < 0.03
    assert abs(y.var().item() - 1) < 0.05


def test_alpha_dropout_of_known_numbers():
    """Dropped elements all have one value, kept ones lie on a line; the gradient is its slope, or 0."""
    p, lowest = 0.3, -1.7580993408473766
    scale = ((1 - p) * (1 + p * lowest**2)) ** -0.5
    x = Variable(ft.linspace(-2, 2, 1000), requires_grad=True)
    y = F.alpha_dropout(x, p, training=True)
    y.sum().backward()
    kept = x.grad.numpy() != 0
    assert abs(kept.mean() - 0.7) < 0.05
    np.testing.assert_allclose(x.grad.numpy()[kept], scale, rtol=1e-5)
    plain, given = y.detach().numpy(), x.detach().numpy()
    np.testing.assert_allclose(plain[kept], scale * given[kept] - scale * lowest * p, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(plain[~kept], scale * lowest * (1 - p), rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("Dropout1d", (2, 3, 4)), ("Dropout2d", (2, 3, 4, 5)), ("Dropout3d", (2, 3, 4, 5, 6)), ("AlphaDropout", (7,)),
        ("FeatureAlphaDropout", (2, 3, 4)),
    ],
)  # fmt: skip
def test_layers(name, shape):
    """Layers do nothing after eval() or with p=0, give zeros with p=1, and change the input where asked to."""
    x = ft.randn(*shape)
    assert getattr(nn, name)().eval()(x) is x
    assert getattr(nn, name)(0)(x) is x
    assert getattr(nn, name)(1)(x).abs().sum().item() == 0
    assert getattr(nn, name)(0.5, inplace=True)(x) is x
    assert repr(getattr(nn, name)()) == f"{name}(p=0.5, inplace=False)"
    with pytest.raises(ValueError, match=rf"^{name}\(\): argument 'p': expected a probability in \[0, 1\], got 2$"):
        getattr(nn, name)(2)


def test_gradients_of_dropout_are_drawn_again():
    """Nothing but seed and offset is kept: whatever is drawn meanwhile, backward drops the same elements."""
    x = Variable(ft.ones(1000), requires_grad=True)
    y = F.dropout(x, 0.5)
    F.dropout(ft.ones(10), 0.5)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
