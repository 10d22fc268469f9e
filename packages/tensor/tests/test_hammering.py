"""Two threads, and two processes that share a Tensor, make the same calls again and again: right answers every time.

For seconds here; `nox -s soak` says FLAMBEAU_HAMMER_SECONDS=60. The thread sanitizer runs the threads' part there.
"""

import multiprocessing as mp
import os
import threading
import time

import flambeau.tensor as ft
import numpy as np
import pytest

SECONDS = float(os.environ.get("FLAMBEAU_HAMMER_SECONDS", "1"))


def material():
    """What the calls read: Tensors that all threads, or processes, see."""
    random = np.random.default_rng(0)
    numbers = random.normal(size=(300, 400)).astype(np.float32)
    square = random.normal(size=(60, 12, 12))
    return {
        "x": ft.from_numpy(numbers),
        "small": ft.from_numpy(numbers[:4, :4].copy()),
        "long": ft.from_numpy(random.normal(size=150_000)),
        "whole": ft.from_numpy(random.integers(0, 400, (300, 400))),
        "mask": ft.from_numpy(random.random((300, 400)) < 0.4),
        "square": ft.from_numpy(square @ square.transpose(0, 2, 1) + np.eye(12)),
        "image": ft.from_numpy(random.normal(size=(2, 16, 20, 20)).astype(np.float32)),
        "window": ft.from_numpy(random.normal(size=(16, 16, 3, 3)).astype(np.float32)),
    }


# One call or a few of each family of kernels, the quick ways of small Tensors among them.
CALLS = {
    "pointwise": lambda m: ((m["x"] * 2 + m["x"][0]).tanh(), m["small"] + m["small"][1], m["x"].half().exp()),
    "fused": lambda m: (ft.pointwise("a * b + sin(a)")(m["x"], m["x"].T.contiguous().T),),
    "copies": lambda m: (m["x"].T.contiguous(), m["x"].double(), m["x"][::2, ::-3].clone()),
    "views": lambda m: (m["small"][1:3].reshape(-1), m["small"].t()[0], ft.zeros(3, 2), ft.arange(7)),
    "reductions": lambda m: (m["x"].sum(0), m["x"].var(1), *m["x"].max(1), m["long"].sum(), m["x"].argmin(0)),
    "softmax": lambda m: (m["x"].softmax(1), m["x"].log_softmax(0)),
    "scans": lambda m: (m["long"].cumsum(0), m["x"].cumprod(0), *m["x"].cummax(1), m["x"].logcumsumexp(1)),
    "sorting": lambda m: (*ft.sort(m["x"], 1), *ft.sort(m["long"]), m["whole"].argsort(0), *ft.topk(m["long"], 9)),
    "uniqueness": lambda m: (*ft.unique(m["whole"], return_inverse=True, return_counts=True), *ft.mode(m["whole"])),
    "counting": lambda m: (ft.histc(m["long"], 50), ft.bincount(m["whole"].reshape(-1))),
    "searching": lambda m: (ft.searchsorted(ft.sort(m["long"])[0], m["long"]),),
    "indexing": lambda m: (m["x"][m["whole"][0] % 300], m["x"][m["mask"]], m["x"].index_select(1, m["whole"][0])),
    "places": lambda m: (m["x"].gather(1, m["whole"]), m["x"].scatter_add(1, m["whole"], m["x"]), m["mask"].nonzero()),
    "rows": lambda m: (m["x"].gather(0, m["whole"][:, :1].fmod(300).expand(300, 400)),),
    "order": lambda m: (ft.msort(m["x"]), m["x"].quantile(0.3)),
    "writing": lambda m: (m["x"].masked_fill(m["mask"], 3.0), m["x"].index_add(0, ft.tensor([1, 1]), m["x"][:2])),
    "joining": lambda m: (ft.cat([m["x"], m["x"]]), ft.stack([m["small"], m["small"]], 1)),
    "products": lambda m: (m["x"] @ m["x"].T, m["small"].mm(m["small"]), m["square"] @ m["square"]),
    "matrices": lambda m: (ft.linalg.solve(m["square"], m["square"]), m["square"].cholesky(), m["square"].det()),
    "convolution": lambda m: (ft.ops.conv2d(m["image"], m["window"], None, 1, 1, 1, 1),),
    "random": lambda m: (ft.randn(300, 40, generator=ft.Generator(3)), ft.randperm(500, generator=ft.Generator(4))),
    "special": lambda m: (m["x"].lgamma(), ft.special.ndtri(m["x"].sigmoid()), m["small"].abs().igamma(m["small"])),
}  # fmt: skip


def answers(calls, m):
    """What each call gives, as arrays of memory of their own."""
    return {name: [part.numpy().copy() for part in call(m)] for name, call in calls.items()}


def hammer(m, expected, first, seconds, keep_on=lambda: True):
    """Make the calls in turn, from one of them on, and compare each result bit by bit; gives how many were made."""
    names = list(expected)
    end, made = time.monotonic() + seconds, 0
    while made < len(names) or (time.monotonic() < end and keep_on()):
        name = names[(first + made) % len(names)]
        for part, right in zip(CALLS[name](m), expected[name], strict=True):
            found = part.numpy()
            assert found.dtype == right.dtype and found.tobytes() == right.tobytes(), name
        made += 1
    return made


def test_two_threads():
    """Both make every call, at different places of the list, while each call uses several threads itself."""
    before = ft.get_num_threads()
    ft.set_num_threads(2)
    m = material()
    expected = answers(CALLS, m)
    failures = []

    def work(first):
        try:
            hammer(m, expected, first, SECONDS, keep_on=lambda: not failures)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, len(CALLS) // 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ft.set_num_threads(before)
    if failures:
        raise failures[0]


def share_and_hammer(m, expected, number, seconds, counter):
    """In a process of its own: the calls on shared memory, and writing to one half of another Tensor."""
    own = counter[number::2]
    made = 0
    end = time.monotonic() + seconds
    while made == 0 or time.monotonic() < end:
        hammer(m, expected, number * len(CALLS) // 2, 0)
        made += 1
        own.fill_(made)
        assert (own == made).all()
    own.fill_(-made)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_two_processes(method):
    """Both read the same memory by every call, and write what is theirs."""
    m = {name: x.share_memory_() for name, x in material().items()}
    expected = answers(CALLS, m)
    counter = ft.zeros(1000, dtype=ft.int64).share_memory_()
    context = mp.get_context(method)
    arguments = [(m, expected, number, SECONDS, counter) for number in (0, 1)]
    workers = [context.Process(target=share_and_hammer, args=each) for each in arguments]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(SECONDS + 120)
        assert worker.exitcode == 0
    assert all((counter[number::2] == counter[number]).all() and counter[number] < 0 for number in (0, 1))
