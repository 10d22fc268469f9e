"""Initial values: bounds, moments, what is refused."""

import math

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
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


OLD = ["constant", "dirac", "eye", "kaiming_normal", "kaiming_uniform", "normal", "orthogonal", "sparse", "uniform"]


@pytest.mark.parametrize("name", [*OLD, "xavier_normal", "xavier_uniform"])
def test_names_of_pytorch_03(name):
    """Without the underscore they do the same, and say what the name is now."""
    more = {"constant": [3.0], "sparse": [0.5]}.get(name, [])
    shape = (4, 5, 3) if name == "dirac" else (4, 5)
    ft.manual_seed(0)
    expected = getattr(init, f"{name}_")(ft.empty(*shape), *more)
    ft.manual_seed(0)
    with pytest.warns(DeprecationWarning, match=rf"^init.{name}\(\) is of PyTorch 0.3; use init.{name}_\(\)$"):
        assert getattr(init, name)(ft.empty(*shape), *more).tolist() == expected.tolist()


def test_spreads():
    """Normal distributions have the standard deviation of their formula; a cut one keeps to its interval."""
    ft.manual_seed(0)
    w = ft.empty(200, 300)
    for draw, std in (
        (lambda: init.kaiming_normal_(w, nonlinearity="relu"), (2 / 300) ** 0.5),
        (lambda: init.kaiming_normal_(w, a=1.0, mode="fan_out"), (1 / 200) ** 0.5),
        (lambda: init.xavier_normal_(w, gain=2.0), 2 * (2 / 500) ** 0.5),
    ):
        draw()
        assert w.std().item() == pytest.approx(std, rel=0.02)
        assert abs(w.mean().item()) < 0.02 * std
    init.trunc_normal_(w, mean=1.0, std=2.0, a=0.0, b=3.0)
    assert 0 <= w.min().item() <= w.max().item() <= 3
    # Of scipy.stats.truncnorm(-0.5, 1, loc=1, scale=2): mean 1.41324, standard deviation 0.81773.
    assert w.mean().item() == pytest.approx(1.41324, abs=0.02)
    assert w.std().item() == pytest.approx(0.81773, abs=0.02)


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (4, 2, 3)])
def test_orthogonal(shape):
    """The smaller number of rows and columns are orthogonal and of the length asked for."""
    w = init.orthogonal_(ft.empty(*shape, dtype=ft.float64), gain=2.0).numpy().reshape(shape[0], -1)
    product = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(product, 4 * np.eye(min(w.shape)), atol=1e-12)


def test_dirac_changes_nothing():
    """A convolution by such weights gives its input, in each group."""
    import flambeau.nn.functional as F

    x = ft.randn(2, 4, 5, 6)
    w = init.dirac_(ft.empty(4, 2, 3, 3), groups=2)
    assert F.conv2d(x, w, padding=1, groups=2).tolist() == x.tolist()


def test_sparse():
    """So many of each column are zeros."""
    w = init.sparse_(ft.empty(10, 20), 0.25)
    assert set((w == 0).sum(0).tolist()) == {3}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: init.eye_(ft.empty(2)), "eye_(): argument 'tensor': expected 2 dimensions, got shape (2,)"),
        (
            lambda: init.dirac_(ft.empty(2, 2)),
            "dirac_(): argument 'tensor': expected 3, 4 or 5 dimensions, got shape (2, 2)",
        ),
        (
            lambda: init.dirac_(ft.empty(3, 2, 2), 2),
            "dirac_(): argument 'groups': expected a divisor of the 3 outputs, got 2",
        ),
        (
            lambda: init.orthogonal_(ft.empty(2)),
            "orthogonal_(): argument 'tensor': expected at least 2 dimensions, got shape (2,)",
        ),
        (
            lambda: init.sparse_(ft.empty(2, 2), 2),
            "sparse_(): argument 'sparsity': expected a part in [0, 1], got 2",
        ),
        (
            lambda: init.trunc_normal_(ft.empty(2), std=0),
            "trunc_normal_(): argument 'std': expected a positive number, got 0",
        ),
        (
            lambda: init.kaiming_normal_(ft.empty(2, 2), mode="in"),
            "kaiming_normal_(): argument 'mode': expected 'fan_in' or 'fan_out', got 'in'",
        ),
    ],
)  # fmt: skip
def test_messages_of_others(call, text):
    """What does not go says why."""
    with pytest.raises(ValueError) as raised:
        call()
    assert str(raised.value) == text
