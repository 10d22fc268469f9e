"""Forward and backward of a network of three linear layers, without an optimizer: small kernels and the engine."""

import itertools

from ..harness import Case

THREADS = 2
BATCH = 64
WIDTHS = (784, 512, 512, 10)


def passes(library, functional, make, data, labels):
    weights = [make(library.randn(n, m) / m**0.5) for m, n in itertools.pairwise(WIDTHS)]
    biases = [make(library.zeros(n)) for n in WIDTHS[1:]]
    parameters = weights + biases

    def step():
        x = data
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            x = functional.linear(x, w, b).relu()
        functional.cross_entropy(functional.linear(x, weights[-1], biases[-1]), labels).backward()
        for p in parameters:
            p.grad = None

    return step


def ours():
    import flambeau.nn.functional as functional
    import flambeau.tensor as ft
    from flambeau.autograd import Variable

    data, labels = ft.randn(BATCH, WIDTHS[0]), ft.randint(0, 10, (BATCH,))
    return passes(ft, functional, lambda x: Variable(x, requires_grad=True), data, labels)


def torch():
    import torch
    import torch.nn.functional as functional

    torch.set_num_threads(THREADS)
    data, labels = torch.randn(BATCH, WIDTHS[0]), torch.randint(0, 10, (BATCH,))
    return passes(torch, functional, lambda x: x.requires_grad_(), data, labels)


NAME = f"MLP {'-'.join(map(str, WIDTHS))}, batch {BATCH}, forward + backward"
CASES = [Case(NAME, {"flambeau": ours, "torch": torch})]
