"""Attention, recurrent layers and interpolation, forward and with gradients, beside PyTorch with the same layers."""

from ..harness import Case

THREADS = 2


def ours():
    import flambeau.nn as nn
    import flambeau.nn.functional as functional
    import flambeau.tensor as ft
    from flambeau.autograd import Variable, no_grad

    return nn, functional, ft.randn, lambda x: Variable(x, requires_grad=True), no_grad


def theirs():
    import torch

    torch.set_num_threads(THREADS)
    return torch.nn, torch.nn.functional, torch.randn, lambda x: x.requires_grad_(), torch.no_grad


def rivals(setup, backward):
    """What ``setup(nn, functional, randn, leaf)`` gives: a call, and what to forget the gradients of."""

    def rival(library):
        def prepare():
            nn, functional, randn, leaf, no_grad = library()
            call, leaves = setup(nn, functional, randn, leaf)
            with no_grad():
                seed = randn(*call().shape)

            def forward():
                with no_grad():
                    call()

            def step():
                call().backward(seed)
                for x in leaves:
                    x.grad = None

            return step if backward else forward

        return prepare

    return {"flambeau": rival(ours), "torch": rival(theirs)}


def attention(batch, heads, length, width, **options):
    def setup(nn, functional, randn, leaf):
        inputs = [leaf(randn(batch, heads, length, width)) for _ in range(3)]
        return lambda: functional.scaled_dot_product_attention(*inputs, **options), inputs

    return setup


def layer(name, steps, batch, features, size, **options):
    def setup(nn, functional, randn, leaf):
        module, x = getattr(nn, name)(features, size, **options), randn(steps, batch, features)
        return lambda: module(x)[0], list(module.parameters())

    return setup


def cell(name, steps, batch, features, size):
    """A loop written by hand."""

    def setup(nn, functional, randn, leaf):
        module, x = getattr(nn, name)(features, size), randn(steps, batch, features)

        def call():
            state = None
            for t in range(steps):
                state = module(x[t], state)
            return state[0] if isinstance(state, tuple) else state

        return call, list(module.parameters())

    return setup


def multihead(length, batch, width, heads):
    def setup(nn, functional, randn, leaf):
        module, x = nn.MultiheadAttention(width, heads, batch_first=True), leaf(randn(batch, length, width))
        return lambda: module(x, x, x, need_weights=False)[0], [x, *module.parameters()]

    return setup


def resize(mode, shape, **options):
    def setup(nn, functional, randn, leaf):
        x = leaf(randn(*shape))
        return lambda: functional.interpolate(x, mode=mode, **options), [x]

    return setup


SETUPS = {
    "attention 4x8, 512x64": attention(4, 8, 512, 64),
    "attention 4x8, 512x64, causal": attention(4, 8, 512, 64, is_causal=True),
    "attention 1x1, 4096x64": attention(1, 1, 4096, 64),
    "MultiheadAttention 8x128x256, 4 heads": multihead(128, 8, 256, 4),
    "LSTM 35x20x128 to 256": layer("LSTM", 35, 20, 128, 256),
    "GRU 35x20x128 to 256": layer("GRU", 35, 20, 128, 256),
    "RNN 35x20x128 to 256": layer("RNN", 35, 20, 128, 256),
    "LSTM 35x20x128 to 256, 2 layers, both ways": layer("LSTM", 35, 20, 128, 256, num_layers=2, bidirectional=True),
    "LSTMCell in a loop 35x20x128 to 256": cell("LSTMCell", 35, 20, 128, 256),
    "GRUCell in a loop 35x20x128 to 256": cell("GRUCell", 35, 20, 128, 256),
    "interpolate nearest 8x16x64x64, twice": resize("nearest", (8, 16, 64, 64), scale_factor=2),
    "interpolate bilinear 8x16x64x64, twice": resize("bilinear", (8, 16, 64, 64), scale_factor=2),
    "interpolate bicubic 8x16x64x64, twice": resize("bicubic", (8, 16, 64, 64), scale_factor=2),
    "interpolate bilinear 4x3x512x512 to 224, antialias": resize(
        "bilinear", (4, 3, 512, 512), size=224, antialias=True
    ),
}

CASES = [
    Case(f"{name}, {what}", rivals(setup, backward), rounds=7)
    for name, setup in SETUPS.items()
    for what, backward in (("forward", False), ("forward + backward", True))
]
