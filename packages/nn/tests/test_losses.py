"""Losses: PyTorch 0.3's arguments, shapes that may broadcast, classes out of range."""

import inspect

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from loss_cases import LOSSES
from nn_helpers import message_of

OLD = [name for name in LOSSES if "size_average" in inspect.signature(getattr(nn, name)).parameters]
FUNCTIONS = [name for name in F.__all__ if "size_average" in inspect.signature(getattr(F, name)).parameters]
BROADCAST = [name for name in F.__all__ if "allow_broadcast" in inspect.signature(getattr(F, name)).parameters]
MEANINGS = [
    ({"size_average": False}, "sum"), ({"size_average": True}, "mean"), ({"reduce": False}, "none"),
    ({"reduce": True}, "mean"), ({"size_average": False, "reduce": True}, "sum"),
    ({"size_average": False, "reduce": False}, "none"),
]  # fmt: skip


@pytest.mark.parametrize("name", OLD)
@pytest.mark.parametrize(("old", "new"), MEANINGS)
def test_old_arguments(name, old, new):
    """size_average and reduce mean what they meant, and the warning says what to write."""
    text = f"size_average and reduce are of PyTorch 0.3; use reduction='{new}'"
    with pytest.warns(DeprecationWarning, match=text) as caught:
        assert getattr(nn, name)(**old).reduction == new
    assert caught[0].filename == __file__


@pytest.mark.parametrize("name", FUNCTIONS)
def test_old_arguments_of_functions(name):
    """Functions take them as modules do, and warn at the user's line."""
    module = ALIKE.get(name) or next(m for m in OLD if m.lower().startswith(name.replace("_", "").removesuffix("loss")))
    case = LOSSES[module]
    options = {key: values[0] for key, values in case.options.items() if key in ("log_input", "full", "margin", "swap")}
    arrays = [ft.tensor(a) for a in (*case.inputs(options), *case.targets(options))]
    with pytest.warns(DeprecationWarning) as caught:
        old = getattr(F, name)(*arrays, size_average=False)
    assert caught[0].filename == __file__
    assert old.item() == getattr(F, name)(*arrays, reduction="sum").item()


ALIKE = {"binary_cross_entropy": "BCELoss", "binary_cross_entropy_with_logits": "BCEWithLogitsLoss"}


def test_a_reduction_in_the_first_place():
    """PyTorch takes nn.MSELoss("sum") for a true size_average, and gives means."""
    assert message_of(TypeError, lambda: nn.MSELoss("sum")) == (
        "MSELoss(): argument 'size_average': expected bool or None, got str; use reduction='sum'"
    )


def test_reductions_of_kl_div():
    """It has one more than others, which old arguments replace as well."""
    text = "argument 'reduction': expected 'none', 'mean', 'sum' or 'batchmean', got 'all'"
    assert message_of(ValueError, lambda: nn.KLDivLoss(reduction="all")) == f"KLDivLoss(): {text}"
    assert message_of(ValueError, lambda: F.kl_div(ft.ones(1), ft.ones(1), reduction="all")) == f"kl_div(): {text}"
    with pytest.warns(DeprecationWarning):
        assert nn.KLDivLoss(size_average=False, reduction="batchmean").reduction == "sum"


@pytest.mark.parametrize("name", BROADCAST)
def test_unequal_shapes(name):
    """They are an error, unless asked for: then as of broadcast Tensors."""
    column, row = ft.tensor([[0.25], [0.5]]), ft.tensor([[0.5, 0.75, 0.25]])
    more = {"margin_ranking_loss": [ft.ones(1, 3)], "gaussian_nll_loss": [1.0]}.get(name, [])
    function = getattr(F, name)
    with pytest.raises(ft.ShapeError, match=f"^{name}\\(\\): argument '(target|input2)': expected shape \\(2, 1\\)"):
        function(column, row, *more)
    wide = [x.expand(2, 3) if isinstance(x, ft.Tensor) else x for x in (column, row, *more)]
    for reduction in ("none", "mean"):
        loss = function(column, row, *more, reduction=reduction, allow_broadcast=True)
        assert loss.tolist() == function(*wide, reduction=reduction).tolist()


def test_modules_let_shapes_broadcast():
    """Modules hand it on."""
    x, y = ft.ones(2, 1), ft.ones(1, 3)
    names = [n for n in LOSSES if "allow_broadcast" in inspect.signature(getattr(nn, n)).parameters]
    assert len(names) == len(BROADCAST)
    for name in names:
        more = {"MarginRankingLoss": [ft.ones(1, 3)], "GaussianNLLLoss": [1.0]}.get(name, [])
        loss = getattr(nn, name)(reduction="none", allow_broadcast=True)(x, y, *more)
        assert loss.shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: F.cross_entropy(ft.zeros(3, 4), ft.tensor([0, 4, 1])),
            "cross_entropy(): argument 'target': expected class indices in [0, 3] (4 classes) or ignore_index -100, "
            "got 4 at (1,)",
        ),
        (
            lambda: F.nll_loss(ft.zeros(2, 4, 2), ft.tensor([[0, 1], [-1, 2]])),
            "nll_loss(): argument 'target': expected class indices in [0, 3] (4 classes) or ignore_index -100, "
            "got -1 at (1, 0)",
        ),
        (
            lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [3])(ft.zeros(2, 4), ft.tensor([1, 9])),
            "AdaptiveLogSoftmaxWithLoss(): argument 'target': expected class indices in [0, 8] (9 classes), "
            "got 9 at (1,)",
        ),
    ],
)  # fmt: skip
def test_classes_out_of_range(call, text):
    """The class, where it is, and how many there are."""
    assert message_of(IndexError, call) == text


def test_adaptive_softmax():
    """All probabilities add up to 1, agree with the loss, and name the most probable class; one sample alone too."""
    layer = nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10], div_value=2.0)
    x, target = ft.randn(6, 8), ft.tensor([0, 3, 4, 9, 10, 19])
    logs = layer.log_prob(x)
    np.testing.assert_allclose(logs.exp().sum(1).tolist(), 1.0, rtol=1e-5)
    output, loss = layer(x, target)
    np.testing.assert_allclose(output.tolist(), logs.gather(1, target.unsqueeze(1)).squeeze(1).tolist(), rtol=1e-5)
    assert loss.item() == pytest.approx(-output.mean().item())
    assert layer.predict(x).tolist() == logs.argmax(1).tolist()
    assert layer(x[5], target[5]).output.item() == pytest.approx(output[5].item())
    assert message_of(ValueError, lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 4])) == (
        "AdaptiveLogSoftmaxWithLoss(): argument 'cutoffs': expected increasing ints in [1, 19], got [5, 4]"
    )


def test_linear_cross_entropy():
    """It is cross_entropy of linear, for several targets a sample too."""
    x, weight, bias = ft.randn(3, 4), ft.randn(5, 2, 4), ft.randn(5, 2)
    target = ft.tensor([[0, 1], [4, 2], [3, 3]])
    scores = ft.linear(x, weight.flatten(0, 1), bias.flatten()).unflatten(-1, (5, 2))
    loss = F.linear_cross_entropy(x, weight, target, linear_bias=bias)
    assert loss.item() == pytest.approx(F.cross_entropy(scores, target).item())
    layer = nn.LinearCrossEntropyLoss(4, 5, out_features=(2,), bias=True, reduction="none")
    assert layer(x, target).shape == (3, 2)
    with pytest.raises(ValueError, match="argument 'options': expected None"):
        nn.LinearCrossEntropyLoss(4, 5, options=object())
