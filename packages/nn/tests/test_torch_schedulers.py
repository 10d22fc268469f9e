"""Schedulers beside torch's: the same learning rates and momenta at every step, to 1e-12.

Exceptions: torch lets a chain that is the first of a sequence take its first step twice, so that an ExponentialLR in it
begins with gamma times the rate; ours begins as it would alone. A scheduler made for a run that is taken up
(``last_epoch`` given) leaves the rates as they are at its first step; torch's StepLR, MultiStepLR and ConstantLR change
them when a milestone falls on it (torch/optim/lr_scheduler.py), its others do not. Runs are taken up with the
scheduler's state here.
"""

import warnings

import flambeau.nn as nn
import flambeau.optim as optim
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.optim import lr_scheduler as ours
from optimizers import product

torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
theirs = torch.optim.lr_scheduler

STEPS = 120


CASES = {
    "StepLR": product(step_size=[1, 7], gamma=[0.1, 0.9]),
    "MultiStepLR": product(milestones=[[3], [5, 9, 9, 40], [40, 2]], gamma=[0.1, 0.5]),
    "ConstantLR": product(factor=[0.25, 1.0], total_iters=[1, 20]),
    "LinearLR": product(start_factor=[0.01, 1.0], end_factor=[1.0, 0.2, 0.0], total_iters=[1, 30]),
    "ExponentialLR": product(gamma=[0.99, 0.5]),
    "PolynomialLR": product(total_iters=[1, 50, 200], power=[0.5, 1.0, 3.0]),
    "CosineAnnealingLR": product(T_max=[1, 10, 50, 500], eta_min=[0, 0.01]),
    "CosineAnnealingWarmRestarts": product(T_0=[1, 7, 50], T_mult=[1, 2], eta_min=[0, 0.01]),
    "LambdaLR": product(lr_lambda=[lambda epoch: 0.95**epoch, [lambda epoch: 1 / (1 + epoch), lambda epoch: 0.5]]),
    "MultiplicativeLR": product(lr_lambda=[lambda _: 0.95, [lambda epoch: 1 - 1 / (2 + epoch), lambda _: 1.01]]),
    "CyclicLR": [
        *product(
            base_lr=[0.01, [0.01, 0.02]],
            max_lr=[0.1],
            step_size_up=[4, 10],
            step_size_down=[None, 3],
            mode=["triangular", "triangular2", "exp_range"],
            gamma=[0.99],
            cycle_momentum=[True, False],
        ),
        {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 5, "scale_fn": lambda x: 1 / x, "base_momentum": [0.5, 0.6]},
        {
            "base_lr": 0.1,
            "max_lr": 0.5,
            "step_size_up": 5,
            "scale_fn": lambda x: 0.9**x,
            "scale_mode": "iterations",
        },
    ],
    "OneCycleLR": [
        *product(
            max_lr=[0.1, [0.1, 0.2]],
            total_steps=[STEPS + 1, 300],
            pct_start=[0.0, 0.3, 0.5],
            anneal_strategy=["cos", "linear"],
            three_phase=[False, True],
            cycle_momentum=[True, False],
        ),
        {"max_lr": 0.1, "epochs": 11, "steps_per_epoch": 12, "div_factor": 10.0, "final_div_factor": 100.0},
    ],
}  # fmt: skip
ALL = [(name, options) for name, choices in CASES.items() for options in choices]
OPTIMIZERS = [("SGD", {"momentum": 0.9}), ("Adam", {})]


def optimizers(name="SGD", **options):
    """Ours and torch's, with two groups."""
    pairs = []
    for library, parameter in (
        (optim, lambda: nn.Parameter(ft.ones(1))),
        (torch.optim, lambda: torch.nn.Parameter(torch.ones(1))),
    ):
        groups = [{"params": [parameter()]}, {"params": [parameter()], "lr": 0.3}]
        pairs.append(getattr(library, name)(groups, lr=0.5, **options))
    return pairs


def now(optimizer):
    """Rates and momenta of all groups."""
    return [[g["lr"], g["betas"][0] if "betas" in g else g["momentum"]] for g in optimizer.param_groups]


def run(optimizer, scheduler, steps=STEPS):
    found = [now(optimizer)]
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        found.append(now(optimizer))
        assert scheduler.get_last_lr() == [g["lr"] for g in optimizer.param_groups]
    return np.array(found, dtype=float)


def same(got, expected):
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15)


