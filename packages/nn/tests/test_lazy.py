"""Lazy layers: before and after their first call, in optimizers, files and copies."""

import copy
import inspect
import pickle

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest


def net():
    return nn.Sequential(nn.LazyConv2d(3, 2), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(2))


def test_the_first_call_makes_the_parameters():
    """The parameters an optimizer was given before are those that are trained."""
    model = net()
    before = list(model.parameters())
    assert model[3].has_uninitialized_params()
    model(ft.ones(2, 1, 3, 3)).sum().backward()
    after = list(model.parameters())
    assert all(p is q for p, q in zip(before, after, strict=True))
    assert [type(m).__name__ for m in model] == ["Conv2d", "BatchNorm2d", "Flatten", "Linear"]
    assert [p.shape for p in after] == [(3, 1, 2, 2), (3,), (3,), (3,), (2, 12), (2,)]
    assert all(p.grad is not None for p in after)
    assert (model[0].in_channels, model[1].num_features, model[3].in_features) == (1, 3, 12)


@pytest.mark.parametrize("name", [n for n in nn.__all__ if n.startswith(("LazyConv", "LazyLinear"))])
def test_arguments(name):
    """They are those of the ordinary layer, without the size."""
    lazy, ordinary = (inspect.signature(getattr(nn, n)) for n in (name, name.removeprefix("Lazy")))
    assert list(lazy.parameters.values()) == list(ordinary.parameters.values())[1:]


def test_one_seed_gives_what_an_ordinary_layer_gets():
    """Making a lazy layer draws nothing; its first call draws what an ordinary one does."""
    lazy = nn.LazyLinear(3)
    ft.manual_seed(0)
    ordinary = nn.Linear(2, 3)
    ft.manual_seed(0)
    lazy(ft.ones(1, 2))
    assert lazy.weight.tolist() == ordinary.weight.tolist()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_are_lazy_too(again):
    """Copied before the first call, the copy learns its own sizes; dtypes go along."""
    other = again(net().double())
    other(ft.ones(2, 1, 3, 3, dtype=ft.float64))
    assert {p.dtype for p in other.parameters()} == {ft.float64}
    assert other[1].running_mean.dtype == ft.float64


def test_loading():
    """Weights loaded before the first call stay what they are."""
    model, other = net(), net()
    x = ft.randn(2, 1, 3, 3)
    model(x)
    other.load_state_dict(model.state_dict())
    assert not other[0].has_uninitialized_params()
    assert other.eval()(x).tolist() == model.eval()(x).tolist()
    assert type(other[0]) is nn.Conv2d


def test_hooks_and_modes_stay():
    """What was set on the lazy layer belongs to the ordinary one."""
    layer = nn.LazyLinear(2).eval()
    seen = []
    layer.register_forward_hook(lambda *all: seen.append(1))
    layer(ft.ones(1, 3))
    assert (layer.training, seen) == (False, [1])


def test_wrong_inputs():
    """An input of the wrong number of dimensions leaves the layer lazy."""
    layer = nn.LazyConv2d(3, 2)
    with pytest.raises(ft.ShapeError, match="expected 3 or 4 dimensions, got shape \\(2, 3\\)"):
        layer(ft.ones(2, 3))
    assert type(layer) is nn.LazyConv2d
