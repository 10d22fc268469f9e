"""Every optimizer on a GPU makes the steps that it makes on the CPU; gradients are clipped and scaled as there."""

import copy

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau import optim
from flambeau.nn.utils import clip_grad_norm_, clip_grad_value_
from flambeau.tensor.testing import assert_close
from optimizers import OPTIMIZERS

EVERY = [(o, {"lr": 0.1, **options}) for o, given in OPTIMIZERS.items() for options in given.few]
EVERY += [(optim.Muon, {"lr": 0.1}), (optim.LBFGS, {"lr": 0.1})]
CASES = [pytest.param(o, options, id=f"{o.__name__}-{i}") for i, (o, options) in enumerate(EVERY)]
# In float32 not what makes much of the last bits: a search, a difference of squares.
STEPS = [
    pytest.param(*case.values, dtype, tolerance, id=f"{case.id}-{dtype}")
    for case in CASES
    for dtype, tolerance in (("float64", 1e-9), ("float32", 1e-2))
    if dtype == "float64" or not (case.values[0] is optim.LBFGS or case.values[1].get("centered"))
]


def network(optimizer):
    """Of parameters of several sizes; Muon takes matrices only."""
    ft.manual_seed(0)
    bias = optimizer is not optim.Muon
    return nn.Sequential(nn.Linear(33, 70, bias=bias), nn.Tanh(), nn.Linear(70, 3, bias=bias))


def stepped(net, optimizer, options, device, dtype, change=lambda parameters: None):
    """The parameters after five steps, and the optimizer's state."""
    net = copy.deepcopy(net).to(device, dtype)
    made = optimizer(net.parameters(), **options)
    ft.manual_seed(1)
    x = ft.randn(16, 33, dtype=ft.float64).to(device, dtype)

    def closure():
        made.zero_grad()
        loss = (net(x) ** 2).mean()
        loss.backward()
        change(list(net.parameters()))
        return loss

    for _ in range(5):
        made.step(closure)
    return list(net.parameters()), made.state_dict()


def tensors(value):
    if isinstance(value, ft.Tensor):
        return [value]
    values = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [t for v in values for t in tensors(v)]


def same(here, there, gpu, tolerance):
    here, there = tensors(list(here)), tensors(list(there))
    assert len(here) == len(there)
    for want, got in zip(here, there, strict=True):
        if want.numel() > 1:  # counts of steps may be kept on the CPU
            assert got.device == gpu
        assert_close(got.detach().cpu(), want.detach(), tolerance, tolerance)


@pytest.mark.parametrize("optimizer, options, dtype, tolerance", STEPS)
def test_five_steps(gpu, optimizer, options, dtype, tolerance):
    """Parameters and state."""
    net = network(optimizer)
    here = stepped(net, optimizer, options, "cpu", dtype)
    same(here, stepped(net, optimizer, options, gpu, dtype), gpu, tolerance)


@pytest.mark.parametrize("clip", [lambda ps: clip_grad_norm_(ps, 0.01), lambda ps: clip_grad_value_(ps, 0.001)])
def test_clipped_steps(gpu, clip):
    """Clipping by norm and by value."""
    net = network(optim.Adam)
    here = stepped(net, optim.Adam, {"lr": 0.1}, "cpu", "float64", clip)
    same(here, stepped(net, optim.Adam, {"lr": 0.1}, gpu, "float64", clip), gpu, 1e-9)


@pytest.mark.parametrize("optimizer, options", CASES[:6])
def test_state_moves(gpu, optimizer, options):
    """A state saved on the CPU goes on on the GPU."""
    net = network(optimizer)
    parameters, state = stepped(net, optimizer, options, "cpu", "float64")
    moved = [nn.Parameter(p.data.to(gpu)) for p in parameters]
    there = optimizer(moved, **options)
    there.load_state_dict(state)
    here = optimizer(parameters, **options)
    here.load_state_dict(state)
    for p, q in zip(parameters, moved, strict=True):
        p.grad, q.grad = ft.ones_like(p.data), ft.ones_like(q.data)
    here.step()
    there.step()
    same((parameters, here.state_dict()), (moved, there.state_dict()), gpu, 1e-9)
