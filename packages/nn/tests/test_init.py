"""Initial values: bounds, moments, what is refused."""

import math

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau.nn import init


@pytest.mark.parametrize(
    ("fill", "bound"),
    [
        (lambda w: init.uniform_(w, -2, 2), 2.0),
        (lambda w: init.kaiming_uniform_(w), math.sqrt(6 / 72)),
        (lambda w: init.kaiming_uniform_(w, a=math.sqrt(5)), 1 / math.sqrt(72)),
        (lambda w: init.kaiming_uniform_(w, mode="fan_out", nonlinearity="tanh"), 5 / 3 * math.sqrt(3 / 144)),
        (lambda w: init.kaiming_uniform_(w, nonlinearity="relu"), math.sqrt(6 / 72)),
        (lambda w: init.xavier_uniform_(w, gain=2), 2 * math.sqrt(6 / (72 + 144))),
    ],
)
def test_uniform_bounds(fill, bound):
    """Numbers fill the whole range and no more."""
    w = nn.Parameter(ft.empty(16, 8, 3, 3))
    assert fill(w) is w
    assert bound * 0.98 < w.max().item() < bound
    assert -bound <= w.min().item() < -0.98 * bound
    assert abs(w.mean().item()) < 0.1 * bound
    assert w.is_leaf


def test_normal():
    """Mean and deviation are those asked for."""
    w = init.normal_(ft.empty(10_000), mean=3, std=2)
    assert abs(w.mean().item() - 3) < 0.1
    assert abs(w.std().item() - 2) < 0.1


def test_constants():
    """zeros_ and ones_ fill Parameters without being recorded."""
    w = nn.Parameter(ft.empty(2))
    assert init.ones_(w).tolist() == [1.0, 1.0]
    assert init.zeros_(w).tolist() == [0.0, 0.0]
    assert w.is_leaf
    assert w.requires_grad


def test_generators():
    """One seed gives the same numbers, from the generator given or from the default one."""
    for fill in (init.uniform_, init.normal_, init.kaiming_uniform_, init.xavier_uniform_):
        first = fill(ft.empty(3, 3), generator=ft.Generator(1))
        ft.manual_seed(1)
        assert fill(ft.empty(3, 3)).tolist() == first.tolist()


def test_layers_start_the_same_from_one_seed():
    """manual_seed decides what layers start with."""
    made = []
    for _ in range(2):
        ft.manual_seed(5)
        made.append(nn.Conv2d(2, 3, 3).weight.tolist())
    assert made[0] == made[1]


def test_empty_layers():
    """A layer without inputs has nothing to draw and no division by zero."""
    assert nn.Linear(0, 2).bias.shape == (2,)


@pytest.mark.parametrize(
    ("fill", "text"),
    [
        (
            lambda: init.kaiming_uniform_(ft.empty(3)),
            "kaiming_uniform_(): argument 'tensor': expected at least 2 dimensions (outputs, inputs, ...), "
            "got shape (3,)",
        ),
        (
            lambda: init.xavier_uniform_(ft.empty(3)),
            "xavier_uniform_(): argument 'tensor': expected at least 2 dimensions (outputs, inputs, ...), "
            "got shape (3,)",
        ),
        (
            lambda: init.kaiming_uniform_(ft.empty(3, 3), mode="fan"),
            "kaiming_uniform_(): argument 'mode': expected 'fan_in' or 'fan_out', got 'fan'",
        ),
        (
            lambda: init.calculate_gain("swish"),
            "calculate_gain(): argument 'nonlinearity': expected one of linear, conv2d, sigmoid, tanh, relu, "
            "leaky_relu, selu, got 'swish'",
        ),
    ],
)
def test_what_is_refused(fill, text):
    """Errors name what is wrong."""
    with pytest.raises(ValueError) as raised:
        fill()
    assert str(raised.value) == text
