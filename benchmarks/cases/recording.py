"""One addition that autograd records, and what recording costs over the plain one."""

from ..harness import Case, Statement


def recorded():
    import flambeau.tensor as ft
    from flambeau.autograd import Variable

    a, b = Variable(ft.ones(4, 4), requires_grad=True), Variable(ft.ones(4, 4), requires_grad=True)
    return Statement("a + b", {"a": a, "b": b})


def plain():
    import flambeau.tensor as ft

    return Statement("a + b", {"a": ft.ones(4, 4), "b": ft.ones(4, 4)})


def torch():
    import torch

    a, b = torch.ones(4, 4, requires_grad=True), torch.ones(4, 4, requires_grad=True)
    return Statement("a + b", {"a": a, "b": b})


CASES = [
    Case("a + b recorded, 4x4", {"flambeau": recorded, "flambeau plain": plain, "torch": torch}, over="flambeau plain")
]
