"""Kernels of ours and NumPy's products by turns: whether the threads of one get in the way of the other's."""

import time

from ..harness import Case

SIDE = 512


def timed_after(before, work):
    """The seconds that `work` takes when `before` has just ended."""

    def measure():
        before()
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return measure


def setup(order, n):
    """`order` chooses, of our addition of `n` elements and NumPy's product, what goes before and what is timed."""

    def make():
        import flambeau.tensor as ft
        import numpy as np

        a, b = ft.rand(n), ft.rand(n)
        m = np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32)
        work = {"add": lambda: a + b, "product": lambda: np.matmul(m, m)}
        return timed_after(*(work[name] for name in order))

    return make


def cases(millions):
    """Both ways round. An addition of one million elements is over before a sleeping worker is there to help."""
    for name, other, work in (
        (f"add, {millions}M, after NumPy's 512x512 product", "product", "add"),
        (f"NumPy's 512x512 product, after add, {millions}M", "add", "product"),
    ):
        rivals = {
            "flambeau": setup((other, work), millions * 1_000_000),
            "back to back": setup((work, work), millions * 1_000_000),
        }
        yield Case(name, rivals, self_timed=True, rounds=100)


CASES = [*cases(1), *cases(10)]
