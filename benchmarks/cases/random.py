"""Random draws: ten million at once, where generating and memory count, and a thousand, where the way there does."""

from ..harness import Case, Statement

LARGE, SMALL = 10_000_000, 1000


def ours(statement, n):
    def setup():
        import flambeau.tensor as ft

        return Statement(statement, {"ft": ft, "n": n, "x": ft.rand(n)})

    return setup


def torch(statement, n):
    def setup():
        import torch

        return Statement(statement, {"torch": torch, "n": n, "x": torch.rand(n)})

    return setup


def numpy(statement, n):
    def setup():
        import numpy as np

        return Statement(statement, {"np": np, "n": n, "rng": np.random.default_rng(0)})

    return setup


def case(name, n, ours_, torchs, numpys=None):
    rivals = {"flambeau": ours(ours_, n), "torch": torch(torchs, n)}
    if numpys is not None:
        rivals["numpy"] = numpy(numpys, n)
    return Case(name, rivals, rounds=5 if n == LARGE else 15)


CASES = [
    case("rand, 10M", LARGE, "ft.rand(n)", "torch.rand(n)", "rng.random(n, dtype=np.float32)"),
    case("randn, 10M", LARGE, "ft.randn(n)", "torch.randn(n)", "rng.standard_normal(n, dtype=np.float32)"),
    case(
        "randn float64, 10M",
        LARGE,
        "ft.randn(n, dtype=ft.float64)",
        "torch.randn(n, dtype=torch.float64)",
        "rng.standard_normal(n)",
    ),
    case("normal_, 10M", LARGE, "x.normal_()", "x.normal_()"),
    case(
        "randint, 10M", LARGE, "ft.randint(0, 1000, (n,))", "torch.randint(0, 1000, (n,))", "rng.integers(0, 1000, n)"
    ),
    case("bernoulli_, 10M", LARGE, "x.bernoulli_(0.3)", "x.bernoulli_(0.3)"),
    case("dropout, 10M", LARGE, "ft.ops.dropout(x, 0.5, 1, 0)", "torch.nn.functional.dropout(x, 0.5)"),
    case("randperm, 10M", LARGE, "ft.randperm(n)", "torch.randperm(n)", "rng.permutation(n)"),
    case("randn, 1000", SMALL, "ft.randn(n)", "torch.randn(n)", "rng.standard_normal(n, dtype=np.float32)"),
    case("dropout, 1000", SMALL, "ft.ops.dropout(x, 0.5, 1, 0)", "torch.nn.functional.dropout(x, 0.5)"),
]
