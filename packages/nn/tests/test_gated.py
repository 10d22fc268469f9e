"""Gates and draws without an oracle: randomness, and mistakes."""

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable


def test_random_slopes():
    """In training each negative element of RReLU has a slope of its own in the interval, and that is its gradient."""
    ft.manual_seed(0)
    x = Variable(ft.full((1000,), -1.0), requires_grad=True)
    y = nn.RReLU(0.25, 0.75)(x)
    y.sum().backward()
    slopes = -y.detach().numpy()
    assert slopes.min() >= 0.25
    assert slopes.max() <= 0.75
    assert abs(slopes.mean() - 0.5) < 0.05
    np.testing.assert_array_equal(x.grad.numpy(), slopes)
    assert F.rrelu(ft.tensor([2.0]), training=True).tolist() == [2.0]


@pytest.mark.parametrize("hard", [True, False])
@pytest.mark.parametrize("dim", [0, -1])
def test_gumbel_softmax(hard, dim):
    """Choices add up to 1 along the dimension, and occur as often as they are probable."""
    ft.manual_seed(0)
    chances = ft.tensor([0.7, 0.2, 0.1])
    logits = ft.log(chances).reshape((3, 1) if dim == 0 else (1, 3)) + ft.zeros((3, 20000) if dim == 0 else (20000, 3))
    x = Variable(logits, requires_grad=True)
    y = F.gumbel_softmax(x, tau=0.5, hard=hard, dim=dim)
    np.testing.assert_allclose(y.detach().sum(dim).numpy(), 1, rtol=1e-5)
    chosen = np.bincount(y.detach().numpy().argmax(dim), minlength=3) / 20000
    np.testing.assert_allclose(chosen, chances.numpy(), atol=0.02)
    (y * y).sum().backward()
    assert x.grad.abs().sum().item() > 0
    np.testing.assert_allclose(x.grad.sum(dim).numpy(), 0, atol=1e-4)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: F.glu(ft.zeros(3)),
            "glu(): argument 'input': expected an even size in the dimension that is halved, got shape (3,)",
        ),
        (
            lambda: F.prelu(ft.zeros(2, 3), ft.zeros(2)),
            "prelu(): argument 'weight': expected shape (3,), one element a channel, or (1,), got (2,)",
        ),
        (lambda: F.rrelu(ft.zeros(1), 0.5, 0.25), "rrelu(): argument 'lower': expected at most upper's 0.25, got 0.5"),
        (lambda: nn.RReLU(0.5, 0.25), "RReLU(): argument 'lower': expected at most upper's 0.25, got 0.5"),
        (
            lambda: F.gumbel_softmax(ft.zeros(1), 0),
            "gumbel_softmax(): argument 'tau': expected a positive number, got 0",
        ),
        (
            lambda: nn.Softmax2d()(ft.zeros(2, 2)),
            "Softmax2d(): argument 'input': expected 3 or 4 dimensions (C, H, W) or (N, C, H, W), got shape (2, 2)",
        ),
    ],
)
def test_mistakes(call, text):
    """What does not fit is refused, in words."""
    with pytest.raises(ValueError) as raised:
        call()
    assert str(raised.value).startswith(text)
