"""Pooling, forward and backward, beside PyTorch."""

from ..harness import Case

THREADS = 2

# (function, shape, arguments)
SHAPES = (
    ("max_pool2d", (32, 64, 32, 32), (2,)),
    ("max_pool2d", (8, 64, 112, 112), (3, 2, 1)),
    ("max_pool1d", (32, 64, 1024), (2,)),
    ("max_pool3d", (4, 16, 16, 32, 32), (2,)),
    ("avg_pool2d", (32, 64, 32, 32), (2,)),
    ("adaptive_avg_pool2d", (32, 512, 7, 7), (1,)),
)


def rivals(name, shape, arguments):
    def ours():
        import flambeau.nn.functional as functional
        import flambeau.tensor as ft
        from flambeau.autograd import Variable

        x = Variable(ft.randn(*shape), requires_grad=True)
        grad = ft.ones(*getattr(functional, name)(x, *arguments).shape)

        def step():
            getattr(functional, name)(x, *arguments).backward(grad)
            x.grad = None

        return step

    def torch():
        import torch
        from torch.nn import functional

        torch.set_num_threads(THREADS)
        x = torch.randn(*shape).requires_grad_()
        grad = torch.ones_like(getattr(functional, name)(x, *arguments))

        def step():
            getattr(functional, name)(x, *arguments).backward(grad)
            x.grad = None

        return step

    return {"flambeau": ours, "torch": torch}


CASES = [
    Case(f"{name}{arguments} forward + backward, {'x'.join(map(str, shape))}", rivals(name, shape, arguments))
    for name, shape, arguments in SHAPES
]
