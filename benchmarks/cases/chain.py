"""Forward and backward of a chain of 100 operators on 4x4, per node."""

from ..harness import Case

LENGTH = 100


def steps(x, other):
    """A chain through two operators with cheap rules, so that the engine is what is measured."""

    def step():
        y = x
        for _ in range(LENGTH // 2):
            y = y * other + other
        y.sum().backward()
        x.grad = None

    return step


def ours():
    import flambeau.tensor as ft
    from flambeau.autograd import Variable

    return steps(Variable(ft.ones(4, 4), requires_grad=True), ft.full((4, 4), 0.5))


def torch():
    import torch

    return steps(torch.ones(4, 4, requires_grad=True), torch.full((4, 4), 0.5))


CASES = [Case("chain of 100, forward + backward, per node", {"flambeau": ours, "torch": torch}, per=LENGTH)]
