"""Optimizers beside torch's: the same path through three problems, in float64, to 1e-12.

Exceptions, and where they come from:

- torch's NAdam and ASGD keep numbers of their state (``mu_product``, ``eta``, ``mu``) in Tensors of the default dtype
  (torch/optim/optimizer.py, ``_get_scalar_dtype``), so the default is float64 here.
- torch's Muon iterates in bfloat16 (torch/optim/_muon.py, ``_zeropower_via_newtonschulz``): that is switched off for
  the comparison of paths, and left on in one that allows for what it does to the singular values.
- Some paths amplify rounding errors until they are greater than 1e-12. How much they do, torch itself shows when its
  starting point is changed by a unit in the last place: ours may be ten times as far away as that. These are L-BFGS,
  whose line search divides by differences of losses; Muon, whose iteration multiplies the least singular values by 480;
  and Adafactor with a short memory.
"""

import flambeau.nn as nn
import flambeau.optim as optim
import flambeau.tensor as ft
import numpy as np
import pytest
from optimizers import OPTIMIZERS

torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")

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


@pytest.fixture(autouse=True)
def scalars_in_float64():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def path(problem, variables, optimizer, schedule=None):
    """The parameters after each step."""
    places = []
    for i in range(STEPS):
        if schedule is not None:
            optimizer.param_groups[0]["lr"] = schedule(i)
        optimizer.zero_grad()
        problem(*variables).backward()
        optimizer.step()
        places.append(np.concatenate([v.detach().numpy().ravel().copy() for v in variables]))
    return np.array(places)


def beside(starts):
    """Torch's parameters, and those a unit in the last place away."""
    theirs = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
    return theirs, [torch.nn.Parameter(torch.tensor(np.nextafter(start, 9.0))) for start in starts]


def same_paths(got, expected, nearby=None):
    """Equal to 1e-12, or as nearly as paths can be whose rounding errors grow."""
    assert np.isfinite(expected).all()
    allowed = 1e-12 * (np.abs(expected) + np.abs(expected).max())
    if nearby is not None:
        allowed = np.maximum(allowed, 10 * np.maximum.accumulate(np.abs(nearby - expected).max(1))[:, None])
    assert (np.abs(got - expected) <= allowed).all(), f"{np.abs(got - expected).max(1)}, allowed {allowed.max(1)}"


def is_sensitive(name, options):
    return name == "Muon" or (name == "Adafactor" and options.get("beta2_decay") == -0.3)


def check(name, problem, options, starts=STARTS, schedule=None):
    """Both libraries go the same way, and the gradients are left alone."""
    ours = [nn.Parameter(ft.tensor(start)) for start in starts]
    optimizer = getattr(optim, name)(ours, **options)
    single = {} if name == "Muon" else {"foreach": False}
    expected, *nearby = (
        path(problem, theirs, getattr(torch.optim, name)(theirs, **options, **single), schedule)
        for theirs in beside(starts)[: 1 + is_sensitive(name, options)]
    )
    got = path(problem, ours, optimizer, schedule)
    same_paths(got, expected, *nearby)
    before = [v.grad.tolist() for v in ours]
    optimizer.step()
    assert [v.grad.tolist() for v in ours] == before


OPTIONS = {optimizer.__name__: given.beside_torch for optimizer, given in OPTIMIZERS.items() if given.beside_torch}
CASES = [(name, options) for name, choices in OPTIONS.items() for options in choices]


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_path(name, options, problem):
    """Each optimizer, with its options in all combinations."""
    check(name, problem, options)


@pytest.mark.parametrize("name", OPTIONS)
def test_maximize(name):
    """All go up when asked to."""
    check(name, lambda x, m: -rosenbrock(x, m), {"lr": 1e-3, "maximize": True})


@pytest.mark.parametrize("name", OPTIONS)
def test_a_rate_that_changes_each_step(name):
    """A schedule may write another learning rate before each step."""
    check(name, rosenbrock, OPTIONS[name][0], schedule=lambda i: 0.002 * (1 + i % 7))


@pytest.mark.parametrize("name", OPTIONS)
def test_groups(name):
    """Groups of parameters with rates and decays of their own, and a rate changed on the way."""
    decay = {} if name == "Rprop" else {"weight_decay": 0.3}
    paths = []
    for library, parameter, tensor in (
        (optim, nn.Parameter, ft.tensor),
        (torch.optim, torch.nn.Parameter, torch.tensor),
    ):
        variables = [parameter(tensor(start)) for start in STARTS]
        groups = [{"params": variables[:1]}, {"params": variables[1:], "lr": 0.002, **decay}]
        optimizer = getattr(library, name)(groups, lr=0.01)
        first = path(rosenbrock, variables, optimizer)
        optimizer.param_groups[0]["lr"] = 0.001
        paths.append(np.concatenate([first, path(rosenbrock, variables, optimizer)]))
    expected, got = paths
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())


