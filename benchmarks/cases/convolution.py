"""conv2d, forward and with its two gradients, on shapes of image networks, beside PyTorch."""

from ..harness import Case

THREADS = 2

# (images, channels, filters, size, kernel, stride)
SHAPES = (
    (32, 64, 64, 32, 3, 1),
    (32, 128, 128, 16, 3, 1),
    (32, 256, 256, 8, 3, 1),
    (32, 512, 512, 4, 3, 1),
    (32, 3, 64, 32, 3, 1),
    (8, 3, 64, 224, 7, 2),
    (8, 64, 256, 56, 1, 1),
    (64, 1, 32, 28, 5, 1),
)


def rivals(shape, backward):
    images, channels, filters, size, kernel, stride = shape
    padding = kernel // 2
    image, weight = (images, channels, size, size), (filters, channels, kernel, kernel)

    def ours():
        import flambeau.nn.functional as functional
        import flambeau.tensor as ft
        from flambeau.autograd import Variable

        x, w = ft.randn(*image), ft.randn(*weight)
        if not backward:
            return lambda: functional.conv2d(x, w, None, stride, padding)
        x, w = Variable(x, requires_grad=True), Variable(w, requires_grad=True)
        grad = ft.ones(*functional.conv2d(x, w, None, stride, padding).shape)

        def step():
            functional.conv2d(x, w, None, stride, padding).backward(grad)
            x.grad = w.grad = None

        return step

    def torch():
        import torch
        from torch.nn import functional

        torch.set_num_threads(THREADS)
        x, w = torch.randn(*image), torch.randn(*weight)
        if not backward:
            return lambda: functional.conv2d(x, w, None, stride, padding)
        x.requires_grad_()
        w.requires_grad_()
        grad = torch.ones_like(functional.conv2d(x, w, None, stride, padding))

        def step():
            functional.conv2d(x, w, None, stride, padding).backward(grad)
            x.grad = w.grad = None

        return step

    return {"flambeau": ours, "torch": torch}


CASES = [
    Case(f"conv2d {what}, {n}x{c}x{h}x{h} to {o}, {k}x{k} / {s}", rivals(shape, backward), rounds=7)
    for shape in SHAPES
    for n, c, o, h, k, s in (shape,)
    for what, backward in (("forward", False), ("forward + backward", True))
]
