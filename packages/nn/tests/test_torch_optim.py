"""Optimizers beside torch's: the same path through three problems, in float64, to 1e-12."""

import itertools

import flambeau.nn as nn
import flambeau.optim as optim
import flambeau.tensor as ft
import numpy as np
import pytest

torch = pytest.importorskip("torch")

STEPS = 100
STARTS = [np.array([-1.2, 1.0]), np.array([[0.5, -2.0, 3.0], [1.5, 0.1, -0.3]])]


def rosenbrock(x, m):
    """A narrow curved valley in the first parameter, a bowl in the second."""
    return 0.1 * ((1 - x[0]) * (1 - x[0]) + 10 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0])) + (m * m).sum()


def ill_conditioned(x, m):
    """Bowls of very different widths."""
    return 30 * x[0] * x[0] + 0.01 * x[1] * x[1] + (m * m * m * m).sum() * 0.02


def coupled(x, m):
    """Parameters that depend on each other; one column gets a gradient of 0."""
    product = x[0] * m[0, 1:] - 1
    return 0.3 * (product * product).sum() + (m[:, 2] * m[:, 2]).sum() + (x[0] - x[1]) * (x[0] - x[1])


PROBLEMS = [rosenbrock, ill_conditioned, coupled]


def path(problem, variables, optimizer):
    """The parameters after each step."""
    places = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        problem(*variables).backward()
        optimizer.step()
        places.append(np.concatenate([v.detach().numpy().ravel().copy() for v in variables]))
    return np.array(places)


def check(name, problem, options):
    """Both libraries go the same way, and the gradients are left alone."""
    ours = [nn.Parameter(ft.tensor(start)) for start in STARTS]
    theirs = [torch.nn.Parameter(torch.tensor(start)) for start in STARTS]
    optimizer = getattr(optim, name)(ours, **options)
    expected = path(problem, theirs, getattr(torch.optim, name)(theirs, **options, foreach=False))
    got = path(problem, ours, optimizer)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())
    before = [v.grad.tolist() for v in ours]
    optimizer.step()
    assert [v.grad.tolist() for v in ours] == before


SGD = [
    {"lr": 0.01, "momentum": momentum, "dampening": dampening, "weight_decay": decay, "nesterov": nesterov}
    for momentum, dampening, decay, nesterov in itertools.product([0, 0.9], [0, 0.3], [0, 0.1], [False, True])
    if not nesterov or (momentum and not dampening)
]


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("options", SGD, ids=str)
def test_sgd(problem, options):
    """SGD with and without momentum, dampening, weight decay and Nesterov's."""
    check("SGD", problem, options)


ADAM = [
    {"lr": 0.02},
    {"lr": 0.02, "betas": (0.8, 0.9)},
    {"lr": 0.02, "betas": (0.0, 0.5), "eps": 1e-3},
    {"lr": 0.02, "weight_decay": 0.1},
    {"lr": 0.02, "amsgrad": True},
]


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("options", ADAM, ids=str)
def test_adam(problem, options):
    """Adam with its options."""
    check("Adam", problem, options)


@pytest.mark.parametrize(("name", "options"), [("SGD", {"lr": 1e-4, "momentum": 0.9}), ("Adam", {"lr": 0.01})])
def test_maximize(name, options):
    """Both go up when asked to."""
    check(name, lambda x, m: -rosenbrock(x, m), {**options, "maximize": True})


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_groups(name):
    """Groups of parameters with rates and decays of their own, and a rate changed on the way."""
    paths = []
    for library, parameter, tensor in (
        (optim, nn.Parameter, ft.tensor),
        (torch.optim, torch.nn.Parameter, torch.tensor),
    ):
        variables = [parameter(tensor(start)) for start in STARTS]
        groups = [{"params": variables[:1]}, {"params": variables[1:], "lr": 0.002, "weight_decay": 0.3}]
        optimizer = getattr(library, name)(groups, lr=0.01)
        first = path(rosenbrock, variables, optimizer)
        optimizer.param_groups[0]["lr"] = 0.001
        paths.append(np.concatenate([first, path(rosenbrock, variables, optimizer)]))
    expected, got = paths
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())