# Muon -----------------------------------------------------------------------------------------------------------

MATRICES = [np.array([[0.5, -2.0, 3.0], [1.5, 0.1, -0.3]]), np.arange(12.0).reshape(4, 3) / 10]


def factors(a, b):
    """Two matrices that draw each other and are drawn to 0 and 1."""
    return (a * a).sum() + ((b - 1) * (b - 1) * (b - 1) * (b - 1)).sum() + (b[:2] * a).sum()


MUON = [
    {"lr": 0.01},
    {"lr": 0.01, "nesterov": False, "weight_decay": 0.0},
    {"lr": 0.01, "momentum": 0.5, "adjust_lr_fn": "match_rms_adamw"},
    {"lr": 0.01, "ns_steps": 3, "ns_coefficients": (1.5, -0.5, 0.0), "adjust_lr_fn": "original"},
]


@pytest.mark.parametrize("options", MUON, ids=str)
def test_muon(options, monkeypatch):
    """The same path as torch's where that does not round to bfloat16."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    check("Muon", factors, options, starts=MATRICES)


def test_muon_rounded():
    """A step of torch's as it is agrees as nearly as iterating in bfloat16 allows."""
    gradient = np.array([[3.0, 1.0, 0.0], [0.0, 2.0, -1.0]])
    ours, theirs = nn.Parameter(ft.tensor(MATRICES[0])), torch.nn.Parameter(torch.tensor(MATRICES[0]))
    ours.grad, theirs.grad = ft.tensor(gradient), torch.tensor(gradient)
    optim.Muon([ours], lr=0.1).step()
    torch.optim.Muon([theirs], lr=0.1).step()
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), atol=0.1 * 2**-4)


# L-BFGS ---------------------------------------------------------------------------------------------------------


def lbfgs_path(problem, variables, optimizer, calls):
    places, counts = [], []

    def closure():
        optimizer.zero_grad()
        loss = problem(*variables)
        loss.backward()
        return loss

    for _ in range(calls):
        optimizer.step(closure)
        places.append(np.concatenate([v.detach().numpy().ravel().copy() for v in variables]))
        counts.append(optimizer.state[variables[0]]["func_evals"])
    return np.array(places), counts


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(
    "options",
    [
        {"lr": 0.02, "max_iter": 4},
        {"lr": 0.5, "history_size": 2, "max_iter": 5, "line_search_fn": "strong_wolfe"},
        {"line_search_fn": "strong_wolfe"},
        {"max_iter": 6, "max_eval": 7, "line_search_fn": "strong_wolfe"},
        {"max_iter": 3, "tolerance_grad": 0.5, "tolerance_change": 1e-3, "line_search_fn": "strong_wolfe"},
    ],
    ids=str,
)
def test_lbfgs(options, problem):
    """The same path and the same evaluations, with and without a search along the line."""
    ours = [nn.Parameter(ft.tensor(start)) for start in STARTS]
    got, counts = lbfgs_path(problem, ours, optim.LBFGS(ours, **options), 12)
    (expected, their_counts), (nearby, _) = (
        lbfgs_path(problem, theirs, torch.optim.LBFGS(theirs, **options), 12) for theirs in beside(STARTS)
    )
    same_paths(got, expected, nearby)
    certain = np.abs(nearby - expected).max(1) < 1e-6
    assert [n for n, sure in zip(counts, certain, strict=True) if sure] == [
        n for n, sure in zip(their_counts, certain, strict=True) if sure
    ]


# States ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*OPTIONS, "Muon", "LBFGS"])
def test_a_state_of_torch_is_taken(name, tmp_path):
    """What torch.save wrote of an optimizer's state is loaded by position, and training goes on as torch's does."""
    options = {"line_search_fn": "strong_wolfe", "max_iter": 3} if name == "LBFGS" else {"lr": 0.01}
    if name == "RMSprop":
        options.update(momentum=0.9, centered=True)
    starts, problem = (MATRICES, factors) if name == "Muon" else (STARTS, rosenbrock)
    theirs = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
    optimizer = getattr(torch.optim, name)(theirs, **options)

    def train(variables, optimizer):
        def closure():
            optimizer.zero_grad()
            loss = problem(*variables)
            loss.backward()
            return loss

        for _ in range(2):
            optimizer.step(closure)

    train(theirs, optimizer)
    torch.save({"weights": theirs, "optimizer": optimizer.state_dict()}, tmp_path / "half.pt")
    train(theirs, optimizer)
    saved = ft.load(tmp_path / "half.pt")
    ours = [nn.Parameter(w) for w in saved["weights"]]
    again = getattr(optim, name)(ours, lr=7.0)
    again.load_state_dict(saved["optimizer"])
    train(ours, again)
    rtol = 1e-3 if name == "Muon" else 1e-9
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=rtol, atol=rtol)
