"""Averages of weights."""

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau import optim
from flambeau.optim import swa_utils


def models(count=5):
    """One model at several times of its training."""
    ft.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).double()
    for _ in range(count):
        for p in model.parameters():
            p.data.copy_(ft.randn(*p.shape, dtype=ft.float64))
        model[1].running_mean.copy_(ft.randn(4, dtype=ft.float64))
        model[1].num_batches_tracked.add_(2)
        yield model


def values(model):
    return [x.data.numpy().copy() for x in (*model.parameters(), *model.buffers())]


def averages(use_buffers=False, **options):
    """The averaged model after all updates, and what the model was at each."""
    seen, averaged = [], None
    for model in models():
        averaged = averaged or swa_utils.AveragedModel(model, use_buffers=use_buffers, **options)
        averaged.update_parameters(model)
        seen.append(values(model))
    return averaged, list(zip(*seen, strict=True))


EMA = [
    {"avg_fn": swa_utils.get_ema_avg_fn(0.75)},
    {"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(0.75)},
]
SWA = [{}, {"avg_fn": swa_utils.get_swa_avg_fn()}, {"multi_avg_fn": swa_utils.get_swa_multi_avg_fn()}]


def decayed(history):
    average = history[0]
    for w in history[1:]:
        average = 0.75 * average + 0.25 * w
    return average


@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize(
    ("options", "mean"), [*[(o, decayed) for o in EMA], *[(o, lambda h: np.mean(h, 0)) for o in SWA]]
)
def test_averages(options, mean, use_buffers):
    """Parameters are averaged; buffers are copied, or averaged when asked to."""
    averaged, history = averages(use_buffers, **options)
    count = len(list(averaged.module.parameters()))
    for i, (got, seen) in enumerate(zip(values(averaged.module), history, strict=True)):
        if got.dtype.kind == "f":
            expected = mean(seen) if i < count or use_buffers else seen[-1]
            np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-13)
    assert averaged.n_averaged.item() == 5


@pytest.mark.parametrize(("kind", "decay"), [("ema", 0.9), ("swa", None)])
def test_beside_torch(kind, decay):
    """The same averages as torch's, and the same state.

    Torch's mean by get_swa_multi_avg_fn takes 1 / (n + 1) in float32 (torch/optim/swa_utils.py, where n is a Tensor of
    ints), so its other function is compared with.
    """
    torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
    options = [] if decay is None else [decay]
    theirs = None
    for model in models():
        other = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4)).double()
        other.load_state_dict({name: torch.tensor(value.numpy()) for name, value in model.state_dict().items()})
        if theirs is None:
            library = torch.optim.swa_utils
            ours = swa_utils.AveragedModel(model, multi_avg_fn=getattr(swa_utils, f"get_{kind}_multi_avg_fn")(*options))
            theirs = library.AveragedModel(other, avg_fn=getattr(library, f"get_{kind}_avg_fn")(*options))
        ours.update_parameters(model)
        theirs.update_parameters(other)
    expected = theirs.state_dict()
    assert set(ours.state_dict()) == set(expected)
    for name, value in ours.state_dict().items():
        np.testing.assert_allclose(value.numpy(), expected[name].numpy(), rtol=1e-12, atol=1e-13)


def test_the_model_is_left_alone():
    """Averages live in a copy; the model's own parameters do not move with them."""
    model = next(models())
    averaged = swa_utils.AveragedModel(model)
    averaged.update_parameters(model)
    before = values(model)
    model[0].weight.data.add_(1)
    averaged.update_parameters(model)
    assert not np.array_equal(values(averaged.module)[0], values(model)[0])
    np.testing.assert_array_equal(values(model)[1], before[1])


def test_update_bn():
    """Statistics of all batches together; mode and momentum are what they were, even after an error."""
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, momentum=0.3)).double().eval()
    batches = [ft.randn(8, 3, dtype=ft.float64) for _ in range(3)]
    swa_utils.update_bn([(x, None) for x in batches], model)
    hidden = [model[0](x).detach().numpy() for x in batches]
    np.testing.assert_allclose(model[1].running_mean.numpy(), np.mean(hidden, (0, 1)), rtol=1e-12)
    np.testing.assert_allclose(model[1].running_var.numpy(), np.mean([h.var(0, ddof=1) for h in hidden], 0), rtol=1e-12)
    assert (model.training, model[1].momentum) == (False, 0.3)
    with pytest.raises(ft.errors.ShapeError):
        swa_utils.update_bn([ft.ones(2, 5, dtype=ft.float64)], model)
    assert (model.training, model[1].momentum) == (False, 0.3)


@pytest.mark.parametrize("options", [{}, {"anneal_epochs": 3, "anneal_strategy": "linear"}, {"anneal_epochs": 0}])
def test_swalr_beside_torch(options):
    """Rates go to the constant one as torch's do, alone and with another scheduler before it."""
    torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
    paths = []
    for library, parameter in ((optim, nn.Parameter(ft.ones(1))), (torch.optim, torch.nn.Parameter(torch.ones(1)))):
        optimizer = library.SGD([parameter], lr=0.5)
        before = library.lr_scheduler.ExponentialLR(optimizer, 0.9)
        scheduler = library.swa_utils.SWALR(optimizer, 0.05, **options)
        found = []
        for epoch in range(20):
            optimizer.step()
            (before if epoch < 5 else scheduler).step()
            found.append(optimizer.param_groups[0]["lr"])
        paths.append(found)
    np.testing.assert_allclose(*paths, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: swa_utils.get_ema_avg_fn(2),
            "get_ema_avg_fn(): argument 'decay': expected a number in [0, 1], got 2",
        ),
        (
            lambda: swa_utils.AveragedModel(nn.ReLU(), avg_fn=max, multi_avg_fn=max),
            "AveragedModel(): argument 'multi_avg_fn': expected one function, got avg_fn too",
        ),
        (
            lambda: swa_utils.SWALR(optim.SGD([nn.Parameter(ft.ones(1))]), 0.1, -1),
            "SWALR(): argument 'anneal_epochs': expected an int that is not negative, got -1",
        ),
    ],
)
def test_messages(call, text):
    with pytest.raises(ValueError) as raised:
        call()
    assert str(raised.value) == text
