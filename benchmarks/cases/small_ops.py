"""One operator on 4x4 float32: what is measured is the way to the kernel, not the kernel."""

from ..harness import Case, Statement


def ours(statement):
    def setup():
        import flambeau.tensor as ft

        return Statement(statement, {"ft": ft, "a": ft.ones(4, 4), "b": ft.ones(4, 4)})

    return setup


def torch(statement):
    def setup():
        import torch

        return Statement(statement, {"torch": torch, "a": torch.ones(4, 4), "b": torch.ones(4, 4)})

    return setup


def numpy(statement):
    def setup():
        import numpy as np

        a, b = np.ones((4, 4), np.float32), np.ones((4, 4), np.float32)
        return Statement(statement, {"np": np, "a": a, "b": b})

    return setup


CASES = [
    Case("a + b, 4x4", {"flambeau": ours("a + b"), "torch": torch("a + b"), "numpy": numpy("a + b")}),
    Case("a * 2.0, 4x4", {"flambeau": ours("a * 2.0"), "torch": torch("a * 2.0"), "numpy": numpy("a * 2.0")}),
    Case("exp(a), 4x4", {"flambeau": ours("ft.exp(a)"), "torch": torch("torch.exp(a)"), "numpy": numpy("np.exp(a)")}),
    Case("a @ b, 4x4", {"flambeau": ours("a @ b"), "torch": torch("a @ b"), "numpy": numpy("a @ b")}),
    Case("a.sum(), 4x4", {"flambeau": ours("a.sum()"), "torch": torch("a.sum()"), "numpy": numpy("a.sum()")}),
]
