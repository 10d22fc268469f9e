"""Every optimizer with options, and small networks to step by them."""

import itertools
from typing import NamedTuple

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau import optim


def make(*values):
    return [nn.Parameter(ft.tensor([float(v)], dtype=ft.float64)) for v in values]


def net_and(optimizer, named=True, **options):
    ft.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)).double()
    return net, optimizer(net.named_parameters() if named else net.parameters(), **options)


def steps(net, optimizer, count):
    x = ft.arange(8.0, dtype=ft.float64).reshape(4, 2) / 8
    for _ in range(count):
        optimizer.zero_grad()
        (net(x) ** 2).mean().backward()
        optimizer.step()


def weights(net):
    return [p.tolist() for p in net.parameters()]


def product(**choices):
    """Options in all combinations."""
    return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]


class Options(NamedTuple):
    """What an optimizer is tested with."""

    few: list[dict]  # take every way through its update within three steps: these are stepped, saved, loaded, fused
    beside_torch: list[dict]  # in all combinations: paths are compared with torch's; none where torch has no such one
    is_pointwise: bool = True  # its update looks at neither elements nor shapes: one program steps all parameters


OPTIMIZERS = {
    optim.SGD: Options(
        few=[
            {},
            {"weight_decay": 0.01},
            {"momentum": 0.9, "dampening": 0.1},
            {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        ],
        beside_torch=[
            options
            for options in product(
                lr=[0.01], momentum=[0, 0.9], dampening=[0, 0.3], weight_decay=[0, 0.1], nesterov=[False, True]
            )
            if not options["nesterov"] or (options["momentum"] and not options["dampening"])
        ],
    ),
    optim.Adam: Options(
        few=[{}, {"weight_decay": 0.01}, {"amsgrad": True, "weight_decay": 0.1}],
        beside_torch=[
            {"lr": 0.02, "betas": (0.0, 0.5), "eps": 1e-3},
            *product(
                lr=[0.02],
                betas=[(0.9, 0.999), (0.8, 0.9)],
                weight_decay=[0, 0.1],
                amsgrad=[False, True],
                decoupled_weight_decay=[False, True],
            ),
        ],
    ),
    optim.AdamW: Options(
        few=[{}],
        beside_torch=product(
            lr=[0.02], betas=[(0.9, 0.999), (0.8, 0.9)], weight_decay=[0.01, 0.3], amsgrad=[False, True]
        ),
    ),
    optim.Adamax: Options(
        few=[{}, {"weight_decay": 0.01}],
        beside_torch=product(lr=[0.02], betas=[(0.9, 0.999), (0.8, 0.9)], weight_decay=[0, 0.1], eps=[1e-8, 1e-3]),
    ),
    optim.NAdam: Options(
        few=[{}, {"decoupled_weight_decay": True, "weight_decay": 0.1}],
        beside_torch=product(
            lr=[0.02],
            betas=[(0.9, 0.999), (0.85, 0.99)],
            weight_decay=[0, 0.1],
            momentum_decay=[4e-3, 0.1],
            decoupled_weight_decay=[False, True],
        ),
    ),
    optim.RAdam: Options(
        few=[{"betas": (0.5, 0.8)}],  # the third step is the first that it scales
        beside_torch=product(
            lr=[0.02],
            betas=[(0.9, 0.999), (0.8, 0.9)],
            weight_decay=[0, 0.1],
            eps=[1e-8, 1e-3],
            decoupled_weight_decay=[False, True],
        ),
    ),
    optim.Adagrad: Options(
        few=[{"lr_decay": 0.1}],
        beside_torch=product(
            lr=[0.1], lr_decay=[0, 0.05], weight_decay=[0, 0.1], initial_accumulator_value=[0, 0.2], eps=[1e-10, 1e-3]
        ),
    ),
    optim.Adadelta: Options(
        few=[{}],
        beside_torch=product(lr=[1.0, 0.3], rho=[0.9, 0.5], weight_decay=[0, 0.1], eps=[1e-6, 1e-5]),
    ),
    optim.RMSprop: Options(
        few=[{"momentum": 0.9, "centered": True}],
        beside_torch=product(
            lr=[0.01], alpha=[0.99, 0.9], weight_decay=[0, 0.1], momentum=[0, 0.5], centered=[False, True], eps=[1e-3]
        ),
    ),
    optim.Rprop: Options(
        few=[{}],
        beside_torch=product(lr=[0.01, 0.1], etas=[(0.5, 1.2), (0.3, 1.5)], step_sizes=[(1e-6, 50), (1e-3, 0.05)]),
    ),
    optim.ASGD: Options(
        few=[{"t0": 1}],  # from the third step on it takes a mean
        beside_torch=product(lr=[0.01], lambd=[1e-4, 0.05], alpha=[0.75, 0.5], t0=[1e6, 20], weight_decay=[0, 0.1]),
    ),
    optim.Adafactor: Options(
        few=[{}],
        beside_torch=product(
            lr=[0.05], beta2_decay=[-0.8, -0.3], eps=[(None, 1e-3), (1e-4, 0.1)], d=[1.0, 2.0], weight_decay=[0, 0.1]
        ),
        is_pointwise=False,
    ),
}


def _cases(optimizers):
    cases = [
        pytest.param(optimizer, {"lr": 0.1, **options}, id="-".join([optimizer.__name__, *options]))
        for optimizer in optimizers
        for options in OPTIMIZERS[optimizer].few
    ]
    return pytest.mark.parametrize(("optimizer", "options"), cases)


every_optimizer = _cases(OPTIMIZERS)
every_pointwise_optimizer = _cases([optimizer for optimizer, given in OPTIMIZERS.items() if given.is_pointwise])
