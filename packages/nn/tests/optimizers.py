"""Small networks, and optimizers with options, to step them by."""

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


OPTIMIZERS = [
    (optim.SGD, {"lr": 0.1}),
    (optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    (optim.Adam, {"lr": 0.1}),
    (optim.Adam, {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}),
    (optim.AdamW, {"lr": 0.1}),
    (optim.Adamax, {"lr": 0.1}),
    (optim.NAdam, {"lr": 0.1}),
    (optim.RAdam, {"lr": 0.1, "betas": (0.5, 0.8)}),
    (optim.Adagrad, {"lr": 0.1, "lr_decay": 0.1}),
    (optim.Adadelta, {"lr": 0.1}),
    (optim.RMSprop, {"lr": 0.1, "momentum": 0.9, "centered": True}),
    (optim.Rprop, {"lr": 0.1}),
    (optim.ASGD, {"lr": 0.1, "t0": 2}),
]
every_optimizer = pytest.mark.parametrize(("optimizer", "options"), OPTIMIZERS)
