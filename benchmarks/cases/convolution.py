"""conv2d, forward and with its two gradients, on shapes of image networks, beside PyTorch."""

from ..harness import Case

THREADS = 2

# (images, channels, filters, size, kernel, stride, groups)
SHAPES = (
    (32, 64, 64, 32, 3, 1, 1),
    (32, 128, 128, 16, 3, 1, 1),
    (32, 256, 256, 8, 3, 1, 1),
    (32, 512, 512, 4, 3, 1, 1),
    (32, 3, 64, 32, 3, 1, 1),
    (8, 3, 64, 224, 7, 2, 1),
    (8, 64, 256, 56, 1, 1, 1),
    (64, 1, 32, 28, 5, 1, 1),
    (32, 128, 128, 28, 3, 1, 128),
    (1, 64, 64, 56, 3, 1, 1),
    (1, 256, 256, 14, 3, 1, 1),
)


def rivals(shape, backward):
    images, channels, filters, size, kernel, stride, groups = shape
    padding = kernel // 2
    image, weight = (images, channels, size, size), (filters, channels // groups, kernel, kernel)

    def ours():
        import flambeau.nn.functional as functional
        import flambeau.tensor as ft
        from flambeau.autograd import Variable

        x, w = ft.randn(*image), ft.randn(*weight)
        if not backward:
            return lambda: functional.conv2d(x, w, None, stride, padding, 1, groups)
        x, w = Variable(x, requires_grad=True), Variable(w, requires_grad=True)
        grad = ft.ones(*functional.conv2d(x, w, None, stride, padding, 1, groups).shape)

        def step():
            functional.conv2d(x, w, None, stride, padding, 1, groups).backward(grad)
            x.grad = w.grad = None

        return step

    def torch():
        import torch
        from torch.nn import functional

        torch.set_num_threads(THREADS)
        x, w = torch.randn(*image), torch.randn(*weight)
        if not backward:
            return lambda: functional.conv2d(x, w, None, stride, padding, 1, groups)
        x.requires_grad_()
        w.requires_grad_()
        grad = torch.ones_like(functional.conv2d(x, w, None, stride, padding, 1, groups))

        def step():
            functional.conv2d(x, w, None, stride, padding, 1, groups).backward(grad)
            x.grad = w.grad = None

        return step

    return {"flambeau": ours, "torch": torch}


CASES = [
    Case(f"conv2d {what}, {n}x{c}x{h}x{h} to {o}, {k}x{k} / {s}, groups {g}", rivals(shape, backward), rounds=7)
    for shape in SHAPES
    for n, c, o, h, k, s, g in (shape,)
    for what, backward in (("forward", False), ("forward + backward", True))
]
