"""One training step of the network of docs/examples/train_digits.py: zero_grad, forward, loss, backward, Adam."""

from ..harness import Case

THREADS = 2
BATCH = 32


def network(nn):
    """The same words build the network in either library."""
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, kernel_size=3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(512, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def training(nn, optim, functional, images, labels):
    net = network(nn)
    optimizer = optim.Adam(net.parameters(), lr=2e-3)

    def step():
        optimizer.zero_grad()
        functional.cross_entropy(net(images), labels).backward()
        optimizer.step()

    return step


def ours():
    import flambeau.nn as nn
    import flambeau.nn.functional as functional
    import flambeau.optim as optim
    import flambeau.tensor as ft

    return training(nn, optim, functional, ft.randn(BATCH, 1, 8, 8), ft.randint(0, 10, (BATCH,)))


def torch():
    import torch
    import torch.nn.functional as functional
    from torch import nn, optim

    torch.set_num_threads(THREADS)
    return training(nn, optim, functional, torch.randn(BATCH, 1, 8, 8), torch.randint(0, 10, (BATCH,)))


CASES = [Case(f"digits training step, batch {BATCH}", {"flambeau": ours, "torch": torch})]