@pytest.fixture(autouse=True)
def no_alarms():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="Detected call of")  # a false one of torch's, in a sequence of chains
        yield


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda pair: pair[0])
@pytest.mark.parametrize(("name", "options"), ALL, ids=lambda value: value if isinstance(value, str) else "")
def test_rates(name, options, optimizer):
    """Each scheduler, over its options."""
    mine, other = optimizers(optimizer[0], **optimizer[1])
    try:
        expected = run(other, getattr(theirs, name)(other, **options))
    except ZeroDivisionError:  # torch's OneCycleLR with a phase of no steps
        run(mine, getattr(ours, name)(mine, **options))
        return
    same(run(mine, getattr(ours, name)(mine, **options)), expected)


@pytest.mark.parametrize(
    "options",
    [
        *product(
            mode=["min", "max"], factor=[0.5], patience=[0, 3], threshold=[1e-4, 0.3], threshold_mode=["rel", "abs"]
        ),
        *product(factor=[0.1], patience=[2], cooldown=[0, 4], min_lr=[0.001, [0.01, 0.1]], eps=[1e-8, 0.01]),
    ],
    ids=str,
)
def test_plateau(options):
    """Falls come at the same epochs, for a measure that goes up and down."""
    mine, other = optimizers(momentum=0.9)
    measures = np.cumsum(np.random.default_rng(0).normal(size=STEPS)) + 5
    measures[17] = np.nan
    paths = []
    for optimizer, scheduler in ((mine, ours.ReduceLROnPlateau), (other, theirs.ReduceLROnPlateau)):
        made = scheduler(optimizer, **options)
        found = []
        for measure in measures:
            optimizer.step()
            made.step(measure)
            found.append([now(optimizer), made.get_last_lr(), made.num_bad_epochs, made.in_cooldown])
        paths.append(found)
    for got, expected in zip(*paths, strict=True):
        same(np.array(got[0]), np.array(expected[0]))
        assert got[2:] == expected[2:]


def sequence(module, optimizer):
    parts = [
        module.LinearLR(optimizer, 0.1, total_iters=5),
        module.CosineAnnealingLR(optimizer, 20),
        module.ExponentialLR(optimizer, 0.9),
        module.StepLR(optimizer, 3, 0.5),
    ]
    return module.SequentialLR(optimizer, parts, [5, 25, 60])


def chain(module, optimizer):
    parts = [
        module.ConstantLR(optimizer, 0.1, 4),
        module.ExponentialLR(optimizer, 0.97),
        module.StepLR(optimizer, 9, 0.5),
    ]
    return module.ChainedScheduler(parts)


def sequence_of_chains(module, optimizer):
    first = module.ChainedScheduler([module.LinearLR(optimizer, 0.5), module.StepLR(optimizer, 3, 0.9)])
    return module.SequentialLR(optimizer, [first, module.PolynomialLR(optimizer, 50)], [10])


def sequence_of_lambdas(module, optimizer):
    parts = [
        module.MultiplicativeLR(optimizer, lambda epoch: 0.9),
        module.LambdaLR(optimizer, lambda epoch: 0.95**epoch),
        module.CosineAnnealingWarmRestarts(optimizer, 5, 2),
        module.MultiStepLR(optimizer, [3, 9]),
    ]
    return module.SequentialLR(optimizer, parts, [7, 15, 50])


def swa(module, optimizer, **options):
    return (optim if module is ours else torch.optim).swa_utils.SWALR(optimizer, 0.05, **options)


COMBINED = [sequence, chain, sequence_of_chains, sequence_of_lambdas]


@pytest.mark.parametrize("make", COMBINED)
def test_combined(make):
    """Schedulers after, and on top of, each other."""
    mine, other = optimizers(momentum=0.9)
    same(run(mine, make(ours, mine)), run(other, make(theirs, other)))


def test_several_on_one_optimizer():
    """Each multiplies the rates as the others left them."""
    paths = []
    for optimizer, module in zip(optimizers(momentum=0.9), (ours, theirs), strict=True):
        made = [module.StepLR(optimizer, 4), module.CosineAnnealingLR(optimizer, 30), module.LinearLR(optimizer, 0.2)]
        found = []
        for _ in range(60):
            optimizer.step()
            for scheduler in made:
                scheduler.step()
            found.append(now(optimizer))
        paths.append(np.array(found))
    same(*paths)


def test_warm_restarts_at_given_epochs():
    """step(epoch) goes to any place, fractions included."""
    for options in product(T_0=[3, 10], T_mult=[1, 2], eta_min=[0.01]):
        mine, other = optimizers(momentum=0.9)
        pair = [
            ours.CosineAnnealingWarmRestarts(mine, **options),
            theirs.CosineAnnealingWarmRestarts(other, **options),
        ]
        for epoch in (0.25, 0.5, 2.9, 3, 7.5, 31.2, None, None, 4, None):
            for optimizer, scheduler in zip((mine, other), pair, strict=True):
                optimizer.step()
                scheduler.step() if epoch is None else scheduler.step(epoch)
            same(np.array(now(mine)), np.array(now(other)))
