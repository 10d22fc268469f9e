"""Kernels of ours and NumPy's products by turns: whether the threads of one get in the way of the other's."""

import time

from ..harness import Case

N, SIDE = 1_000_000, 512


def timed_after(before, work):
    """The seconds that `work` takes when `before` has just ended."""

    def measure():
        before()
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return measure


def setup(order):
    """`order` chooses, of our addition and NumPy's product, what goes before and what is timed."""

    def make():
        import flambeau.tensor as ft
        import numpy as np

        a, b = ft.rand(N), ft.rand(N)
        m = np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32)
        work = {"add": lambda: a + b, "product": lambda: np.matmul(m, m)}
        return timed_after(*(work[name] for name in order))

    return make


def case(name, other, work):
    return Case(
        name, {"flambeau": setup((other, work)), "back to back": setup((work, work))}, self_timed=True, rounds=100
    )


CASES = [
    case("add, 1M, after NumPy's 512x512 product", "product", "add"),
    case("NumPy's 512x512 product, after add, 1M", "add", "product"),
]
