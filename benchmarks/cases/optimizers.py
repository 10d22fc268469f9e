"""A step of Adam: over many elements, and over many small parameters."""

from ..harness import Case

THREADS = 2


def ours(shapes):
    def setup():
        import flambeau.tensor as ft
        from flambeau import optim
        from flambeau.autograd import Variable

        params = [Variable(ft.ones(*shape), requires_grad=True) for shape in shapes]
        for p in params:
            p.grad = Variable(ft.ones(*p.shape))
        return optim.Adam(params).step

    return setup


def torch(shapes, **options):
    def setup():
        import torch

        torch.set_num_threads(THREADS)
        params = [torch.ones(*shape, requires_grad=True) for shape in shapes]
        for p in params:
            p.grad = torch.ones_like(p)
        return torch.optim.Adam(params, **options).step

    return setup


def case(name, shapes):
    return Case(
        name,
        {"flambeau": ours(shapes), "torch, fused": torch(shapes, fused=True), "torch, as it comes": torch(shapes)},
    )


CASES = [
    case("Adam step, 10M parameters", [(1000, 10000)]),
    case("Adam step, 20 of 64x64", [(64, 64)] * 20),
]
